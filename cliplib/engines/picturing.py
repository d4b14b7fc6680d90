"""Measured values put into words: brightness, colours, motion, sharpness, sound and framing, in Chinese and English."""

import io
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cliplib.records import Facts, Flaw
from cliplib.vocabulary import Language

Words = tuple[str, str]
"""The Chinese and the English wording."""

BRIGHTNESS: tuple[tuple[float, Words], ...] = (
    (0.08, ("画面几乎全黑", "an almost black picture")),
    (0.30, ("画面偏暗", "a dark picture")),
    (0.60, ("亮度适中", "a picture of medium brightness")),
    (0.85, ("画面明亮", "a bright picture")),
    (1.01, ("画面接近全白", "an almost white picture")),
)
MOTION: tuple[tuple[float, Words], ...] = (
    (0.02, ("几乎静止", "almost still")),
    (0.15, ("运动缓慢", "slow movement")),
    (0.45, ("有明显运动", "clear movement")),
    (1.01, ("运动剧烈", "fast movement")),
)
SHARPNESS: tuple[tuple[float, Words], ...] = (
    (0.25, ("画面较模糊或柔焦", "soft or out of focus")),
    (0.60, ("清晰度一般", "of medium sharpness")),
    (1.01, ("清晰锐利", "sharp")),
)
FLAWS: Mapping[Flaw, Words] = {
    "no_picture": ("画面损坏，没有图像", "a broken picture"),
    "black": ("全程黑场", "black throughout"),
    "one_colour": ("全程纯色画面", "one colour throughout"),
    "dark": ("画面过暗，看不清", "too dark to make anything out"),
    "blurred": ("全程失焦模糊", "out of focus throughout"),
    "frozen": ("画面卡住不动", "a frozen picture"),
}
SPEECH: tuple[tuple[float, Words], ...] = (
    (0.05, ("没有人声", "no speech")),
    (0.50, ("部分时间有人声", "speech for part of the time")),
    (1.01, ("全程有人声", "speech almost throughout")),
)
COLOURS: tuple[tuple[str, Words], ...] = (
    ("#000000", ("黑色", "black")),
    ("#404040", ("深灰色", "dark grey")),
    ("#808080", ("灰色", "grey")),
    ("#c8c8c8", ("浅灰色", "light grey")),
    ("#ffffff", ("白色", "white")),
    ("#f5ead8", ("米白色", "cream")),
    ("#d2b48c", ("米棕色", "tan")),
    ("#8b5a2b", ("棕色", "brown")),
    ("#4a2c1a", ("深棕色", "dark brown")),
    ("#c81e1e", ("红色", "red")),
    ("#7a1420", ("酒红色", "wine red")),
    ("#f08080", ("珊瑚色", "coral")),
    ("#ffc0cb", ("粉色", "pink")),
    ("#ff8c1a", ("橙色", "orange")),
    ("#ffd21e", ("黄色", "yellow")),
    ("#e8b04b", ("金色", "gold")),
    ("#8cc63f", ("草绿色", "grass green")),
    ("#2e9e4f", ("绿色", "green")),
    ("#0f4d3c", ("深绿色", "dark green")),
    ("#708238", ("橄榄绿", "olive")),
    ("#40c8c0", ("青色", "turquoise")),
    ("#87ceeb", ("天蓝色", "sky blue")),
    ("#1e6fdc", ("蓝色", "blue")),
    ("#14285a", ("藏青色", "navy")),
    ("#7b3fa0", ("紫色", "purple")),
    ("#c8a2dc", ("淡紫色", "lilac")),
)
MOST_COLOURS = 3


def in_words(value: float, scale: Sequence[tuple[float, Words]], language: Language) -> str:
    """The wording of the first step of a scale that a value lies below."""
    return next(words for limit, words in scale if value < limit)[_index(language)]


def colour_name(colour: str, language: Language) -> str:
    """What people call a colour: the nearest named one as the eye sees it.

    Args:
        colour: "#rrggbb".
        language: of the name.

    >>> colour_name("#104a3a", "en"), colour_name("#fefefe", "zh")
    ('dark green', '白色')
    """
    wanted = _seen(colour)
    nearest = min(COLOURS, key=lambda named: float(np.linalg.norm(_seen(named[0]) - wanted)))
    return nearest[1][_index(language)]


def colour_names(facts: Facts, language: Language) -> list[str]:
    """The names of the main colours, each once."""
    return list(dict.fromkeys(colour_name(colour, language) for colour in facts.colours))[:MOST_COLOURS]


def flaw_name(flaw: Flaw, language: Language) -> str:
    """What is wrong with a clip."""
    return FLAWS[flaw][_index(language)]


def framing(jpeg: bytes, language: Language) -> list[str]:
    """How a picture is framed: its format, and where most of its detail lies. Empty where it cannot be read."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(jpeg)) as picture:
            width, height = picture.size
            small = picture.convert("L").resize((48, 48))
    except (UnidentifiedImageError, OSError):
        return []
    formats = (("竖屏构图", "a vertical frame"), ("横屏构图", "a horizontal frame"), ("方形构图", "a square frame"))
    which = 2 if abs(width - height) < 0.05 * max(width, height) else int(width > height)
    place = _place_of_detail(np.asarray(small, dtype=np.float32))
    return [formats[which][_index(language)], *([place[_index(language)]] if place else [])]


def _place_of_detail(grey: NDArray[np.float32]) -> Words | None:
    """Where the edges of a picture gather; None where they are all over it, or there are none."""
    edges = np.abs(np.diff(grey, axis=1))[:-1] + np.abs(np.diff(grey, axis=0))[:, :-1]
    total = float(edges.sum())
    if total < edges.size:  # less than one grey level per point: nothing to see
        return ("没有可辨认的细节", "no detail to make out")
    thirds = [float(part.sum()) / total for part in np.array_split(edges, 3, axis=1)]
    names: tuple[Words, ...] = (
        ("主要细节在左侧", "most of the detail on the left"),
        ("主要细节在中间", "most of the detail in the middle"),
        ("主要细节在右侧", "most of the detail on the right"),
    )
    strongest = thirds.index(max(thirds))
    return names[strongest] if thirds[strongest] > 0.5 else None


def _index(language: Language) -> int:
    return 0 if language == "zh" else 1


def _seen(colour: str) -> NDArray[np.float64]:
    """A colour in CIE L*a*b* (D65), where distances are as the eye sees them."""
    share = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    ratio = to_xyz @ linear / np.array([0.9505, 1.0, 1.089])
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])
