"""CSV and XLSX: a row per clip, in the words of the library's language; and the rows of either read back."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from cliplib.cells import Fault, field_called
from cliplib.review.fields import HEADERS, REVIEWED, Lexicon, guarded
from cliplib.review.json_forms import ReviewFileError
from cliplib.review.row import Cover, Row, Said
from cliplib.sheets import Cell, read_sheet
from cliplib.views import seconds

COLUMNS = ("poster", "id", "version", "name", "length", "file", *REVIEWED)
WIDTHS = {"poster": 24, "id": 22, "version": 16, "spoken": 40, "description": 40, "people": 24, "note": 24}
USUAL_WIDTH = 16
ROW_HEIGHT = 72
"""Points; a picture of THUMBNAIL fits in."""

THUMBNAIL = (160, 90)
MOST_THUMBNAILS = 2_000
"""Above this many rows a book would be too large to send."""

ONE_OF = ("shot_size", "camera", "status")
SOME_OF = ("content_types", "forms", "products")
MOST_COMMENT = 2_000


def texts_of(row: Row, lexicon: Lexicon) -> dict[str, str]:
    """What stands in the cells of a row, by field; no picture."""
    own = {
        "id": row.record.id,
        "version": row.version,
        "name": row.record.name,
        "length": seconds(row.record.span.length),
        "file": row.media.get("clip", ""),
    }
    return {**own, **{field: lexicon.shown(field, row.values[field]) for field in REVIEWED}}


def write_csv(rows: Iterable[Row], target: Path, cover: Cover) -> None:
    """UTF-8 with a mark that spreadsheets know it by; every cell quoted and guarded against being a formula."""
    columns = [field for field in COLUMNS if field != "poster"]
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow([cover.lexicon.title(field) for field in columns])
        for row in rows:
            texts = texts_of(row, cover.lexicon)
            writer.writerow([guarded(texts[field]) for field in columns])


def write_book(rows: Iterable[Row], target: Path, cover: Cover) -> None:
    """An XLSX book: pictures, choices from the library's words, the head frozen, everything but values locked."""
    import openpyxl  # takes a while, and most commands need no table

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("clips")
    lists = book.create_sheet("lists")
    lists.sheet_state = "hidden"
    sheet.freeze_panes = "D2"
    _lock(sheet)
    for number, field in enumerate(COLUMNS):
        sheet.column_dimensions[_letter(number)].width = WIDTHS.get(field, USUAL_WIDTH)
    try:
        _fill(sheet, lists, rows, target.parent, cover.lexicon)
        book.save(target)
    finally:
        for opened in (sheet, lists):
            if not opened.closed:
                opened.close()


def _fill(sheet: Any, lists: Any, rows: Iterable[Row], folder: Path, lexicon: Lexicon) -> None:
    choices = {field: lexicon.choices(field) for field in (*ONE_OF, *SOME_OF)}
    for field, place in _fill_lists(lists, choices).items():
        _offer(sheet, field, place)
    sheet.append([_head_cell(sheet, field, lexicon, choices) for field in COLUMNS])
    for number, row in enumerate(rows, start=2):
        sheet.row_dimensions[number].height = ROW_HEIGHT
        texts = texts_of(row, lexicon)
        sheet.append([_cell(sheet, field, texts.get(field, "")) for field in COLUMNS])
        if number <= MOST_THUMBNAILS + 1 and (poster := row.media.get("poster")):
            _add_picture(sheet, folder / poster, f"A{number}")


def _lock(sheet: Any) -> None:
    """Lock the sheet without a password; what people need to work with it stays allowed."""
    sheet.protection.sheet = True
    for allowed in ("formatCells", "formatColumns", "formatRows", "sort", "autoFilter", "deleteRows"):
        setattr(sheet.protection, allowed, False)


def _fill_lists(lists: Any, choices: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Write the choices as columns and give the range of each that has any."""
    fields = [field for field, labels in choices.items() if labels]
    for number in range(max(len(choices[field]) for field in fields)):
        lists.append([choices[field][number] if number < len(choices[field]) else None for field in fields])
    return {field: f"lists!${_letter(k)}$1:${_letter(k)}${len(choices[field])}" for k, field in enumerate(fields)}


def _offer(sheet: Any, field: str, place: str) -> None:
    """Offer choices in a column; where several may be written into one cell, other texts are let through."""
    from openpyxl.worksheet.datavalidation import DataValidation

    rule = DataValidation(type="list", formula1=place, allow_blank=True, showErrorMessage=field in ONE_OF)
    letter = _letter(COLUMNS.index(field))
    rule.add(f"{letter}2:{letter}1048576")
    sheet.data_validations.append(rule)


def _head_cell(sheet: Any, field: str, lexicon: Lexicon, choices: dict[str, tuple[str, ...]]) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill

    cell = WriteOnlyCell(sheet, lexicon.title(field))
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="DDE7EA" if field in REVIEWED else "E6E6E6")
    if field in SOME_OF and choices[field]:
        cell.comment = Comment(f"、\n{'、'.join(choices[field])}"[:MOST_COMMENT], "cliplib", height=320, width=320)
    return cell


def _cell(sheet: Any, field: str, text: str) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Protection

    cell = WriteOnlyCell(sheet, text or None)
    if text:
        cell.data_type = "s"  # a text that starts with = is no formula
        cell.quotePrefix = text[0] in "=+-@"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if field in REVIEWED:
        cell.number_format = "@"
        cell.protection = Protection(locked=False)
    elif field == "file" and text:
        cell.hyperlink = text
    return cell


def _add_picture(sheet: Any, path: Path, place: str) -> None:
    from openpyxl.drawing.image import Image as Picture
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as poster:
            poster.thumbnail(THUMBNAIL)
            packed = io.BytesIO()
            poster.convert("RGB").save(packed, "JPEG", quality=70)
    except (OSError, UnidentifiedImageError):
        return  # media are a cache: a picture that is damaged is only missing
    sheet.add_image(Picture(packed), place)


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column + 1))


def unpacked(path: Path) -> int:
    """How many bytes a table has, once unpacked."""
    if not zipfile.is_zipfile(path):
        return path.stat().st_size
    with zipfile.ZipFile(path) as book:
        return sum(entry.file_size for entry in book.infolist())


def read_table(path: Path) -> tuple[list[Fault], Iterator[Said]]:
    """What a table that came back says: faults of its columns, and its rows.

    Raises:
        SheetError: it cannot be read.
        ReviewFileError: it has no column of ids, or two of one kind.
    """
    sheet = read_sheet(path)
    columns: dict[str, int] = {}
    faults = []
    for number, cell in sheet.head.items():
        field = None if cell.fault else field_called(cell.text, HEADERS)
        if field is None:
            said = cell.fault or "no column of a review is called so; it is not taken in"
            faults.append(Fault(None, cell.place, "unknown_header", f"{cell.text!r}: {said}"))
        elif field in columns:
            raise ReviewFileError(
                f"{sheet.name}: two columns are called {cell.text}: {cell.place} is one", "Remove one."
            )
        else:
            columns[field] = number
    if "id" not in columns:
        raise ReviewFileError(f"{sheet.name} has no column {HEADERS['id'][0]} or {HEADERS['id'][1]}")

    def rows() -> Iterator[Said]:
        for row in sheet.rows:
            cells = {f: row.cells.get(at) or Cell(f"{_letter(at)}{row.number}", "") for f, at in columns.items()}
            id, version = (cells[field].text if field in cells else "" for field in ("id", "version"))
            words = {field: cell for field, cell in cells.items() if field in REVIEWED}
            yield Said(row.number, id, version, words)

    return faults, rows()
