"""What a boundary costs at each picture of a file, and a clip by its length and what lies inside it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cliplib.records import FootageKind
from ingest.layout import Hole, Layout, Material, Numbers, Unit

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

BROKEN = {"word": 4e6, "offer": 3e6, "line": 2e6, "speech": 1e6, "blend": 1e5, "montage": 1e3}
"""For a boundary inside something that a clip could hold whole, or inside a blend: paid only where there is no other
way at all. An `offer` is a line that names a product or a price."""

BLEND_INSIDE = 1e4
"""For each gradual change in a clip: less than for breaking what is said, more than for anything else."""

PAUSE_ENOUGH = 1000
"""Milliseconds from which a longer pause is no better."""


def boundary_prices(material: Material, layout: Layout, costs: Costs) -> Floats:
    """What a boundary at each picture costs."""
    motion = np.append(_relative(material.motion), 0.0)
    level = np.append(_relative(material.level), 0.0)
    units = layout.units()
    prices = np.full(layout.size, costs.still)
    for before, after in gaps(units):
        here = slice(before, after + 1)
        prices[here] = np.minimum(prices[here], _pause_price(layout.marks, before, after, costs))
    prices += costs.moving * motion
    changes = np.zeros(layout.size, bool)
    changes[layout.cuts] = True
    changes[[number for hole in layout.holes for number in (hole.first, hole.last)]] = True
    prices[changes] = 0.0
    prices[layout.inner_cuts] = costs.long_pause  # else a long run would become many short clips
    endless = [unit for unit in units if not unit.fits]
    caught = _inside(endless, [1.0] * len(endless), layout.size) > 0
    prices[caught] = (np.where(changes, 0.0, costs.inside) + costs.loud * level)[caught]
    blends = [Unit("blend", hole.first, hole.last, 0) for hole in layout.holes]
    whole = [*(unit for unit in (*units, *layout.runs) if unit.fits), *blends]
    return prices + _inside(whole, [BROKEN[unit.kind] for unit in whole], layout.size)


def hole_price(hole: Hole, layout: Layout) -> float:
    """What it costs to leave a passage out of all clips: whatever is said wholly inside it would be lost."""
    return sum(BROKEN[unit.kind] for unit in layout.spoken if hole.first <= unit.first and unit.last <= hole.last)


def _inside(units: Sequence[Unit], weights: Sequence[float], size: int) -> Floats:
    """For each picture the summed weight of the units that a boundary there would break."""
    steps = np.zeros(size + 1)
    for unit, weight in zip(units, weights, strict=True):
        steps[unit.first + 1] += weight
        steps[unit.last] -= weight
    return np.cumsum(steps)[:size]


def _relative(values: NDArray[np.float32]) -> Floats:
    """Shares of the liveliest moments, smoothed over five pictures so that one odd picture is no still moment."""
    if not len(values):
        return np.zeros(0)
    padded = np.pad(values.astype(np.float64), 2, mode="edge")
    smooth = np.convolve(padded, np.full(5, 0.2), mode="valid")
    top = float(np.percentile(smooth, 95))
    return np.clip(smooth / top, 0.0, 1.0) if top > 0 else np.zeros(len(values))


def gaps(units: Sequence[Unit]) -> list[tuple[int, int]]:
    """From the end of what is said to the beginning of what is said next, as numbers of pictures."""
    gaps = []
    end: int | None = None
    for unit in (unit for unit in units if unit.kind != "word"):
        if end is not None and unit.first >= end:
            gaps.append((end, unit.first))
        end = unit.last if end is None else max(end, unit.last)
    return gaps


def _pause_price(marks: Numbers, before: int, after: int, costs: Costs) -> Floats:
    """Prices of the pictures of one pause: the longer the pause and the nearer its middle, the less."""
    length = int(marks[after] - marks[before])
    if length == 0:
        return np.array([costs.line_end])
    share = min(1.0, length / PAUSE_ENOUGH)
    base = costs.short_pause + share * (costs.long_pause - costs.short_pause)
    middle = (marks[after] + marks[before]) / 2
    return np.asarray(base + np.abs(marks[before : after + 1] - middle) / max(length, PAUSE_ENOUGH), np.float64)
