"""Who is seen: labels hold where people match, stay what they are, and never overwrite what a person says."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import pytest

from cliplib.config import Settings
from cliplib.engines.base import Face, TimedFrame, Workshop
from cliplib.engines.haar import HaarFaces
from cliplib.engines.scripted import ScriptedFaces, ScriptedVision
from cliplib.engines.sface import SFaces
from cliplib.errors import SettingsError
from cliplib.library import Filter, Library
from cliplib.records import Caption, ClipRecord, Person
from cliplib.values import Box
from cliplib.vocabulary import shipped
from ingest.faces import people
from ingest.pipeline import ingest
from tests.conftest import MakeVideo
from tests.ingest.conftest import MakeJob, Watch

SHOTS = (1.5, 1.5, 1.5)
FIRST, SECOND, LIKE_FIRST, BETWEEN = (1.0, 0.0), (0.0, 1.0), (0.96, 0.28), (0.7, 0.714)


def face(look: Sequence[float] | None, height: float = 0.3) -> Face:
    vector = None if look is None else np.array(look, np.float32)
    return Face(Box(x=0.4, y=0.2, width=0.2, height=height), vector)


class Cast(ScriptedFaces):
    """Sees in each shot of a film who is cast for it; `reach` and `same` are those of a test."""

    def __init__(self, *shots: Sequence[Face], reach: Literal["footage", "library"] = "library") -> None:
        super().__init__()
        self.shots, self.reach, self.same = shots, reach, 0.9

    def find(self, frame: TimedFrame) -> tuple[Face, ...]:
        return tuple(self.shots[min(len(self.shots) - 1, frame.at // 1500)])


def labels(records: Iterable[ClipRecord]) -> list[list[str]]:
    return [[person.label for person in record.effective().people] for record in records]


@pytest.fixture
def film(tmp_path: Path, make_video: MakeVideo) -> Path:
    return make_video(tmp_path / "a.mp4", SHOTS, sound=False)


@pytest.mark.parametrize(
    ("frames", "count"),
    [
        ([[FIRST], [LIKE_FIRST], [FIRST]], 1),
        ([[FIRST, SECOND], [SECOND, FIRST]], 2),
        ([[FIRST], [SECOND], [FIRST]], 1),  # once is not enough
        ([[FIRST, LIKE_FIRST], [FIRST, LIKE_FIRST]], 2),  # side by side they are two
        ([[None], [None]], 0),
        ([[FIRST]], 1),
        ([], 0),
    ],
)
def test_a_person_is_seen_in_two_frames(frames: list[list[Any]], count: int) -> None:
    found = people([[face(look) for look in looks] for looks in frames], 0.9)
    assert len(found) == count
    assert all(float(np.linalg.norm(look)) == pytest.approx(1) for look in found)


def test_the_largest_comes_first_and_no_more_than_three() -> None:
    looks = np.eye(5, dtype=np.float32)
    frame = [face(look.tolist(), 0.1 * (k + 1)) for k, look in enumerate(looks)]
    assert [int(np.argmax(look)) for look in people([frame, frame], 0.9)] == [4, 3, 2]


def test_one_person_has_one_label_through_the_film(film: Path, library: Library, make_job: MakeJob) -> None:
    cast = Cast([face(FIRST)], [face(SECOND)], [face(LIKE_FIRST), face(SECOND, 0.2)])
    ingest([film], make_job(faces=cast), Watch())
    records = library.records()
    assert labels(records) == [["p1"], ["p2"], ["p1", "p2"]]
    assert library.find(Filter(people=("p2",))) == [records[1].id, records[2].id]
    assert records[0].provenance["people.label"].evidence == "as told"
    ingest([film], make_job(faces=cast, vision=ScriptedVision()), Watch())
    assert labels(library.records()) == [["p1"], ["p2"], ["p1", "p2"]], "another describer changes nobody's label"


def test_who_is_not_like_enough_is_somebody_else(film: Path, library: Library, make_job: MakeJob) -> None:
    ingest([film], make_job(faces=Cast([face(FIRST)], [face(BETWEEN)], [face(None)])), Watch())
    assert labels(library.records()) == [["p1"], ["p2"], []]


@pytest.mark.parametrize(("reach", "again"), [("library", "p1"), ("footage", "p2")])
def test_how_far_somebody_is_known(
    reach: Literal["footage", "library"],
    again: str,
    film: Path,
    tmp_path: Path,
    library: Library,
    make_job: MakeJob,
    make_video: MakeVideo,
) -> None:
    cast = Cast([face(FIRST)], reach=reach)
    ingest([film], make_job(faces=cast), Watch())
    other = make_video(tmp_path / "b.mp4", (1.6,), sound=False)
    ingest([other], make_job(faces=cast), Watch())
    assert labels(library.records(library.clips_of(library.all_footage()[1].id))) == [[again]]


def test_the_one_who_is_described_is_the_one_who_is_seen(film: Path, library: Library, make_job: MakeJob) -> None:
    host = Person(role="host", description="x")
    said = Caption(content_types=("hook",), forms=("talking_head",), description="d", people=(host,))
    ingest([film], make_job(faces=Cast([face(FIRST)]), vision=ScriptedVision([said] * 3)), Watch())
    assert library.records()[0].people == (host.model_copy(update={"label": "p1"}),)
    ingest([film], make_job(faces=Cast([face(FIRST)])), Watch())
    assert library.records()[0].people == (Person(label="p1"),), "the describer's word goes with the describer"


def test_what_a_person_says_of_people_stays(film: Path, library: Library, make_job: MakeJob) -> None:
    ingest([film], make_job(faces=Cast([face(FIRST)])), Watch())
    first, second, _ = (record.id for record in library.records())
    library.correct(first, "people", [{"role": "host", "name": "Li Na", "label": "p7"}], "editor")
    ingest([film], make_job(faces=Cast([face(FIRST)]), vision=ScriptedVision()), Watch())
    assert library.find(Filter(people=("p7",))) == library.find(Filter(people=("Li Na",))) == [first]
    assert second in library.find(Filter(people=("p1",))) and first not in library.find(Filter(people=("p1",)))


def portrait(shirt: tuple[int, int, int], grey: bool = False, seed: int = 0) -> bytes:
    picture = np.full((400, 400, 3), (200, 190, 180), np.uint8)
    cv2.rectangle(picture, (120, 240), (280, 400), shirt, -1)
    cv2.circle(picture, (200, 170), 60, (120, 150, 210), -1)
    cv2.ellipse(picture, (200, 125), (60, 30), 0, 180, 360, (20, 30, 40), -1)
    noise = np.random.default_rng(seed).normal(0, 12, picture.shape)
    picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    if grey:
        picture[:] = picture.mean(axis=2, keepdims=True).astype(np.uint8)
    return cv2.imencode(".jpg", picture)[1].tobytes()


def look_of(jpeg: bytes, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("cliplib.engines.haar._boxes", lambda _: [(140.0, 110.0, 120.0, 120.0)])
    return HaarFaces().find(TimedFrame(0, jpeg))[0].look


def test_clothes_tell_people_apart_and_a_grey_film_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    red, same = (look_of(portrait((40, 40, 200), seed=seed), monkeypatch) for seed in (0, 1))
    blue = look_of(portrait((200, 80, 40)), monkeypatch)
    assert red @ same >= HaarFaces.same > red @ blue
    assert look_of(portrait((40, 40, 200), grey=True), monkeypatch) is None


def test_wrong_model_files_are_named(tmp_path: Path, workshop_for_faces: Workshop) -> None:
    with pytest.raises(SettingsError, match="no face_detection_yunet"):
        SFaces.build(str(tmp_path), workshop_for_faces)
    for name in ("face_detection_yunet_2023mar.onnx", "face_recognition_sface_2021dec.onnx"):
        (tmp_path / name).write_bytes(b"no model")
    with pytest.raises(SettingsError, match="cannot load the models"):
        SFaces.build(str(tmp_path), workshop_for_faces)


class _Recognizer:
    def alignCrop(self, picture: Any, row: Any) -> Any:
        return row

    def feature(self, row: Any) -> Any:
        return np.array([[row[0], 40.0]], np.float32)


class _Detector:
    def setInputSize(self, size: tuple[int, int]) -> None:
        self.size = size

    def detect(self, picture: Any) -> Any:
        rows = np.zeros((2, 15), np.float32)
        rows[:, :4] = [[200, 40, 100, 120], [-10, 40, 100, 400]]
        return 1, rows


def test_faces_of_the_models_are_boxes_within_the_picture(tmp_path: Path) -> None:
    left, right = SFaces(_Detector(), _Recognizer(), tmp_path).find(TimedFrame(0, portrait((40, 40, 200))))
    assert left.box == Box(x=0, y=0.1, width=0.225, height=0.9) and right.box.width == pytest.approx(0.25)
    assert right.look is not None and float(np.linalg.norm(right.look)) == pytest.approx(1)


@pytest.fixture
def workshop_for_faces(library: Library) -> Workshop:
    return Workshop(Settings(), shipped(), library)
