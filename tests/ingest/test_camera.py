"""How the camera moves: planted movements over real pictures, and movement that is not the camera's."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from cliplib.engines.scripted import ScriptedVision
from cliplib.library import Library
from cliplib.media.frames import grab, image_of
from cliplib.records import Caption
from cliplib.values import Span
from ingest.camera import SIDE, Follower, Movement, movement
from ingest.pipeline import ingest
from tests.conftest import MakeVideo
from tests.ingest.conftest import MakeJob, Watch

SAMPLES = Path(__file__).resolve().parent.parent.parent / "samples" / "footage"
MS, WINDOW = 40, 0.6
COUNT = 75

Way = Callable[[float], tuple[float, float, float]]
"""Where the camera looks after so many seconds: x and y as shares of what it sees, and how near it is."""


@cache
def views() -> tuple[NDArray[np.uint8], ...]:
    """Grey pictures of three different things."""
    named = {"brand/qingyu_brand_film.mp4": 2000, "product/qingyu_product_shots.mp4": 8000}
    named["model/qingyu_model_shots.mp4"] = 13_000
    jpegs = [grab(SAMPLES / name, [at], 768).jpegs[0] for name, at in named.items()]
    return tuple(cv2.cvtColor(image_of(jpeg), cv2.COLOR_BGR2GRAY).astype(np.uint8) for jpeg in jpegs)


def filmed(view: NDArray[np.uint8], way: Way) -> NDArray[np.uint8]:
    """Three seconds of it, with noise."""
    height, width = view.shape
    noise = np.random.default_rng(3)
    shots = []
    for number in range(COUNT):
        x, y, near = way(number * MS / 1000)
        wide, high = WINDOW * width / near, WINDOW * height / near
        left, top = (0.5 + WINDOW * x) * width - wide / 2, (0.5 + WINDOW * y) * height - high / 2
        matrix = np.array([[wide / SIDE / 2, 0, left], [0, high / SIDE / 2, top]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        seen = cv2.warpAffine(view, matrix, (2 * SIDE, 2 * SIDE), flags=flags, borderMode=cv2.BORDER_REFLECT)
        shots.append(np.clip(seen + noise.normal(0, 1.5, seen.shape), 0, 255).astype(np.uint8))
    return np.stack(shots)


def judged(pictures: NDArray[np.uint8]) -> Movement | None:
    follower = Follower()
    half = len(pictures) // 2
    for part in (slice(0, half), slice(half, None)):
        follower.take(pictures[part], np.arange(len(pictures), dtype=np.int64)[part] * MS)
    return movement(follower.steps, Span(start=0, end=len(pictures) * MS))


def hand(size: float) -> Way:
    sways = np.random.default_rng(5).normal(0, 1, (2, COUNT + 8))
    x, y = (np.convolve(sway, np.hanning(10) / 2, "valid") * size for sway in sways)
    return lambda at: (float(x[min(round(at * 1000 / MS), len(x) - 1)]), float(y[round(at * 1000 / MS) % len(y)]), 1.0)


def along(x: float, y: float) -> Way:
    """Past the middle halfway, at so much of the picture per second."""
    return lambda at: (x * (at - 1.5), y * (at - 1.5), 1.0)


def nearer(speed: float) -> Way:
    return lambda at: (0.0, 0.0, float(np.exp(speed * (at if speed > 0 else at - 3))))


PLANTED: list[tuple[str, str, Way]] = [("static", "", along(0, 0))]
for speed in (0.04, 0.1, 0.2):
    PLANTED += [("pan", "left", along(-speed, 0)), ("pan", "right", along(speed, 0))]
    PLANTED += [("pan", "up", along(0, -speed)), ("pan", "down", along(0, speed))]
for speed in (0.02, 0.05, 0.12):
    PLANTED += [("push_in", "", nearer(speed)), ("pull_out", "", nearer(-speed))]
PLANTED += [("handheld", "", hand(size)) for size in (0.005, 0.01, 0.02)]


def test_planted_movements_are_named_and_none_is_taken_for_another() -> None:
    found = [(camera, way, judged(filmed(view, path))) for camera, way, path in PLANTED for view in views()]
    wrong = [(camera, way, one) for camera, way, one in found if one and one.camera != camera]
    right = [one for camera, way, one in found if one and one.camera == camera and one.evidence.startswith(way)]
    assert not wrong
    assert len(right) >= 0.9 * len(found)


@pytest.mark.parametrize("share", [0.3, 0.45])
def test_somebody_who_walks_by_is_no_pan(share: float) -> None:
    for view, other in zip(views(), reversed(views()), strict=True):
        pictures = filmed(view, along(0, 0))
        size = round(2 * SIDE * share)
        walker = cv2.resize(other, (size, 2 * SIDE - 20), interpolation=cv2.INTER_AREA)
        for number, picture in enumerate(pictures):
            left = round((2 * SIDE - size) * number / COUNT)
            picture[20:, left : left + size] = walker
        found = judged(pictures)
        assert found is None or found.camera == "static"


def test_a_plain_picture_tells_nothing() -> None:
    assert judged(np.full((COUNT, 2 * SIDE, 2 * SIDE), 200, np.uint8)) is None


def test_too_short_a_span_tells_nothing() -> None:
    assert movement(np.array([[400.0, 0.1, 0, 0, 1]]), Span(start=0, end=1000)) is None
    assert movement(np.empty((0, 5)), Span(start=0, end=1000)) is None


def test_a_measured_movement_gives_way_to_what_was_seen(
    tmp_path: Path, library: Library, make_job: MakeJob, make_video: MakeVideo, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_video(tmp_path / "a.mp4", (1.5,), sound=False)
    monkeypatch.setattr("ingest.describe.movement", lambda _steps, _span: Movement("pan", 0.7, "left"))
    ingest([path], make_job(), Watch())
    record = library.records()[0]
    assert record.camera == "pan" and record.provenance["camera"].engine == "motion"
    assert (record.provenance["camera"].confidence, record.provenance["camera"].evidence) == (0.7, "left")
    seen = Caption(content_types=("hook",), forms=("talking_head",), description="d", camera="orbit")
    ingest([path], make_job(vision=ScriptedVision([seen])), Watch())
    record = library.records()[0]
    assert record.camera == "orbit" and record.provenance["camera"].engine == "scripted:"
    ingest([path], make_job(), Watch())
    assert library.records()[0].camera == "pan"
