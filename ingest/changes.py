"""Where one shot ends and the next begins: decisions over small pictures, nothing read and nothing decoded here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ingest.gradual import Span, Way, find_gradual
from ingest.likeness import Pictures, View, exposure

WINDOW_MS = 60_000
"""Pictures are judged in windows of this length, so that memory stays flat."""

MARGIN_MS = 4_000
"""A change is decided only with this much to see on both sides: longer than the longest gradual change looked for."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """The place where a shot ends.

    Attributes:
        kind: "cut", or "gradual" for a dissolve, fade or wipe.
        start_frame: number of the first picture of the new shot; for a gradual change its first blended one.
        end_frame: the same; for a gradual change its last blended picture.
        at_ms: time of start_frame since the first picture, in milliseconds.
        until_ms: time at which the new shot stands alone; at_ms for a cut.
        strength: how much of the picture changed, 0 to 1.
        way: of a gradual change, what it is.
    """

    kind: Literal["cut", "gradual"]
    start_frame: int
    end_frame: int
    at_ms: int
    until_ms: int
    strength: float
    way: Way = "cut"


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch in ms that belongs to no shot: a gradual change, or a fade in or out at an end of the footage."""

    start: int
    end: int
    way: Way


@dataclass(frozen=True, slots=True)
class Limits:
    """Every threshold for hard cuts, each with its reason. Set on splices of other footage than the project's."""

    least_step: float = 2.0
    """Levels of mean change under which nothing is looked at: below it lies coding noise."""
    peak: float = 1.5
    """A cut stands out so many times over the usual change around it; cheap, so generous."""
    whole: float = 0.55
    """Share of unexplained blocks from which the picture is another one."""
    surplus: float = 0.35
    """... and so much more than between the pictures around: fast movement leaves much unexplained everywhere."""
    calm: float = 0.15
    """A jump within one set-up leaves much in place; then the neighbours must be this well explained,"""
    alone: float = 3.0
    """... the change must exceed the others around it so many times,"""
    half: float = 0.30
    """... and this share of blocks, with"""
    middle: float = 0.40
    """... the median block this badly explained (a caption or card leaves the median block alone),"""
    some: float = 0.06
    """or at least this share of blocks is unexplained (a nudge of the camera explains all),"""
    spread_out: float = 0.26
    """... and changes must reach over this part of the picture: a caption, card or small picture stays within less;"""
    changed: float = 0.14
    """... with this share of cells changed beyond their own habit after exposure is fitted,"""
    habit: float = 8.0
    """... which means by so many levels beyond twice their usual change."""
    still_changed: float = 0.07
    """Between still pictures, such as slides, a smaller share will do, for lines of text are thin."""
    flash_ms: float = 220.0
    """What comes back within this time was a flash or a glitch; the shortest shots of fast edits last longer."""
    back: float = 0.4
    """It has come back when no more than this part of the change is left."""
    frozen_ms: float = 300.0
    """Pictures that repeat for so long are a held frame, not low-rate footage."""
    repeat_ms: float = 130.0
    """Low-rate footage shown faster repeats a picture for no longer than this."""
    same: float = 0.35
    """Mean change under which a picture repeats the one before."""


LIMITS = Limits()


def find_boundaries(chunks: Iterable[Pictures], limits: Limits = LIMITS) -> Iterator[Boundary]:
    """Boundaries in order of time, given the pictures of a footage in order, in chunks of any size.

    Each is yielded as soon as it is certain; about WINDOW_MS of pictures are held at any time.
    """
    held: Pictures | None = None
    decided = -1
    for chunk in chunks:
        held = chunk if held is None else held.then(chunk)
        if not len(held) or held.at_ms[-1] - held.at_ms[0] < WINDOW_MS:
            continue
        until = int(held.first + np.searchsorted(held.at_ms, held.at_ms[-1] - MARGIN_MS))
        yield from (found for found in judge(held, limits) if decided < found.end_frame <= until)
        decided = until
        held = held[int(np.searchsorted(held.at_ms, held.at_ms[until - held.first] - MARGIN_MS)) :]
    if held is not None and len(held):
        yield from (found for found in judge(held, limits) if decided < found.end_frame)


def judge(pictures: Pictures, limits: Limits = LIMITS) -> list[Boundary]:
    """All boundaries within these pictures, in order."""
    view = View(pictures)
    cuts = find_cuts(view, limits)
    gradual = find_gradual(view)
    hard = [Span(at, at, strength, "cut") for at, strength in cuts if not _within(at, gradual)]
    found = [_boundary(pictures, "cut", span) for span in hard]
    found += [_boundary(pictures, "gradual", span) for span in gradual]
    return sorted(found, key=lambda boundary: boundary.start_frame)


def _within(at: int, spans: list[Span]) -> bool:
    return any(span.start <= at <= span.end + 1 for span in spans)


def _boundary(pictures: Pictures, kind: Literal["cut", "gradual"], span: Span) -> Boundary:
    after = span.start if kind == "cut" else min(span.end + 1, len(pictures) - 1)
    return Boundary(
        kind,
        pictures.first + span.start,
        pictures.first + span.end,
        int(pictures.at_ms[span.start]),
        int(pictures.at_ms[after]),
        span.strength,
        span.way,
    )


def find_cuts(view: View, limits: Limits = LIMITS) -> list[tuple[int, float]]:
    """Hard cuts as (number of the first picture of the new shot, share of the picture that changed)."""
    found = []
    for at in _peaks(view, limits):
        share = view.unlike(at - 1, at).share
        if (_other_picture(view, at, limits) or _jump(view, at, limits)) and not _comes_back(view, at, limits):
            found.append((at, share))
    return found


