"""Texts and small drawings on the picture: logo, price stickers, thermometers, live badge."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

U8 = NDArray[np.uint8]
FONTS = Path("/usr/share/fonts/opentype/noto")
GREEN, CREAM, GOLD, RED, YELLOW = (13, 66, 50), (250, 243, 228), (196, 146, 60), (226, 44, 52), (255, 206, 46)
Colour = tuple[int, int, int] | tuple[int, int, int, int]


@cache
def font(size: int, weight: str = "Bold") -> ImageFont.FreeTypeFont:
    """Noto Sans CJK, Simplified Chinese, of a size and weight."""
    return ImageFont.truetype(str(FONTS / f"NotoSansCJK-{weight}.ttc"), size, index=2)


def write(d: ImageDraw.ImageDraw, x: float, y: float, s: str, size: int, fill: Colour, weight: str = "Bold",
          anchor: str = "mm", gap: float = 0.0) -> None:  # fmt: skip
    """Writes a text; gap spreads the letters."""
    f = font(size, weight)
    if not gap:
        d.text((x, y), s, font=f, fill=fill, anchor=anchor)
        return
    widths = [f.getlength(c) + gap * size for c in s]
    left = x - (sum(widths) - gap * size) / 2
    for c, w in zip(s, widths, strict=True):
        d.text((left, y), c, font=f, fill=fill, anchor="lm")
        left += w


def hill(d: ImageDraw.ImageDraw, x: float, y: float, s: float, fill: Colour, ground: Colour) -> None:
    """The mark: two hills and a line of water, s wide, the base at y."""
    d.ellipse((x - 0.50 * s, y - 0.44 * s, x + 0.22 * s, y + 0.44 * s), fill=fill)
    d.ellipse((x - 0.02 * s, y - 0.28 * s, x + 0.54 * s, y + 0.28 * s), fill=fill)
    d.rectangle((x - 0.6 * s, y, x + 0.6 * s, y + 0.5 * s), fill=ground)
    d.rounded_rectangle((x - 0.5 * s, y + 0.05 * s, x + 0.54 * s, y + 0.10 * s), 0.02 * s, fill=fill)
    d.rounded_rectangle((x - 0.26 * s, y + 0.15 * s, x + 0.32 * s, y + 0.19 * s), 0.02 * s, fill=fill)


def cup_logo() -> U8:
    """The print on the cup: the mark and the name, as one channel."""
    im = Image.new("L", (512, 512), 0)
    d = ImageDraw.Draw(im)
    hill(d, 250, 200, 210, (255,), (0,))  # type: ignore[arg-type]
    write(d, 256, 330, "青屿", 108, (255,), "Bold", gap=0.12)  # type: ignore[arg-type]
    write(d, 256, 425, "QINGYU", 44, (255,), "Regular", gap=0.3)  # type: ignore[arg-type]
    return np.asarray(im.filter(ImageFilter.GaussianBlur(1.2)), dtype=np.uint8)


def canvas(size: tuple[int, int]) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """An empty drawing."""
    im = Image.new("RGBA", size, (0, 0, 0, 0))
    return im, ImageDraw.Draw(im)


def shadowed(im: Image.Image, strength: float = 0.5, blur: float = 7.0) -> U8:
    """The drawing with a soft shadow under it, so that it stays readable on any picture."""
    a = im.getchannel("A").filter(ImageFilter.GaussianBlur(blur)).point(lambda x: int(min(255, x * 1.4) * strength))
    under = Image.merge("RGBA", (Image.new("L", im.size, 8),) * 3 + (a,))
    return np.asarray(Image.alpha_composite(under, im), dtype=np.uint8)


def mark(im: Image.Image, x: float, y: float, s: float, fill: Colour) -> None:
    """Pastes the mark with a clear ground."""
    side = int(s * 1.3)
    m = Image.new("L", (side, side), 0)
    hill(ImageDraw.Draw(m), side / 2, side / 2, s, (255,), (0,))  # type: ignore[arg-type]
    im.paste(Image.new("RGBA", (side, side), (*fill[:3], 255)), (int(x - side / 2), int(y - side / 2)), m)


def logo(size: tuple[int, int]) -> U8:
    """The brand over the island."""
    im, d = canvas(size)
    mark(im, 640, 205, 130, CREAM)
    write(d, 640, 305, "青屿", 118, CREAM, "Bold", gap=0.18)
    write(d, 640, 398, "QINGYU", 42, CREAM, "Regular", gap=0.55)
    return shadowed(im, 0.55, 12)


def end(size: tuple[int, int]) -> U8:
    """The closing logo and slogan."""
    im, d = canvas(size)
    mark(im, 640, 92, 84, GREEN)
    write(d, 640, 158, "青屿 QINGYU", 58, GREEN, "Bold")
    write(d, 640, 236, "带着温度出发", 50, GREEN, "Regular", gap=0.16)
    return np.asarray(im, dtype=np.uint8)


def vacuum(size: tuple[int, int]) -> U8:
    """A label at the wall of the cup."""
    im, d = canvas(size)
    write(d, 640, 76, "双层真空", 54, CREAM, "Bold", gap=0.15)
    write(d, 640, 136, "保温 12 小时", 36, CREAM, "Bold", gap=0.05)
    return shadowed(im, 0.6, 9)


def thermometer(d: ImageDraw.ImageDraw, x: float, y: float, fill: Colour, level: float) -> None:
    """A small thermometer."""
    d.rounded_rectangle((x - 15, y - 92, x + 15, y + 52), 15, fill=(255, 255, 255, 235))
    d.ellipse((x - 29, y + 28, x + 29, y + 86), fill=(255, 255, 255, 235))
    d.rounded_rectangle((x - 7, y + 46 - 128 * level, x + 7, y + 60), 7, fill=fill)
    d.ellipse((x - 20, y + 37, x + 20, y + 77), fill=fill)
    for k in range(4):
        d.line((x + 22, y - 70 + k * 28, x + 36, y - 70 + k * 28), fill=(255, 255, 255, 235), width=4)


def hours(size: tuple[int, int]) -> U8:
    """How long it stays cold and hot."""
    im, d = canvas(size)
    thermometer(d, 92, 262, (40, 120, 225), 0.28)
    write(d, 238, 222, "24 h", 86, CREAM)
    write(d, 238, 296, "COLD", 44, CREAM, "Regular", gap=0.15)
    thermometer(d, 432, 262, (228, 62, 38), 0.92)
    write(d, 582, 222, "12 h", 86, CREAM)
    write(d, 582, 296, "HOT", 44, CREAM, "Regular", gap=0.15)
    return shadowed(im, 0.5, 9)


def price_en(size: tuple[int, int]) -> U8:
    """The price on the plain ground."""
    im, d = canvas(size)
    write(d, 360, 250, "129 yuan", 128, CREAM)
    write(d, 360, 350, "Qingyu carry cup", 46, CREAM, "Regular")
    for x, s in ((150, "green"), (360, "cream"), (570, "navy")):
        write(d, x, 1052, s, 38, CREAM, "Regular")
    return shadowed(im, 0.35, 9)


def live(size: tuple[int, int]) -> U8:
    """The live badge and the room's name."""
    im, d = canvas(size)
    d.rounded_rectangle((28, 40, 356, 112), 36, fill=(20, 16, 16, 150))
    d.ellipse((36, 46, 96, 106), fill=(*GREEN, 255))
    mark(im, 66, 78, 36, CREAM)
    write(d, 112, 76, "青屿直播间", 30, CREAM, "Regular", "lm")
    d.rounded_rectangle((276, 54, 348, 98), 12, fill=(*RED, 255))
    write(d, 312, 75, "直播", 26, CREAM)
    return np.asarray(im, dtype=np.uint8)


