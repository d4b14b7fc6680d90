"""kill -9 at any moment of an ingest: the same command afterwards ends in the same library, without strays."""

import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from cliplib.engines.scripted import ScriptedVision
from cliplib.library import Library
from cliplib.media.run import Finished, run
from cliplib.records import Caption
from tests.conftest import MakeVideo
from tests.ingest.conftest import MakeJob, Watch, state_of
from tests.ingest.interrupted import Nobody

ROOT = Path(__file__).resolve().parent.parent.parent


def ingest_in_child(folder: Path, video: Path, fatal: int, at: int = 0) -> Finished:
    argv = [sys.executable, "-m", "tests.ingest.interrupted", str(folder), str(video), str(fatal), str(at)]
    return run(argv, cwd=ROOT, stall_seconds=120, env={"PYTHONPATH": str(ROOT)})


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory, make_video: MakeVideo) -> Path:
    """Two shots with sound."""
    return make_video(tmp_path_factory.mktemp("kill") / "v.mp4", (1.2, 1.2))


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory, video: Path) -> tuple[int, dict[str, Any]]:
    """How many dangerous moments a whole run has, and what it leaves."""
    folder = tmp_path_factory.mktemp("whole") / "library"
    Library.create(folder)
    done = ingest_in_child(folder, video, 0)
    assert done.returncode == 0, done.stderr
    with Library.open(folder) as library:
        return int(done.stdout), state_of(library)


@pytest.mark.parametrize("part", [0.0, 0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 1.0])
def test_killed_and_run_again_is_as_never_killed(
    tmp_path: Path, video: Path, uninterrupted: tuple[int, dict[str, Any]], part: float
) -> None:
    """Rows R01, R04 and R05 of the reliability matrix."""
    moments, expected = uninterrupted
    folder = tmp_path / "library"
    Library.create(folder)
    fatal = 1 + round(part * (moments - 1))
    assert ingest_in_child(folder, video, fatal).returncode == -signal.SIGKILL, (
        f"moment {fatal} of {moments} never came"
    )
    assert ingest_in_child(folder, video, 0).returncode == 0
    with Library.open(folder) as library:
        left = state_of(library)
    assert sorted(left["files"]) == sorted(expected["files"])
    assert left == expected


def test_a_resumed_run_takes_finished_steps_as_they_are(
    tmp_path: Path, video: Path, library: Library, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped while the second clip is described: its cut is there, and of the first everything."""
    from cliplib.config import Settings
    from cliplib.errors import BudgetSpent
    from ingest.pipeline import ingest

    caption = Caption(content_types=("hook",), forms=("talking_head",), description="d")
    vision = ScriptedVision([caption, BudgetSpent("spent")])
    job = make_job(vision=vision, settings=Settings(concurrency=1))
    with pytest.raises(BudgetSpent):
        ingest([video], job, Watch())
    assert len(library.records()) == 1 and len(list(library.media.rglob("draft.json"))) == 1
    encoded = {p: p.stat().st_mtime_ns for p in library.media.rglob("clip.mp4")}
    assert len(encoded) == 2

    def never(*_: object) -> None:
        raise AssertionError("a finished step was taken again")

    monkeypatch.setattr("ingest.look.read_rough", never)
    monkeypatch.setattr("ingest.cut._made", never)
    monkeypatch.setattr("ingest.settle.hear", never)
    report = ingest([video], job, Nobody())
    assert report.footage[0].status == "kept" and report.clips_added == 1
    assert {p: p.stat().st_mtime_ns for p in library.media.rglob("clip.mp4")} == encoded
