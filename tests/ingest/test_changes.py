"""Shot changes are found, and what only looks like one is not: small made-up pictures, each kind of event by itself."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.changes import Boundary, find_boundaries, judge
from ingest.likeness import SIDE, Pictures

Frames = NDArray[np.float64]
"""Shape (n, 3, SIDE, SIDE): luma and both chromas at full size."""

RATE = 25

NEAR = 6
"""Pictures by which the ends of a gradual change may be off: a quarter of a second."""


def world(seed: int, size: int = 4 * SIDE) -> Frames:
    """A scene larger than a picture: blotches of several sizes around a colour of its own."""
    draw = np.random.default_rng(seed)
    planes = np.zeros((3, size, size))
    for grain, height in ((32, 45.0), (16, 30.0), (8, 25.0)):
        blotches = draw.normal(0, height, (3, size // grain, size // grain))
        planes += smooth(blotches.repeat(grain, -1).repeat(grain, -2), grain)
    planes[1:] *= 0.3
    centre = np.array([draw.uniform(90, 160), draw.uniform(100, 156), draw.uniform(100, 156)])
    scene: Frames = np.clip(planes + centre[:, None, None], 0, 255)
    return scene


def smooth(planes: Frames, reach: int) -> Frames:
    """Blurred over about this many pixels, as lenses and scalers do."""
    shifts = range(-(reach // 4) - 1, reach // 4 + 2)
    for axis in (-2, -1):
        planes = sum((np.roll(planes, shift, axis) for shift in shifts), np.zeros_like(planes)) / len(shifts)
    return planes


def window(scene: Frames, place: float, top: int = 8) -> Frames:
    """A picture of a scene from a place between its pixels."""
    left, part = int(place), place - int(place)
    a, b = (scene[:, top : top + SIDE, left + step : left + step + SIDE] for step in (0, 1))
    mixed: Frames = a * (1 - part) + b * part
    return mixed


def shot(seed: int, count: int, pace: float = 0.3, start: int = 20) -> Frames:
    """A slow pan over a world."""
    scene = world(seed)
    return np.stack([window(scene, start + pace * number) for number in range(count)])


def still(seed: int, count: int) -> Frames:
    return shot(seed, count, pace=0)


def pictures(frames: Frames, times: NDArray[np.int64] | None = None, grain: float = 0.6) -> Pictures:
    """As the decode pass hands them over, with a little noise."""
    noisy = np.clip(frames + np.random.default_rng(0).normal(0, grain, frames.shape), 0, 255).round().astype(np.uint8)
    at_ms = np.arange(len(frames)) * 1000 // RATE if times is None else times
    chroma = noisy[:, 1:].reshape(-1, 2, SIDE // 2, 2, SIDE // 2, 2).mean((3, 5)).round().astype(np.uint8)
    return Pictures(noisy[:, 0], chroma, at_ms.astype(np.int64))


def found(frames: Frames, grain: float = 0.6) -> list[tuple[str, int, int]]:
    boundaries = judge(pictures(frames, grain=grain))
    return [(boundary.kind, boundary.start_frame, boundary.end_frame) for boundary in boundaries]


def cuts(frames: Frames, grain: float = 0.6) -> list[int]:
    boundaries = judge(pictures(frames, grain=grain))
    assert all(boundary.kind == "cut" for boundary in boundaries), boundaries
    return [boundary.start_frame for boundary in boundaries]


def mix(a: Frames, b: Frames, share: NDArray[np.float64]) -> Frames:
    return a * (1 - share[:, None, None, None]) + b * share[:, None, None, None]


def ramp(count: int) -> NDArray[np.float64]:
    """Shares of `count` blended pictures, without 0 and 1."""
    return np.arange(1, count + 1) / (count + 1)


def test_hard_cuts_are_found_to_the_frame() -> None:
    assert cuts(np.concatenate([shot(1, 30), shot(2, 40), shot(3, 25)])) == [30, 70]


def test_short_shots_of_a_fast_edit_are_all_found() -> None:
    frames = np.concatenate([shot(seed, 7) for seed in range(10, 18)])
    assert cuts(frames) == [7 * number for number in range(1, 8)]


def test_a_strong_pan_has_no_cut_in_it() -> None:
    assert found(shot(4, 40, pace=2.2, start=0)) == []


def test_a_cut_between_two_strong_pans_is_found() -> None:
    assert cuts(np.concatenate([shot(5, 30, pace=2.2, start=0), shot(6, 30, pace=2.2, start=0)])) == [30]


def test_a_jump_within_one_set_up_is_a_cut() -> None:
    """The ground stays; who stands before it is suddenly elsewhere."""
    frames = still(7, 60)
    person = world(8)[:, :22, :9]
    frames[:30, :, 8:30, 2:11] = person
    frames[30:, :, 6:28, 19:28] = person[:, :, ::-1]
    assert cuts(frames) == [30]


def test_slides_of_one_layout_are_told_apart() -> None:
    slides = np.full((60, 3, SIDE, SIDE), 128.0)
    slides[:, 0] = 230
    draw = np.random.default_rng(9)
    for first in (0, 30):
        for row in range(3, 30, 4):
            slides[first : first + 30, 0, row : row + 2, 2 : int(draw.integers(8, 30))] = 40
    assert cuts(slides, grain=0) == [30]


def test_a_flash_is_no_cut() -> None:
    frames = shot(11, 60)
    for at, white in ((30, 0.85), (31, 0.45)):
        frames[at, 0] = frames[at, 0] * (1 - white) + 255 * white
    assert found(frames) == []


def test_an_insert_longer_than_a_flash_is_two_cuts() -> None:
    frames = shot(12, 60)
    frames[25:35] = shot(13, 10)
    assert cuts(frames) == [25, 35]


@pytest.mark.parametrize("steps", [1, 5])
@pytest.mark.parametrize("gain", [0.6, 1.5])
def test_a_step_of_exposure_is_no_cut(steps: int, gain: float) -> None:
    frames = shot(14, 60)
    for at in range(30, 60):
        now = 1 + (gain - 1) * min(1, (at - 29) / steps)
        frames[at, 0] = np.clip(frames[at, 0] * now, 0, 255)
        frames[at, 1:] = np.clip((frames[at, 1:] - 128) * now + 128, 0, 255)
    assert found(frames) == []


def test_a_caption_bar_is_no_cut() -> None:
    frames = shot(15, 60)
    frames[20:45, 0, 25:29, 2:24] = 20
    frames[20:45, 0, 26, 3:15] = 240
    assert found(frames) == []


def test_a_small_picture_within_the_picture_is_no_cut() -> None:
    frames = shot(16, 60)
    frames[20:45, :, 2:11, 20:30] = world(17)[:, :9, :10]
    assert found(frames) == []


def test_a_zoom_is_no_cut() -> None:
    scene = world(18, 8 * SIDE)[:, : 2 * SIDE, : 2 * SIDE]
    frames = []
    for at in range(60):
        side = 2 * SIDE / (1 + 0.4 * min(1, max(0, (at - 29) / 6)))
        places = ((2 * SIDE - side) / 2 + np.arange(SIDE) * side / SIDE).astype(int)
        frames.append(scene[:, places][:, :, places])
    assert found(np.stack(frames)) == []


def test_a_held_frame_is_no_cut_at_either_end() -> None:
    frames = shot(19, 80, pace=0.1)
    walker = world(20)[:, :18, :8]
    for at in range(80):
        place = at * 22 // 80
        frames[at, :, 10:28, place : place + 8] = walker
    frames[30:42] = frames[30]
    assert found(frames, grain=0) == []


def test_shake_is_no_cut() -> None:
    draw = np.random.default_rng(21)
    scene = world(21)
    places = np.concatenate([np.full((25, 2), 30), 30 + draw.integers(-2, 3, (25, 2)), np.full((25, 2), 30)])
    assert found(np.stack([scene[:, y : y + SIDE, x : x + SIDE] for y, x in places])) == []


def test_a_whip_pan_there_and_back_is_no_change() -> None:
    scene = world(22)
    away = np.concatenate([np.zeros(25), np.sin(np.linspace(0, np.pi, 20)) * 60, np.zeros(25)])
    frames = []
    for at, place in enumerate(away):
        later = away[min(at + 1, len(away) - 1)]
        swept = np.linspace(place, later, 6)
        frames.append(np.mean([window(scene, 10 + place) for place in swept], axis=0))
    assert found(np.stack(frames)) == []


def test_repeated_pictures_of_low_rate_footage_are_no_cuts() -> None:
    """Ten pictures a second of a quick pan, each shown three times."""
    assert found(np.repeat(shot(23, 25, pace=3.4, start=0), 3, axis=0)) == []


def test_a_cut_in_low_rate_footage_is_found() -> None:
    slow = np.concatenate([shot(24, 12, pace=2.0, start=0), shot(25, 12, pace=2.0, start=0)])
    assert cuts(np.repeat(slow, 3, axis=0)) == [36]


@pytest.mark.parametrize("length", [6, 12, 25, 40])
def test_dissolves_are_found_with_both_ends(length: int) -> None:
    a, b = shot(26, 40 + length), shot(27, 40 + length)
    frames = np.concatenate([a[:40], mix(a[40:], b[:length], ramp(length)), b[length:]])
    [(kind, first, last)] = found(frames)
    assert kind == "gradual"
    assert abs(first - 40) <= NEAR
    assert abs(last - (39 + length)) <= NEAR


@pytest.mark.parametrize("level", [0.0, 255.0])
@pytest.mark.parametrize("hold", [1, 8])
def test_fades_through_an_empty_picture_are_one_change(level: float, hold: int) -> None:
    a, b = still(28, 50), still(29, 50)
    empty = np.full((1, 3, SIDE, SIDE), 128.0)
    empty[:, 0] = level
    out = mix(a[40:], np.repeat(empty, 10, 0), ramp(10))
    into = mix(np.repeat(empty, 10, 0), b[:10], ramp(10))
    frames = np.concatenate([a[:40], out, np.repeat(empty, hold, 0), into, b[10:]])
    [(kind, first, last)] = found(frames)
    assert kind == "gradual"
    assert abs(first - 40) <= NEAR
    assert abs(last - (59 + hold)) <= NEAR


def test_fades_at_both_ends_of_the_footage_are_no_changes() -> None:
    body = still(30, 90)
    share = np.clip(np.minimum(np.arange(90), np.arange(90)[::-1]) / 25 - 0.1, 0, 1)
    body[:, 0] *= share[:, None, None]
    body[:, 1:] = 128 + (body[:, 1:] - 128) * share[:, None, None, None]
    assert found(body) == []


def swept(a: Frames, b: Frames, part: Callable[[int], NDArray[np.bool_]]) -> Frames:
    return np.stack([np.where(part(at), b[at], a[at]) for at in range(len(a))])


@pytest.mark.parametrize("kind", ["right", "down", "circle"])
def test_wipes_are_found(kind: str) -> None:
    rows, columns = np.mgrid[:SIDE, :SIDE] / SIDE
    place = {"right": columns, "down": rows, "circle": np.hypot(rows - 0.5, columns - 0.5) / 0.71}[kind]
    a, b = shot(31, 55), shot(32, 55)
    middle = swept(a[40:], b[:15], lambda at: place < (at + 1) / 16)
    [(label, first, last)] = found(np.concatenate([a[:40], middle, b[15:]]))
    assert label == "gradual"
    assert abs(first - 40) <= NEAR
    assert abs(last - 54) <= NEAR


@pytest.mark.parametrize("axis", [1, 2])
def test_a_push_is_found(axis: int) -> None:
    a, b = shot(33, 52), shot(34, 52)
    middle = []
    for at in range(12):
        both = np.concatenate([a[40 + at], b[at]], axis=axis)
        shift = round(SIDE * (at + 1) / 13)
        middle.append(np.take(both, range(shift, shift + SIDE), axis=axis))
    [(kind, first, last)] = found(np.concatenate([a[:40], np.stack(middle), b[12:]]))
    assert kind == "gradual"
    assert abs(first - 40) <= NEAR
    assert abs(last - 51) <= NEAR


def test_times_are_those_of_the_pictures() -> None:
    frames = np.concatenate([shot(35, 30), shot(36, 30)])
    times = np.cumsum(np.tile([20, 70, 30], 20)) - 20
    [boundary] = judge(pictures(frames, times))
    assert boundary == Boundary("cut", 30, 30, int(times[30]), int(times[30]), boundary.strength)


@pytest.mark.parametrize("chunk", [37, 400])
def test_long_footage_is_judged_piece_by_piece_with_the_same_result(chunk: int) -> None:
    """100 s of ten shots, a dissolve among them; at most one window is ever held."""
    shots = [shot(40 + number, 250, pace=0.05) for number in range(10)]
    frames = np.concatenate(shots)
    frames[990:1010] = mix(shots[3][230:], shots[4][:20], ramp(20))
    whole = pictures(frames)
    pieces = [whole[at : at + chunk] for at in range(0, len(whole), chunk)]
    streamed = list(find_boundaries(iter(pieces)))
    assert [(boundary.kind, boundary.start_frame) for boundary in streamed if boundary.kind == "cut"] == [
        ("cut", 250 * number) for number in range(1, 10) if number != 4
    ]
    assert [boundary.kind for boundary in streamed].count("gradual") == 1
    assert streamed == judge(whole)
    assert all(a.end_frame < b.start_frame for a, b in pairwise(streamed))


def test_boundaries_come_before_the_end_of_long_footage() -> None:
    frames = np.concatenate([shot(50, 100, pace=0.1), shot(51, 2400, pace=0.01)])
    whole = pictures(frames)
    given = 0

    def chunks() -> object:
        nonlocal given
        for at in range(0, len(whole), 100):
            given += 1
            yield whole[at : at + 100]

    first = next(iter(find_boundaries(chunks())))  # type: ignore[arg-type]
    assert first.start_frame == 100
    assert given < 18


def test_nothing_gives_nothing() -> None:
    assert list(find_boundaries(iter(()))) == []
    assert judge(pictures(still(52, 1))) == []
