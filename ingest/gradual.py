"""Gradual changes of shot: dissolves, fades through an empty picture, wipes and pushes, each tested for what it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ingest.blend import Blend
from ingest.likeness import SIDE, Planes, View

SPANS_MS = (200, 320, 500, 800, 1250, 2000)
"""Lengths of the windows in which a blend is looked for, each 1.6 times the one before: one fits any change."""

POINTS = (-0.6, -0.3, 0.0, 0.3, 0.6)
"""Where in a window the blend is sampled, as parts of its half."""


Way = Literal["cut", "dissolve", "fade", "wipe", "push"]
"""How one shot becomes the next."""


@dataclass(frozen=True, slots=True)
class Span:
    """First and last blended picture, by number within the view, the share of the picture that changed, and how."""

    start: int
    end: int
    strength: float
    way: Way


@dataclass(frozen=True, slots=True)
class GradualLimits:
    """Every threshold for gradual changes, each with its reason. Set on splices of other footage than the project's."""

    apart: float = 10.0
    """Levels of change between both ends of a window under which nothing is looked at."""
    off_scan: float = 0.40
    """Part of the change that may lie off the straight way from one end to the other, while looking."""
    off: float = 0.20
    """... and in a dissolve that is found: two shots that move themselves stay under it."""
    uneven: float = 0.24
    """How far the blend may differ between places: a dissolve is alike everywhere, movement is not."""
    unlike: float = 0.85
    """Share of unexplained blocks between both ends: slower changes of light or focus stay below."""
    alike: float = 0.80
    """Share of the brightness of one end that follows from the other's, from which only the light has changed."""
    crooked: float = 0.40
    """How far the blend may stray from a straight line over time."""
    blended: float = 0.26
    """Half way, places are this far from being one end or the other; in movement most are one or the other."""
    awry: float = 0.46
    """The most of `uneven` and `crooked` together."""
    leap: float = 0.55
    """A step of the blend from which it is a cut."""
    moved: float = 0.42
    """Part of the change in its middle fifth that movement explains: little in a dissolve, most in a pan."""
    wipe_off: float = 0.16
    """As `off` for a wipe, which is made of pieces of both ends,"""
    wipe_mixed: float = 0.12
    """... each place being one or the other,"""
    wipe_unlike: float = 0.70
    """... in shots that may share their ground,"""
    wipe_cover: float = 0.80
    """... over nearly all of the picture: a passing object changes less,"""
    wipe_order: float = 0.66
    """... in the order of a line or a circle that moves over it (correlation of time and place)."""
    push_off: float = 0.15
    """Part of the change that two pictures sliding side by side leave unexplained,"""
    push_crooked: float = 0.15
    """... at a pace that is even within this part of the picture: whip pans slow down and speed up."""
    burst: float = 2.0
    """Movement in a push exceeds that around it so many times,"""
    burst_least: float = 6.0
    """... and this many levels."""
    push_ms: float = 1300.0
    """A push takes no longer."""
    empty: float = 5.0
    """Standard deviation of luma under which a picture is empty."""
    dark: float = 45.0
    """An empty picture is a fade's when its luma is below this,"""
    bright: float = 200.0
    """... or above this."""
    fade_ms: float = 1600.0
    """A fade takes no longer on either side."""
    fade_unlike: float = 0.50
    """Share of unexplained blocks between both sides under which a shot has only blinked,"""
    blink_ms: float = 400.0
    """... if it took less than this."""
    hold_ms: float = 500.0
    """Two cuts around an empty picture of no more than this are one change."""


LIMITS = GradualLimits()


def find_gradual(view: View, limits: GradualLimits = LIMITS) -> list[Span]:
    """Gradual changes in order of time, not overlapping."""
    fades, ends = _fades(view, limits)
    found = list(fades)
    for finder in (_pushes, _blends):
        for span in finder(view, limits):
            if all(span.end < other.start or span.start > other.end for other in (*found, *ends)):
                found.append(span)
    return sorted(found, key=lambda span: span.start)


def faded_ends(spread: Planes, luma: Planes, frame_ms: float, limits: GradualLimits = LIMITS) -> tuple[int, int]:
    """Numbers of the first and the last picture outside a fade in or out at the very ends of a footage.

    Args:
        spread: shape (n,), standard deviation of luma over each picture.
        luma: shape (n,), mean luma of each picture.
        frame_ms: usual time between pictures.
        limits: what counts as empty and as a fade.

    Returns:
        (0, n - 1) where the ends show something, or nothing is shown at all.
    """
    first, last = 0, len(spread) - 1
    most = max(1, round(limits.fade_ms / frame_ms))
    runs = list(_runs(_empty(spread, luma, limits).tolist()))
    if runs == [(first, last)]:
        return first, last
    if runs and runs[0][0] == 0:
        first = _slope(spread, runs[0][1], 1, most)
    if runs and runs[-1][1] == last:
        last = _slope(spread, runs[-1][0], -1, most)
    return first, last


def _empty(spread: Planes, luma: Planes, limits: GradualLimits) -> NDArray[np.bool_]:
    """Which pictures are black or white all over."""
    return (spread < limits.empty) & ((luma < limits.dark) | (luma > limits.bright))


