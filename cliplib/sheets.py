"""Tables that people keep their clips in: the rows of an XLSX, CSV or JSON file as plain texts, each with its place.

Nothing is computed, followed or opened beside the file itself: a formula, a link or a macro is only text here.
"""

import csv
import io
import json
import math
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from cliplib.errors import UsageError

MOST_BYTES = 64 << 20
"""Of the file, and of everything that an XLSX holds packed."""

MOST_ROWS = 50_000
MOST_COLUMNS = 200
MOST_CHARACTERS = 5_000
"""Of one cell."""

DELIMITERS = ",;\t"
ENCODINGS = ("utf-8-sig", "gb18030")
"""What CSV files are tried in; GB18030 contains GBK."""

FORMULA = "a formula, which is not computed: paste its value"


class SheetError(UsageError):
    """A table cannot be read."""

    code = "E_SHEET"
    advice = "Save it as XLSX, as CSV in UTF-8 or GBK, or as a JSON list of objects."


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one cell.

    `parts` are the items of a list that the file itself keeps as one; `fault` says why the text cannot be used.
    """

    place: str
    text: str
    parts: tuple[str, ...] | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as the person sees it, and its cells by column; empty cells are absent."""

    number: int
    cells: dict[int, Cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: its file name, the cells of its head by column, and its rows without empty ones."""

    name: str
    head: dict[int, Cell]
    rows: tuple[Row, ...]


def read_sheet(path: Path) -> Sheet:
    """The first table of a file.

    Raises:
        SheetError: there is no such file, it cannot be read, or it is larger than any table of clips.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise SheetError(f"{path} is none of {', '.join(READERS)}")
    if not path.is_file():
        raise SheetError(f"{path} is no file")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SheetError(f"{path} has more than {MOST_BYTES >> 20} MiB", "Split it.")
        with warnings.catch_warnings():
            # openpyxl tells of styles and rules of a book that it leaves out, which nobody asked for.
            warnings.simplefilter("ignore")
            rows = _limited(reader(path.read_bytes()))
    except OSError as error:
        raise SheetError(f"{path} cannot be read: {error.strerror}") from error
    except _Unreadable as error:
        raise SheetError(f"{path}: {error}", error.next_step) from error
    if not rows:
        raise SheetError(f"{path} is empty")
    return Sheet(path.name, rows[0].cells, tuple(rows[1:]))


class _Unreadable(Exception):
    """Why a file is no table, and what to do about it."""

    def __init__(self, why: str, next_step: str = "") -> None:
        super().__init__(why)
        self.next_step = next_step


def _limited(rows: Iterable[Row]) -> list[Row]:
    """The rows that hold something, if there are not too many."""
    kept: list[Row] = []
    for row in rows:
        if row.cells:
            kept.append(row)
        if len(kept) > MOST_ROWS + 1:
            raise _Unreadable(f"more than {MOST_ROWS} rows", "Split it.")
        if row.cells and max(row.cells) >= MOST_COLUMNS:
            raise _Unreadable(f"row {row.number}: more than {MOST_COLUMNS} columns")
    return kept


def _row(number: int, texts: Iterable[str]) -> Row:
    cells = {k: cell_of(place_of(k, number), text) for k, text in enumerate(texts) if text.strip()}
    return Row(number, cells)


def cell_of(place: str, text: str, parts: tuple[str, ...] | None = None) -> Cell:
    """A cell of this text, refused where it is too long or holds characters that no text has."""
    if len(text) > MOST_CHARACTERS:
        return Cell(place, text[:60], fault=f"{len(text)} characters, at most {MOST_CHARACTERS} are read")
    if any((ord(sign) < 32 and sign not in "\t\n\r") or 0xD800 <= ord(sign) < 0xE000 for sign in text):
        return Cell(place, "", fault="control characters")
    return Cell(place, text.replace("\r\n", "\n").replace("\r", "\n").strip(), parts)


def place_of(column: int, row: int) -> str:
    """The name that spreadsheets give to a cell; columns count from 0, rows from 1.

    >>> place_of(0, 1), place_of(27, 12)
    ('A1', 'AB12')
    """
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"


def _read_csv(data: bytes) -> Iterator[Row]:
    text = _decoded(data)
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, texts in enumerate(reader, start=1):
            yield _row(number, texts)
    except csv.Error as error:
        raise _Unreadable(f"line {reader.line_num}: {error}") from error


def _decoded(data: bytes) -> str:
    # A UTF-16 mark first: any such bytes are also some text in GB18030.
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if marked else ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _Unreadable("the text is in no encoding that is read", "Save it in UTF-8.")


def _read_json(data: bytes) -> Iterator[Row]:
    try:
        found = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise _Unreadable(f"no JSON: {error}") from error
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise _Unreadable("no JSON list of objects")
    columns = {name: k for k, name in enumerate(dict.fromkeys(name for item in found for name in item))}
    yield Row(0, {k: cell_of(name, name) for name, k in columns.items()})
    for number, item in enumerate(found, start=1):
        cells = {columns[name]: _json_cell(name, value) for name, value in item.items()}
        yield Row(number, {k: cell for k, cell in cells.items() if cell.text or cell.fault})


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name in found if sum(name == other for other, _ in pairs) > 1)
        raise ValueError(f"an object has {twice!r} twice")
    return found


