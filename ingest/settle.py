"""The settled cut of a file: what was heard and where its clips begin and end, kept as a file one can open.

Clips are known by their spans, and people's corrections hang on them. So a file that has clips in the library is never
cut anew: another speech engine brings other words to the same clips.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from cliplib.config import Product
from cliplib.engines.base import Audio
from cliplib.records import Footage, Transcript
from cliplib.values import Span, Value
from ingest.draft import fingerprint_of
from ingest.job import Job
from ingest.keep import written
from ingest.misheard import corrected
from ingest.offers import offers
from ingest.segment import VERSION, Material, Piece, segment
from ingest.shots import VERSION as SHOTS_VERSION
from ingest.shots import Scan
from ingest.speech import Heard, find_speech, hear, hear_mark, sound_level

CUT_NAME = "cut.json"


class Settled(Value):
    """What was heard in a file, by which engine and settings (`heard`), and how it is cut, by which rules (`rules`).

    The file keeps the words as the engine wrote them, so that another correction needs no second hearing.
    """

    schema_: Literal["cut.1"] = Field(default="cut.1", alias="schema")
    heard: str
    rules: str
    transcript: Transcript
    notes: tuple[str, ...] = ()
    """What an editor should know of how the words were found."""
    speech: tuple[Span, ...]
    pieces: tuple[Piece, ...]


def settled_cut(path: Path, footage: Footage, scan: Scan, audio: Audio, job: Job) -> Settled:
    """The cut of a file: that of an earlier run where it still holds, else a new one, which is kept.

    Misheard names are put right in the words that are returned.

    Raises:
        EngineError: speech recognition failed.
        MediaError: no cut is possible.
    """
    target = job.library.media / footage.id / CUT_NAME
    heard = hear_mark(path, job)
    names = (name for product in job.settings.product for name in product.names())
    rules = fingerprint_of("segment", str(VERSION), str(SHOTS_VERSION), scan.finder, scan.mode, heard, *names)
    earlier = _earlier(target)
    if earlier is not None and earlier.heard == heard and earlier.rules == rules:
        return earlier.model_copy(update={"transcript": corrected(earlier.transcript, job.settings.product)})
    if earlier is not None and earlier.heard == heard:
        known, speech = Heard(earlier.transcript, earlier.notes), earlier.speech
    else:
        known, speech = hear(path, footage.probe, audio, job), find_speech(audio)
    right = corrected(known.transcript, job.settings.product)
    if earlier is not None and job.library.clips_of(footage.id):
        pieces = earlier.pieces
    else:
        pieces = segment(material_of(scan, audio, right, speech, job.settings.product), footage.kind)
    settled = Settled(
        heard=heard, rules=rules, transcript=known.transcript, notes=known.notes, speech=speech, pieces=pieces
    )
    with written(target) as temporary:
        temporary.write_text(settled.to_json(), "utf-8")
    return settled.model_copy(update={"transcript": right})


def _earlier(target: Path) -> Settled | None:
    try:
        return Settled.from_json(target.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None  # none, or one that another version wrote


def material_of(
    scan: Scan, audio: Audio, transcript: Transcript, speech: tuple[Span, ...], products: tuple[Product, ...]
) -> Material:
    """All that a file is cut by."""
    return Material(
        times=scan.times,
        length=scan.length,
        shots=scan.shots,
        lines=transcript.lines,
        speech=tuple(span for span in speech if span.start < scan.length),
        motion=scan.motion,
        level=sound_level(audio, scan.times, scan.length),
        passages=scan.passages,
        offers=offers(transcript.lines, products),
    )
