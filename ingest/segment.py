"""Where clips begin and end: one optimum over shot changes, pauses, line ends and still moments of a whole file.

Every picture is a possible boundary and has a price; so has every clip, by its length and the shot changes inside it.
What lies between two shots that blend may be left out. Dynamic programming finds the cheapest chain of boundaries whose
clips all last 1-10 s. All prices stand in `ingest.prices`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cliplib.errors import MediaError
from cliplib.records import MAX_CLIP_MS, MIN_CLIP_MS, Edge, FootageKind
from cliplib.values import Span, Value
from ingest.changes import Passage
from ingest.edges import edge_at, edge_beside, with_blend
from ingest.layout import Hole, Layout, Material, Numbers, lay_out
from ingest.prices import BLEND_INSIDE, COSTS, Costs, Floats, boundary_prices, hole_price

__all__ = ["COSTS", "Material", "Passage", "Piece", "segment"]

VERSION = 3


class Piece(Value):
    """One clip to be: its span, why it begins and ends there, and whether it is a run of shots under 1 s."""

    span: Span
    start_edge: Edge
    end_edge: Edge
    montage: bool = False


def segment(material: Material, kind: FootageKind) -> tuple[Piece, ...]:
    """Cut a file into clips of 1-10 s that follow one another without a hole, but for passages between shots.

    A passage lies in a clip only where something that is said runs across it, where a shot beside it is too short for
    a clip, or inside a montage.

    Raises:
        MediaError: it cannot be done: shorter than 1 s, or one picture stands for longer than a clip may last.
    """
    if material.length < MIN_CLIP_MS:
        raise MediaError(f"{material.length} ms of picture is less than the {MIN_CLIP_MS} ms of the shortest clip")
    layout = lay_out(material)
    clips = _cheapest(layout, boundary_prices(material, layout, COSTS[kind]), COSTS[kind])
    return tuple(_piece(first, last, clips, layout) for first, last in clips)


@dataclass(slots=True)
class _Chains:
    """For each picture: the cheapest chain of clips up to one that ends there, and up to one that begins there.

    `came_from` is where the clip that ends there began; `left_out` the hole that lies before a clip that begins there.
    """

    ends: Floats
    starts: Floats
    came_from: Numbers
    left_out: dict[int, Hole]


def _cheapest(layout: Layout, prices: Floats, costs: Costs) -> list[tuple[int, int]]:
    """First and last boundary of each clip of the cheapest chain."""
    marks, size = layout.marks, layout.size
    inside = _Inside(layout, costs)
    chains = _Chains(np.full(size, np.inf), np.full(size, np.inf), np.full(size, -1), {})
    holes = {hole.last: hole for hole in layout.holes}
    chains.starts[0] = chains.ends[0] = 0.0
    lowest = np.searchsorted(marks, marks - MAX_CLIP_MS, "left")
    highest = np.searchsorted(marks, marks - MIN_CLIP_MS, "right")
    for end in range(1, size):
        low, high = int(lowest[end]), int(highest[end])
        if low < high:
            totals = chains.starts[low:high] + inside.price(low, high, end)
            best = int(np.argmin(totals))
            chains.ends[end] = totals[best] + (0.0 if end == size - 1 else prices[end])
            chains.came_from[end] = low + best
        chains.starts[end] = chains.ends[end]
        if (hole := holes.get(end)) is not None:
            without = chains.ends[hole.first] + hole_price(hole, layout) + (0.0 if end == size - 1 else prices[end])
            if without < chains.starts[end]:
                chains.starts[end], chains.left_out[end] = without, hole
    return _followed_back(chains, size - 1)


def _followed_back(chains: _Chains, end: int) -> list[tuple[int, int]]:
    if not np.isfinite(chains.starts[end]):
        raise MediaError(
            "no clips of 1-10 s can be made: a single picture stands for too long",
            "Export the file with a constant frame rate and ingest that.",
        )
    clips: list[tuple[int, int]] = []
    while end > 0:
        if end in chains.left_out:
            end = chains.left_out[end].first
            continue
        clips.append((int(chains.came_from[end]), end))
        end = clips[-1][0]
    return clips[::-1]


class _Inside:
    """What a clip costs by its length and what lies inside it, from running counts over all pictures."""

    def __init__(self, layout: Layout, costs: Costs) -> None:
        size = layout.size
        charged = [hole for hole in layout.holes if not hole.inner]
        line_ends = [unit.last for unit in layout.units() if unit.kind in ("line", "offer")]
        self._marks, self._costs = layout.marks, costs
        self._cuts = np.zeros(size)
        self._cuts[np.setdiff1d(layout.cuts, layout.inner_cuts)] = 1
        self._cuts_until = np.cumsum(self._cuts)
        self._lines_until = _counted(line_ends, size)
        self._blends_over = _counted([hole.last for hole in charged], size)
        self._blends_begun = _counted([hole.first + 1 for hole in charged], size)

    def price(self, low: int, high: int, end: int) -> Floats:
        """Prices of the clips that begin at the pictures from `low` up to and without `high` and end at `end`."""
        costs, begin = self._costs, slice(low, high)
        seconds = (self._marks[end] - self._marks[begin]) / 1000
        off = np.maximum(0.0, costs.shortest - seconds) + np.maximum(0.0, seconds - costs.longest)
        cuts = self._cuts_until[end] - self._cuts[end] - self._cuts_until[begin]
        further_lines = np.maximum(0, self._lines_until[end] - self._lines_until[begin] - 1)
        blends = self._blends_begun[end] - self._blends_over[begin]
        prices: Floats = costs.per_second * off + costs.shot_inside * cuts + costs.further_line * further_lines
        prices += BLEND_INSIDE * blends
        return prices


def _counted(numbers: Sequence[int], size: int) -> Numbers:
    """For each picture how many of these numbers are not beyond it."""
    return np.cumsum(np.bincount(np.array(numbers, np.int64), minlength=size))


def _piece(first: int, last: int, clips: list[tuple[int, int]], layout: Layout) -> Piece:
    span = Span(start=int(layout.marks[first]), end=int(layout.marks[last]))
    begun, ended = ({clip[which] for clip in clips} for which in (0, 1))
    before = next((hole for hole in layout.holes if hole.last == first and first not in ended), None)
    after = next((hole for hole in layout.holes if hole.first == last and last not in begun), None)
    start = Edge(reason="file_start") if first == 0 else edge_at(first, layout)
    end = Edge(reason="file_end") if last == layout.size - 1 else edge_at(last, layout)
    start = start if before is None else edge_beside(before.passage, "ends")
    end = end if after is None else edge_beside(after.passage, "begins")
    for hole in layout.holes:
        if not hole.inner and hole.first < last and hole.last > first:
            start = with_blend(start, hole, layout)
    return Piece(span=span, start_edge=start, end_edge=end, montage=_is_montage(span, layout))


def _is_montage(span: Span, layout: Layout) -> bool:
    """Whether most of a clip is a run of shots under 1 s."""
    runs = [Span(start=int(layout.marks[run.first]), end=int(layout.marks[run.last])) for run in layout.runs]
    return 2 * sum(run.overlap(span) for run in runs) > span.length
