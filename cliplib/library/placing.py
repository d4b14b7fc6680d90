"""Which part of a person's wording of a clip belongs to another clip that holds some of the same words."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from cliplib.records import ClipRecord, Line, Transcript
from cliplib.values import Span
from cliplib.words import folded

CONTEXT = 3
"""Letters or characters on each side of a seam that must stand in a person's wording as the machine wrote them."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A word, or a line without words: where its characters stand in the text of a transcript, and when it is heard."""

    start: int
    stop: int
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Placed:
    """Words of a person, and which characters of the new clip's text they stand for; None where they are elsewhere."""

    text: str
    at: range | None


def placed_words(wording: str, old: ClipRecord, new: ClipRecord, *, shared: bool) -> Placed | None:
    """The part of a wording of the old clip's words that belongs to the new clip; None where that is not sure.

    The machine's words of both clips carry times, so it is known which words they share. Where the clip is divided
    between two words, the wording is divided in the same place, if what stands around it there is unchanged.

    Args:
        wording: the old clip's spoken words as a person wants them.
        old: with the machine's words.
        new: likewise.
        shared: whether further clips take over words of the old one.
    """
    mine, theirs = units_of(new.transcript), units_of(old.transcript)
    known = {(unit.span.start, unit.span.end, unit.text) for unit in mine}
    held = [k for k, unit in enumerate(theirs) if (unit.span.start, unit.span.end, unit.text) in known]
    if len(held) == len(theirs):
        return None if shared and not theirs else Placed(wording, _place(mine, theirs, old, new))
    if not held:
        return Placed("", None)
    text = old.transcript.text
    begin = 0 if held[0] == 0 else _seam(text, theirs[held[0]].start, wording)
    end = len(wording) if held[-1] == len(theirs) - 1 else _seam(text, theirs[held[-1] + 1].start, wording)
    if begin is None or end is None or end <= begin:
        return None
    return Placed(wording[begin:end], _place(mine, [theirs[k] for k in held], old, new))


def _place(mine: list[Unit], shared: list[Unit], old: ClipRecord, new: ClipRecord) -> range:
    """The characters of the new clip's text that the shared words take up."""
    spans = {(unit.span.start, unit.span.end) for unit in shared}
    found = [unit for unit in mine if (unit.span.start, unit.span.end) in spans]
    if found:
        return range(found[0].start, found[-1].stop)
    # Words that no machine has heard come before the first that is heard later.
    later = (unit.start for unit in mine if unit.span.start >= old.span.middle)
    at = next(later, len(new.transcript.text))
    return range(at, at)


def _seam(text: str, at: int, wording: str) -> int | None:
    """Where the wording is to be divided if the text is divided before its character `at`."""
    letters = [k for k, character in enumerate(text) if character.isalnum()]
    reworded = [k for k, character in enumerate(wording) if character.isalnum()]
    before = sum(k < at for k in letters)
    around = min(CONTEXT, before, len(letters) - before)
    plain, new = folded("".join(text[k] for k in letters)), folded("".join(wording[k] for k in reworded))
    if len(plain) != len(letters) or len(new) != len(reworded):
        return None  # letters that fold to several: too rare to be worth more than a look
    for a, b, size in SequenceMatcher(None, plain, new, autojunk=False).get_matching_blocks():
        if a + around <= before <= a + size - around and b + before - a < len(reworded):
            return reworded[b + before - a]
    return None


def units_of(transcript: Transcript) -> list[Unit]:
    """The words of a transcript where they stand in its text; a line whose words are not found in it is one unit."""
    found: list[Unit] = []
    between = 0 if transcript.language.startswith("zh") else 1
    at = 0
    for line in transcript.lines:
        text = line.text.strip()
        found += [Unit(at + unit.start, at + unit.stop, unit.text, unit.span) for unit in _words(line, text)] or [
            Unit(at, at + len(text), text, line.span)
        ]
        at += len(text) + between
    return found


def _words(line: Line, text: str) -> list[Unit]:
    """Each word with the punctuation after it; nothing where one is missing in the text."""
    starts = []
    cursor = 0
    for word in line.words:
        plain = word.text.strip()
        start = text.find(plain, cursor) if plain else -1
        if start < 0:
            return []
        starts.append(start)
        cursor = start + len(plain)
    stops = [*(starts[1:]), len(text)]
    cut = zip(line.words, starts, stops, strict=False)
    return [Unit(a, a + len(text[a:b].rstrip()), word.text.strip(), word.span) for word, a, b in cut]