def _json_cell(place: str, value: Any) -> Cell:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        parts = tuple(item.strip() for item in value if item.strip())
        return cell_of(place, "、".join(parts), parts)
    if isinstance(value, str):
        return cell_of(place, value)
    if value is None:
        return Cell(place, "")
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return cell_of(place, _number(value))
    return Cell(place, "", fault="neither a text, a number nor a list of texts")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _read_xlsx(data: bytes) -> Iterator[Row]:
    import openpyxl  # takes a while, and most commands need no table
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MOST_BYTES:
                raise _Unreadable(f"it holds more than {MOST_BYTES >> 20} MiB unpacked", "Split it.")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        first = book.worksheets[0]
        first.reset_dimensions()  # what the file says of its size may be wrong, or a million empty cells
        for number, cells in enumerate(first.iter_rows(), start=1):
            filled = ((k, cell) for k, cell in enumerate(cells) if cell.value is not None)
            found = ((k, _xlsx_cell(place_of(k, number), cell)) for k, cell in filled)
            yield Row(number, {k: cell for k, cell in found if cell.text or cell.fault})
    # openpyxl reads files of any making with hardly a check: each of these it has been seen to raise on damaged ones.
    except (
        InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, IndexError, AttributeError, EOFError,
        SyntaxError, NotImplementedError, RuntimeError, zlib.error,
    ) as error:  # fmt: skip
        raise _Unreadable(f"no XLSX that can be read: {error}") from error


def _xlsx_cell(place: str, cell: Any) -> Cell:
    if cell.data_type == "f":
        return Cell(place, "", fault=FORMULA)
    if cell.data_type == "e":
        return Cell(place, "", fault=f"an error value, {cell.value}")
    return cell_of(place, shown(cell.value, str(cell.number_format)))


def shown(value: Any, form: str) -> str:
    """A value of a spreadsheet as its cell shows it, near enough.

    Spreadsheets take "00:05" for five minutes past midnight and go on showing 00:05: what counts is what is shown.

    >>> shown(5.0, "General"), shown(5.2, "0.0"), shown(time(0, 5), "h:mm"), shown(timedelta(seconds=5.2), "[h]:mm:ss")
    ('5', '5.2', '00:05', '00:00:05.2')
    """
    if isinstance(value, timedelta):
        return _clock(value.total_seconds(), form)
    if isinstance(value, time):
        seconds = value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
        return _clock(seconds, form)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value)
    return str(value)


def _clock(seconds: float, form: str) -> str:
    minutes, rest = divmod(round(seconds, 3), 60)
    hours, minutes = divmod(int(minutes), 60)
    lowered = form.lower()
    if "s" not in lowered:
        return f"{hours:02d}:{minutes:02d}"
    last = f"{rest:06.3f}".rstrip("0").rstrip(".")
    return f"{hours:02d}:{minutes:02d}:{last}" if "h" in lowered else f"{hours * 60 + minutes:02d}:{last}"


READERS = {".xlsx": _read_xlsx, ".csv": _read_csv, ".json": _read_json}
