"""Tables from XLSX, CSV and JSON: every cell with its place, and nothing computed, cut short or guessed."""

import io
import json
import random
import zipfile
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cliplib import sheets
from cliplib.sheets import Cell, Sheet, SheetError, read_sheet

TABLE = [["文件名", "视频内容"], ["一.mp4", "痛点描述、口播"], ["", ""], ["二.mp4", '他说"好"，\n再见']]
CELLS = {"A2": "一.mp4", "B2": "痛点描述、口播", "A4": "二.mp4", "B4": '他说"好"，\n再见'}


def cells_of(sheet: Sheet) -> dict[str, str]:
    return {cell.place: cell.fault or cell.text for row in sheet.rows for cell in row.cells.values()}


def as_csv(table: list[list[str]], delimiter: str = ",") -> str:
    return "\r\n".join(delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in table)


def read(path: Path, data: bytes | str) -> Sheet:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_sheet(path)


def book_of(rows: list[list[Any]], **formats: str) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    for place, form in formats.items():
        book.worksheets[0][place].number_format = form
    book.create_sheet("second").append(["other"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_every_encoding_that_spreadsheets_write(tmp_path: Path, encoding: str, delimiter: str) -> None:
    sheet = read(tmp_path / "t.csv", as_csv(TABLE, delimiter).encode(encoding))
    assert cells_of(sheet) == CELLS and [row.number for row in sheet.rows] == [2, 4]
    assert [cell.text for cell in sheet.head.values()] == TABLE[0] and sheet.name == "t.csv"


def test_only_the_first_sheet_of_a_book_is_read(tmp_path: Path) -> None:
    assert cells_of(read(tmp_path / "t.XLSX", book_of(TABLE))) == CELLS


def test_json_keeps_lists_apart_and_names_cells_by_their_keys(tmp_path: Path) -> None:
    items = [{"file": "a.mp4", "forms": ["a, b", " c "], "length": 5.0, "x": None}, {"file": "b.mp4", "length": 5.25}]
    sheet = read(tmp_path / "t.json", b"\xef\xbb\xbf" + json.dumps(items).encode())
    assert [row.number for row in sheet.rows] == [1, 2]
    assert [cell.text for cell in sheet.head.values()] == ["file", "forms", "length", "x"]
    assert sheet.rows[0].cells[1] == Cell("forms", "a, b、c", ("a, b", "c"))
    assert [row.cells[2].text for row in sheet.rows] == ["5", "5.25"]


@pytest.mark.parametrize("value", [True, {"a": 1}, [1], float("nan"), [["a"]]])
def test_json_values_that_are_no_text_are_faults(tmp_path: Path, value: Any) -> None:
    [row] = read(tmp_path / "t.json", json.dumps([{"file": value}])).rows
    assert row.cells[0].fault


def test_numbers_and_clocks_of_a_book_read_as_they_are_shown(tmp_path: Path) -> None:
    row = [5, 5.2, 5.0, time(0, 5), time(0, 0, 5), timedelta(seconds=5.25), date(2026, 1, 2), True]
    forms = {"D2": "h:mm", "E2": "hh:mm:ss", "F2": "mm:ss.0"}
    sheet = read(tmp_path / "t.xlsx", book_of([["a"], row], **forms))
    found = list(cells_of(sheet).values())
    assert found == ["5", "5.2", "5", "00:05", "00:00:05", "00:05.25", "2026-01-02 00:00:00", "True"]


def test_formulas_and_errors_of_a_book_are_never_taken_for_words(tmp_path: Path) -> None:
    formula = '=HYPERLINK("http://example.com/"&A1,"x")'
    sheet = read(tmp_path / "t.xlsx", book_of([["a"], [formula, "#N/A", "ok"]]))
    assert [bool(cell.fault) for cell in sheet.rows[0].cells.values()] == [True, True, False]
    assert cells_of(read(tmp_path / "t.csv", as_csv([["a"], [formula]]))) == {"A2": formula}, "in a CSV it is a text"


def test_a_cell_that_is_too_long_or_holds_no_text_is_a_fault_and_never_cut(tmp_path: Path) -> None:
    long = "字" * (sheets.MOST_CHARACTERS + 1)
    sheet = read(tmp_path / "t.csv", as_csv([["a"], [long, long[1:], "a\x00b", "a\x1bb"]]))
    first, second, *others = sheet.rows[0].cells.values()
    assert "5001" in first.fault and second == Cell("B2", long[1:])
    assert all(cell.fault for cell in others)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("t.xls", b"x"),
        ("t", b"x"),
        ("t.csv", b""),
        ("t.csv", b"\xff\xff\xff"),
        ("t.csv", b"\xff\xfea"),
        ("t.csv", b'a\n"open'),
        ("t.csv", b"," * 300 + b"x"),
        ("t.xlsx", b"no zip"),
        ("t.json", b"{}"),
        ("t.json", b"[1]"),
        ("t.json", b"[]"),
        ("t.json", b'[{"a": 1, "a": 2}]'),
        ("t.json", b"[" * 100_000),
        ("t.json", b'[{"a": ' + b"9" * 5000 + b"}]"),
    ],
    ids=str,
)
def test_files_that_are_no_tables_are_refused_with_a_next_step(tmp_path: Path, name: str, data: bytes) -> None:
    with pytest.raises(SheetError) as caught:
        read(tmp_path / name, data)
    assert caught.value.next_step and name in caught.value.message


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(SheetError):
            read_sheet(path)


