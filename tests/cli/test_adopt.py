"""`adopt` by the program: the sample table, as XLSX and in GBK, to clips that are found, shown and composed."""

import json
import shutil
from pathlib import Path

import pytest

from cliplib.cli.app import run
from cliplib.errors import ExitCode
from tests.cli.conftest import Call
from tests.conftest import MakeVideo

SAMPLES = Path(__file__).parent.parent.parent / "samples"
SHEET = SAMPLES / "sheets" / "cut_clips.csv"
SCRIPT = """---
title: 小样
product: 青屿随行杯
length: 5s
size: 180x320
---
## 痛点描述
咖啡凉了
## 行动指引
到手价
"""


@pytest.fixture(scope="session")
def cut(make_video: MakeVideo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the sample table names."""
    folder = tmp_path_factory.mktemp("media")
    for name, seconds in (("开场/凉咖啡.mp4", 3.2), ("倒置不漏.mp4", 2.6), ("结尾/到手价.mp4", 1.8)):
        (folder / name).parent.mkdir(exist_ok=True)
        make_video(folder / name, shots=(seconds,), size="180x320")
    return folder


@pytest.fixture
def lib(tmp_path: Path) -> Path:
    """An empty library that knows the product of the samples."""
    assert run(["init", str(tmp_path / "lib")]) == 0
    settings = (SAMPLES / "cliplib.toml").read_text("utf-8")
    (tmp_path / "lib" / "cliplib.toml").write_text(f'index = "exact"\ntext = "none"\n{settings}', "utf-8")
    return tmp_path / "lib"


def test_the_sample_table_goes_in_and_its_clips_are_full_members(lib: Path, cut: Path, call: Call) -> None:
    take = ("adopt", SHEET, "--media", cut, "--kind", "产品展示", "--who", "anna", "-L", lib, "--json")
    first = call(*take)
    assert first.code == ExitCode.OK, first.err
    assert first.data["clips_added"] == 3 and first.data["faults"] == []
    assert [(row["row"], row["status"]) for row in first.data["rows"]] == [(2, "kept"), (3, "kept"), (4, "kept")]
    assert [row["status"] for row in call(*take).data["rows"]] == ["skipped"] * 3
    clip = first.data["rows"][1]["clip"]
    shown = call("show", clip, "--view", "zh", "-L", lib, "--json")
    lines = SHEET.read_text("utf-8-sig").splitlines()[2].split(",")
    assert list(shown.data.values()) == lines[1:]
    assert call("search", "倒过来也不漏", "-L", lib, "--json").data["hits"][0]["clip"] == clip
    (lib.parent / "script.md").write_text(SCRIPT, "utf-8")
    planned = call("plan", lib.parent / "script.md", "-o", lib.parent / "plan.json", "-L", lib, "--json")
    assert planned.code == ExitCode.OK, planned.err
    assert [pick["clip"] for pick in planned.data["picks"]] == [first.data["rows"][k]["clip"] for k in (0, 2)]


def test_a_table_in_gbk_with_a_bad_row_is_partial_and_says_where(
    lib: Path, cut: Path, call: Call, tmp_path: Path
) -> None:
    text = SHEET.read_text("utf-8-sig").replace("真人演绎、", "黑白、")
    (tmp_path / "表.csv").write_text(text, "gbk")
    take = ("adopt", tmp_path / "表.csv", "--media", cut, "--kind", "product", "-L", lib)
    answer = call(*take)
    assert answer.code == ExitCode.PARTIAL
    assert answer.out.splitlines()[0].startswith("row 2 C2 unknown_label: ") and "黑白" in answer.out
    assert "2 clips added; 2 of 3 rows are in the library" in answer.out
    (tmp_path / "表.csv").write_text(text.replace("黑白", "字卡"), "gbk")
    assert call(*take).code == ExitCode.OK


def test_a_file_without_a_row_is_partial_and_a_table_without_a_good_row_has_failed(
    lib: Path, cut: Path, call: Call, tmp_path: Path
) -> None:
    folder = tmp_path / "media"
    shutil.copytree(cut, folder)
    head, first, *_ = SHEET.read_text("utf-8-sig").splitlines()
    (tmp_path / "t.csv").write_text(f"{head}\n{first}\n", "utf-8")
    answer = call("adopt", tmp_path / "t.csv", "--media", folder, "--kind", "product", "-L", lib, "--json")
    assert answer.code == ExitCode.PARTIAL
    assert [fault["code"] for fault in answer.data["faults"]] == ["no_row", "no_row"]
    (tmp_path / "t.csv").write_text(f"{head}\nx{first}\n", "utf-8")
    assert call("adopt", tmp_path / "t.csv", "--media", folder, "--kind", "product", "-L", lib).code == ExitCode.FAILED


@pytest.mark.parametrize("wrong", ["kind", "sheet", "media"])
def test_a_call_that_cannot_be_meant_is_a_usage_error(lib: Path, cut: Path, call: Call, wrong: str) -> None:
    given = {"sheet": str(SHEET), "media": str(cut), "kind": "product", wrong: "nothing"}
    answer = call("adopt", given["sheet"], "--media", given["media"], "--kind", given["kind"], "-L", lib, "--json")
    assert answer.code == ExitCode.USAGE and json.loads(answer.out)["error"]["next"]
