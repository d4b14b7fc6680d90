"""What subtitle files and subtitle tracks share: plain text, lines that follow one another, and the language."""

import html
import re
from collections.abc import Iterable

from cliplib.records import Line
from cliplib.values import Span
from cliplib.words import is_chinese

LATEST_MS = 48 * 3_600_000
CHINESE_SHARE = 0.2
"""From this share of Chinese among its letters on, a text is Chinese: names and brands are often written in Latin."""

MOST_OVERLAP = 0.5
"""A line that overlaps the next one by at most this share of itself is cut short; by more, both become one line."""

_TAGS = re.compile(r"</?[a-zA-Z][^>]{0,80}>|<\d[\d:.]*>")


def plain(text: str) -> str:
    """A subtitle on one line: without tags; broken Chinese lines join without a space."""
    return joined(html.unescape(_TAGS.sub("", text)).splitlines())


def joined(pieces: Iterable[str]) -> str:
    """Pieces as one text, with a space between them unless Chinese meets Chinese."""
    whole = ""
    for piece in filter(None, map(str.strip, pieces)):
        gap = "" if not whole or (is_chinese(whole[-1]) and is_chinese(piece[0])) else " "
        whole += gap + piece
    return whole


def in_turn(lines: Iterable[Line]) -> list[Line]:
    """Lines in order of time, none overlapping the next, with no text lost.

    Where two overlap a little, the first ends when the second begins. Where they are shown together (two speakers, two
    languages, a title over several lines), they become one line; the same text twice, as in layers of styling, is one.
    """
    turns: list[Line] = []
    for line in sorted(lines, key=lambda line: (line.span.start, line.span.end)):
        current = line
        if turns and turns[-1].span.overlap(current.span):
            before = turns.pop()
            shared = before.span.end - current.span.start
            if shared <= MOST_OVERLAP * before.span.length and before.text != current.text:
                turns.append(_lasting(before, Span(start=before.span.start, end=current.span.start)))
            else:
                current = _together(before, current)
        turns.append(current)
    return turns


def _lasting(line: Line, span: Span) -> Line:
    return line.model_copy(update={"span": span})


def _together(one: Line, other: Line) -> Line:
    span = Span(start=one.span.start, end=max(one.span.end, other.span.end))
    return Line(text=one.text if one.text == other.text else joined((one.text, other.text)), span=span)


def language_of(text: str) -> str:
    """The language that the characters of a text suggest: "zh", "ja", "ko" or "en"; empty without letters."""
    letters = [character for character in text if character.isalpha()]
    if not letters:
        return ""
    if any("\u3040" <= c <= "\u30ff" for c in letters):
        return "ja"
    if any("\uac00" <= c <= "\ud7af" for c in letters):
        return "ko"
    return "zh" if sum(map(is_chinese, letters)) >= CHINESE_SHARE * len(letters) else "en"
