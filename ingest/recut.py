"""What a person asks for by merging, splitting or moving clips, as pieces of the footage; nothing is changed here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cliplib.errors import UsageError
from cliplib.records import MAX_CLIP_MS, MIN_CLIP_MS, ClipRecord, Edge
from cliplib.values import Span
from ingest.layout import Numbers, numbers_of
from ingest.segment import Piece
from ingest.settle import piece_of

LIMITS = f"A clip lasts {MIN_CLIP_MS / 1000:g}-{MAX_CLIP_MS / 1000:g} s."


@dataclass(frozen=True, slots=True)
class Recut:
    """Clips to be replaced, and the pieces that replace them; all of one footage."""

    what: Literal["merge", "split", "nudge", "undo"]
    old: tuple[ClipRecord, ...]
    new: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Nudge:
    """How far the ends of a clip are to move (ms, later is positive), and whether the clips that meet them follow."""

    start: int = 0
    end: int = 0
    neighbours: bool = False


def merged(clips: Sequence[ClipRecord], others: Sequence[ClipRecord]) -> Recut:
    """Neighbouring clips as one, with what lies between them.

    Args:
        clips: in any order.
        others: all further clips of the footage.

    Raises:
        UsageError: they are not two or more neighbours of one footage, or are too long together.
    """
    ordered = sorted(clips, key=lambda clip: (clip.span.start, clip.span.end))
    if len({clip.id for clip in ordered}) < 2:
        raise UsageError("a merge takes two different clips or more")
    if len({clip.footage for clip in ordered}) > 1:
        raise UsageError("only clips of one footage can be merged", "Put them one after the other in a plan instead.")
    last = max(ordered, key=lambda clip: clip.span.end)
    span = Span(start=ordered[0].span.start, end=last.span.end)
    if between := [other.id for other in others if span.start <= other.span.middle < span.end]:
        raise UsageError(f"{' and '.join(between)} lies between them", "Name it too, or merge others.")
    montage = 2 * sum(clip.span.length for clip in ordered if clip.montage) > span.length
    piece = Piece(span=span, start_edge=ordered[0].start_edge, end_edge=last.end_edge, montage=montage)
    return Recut("merge", tuple(ordered), (_fitting(piece),))


def split(clip: ClipRecord, at: Sequence[int], marks: Numbers, who: str) -> Recut:
    """A clip divided at the pictures nearest to some moments (ms on the footage).

    Raises:
        UsageError: a moment is not inside the clip, or a part is shorter than a clip may be.
    """
    for moment in at:
        if not clip.span.start < moment < clip.span.end:
            raise UsageError(f"{_seconds(moment)} is not inside the clip, which is {_told(clip.span)}")
    bounds = [clip.span.start, *sorted(set(_snapped(at, marks))), clip.span.end]
    edges = [clip.start_edge, *[_set_by(who, moment) for moment in bounds[1:-1]], clip.end_edge]
    parts = zip(bounds, bounds[1:], edges, edges[1:], strict=False)
    return Recut("split", (clip,), tuple(_fitting(_piece(a, b, start, end, clip)) for a, b, start, end in parts))


def nudged(clip: ClipRecord, by: Nudge, others: Sequence[ClipRecord], marks: Numbers, who: str) -> Recut:
    """A clip with its start or end moved to the picture nearest to where it shall be.

    Clips beside it stay as they are, so that clips may overlap or leave a gap, unless the neighbours are to follow.

    Raises:
        UsageError: nothing would move, a clip would be too short or too long, or there is no neighbour to follow.
    """
    changed = [(clip, _moved(clip, by.start, by.end, marks, who))]
    if by.neighbours:
        before = [other for other in others if by.start and other.span.end == clip.span.start]
        after = [other for other in others if by.end and other.span.start == clip.span.end]
        if not before + after:
            raise UsageError(f"no clip meets {clip.id} where it is to be moved", "Leave out --with-neighbour.")
        changed += [(other, _moved(other, 0, by.start, marks, who)) for other in before]
        changed += [(other, _moved(other, by.end, 0, marks, who)) for other in after]
    if all(piece.span == old.span for old, piece in changed):
        raise UsageError("the nearest pictures are where the clip starts and ends now", "Move it by more.")
    return Recut("nudge", tuple(old for old, _ in changed), tuple(_fitting(piece) for _, piece in changed))


def restored(now: Sequence[ClipRecord], before: Sequence[ClipRecord]) -> Recut:
    """The clips that there were before an edit."""
    return Recut("undo", tuple(now), tuple(piece_of(clip) for clip in before))


def _moved(clip: ClipRecord, start: int, end: int, marks: Numbers, who: str) -> Piece:
    (first, start_edge), (last, end_edge) = (
        _shifted(at, by, edge, marks, who)
        for at, by, edge in ((clip.span.start, start, clip.start_edge), (clip.span.end, end, clip.end_edge))
    )
    return _piece(first, last, start_edge, end_edge, clip)


def _shifted(at: int, by: int, edge: Edge, marks: Numbers, who: str) -> tuple[int, Edge]:
    new = _snapped([at + by], marks)[0] if by else at
    return new, _set_by(who, new) if new != at else edge


def _piece(start: int, end: int, start_edge: Edge, end_edge: Edge, clip: ClipRecord) -> Piece:
    if end <= start:
        raise UsageError(f"a clip cannot end at {_seconds(end)} when it starts at {_seconds(start)}", LIMITS)
    return Piece(span=Span(start=start, end=end), start_edge=start_edge, end_edge=end_edge, montage=clip.montage)


def _snapped(moments: Sequence[int], marks: Numbers) -> list[int]:
    return [int(marks[number]) for number in numbers_of(np.asarray(marks), moments)]


def _set_by(who: str, at: int) -> Edge:
    return Edge(reason="person", detail=f"set to {_seconds(at)} by {who}")


def _fitting(piece: Piece) -> Piece:
    length = piece.span.length
    if not MIN_CLIP_MS <= length <= MAX_CLIP_MS:
        raise UsageError(f"a clip of {length / 1000:g} s would come of it ({_told(piece.span)})", LIMITS)
    return piece


def _told(span: Span) -> str:
    return f"{span.start / 1000:g}-{span.end / 1000:g} s"


def _seconds(at: int) -> str:
    return f"{at / 1000:g} s"
