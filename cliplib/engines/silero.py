"""Where somebody speaks: the voice detection model that comes inside the faster-whisper package. Needs no network."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cliplib.engines.base import AUDIO_RATE, Audio
from cliplib.values import Span

BLOCK_SECONDS = 300
"""Longer sound is looked at in blocks, so that memory stays bounded."""

LEAST_PAUSE_MS = 300
PADDING_MS = 60
LEAST_SPEECH_MS = 120


def find_speech(audio: Audio) -> list[Span]:
    """The stretches of speech, in order, without overlap, inside the sound; empty where nobody speaks."""
    spans: list[Span] = []
    length = len(audio) * 1000 // AUDIO_RATE
    for start, end in _found(audio):
        span_start, span_end = start * 1000 // AUDIO_RATE, min(length, -(-end * 1000 // AUDIO_RATE))
        if spans and span_start - spans[-1].end < LEAST_PAUSE_MS // 2:
            span_start = spans.pop().start  # a stretch that a block's edge had cut in two
        if span_end > span_start:
            spans.append(Span(start=span_start, end=span_end))
    return spans


def as_float(audio: Audio) -> NDArray[np.float32]:
    """Samples from -1 to 1, as the models want them."""
    return np.asarray(audio, dtype=np.float32) / np.float32(32_768)


def _found(audio: Audio) -> Iterator[tuple[int, int]]:
    """First sample and the one after the last, of each stretch."""
    if not len(audio):
        return
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(
        min_silence_duration_ms=LEAST_PAUSE_MS, speech_pad_ms=PADDING_MS, min_speech_duration_ms=LEAST_SPEECH_MS
    )
    block = BLOCK_SECONDS * AUDIO_RATE
    for offset in range(0, len(audio), block):
        for found in get_speech_timestamps(as_float(audio[offset : offset + block]), options):
            yield offset + int(found["start"]), offset + int(found["end"])
