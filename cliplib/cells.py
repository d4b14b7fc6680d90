"""What the cells of people's tables mean: columns by their headers, lists in one cell, labels and products as keys.

Nothing is guessed: what cannot be taken word for word is a fault with its row and cell.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from cliplib.sheets import Cell
from cliplib.words import folded

FaultCode = Literal[
    "unknown_header",
    "cell",
    "empty",
    "unknown_label",
    "unknown_product",
    "length",
    "outside",
    "no_media",
    "no_row",
    "two_rows",
    "too_short",
    "too_long",
    "cut_otherwise",
    "corrected_since",
    "media",
    "row",
    "unknown_clip",
    "no_export",
    "value",
    "conflict",
]
"""What can be wrong with a row, a cell or a file; stable, other programs read it."""

Find = Callable[[str], str | None]
"""Gives the key that a name means, or None."""

HEADERS: Mapping[str, tuple[str, ...]] = {
    "content_types": ("视频内容", "内容类型", "content types", "content type", "content"),
    "forms": ("视频形式", "形式", "forms", "form"),
    "length": ("视频时长", "时长", "length", "duration"),
    "products": ("相关产品", "产品", "products", "product"),
    "spoken": ("音频文字", "口播文字", "文案", "spoken", "spoken words", "audio text", "transcript"),
    "description": ("视觉描述", "画面描述", "description", "visual description"),
}
"""What the columns that every table of clips may have are called."""

STRONG, WEAK = re.compile(r"[、;；\n]"), re.compile(r"[,，/／]")
"""What separates the items of a list; a weak sign also stands inside some labels."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not taken in: in which row, in which cell where it is one, what is wrong, and in words why."""

    row: int | None
    cell: str
    code: FaultCode
    message: str

    def __str__(self) -> str:
        place = " ".join(filter(None, (f"row {self.row}" if self.row is not None else "", self.cell, self.code)))
        return f"{place}: {self.message}"


class Unfit(Exception):
    """Why the text of a cell cannot be taken; `code` is that of the fault."""

    def __init__(self, code: FaultCode, why: str) -> None:
        super().__init__(why)
        self.code = code


def field_called(header: str, headers: Mapping[str, tuple[str, ...]]) -> str | None:
    """The field that a column's header means; a unit in brackets says nothing more.

    >>> field_called("视频时长（秒）", HEADERS), field_called("Content_Types", HEADERS), field_called("备注", HEADERS)
    ('length', 'content_types', None)
    """
    plain = re.sub(r"[(\[（【].*?[)\]）】]", "", folded(header)).replace("_", " ")
    name = " ".join(plain.split()).strip(" :：*")
    return next((field for field, names in headers.items() if name in names), None)


def keys_of(cell: Cell, find: Find, code: FaultCode) -> tuple[str, ...]:
    """The keys that the items of a cell mean, each once; raises Unfit where one means none."""
    names = cell.parts if cell.parts is not None else parts_of(cell.text, find)
    keys = {name: find(name) for name in names}
    if unknown := [name for name, key in keys.items() if key is None]:
        raise Unfit(code, f"{'、'.join(map(repr, unknown))} is not known")
    return tuple(dict.fromkeys(key for key in keys.values() if key is not None))


def parts_of(text: str, find: Find) -> list[str]:
    """The items of a list in one cell. Some labels hold a comma or slash: the longest known ones are taken first.

    >>> known = {"offer, price": "offer_price", "hook": "hook", "实验/测试": "experiment"}
    >>> parts_of("hook, offer, price; 实验/测试/what", known.get)
    ['hook', 'offer, price', '实验/测试', 'what']
    """
    found = []
    for part in filter(None, (piece.strip() for piece in STRONG.split(text))):
        ends = [*(sign.span() for sign in WEAK.finditer(part)), (len(part), len(part))]
        at = 0
        while at < len(part):
            here = [(end, after) for end, after in ends if end >= at]
            known = [pair for pair in reversed(here) if find(part[at : pair[0]].strip()) is not None]
            end, after = (known or here)[0]
            found.append(part[at:end].strip())
            at = max(after, at + 1)
    return [name for name in found if name]
