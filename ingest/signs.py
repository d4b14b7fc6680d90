"""What the text in a clip's pictures says of the clip: a price is shown, its words stand there as subtitles."""

from collections.abc import Sequence

from cliplib.records import Line, ScreenText, Transcript
from cliplib.values import Box
from cliplib.words import folded, names_price

LOWER = 0.6
"""Subtitles have their middle below this share of the height."""

CENTRED = 0.15
"""Share of the width by which a subtitle's middle may miss that of the picture: comments stand at a side."""

SAME_ROW = 0.06
PART_OF_LINE = 0.4
"""Share of a spoken line that a text must repeat to be its subtitle."""

SHORTEST = 3
"""Characters that a subtitle has at least: a product's short name is also spoken and also printed on it."""

GAP = 1.0
"""Pieces of one row lie less than this many times their height apart."""


def signs(texts: Sequence[ScreenText], transcript: Transcript, aspect: float) -> dict[str, bool]:
    """The flags of `Facts` that follow from the text.

    Args:
        texts: what stands in the picture, with the time for which it does.
        transcript: what is said at that time.
        aspect: width of the picture by its height.
    """
    return {
        "has_price": any(names_price(row) for row in rows(texts, aspect)),
        "has_burned_subtitle": has_subtitle(texts, transcript.lines),
    }


def rows(texts: Sequence[ScreenText], aspect: float) -> list[str]:
    """The texts, each with those that stand close behind it in its row: a small ¥ is read apart from its figure."""
    return [text.text + "".join(other.text for other in texts if _follows(text, other, aspect)) for text in texts]


def _follows(text: ScreenText, other: ScreenText, aspect: float) -> bool:
    if not text.span.overlap(other.span):
        return False
    high = max(text.box.height, other.box.height)
    beside = text.box.y < other.box.y + other.box.height and other.box.y < text.box.y + text.box.height
    gap = (other.box.x - text.box.x - text.box.width) * aspect
    return beside and -high / 2 <= gap < GAP * high


def has_subtitle(texts: Sequence[ScreenText], lines: Sequence[Line]) -> bool:
    """Whether a text at the foot of the picture repeats what is said, or gives way to another one in its row."""
    low = [text for text in texts if _is_low(text.box) and len(_letters(text.text)) >= SHORTEST]
    if any(_repeats(text, line) for text in low for line in lines):
        return True
    return any(
        _letters(one.text) != _letters(other.text)
        and one.span.end <= other.span.start
        and abs(_middle(one.box) - _middle(other.box)) < SAME_ROW
        for one in low
        for other in low
    )


def _is_low(box: Box) -> bool:
    return _middle(box) > LOWER and abs(box.x + box.width / 2 - 0.5) < CENTRED


def _middle(box: Box) -> float:
    return box.y + box.height / 2


def _repeats(text: ScreenText, line: Line) -> bool:
    seen, said = _letters(text.text), _letters(line.text)
    return bool(text.span.overlap(line.span)) and seen in said and len(seen) >= PART_OF_LINE * len(said)


def _letters(text: str) -> str:
    return "".join(character for character in folded(text) if character.isalnum())
