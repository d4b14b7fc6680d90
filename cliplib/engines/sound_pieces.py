"""Long sound in pieces that a service takes: cut in pauses, each with where it begins, and without long silence."""

import io
import wave
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from cliplib.engines.base import AUDIO_RATE, Audio
from cliplib.values import Span

LONGEST_MS = 600_000
"""19.2 MB as a WAV file at 16 kHz; services take 25 MB."""

LONGEST_PAUSE_MS = 20_000
"""A longer pause is not sent: it costs money, and models make up words in it."""

PADDING_MS = 200
WINDOW_MS = 100
"""Where somebody speaks without a pause, the cut is at the quietest stretch of this length."""

SEARCHED = 0.2
"""Share of a piece, at its end, in which that stretch is looked for."""


def pieces(audio: Audio, speech: Sequence[Span], longest: int = LONGEST_MS) -> list[Span]:
    """The stretches of the sound to be sent, in order, apart, none longer than `longest` ms and some padding.

    Args:
        audio: the sound.
        speech: where somebody speaks in it; all of it lies in a piece.
        longest: ms.
    """
    found: list[Span] = []
    for span in (part for whole in speech for part in _parts(audio, whole, longest)):
        last = found[-1] if found else None
        if last and span.end - last.start <= longest and span.start - last.end <= LONGEST_PAUSE_MS:
            found[-1] = Span(start=last.start, end=span.end)
        else:
            found.append(span)
    length = len(audio) * 1000 // AUDIO_RATE
    ends = [0, *((a.end + b.start) // 2 for a, b in pairwise(found)), length]
    return [
        Span(start=max(ends[k], span.start - PADDING_MS), end=min(ends[k + 1], span.end + PADDING_MS))
        for k, span in enumerate(found)
    ]


def _parts(audio: Audio, span: Span, longest: int) -> Iterator[Span]:
    """A stretch of speech, cut at its quietest moments where it is too long."""
    while span.length > longest:
        first = span.start + round(longest * (1 - SEARCHED))
        heard = audio[first * AUDIO_RATE // 1000 : (span.start + longest) * AUDIO_RATE // 1000].astype(np.float64)
        width = WINDOW_MS * AUDIO_RATE // 1000
        power = [float((heard[at : at + width] ** 2).mean()) for at in range(0, max(1, len(heard) - width), width)]
        cut = min(first + int(np.argmin(power)) * WINDOW_MS + WINDOW_MS // 2, span.start + longest)
        yield Span(start=span.start, end=cut)
        span = Span(start=cut, end=span.end)
    yield span


def as_wav(audio: Audio, span: Span) -> bytes:
    """The samples of a span as a 16 kHz mono WAV file."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(AUDIO_RATE)
        part = audio[span.start * AUDIO_RATE // 1000 : span.end * AUDIO_RATE // 1000]
        file.writeframes(part.astype("<i2").tobytes())
    return buffer.getvalue()
