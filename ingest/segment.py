"""Where clips begin and end: one optimum over shot changes, pauses, line ends and still moments of a whole file.

Every picture is a possible boundary and has a price; so has every clip, by its length and the shot changes inside it.
Dynamic programming finds the cheapest chain of boundaries whose clips all last 1-10 s. All prices stand in `COSTS` and
`BROKEN`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cliplib.errors import MediaError
from cliplib.records import MAX_CLIP_MS, MIN_CLIP_MS, Edge, EdgeReason, FootageKind, Line, Span, Value

VERSION = 2

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Costs:
    """The prices of one kind of footage. A boundary at a shot change is free."""

    shortest: float = 2.0
    """A clip is not penalised between this many seconds..."""
    longest: float = 7.0
    """...and this many."""
    per_second: float = 4.0
    """For each second outside."""
    shot_inside: float = 60.0
    """For each shot change inside a clip."""
    further_line: float = 2.0
    """For each line in a clip beyond the first."""
    long_pause: float = 3.0
    """For a boundary in a pause of a second or more..."""
    short_pause: float = 10.0
    """...and in one that is hardly there."""
    line_end: float = 12.0
    """For a boundary where one line follows the other without a pause."""
    still: float = 14.0
    """For a boundary without speech around it."""
    moving: float = 12.0
    """More for a boundary at the liveliest moment than at the stillest."""
    inside: float = 40.0
    """For a boundary inside speech that no clip can hold whole..."""
    loud: float = 40.0
    """...and more for its loudest than for its quietest moment."""


COSTS: dict[FootageKind, Costs] = {
    "brand": Costs(shortest=1.5, longest=6.0),
    "product": Costs(longest=6.0),
    "model": Costs(longest=6.0),
    # One picture for hours: what is said makes the clip, so one sentence is one clip unless it is very short.
    "livestream": Costs(longest=9.0, further_line=16.0),
    "ugc": Costs(),
    "still": Costs(shortest=1.5, longest=5.0),
    "generated": Costs(shortest=1.5, longest=6.0),
}

BROKEN = {"word": 4e6, "line": 2e6, "speech": 1e6}
"""For a boundary inside something that a clip could hold whole: paid only where there is no other way at all."""

PAUSE_ENOUGH = 1000
"""Milliseconds from which a longer pause is no better."""


@dataclass(frozen=True, slots=True)
class Material:
    """What is known of a file before it is cut. Times in ms from the first picture.

    `times` has the moment of each picture, `motion` and `level` (how loud it is) one share of 1 for each.
    """

    times: NDArray[np.int64]
    length: int
    shots: tuple[int, ...]
    lines: tuple[Line, ...]
    speech: tuple[Span, ...]
    motion: NDArray[np.float32]
    level: NDArray[np.float32]


class Piece(Value):
    """One clip to be: its span and why it begins and ends there."""

    span: Span
    start_edge: Edge
    end_edge: Edge


@dataclass(frozen=True, slots=True)
class _Unit:
    """Something that should stay whole, between two pictures (their numbers)."""

    kind: str
    first: int
    last: int
    length: int


def segment(material: Material, kind: FootageKind) -> tuple[Piece, ...]:
    """Cut a file into clips of 1-10 s that follow one another without a hole.

    Raises:
        MediaError: it cannot be done: shorter than 1 s, or one picture stands for longer than a clip may last.
    """
    if material.length < MIN_CLIP_MS:
        raise MediaError(f"{material.length} ms of picture is less than the {MIN_CLIP_MS} ms of the shortest clip")
    costs = COSTS[kind]
    marks = np.append(material.times, material.length)
    units = _units(material, marks)
    prices = _boundary_prices(material, marks, units, costs)
    line_ends = np.array([unit.last for unit in units if unit.kind == "line"], np.int64)
    chain = _cheapest(marks, prices, _numbers(marks, material.shots), line_ends, costs)
    between = [_edge(number, material, marks, units) for number in chain[1:-1]]
    edges = [Edge(reason="file_start"), *between, Edge(reason="file_end")]
    return tuple(
        Piece(span=Span(start=int(marks[a]), end=int(marks[b])), start_edge=start, end_edge=end)
        for a, b, start, end in zip(chain, chain[1:], edges, edges[1:], strict=False)
    )


def _numbers(marks: NDArray[np.int64], times: Sequence[int]) -> NDArray[np.int64]:
    """The nearest picture of each time, sorted; the end of the file counts as one picture more."""
    wanted = np.array(sorted(times), np.int64)
    after = np.clip(np.searchsorted(marks, wanted), 1, len(marks) - 1)
    return np.where(wanted - marks[after - 1] < marks[after] - wanted, after - 1, after)


def _units(material: Material, marks: NDArray[np.int64]) -> list[_Unit]:
    """Words, lines and stretches of speech that reach over at least one picture's beginning."""
    words = [("word", word.span) for line in material.lines for word in line.words]
    lines = [("line", line.span) for line in material.lines]
    # Words say better than a detector of speech where one may cut.
    speech = [] if words else [("speech", span) for span in material.speech]
    found = []
    for kind, span in words + lines + speech:
        first, last = (int(_numbers(marks, [at])[0]) for at in (span.start, span.end))
        if last > first:
            found.append(_Unit(kind, first, last, int(marks[last] - marks[first])))
    return sorted(found, key=lambda unit: (unit.first, unit.last, unit.kind))


