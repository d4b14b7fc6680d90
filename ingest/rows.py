"""What the rows of a person's table of clips say, as records hold it; what cannot be taken word for word is a fault."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from cliplib import cells
from cliplib.cells import Fault, Find, Unfit, field_called, keys_of
from cliplib.config import Settings
from cliplib.records import ProductLink
from cliplib.sheets import Cell, Row, Sheet, SheetError
from cliplib.vocabulary import Vocabulary
from cliplib.words import folded

HEADERS: Mapping[str, tuple[str, ...]] = {
    "file": (
        "文件", "文件名", "文件名称", "视频", "视频文件", "视频文件名", "素材", "素材文件", "素材文件名", "素材名称",
        "片段文件", "片段", "路径", "文件路径", "file", "file name", "filename", "path", "file path", "media",
        "media file", "video", "video file", "clip", "clip file",
    ),
    **cells.HEADERS,
}  # fmt: skip
"""What the columns of a table may be called."""

NEEDED = ("file", "content_types", "forms")
"""A clip without content type or form could not be a record."""

SLACK_MS = 100
"""By so much a length may differ beyond its own rounding: players and editors count the last picture differently."""

CLOCK_MS = 1_000
"""A clock that shows whole seconds may have been rounded in either direction."""

SECONDS = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*(?:秒钟?|s|sec|secs|seconds?|″|\")?", re.IGNORECASE)
MILLIS = re.compile(r"(\d{1,9})\s*(?:毫秒|ms)", re.IGNORECASE)
CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2})(\.\d{1,3})?")


@dataclass(frozen=True, slots=True)
class Length:
    """A length as somebody wrote it, and by how much the true one may differ, in ms."""

    millis: int
    within: int


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says of a clip: the file as it is written there, and values in the form of records.

    `values` has the fields whose cells are filled; `places` the cell of every column, also where it is empty; a row
    with `faults` is not taken in.
    """

    row: int
    file: str
    values: Mapping[str, JsonValue]
    length: Length | None
    places: Mapping[str, str]
    faults: tuple[Fault, ...] = ()


def read_rows(sheet: Sheet, vocabulary: Vocabulary, settings: Settings) -> tuple[list[Said], list[Fault]]:
    """What every row says, and a fault for each column that is not known.

    Raises:
        SheetError: the table has no file column, or another that is needed is missing, or there are two of one kind.
    """
    columns, faults = columns_of(sheet)
    reader = Reader(vocabulary, settings, sheet.name)
    return [_said(row, columns, reader) for row in sheet.rows], faults


def columns_of(sheet: Sheet) -> tuple[dict[str, int], list[Fault]]:
    """Which column holds which field, and a fault for each column that holds something unknown."""
    columns: dict[str, int] = {}
    faults = []
    for number, cell in sheet.head.items():
        field = field_called(cell.text, HEADERS)
        if field is None or cell.fault:
            said = cell.fault or "no column of a clip is called so; it is not taken in"
            faults.append(Fault(None, cell.place, "unknown_header", f"{cell.text!r}: {said}"))
        elif field in columns:
            raise SheetError(f"{sheet.name}: two columns hold {HEADERS[field][0]}: {cell.place} is one", "Remove one.")
        else:
            columns[field] = number
    if missing := [HEADERS[field][0] for field in NEEDED if field not in columns]:
        known = "、".join(names[0] for names in HEADERS.values())
        raise SheetError(f"{sheet.name} has no column {'、'.join(missing)}", f"Its first row names columns: {known}.")
    return columns, faults


def _said(row: Row, columns: Mapping[str, int], reader: "Reader") -> Said:
    cells = {field: row.cells[column] for field, column in columns.items() if column in row.cells}
    faults = [Fault(row.number, "", "empty", f"{HEADERS[field][0]} is empty") for field in NEEDED if field not in cells]
    values: dict[str, JsonValue] = {}
    length = None
    for field, cell in cells.items():
        try:
            if cell.fault:
                raise Unfit("cell", cell.fault)
            if field == "length":
                length = length_of(cell.text)
            elif field != "file":
                values[field] = reader.value(field, cell)
        except Unfit as unfit:
            faults.append(Fault(row.number, cell.place, unfit.code, f"{HEADERS[field][0]}: {unfit}"))
    places = {field: cells[field].place if field in cells else "" for field in columns}
    file = cells["file"].text if "file" in cells else ""
    return Said(row.number, file, values, length, places, tuple(faults))


@dataclass(frozen=True, slots=True)
class Reader:
    """Turns cells into values, by the words and products of a library."""

    vocabulary: Vocabulary
    settings: Settings
    sheet: str

    def value(self, field: str, cell: Cell) -> JsonValue:
        """What a cell says of a field, as records hold it. Raises Unfit."""
        if field == "content_types":
            return [*keys_of(cell, self._term("content_type"), "unknown_label")]
        if field == "forms":
            return [*keys_of(cell, self._term("form"), "unknown_label")]
        if field == "products":
            found = keys_of(cell, self._product, "unknown_product")
            links = (ProductLink(product=id, evidence=f"{self.sheet} {cell.place}", confidence=1.0) for id in found)
            return [link.model_dump(mode="json") for link in links]
        return cell.text

    def _term(self, listing: str) -> Find:
        return lambda name: self.vocabulary.find(listing, name)

    def _product(self, name: str) -> str | None:
        product = self.settings.product_called(name)
        return None if product is None else product.id


def length_of(text: str) -> Length:
    """A length as editors write it.

    >>> length_of("5.2秒"), length_of("5 s"), length_of("00:05"), length_of("0:00:05.20"), length_of("5200ms")
    ... # doctest: +NORMALIZE_WHITESPACE
    (Length(millis=5200, within=150), Length(millis=5000, within=600), Length(millis=5000, within=1100),
     Length(millis=5200, within=105), Length(millis=5200, within=100))

    Raises:
        Unfit: it is written in another way.
    """
    plain = folded(text).strip()
    if (found := MILLIS.fullmatch(plain)) is not None:
        return Length(int(found[1]), SLACK_MS)
    if (found := SECONDS.fullmatch(plain)) is not None:
        return Length(_millis(found[1]), SLACK_MS + _half_unit(found[1]))
    if (found := CLOCK.fullmatch(plain)) is not None and int(found[3]) < 60:
        hours, minutes, seconds, rest = int(found[1] or 0), int(found[2]), found[3], found[4] or ""
        within = SLACK_MS + (_half_unit(seconds + rest) if rest else CLOCK_MS)
        return Length((hours * 3600 + minutes * 60) * 1000 + _millis(seconds + rest), within)
    raise Unfit("length", f"{text!r} is no length such as 5.2秒, 5.2s or 00:05")


def _millis(seconds: str) -> int:
    return round(float(seconds) * 1000)


def _half_unit(figure: str) -> int:
    """Half of what the last digit of a figure counts, in ms."""
    decimals = len(figure.partition(".")[2])
    return (500, 50, 5, 0)[decimals]
