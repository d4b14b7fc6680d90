"""`check-claims` and `score`: tables, JSON forms, exit codes, and what a person takes on."""

import json
from pathlib import Path

from PIL import Image

from cliplib.errors import ExitCode
from tests.cli.conftest import SCRIPT, SETTINGS, Call

BLOCKED = SCRIPT.replace("咖啡凉了", "全网最好的杯子，美白淡斑")
SHEET = """
[[product.claim]]
text = "美白淡斑"
evidence = "R-7"
"""
OWN_RULE = """
[[claim_rule]]
id = "our-words"
class = "platform"
level = "warn"
patterns = ["小黄车"]
law = "平台规则 2025"
zh = "平台敏感词"
en = "a word of the platform"
"""


def written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_a_script_is_checked_with_place_rule_and_law(place: Path, tmp_path: Path, call: Call) -> None:
    script = written(tmp_path / "bad.md", BLOCKED)
    answer = call("check-claims", script, "-L", place / "lib", "--json")
    assert answer.code == ExitCode.CLAIM_BLOCKED and int(answer.code) == 5
    assert answer.data["blocked"] == 1
    assert [(f["rule"], f["level"], f["place"], f["words"]) for f in answer.data["findings"]] == [
        ("absolute-most", "block", "b1", "最好"),
        ("efficacy-skin", "needs_evidence", "b1", "美白"),
        ("efficacy-skin", "needs_evidence", "b1", "淡斑"),
    ]
    told = call("check-claims", script, "-L", place / "lib")
    assert told.code == 5 and "absolute-most@b1" in told.out and "广告法" in told.out and "→" in told.out
    fine = call("check-claims", written(tmp_path / "good.md", SCRIPT), "-L", place / "lib")
    assert fine.code == ExitCode.OK and fine.out.strip() == "nothing found"


def test_the_settings_hold_the_fact_sheet_and_own_rules(place: Path, tmp_path: Path, call: Call) -> None:
    assert SETTINGS.rstrip().endswith('aliases = ["随行杯"]'), "the claim goes to this product"
    settings = place / "lib" / "cliplib.toml"
    written(settings, settings.read_text("utf-8") + SHEET + OWN_RULE)
    script = written(tmp_path / "bad.md", BLOCKED)
    found = call("check-claims", script, "-L", place / "lib", "--json").data["findings"]
    assert [(f["rule"], f["level"], f["place"]) for f in found] == [
        ("absolute-most", "block", "b1"),
        ("our-words", "warn", "b2"),
    ]
    assert call("product", "add", "lamp", "--name", "台灯", "-L", place / "lib").code == ExitCode.OK
    assert call("product", "add", "cup", "--alias", "青杯", "-L", place / "lib").code == ExitCode.OK
    assert "R-7" in settings.read_text("utf-8")
    again = call("check-claims", script, "-L", place / "lib", "--json").data["findings"]
    assert again == found, "the claim stays with its product"
    broken = settings.read_text("utf-8").replace('patterns = ["小黄车"]', 'patterns = ["("]')
    written(settings, broken)
    refused = call("check-claims", script, "-L", place / "lib", "--json")
    assert refused.code == ExitCode.USAGE and "our-words" in refused.data["error"]["message"]


def test_a_person_takes_on_a_finding_in_the_plan_and_the_film_is_made(place: Path, tmp_path: Path, call: Call) -> None:
    script, plan = written(tmp_path / "bad.md", BLOCKED), tmp_path / "plan.json"
    planned = call("plan", script, "-o", plan, "-L", place / "lib", "--json")
    assert planned.code == ExitCode.OK and planned.data["findings"][0]["rule"] == "absolute-most"
    assert planned.data["scores"]["dimensions"][0]["name"] == "usable"
    stopped = call("render", plan, "-o", tmp_path / "ad.mp4", "-L", place / "lib", "--json")
    assert stopped.code == 5 and stopped.data["error"]["code"] == "E_CLAIM"
    assert "--allow absolute-most@b1" in stopped.data["error"]["next"]
    assert not (tmp_path / "ad.mp4").exists()
    wrong = call("check-claims", plan, "--allow", "absolute-most@s7", "-L", place / "lib")
    assert wrong.code == ExitCode.USAGE and "absolute-most@b1" in wrong.err
    no_plan = call("check-claims", script, "--allow", "absolute-most@b1", "-L", place / "lib")
    assert no_plan.code == ExitCode.USAGE
    allow = ("check-claims", plan, "--allow", "absolute-most@b1", "--who", "李雷", "-L", place / "lib", "--json")
    taken = call(*allow)
    assert taken.code == ExitCode.OK and taken.data["findings"][0]["allowed_by"] == "李雷"
    [kept] = json.loads(plan.read_text("utf-8"))["allowed"]
    assert (kept["rule"], kept["place"], kept["words"], kept["who"]) == ("absolute-most", "b1", "最好", "李雷")
    assert "allowed by 李雷" in call("check-claims", plan, "-L", place / "lib").out
    made = call("render", plan, "-o", tmp_path / "ad.mp4", "-L", place / "lib", "--json")
    assert made.code == ExitCode.OK and Path(made.data["score"]).is_file()


def test_a_plan_is_scored_by_numbers(place: Path, tmp_path: Path, call: Call) -> None:
    plan = tmp_path / "plan.json"
    call("plan", written(tmp_path / "good.md", SCRIPT), "-o", plan, "-L", place / "lib")
    answer = call("score", plan, "-o", tmp_path / "card.png", "-L", place / "lib", "--json")
    assert answer.code == ExitCode.OK
    numbers = {n["name"]: n["value"] for d in answer.data["dimensions"] for n in d["numbers"]}
    assert numbers["product_share"] == 1 and numbers["source_repeat"] == 1, "both clips are of the one film there is"
    assert answer.data["failed"] == ["diverse"]
    with Image.open(tmp_path / "card.png") as picture:
        assert picture.width > 1000
    table = call("score", plan, "-L", place / "lib").out
    assert "FAILED" in table and "source_repeat" in table
    missing = call("score", tmp_path / "none.json", "-L", place / "lib")
    assert missing.code == ExitCode.USAGE and "none.json" in missing.err
