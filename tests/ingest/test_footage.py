"""Real footage: known cuts are found, and every clip is sound."""

import itertools
import json
import os
from pathlib import Path

import pytest

from cliplib.library import Library
from ingest.pipeline import ingest
from tests.conftest import REAL_FOOTAGE
from tests.ingest.conftest import MakeJob, Watch

pytestmark = [
    pytest.mark.footage,
    pytest.mark.skipif(REAL_FOOTAGE not in os.environ, reason=f"{REAL_FOOTAGE} names no folder with real footage"),
]

VIDEOS = (
    "office_tour_35s.mp4", "big_buck_bunny_30s_480p.mp4", "green_screen_host_24s.mp4", "his_girl_friday_6s.mp4",
    "person_signing_want.mkv", "flower_opening.mp4",
)  # fmt: skip


@pytest.fixture
def footage() -> Path:
    return Path(os.environ[REAL_FOOTAGE])


def test_real_videos_are_cut_at_their_shot_changes(footage: Path, library: Library, make_job: MakeJob) -> None:
    truth = {Path(t["video"]).name: t for t in json.loads((footage / "videos_truth.json").read_text("utf-8"))["files"]}
    report = ingest([footage / "videos" / name for name in VIDEOS], make_job(), Watch())
    assert [o.status for o in report.footage] == ["kept"] * len(VIDEOS)
    for outcome in report.footage:
        clips = [library.get(id) for id in outcome.clips]
        for one, other in itertools.pairwise(clips):
            gradual = one.end_edge.reason == other.start_edge.reason == "gradual_change"
            assert one.span.end == other.span.start or gradual
        assert clips[0].span.start == 0 or clips[0].start_edge.reason == "gradual_change"
        assert clips[-1].span.end == library.footage(outcome.id).probe.length
        known = truth[outcome.path.name]
        changes = [round((hard["time"] - known["first_pts"]) * 1000) for hard in known["hard"]]
        at_change = {id for id in outcome.clips if library.get(id).start_edge.reason == "shot_change"}
        starts = [library.get(id).span.start for id in outcome.clips if id in at_change]
        assert all(min(abs(start - change) for change in changes) <= 2 for start in starts)
        if outcome.path.name.startswith("office"):  # its picture starts 0.834 s after its sound
            assert {9710, 14_414} <= set(starts)  # 10.5437 s and 15.2484 s in the file
