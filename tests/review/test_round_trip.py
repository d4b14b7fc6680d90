"""Out and back: nothing is lost on any way, every edit arrives, and what is written is safe to open."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as Xml

import openpyxl
import pytest
from PIL import Image

from cliplib.contracts import schema_of
from cliplib.errors import UsageError
from cliplib.library import Filter, Library
from cliplib.review import MediaMode, Order, export, exporting, plan_import
from cliplib.review.fields import Lexicon
from cliplib.vocabulary import shipped
from tests.review.making import (
    CLIPS,
    FILES,
    FIRST,
    LEXICON,
    SECOND,
    SETTINGS,
    TABLES,
    THIRD,
    Rows,
    edit_records,
    edit_table,
    in_force,
    merged,
    sent,
)


@pytest.mark.parametrize("form", FILES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_export_that_nobody_touched_changes_nothing(
    library: Library, tmp_path: Path, form: str, language: str
) -> None:
    words = Lexicon(shipped(), SETTINGS.model_copy(update={"language": language}))
    export(library, tmp_path / FILES[form], words, Order(form=form))
    before = in_force(library)
    plan = plan_import(library, tmp_path / FILES[form], words)
    assert (plan.rows, plan.changes, plan.conflicts, plan.faults) == (3, (), (), ())
    # The words of the other language are understood as well: what was exported is what is meant.
    assert plan_import(library, tmp_path / FILES[form], LEXICON).changes == ()
    assert merged(library, tmp_path / FILES[form]).changes == () and in_force(library) == before
    assert library.last_import() is None


@pytest.mark.parametrize("form", TABLES)
def test_every_field_can_be_changed_in_a_table(library: Library, tmp_path: Path, form: str) -> None:
    path = sent(library, tmp_path, form)

    def change(rows: Rows) -> Rows:
        rows[0].update(
            {"视频内容": "痛点、行动指引", "视频形式": "口播", "相关产品": "冷水壶、随行杯", "音频文字": "=2+2"}
        )
        rows[1].update({"视觉描述": "一只杯子", "人物": "模特：长发\n主播（林姐）", "景别": "", "运镜": "follow"})
        rows[2].update({"审核": "通过", "备注": "很好"})
        return [{"视频时长": row.pop("视频时长"), **row} for row in reversed(rows)]

    edit_table(path, change)
    plan = merged(library, path)
    assert plan.faults == () and plan.conflicts == ()
    first, second, third = (library.get(id).effective() for id in (FIRST, SECOND, THIRD))
    assert (first.content_types, first.forms, first.spoken) == (("pain_point", "cta"), ("talking_head",), "=2+2")
    # A product that was there keeps its evidence; the one that is new is a person's word.
    assert [(link.product, link.evidence) for link in first.products] == [("jug", "said in review"), ("cup", "filed")]
    assert (second.description, second.shot_size, second.camera) == ("一只杯子", None, "follow")
    assert [(p.role, p.name, p.description) for p in second.people] == [("model", "", "长发"), ("host", "林姐", "")]
    assert (third.review.status, third.review.note) == ("approved", "很好")
    assert len(plan.changes) == 10
    assert first.people == CLIPS[0].people and second.content_types == CLIPS[1].content_types


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_every_field_can_be_changed_in_json(library: Library, tmp_path: Path, form: str) -> None:
    path = sent(library, tmp_path, form)

    def change(rows: Rows) -> None:
        record: dict[str, object] = dict(rows[0])
        record.update(content_types=["cta"], people=[{"role": "model"}], camera=None, shot_size="macro")
        record.update(review={"status": "rejected", "note": "unscharf"})
        rows[0].update(record)

    edit_records(path, change)
    assert merged(library, path).faults == ()
    first = library.get(FIRST).effective()
    assert (first.content_types, first.shot_size, first.review.status) == (("cta",), "macro", "rejected")
    assert first.people[0].role == "model" and first.review.note == "unscharf"
    assert plan_import(library, path, LEXICON).conflicts == (), "defaults that were left out are no other value"


def test_json_says_of_each_record_its_schema_revision_and_hash(library: Library, tmp_path: Path) -> None:
    import jsonschema

    library.correct(SECOND, "description", "二", "Li")
    data = json.loads(sent(library, tmp_path, "json").read_text("utf-8"))
    assert list(data) == ["schema", "library", "export", "records", "exported"]
    assert data["schema"] == "review-export.1" and data["library"] == str(library.folder)
    for record in data["records"]:
        jsonschema.validate(record, schema_of("clip-record.1"))
        assert data["exported"][record["id"]]["schema"] == schema_of("clip-record.1")["$id"]
    assert [data["exported"][id]["revision"] for id in (FIRST, SECOND)] == [1, 2]
    lines = [json.loads(line) for line in sent(library, tmp_path, "jsonl").read_text("utf-8").splitlines()]
    assert [line["hash"] for line in lines] == [each["hash"] for each in data["exported"].values()]
    assert len({line["hash"] for line in lines}) == 3 and lines[1]["record"]["description"] == "二"


def test_a_book_is_made_to_be_worked_on(library: Library, tmp_path: Path) -> None:
    folder = library.media / FIRST
    folder.mkdir(parents=True)
    Image.new("RGB", (320, 180), "orange").save(folder / "poster.jpg")
    (folder / "clip.mp4").write_bytes(b"film")
    export(library, tmp_path / "r.xlsx", LEXICON, Order(form="xlsx", media="copy"))
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    sheet = book["clips"]
    heads = {cell.value: cell for cell in sheet[1]}
    assert sheet.freeze_panes == "D2" and sheet.protection.sheet
    locked = {name: sheet.cell(2, cell.column).protection.locked for name, cell in heads.items()}
    assert locked["片段编号"] and locked["版本"] and not locked["视频内容"] and not locked["备注"]
    rules = {str(rule.sqref).split("2:")[0]: rule for rule in sheet.data_validations.dataValidation}
    status = rules[heads["审核"].column_letter]
    column = re.fullmatch(r"lists!\$(\w+)\$1:\$\w+\$3", status.formula1)
    assert column and [book["lists"][f"{column[1]}{k}"].value for k in (1, 2, 3)] == ["待审", "通过", "否决"]
    assert status.showErrorMessage and not rules[heads["视频内容"].column_letter].showErrorMessage
    assert book["lists"].sheet_state == "hidden" and "痛点描述" in heads["视频内容"].comment.text
    assert len(sheet._images) == 1
    cell = sheet.cell(2, heads["音频文字"].column)
    assert (cell.value, cell.data_type) == ("=1+1\n杯子", "s"), "no formula"
    link = sheet.cell(2, heads["片段文件"].column)
    assert link.value == f"r_media/{FIRST}.mp4" == link.hyperlink.target
    assert (tmp_path / link.value).read_bytes() == b"film"


def test_no_cell_of_a_csv_file_is_a_formula(library: Library, tmp_path: Path) -> None:
    for sign, id in zip("@+＝", (FIRST, SECOND, THIRD), strict=True):
        library.correct(id, "description", f"{sign}SUM(1)", "Li")
    data = sent(library, tmp_path, "csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    cells = re.findall(r'"((?:[^"]|"")*)"', data.decode("utf-8-sig"))
    assert "'=1+1\n杯子" in cells and "'＝SUM(1)" in cells
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "＝") and cell]
    assert plan_import(library, tmp_path / "r.csv", LEXICON).changes == ()


@pytest.mark.parametrize("mode", ["copy", "link", "none"])
def test_media_are_named_from_where_the_export_lies(library: Library, tmp_path: Path, mode: MediaMode) -> None:
    folder = library.media / SECOND
    folder.mkdir(parents=True)
    for name in ("clip.mp4", "voice.wav", "poster.jpg"):
        (folder / name).write_text(name)
    target = tmp_path / "out" / "tasks.json"
    export(library, target, LEXICON, Order(form="label-studio", media=mode))
    tasks = {task["data"]["clip_id"]: task["data"]["video"] for task in json.loads(target.read_text("utf-8"))}
    assert tasks[FIRST] == "" and not Path(tasks[SECOND]).is_absolute()
    assert (target.parent / tasks[SECOND]).read_text() == "clip.mp4"
    beside = target.parent / "tasks_media"
    assert sorted(path.suffix for path in beside.glob("*")) == ([] if mode == "none" else [".jpg", ".mp4", ".wav"])
    if mode != "none":
        assert (beside / f"{SECOND}.mp4").samefile(folder / "clip.mp4") is (mode == "link")


def annotated(path: Path, number: int, *annotations: object) -> None:
    tasks = json.loads(path.read_text("utf-8"))
    tasks[number]["annotations"] = list(annotations)
    tasks[number]["predictions"] = [17]
    path.write_text(json.dumps(tasks), "utf-8")


def result(field: str, kind: str, *words: str) -> dict[str, object]:
    value = {"choices": [*words]} if kind == "choices" else {"text": [*words]}
    return {"id": "x", "from_name": field, "to_name": "video", "type": kind, "value": value}


def test_label_studio_has_a_page_for_its_tasks_and_its_export_reads_back(library: Library, tmp_path: Path) -> None:
    path = sent(library, tmp_path, "label-studio")
    page = Xml.parse(tmp_path / "tasks.config.xml").getroot()
    named = {element.get("name"): element for element in page if element.get("toName")}
    for task in json.loads(path.read_text("utf-8")):
        for each in task["predictions"][0]["result"]:
            element = named[each["from_name"]]
            offered = {choice.get("value") for choice in element}
            assert element.tag.lower() == each["type"] and element.get("toName") == each["to_name"]
            assert set(each["value"].get("choices", [])) <= offered
    old = {"updated_at": "2026-01-01T00:00:00Z", "result": [result("description", "textarea", "alt")]}
    new = {
        "updated_at": "2026-02-01T00:00:00Z",
        # The order of choices is that of the page, not that of the record.
        "result": [
            result("content_types", "choices", "产品特性展示", "黄金三秒/钩子"),
            result("forms", "choices", "口播", "字卡"),
            result("description", "textarea", "neu"),
            result("mood", "choices", "x"),
        ],
    }
    withdrawn = {
        "updated_at": "2026-03-01T00:00:00Z",
        "was_cancelled": True,
        "result": [result("note", "textarea", "x")],
    }
    annotated(path, 1, new, withdrawn, old)
    plan = merged(library, path)
    second = library.get(SECOND).effective()
    assert second.content_types == CLIPS[1].content_types and second.description == "neu"
    assert second.forms[0] == "talking_head" and "animation" not in second.forms
    assert second.shot_size == "close_up", "what an annotation does not name is not spoken of"
    assert {change.field for change in plan.changes} == {"forms", "description"}
    assert [(fault.row, fault.cell, fault.code) for fault in plan.faults] == [(2, "mood", "unknown_header")]


def test_only_what_is_asked_for_goes_out(library: Library, tmp_path: Path) -> None:
    library.review(THIRD, "rejected", "Li")
    order = Order(Filter(statuses=("rejected",)), "jsonl")
    assert export(library, tmp_path / "x.jsonl", LEXICON, order).records == 1
    with pytest.raises(UsageError, match="no form 'pdf'"):
        export(library, tmp_path / "x.pdf", LEXICON, Order(form="pdf"))


def test_a_value_that_no_cell_holds_leaves_its_row_out_and_says_so(library: Library, tmp_path: Path) -> None:
    library.correct(FIRST, "description", "x" * 5001, "Li")
    done = export(library, tmp_path / "r.csv", LEXICON, Order(form="csv"))
    assert done.records == 2 and [fault.cell for fault in done.faults] == [FIRST]
    assert plan_import(library, tmp_path / "r.csv", LEXICON).changes == ()
    assert export(library, tmp_path / "r.json", LEXICON, Order()).records == 3


@pytest.mark.parametrize("form", TABLES)
@pytest.mark.parametrize("limit", ["MOST_ROWS", "MOST_BYTES"])
def test_a_table_that_could_not_be_read_back_is_not_written(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, limit: str
) -> None:
    monkeypatch.setattr(exporting, limit, 2)
    with pytest.raises(UsageError, match="3 clips make a larger table"):
        sent(library, tmp_path, form)
    assert not (tmp_path / FILES[form]).exists() and sent(library, tmp_path, "jsonl").exists()


def test_an_export_that_fails_leaves_the_old_file(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sent(library, tmp_path, "xlsx")
    before, exports = path.read_bytes(), sorted((library.folder / "exports").iterdir())

    def full(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr("openpyxl.workbook.Workbook.save", full)
    with pytest.raises(OSError, match="no space"):
        sent(library, tmp_path, "xlsx")
    assert path.read_bytes() == before and sorted((library.folder / "exports").iterdir()) == exports
    assert not [*tmp_path.glob(".*.part")]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_book_survives_libreoffice(library: Library, tmp_path: Path) -> None:
    path = sent(library, tmp_path / "out", "xlsx")
    edit_table(path, lambda rows: rows[0].update({"备注": "看过"}))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    subprocess.run([*command, "--outdir", str(tmp_path), str(path)], check=True, capture_output=True, timeout=120)
    plan = plan_import(library, tmp_path / path.name, LEXICON)
    assert [(change.clip, change.field, change.said) for change in plan.changes] == [(FIRST, "note", "看过")]
    assert plan.faults == ()
