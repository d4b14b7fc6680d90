"""What is known of a clip only when its footage is seen as a whole; no file is decoded for it.

It comes after the clips are filed, so that no clip waits for another; where a run is killed before it, the next one does it.
"""

from pathlib import Path

from cliplib.library import Library
from cliplib.media.frames import image_of
from cliplib.records import ClipRecord
from ingest.cut import POSTER
from ingest.overlays import Look, marked


def look_over(footage: str, library: Library) -> None:
    """Say of all clips of one footage whether they show a mark; a record changes only where the answer does."""
    records = [record for record in library.records(library.clips_of(footage)) if _poster(record, library).is_file()]
    looks = [Look(image_of(_poster(record, library).read_bytes()), record.on_screen_text) for record in records]
    for record, mark in zip(records, marked(looks), strict=True):
        if record.facts.has_watermark != mark:
            library.put(record.model_copy(update={"facts": record.facts.model_copy(update={"has_watermark": mark})}))


def _poster(record: ClipRecord, library: Library) -> Path:
    return library.media / record.id / POSTER
