"""`replan` and `gaps` as people and programs call them."""

import csv
import json
from pathlib import Path

import pytest

from cliplib.errors import ExitCode
from tests.cli.conftest import Call


@pytest.fixture
def plan(place: Path, call: Call) -> Path:
    """A plan of the stocked library."""
    assert call("plan", place / "script.md", "-o", place / "plan.json", "-L", place / "lib").code == ExitCode.OK
    return place / "plan.json"


def test_replan_says_what_moved_and_draws_the_sheet(place: Path, plan: Path, call: Call) -> None:
    arguments = ["-o", place / "new.json", "--lock", "s1", "--target", "5.5s", "--why", "s2", "-L", place / "lib"]
    answer = call("replan", plan, *arguments, "--json")
    assert answer.code == ExitCode.OK, answer.out
    assert [move["what"] for move in answer.data["moved"]] == ["kept", "trimmed"]
    assert answer.data["why"][0]["slot"] == "s2" and answer.data["why"][0]["terms"]
    new = json.loads((place / "new.json").read_text("utf-8"))
    assert new["picks"][0]["locked"] and abs(answer.data["seconds"] - 5.5) <= 0.5
    assert Path(answer.data["sheet"]).read_bytes().startswith(b"\x89PNG")
    told = call("replan", plan, *arguments).out
    assert "moved:" in told and "s2 trimmed: " in told and "points: " in told
    assert call("render", place / "new.json", "-o", place / "ad.mp4", "-L", place / "lib").code == ExitCode.OK


def test_edits_that_are_not_understood_are_refused(place: Path, plan: Path, call: Call) -> None:
    for wrong in (["--swap", "s1"], ["--line", "s1="], ["--target", "soon"], ["--lock", "s9"], ["--forbid", "x"]):
        answer = call("replan", plan, *wrong, "-o", place / "new.json", "-L", place / "lib", "--json")
        assert answer.code == ExitCode.USAGE and answer.data["error"]["next"], wrong
    assert not (place / "new.json").exists()
    shorter = call("replan", plan, "--lock", "s1,s2", "--target", "2s", "-L", place / "lib", "--json")
    assert shorter.code == ExitCode.NOTHING_FITS and "the locks on" in shorter.data["error"]["message"]


def test_plan_explains_and_takes_wishes(place: Path, call: Call) -> None:
    base = ["plan", place / "script.md", "-o", place / "plan.json", "-L", place / "lib", "--json"]
    first = call(*base, "--why", "s1,s2", "--orders", "2").data
    assert [why["slot"] for why in first["why"]] == ["s1", "s2"]
    clip = first["picks"][0]["clip"]
    without = call(*base, "--forbid", clip)
    assert clip not in without.out.replace(" ", "") or without.code == ExitCode.NOTHING_FITS
    assert [p["clip"] for p in call(*base, "--must", clip).data["picks"]].count(clip) == 1


def test_gaps_over_a_folder_of_scripts(place: Path, call: Call) -> None:
    folder = place / "scripts"
    folder.mkdir()
    (folder / "a.md").write_text(
        "---\nlength: 6s\n---\n## 开箱 (3s)\n=开箱，看看里面到底有什么宝贝，再来一杯咖啡\n## 行动指引\n点击小黄车\n",
        "utf-8",
    )
    (folder / "b.md").write_text("---\nlength: 3s\n---\n## 行动指引\n点击小黄车\n", "utf-8")
    answer = call("gaps", folder, "-o", place / "shoot.csv", "-L", place / "lib", "--json")
    assert answer.code == ExitCode.OK and answer.data["scripts"] == 2
    (gap,) = answer.data["gaps"]
    assert (gap["script"], gap["beat"], gap["content_types"], gap["length"]) == ("a.md", "b1", ["unboxing"], 3000)
    assert gap["nearest"] and all(near["why"] for near in gap["nearest"])
    assert answer.data["to_shoot"][0]["count"] == 1
    rows = list(csv.reader((place / "shoot.csv").read_text("utf-8-sig").splitlines()))
    assert rows[0][:3] == ["script", "beat", "content"] and rows[1][5] == "'=开箱，看看里面到底有什么宝贝，再来一杯咖啡"
    assert "开箱" in call("gaps", folder / "a.md", "-L", place / "lib").out
    assert call("gaps", folder / "b.md", "-L", place / "lib").out.strip() == "nothing is missing for 1 scripts"
    (folder / "c.md").write_text("## 菜谱\n", "utf-8")
    partly = call("gaps", folder, "-L", place / "lib", "--json")
    assert partly.code == ExitCode.PARTIAL and len(partly.data["failed"]) == 1 and len(partly.data["gaps"]) == 1
