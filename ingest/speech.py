"""What is said in a file and where one speaks."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cliplib.engines.base import AUDIO_RATE, Audio, SpeechRequest
from cliplib.engines.sidecar import SidecarSpeech, beside
from cliplib.media.probe import lead_in
from cliplib.records import Line, Probe, Transcript
from cliplib.values import Span
from ingest.draft import fingerprint_of
from ingest.embedded import read_embedded
from ingest.job import Job

VERSION = 2

SHORT_OF_SOUND_MS = 500
"""Sound that ends so much before the picture is worth a word: the file may be damaged."""

PICTURES_HEARD = 1000
"""The sound of so many pictures is measured at a time."""

BEYOND = "all words of the subtitles lie beyond the picture"


@dataclass(frozen=True, slots=True)
class Heard:
    """What is said in a file, and what an editor should know of how that was found out."""

    transcript: Transcript
    notes: tuple[str, ...] = ()


def hear(path: Path, probe: Probe, audio: Audio, job: Job) -> Heard:
    """What is said: from a subtitle file beside the video, else a subtitle track inside it, else the speech engine.

    Lines that begin after the last picture are left out; one that outlasts it ends with it.

    Args:
        path: the video file.
        probe: what it holds.
        audio: its sound from the first picture on; empty without a sound track.
        job: has the engine.

    Raises:
        EngineError: the engine failed.
        MediaError: the subtitle file cannot be read.
    """
    samples = audio if len(audio) else np.zeros(probe.length * AUDIO_RATE // 1000, np.int16)
    request = SpeechRequest(path, samples, hotwords=_hotwords(job))
    transcript = SidecarSpeech().transcribe(request)
    notes: tuple[str, ...] = ()
    if transcript.lines:
        early = shifted(transcript.lines, -lead_in(path, probe))
        transcript = transcript.model_copy(update={"lines": early})
    else:
        embedded, notes = read_embedded(path, probe)
        transcript = embedded or _listened(request, probe, job)
    lines = clipped(transcript.lines, probe.length)
    reason = BEYOND if transcript.lines and not lines else transcript.reason
    return Heard(transcript.model_copy(update={"lines": lines, "reason": reason}), notes)


def _listened(request: SpeechRequest, probe: Probe, job: Job) -> Transcript:
    """What the speech engine hears; it is not asked where there is nothing to hear."""
    if not probe.audio:
        return Transcript(engine="none", reason="the file has no sound track")
    if not request.audio.any():
        return Transcript(engine="none", reason="the sound track is silent")
    return job.speech.transcribe(request)


def sound_note(decoded: int, probe: Probe) -> str:
    """What to say of sound that ends long before the picture; empty where it does not, or there is no sound track.

    Args:
        decoded: ms of sound from the first picture on that could be decoded.
        probe: how long the picture lasts.
    """
    if not probe.audio or probe.length - decoded <= SHORT_OF_SOUND_MS:
        return ""
    return f"the sound ends at {decoded / 1000:.1f} s, the picture at {probe.length / 1000:.1f} s"


def sidecar_mark(path: Path) -> str:
    """Changes when a subtitle file beside a video comes, goes or changes; empty without one."""
    found = beside(path)
    return "" if found is None else fingerprint_of(found.name, hashlib.sha256(found.read_bytes()).hexdigest())


def hear_mark(path: Path, job: Job) -> str:
    """Changes when hearing again could give other words."""
    return fingerprint_of("hear", str(VERSION), job.speech.id, sidecar_mark(path), *_hotwords(job))


def _hotwords(job: Job) -> tuple[str, ...]:
    """What all products are called, those first that the footage is filed under: engines have room for a few only."""
    products = (*job.products, *job.settings.product)
    return tuple(dict.fromkeys(word for product in products for word in product.spoken_names()))


def find_speech(audio: Audio) -> tuple[Span, ...]:
    """Where one speaks, by a detector that knows speech from music and noise; empty without sound."""
    if not audio.any():
        return ()
    from cliplib.engines import silero

    return tuple(silero.find_speech(audio))


def clipped(lines: Sequence[Line], length: int) -> tuple[Line, ...]:
    """Lines in order, none reaching beyond `length` ms."""
    inside = (_clipped_line(line, length) for line in lines if line.span.start < length)
    return tuple(sorted(inside, key=lambda line: (line.span.start, line.span.end)))


def _clipped_line(line: Line, length: int) -> Line:
    words = tuple(
        word.model_copy(update={"span": _until(word.span, length)}) for word in line.words if word.span.start < length
    )
    return line.model_copy(update={"span": _until(line.span, length), "words": words})


def _until(span: Span, length: int) -> Span:
    return Span(start=span.start, end=min(span.end, length))


def shifted(lines: Sequence[Line], by: int) -> tuple[Line, ...]:
    """Lines so many ms later; what comes to lie before 0 is left out."""
    return tuple(
        line.model_copy(
            update={
                "span": _moved(line.span, by),
                "words": tuple(
                    word.model_copy(update={"span": _moved(word.span, by)})
                    for word in line.words
                    if word.span.end + by > 0
                ),
            }
        )
        for line in lines
        if line.span.end + by > 0
    )


def _moved(span: Span, by: int) -> Span:
    return Span(start=max(0, span.start + by), end=span.end + by)


def sound_level(audio: Audio, times: NDArray[np.int64], length: int) -> NDArray[np.float32]:
    """How loud it is while each picture is shown, as root mean square; zeros without sound."""
    if not len(audio):
        return np.zeros(len(times), np.float32)
    marks = np.clip(np.append(times, length) * AUDIO_RATE // 1000, 0, len(audio))
    level = np.zeros(len(times), np.float32)
    for first in range(0, len(times), PICTURES_HEARD):
        part = marks[first : first + PICTURES_HEARD + 1]
        heard = audio[part[0] : part[-1]].astype(np.float64)
        power = np.concatenate([[0.0], np.cumsum(heard**2)])[part - part[0]]
        level[first : first + len(part) - 1] = np.sqrt(np.diff(power) / np.maximum(1, np.diff(part)))
    return level
