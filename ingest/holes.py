"""What no clip can be made of, in a file that is good elsewhere: damaged pictures, and one that is held for too long.

The good stretches between are cut as if each were a file of its own.
"""

import dataclasses
from dataclasses import dataclass

import numpy as np

from cliplib.errors import Damaged, HeldPicture, MediaError
from cliplib.records import MAX_CLIP_MS, MIN_CLIP_MS, Edge, FootageKind, Line
from cliplib.values import Span
from ingest.changes import Passage
from ingest.layout import Material
from ingest.segment import Piece, segment
from ingest.shots import Scan


@dataclass(frozen=True, slots=True)
class Hole:
    """A stretch that lies in no clip, and the error that says why."""

    span: Span
    why: type[MediaError]

    @property
    def text(self) -> str:
        """As "the pictures at 2.0-4.0 s are damaged or missing"."""
        start, end = self.span.start / 1000, self.span.end / 1000
        if self.why is HeldPicture:
            return f"one picture stands from {start:.1f} s to {end:.1f} s, longer than a clip may last"
        return f"the pictures at {start:.1f}-{end:.1f} s are damaged or missing"


def holes_in(scan: Scan) -> tuple[Hole, ...]:
    """All holes of a file, in order."""
    marks = np.append(scan.times, scan.length)
    found = [Hole(_from(span, scan), Damaged) for span in scan.damage]
    long = np.flatnonzero(np.diff(marks) > MAX_CLIP_MS)
    found += [Hole(Span(start=int(marks[k]), end=int(marks[k + 1])), HeldPicture) for k in long]
    return tuple(sorted(found, key=lambda hole: hole.span.start))


def _from(span: Span, scan: Scan) -> Span:
    """A damaged stretch from the first picture that it takes away: what follows the last picture is all missing."""
    return Span(start=min(span.start, scan.length), end=max(span.end, min(span.start, scan.length) + 1))


def told(holes: tuple[Hole, ...], most: int = 3) -> str:
    """The holes in words; the longest ones where there are many."""
    shown = sorted(sorted(holes, key=lambda hole: -hole.span.length)[:most], key=lambda hole: hole.span.start)
    more = f", and {len(holes) - most} more such" if len(holes) > most else ""
    return "; ".join(hole.text for hole in shown) + more


def stretches(scan: Scan) -> tuple[Span, ...]:
    """What lies between the holes and is long enough for a clip; borders are pictures."""
    marks = np.append(scan.times, scan.length)
    edges = [0]
    for hole in holes_in(scan):
        edges += [int(np.searchsorted(marks, at)) for at in (hole.span.start, hole.span.end)]
    edges.append(len(marks) - 1)
    last = len(marks) - 1
    pairs = [(int(marks[min(a, last)]), int(marks[min(b, last)])) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return tuple(Span(start=a, end=b) for a, b in pairs if b - a >= MIN_CLIP_MS)


def segment_around(material: Material, kind: FootageKind, scan: Scan) -> tuple[Piece, ...]:
    """Cut a file as `segment` does, around its holes.

    Raises:
        MediaError: no clip can be made.
    """
    holes = holes_in(scan)
    if not holes:
        return segment(material, kind)
    pieces: list[Piece] = []
    for stretch in stretches(scan):
        pieces += (_back(piece, stretch, scan, holes) for piece in segment(_part(material, stretch), kind))
    return tuple(pieces)


def _part(material: Material, stretch: Span) -> Material:
    """What is known of a stretch, as of a file of its own."""
    first, last = (int(k) for k in np.searchsorted(material.times, [stretch.start, stretch.end]))
    passages = ((moved, passage.way) for passage in material.passages if (moved := _moved(passage, stretch)))
    return dataclasses.replace(
        material,
        times=material.times[first:last] - stretch.start,
        length=stretch.length,
        shots=tuple(at - stretch.start for at in material.shots if stretch.start < at < stretch.end),
        lines=tuple(line for each in material.lines if (line := _line(each, stretch))),
        speech=tuple(moved for span in material.speech if (moved := _moved(span, stretch))),
        motion=material.motion[first:last],
        level=material.level[first:last],
        passages=tuple(Passage(span.start, span.end, way) for span, way in passages),
        offers=tuple(moved for span in material.offers if (moved := _moved(span, stretch))),
    )


def _moved(span: Span | Passage, stretch: Span) -> Span | None:
    """The part of a span that lies in a stretch, counted from its beginning."""
    start, end = max(span.start, stretch.start), min(span.end, stretch.end)
    return Span(start=start - stretch.start, end=end - stretch.start) if end > start else None


def _line(line: Line, stretch: Span) -> Line | None:
    span = _moved(line.span, stretch)
    if span is None:
        return None
    words = ((word, _moved(word.span, stretch)) for word in line.words)
    kept = tuple(word.model_copy(update={"span": moved}) for word, moved in words if moved)
    return line.model_copy(update={"span": span, "words": kept})


def _back(piece: Piece, stretch: Span, scan: Scan, holes: tuple[Hole, ...]) -> Piece:
    """A piece of a stretch on the time of the file, its outer edges saying what lies beside it."""
    span = Span(start=piece.span.start + stretch.start, end=piece.span.end + stretch.start)
    start, end = piece.start_edge, piece.end_edge
    if start.reason == "file_start" and span.start > 0:
        beside = max((hole for hole in holes if hole.span.start < span.start), key=lambda hole: hole.span.start)
        start = Edge(reason="left_out", detail=beside.text)
    if end.reason == "file_end" and (span.end < scan.length or holes[-1].span.end > scan.length):
        beside = min((hole for hole in holes if hole.span.end > span.end), key=lambda hole: hole.span.end)
        end = Edge(reason="left_out", detail=beside.text)
    return piece.model_copy(update={"span": span, "start_edge": start, "end_edge": end})