def price_live(size: tuple[int, int]) -> U8:
    """The livestream price with the struck-through usual price."""
    im, d = canvas(size)
    d.rounded_rectangle((396, 150, 694, 372), 30, fill=(*RED, 255), outline=(*YELLOW, 255), width=6)
    write(d, 545, 192, "直播价", 44, YELLOW)
    write(d, 545, 264, "¥99", 96, (255, 255, 255))
    write(d, 545, 338, "原价 ¥129", 34, (255, 214, 206), "Regular")
    d.line((530, 340, 628, 340), fill=(255, 255, 255, 255), width=4)
    return shadowed(im, 0.45, 10)


def chat(size: tuple[int, int]) -> U8:
    """Two lines of the room's chat, at the lower left."""
    im, d = canvas(size)
    for y, who, what in ((1062, "小林", "颜色好好看"), (1124, "阿芳", "会漏水吗？")):
        w = font(28, "Regular").getlength(f"{who}：{what}") + 44
        d.rounded_rectangle((28, y - 26, 28 + w, y + 26), 26, fill=(20, 16, 16, 130))
        write(d, 50, y, f"{who}：", 28, YELLOW, "Regular", "lm")
        write(d, 50 + font(28, "Regular").getlength(f"{who}："), y, what, 28, (255, 255, 255), "Regular", "lm")
    return np.asarray(im, dtype=np.uint8)


def cart(size: tuple[int, int]) -> U8:
    """The yellow shopping cart at the foot of the picture."""
    im, d = canvas(size)
    d.rounded_rectangle((548, 1098, 686, 1236), 34, fill=(*YELLOW, 255))
    d.line([(572, 1132), (592, 1132), (608, 1182), (656, 1182), (666, 1146), (598, 1146)], fill=(*GREEN, 255), width=7)
    d.ellipse((608, 1190, 622, 1204), fill=(*GREEN, 255))
    d.ellipse((642, 1190, 656, 1204), fill=(*GREEN, 255))
    write(d, 617, 1220, "小黄车", 24, GREEN)
    return shadowed(im, 0.4, 8)


DRAW: dict[str, Callable[[tuple[int, int]], U8]] = {
    "logo": logo, "end": end, "vacuum": vacuum, "hours": hours, "price_en": price_en, "live": live,
    "price_live": price_live, "chat": chat, "cart": cart,
}  # fmt: skip


@cache
def drawing(kind: str, size: tuple[int, int]) -> tuple[U8, int, int]:
    """A drawing by name, made once and cropped to what is not empty, with the place of its corner."""
    whole = DRAW[kind](size)
    used = whole[..., 3] > 0
    y, x = np.flatnonzero(used.any(1)), np.flatnonzero(used.any(0))
    return whole[y[0] : y[-1] + 1, x[0] : x[-1] + 1].copy(), int(x[0]), int(y[0])
