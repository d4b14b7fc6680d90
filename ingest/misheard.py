"""Names that speech recognition got wrong, put right by the product register; what the engine wrote is kept beside."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from cliplib.config import Product
from cliplib.records import Line, Transcript, Word
from cliplib.values import Span
from cliplib.words import folded, folded_with_places

WRITTEN_BY_PEOPLE = ("sidecar", "embedded")
"""Engines whose words people wrote: those stay as they are."""


@dataclass(frozen=True)
class Corrections:
    """Misheard form to the right one, and the right names, inside which nothing is corrected."""

    mistakes: dict[str, str]
    right: tuple[str, ...] = ()

    @classmethod
    def of(cls, products: Sequence[Product]) -> "Corrections":
        """What the products say. A form of two products is the first one's; a right name is never a mistake."""
        mistakes: dict[str, str] = {}
        for product in products:
            for heard, right in product.mistakes().items():
                mistakes.setdefault(_key(heard), right)
        names = tuple(dict.fromkeys(_key(name) for product in products for name in product.spoken_names()))
        return cls({heard: right for heard, right in mistakes.items() if heard not in names}, names)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds forms and right names in folded text, the longest first."""
        forms = sorted({*self.mistakes, *self.right} - {""}, key=lambda form: (-len(form), form))
        return re.compile("|".join(map(_whole, forms)))

    def found(self, text: str) -> list[tuple[int, int, str]]:
        """Where in a text a misheard form stands and what belongs there: start, end, right form; in order."""
        if not self.mistakes:
            return []
        plain, places = folded_with_places(text)
        found = []
        for match in self.pattern.finditer(plain):
            right = self.mistakes.get(_key(match[0]))
            if right is not None:
                end = match.end() + _repeated(right, plain[match.end() :])
                found.append((places[match.start()], places[end], right))
        return [(start, end, right) for start, end, right in found if text[start:end] != right]


def corrected(transcript: Transcript, products: Sequence[Product]) -> Transcript:
    """The transcript with the misheard forms of products put right, in lines and words; words of people stay."""
    corrections = Corrections.of(products)
    if not corrections.mistakes or transcript.engine.partition(":")[0] in WRITTEN_BY_PEOPLE:
        return transcript
    return transcript.model_copy(update={"lines": tuple(_line(line, corrections) for line in transcript.lines)})


def told(transcript: Transcript) -> str:
    """Which names were put right, such as "轻语 → 青屿"; empty where none was."""
    pairs: dict[tuple[str, str], None] = {}
    for line in transcript.lines:
        words = [word for word in line.words if word.heard]
        pairs.update(dict.fromkeys((word.heard, word.text) for word in words))
        if line.heard and not words:
            pairs[line.heard, line.text] = None
    return "; ".join(f"{heard} → {text}" for heard, text in pairs)


def _key(form: str) -> str:
    """A form in the way forms are compared: one width and case, single spaces."""
    return " ".join(folded(form).split())


def _whole(form: str) -> str:
    """A pattern of a form as a whole: Latin letters and digits next to it make it another word."""
    spaced = r"\s+".join(map(re.escape, form.split(" ")))
    before = "(?<![a-z0-9])" if re.match(r"[a-z0-9]", form) else ""
    after = "(?![a-z0-9])" if re.search(r"[a-z0-9]$", form) else ""
    return f"{before}{spaced}{after}"


def _repeated(right: str, following: str) -> int:
    """Length of the end of the right form that was heard well and follows already: 轻语|随行杯 becomes 青屿随行杯."""
    ending = _key(right)
    for start in range(1, len(ending)):
        inside_word = re.match(r"[a-z0-9]{2}", ending[start - 1 : start + 1])
        match = None if inside_word else re.match(r"\s*" + _whole(ending[start:].strip()), following)
        if match is not None and match[0][:1].isspace() == ending[start].isspace():
            return match.end()
    return 0


def _line(line: Line, corrections: Corrections) -> Line:
    found = corrections.found(line.text)
    if not found:
        return line
    return line.model_copy(
        update={"text": _put_right(line.text, 0, found), "heard": line.text, "words": tuple(_words(line, found))}
    )


def _put_right(text: str, offset: int, found: Sequence[tuple[int, int, str]]) -> str:
    """A piece of a line, which begins there at `offset`, with what was found inside it put right."""
    for start, end, right in reversed(found):
        text = text[: start - offset] + right + text[end - offset :]
    return text


def _words(line: Line, found: Sequence[tuple[int, int, str]]) -> Iterator[Word]:
    """The words of a line; those that a misheard form touches become one, heard as long as they all were."""
    group: list[tuple[Word, int, int]] = []
    shared: set[int] = set()
    for word, start, end in placed(line):
        touched = {k for k, (first, last, _) in enumerate(found) if first < end and start < last}
        if group and not touched & shared:
            yield _joined(line.text, group, [found[k] for k in sorted(shared)])
            group, shared = [], set()
        if touched:
            group.append((word, start, end))
            shared |= touched
        else:
            yield word
    if group:
        yield _joined(line.text, group, [found[k] for k in sorted(shared)])


def _joined(text: str, group: Sequence[tuple[Word, int, int]], found: Sequence[tuple[int, int, str]]) -> Word:
    words = [word for word, _, _ in group]
    start, end = min(group[0][1], found[0][0]), max(group[-1][2], found[-1][1])
    sure = [word.confidence for word in words if word.confidence is not None]
    return Word(
        text=_put_right(text[start:end], start, found),
        span=Span(start=words[0].span.start, end=max(word.span.end for word in words)),
        confidence=min(sure, default=None),
        heard=text[start:end],
    )


def placed(line: Line) -> Iterator[tuple[Word, int, int]]:
    """Each word with where it stands in the text of its line; -1 where it cannot be found."""
    cursor = 0
    for word in line.words:
        text = word.text.strip()
        at = line.text.find(text, cursor) if text else -1
        if at < 0:
            yield word, -1, -1
            continue
        cursor = at + len(text)
        yield word, at, cursor
