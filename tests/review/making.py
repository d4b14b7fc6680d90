"""A library whose clips have something in every field that people may change, and exports of it that are edited."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl

from cliplib.config import Product, Settings
from cliplib.library import Library
from cliplib.records import ClipRecord, Person, Provenance
from cliplib.review import Lexicon, Order, Plan, export, plan_import, take_in
from cliplib.vocabulary import shipped
from tests.library.making import a_footage, a_record

SETTINGS = Settings(
    product=(Product(id="cup", name="青屿随行杯", aliases=("随行杯",)), Product(id="jug", name="冷水壶"))
)
LEXICON = Lexicon(shipped(), SETTINGS)
TABLES = ("xlsx", "csv")
FILES = {"json": "r.json", "jsonl": "r.jsonl", "xlsx": "r.xlsx", "csv": "r.csv", "label-studio": "tasks.json"}

CLIPS = (
    a_record(
        0,
        spoken="=1+1\r\n杯子 ",
        products=("cup", "gone"),
        people=(Person(role="host", name="林姐", description="白 衬衫"), Person(role="odd_role")),
        provenance={"content_types": Provenance(engine="chat:m"), "description": Provenance(engine="chat:m")},
    ),
    a_record(
        2000,
        content_types=("hook", "product_feature"),
        forms=("talking_head", "animation"),
        description="'-5 度, a;b、c\t“引号”",
        shot_size="close_up",
        camera="push_in",
        provenance={"content_types": Provenance(engine="facts"), "description": Provenance(engine="facts")},
    ),
    a_record(4000),
)
FIRST, SECOND, THIRD = (clip.id for clip in CLIPS)


def furnished(folder: Path, clips: tuple[ClipRecord, ...]) -> Library:
    """A library of these clips, open for writing."""
    Library.create(folder)
    library = Library.open(folder, write=True)
    library.add_footage(a_footage())
    for clip in clips:
        library.put(clip)
    return library


def sent(library: Library, folder: Path, form: str) -> Path:
    """A file of all clips in a form."""
    folder.mkdir(exist_ok=True)
    export(library, folder / FILES[form], LEXICON, Order(form=form))
    return folder / FILES[form]


def merged(library: Library, path: Path) -> Plan:
    """What an import does that is done at once."""
    plan = plan_import(library, path, LEXICON)
    take_in(library, plan, path.name, "Li")
    return plan


def in_force(library: Library) -> list[Any]:
    return [json.loads(record.effective().to_json()) for record in library.records()]


Rows = list[dict[str, Any]]


def edit_table(path: Path, change: Callable[[Rows], Rows | None]) -> None:
    """Change the rows of a table, given as texts by the title of their column; all have the columns of the first."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        rows = change(rows) or rows
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return
    book = openpyxl.load_workbook(path)
    sheet = book["clips"]
    heads, *cells = [[str(cell.value or "") for cell in row] for row in sheet.iter_rows()]
    rows = [dict(zip(heads, row, strict=True)) for row in cells]
    rows = change(rows) or rows
    sheet.delete_rows(1, sheet.max_row)
    for number, values in enumerate([list(rows[0]), *(list(row.values()) for row in rows)], start=1):
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(number, column)
            cell.value = value
            cell.data_type = "s"
    book.save(path)


def every(**columns: str) -> Callable[[Rows], None]:
    """A change that writes the same into every row of a table."""

    def change(rows: Rows) -> None:
        for row in rows:
            row.update(columns)

    return change


def described(path: Path, text: str, row: int = 0) -> None:
    edit_table(path, lambda rows: rows[row].update({"视觉描述": text}))


def edit_records(path: Path, change: Callable[[Rows], Rows | None]) -> None:
    """The same for the records of a JSON or JSON Lines file."""
    if path.suffix == ".jsonl":
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        change([line["record"] for line in lines])
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
        return
    data = json.loads(path.read_text("utf-8"))
    change(data["records"])
    path.write_text(json.dumps(data), "utf-8")