def _peaks(view: View, limits: Limits) -> Iterator[int]:
    """Pictures that differ from the one before more than is usual around them."""
    reach = view.frames(250, 6)
    step = view.step
    for at in np.flatnonzero(step > limits.least_step).tolist():
        beside, around = _sides(step, at, 1), _sides(step, at, reach)
        if step[at] >= beside.max(initial=0.0) and (not len(around) or step[at] > limits.peak * np.median(around)):
            yield at


def _pair_before(view: View, at: int, limits: Limits) -> tuple[int, int] | None:
    """The last two different pictures before `at`; low-rate footage shown faster repeats each picture."""
    last = max(0, at - 1 - view.frames(limits.repeat_ms, 2))
    for earlier in range(at - 2, last - 1, -1):
        if view.step[earlier + 1] > limits.same:
            return earlier, at - 1
    return (at - 2, at - 1) if at >= 2 else None


def _pair_after(view: View, at: int, limits: Limits) -> tuple[int, int] | None:
    """The first two different pictures from `at` on."""
    last = min(len(view) - 1, at + view.frames(limits.repeat_ms, 2))
    for later in range(at + 1, last + 1):
        if view.step[later] > limits.same:
            return at, later
    return (at, at + 1) if at + 1 < len(view) else None


def _busy(view: View, at: int, limits: Limits) -> float:
    """The larger share of unexplained blocks in the pairs just before and just after."""
    pairs = (_pair_before(view, at, limits), _pair_after(view, at, limits))
    return max((view.unlike(*pair).share for pair in pairs if pair is not None), default=0.0)


def _other_picture(view: View, at: int, limits: Limits) -> bool:
    """Most of the picture is new, and movement is not the reason."""
    share = view.unlike(at - 1, at).share
    return share >= limits.whole and share - _busy(view, at, limits) >= limits.surplus


def _jump(view: View, at: int, limits: Limits) -> bool:
    """A jump within one set-up, or another slide of one layout: much stays, but changes lie all over the picture."""
    if not _alone(view, at, limits) or _thaws(view, at, limits) or _busy(view, at, limits) > limits.calm:
        return False
    unlike = view.unlike(at - 1, at)
    if unlike.share >= limits.half and unlike.middle >= limits.middle:
        return True
    still = max(_sides(view.step, at, 3), default=0.0) < limits.same
    if not still and unlike.share < limits.some:
        return False
    changed = _changed(view, at, limits)
    return (
        bool(changed.mean() >= (limits.still_changed if still else limits.changed))
        and _extent(changed) >= limits.spread_out
    )


def _alone(view: View, at: int, limits: Limits) -> bool:
    """Nothing comparable happens around: beside it at all, or further off more than once."""
    near, far = _sides(view.step, at, 2), np.sort(_sides(view.step, at, view.frames(250, 6)))
    usual = max(near.max(initial=0.0), far[-2] if len(far) > 1 else 0.0)
    return bool(view.step[at] >= limits.alone * usual)


def _sides(step: NDArray[np.float32], at: int, reach: int) -> NDArray[np.float32]:
    """The changes around a picture, its own left out."""
    return np.concatenate([step[max(1, at - reach) : at], step[at + 1 : at + 1 + reach]])


def _changed(view: View, at: int, limits: Limits) -> NDArray[np.bool_]:
    """Cells (16 x 16) that changed beyond their own habit, exposure allowed for."""
    gain, offset = exposure(view.luma[at - 1], view.luma[at])
    before, after = view.cells[at - 1], view.cells[at]
    colours = np.abs(gain * (before[1:] - 128) + 128 - after[1:]).sum(0)
    fitted = np.abs(gain * before[0] + offset - after[0]) + colours
    change = np.minimum(view.steps[at], fitted)
    sides = [view.steps[max(1, at - 5) : at], view.steps[at + 1 : at + 6]]
    usual = np.max([np.median(side, axis=0) for side in sides if len(side)], axis=0)
    beyond: NDArray[np.bool_] = change > limits.habit + 2 * usual
    return beyond


def _extent(changed: NDArray[np.bool_]) -> float:
    """Part of the picture within the smallest box around the changed cells, stray ones left out."""
    rows = np.flatnonzero(changed.mean(1) > 0.08)
    columns = np.flatnonzero(changed.mean(0) > 0.08)
    if not len(rows) or not len(columns):
        return 0.0
    return float((rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1) / changed.size)


def _thaws(view: View, at: int, limits: Limits) -> bool:
    """A held frame ends here and movement goes on: the jump in time is not a new shot."""
    held = view.step[max(1, at - view.frames(limits.frozen_ms)) : at]
    after = view.step[at + 1 : at + 1 + view.frames(limits.frozen_ms)]
    return bool(len(held) and held.max() < limits.same and len(after) and np.median(after) > limits.same)


def _comes_back(view: View, at: int, limits: Limits) -> bool:
    """The picture before returns shortly after, or this picture was there shortly before: a flash or a glitch."""
    reach = view.frames(limits.flash_ms, 3)
    ahead = ((at - 1, later) for later in range(at + 1, min(len(view), at + 1 + reach)))
    behind = ((earlier, at) for earlier in range(max(0, at - 1 - reach), at - 1))
    share = limits.back * view.unlike(at - 1, at).share
    step = limits.back * view.step[at]
    return any(view.apart(a, b) <= step and view.unlike(a, b).share <= share for a, b in (*ahead, *behind))