def _fits(unit: _Unit) -> bool:
    return unit.length <= MAX_CLIP_MS


def _inside(units: Sequence[_Unit], weights: Sequence[float], size: int) -> Floats:
    """For each picture the summed weight of the units that a boundary there would break."""
    steps = np.zeros(size + 1)
    for unit, weight in zip(units, weights, strict=True):
        steps[unit.first + 1] += weight
        steps[unit.last] -= weight
    return np.cumsum(steps)[:size]


def _boundary_prices(material: Material, marks: NDArray[np.int64], units: list[_Unit], costs: Costs) -> Floats:
    """What a boundary at each picture costs."""
    size = len(marks)
    motion = np.append(_relative(material.motion), 0.0)
    level = np.append(_relative(material.level), 0.0)
    prices = np.full(size, costs.still)
    for before, after in _gaps(units):
        prices[before : after + 1] = np.minimum(prices[before : after + 1], _pause_price(marks, before, after, costs))
    prices += costs.moving * motion
    prices[_numbers(marks, material.shots)] = 0.0
    whole = [unit for unit in units if _fits(unit)]
    endless = [unit for unit in units if not _fits(unit)]
    caught = _inside(endless, [1.0] * len(endless), size) > 0
    at_shot = np.zeros(size, bool)
    at_shot[_numbers(marks, material.shots)] = True
    prices[caught] = (np.where(at_shot, 0.0, costs.inside) + costs.loud * level)[caught]
    return prices + _inside(whole, [BROKEN[unit.kind] for unit in whole], size)


def _relative(values: NDArray[np.float32]) -> Floats:
    """Shares of the liveliest moments, smoothed over five pictures so that one odd picture is no still moment."""
    if not len(values):
        return np.zeros(0)
    padded = np.pad(values.astype(np.float64), 2, mode="edge")
    smooth = np.convolve(padded, np.full(5, 0.2), mode="valid")
    top = float(np.percentile(smooth, 95))
    return np.clip(smooth / top, 0.0, 1.0) if top > 0 else np.zeros(len(values))


def _gaps(units: Sequence[_Unit]) -> list[tuple[int, int]]:
    """From the end of what is said to the beginning of what is said next, as numbers of pictures."""
    gaps = []
    end: int | None = None
    for unit in (unit for unit in units if unit.kind != "word"):
        if end is not None and unit.first >= end:
            gaps.append((end, unit.first))
        end = unit.last if end is None else max(end, unit.last)
    return gaps


