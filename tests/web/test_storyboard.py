"""Plans of the library's jobs as storyboards: shown whole, changed only as the plan format allows."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from cliplib.library import Library
from compose.planfile import read_plan
from tests.web.conftest import JOB


def board(page: TestClient) -> dict[str, Any]:
    told: dict[str, Any] = page.get(f"/api/plans/{JOB}").json()
    return told


def swap(page: TestClient, version: str, clip: str, slot: str = "s1") -> Any:
    return page.post(f"/api/plans/{JOB}/swap", json={"slot": slot, "clip": clip, "version": version})


def test_a_plan_is_shown_with_the_cards_of_all_its_clips(page: TestClient, plan_file: Path, ids: list[str]) -> None:
    [listed] = page.get("/api/plans").json()["plans"]
    assert listed == {"job": JOB, "title": "随行杯", "slots": 2, "length": 3_500}
    told = board(page)
    assert [pick["clip"] for pick in told["plan"]["picks"]] == [ids[0], ids[3]]
    assert set(told["cards"]) == set(ids[:4])


def test_a_swapped_clip_stands_in_a_plan_that_can_be_rendered(
    page: TestClient, plan_file: Path, folder: Path, ids: list[str]
) -> None:
    answer = swap(page, board(page)["version"], ids[1])
    assert answer.status_code == 200
    with Library.open(folder) as library:
        plan = read_plan(plan_file.read_bytes(), library)
    [first, second] = plan.picks
    assert (first.clip, second.clip) == (ids[1], ids[3])
    assert [runner.clip for runner in first.runners_up] == [ids[0], ids[2], ids[3]]
    assert "mei" in first.reason
    assert first.trim.start >= 2_000 and first.trim.end <= 4_000
    # And back again: what stood there has not been lost.
    assert swap(page, answer.json()["version"], ids[0]).status_code == 200
    assert board(page)["plan"]["picks"][0]["clip"] == ids[0]


@pytest.mark.parametrize(
    ("clip", "slot"), [(2, "s1"), (3, "s1"), (7, "s1"), (1, "s2"), (1, "s9")],
    ids=["rejected", "stands elsewhere", "not offered", "not offered there", "no such slot"],
)  # fmt: skip
def test_what_the_rules_forbid_changes_nothing(
    page: TestClient, plan_file: Path, ids: list[str], clip: int, slot: str
) -> None:
    before = plan_file.read_bytes()
    answer = swap(page, board(page)["version"], ids[clip], slot)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "E_SCRIPT"
    assert plan_file.read_bytes() == before


def test_a_plan_that_somebody_has_edited_is_not_overwritten(page: TestClient, plan_file: Path, ids: list[str]) -> None:
    version = board(page)["version"]
    edited = json.loads(plan_file.read_text("utf-8"))
    edited["notes"] = ["by hand"]
    plan_file.write_text(json.dumps(edited), "utf-8")
    answer = swap(page, version, ids[1])
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "E_PLAN_CHANGED")
    assert json.loads(plan_file.read_text("utf-8")) == edited


def test_a_busy_library_leaves_the_plan_alone(page: TestClient, plan_file: Path, folder: Path, ids: list[str]) -> None:
    version, before = board(page)["version"], plan_file.read_bytes()
    with Library.open(folder, write=True):
        assert swap(page, version, ids[1]).status_code == 423
    assert plan_file.read_bytes() == before


@pytest.mark.parametrize("job", ["..", "..%2f..", "nothing", "%00", "a%2fb"])
def test_no_other_folder_is_a_job(page: TestClient, plan_file: Path, job: str) -> None:
    (plan_file.parent.parent.parent / "plan.json").write_bytes(plan_file.read_bytes())
    assert page.get(f"/api/plans/{job}").status_code == 404


def test_a_broken_plan_is_named_and_hides_no_other(page: TestClient, plan_file: Path) -> None:
    broken = plan_file.parent.parent / "broken"
    broken.mkdir()
    (broken / "plan.json").write_text("{", "utf-8")
    assert [plan["job"] for plan in page.get("/api/plans").json()["plans"]] == [JOB]
    assert page.get("/api/plans/broken").status_code == 400