def test_tables_beyond_any_size_are_refused_before_they_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * (sheets.MOST_BYTES + 1))
    with pytest.raises(SheetError, match="unpacked"):
        read(tmp_path / "t.xlsx", bomb.getvalue())
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    assert len(read(tmp_path / "t.csv", "a\n" * 4).rows) == 3
    for name, data in (
        ("t.csv", b"a\n" * 5),
        ("t.xlsx", book_of([["a"]] * 5)),
        ("t.json", b'[{"a": 1}' + b', {"a": 1}' * 3 + b"]"),
    ):
        with pytest.raises(SheetError, match="more than 3 rows"):
            read(tmp_path / name, data)
    monkeypatch.setattr(sheets, "MOST_BYTES", 10)
    with pytest.raises(SheetError, match="MiB"):
        read(tmp_path / "t.csv", "a\n" * 6)


def with_file(data: bytes, name: str, content: bytes) -> bytes:
    """A book in which one of its files is another."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(result, "w") as new:
        for known in old.namelist():
            new.writestr(known, content if known == name else old.read(known))
    return result.getvalue()


def test_a_book_whose_text_unfolds_for_ever_or_names_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    unfolding = "".join(f'<!ENTITY a{k} "{f"&a{k - 1};" * 10}">' for k in range(1, 10))
    named = f'<!ENTITY a9 SYSTEM "file://{tmp_path}/secret.txt">'
    for entities in (f'<!ENTITY a0 "lollollol">{unfolding}', named):
        text = f"""<!DOCTYPE x [{entities}]><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
            <sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&a9;</t></is></c></row></sheetData></worksheet>"""
        with pytest.raises(SheetError, match="no XLSX that can be read"):
            read(tmp_path / "t.xlsx", with_file(book_of(TABLE), "xl/worksheets/sheet1.xml", text.encode()))


def damaged(data: bytes, seed: int) -> bytes:
    """A book with bytes of one of its files changed, packed anew so that the damage is found by its reader."""
    chance = random.Random(seed)
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(result, "w") as new:
        victim = chance.choice(old.namelist())
        for name in old.namelist():
            content = bytearray(old.read(name))
            if name == victim:
                for _ in range(chance.randint(1, 12)):
                    content[chance.randrange(len(content))] = chance.randrange(32, 127)
                content = content[: chance.randint(0, len(content))] if chance.random() < 0.3 else content
            if name != victim or chance.random() < 0.9:
                new.writestr(name, bytes(content))
    return result.getvalue()


def test_a_damaged_book_is_refused_or_read_but_never_crashes(tmp_path: Path) -> None:
    whole = book_of(TABLE)
    refused = 0
    for seed in range(100):
        broken = bytearray(damaged(whole, seed) if seed % 2 else whole)
        broken[random.Random(seed).randrange(len(broken))] ^= 0 if seed % 2 else 0x55
        try:
            read(tmp_path / "t.xlsx", bytes(broken))
        except SheetError:
            refused += 1
    assert refused > 10, "the damage is found"
