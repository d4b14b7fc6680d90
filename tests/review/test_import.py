"""People's word back in: three-way merges, conflicts, faults by row and cell, and repeated imports."""

import gzip
import io
import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cliplib.errors import UsageError
from cliplib.ledger import Edit
from cliplib.library import Library
from cliplib.review import Plan, plan_import, take_in
from cliplib.sheets import SheetError
from cliplib.values import Span
from tests.library.making import a_footage, a_record
from tests.review.making import (
    CLIPS,
    FIRST,
    LEXICON,
    SECOND,
    TABLES,
    Rows,
    described,
    edit_records,
    edit_table,
    every,
    in_force,
    merged,
    sent,
)

GONE = "c_0000000000000000_000000-001000"


def faults(plan: Plan) -> list[tuple[int | None, str, str]]:
    return [(fault.row, fault.cell, fault.code) for fault in plan.faults]


def test_what_changed_on_one_side_only_is_no_conflict(library: Library, tmp_path: Path) -> None:
    path = sent(library, tmp_path, "csv")
    described(path, "von Hand")
    library.correct(FIRST, "spoken", "im Haus", "Wang")
    library.put(CLIPS[0].model_copy(update={"camera": "pan"}))
    plan = merged(library, path)
    record = library.get(FIRST).effective()
    assert (record.description, record.spoken, record.camera) == ("von Hand", "im Haus", "pan")
    assert [change.field for change in plan.changes] == ["description"] and plan.conflicts == ()


def test_what_changed_on_both_sides_is_left_and_listed(library: Library, tmp_path: Path) -> None:
    path = sent(library, tmp_path, "csv")
    described(path, "in der Tabelle")
    library.correct(FIRST, "description", "im Haus", "Wang")
    plan = merged(library, path)
    assert plan.changes == () and library.get(FIRST).effective().description == "im Haus"
    [conflict] = plan.conflicts
    assert (conflict.row, conflict.cell, conflict.field) == (2, "J2", "description")
    assert (conflict.exported, conflict.current, conflict.said) == ("", "im Haus", "in der Tabelle")
    ours = plan_import(library, path, LEXICON, "ours")
    assert (ours.changes, ours.conflicts) == ((), ())
    theirs = plan_import(library, path, LEXICON, "theirs")
    assert [change.said for change in theirs.changes] == ["in der Tabelle"] and theirs.conflicts == ()
    take_in(library, theirs, path.name, "Li")
    assert library.get(FIRST).effective().description == "in der Tabelle"
    assert merged(library, path).conflicts == (), "both sides say the same now"


def test_two_exports_are_each_compared_with_their_own_base(library: Library, tmp_path: Path) -> None:
    early = sent(library, tmp_path / "early", "csv")
    library.correct(FIRST, "description", "two", "Wang")
    late = sent(library, tmp_path / "late", "csv")
    described(early, "early")
    described(late, "late")
    assert len(plan_import(library, early, LEXICON).conflicts) == 1
    assert [c.said for c in merged(library, late).changes] == ["late"]
    # Both in one table: each row names its own version.
    library.correct(FIRST, "description", "two", "Wang")
    rows: Rows = []
    edit_table(early, lambda own: rows.extend(own))
    edit_table(late, lambda own: [*own, *rows])
    plan = plan_import(library, late, LEXICON)
    assert [c.said for c in plan.changes] == ["late"] and [c.said for c in plan.conflicts] == ["early"]


@pytest.mark.parametrize("form", [*TABLES, "json", "jsonl"])
def test_the_same_file_twice_changes_nothing(library: Library, tmp_path: Path, form: str) -> None:
    path = sent(library, tmp_path, form)
    if form in TABLES:
        edit_table(path, lambda rows: rows[0].update({"相关产品": "冷水壶", "审核": "否决", "备注": "x"}))
    else:
        link = {"product": "jug", "evidence": "seen", "confidence": 1.0}
        edit_records(path, lambda rows: rows[0].update(products=[link], review={"status": "rejected", "note": "x"}))
    assert len(merged(library, path).changes) == 3
    before, waiting = in_force(library), library.pending()
    again = merged(library, path)
    assert (again.changes, again.conflicts, again.faults) == ((), (), ())
    assert in_force(library) == before and library.pending() == waiting
    assert len(library.history(FIRST)) == len(library.decisions(FIRST)) == 1


def test_only_changed_records_are_told_to_the_indexes(library: Library, tmp_path: Path) -> None:
    library.settle([sequence for sequence, _ in library.pending()])
    path = sent(library, tmp_path, "xlsx")
    edit_table(path, every(备注="gesehen"))
    described(path, "neu", row=1)
    assert len(merged(library, path).changes) == 4
    assert [clip for _, clip in library.pending()] == [SECOND], "a decision says nothing to an embedder"


