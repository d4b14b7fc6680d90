"""The settled cut of a file: what was heard and where its clips begin and end, kept as a file one can open.

Clips are known by their spans, and people's corrections hang on them. So a file that has clips in the library is never
cut anew: another speech engine brings other words to the same clips. Where people have merged, split or moved clips the
library is the truth, and the file follows it: a run that was killed before it could be written changes nothing.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from cliplib.config import Product
from cliplib.engines.base import Audio
from cliplib.library import Library
from cliplib.records import ClipRecord, Footage, Transcript
from cliplib.values import Span, Value
from ingest.draft import fingerprint_of
from ingest.holes import segment_around
from ingest.job import Job
from ingest.keep import written
from ingest.misheard import corrected
from ingest.offers import offers
from ingest.segment import VERSION, Material, Piece
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
    heard = hear_mark(path, job)
    names = (name for product in job.settings.product for name in product.names())
    rules = fingerprint_of("segment", str(VERSION), str(SHOTS_VERSION), scan.finder, scan.mode, heard, *names)
    earlier = kept_cut(footage, job.library)
    if earlier is not None and earlier.heard == heard and earlier.rules == rules:
        if job.library.replaced(footage.id):
            keep_cut(earlier, footage, job.library)
        return earlier.model_copy(update={"transcript": corrected(earlier.transcript, job.settings.product)})
    if earlier is not None and earlier.heard == heard:
        known, speech = Heard(earlier.transcript, earlier.notes), earlier.speech
    else:
        known, speech = hear(path, footage.probe, audio, job), find_speech(audio)
    right = corrected(known.transcript, job.settings.product)
    clips = job.library.records(job.library.clips_of(footage.id))
    if earlier is not None and clips:
        pieces = earlier.pieces
    else:
        material = material_of(scan, audio, right, speech, job.settings.product)
        found = segment_around(material, footage.kind, scan)
        pieces = _beside(found, [piece_of(clip) for clip in clips])
    settled = Settled(
        heard=heard, rules=rules, transcript=known.transcript, notes=known.notes, speech=speech, pieces=pieces
    )
    keep_cut(settled, footage, job.library)
    return settled.model_copy(update={"transcript": right})


def kept_cut(footage: Footage, library: Library) -> Settled | None:
    """What an earlier run has settled, with the pieces that people have made since; None where nothing is kept."""
    try:
        kept = Settled.from_json((library.media / footage.id / CUT_NAME).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None  # none, or one that another version wrote
    replaced = library.replaced(footage.id)
    if not replaced:
        return kept
    pieces = {ClipRecord.id_of(footage.id, piece.span): piece for piece in kept.pieces}
    pieces.update({clip.id: piece_of(clip) for clip in library.records(library.clips_of(footage.id))})
    return kept.model_copy(update={"pieces": in_order(piece for id, piece in pieces.items() if id not in replaced)})


def keep_cut(settled: Settled, footage: Footage, library: Library) -> None:
    """Keep it beside the scan of the footage."""
    with written(library.media / footage.id / CUT_NAME) as temporary:
        temporary.write_text(settled.to_json(), "utf-8")


def piece_of(clip: ClipRecord) -> Piece:
    """The piece that a clip was made of."""
    return Piece(span=clip.span, start_edge=clip.start_edge, end_edge=clip.end_edge, montage=clip.montage)


def _beside(found: Sequence[Piece], clips: Sequence[Piece]) -> tuple[Piece, ...]:
    """The clips that there are, and those pieces that lie beside them: the file of an earlier cut has been lost."""
    return in_order([*clips, *(piece for piece in found if not any(piece.span.overlap(c.span) for c in clips))])


def in_order(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Pieces by their start."""
    return tuple(sorted(pieces, key=lambda piece: (piece.span.start, piece.span.end)))


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
