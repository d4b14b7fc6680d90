"""Draw a table of counts as a heat map: the fuller, the greener; what is missing stands out."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image

from cliplib.media.fonts import find_font
from compose.handover.cards import GREY, INK, PAPER, WARNING, WHITE
from compose.handover.pen import Pen

CELL_WIDTH, CELL_HEIGHT = 92, 40
LABELS, HEAD, MARGIN = 200, 96, 30
EMPTY = "#f6e2d8"
PALE, FULL = (220, 236, 228), (23, 112, 95)


def draw_heatmap(
    target: Path,
    title: str,
    tables: Sequence[tuple[Sequence[str], Mapping[tuple[str, str], int]]],
    columns: Sequence[str],
    font: str,
) -> None:
    """Draw tables below one another into a PNG file.

    Args:
        target: the file.
        title: what stands above.
        tables: the names of the rows, and the count by (row, column); a count that is not given is 0.
        columns: the names of the columns, the same for all tables.
        font: family from the settings, empty for the usual one.
    """
    texts = "".join([title, *columns, *(row for rows, _ in tables for row in rows), "…0123456789"])
    width = 2 * MARGIN + LABELS + CELL_WIDTH * len(columns)
    height = 2 * MARGIN + 60 + sum(HEAD + CELL_HEIGHT * len(rows) for rows, _ in tables)
    page = Image.new("RGB", (width, height), PAPER)
    pen = Pen(page, find_font(texts, font))
    pen.text((MARGIN, MARGIN - 6), pen.cut(title, 28, width - 2 * MARGIN), 28, INK)
    top = MARGIN + 50
    for rows, counts in tables:
        _head(pen, columns, top)
        top += HEAD
        most = max(counts.values(), default=1)
        for row in rows:
            pen.text((MARGIN, top + 10), pen.cut(row, 15, LABELS - 12), 15, INK)
            for k, column in enumerate(columns):
                _cell(pen, counts.get((row, column), 0), most, (MARGIN + LABELS + k * CELL_WIDTH, top))
            top += CELL_HEIGHT
    page.save(target, "PNG", optimize=True)


def _head(pen: Pen, columns: Sequence[str], top: int) -> None:
    for k, column in enumerate(columns):
        for line, text in enumerate(pen.wrapped(column, 13, CELL_WIDTH - 8, 4)):
            pen.text((MARGIN + LABELS + k * CELL_WIDTH + 4, top + 12 + 18 * line), text, 13, GREY)


def _cell(pen: Pen, count: int, most: int, at: tuple[int, int]) -> None:
    # By the logarithm, because the step from none to a few matters more than that from many to more.
    share = math.log1p(count) / math.log1p(max(1, most))
    mixed = [round(pale + (full - pale) * share) for pale, full in zip(PALE, FULL, strict=True)]
    fill = f"#{mixed[0]:02x}{mixed[1]:02x}{mixed[2]:02x}" if count else EMPTY
    pen.box((at[0] + 2, at[1] + 2, at[0] + CELL_WIDTH - 2, at[1] + CELL_HEIGHT - 2), fill, fill)
    colour = WARNING if not count else WHITE if share > 0.55 else INK
    pen.text((at[0] + 12, at[1] + 10), str(count), 16, colour)
