"""`review export`, `import` and `undo`, and `report agreement`: what they print, ask and answer with."""

import csv
import json
from pathlib import Path

import pytest
import typer

from cliplib.errors import ExitCode
from cliplib.library import Filter, Library
from tests.cli.conftest import Call


def first_clip(place: Path) -> str:
    with Library.open(place / "lib") as library:
        return library.find(Filter())[0]


def edited(place: Path, **columns: str) -> Path:
    """The exported table with other words in its first row."""
    path = place / "out" / "clips.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0].update(columns)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def exported(place: Path, call: Call) -> Path:
    """A table of all clips with their media beside it, in `out/`."""
    answer = call("review", "export", "-o", place / "out/clips.csv", "--media", "copy", "-L", place / "lib", "--json")
    assert answer.code == ExitCode.OK and answer.data["records"] == 3 and answer.data["faults"] == []
    return place


def test_a_table_goes_out_comes_back_and_is_searched(exported: Path, call: Call) -> None:
    clip = first_clip(exported)
    before = call("show", clip, "-L", exported / "lib", "--json").data["description"]
    assert (exported / "out" / "clips_media" / f"{clip}.mp4").stat().st_size > 1000
    path = edited(exported, 视觉描述="斑马线", 视频内容="痛点、黄金三秒", 审核="通过")
    dry = call("review", "import", path, "--dry-run", "-L", exported / "lib", "--json")
    assert dry.code == ExitCode.OK and dry.data["applied"] == 0 and len(dry.data["changes"]) == 3
    done = call("review", "import", path, "--who", "anna", "-L", exported / "lib")
    assert done.code == ExitCode.OK and "3 values taken in" in done.out and "斑马线" in done.out
    hits = call("search", "斑马线", "-L", exported / "lib", "--json").data["hits"]
    assert hits[0]["clip"] == clip and "words" in hits[0]["why"]
    again = call("review", "import", path, "-L", exported / "lib", "--json")
    assert (again.code, again.data["applied"], again.data["changes"]) == (ExitCode.OK, 0, [])
    shown = call("show", clip, "-L", exported / "lib", "--json").data["review"]
    assert shown["status"] == "approved" and shown["corrections"]["content_types"]["who"] == "anna"
    assert call("index", "verify", "-L", exported / "lib").code == ExitCode.OK
    undone = call("review", "undo", "-L", exported / "lib", "--json")
    assert undone.code == ExitCode.OK and undone.data["file"] == "clips.csv" and len(undone.data["changes"]) == 3
    assert call("show", clip, "-L", exported / "lib", "--json").data["description"] == before
    none = call("review", "undo", "-L", exported / "lib", "--json")
    assert none.code == ExitCode.USAGE and "no import" in none.data["error"]["message"]


def test_conflicts_and_faults_are_partial_and_named(exported: Path, call: Call) -> None:
    clip = first_clip(exported)
    path = edited(exported, 视觉描述="表里", 视频内容="菜谱", 备注="看过")
    call("review", "correct", clip, "description", "库里", "-L", exported / "lib")
    answer = call("review", "import", path, "-L", exported / "lib")
    assert answer.code == ExitCode.PARTIAL
    assert "row 2 F2 unknown_label: 视频内容: '菜谱' is not known" in answer.out
    assert "库里" in answer.out and "表里" in answer.out and "1 values taken in" in answer.out
    ours = call("review", "import", edited(exported, 视频内容=""), "--ours", "-L", exported / "lib", "--json")
    assert ours.code == ExitCode.PARTIAL and [fault["code"] for fault in ours.data["faults"]] == ["empty"]
    both = call("review", "import", path, "--ours", "--theirs", "-L", exported / "lib")
    assert both.code == ExitCode.USAGE
    theirs = call("review", "import", path, "--theirs", "-L", exported / "lib", "--json")
    assert [change["said"] for change in theirs.data["changes"]] == ["表里"]
    assert call("show", clip, "-L", exported / "lib", "--json").data["description"] == "表里"


def test_on_a_terminal_it_shows_and_asks_first(exported: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    path = edited(exported, 视觉描述="斑马线")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    asked = []

    def answer(text: str, **_: object) -> bool:
        asked.append(text)
        raise typer.Abort

    monkeypatch.setattr(typer, "confirm", answer)
    refused = call("review", "import", path, "-L", exported / "lib")
    assert refused.code == ExitCode.INTERRUPTED and "斑马线" in refused.err and asked == ["Take in 1 changes?"]
    assert "斑马线" not in call("show", first_clip(exported), "-L", exported / "lib").out
    assert "1 values taken in" in call("review", "import", path, "--yes", "-L", exported / "lib").out
    assert len(asked) == 1
    assert "nothing is changed" in call("review", "import", path, "-L", exported / "lib").out, "nothing to ask about"


@pytest.mark.parametrize(("name", "schema"), [("a.jsonl", None), ("a.xlsx", None), ("a.json", "review-export.1")])
def test_the_form_follows_the_ending(place: Path, call: Call, name: str, schema: str | None) -> None:
    assert call("review", "export", "-o", place / name, "-L", place / "lib").code == ExitCode.OK
    back = call("review", "import", place / name, "-L", place / "lib", "--json")
    assert back.code == ExitCode.OK and back.data["rows"] == 3 and back.data["changes"] == []
    if schema:
        assert json.loads((place / name).read_text("utf-8"))["schema"] == schema


def test_filters_and_slips_of_the_pen(place: Path, call: Call) -> None:
    export = ("review", "export", "-o", place / "x.jsonl", "-L", place / "lib", "--json")
    assert call(*export, "--product", "随行杯", "--kind", "brand").data["records"] == 3
    assert call(*export, "--status", "approved").data["records"] == 0
    for wrong in (("--status", "good"), ("--format", "pdf"), ("--media", "all"), ("--content-type", "菜谱")):
        assert call(*export, *wrong).code == ExitCode.USAGE, wrong
    assert call("review", "import", place / "none.csv", "-L", place / "lib").code == ExitCode.USAGE


def test_agreement_is_a_table_json_and_a_drawing(place: Path, call: Call, tmp_path: Path) -> None:
    assert "nobody has judged" in call("report", "agreement", "-L", place / "lib").out
    call("review", "correct", first_clip(place), "description", "斑马线", "-L", place / "lib")
    answer = call("report", "agreement", "--plot", tmp_path / "a/b.svg", "-L", place / "lib", "--json")
    [row] = answer.data["fields"]
    assert (row["field"], row["kept"], row["changed"], row["share"]) == ("description", 0, 1, 0.0)
    assert row["engine"] and row["engine"] in (tmp_path / "a/b.svg").read_text("utf-8")
    assert "description" in call("report", "agreement", "-L", place / "lib").out
