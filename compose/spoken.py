"""What is heard in a clip: its lines with times, their language, and whether a film in that language can use it."""

from cliplib.records import ClipRecord, Line
from cliplib.values import Span
from cliplib.vocabulary import Language
from cliplib.words import is_chinese
from compose.wording import say

SPEECH_SHARE = 0.15
"""From this share of speech on, a clip is taken to be spoken over."""


def lines_of(record: ClipRecord) -> tuple[Line, ...]:
    """The spoken lines of an effective record, clamped to its span, in order.

    Words that a person corrected have no times of their own: they become one line over the stretch that was heard.
    """
    heard = []
    for line in sorted(record.transcript.lines, key=lambda line: line.span.start):
        start, end = max(line.span.start, record.span.start), min(line.span.end, record.span.end)
        if start < end and line.text.strip():
            heard.append(Line(text=line.text.strip(), span=Span(start=start, end=end), words=line.words))
    if "spoken" not in record.review.corrections:
        return tuple(heard)
    if not record.spoken.strip():
        return ()
    whole = Span(start=heard[0].span.start, end=heard[-1].span.end) if heard else record.span
    return (Line(text=record.spoken.strip(), span=whole),)


def language_of(record: ClipRecord) -> str:
    """The language of the spoken lines: as the transcript says, else guessed from the text; empty without lines."""
    lines = lines_of(record)
    if not lines:
        return ""
    stated = record.transcript.language.casefold()[:2]
    if stated == "" or "spoken" in record.review.corrections:
        return "zh" if is_chinese("".join(line.text for line in lines)) else "en"
    return "zh" if stated == "yu" else stated  # yue: Cantonese is written and read as Chinese here


def why_muted(record: ClipRecord, language: Language) -> str:
    """Why the sound of a clip cannot be heard in a film of that language; empty where it can."""
    spoken = language_of(record)
    if spoken:
        return "" if spoken == language else say(language, "other language", spoken=spoken)
    if record.facts.speech > SPEECH_SHARE:
        return say(language, "unknown words", share=record.facts.speech)
    return ""


def is_voiced(record: ClipRecord, language: str) -> bool:
    """Whether the clip speaks for itself in a film of that language."""
    return language_of(record) == language
