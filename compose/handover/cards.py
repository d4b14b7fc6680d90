"""Draw a page of cards: a picture each, what it is for, what is said, why it is there. For films and for searches."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageOps

from cliplib.media.fonts import FontFace
from compose.handover.pen import Pen

COLUMNS = 5
CARD = 292
GUTTER = 20
MARGIN = 40
PADDING = 14
TALLEST_PICTURE = 520
TEXT_HEIGHT = 232
LINE_ROWS, REASON_ROWS = 3, 3

PAPER, WHITE, EDGE = "#f3f4f1", "#ffffff", "#dcdfd8"
INK, GREY, ACCENT, WARNING = "#1b2420", "#68736d", "#17705f", "#a8481d"


@dataclass(frozen=True, slots=True)
class Card:
    """One picture and what stands below it; `seconds` is shown on the picture."""

    picture: Image.Image
    kind: str
    line: str
    reason: str
    foot: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Page:
    """What a page is drawn from; `remarks` are lines with their colours, `shape` is height by width of the pictures."""

    title: str
    told: str
    cards: Sequence[Card]
    remarks: Sequence[tuple[str, str]]
    shape: float
    font: FontFace


def draw_cards(page: Page) -> Image.Image:
    """The page as a picture: a title row, the cards, and the remarks."""
    picture_height = min(TALLEST_PICTURE, round(CARD * page.shape))
    card_height = picture_height + TEXT_HEIGHT
    rows = -(-len(page.cards) // COLUMNS)
    columns = max(3, -(-len(page.cards) // rows))
    width = 2 * MARGIN + columns * CARD + (columns - 1) * GUTTER
    pen = Pen(Image.new("RGB", (width, 8), PAPER), page.font)
    wrapped = [(colour, line) for colour, text in page.remarks for line in pen.wrapped(text, 16, width - 2 * MARGIN, 3)]
    top = MARGIN + 92
    height = top + rows * (card_height + GUTTER) + (20 + 26 * len(wrapped) if wrapped else 0) + MARGIN - GUTTER
    drawn = Image.new("RGB", (width, height), PAPER)
    pen = Pen(drawn, page.font)
    pen.text((MARGIN, MARGIN - 8), pen.cut(page.title, 36, width - 2 * MARGIN), 36, INK)
    pen.text((MARGIN, MARGIN + 44), pen.cut(page.told, 18, width - 2 * MARGIN), 18, GREY)
    for number, card in enumerate(page.cards):
        left = MARGIN + number % columns * (CARD + GUTTER)
        upper = top + number // columns * (card_height + GUTTER)
        pen.box((left, upper, left + CARD, upper + card_height), WHITE, EDGE)
        _paste(drawn, card.picture, (left, upper, CARD, picture_height))
        _texts(card, pen, (left, upper + picture_height))
        pen.badge((left + 10, upper + 10), f"{number + 1}", 20, ACCENT)
        pen.badge((left + CARD - 10, upper + 10), f"{card.seconds:.1f} s", 16, INK, right=True)
    for row, (colour, line) in enumerate(wrapped):
        pen.text((MARGIN, top + rows * (card_height + GUTTER) + 10 + 26 * row), line, 16, colour)
    return drawn


def _texts(card: Card, pen: Pen, at: tuple[int, int]) -> None:
    left, y = at[0] + PADDING, at[1] + 10
    room = CARD - 2 * PADDING
    pen.text((left, y), pen.cut(card.kind, 17, room), 17, ACCENT)
    y += 28
    for line in pen.wrapped(card.line, 19, room, LINE_ROWS):
        pen.text((left, y), line, 19, INK)
        y += 27
    y = at[1] + 10 + 28 + 27 * LINE_ROWS + 6
    for line in pen.wrapped(card.reason, 14, room, REASON_ROWS):
        pen.text((left, y), line, 14, GREY)
        y += 20
    pen.text((left, at[1] + TEXT_HEIGHT - 32), pen.cut(card.foot, 14, room), 14, GREY)


def _paste(page: Image.Image, picture: Image.Image, area: tuple[int, int, int, int]) -> None:
    """A picture cropped to fill an area with round upper corners."""
    left, upper, width, height = area
    fitted = ImageOps.fit(picture, (width, height), Image.Resampling.LANCZOS)
    mask = Image.new("L", (width, height), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, width, height + 20), 12, fill=255)
    page.paste(fitted, (left, upper), mask)
