"""The media of one clip: silent video exact to the frame, sound as WAV, a poster, and pictures for a vision engine."""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from cliplib.engines.base import TimedFrame
from cliplib.media.audio import excerpt, write_wav
from cliplib.media.clips import VIDEO, WAYS, Piece, made_how, sample
from cliplib.media.packets import Ints
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
        jpegs = _made(Piece(job.original, draft.span, tuple(sorted({*moments, poster}))), draft, job)
    with written(folder / POSTER) as temporary:
        temporary.write_bytes(jpegs[poster])
    if job.footage.probe.audio and not job.virtual:
        with written(folder / VOICE) as temporary:
            write_wav(temporary, excerpt(job.audio, draft.span))
    frames = tuple(TimedFrame(int(job.scan.times[k]), jpegs[k]) for k in moments)
    return draft.model_copy(update={"frames": frames})


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
    jpegs = sample(job.job.ffmpeg, Piece(job.original, draft.span, tuple(moments)))
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
