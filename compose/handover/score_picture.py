"""Draw the score card of a plan as a small picture: five dimensions, each number with its limit."""

from pathlib import Path

from PIL import Image

from cliplib.media.fonts import FontFace, find_font
from cliplib.plans import EditPlan
from cliplib.scores import Dimension, ScoreCard
from cliplib.vocabulary import Language
from compose.handover.cards import ACCENT, EDGE, GREY, INK, PAPER, WARNING, WHITE
from compose.handover.pen import Pen

DIMENSIONS = {
    "usable": ("可用", "Usable"),
    "controllable": ("可控", "Controllable"),
    "diverse": ("多样", "Diverse"),
    "reasonable": ("合理", "Reasonable"),
    "watchable": ("可看", "Watchable"),
}
NUMBERS = {
    "product_share": ("商品正确的镜头占比", "slots with the product"),
    "length_off_s": ("时长偏差（秒）", "off the length (s)"),
    "beats_filled": ("有镜头的段落占比", "beats with a clip"),
    "wishes_kept": ("必用与禁用片段的满足率", "clips used or left out as asked"),
    "lengths_kept": ("段落时长的满足率", "beats of the length asked for"),
    "repeated_pairs": ("互相重复的镜头对", "pairs that repeat one another"),
    "source_repeat": ("同源镜头占比", "clips from a source used before"),
    "out_of_order": ("顺序错误", "slots out of order"),
    "content_fit": ("内容类型吻合占比", "slots of the content asked for"),
    "contradictions": ("事实矛盾", "contradicting facts"),
    "blocked_claims": ("违规宣称", "claims that block"),
    "flawed_share": ("黑场、模糊等时长占比", "time black, blurred or frozen"),
    "loudness_jump_lu": ("最大响度跳变（LU）", "largest jump of loudness (LU)"),
    "lines_cut": ("被切断的口播", "spoken lines cut into"),
}
"""What a dimension and a number are called, in Chinese and English."""

CARD, ROWS, ROW, MARGIN, GUTTER = 300, 4, 46, 24, 16
HEIGHT = 2 * MARGIN + 62 + ROWS * ROW


def draw_score(card: ScoreCard, font: FontFace, language: Language) -> Image.Image:
    """The card as a picture, one column per dimension."""
    width = 2 * MARGIN + len(card.dimensions) * CARD + (len(card.dimensions) - 1) * GUTTER
    page = Image.new("RGB", (width, HEIGHT), PAPER)
    pen = Pen(page, font)
    for number, dimension in enumerate(card.dimensions):
        _column(dimension, pen, MARGIN + number * (CARD + GUTTER), language)
    return page


def write_score(plan: EditPlan, target: Path) -> Path:
    """Write the picture of a judged plan; returns its path."""
    assert plan.scores is not None, "a plan is judged before its card is drawn"
    words = "".join(zh + en for zh, en in (*DIMENSIONS.values(), *NUMBERS.values()))
    font = find_font(words + "0123456789.-e≤≥!")
    draw_score(plan.scores, font, plan.script.language).save(target, optimize=True)
    return target


def named(table: dict[str, tuple[str, str]], key: str, language: Language) -> str:
    """What a dimension or number is called."""
    return table[key][0 if language == "zh" else 1]


def _column(dimension: Dimension, pen: Pen, left: int, language: Language) -> None:
    colour = ACCENT if dimension.good else WARNING
    pen.box((left, MARGIN, left + CARD, HEIGHT - MARGIN), WHITE, EDGE if dimension.good else WARNING)
    pen.text((left + 16, MARGIN + 12), named(DIMENSIONS, dimension.name, language), 22, colour)
    pen.badge((left + CARD - 14, MARGIN + 14), "OK" if dimension.good else "!", 14, colour, right=True)
    for row, number in enumerate(dimension.numbers):
        y = MARGIN + 50 + row * ROW
        told = pen.cut(named(NUMBERS, number.name, language), 14, CARD - 32)
        pen.text((left + 16, y), told, 14, GREY if number.good else WARNING)
        pen.text((left + 16, y + 19), f"{number.value:g}", 15, INK if number.good else WARNING)
        pen.text((left + CARD - 16 - round(pen.width(number.rule, 13)), y + 20), number.rule, 13, GREY)