def _fades(view: View, limits: GradualLimits) -> tuple[list[Span], list[Span]]:
    """Changes through an empty picture; and fades that are none, at the very beginning and end of the footage."""
    found, ends = [], []
    most = view.frames(limits.fade_ms)
    for first, last in _runs(_empty(view.spread, view.luma.mean((1, 2)), limits).tolist()):
        before = _slope(view.spread, first, -1, most) if first > 0 else -1
        after = _slope(view.spread, last, 1, most) if last < len(view) - 1 else len(view)
        if before < 0 or after == len(view):
            ends.append(Span(before + 1, after - 1, 0.0, "fade"))
            continue
        span = Span(before + 1, after - 1, view.unlike(before, after).share, "fade")
        abrupt = first - before <= 1 and after - last <= 1
        changed = span.strength >= limits.fade_unlike or (after - before) * view.frame_ms >= limits.blink_ms
        if changed and (not abrupt or (last - first + 1) * view.frame_ms <= limits.hold_ms):
            found.append(span)
    return found, ends


def _slope(spread: Planes, edge: int, way: int, most: int) -> int:
    """The picture of the neighbouring shot next to a fade that is not faded, going from the edge of an empty run."""
    at, climbed, steps = edge, 0.0, 0
    while steps < most:
        ahead = range(at + way, min(max(at + 4 * way, -1), len(spread)), way)
        rises = [float(spread[other] - spread[at]) / abs(other - at) for other in ahead]
        best = int(np.argmax(rises)) if rises else 0
        if not rises or rises[best] < max(0.2 * climbed / max(steps, 1), 0.05):
            break
        at, climbed, steps = at + (best + 1) * way, climbed + rises[best] * (best + 1), steps + best + 1
    return at if at != edge else edge + way


def _runs(flags: list[bool]) -> Iterator[tuple[int, int]]:
    """First and last place of each run of true flags."""
    first: int | None = None
    for at, flag in enumerate([*flags, False]):
        if flag and first is None:
            first = at
        elif not flag and first is not None:
            yield first, at - 1
            first = None


def _blends(view: View, limits: GradualLimits) -> Iterator[Span]:
    taken = np.zeros(len(view), bool)
    for start, end in _windows(view, limits):
        if taken[start : end + 1].any():
            continue
        found = next((span for ends in _trims(view, start, end) if (span := _blend(view, *ends, limits))), None)
        if found is not None:
            taken[start : end + 1] = True
            yield found


def _blend(view: View, a: int, b: int, limits: GradualLimits) -> Span | None:
    """The change between pictures a and b, both outside it, if they blend into one another and are unlike."""
    if b - a < 3 or min(view.spread[a], view.spread[b]) < limits.empty:
        return None
    blend = Blend.between(view, a, b)
    dissolves = _dissolves(blend, limits)
    if not (dissolves or _wipes(blend, limits)) or _relit(view, a, b) > limits.alike:
        return None
    if view.unlike(a, b).share < (limits.unlike if dissolves else limits.wipe_unlike):
        return None
    early, late = a + round(0.4 * (b - a)), a + round(0.6 * (b - a))
    if dissolves and view.unlike(early, max(late, early + 1)).moved > limits.moved:
        return None
    return Span(a + 1, b - 1, view.unlike(a, b).share, "dissolve" if dissolves else "wipe")


def _windows(view: View, limits: GradualLimits) -> list[tuple[int, int]]:
    """Windows whose middle lies between their ends: of each length those that do not overlap, best first."""
    kept: list[tuple[float, int, int]] = []
    for span in SPANS_MS:
        half = view.frames(span / 2, 2)
        if len(view) <= 2 * half:
            continue
        score, passed = _scan(view, half, limits)
        taken = np.zeros(len(view), bool)
        for at in sorted(np.flatnonzero(passed).tolist(), key=lambda at: -score[at]):
            if not taken[at : at + 2 * half + 1].any():
                taken[at : at + 2 * half + 1] = True
                kept.append((float(score[at]), at, at + 2 * half))
    return [(start, end) for _, start, end in sorted(kept, reverse=True)]


def _scan(view: View, half: int, limits: GradualLimits) -> tuple[Planes, Planes]:
    """For every window of this half: how telling it is, and whether it may hold a blend."""
    count = len(view) - 2 * half
    tiles = view.tiles.reshape(len(view), 3, -1)
    first, way = tiles[:count], tiles[2 * half :] - tiles[:count]
    length, square = np.abs(way).sum(1), (way * way).sum(1) + 1
    total = length.sum(1) + 1
    offs, alphas = [], []
    for point in POINTS:
        at = half + round(point * half)
        gone = tiles[at : at + count] - first
        alpha = np.clip((gone * way).sum(1) / square, 0, 1)
        offs.append(np.abs(gone - alpha[:, None] * way).sum((1, 2)) / total)
        alphas.append((alpha * length).sum(1) / total)
    off, alpha = np.array(offs), np.array(alphas)
    steps, apart = np.diff(alpha, axis=0), length.mean(1)
    middle = (alpha[0] < 0.45) & (alpha[-1] > 0.55) & (alpha[2] > 0.2) & (alpha[2] < 0.8)
    even = (steps.min(0) > 0.03) & (steps.max(0) < limits.leap)
    passed = middle & even & (apart > limits.apart) & (off.max(0) < limits.off_scan)
    return apart * (1 - 2 * off.mean(0)), passed


