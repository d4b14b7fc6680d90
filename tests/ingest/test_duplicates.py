"""Near-duplicate groups through the whole ingest: copies are known, nothing is described twice, groups only grow."""

import shutil
from pathlib import Path
from typing import Any

import ffmpeg as graph
import numpy as np
import pytest

from cliplib.engines.scripted import ScriptedVision
from cliplib.engines.sidecar import SidecarSpeech
from cliplib.library import Library
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.records import Caption
from ingest import duplicates
from ingest.duplicates import Board, group, says_otherwise, stored
from ingest.pipeline import ingest
from ingest.sameness import Match, compare
from ingest.signature import SKETCH, VERSION, Signature, signature_of
from tests.conftest import MakeVideo
from tests.ingest.conftest import MakeJob, Watch
from tests.library.making import a_footage, a_record


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, make_video: MakeVideo) -> Path:
    """Two shots that move, 2 s each."""
    return make_video(tmp_path_factory.mktemp("film") / "film.mp4", (2.0, 2.0), sound=False)


def copy(ffmpeg: Ffmpeg, film: Path, target: Path, *filters: tuple[Any, ...], **options: Any) -> Path:
    stream = graph.input(str(film))
    for name, *arguments in filters:
        stream = stream.filter(name, *arguments)
    ffmpeg.make(graph.output(stream, str(target), **{"vcodec": "libx264", "preset": "ultrafast", **options}))
    return target


def groups(library: Library) -> list[str | None]:
    return [record.near_duplicates for record in library.records()]


def test_the_same_bytes_are_one_footage_and_a_new_encoding_is_a_near_duplicate(
    tmp_path: Path, film: Path, ffmpeg: Ffmpeg, library: Library, make_job: MakeJob
) -> None:
    ingest([film], make_job(), Watch())
    assert groups(library) == [None, None]
    twin = shutil.copy(film, tmp_path / "other_name.mp4")
    assert ingest([Path(twin)], make_job(), Watch()).clips_added == 0
    smaller = copy(ffmpeg, film, tmp_path / "smaller.mp4", ("scale", 240, -2), crf=34)
    new = ingest([smaller], make_job(), Watch()).footage[0]
    assert len(library.all_footage()) == 2 and len(new.clips) == 2
    first, second = library.near_duplicates().values()
    assert sorted(groups(library), key=str) == ["g1", "g1", "g2", "g2"]
    for pair in (first, second):
        one, other = (library.get(id) for id in pair)
        assert one.footage != other.footage and one.span == other.span


def test_groups_that_are_made_in_two_runs_are_those_of_one(
    tmp_path: Path, film: Path, ffmpeg: Ffmpeg, library: Library, make_job: MakeJob
) -> None:
    bright = copy(ffmpeg, film, tmp_path / "b.mp4", ("eq", 1.0, 0.1))
    cropped = copy(ffmpeg, film, tmp_path / "c.mp4", ("crop", "iw*0.9", "ih*0.9"))
    other = tmp_path / "at_once"
    Library.create(other)
    with Library.open(other, write=True) as once:
        ingest([film, bright, cropped], make_job(library=once), Watch())
        expected = once.near_duplicates()
    for path in (film, bright, cropped):
        ingest([path], make_job(), Watch())
    assert library.near_duplicates() == expected and sorted(map(len, expected.values())) == [3, 3]


