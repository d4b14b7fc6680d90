"""Faces: how many, how near, and that none is seen in things."""

import os
from pathlib import Path

import pytest

from cliplib.engines.base import Face, TimedFrame
from cliplib.engines.haar import HaarFaces
from cliplib.engines.scripted import ScriptedVision
from cliplib.library import Library
from cliplib.media.frames import grab
from cliplib.records import Caption
from cliplib.values import Box
from ingest.faces import judged, people
from ingest.pipeline import ingest
from tests.conftest import REAL_FOOTAGE, MakeVideo
from tests.ingest.conftest import MakeJob, Watch

SAMPLES = Path(__file__).resolve().parent.parent.parent / "samples" / "footage"


def heights(path: Path, *seconds: float) -> list[list[float]]:
    jpegs = grab(path, [round(1000 * at) for at in seconds], 768).jpegs
    return [[face.box.height for face in HaarFaces().find(TimedFrame(0, jpeg))] for jpeg in jpegs]


@pytest.mark.parametrize(
    ("found", "judgement"),
    [
        ([[], [], []], (0, None)),
        ([[0.2], [], []], (0, None)),
        ([[0.2], [0.21], []], (1, "medium")),
        ([[0.3, 0.1], [0.3], [0.31, 0.1, 0.1]], (3, "medium_close")),
        ([[0.5]], (1, "close_up")),
        ([[0.04], [0.04]], (1, "extreme_long")),
        ([[0.1], [0.1]], (1, "long")),
        ([[0.9], [0.8]], (1, "macro")),
    ],
)
def test_a_face_counts_where_it_is_found_twice(found: list[list[float]], judgement: tuple[int, str | None]) -> None:
    assert judged(found) == judgement


def test_cups_are_no_faces() -> None:
    """The first detector alone takes all three cups at 30 s for faces."""
    assert judged(heights(SAMPLES / "product" / "qingyu_product_shots.mp4", 3, 8, 14, 24, 30)) == (0, None)


@pytest.mark.footage
@pytest.mark.parametrize(
    ("name", "judgement"),
    [
        ("green_screen_host_24s.mp4", (1, "close_up")),
        ("person_signing_want.mkv", (1, "medium")),
        ("bottles_shelf.mp4", (0, None)),
        ("coffee_pour.mp4", (0, None)),
        ("flower_opening.mp4", (0, None)),
        ("cups_shuffle.mp4", (0, None)),
    ],
)
def test_real_pictures(name: str, judgement: tuple[int, str | None]) -> None:
    path = Path(os.environ[REAL_FOOTAGE]) / "videos" / name if REAL_FOOTAGE in os.environ else Path()
    if not path.is_file():
        pytest.skip(f"{REAL_FOOTAGE} names no folder with {name}")
    assert judged(heights(path, 0.5, 1, 1.5, 2)) == judgement


@pytest.mark.footage
def test_people_of_one_footage_are_told_apart() -> None:
    """Two men in black shirts and one in a light jacket, each seen several times."""
    path = Path(os.environ.get(REAL_FOOTAGE, "")) / "videos" / "office_tour_35s.mp4"
    if not path.is_file():
        pytest.skip(f"{REAL_FOOTAGE} names no folder with {path.name}")
    jpegs = grab(path, [12_000, 13_000, 14_000, 27_000, 27_500, 28_000, 29_500, 30_000, 31_000], 768).jpegs
    engine = HaarFaces()
    frames = [engine.find(TimedFrame(0, jpeg)) for jpeg in jpegs]
    assert len(people(frames, engine.same)) == 2, "faces"


def test_a_measured_shot_size_gives_way_to_what_was_seen(
    tmp_path: Path, library: Library, make_job: MakeJob, make_video: MakeVideo, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_video(tmp_path / "a.mp4", (1.5,), sound=False)
    monkeypatch.setattr(HaarFaces, "find", lambda *_: (Face(Box(x=0.4, y=0.2, width=0.2, height=0.3), None),))
    ingest([path], make_job(), Watch())
    record = library.records()[0]
    assert (record.facts.faces, record.shot_size) == (1, "medium_close")
    assert record.provenance["shot_size"].engine == "faces" and "1 张人脸" in record.description
    seen = Caption(content_types=("hook",), forms=("talking_head",), description="d", shot_size="macro")
    vision = ScriptedVision([seen])
    ingest([path], make_job(vision=vision), Watch())
    record = library.records()[0]
    assert record.shot_size == "macro" and record.provenance["shot_size"].engine == "scripted:"
    ingest([path], make_job(), Watch())
    assert library.records()[0].shot_size == "medium_close"
