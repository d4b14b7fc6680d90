"""Text and boxes on a picture with one font: measured, wrapped and cut to the room there is."""

from functools import cache

from PIL import Image, ImageDraw, ImageFont

from cliplib.media.fonts import FontFace
from compose.wrapping import units

Point = tuple[int, int]


class Pen:
    """Draws on one picture with one font."""

    def __init__(self, page: Image.Image, font: FontFace) -> None:
        self._draw = ImageDraw.Draw(page)
        self._font = font
        self._face = cache(lambda size: ImageFont.truetype(str(font.path), size, index=font.index))

    def width(self, text: str, size: int) -> float:
        """Width of a line in pixels."""
        return self._font.width(text) * size

    def text(self, at: Point, text: str, size: int, colour: str) -> None:
        """One line, its upper left corner at a point."""
        self._draw.text(at, text, font=self._face(size), fill=colour)

    def box(self, area: tuple[int, int, int, int], fill: str, edge: str) -> None:
        """A box with round corners."""
        self._draw.rounded_rectangle(area, 12, fill=fill, outline=edge)

    def badge(self, at: Point, text: str, size: int, fill: str, *, right: bool = False) -> None:
        """A short text on a filled pill; `at` is its upper left corner, or the upper right one."""
        width, height = round(self.width(text, size)) + size, round(size * 1.7)
        left = at[0] - width if right else at[0]
        self._draw.rounded_rectangle((left, at[1], left + width, at[1] + height), height // 2, fill=fill)
        middle = (left + width / 2, at[1] + height / 2)
        self._draw.text(middle, text, font=self._face(size), fill="white", anchor="mm")

    def cut(self, text: str, size: int, room: int) -> str:
        """The text, ended by an ellipsis where it is wider than the room."""
        if self.width(text, size) <= room:
            return text
        while text and self.width(text + "…", size) > room:
            text = text[:-1]
        return text.rstrip() + "…"

    def wrapped(self, text: str, size: int, room: int, most: int) -> list[str]:
        """The text in at most so many lines; the last one ends with an ellipsis where there is more."""
        lines, line = [], ""
        for unit in units(" ".join(text.split())):
            if line and self.width((line + unit).strip(), size) > room:
                lines.append(line.strip())
                line = ""
            line += unit
        lines = [*lines, line.strip()] if line.strip() else lines
        if len(lines) <= most:
            return [self.cut(line, size, room) for line in lines]
        return [
            *(self.cut(line, size, room) for line in lines[: most - 1]),
            self.cut("".join(lines[most - 1 :]), size, room),
        ]
