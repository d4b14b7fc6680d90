"""The ends of a clip as dragged on the page: cut anew from the footage, corrections kept, nothing done unseen."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cliplib.config import Settings
from cliplib.library import Library
from cliplib.media.probe import probe
from cliplib.web.desk import Desk
from ingest.job import Status
from ingest.pipeline import ingest
from tests.conftest import MakeVideo
from tests.ingest.conftest import Watch
from tests.web.conftest import a_desk, let_in, stranger_to

KEPT: Status = "kept"


@pytest.fixture
def desk(tmp_path: Path, make_video: MakeVideo) -> Iterator[Desk]:
    """A library of two clips, 4 s and 2 s long, with words over the first."""
    video = make_video(tmp_path / "v.mp4", (4.0, 2.0), "96x64")
    video.with_suffix(".srt").write_text("1\n00:00:00,200 --> 00:00:03,800\nit keeps the coffee hot\n")
    Library.create(tmp_path / "library", "en")
    with Library.open(tmp_path / "library") as library:
        desk = a_desk(library, Settings(language="en"))
        with desk.cutting():
            assert ingest([video], desk.job_of("brand"), Watch()).footage[0].status == KEPT
        yield desk
        desk.close()


@pytest.fixture
def page(desk: Desk) -> TestClient:
    return let_in(stranger_to(desk))


def test_the_dragged_ends_are_the_clips_own_and_its_corrections_follow(desk: Desk, page: TestClient) -> None:
    first, second = desk.library.records()
    with desk.writing() as library:
        seen = library.correct(first.id, "description", "by hand", "li")
    answer = page.post(f"/api/clips/{first.id}/trim", json={"start": 510, "end": 3005, "revision": seen.revision})
    assert answer.status_code == 200
    new, other = desk.library.records()
    assert answer.json()["card"]["id"] == new.id
    assert (new.span.start, new.span.end) == (520, 3000), "the nearest pictures at 25 a second"
    assert new.effective().description == "by hand" and new.end_edge.reason == "person"
    assert other == second
    assert probe(desk.library.media / new.id / "clip.mp4").length == 2480
    assert page.get(f"/api/clips/{first.id}").json()["card"]["id"] == new.id, "the old id leads to it"


@pytest.mark.parametrize(
    ("start", "end", "stale", "status"),
    [(0, 3000, 1, 409), (0, 900, 0, 400), (0, 12_000, 0, 400), (0, 4_000_000, 0, 400), (0, "x", 0, 400)],
)
def test_what_cannot_be_cut_changes_nothing(
    desk: Desk, page: TestClient, start: int, end: int, stale: int, status: int
) -> None:
    before = desk.library.records()
    wanted = {"start": start, "end": end, "revision": before[0].revision + stale}
    answer = page.post(f"/api/clips/{before[0].id}/trim", json=wanted)
    assert answer.status_code == status and answer.json()["error"]["message"]
    assert desk.library.records() == before


def test_another_writer_is_waited_for_by_the_person(desk: Desk, page: TestClient) -> None:
    first = desk.library.records()[0]
    with Library.open(desk.library.folder, write=True):
        answer = page.post(f"/api/clips/{first.id}/trim", json={"start": 0, "end": 3000, "revision": 1})
    assert answer.status_code == 423
    assert desk.library.is_live(first.id)
