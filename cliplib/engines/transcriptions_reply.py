"""What a transcription service answers, read with care: lines with times inside the sound, and words if it has any."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cliplib.engines.subtitling import language_of
from cliplib.records import Line, Word
from cliplib.values import Span
from cliplib.words import folded

LANGUAGES = {
    "chinese": "zh", "mandarin": "zh", "cantonese": "zh", "english": "en", "japanese": "ja", "korean": "ko",
    "french": "fr", "german": "de", "spanish": "es", "portuguese": "pt", "italian": "it", "russian": "ru",
    "thai": "th", "vietnamese": "vi", "indonesian": "id", "malay": "ms",
}  # fmt: skip
"""Services name languages in English."""

_SENTENCE = re.compile(r"(?<=[。！？!?…；;])|(?<=\.)\s+")


class Unusable(Exception):
    """The answer is not one that can be used, and why."""


@dataclass(frozen=True, slots=True)
class Part:
    """One segment of an answer: its line, its words by sentence, and the model's own doubt that somebody speaks."""

    line: Line
    no_speech: float


@dataclass(frozen=True, slots=True)
class Answered:
    """What was heard in one piece of sound; times on the whole sound."""

    language: str
    parts: tuple[Part, ...]
    beyond: int = 0
    """Segments that begin after the end of the sound; they are left out."""


def read_reply(text: str, piece: Span) -> Answered:
    """An answer in the form verbose_json.

    Args:
        text: the body.
        piece: where the sound that was sent lies in the whole sound; all times are moved there and end with it.

    Raises:
        Unusable: it is no such answer, or has a text without times.
    """
    try:
        reply = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unusable("the service answered with something that is not JSON") from error
    if not isinstance(reply, dict) or not isinstance(reply.get("text"), str):
        raise Unusable("the service answered with something that is no transcription")
    segments = _entries(reply.get("segments"))
    found = _entries(reply.get("words")) or [w for segment in segments for w in _entries(segment.get("words"))]
    words = [word for entry in found if (word := _word(entry, piece)) is not None]
    if not segments and words:
        segments = [{"text": reply["text"], "start": found[0].get("start"), "end": found[-1].get("end")}]
    if not segments and reply["text"].strip():
        raise Unusable("the answer has a text without times; name a model that gives verbose_json, such as whisper-1")
    spans = [_span(segment, piece) for segment in segments]
    inside = [(segment, span) for segment, span in zip(segments, spans, strict=True) if span is not None]
    shares = _dealt(words, [span for _, span in inside])
    parts = tuple(
        Part(line, _share(segment.get("no_speech_prob")))
        for (segment, span), own in zip(inside, shares, strict=True)
        for line in _lines(str(segment.get("text", "")).strip(), span, own)
    )
    language = str(reply.get("language") or "").strip().lower()
    known = LANGUAGES.get(language, language.partition("-")[0] if len(language.partition("-")[0]) == 2 else "")
    return Answered(known or language_of(reply["text"]), parts, beyond=len(segments) - len(inside))


def _entries(value: Any) -> list[dict[str, Any]]:
    """A list of objects; nothing where there is none."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise Unusable("the answer has segments or words that are no objects")
    return value


def _span(entry: dict[str, Any], piece: Span) -> Span | None:
    """The times of an entry, in seconds, on the whole sound in ms; None where it begins after the end."""
    times = [entry.get("start"), entry.get("end")]
    if not all(isinstance(t, int | float) and not isinstance(t, bool) and math.isfinite(t) for t in times):
        raise Unusable(f"the answer has times that are no numbers: {times}"[:200])
    start, end = (round(float(t) * 1000) + piece.start for t in times if t is not None)
    start = max(start, piece.start)
    return None if start >= piece.end else Span(start=start, end=max(start + 1, min(end, piece.end)))


def _word(entry: dict[str, Any], piece: Span) -> Word | None:
    text, span = str(entry.get("word") or entry.get("text") or "").strip(), _span(entry, piece)
    sure = entry.get("probability")
    confidence = _share(sure) if isinstance(sure, int | float) else None
    return Word(text=text, span=span, confidence=confidence) if text and span else None


def _share(value: Any) -> float:
    """A number from 0 to 1; 0 where there is none."""
    return min(1.0, max(0.0, float(value))) if isinstance(value, int | float) and math.isfinite(value) else 0.0


def _dealt(words: Sequence[Word], spans: Sequence[Span]) -> list[list[Word]]:
    """The words of each span: each word goes to the one that holds its middle, or comes nearest to it."""
    hands: list[list[Word]] = [[] for _ in spans]
    for word in words if spans else ():
        middle = word.span.middle
        away = [max(span.start - middle, middle - (span.end - 1), 0) for span in spans]
        hands[away.index(min(away))].append(word)
    return hands


def _lines(text: str, span: Span, words: Sequence[Word]) -> list[Line]:
    """A segment as lines, one per sentence where the words tell when each is said; else one line."""
    if not any(map(str.isalnum, text)):
        return []
    sentences = [sentence.strip() for sentence in _SENTENCE.split(text) if sentence.strip()]
    shares = _by_sentence(sentences, words)
    if shares is None:
        return [Line(text=text, span=span, words=tuple(words))]
    return [
        Line(text=sentence, span=Span(start=own[0].span.start, end=max(w.span.end for w in own)), words=tuple(own))
        for sentence, own in zip(sentences, shares, strict=True)
    ]


def _by_sentence(sentences: Sequence[str], words: Sequence[Word]) -> list[list[Word]] | None:
    """The words of each sentence; None where a word is not in the text, or a sentence has none."""
    shares: list[list[Word]] = [[] for _ in sentences]
    number, rest = 0, folded(sentences[0])
    for word in words:
        wanted = folded(word.text)
        while wanted not in rest:
            number += 1
            if number == len(sentences):
                return None
            rest = folded(sentences[number])
        rest = rest[rest.index(wanted) + len(wanted) :]
        shares[number].append(word)
    return shares if all(shares) else None