@pytest.mark.parametrize("form", TABLES)
def test_removed_and_moved_rows_and_columns_delete_nothing(library: Library, tmp_path: Path, form: str) -> None:
    path = sent(library, tmp_path, form)
    before = in_force(library)

    def change(rows: Rows) -> Rows:
        return [{"备注": "", **{k: v for k, v in row.items() if k in ("片段编号", "版本")}} for row in rows[:0:-1]]

    edit_table(path, change)
    plan = merged(library, path)
    assert (plan.rows, plan.changes, plan.faults) == (2, (), ()) and in_force(library) == before


def test_without_a_version_the_base_is_what_all_exports_say(library: Library, tmp_path: Path) -> None:
    path = sent(library, tmp_path, "csv")
    sent(library, tmp_path, "json")
    edit_table(path, lambda rows: [{k: v for k, v in row.items() if k != "版本"} for row in rows])
    described(path, "neu")
    assert [change.said for change in plan_import(library, path, LEXICON).changes] == ["neu"]
    library.correct(FIRST, "camera", "pan", "Wang")
    sent(library, tmp_path, "json")
    plan = plan_import(library, path, LEXICON)
    assert plan.changes == () and faults(plan) == [(2, "", "no_export")]


def test_trouble_is_named_by_row_and_cell_and_the_rest_goes_on(library: Library, tmp_path: Path) -> None:
    path = sent(library, tmp_path, "csv")

    def change(rows: Rows) -> Rows:
        first, second, third = rows
        for row in rows:
            row["心情"] = "gut"
        first.update(
            {"视频内容": "痛点、菜谱", "视频形式": "", "相关产品": "火箭", "音频文字": "x" * 5001, "备注": "kommt an"}
        )
        second["人物"] = "狗"
        third["审核"] = "vielleicht"
        strangers = [{**third, "片段编号": GONE}, {**third, "片段编号": "c_aaaaaaaaaaaaaaa1_004000-00600O"}]
        damaged = [{**third, "版本": "r1-x00000000ff", "审核": ""}, {**third, "版本": "3.0", "审核": ""}]
        return [*rows, *strangers, *damaged]

    edit_table(path, change)
    plan = merged(library, path)
    assert sorted(faults(plan), key=str) == sorted(
        [
            (2, "F2", "unknown_label"),
            (2, "G2", "empty"),
            (2, "H2", "unknown_product"),
            (2, "I2", "cell"),
            (3, "K3", "unknown_label"),
            (4, "O4", "unknown_label"),
            (5, "", "unknown_clip"),
            (6, "", "unknown_clip"),
            (7, "", "no_export"),
            (8, "", "no_export"),
            (None, "Q1", "unknown_header"),
        ],
        key=str,
    )
    assert "菜谱" in str(plan.faults[0]) and str(plan.faults[0]).startswith("row 2 F2 unknown_label: ")
    assert library.get(FIRST).review.note == "kommt an"


def test_formulas_in_a_book_are_reported_and_not_computed(library: Library, tmp_path: Path) -> None:
    import openpyxl

    path = sent(library, tmp_path, "xlsx")
    book = openpyxl.load_workbook(path)
    place = next(cell.column_letter for cell in book["clips"][1] if cell.value == "备注")
    book["clips"][f"{place}2"] = "=HYPERLINK(1)"
    book.save(path)
    plan = plan_import(library, path, LEXICON)
    assert faults(plan) == [(2, f"{place}2", "cell")] and plan.changes == ()


def test_two_rows_that_differ_on_one_clip_are_both_left(library: Library, tmp_path: Path) -> None:
    path = sent(library, tmp_path, "csv")
    edit_table(path, lambda rows: [*rows, {**rows[0], "视觉描述": "b", "备注": "n"}, dict(rows[0])])
    described(path, "a")
    plan = plan_import(library, path, LEXICON)
    assert [change.field for change in plan.changes] == ["note"]
    assert faults(plan) == [(5, "J5", "two_rows")] and "rows 2 and 5" in plan.faults[0].message


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("content_types", [], "empty"),
        ("content_types", "hook", "value"),
        ("content_types", ["recipe"], "unknown_label"),
        ("forms", None, "value"),
        ("shot_size", "huge", "unknown_label"),
        ("products", [{"product": "rocket", "evidence": "", "confidence": 1.0}], "unknown_product"),
        ("products", [{"product": "jug"}], "value"),
        ("products", [{"product": "jug", "evidence": "", "confidence": 2.0}], "value"),
        ("people", [{"role": "host", "age": 3}], "value"),
        ("people", [7], "unknown_label"),
        ("spoken", 7, "value"),
        ("spoken", "\ud800", "cell"),
        ("description", "x" * 5001, "cell"),
        ("review", {"status": "perhaps"}, "unknown_label"),
        ("review", {"note": None}, "value"),
        ("review", {"note": "\x00"}, "cell"),
    ],
)
def test_values_that_no_record_can_have_are_faults(
    library: Library, tmp_path: Path, field: str, value: Any, code: str
) -> None:
    path = sent(library, tmp_path, "jsonl")
    edit_records(path, lambda rows: rows[0].update({field: value}))
    before = in_force(library)
    plan = merged(library, path)
    assert [fault.code for fault in plan.faults] == [code] and in_force(library) == before


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 100_000,
        b'{"id": ' + b"9" * 5000 + b"}",
        b'{"id": "a", "id": "b"}',
        b'{"id": NaN}',
        b"\xff\xfe",
        b"null",
        b"x" * (5 << 20),
    ],
)
def test_a_line_that_is_no_record_is_refused_and_the_others_go_on(
    library: Library, tmp_path: Path, line: bytes
) -> None:
    path = sent(library, tmp_path, "jsonl")
    edit_records(path, lambda rows: rows[1].update(description="neu"))
    path.write_bytes(b"\xef\xbb\xbf" + line + b"\r\n\r\n" + path.read_bytes().replace(b"\n", b"\r\n"))
    plan = plan_import(library, path, LEXICON)
    assert faults(plan) == [(1, "", "row")] and [change.said for change in plan.changes] == ["neu"]


