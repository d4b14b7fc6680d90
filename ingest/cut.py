"""The media of one clip: silent video exact to the frame, sound as WAV, a poster, and pictures for a vision engine."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from itertools import pairwise

import numpy as np

from cliplib.engines.base import TimedFrame
from cliplib.media.audio import excerpt, write_wav
from cliplib.media.clips import VIDEO, WAYS, Piece, made_how, sample
from cliplib.media.frames import image_of
from cliplib.media.packets import Ints
from cliplib.media.tones import HDR_TRANSFERS
from cliplib.values import Span
from ingest.draft import ClipJob, Draft
from ingest.keep import written
from ingest.shots import Scan

VERSION = 1
VOICE, POSTER = "voice.wav", "poster.jpg"

FEWEST_FRAMES, MOST_FRAMES = 3, 8
MS_PER_FRAME = 1500

NEARLY_AS_SHARP = 0.9
"""Share of the sharpest picture's sharpness from which a picture that is decoded sooner is taken instead."""

BLACK, WHITE = 16, 235
"""Luma of black and white in video."""

FLAT, DETAILED, OTHER_TONE = 2.0, 0.1, 56.0
"""Spread of grey of a flat picture at most, sharpness of one that is not at least, and grey levels to another tone."""


def cut(draft: Draft, job: ClipJob) -> Draft:
    """Make clip.mp4, voice.wav and poster.jpg of a clip; of a virtual one only poster.jpg.

    Raises:
        MediaError: the source cannot be decoded there, or the result does not have every frame of the span.
        DiskFull: no space left.
    """
    folder = job.folder(draft)
    moments = frame_moments(job.scan, draft.span, job.reach)
    poster = poster_moment(job.scan, draft.span, job.reach)
    with job.encoders:
        jpegs = _made(_piece(draft, {*moments, poster}, job), draft, job)
    with written(folder / POSTER) as temporary:
        temporary.write_bytes(jpegs[poster])
    if job.footage.probe.audio and not job.virtual:
        with written(folder / VOICE) as temporary:
            write_wav(temporary, excerpt(job.audio, draft.span))
    frames = tuple(TimedFrame(int(job.scan.times[k]), jpegs[k]) for k in moments)
    return draft.model_copy(update={"frames": frames})


def _piece(draft: Draft, samples: Iterable[int], job: ClipJob) -> Piece:
    return Piece(job.original, draft.span, tuple(sorted(samples)), partial(looks_as_scanned, job=job))


def _made(piece: Piece, draft: Draft, job: ClipJob) -> dict[int, bytes]:
    """Make the video in the way of the settings; returns the pictures that the piece names."""
    ffmpeg = job.job.ffmpeg
    if job.virtual:
        return sample(ffmpeg, piece)
    with written(job.folder(draft) / VIDEO) as temporary:
        return WAYS[job.job.settings.clips](ffmpeg, piece, temporary)


def is_cut(draft: Draft, job: ClipJob) -> bool:
    """Whether the media are there; they have their names only when they are complete."""
    names = (POSTER,) if job.virtual else (VIDEO, POSTER, *((VOICE,) if job.footage.probe.audio else ()))
    return all((job.folder(draft) / name).is_file() for name in names)


def frames_of(draft: Draft, job: ClipJob) -> tuple[TimedFrame, ...]:
    """The pictures for a vision engine: those at hand, else taken from the footage again."""
    if draft.frames:
        return draft.frames
    moments = frame_moments(job.scan, draft.span, job.reach)
    jpegs = sample(job.job.ffmpeg, _piece(draft, moments, job))
    return tuple(TimedFrame(int(job.scan.times[k]), jpegs[k]) for k in moments)


def copying_note(drafts: Iterable[Draft], job: ClipJob) -> str:
    """How many clips had to be encoded whole although they were to be copied, and why; empty if none."""
    if job.job.settings.clips != "smart":
        return ""
    clips = [path for draft in drafts if (path := job.folder(draft) / VIDEO).is_file()]
    reasons = Counter(why for path in clips if (why := made_how(path)))
    if not reasons:
        return ""
    told = ", ".join(f"{why} ({count})" for why, count in sorted(reasons.items()))
    return f"{reasons.total()} of {len(clips)} clips encoded whole: {told}"


def frame_numbers(scan: Scan, span: Span) -> range:
    """Numbers of the pictures that a span holds."""
    first, last = np.searchsorted(scan.times, [span.start, span.end])
    return range(int(first), int(last))


def frame_moments(scan: Scan, span: Span, reach: Ints | None = None) -> list[int]:
    """Numbers of 3-8 pictures spread over a span, the sharpest of each part, fewer where it has fewer.

    `reach` says for each picture how many must be decoded to get it; among those nearly as sharp the nearest is taken.
    """
    numbers = frame_numbers(scan, span)
    wanted = min(len(numbers), max(FEWEST_FRAMES, min(MOST_FRAMES, round(span.length / MS_PER_FRAME))))
    bounds = [numbers.start + len(numbers) * part // wanted for part in range(wanted + 1)]
    return [_sharpest(scan, range(a, b), reach) for a, b in pairwise(bounds)]


def poster_moment(scan: Scan, span: Span, reach: Ints | None = None) -> int:
    """Number of the sharpest picture in the middle third, or of one nearly as sharp as in `frame_moments`."""
    numbers = frame_numbers(scan, span)
    third = len(numbers) // 3
    return _sharpest(scan, range(numbers.start + third, numbers.stop - third), reach)


def _sharpest(scan: Scan, numbers: range, reach: Ints | None) -> int:
    # Looked for away from the edges, where a picture may still belong to a dissolve.
    rim = len(numbers) // 4
    inner = range(numbers.start + rim, max(numbers.stop - rim, numbers.start + rim + 1))
    sharpness = scan.sharpness[inner.start : inner.stop]
    if reach is None:
        return inner[int(np.argmax(sharpness))]
    good = np.flatnonzero(sharpness >= NEARLY_AS_SHARP * sharpness.max())
    return inner[int(good[np.argmin(reach[inner.start : inner.stop][good])])]


def looks_as_scanned(jpegs: Mapping[int, bytes], job: ClipJob) -> bool:
    """Whether pictures taken after a seek, by number, are those that the scan saw, which read from the beginning.

    A decoder that is entered between key pictures may give flat green or grey ones and end with code 0. A false alarm
    costs time only. High dynamic range is mapped to other tones, so there only flat pictures tell.
    """
    for number, jpeg in jpegs.items():
        grey = image_of(jpeg).mean(axis=2)[::4, ::4]
        seen = (float(job.scan.brightness[number]) * 255 - BLACK) * 255 / (WHITE - BLACK)
        if grey.std() < FLAT and job.scan.sharpness[number] > DETAILED:
            return False
        if job.footage.probe.transfer not in HDR_TRANSFERS and abs(grey.mean() - seen) > OTHER_TONE:
            return False
    return True