def _pause_price(marks: NDArray[np.int64], before: int, after: int, costs: Costs) -> Floats:
    """Prices of the pictures of one pause: the longer the pause and the nearer its middle, the less."""
    length = int(marks[after] - marks[before])
    if length == 0:
        return np.array([costs.line_end])
    share = min(1.0, length / PAUSE_ENOUGH)
    base = costs.short_pause + share * (costs.long_pause - costs.short_pause)
    middle = (marks[after] + marks[before]) / 2
    return np.asarray(base + np.abs(marks[before : after + 1] - middle) / max(length, PAUSE_ENOUGH), np.float64)


def _cheapest(
    marks: NDArray[np.int64], prices: Floats, changes: NDArray[np.int64], line_ends: NDArray[np.int64], costs: Costs
) -> list[int]:
    """Numbers of the pictures at which the cheapest chain of clips begins and ends; the earliest among equals."""
    size = len(marks)
    flags = np.zeros(size)
    flags[np.unique(changes)] = 1
    passed = np.cumsum(flags)  # changes up to and with this picture
    ended = np.cumsum(np.bincount(line_ends, minlength=size))  # lines that are over when this picture begins
    total = np.full(size, np.inf)
    total[0] = 0.0
    came_from = np.full(size, -1)
    lowest = np.searchsorted(marks, marks - MAX_CLIP_MS, "left")
    highest = np.searchsorted(marks, marks - MIN_CLIP_MS, "right")
    for end in range(1, size):
        low, high = lowest[end], highest[end]
        if low >= high:
            continue
        seconds = (marks[end] - marks[low:high]) / 1000
        off = np.maximum(0.0, costs.shortest - seconds) + np.maximum(0.0, seconds - costs.longest)
        changes_inside = passed[end] - flags[end] - passed[low:high]
        further_lines = np.maximum(0, ended[end] - ended[low:high] - 1)
        chains = total[low:high] + costs.per_second * off + costs.shot_inside * changes_inside
        chains += costs.further_line * further_lines
        best = int(np.argmin(chains))
        total[end] = chains[best] + (0.0 if end == size - 1 else prices[end])
        came_from[end] = low + best
    if not np.isfinite(total[-1]):
        raise MediaError(
            "no clips of 1-10 s can be made: a single picture stands for too long",
            "Export the file with a constant frame rate and ingest that.",
        )
    chain = [size - 1]
    while chain[-1] != 0:
        chain.append(int(came_from[chain[-1]]))
    return chain[::-1]


def _edge(number: int, material: Material, marks: NDArray[np.int64], units: list[_Unit]) -> Edge:
    """Why there is a boundary at this picture."""
    broken = [unit for unit in units if unit.first < number < unit.last]
    short = next((unit for unit in broken if _fits(unit)), None)
    if short is not None:
        seconds = short.length / 1000
        return Edge(
            reason="length_limit", detail=f"no place within 10 s keeps this {short.kind} of {seconds:.1f} s whole"
        )
    if number in _numbers(marks, material.shots):
        return Edge(reason="shot_change", detail="the shot changes here")
    if broken:
        return _edge_inside(number, max(broken, key=lambda unit: unit.length), units)
    pause = next(((a, b) for a, b in _gaps(units) if a <= number <= b), None)
    if pause is not None:
        return _edge_between(*(int(marks[k]) for k in pause))
    return Edge(reason="still_moment", detail="the picture is calmer here than around")


def _edge_inside(number: int, broken: _Unit, units: list[_Unit]) -> Edge:
    where = f"inside a {broken.kind} of {broken.length / 1000:.1f} s, which no clip can hold"
    at_word = any(number in (unit.first, unit.last) for unit in units if unit.kind == "word")
    at_line = any(number in (unit.first, unit.last) for unit in units if unit.kind == "line")
    how = "between two words" if at_word else "between two lines" if at_line else "at a quiet moment"
    return Edge(reason="length_limit", detail=f"{where}; {how}")


def _edge_between(start: int, end: int) -> Edge:
    reason: EdgeReason = "pause" if end > start else "line_end"
    detail = f"pause of {(end - start) / 1000:.2f} s" if end > start else "one line ends and the next begins"
    return Edge(reason=reason, detail=detail)
