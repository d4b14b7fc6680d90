"""Break subtitle text into cues of at most two measured lines: at sentence ends first, then commas, then words."""

import re
from collections.abc import Callable

Measure = Callable[[str], float]
"""Width of one line of text as a share of the picture's width."""

WIDEST_LINE = 0.86
MOST_LINES = 2

# A unit that no line break may divide: a Latin word with what sticks to it, or one other character. Closing marks stay
# with what precedes them, opening ones with what follows (the usual rules of Chinese typesetting).
_CLOSING = "，。！？、；：,.!?;:%）)】」』》”’…—～"
_OPENING = "（(【「『《“‘"
_UNIT = re.compile(
    rf"\s+|[{re.escape(_OPENING)}]*"
    rf"(?:[A-Za-z0-9]+(?:[.,:'’-][A-Za-z0-9]+)+"
    rf"|[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef{re.escape(_OPENING + _CLOSING)}]+|[^\s])"
    rf"[{re.escape(_CLOSING)}]*"
)
_SENTENCE = re.compile(r".+?(?:[。！？!?…；;]+[”’」』）)]*|\.(?=\s|$)|$)", re.DOTALL)
_CLAUSE = re.compile(r".+?(?:[，、：—。！？!?…；;]+|[,:.](?=\s|$)|$)", re.DOTALL)


def units(text: str) -> list[str]:
    """The pieces between which a line may break.

    >>> units("保温12小时，不漏。")
    ['保', '温', '12', '小', '时，', '不', '漏。']
    """
    return _UNIT.findall(text)


def cues_of(text: str, measure: Measure) -> list[str]:
    """A text as the texts of successive cues, each wrapped to at most two lines that fit.

    A single unit wider than a line is divided, so that nothing ever leaves the picture.
    """
    text = " ".join(text.split())
    pieces = [text] if _fits(text, measure) else _pieces(text, measure)
    return ["\n".join(_balanced(piece, measure)) for piece in pieces if piece]


def _fits(text: str, measure: Measure) -> bool:
    return len(_lines(text, measure)) <= MOST_LINES


def _pieces(text: str, measure: Measure) -> list[str]:
    """The text in pieces that fit, joined again as far as they fit together."""
    parts: list[str] = []
    for sentence in _SENTENCE.findall(text):
        if _fits(sentence.strip(), measure):
            parts.append(sentence)
            continue
        for clause in _CLAUSE.findall(sentence):
            parts += [clause] if _fits(clause.strip(), measure) else _chunks(clause, measure)
    joined: list[str] = []
    for part in parts:
        # Whole sentences are not joined: a new sentence starts a new cue.
        ended = bool(joined) and bool(re.search(r"[。！？!?…；;.]\W*$", joined[-1].strip()))
        if joined and not ended and _fits((joined[-1] + part).strip(), measure):
            joined[-1] += part
        else:
            joined.append(part)
    return [part.strip() for part in joined]


def _chunks(text: str, measure: Measure) -> list[str]:
    """A clause too long for one cue, divided between units into as few pieces as possible."""
    chunks = [""]
    for unit in (part for whole in units(text) for part in _divided(whole, measure, WIDEST_LINE)):
        if chunks[-1].strip() and not _fits((chunks[-1] + unit).strip(), measure):
            chunks.append("")
        chunks[-1] += unit
    return chunks


def _lines(text: str, measure: Measure, widest: float = WIDEST_LINE) -> list[str]:
    """Greedy lines no wider than `widest`."""
    lines, line = [], ""
    for unit in (part for whole in units(text) for part in _divided(whole, measure, widest)):
        if line and measure((line + unit).strip()) > widest:
            lines.append(line.strip())
            line = ""
        line += unit
    return [*lines, line.strip()] if line.strip() else lines


def _divided(unit: str, measure: Measure, widest: float) -> list[str]:
    if measure(unit.strip()) <= widest:
        return [unit]
    parts = [""]
    for character in unit:
        if parts[-1] and measure(parts[-1] + character) > widest:
            parts.append("")
        parts[-1] += character
    return parts


def _balanced(text: str, measure: Measure) -> list[str]:
    """Two lines of about the same width instead of a full and a short one; a break after a comma is better still."""
    lines = _lines(text, measure)
    if len(lines) < MOST_LINES:
        return lines
    whole, best = units(text), (2.0, lines)
    for at in range(1, len(whole)):
        first, second = "".join(whole[:at]).strip(), "".join(whole[at:]).strip()
        widths = (measure(first), measure(second))
        if not first or not second or max(widths) > WIDEST_LINE:
            continue
        cost = abs(widths[0] - widths[1]) - (0.2 if first[-1] in _CLOSING else 0.0)
        best = min(best, (cost, [first, second]), key=lambda entry: entry[0])
    return best[1]