def _trims(view: View, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The last picture before and the first one after the blend within a window, in two ways.

    First drawn out from the middle half of the blend, so that movement on either side does not count as part of it;
    then by where it begins and ends, for what does not go evenly.
    """
    gone = Blend.between(view, start, end).gone
    if gone[-1] < 0.95:  # both ends are one picture
        return
    wide = start + int(np.flatnonzero(gone <= 0.05)[-1]), start + int(np.argmax(gone >= 0.95))
    a, b = start, end
    for _ in range(2):
        gone = Blend.between(view, a, b).gone
        early, late = _crossing(gone, 0.25), _crossing(gone, 0.75)
        middle, half = a + (early + late) / 2, max(late - early, 1.0)
        a, b = max(start, int(np.ceil(middle - half - 0.5))), min(end, int(np.floor(middle + half + 0.5)))
    yield a, b
    if wide != (a, b):
        yield wide


def _crossing(gone: Planes, level: float) -> float:
    """Where a curve first crosses a level, between its points."""
    at = max(1, int(np.argmax(gone > level)))
    return at - float((gone[at] - level) / max(gone[at] - gone[at - 1], 1e-3))


def _relit(view: View, a: int, b: int) -> float:
    """Share of the second picture's variance that follows from the brightness of the first: near 1 for other light.

    The first picture's cells are sorted into eight levels of brightness: any tone curve and clipping are allowed.
    """
    x, y = view.cells[a, 0].ravel(), view.cells[b, 0].ravel()
    levels = np.sort(y[np.argsort(x)].reshape(8, -1), axis=1) if x.std() > 1 else y[None]
    means = levels.mean(1)
    if (np.diff(means) < -0.1 * (means.max() - means.min())).any():
        return 0.0
    return 1.0 - float(levels.var(1).mean() / (y.var() + 1e-3))


def _dissolves(blend: Blend, limits: GradualLimits) -> bool:
    return (
        blend.off <= limits.off
        and blend.leap <= limits.leap
        and blend.crooked <= limits.crooked
        and blend.uneven <= limits.uneven
        and blend.mixed >= limits.blended
        and blend.uneven + blend.crooked <= limits.awry
    )


def _wipes(blend: Blend, limits: GradualLimits) -> bool:
    return (
        blend.off <= limits.wipe_off
        and blend.cover >= limits.wipe_cover
        and blend.leap <= limits.leap
        and blend.mixed <= limits.wipe_mixed
        and blend.order >= limits.wipe_order
    )


def _pushes(view: View, limits: GradualLimits) -> Iterator[Span]:
    """Bursts of movement in which one picture shoves the other out."""
    for first, last in _runs(_bursts(view, limits)):
        length = last - first + 1
        if length < 3 or length * view.frame_ms > limits.push_ms:
            continue
        before, after = first - 1, last
        share = view.unlike(before, after).share
        if share >= limits.unlike and _slides(view, before, after, limits):
            yield Span(before + 1, after - 1, share, "push")


def _bursts(view: View, limits: GradualLimits) -> list[bool]:
    """For each picture whether it moves much more than those around, single gaps closed."""
    reach, step = view.frames(700), view.step
    flags = [False] * len(step)
    for at in np.flatnonzero(step > limits.burst_least).tolist():
        sides = (step[max(1, at - reach) : at], step[at + 1 : at + reach])
        calm = max((float(np.sort(side)[len(side) // 5]) for side in sides if len(side)), default=0.0)
        flags[at] = bool(step[at] > limits.burst * calm)
    closed = [flag or (0 < at < len(flags) - 1 and flags[at - 1] and flags[at + 1]) for at, flag in enumerate(flags)]
    return closed


def _slides(view: View, a: int, b: int, limits: GradualLimits) -> bool:
    """Whether the pictures between a and b show both side by side, moving evenly in one of four directions."""
    parts = (0.3, 0.5, 0.7)
    numbers = [a + round((b - a) * part) for part in parts]
    base = float(np.abs(view.luma[a] - view.luma[b]).mean()) + 1
    for turn in range(4):
        first, second = np.rot90(view.luma[a], turn), np.rot90(view.luma[b], turn)
        views = sliding_window_view(np.concatenate([first, second], axis=1), SIDE, axis=1).transpose(1, 0, 2)[1:-1]
        off = [np.abs(views - np.rot90(view.luma[number], turn)).mean((1, 2)) for number in numbers]
        pace = [(int(figures.argmin()) + 1) / SIDE for figures in off]
        crooked = max(abs(place - (number - a) / (b - a)) for place, number in zip(pace, numbers, strict=True))
        if np.mean([figures.min() for figures in off]) / base <= limits.push_off and crooked <= limits.push_crooked:
            return True
    return False
