"""What is measured of a clip: from the scan of its pictures, its colours and its sound."""

from collections.abc import Sequence

import cv2
import numpy as np

from cliplib.engines.base import TimedFrame
from cliplib.media.audio import excerpt, loudness
from cliplib.media.frames import image_of
from cliplib.media.tones import HDR_TRANSFERS
from cliplib.records import Facts
from cliplib.values import Span
from ingest.cut import BLACK, WHITE, frame_numbers, frames_of
from ingest.draft import ClipJob, Draft

VERSION = 2

COLOURS = 3
STEPS = 6
"""Shades per channel that are told apart."""

COMMON = 0.05
"""Share of the picture from which a colour is named."""


def measure(draft: Draft, job: ClipJob) -> Draft:
    """Measure a clip that is cut."""
    frames = frames_of(draft, job)
    numbers = frame_numbers(job.scan, draft.span)
    part = slice(numbers.start, numbers.stop)
    # The scan sees the file's own levels, which say nothing of how bright an HDR picture looks.
    hdr = job.footage.probe.transfer in HDR_TRANSFERS
    facts = Facts(
        sharpness=_share(job.scan.sharpness[part].mean()),
        brightness=_share(_as_shown(frames) if hdr else job.scan.brightness[part].mean()),
        # The first picture's change is the cut itself, no motion.
        motion=_share(job.scan.motion[numbers.start + 1 : numbers.stop].mean() if len(numbers) > 1 else 0.0),
        speech=speech_share(draft.span, _speech(draft, job)),
        loudness=loudness(excerpt(job.audio, draft.span)),
        has_sound=bool(job.footage.probe.audio),
        colours=main_colours(frames),
    )
    return draft.model_copy(update={"facts": facts, "frames": frames})


def measure_inputs(draft: Draft, job: ClipJob) -> Sequence[str]:
    """How closely one looked, and where one speaks in the clip: all else follows from the file's bytes."""
    spoken = (f"{span.start}-{span.end}" for span in _speech(draft, job) if span.overlap(draft.span))
    return [job.scan.mode, *spoken]


def _speech(draft: Draft, job: ClipJob) -> tuple[Span, ...]:
    """Where one was heard speaking; where the lines are, if nothing can be heard."""
    return job.speech if job.footage.probe.audio else tuple(line.span for line in draft.transcript.lines)


def _as_shown(frames: Sequence[TimedFrame]) -> float:
    """Mean luma of pictures in the form of the scan's: levels 16-235 as shares of 255."""
    grey = [cv2.cvtColor(image_of(frame.jpeg), cv2.COLOR_BGR2GRAY).mean() for frame in frames]
    return (BLACK + float(np.mean(grey)) * (WHITE - BLACK) / 255) / 255


def _share(value: float) -> float:
    return round(min(1.0, max(0.0, float(value))), 3)


def speech_share(span: Span, speech: Sequence[Span]) -> float:
    """Share of a span that is covered by any of the others."""
    covered = at = 0
    for other in sorted(speech, key=lambda other: other.start):
        start, end = max(other.start, span.start, at), min(other.end, span.end)
        if end > start:
            covered, at = covered + end - start, end
    return round(covered / span.length, 3)


def main_colours(frames: Sequence[TimedFrame]) -> tuple[str, ...]:
    """Up to three colours as #rrggbb that take the most room, each the mean of all pixels near it."""
    small = [cv2.resize(image_of(frame.jpeg), (64, 64), interpolation=cv2.INTER_AREA) for frame in frames]
    pixels = np.concatenate([image.reshape(-1, 3) for image in small]).astype(np.int64)
    bins = pixels * STEPS // 256 @ np.array([1, STEPS, STEPS * STEPS])
    counts = np.bincount(bins, minlength=STEPS**3)
    largest = np.argsort(-counts, kind="stable")[:COLOURS]
    named = [number for number in largest if counts[number] >= COMMON * len(pixels)] or [largest[0]]
    means = (pixels[bins == number].mean(axis=0).round().astype(int) for number in named)
    return tuple(f"#{red:02x}{green:02x}{blue:02x}" for blue, green, red in means)