def test_files_that_are_no_review_are_refused(library: Library, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("../evil.csv"), io.BytesIO(b""))
    wrong = {
        "a.tar": packed.getvalue(),
        "a.xlsx": packed.getvalue(),
        "a.csv": "文件名,视频内容\na,b\n".encode(),
        "b.csv": "片段编号,备注,note\na,b,c\n".encode(),
        "a.json": b'{"records": 3}',
        "b.json": b'"text"',
        "c.json": b"{" * 5000,
    }
    for name, data in wrong.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises((UsageError, SheetError)):
            plan_import(library, tmp_path / name, LEXICON)
    with pytest.raises(UsageError, match="no file"):
        plan_import(library, tmp_path / "none.csv", LEXICON)
    (tmp_path / "tasks.json").write_text('[{"data": {}}, 7, {"data": {"clip_id": 3}}]')
    assert faults(plan_import(library, tmp_path / "tasks.json", LEXICON)) == [(k, "data", "row") for k in (1, 2, 3)]


def test_a_kept_export_that_is_damaged_is_named(library: Library, tmp_path: Path) -> None:
    path = sent(library, tmp_path, "csv")
    [kept] = (library.folder / "exports").iterdir()
    kept.write_bytes(kept.read_bytes()[:40])
    plan = plan_import(library, path, LEXICON)
    assert {fault.code for fault in plan.faults} == {"no_export"} and kept.name in plan.faults[0].message
    for text in (b"no json\n", b'{"clip": "%s", oops}\n' % FIRST.encode()):
        kept.write_bytes(gzip.compress(text))
        assert {fault.code for fault in plan_import(library, path, LEXICON).faults} == {"no_export"}


def merge_first_two(library: Library) -> str:
    span = Span(start=0, end=4000)
    footage = a_footage()
    whole = a_record(0).model_copy(update={"id": f"c_{footage.id[2:]}_000000-004000", "span": span})
    now = datetime.now(UTC)
    edit = Edit(what="merge", footage=footage.id, old=(FIRST, SECOND), new=(whole.id,), who="Li", at=now)
    library.replace(edit, [whole])
    return whole.id


def test_rows_of_clips_that_were_merged_since_go_to_the_merged_clip(library: Library, tmp_path: Path) -> None:
    path = sent(library, tmp_path, "csv")
    edit_table(path, lambda rows: rows[0].update({"备注": "alt", "视觉描述": "kurz"}))
    edit_table(path, lambda rows: rows[1].update({"运镜": "pan", "视频内容": "痛点"}))
    whole = merge_first_two(library)
    plan = merged(library, path)
    assert plan.moved == {FIRST: whole, SECOND: whole}
    record = library.get(FIRST).effective()
    assert (record.id, record.review.note, record.description) == (whole, "alt", "kurz")
    # What the merged clip says differently from what was exported is a conflict, never overwritten.
    assert {(c.clip, c.field) for c in plan.conflicts} == {(whole, "camera"), (whole, "content_types")}


def test_an_import_is_all_or_nothing(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sent(library, tmp_path, "csv")
    edit_table(path, every(视觉描述="neu", 备注="n"))
    before = in_force(library)

    def broken(*_: object) -> None:
        raise UsageError("broken")

    monkeypatch.setattr(library, "review", broken)
    with pytest.raises(UsageError, match="broken"):
        merged(library, path)
    assert in_force(library) == before and library.last_import() is None


def test_ids_of_exports_are_never_paths(library: Library, tmp_path: Path) -> None:
    path = sent(library, tmp_path, "json")
    data = json.loads(path.read_text("utf-8"))
    data["export"] = "../../x0123456789"
    path.write_text(json.dumps(data), "utf-8")
    assert {fault.code for fault in plan_import(library, path, LEXICON).faults} == {"no_export"}