def test_an_older_library_is_grouped_without_describing_anything_again(
    tmp_path: Path, film: Path, ffmpeg: Ffmpeg, library: Library, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a costly engine would be asked: its answers run out after the first run."""
    small = copy(ffmpeg, film, tmp_path / "small.mp4", ("scale", 160, -2))
    caption = Caption(content_types=("scenario",), forms=("live_action",), description="x", model="m")
    vision = ScriptedVision([caption] * 4)
    ingest([film, small], make_job(vision=vision), Watch())
    found = library.near_duplicates()
    with library._database.change() as connection:
        for table in ("signatures", "duplicates"):
            connection.execute(f"DELETE FROM {table}")
        connection.execute("DELETE FROM clip_labels WHERE field = 'near_duplicates'")
    assert len(found) == 2 and library.near_duplicates() == {}
    described = [record.description for record in library.records()]
    monkeypatch.setattr("ingest.pipeline._is_done", lambda *_: False)
    again = ingest([film, small], make_job(vision=vision), Watch())
    assert [outcome.status for outcome in again.footage] == ["kept", "kept"]
    assert list(library.near_duplicates().values()) == list(found.values())
    assert [record.description for record in library.records()] == described and len(vision.requests) == 4


def test_only_new_clips_are_compared(
    tmp_path: Path, film: Path, ffmpeg: Ffmpeg, library: Library, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []
    like = Board.like

    def noted(board: Board, number: int) -> list[int]:
        compared.append(number)
        return like(board, number)

    monkeypatch.setattr(Board, "like", noted)
    ingest([film], make_job(), Watch())
    ingest([film], make_job(), Watch())
    assert compared == [0, 1] and group(library) == 0
    ingest([copy(ffmpeg, film, tmp_path / "b.mp4", crf=30)], make_job(), Watch())
    assert compared == [0, 1, 2, 3]


def test_a_kill_before_grouping_is_made_up_for_by_the_next_run(
    tmp_path: Path, film: Path, ffmpeg: Ffmpeg, library: Library, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = copy(ffmpeg, film, tmp_path / "small.mp4", ("scale", 160, -2))
    with monkeypatch.context() as patched:
        patched.setattr(duplicates, "group", lambda _: 0)
        ingest([film, small], make_job(), Watch())
    assert library.near_duplicates() == {}
    report = ingest([film], make_job(), Watch())
    assert report.footage[0].status == "skipped" and len(library.near_duplicates()) == 2


def test_of_a_group_one_is_enough(library: Library, film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six clips with the same pictures: each new one is compared with one of the group, not with all."""
    signature = signature_of(film)
    library.add_footage(a_footage())
    for start in range(0, 18_000, 3_000):
        library.put(a_record(start))
        library.keep_signature(a_record(start).id, VERSION, signature.to_bytes(), stored(signature))
    looked: list[Match] = []

    def noted(one: Signature, other: Signature) -> Match:
        looked.append(compare(one, other))
        return looked[-1]

    monkeypatch.setattr(duplicates, "compare", noted)
    assert group(library) == 6
    assert set(groups(library)) == {"g1"} and len(looked) == 5


def test_the_board_finds_those_before_by_likeness() -> None:
    """The second clip is wide and has two sketches; the fourth is like one of them and a little like the third."""
    axes = np.eye(SKETCH, dtype=np.int8) * 100
    leaning = axes[1].copy()
    leaning[3] = 60
    rows = [axes[0:1], axes[1:3], leaning[None], axes[1:2], axes[4:5]]
    board = Board([row.tobytes() for row in rows])
    assert [board.like(k) for k in range(5)] == [[], [], [1], [1, 2], []]


def test_the_board_looks_at_the_most_alike_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "MOST", 3)
    monkeypatch.setattr(duplicates, "BLOCK", 4)
    rows = np.zeros((11, 1, SKETCH), np.int8)
    rows[:, 0, 0] = 100
    rows[:, 0, 1] = [9, 1, 8, 2, 7, 3, 6, 4, 5, 0, 0]
    assert Board([row.tobytes() for row in rows]).like(10) == [9, 1, 3]


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("前一百单，再送一个杯刷。", "库存只有三百件，拍完就没有了。", True),
        ("库存只有三百件，拍完就没有了。", "库存只有三百件，拍完就没有了", False),
        ("库存只有三百件，拍完就没有了。", "库存只有三百件", False),
        ("the lid never leaks in a bag", "only three hundred cups left today", True),
        ("the lid never leaks in a bag", "", False),
        ("hm", "yes", False),
    ],
)
def test_clips_that_say_different_things_are_told_apart(one: str, other: str, apart: bool) -> None:
    spoken = [a_record(0, spoken=one), a_record(2000, spoken=other)]
    assert says_otherwise(*spoken) == says_otherwise(*reversed(spoken)) == apart
    dubbed = spoken[1].transcript.model_copy(update={"language": "fr"})
    assert not says_otherwise(spoken[0], spoken[1].model_copy(update={"transcript": dubbed}))


@pytest.mark.parametrize("other", ["only three hundred cups left", "the lid never leaks in a bag"])
def test_the_same_pictures_under_other_words_are_clips_of_their_own(
    tmp_path: Path, ffmpeg: Ffmpeg, film: Path, library: Library, make_job: MakeJob, other: str
) -> None:
    for name, said in (("one", "the lid never leaks in a bag"), ("other", other)):
        video = copy(ffmpeg, film, tmp_path / f"{name}.mp4", ("scale", 240, -2), crf=30 + len(name))
        video.with_suffix(".srt").write_text(f"1\n00:00:00,100 --> 00:00:01,900\n{said}\n")
        ingest([video], make_job(speech=SidecarSpeech()), Watch())
    first, silent = (record.near_duplicates for record in library.records()[:2])
    assert silent is not None and (first is None) == ("left" in other)
