"""What a file is made of before it is cut: shots, what lies between them, runs of very short ones, and what is said."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cliplib.records import MAX_CLIP_MS, MIN_CLIP_MS, Line
from cliplib.values import Span
from ingest.changes import Passage

Numbers = NDArray[np.int64]

UNSURE_MS = 120
"""Where speech is only detected, its ends are no surer than this: twice what the detector adds on each side."""


@dataclass(frozen=True, slots=True)
class Material:
    """What is known of a file before it is cut. Times in ms from the first picture.

    `times` has the moment of each picture, `motion` and `level` (how loud it is) one share of 1 for each. `passages`
    do not overlap. `offers` are those lines that name a product or a price.
    """

    times: Numbers
    length: int
    shots: tuple[int, ...]
    lines: tuple[Line, ...]
    speech: tuple[Span, ...]
    motion: NDArray[np.float32]
    level: NDArray[np.float32]
    passages: tuple[Passage, ...] = ()
    offers: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """Something that should stay whole, between two pictures (their numbers)."""

    kind: str
    first: int
    last: int
    length: int

    @property
    def fits(self) -> bool:
        """Whether one clip can hold it."""
        return self.length <= MAX_CLIP_MS


@dataclass(frozen=True, slots=True)
class Hole:
    """A passage between two pictures; `inner` where it lies in a run of short shots and so may lie in a clip."""

    first: int
    last: int
    passage: Passage
    inner: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """The same in numbers of pictures; the end of the file counts as one picture more.

    `marks` has the time of each, `cuts` the first pictures of shots after a hard cut, `inner_cuts` those of them in a
    run of shots under 1 s, `runs` such runs, `spoken` all that is said or heard, sorted.
    """

    marks: Numbers
    cuts: Numbers
    inner_cuts: Numbers
    holes: tuple[Hole, ...]
    runs: tuple[Unit, ...]
    spoken: tuple[Unit, ...]

    @property
    def size(self) -> int:
        """How many boundaries are possible."""
        return len(self.marks)

    def units(self) -> list[Unit]:
        """What is said or heard and reaches over at least one picture's beginning."""
        return [unit for unit in self.spoken if unit.last > unit.first]


def lay_out(material: Material) -> Layout:
    """Put everything on the grid of pictures."""
    marks = np.append(material.times, material.length)
    spans = [tuple(numbers_of(marks, [p.start, p.end]).tolist()) for p in material.passages]
    between = [(first, last) for first, last in spans if last > first]
    cuts = [
        number
        for number in np.unique(numbers_of(marks, material.shots)).tolist()
        if 0 < number < len(marks) - 1 and not any(first <= number <= last for first, last in between)
    ]
    events = sorted([*between, *((cut, cut) for cut in cuts)])
    runs, inner = _runs(marks, events)
    passages = dict(zip(spans, material.passages, strict=True))
    return Layout(
        marks=marks,
        cuts=np.array(cuts, np.int64),
        inner_cuts=np.array([cut for cut in cuts if (cut, cut) in inner], np.int64),
        holes=tuple(Hole(*event, passages[event], event in inner) for event in sorted(between)),
        runs=tuple(runs),
        spoken=tuple(_spoken(material, marks)),
    )


def numbers_of(marks: Numbers, times: Sequence[int]) -> Numbers:
    """The nearest picture of each time, sorted; the end of the file counts as one picture more."""
    wanted = np.array(sorted(times), np.int64)
    after = np.clip(np.searchsorted(marks, wanted), 1, len(marks) - 1)
    return np.where(wanted - marks[after - 1] < marks[after] - wanted, after - 1, after)


def _runs(marks: Numbers, events: Sequence[tuple[int, int]]) -> tuple[list[Unit], set[tuple[int, int]]]:
    """Runs of two and more shots under 1 s, and the changes inside them."""
    starts = [0, *(last for _, last in events)]
    ends = [*(first for first, _ in events), len(marks) - 1]
    short = [0 < marks[end] - marks[start] < MIN_CLIP_MS for start, end in zip(starts, ends, strict=True)]
    inner = {event for event, before, after in zip(events, short, short[1:], strict=False) if before and after}
    runs: list[Unit] = []
    first = 0
    for number, (event, start) in enumerate(zip([*events, None], starts, strict=True)):
        if number == 0 or events[number - 1] not in inner:
            first = start
        elif event not in inner:
            runs.append(Unit("montage", first, ends[number], int(marks[ends[number]] - marks[first])))
    return runs, inner


def _spoken(material: Material, marks: Numbers) -> list[Unit]:
    """Words, lines and stretches of speech."""
    words = [("word", word.span) for line in material.lines for word in line.words]
    lines = [("offer" if line.span in material.offers else "line", line.span) for line in material.lines]
    # Words say better than a detector of speech where one may cut.
    speech = [] if words else [("speech", _beside(span, material.passages)) for span in material.speech]
    found = []
    for kind, span in words + lines + speech:
        first, last = numbers_of(marks, [span.start, span.end]).tolist()
        found.append(Unit(kind, first, last, int(marks[last] - marks[first])))
    return sorted(found, key=lambda unit: (unit.first, unit.last, unit.kind))


def _beside(speech: Span, passages: Sequence[Passage]) -> Span:
    """Detected speech without ends that hardly reach into a passage."""
    start, end = speech.start, speech.end
    for passage in passages:
        if start < passage.start < end <= passage.start + UNSURE_MS:
            end = passage.start
        if passage.end - UNSURE_MS <= start < passage.end < end:
            start = passage.end
    return Span(start=start, end=end)
