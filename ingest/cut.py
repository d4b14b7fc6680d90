"""The media of one clip: silent video exact to the frame, sound as WAV, a poster, and pictures for a vision engine."""

from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import ffmpeg as graph
import numpy as np

from cliplib.engines.base import TimedFrame
from cliplib.errors import MediaError
from cliplib.media.audio import excerpt, write_wav
from cliplib.media.ffmpeg import source
from cliplib.media.frames import Grabbed, grab, image_of
from cliplib.media.probe import HDR_TRANSFERS, opened, picture_track
from cliplib.records import Probe
from cliplib.values import Span
from ingest.draft import ClipJob, Draft
from ingest.keep import written
from ingest.shots import Scan

VERSION = 1
CLIP, VOICE, POSTER = "clip.mp4", "voice.wav", "poster.jpg"

LONGEST_SIDE = 768
FEWEST_FRAMES, MOST_FRAMES = 3, 8
MS_PER_FRAME = 1500

SEEK_MARGIN = 1.0
"""Seconds before a clip where reading begins, at least."""

FIRST_MARGIN = 0.001

BLACK, WHITE = 16, 235
"""Luma of black and white in video."""

FLAT, DETAILED, OTHER_TONE = 2.0, 0.1, 56.0
"""Spread of grey of a flat picture at most, sharpness of one that is not at least, and grey levels to another tone."""

FINEST_TICK = 90_000
"""Ticks per second that the clip's time stamps have at least."""


def cut(draft: Draft, job: ClipJob) -> Draft:
    """Make clip.mp4, voice.wav and poster.jpg of a clip.

    Raises:
        MediaError: the source cannot be decoded there, or the result does not have every frame of the span.
        DiskFull: no space left.
    """
    folder = job.folder(draft)
    moments = frame_moments(job.scan, draft.span)
    poster = poster_moment(job.scan, draft.span)
    at = sorted({*moments, poster})
    with job.encoders:
        grabbed = _encode(draft.span, job, folder / CLIP, [_inside(job.scan, draft.span, k) for k in at])
    jpegs = dict(zip(at, grabbed.jpegs, strict=True))
    with written(folder / POSTER) as temporary:
        temporary.write_bytes(jpegs[poster])
    if job.footage.probe.audio:
        with written(folder / VOICE) as temporary:
            write_wav(temporary, excerpt(job.audio, draft.span))
    frames = tuple(TimedFrame(int(job.scan.times[k]), jpegs[k]) for k in moments)
    return draft.model_copy(update={"frames": frames})


def is_cut(draft: Draft, job: ClipJob) -> bool:
    """Whether the media are there; they have their names only when they are complete."""
    names = (CLIP, POSTER, *((VOICE,) if job.footage.probe.audio else ()))
    return all((job.folder(draft) / name).is_file() for name in names)


def frames_of(draft: Draft, job: ClipJob) -> tuple[TimedFrame, ...]:
    """The pictures for a vision engine: those at hand, else taken from the clip that is cut already."""
    if draft.frames:
        return draft.frames
    moments = frame_moments(job.scan, draft.span)
    at = [_inside(job.scan, draft.span, k) for k in moments]
    grabbed = grab(job.folder(draft) / CLIP, at, LONGEST_SIDE)
    return tuple(TimedFrame(int(job.scan.times[k]), jpeg) for k, jpeg in zip(moments, grabbed.jpegs, strict=True))


def frame_numbers(scan: Scan, span: Span) -> range:
    """Numbers of the pictures that a span holds."""
    first, last = np.searchsorted(scan.times, [span.start, span.end])
    return range(int(first), int(last))


def frame_moments(scan: Scan, span: Span) -> list[int]:
    """Numbers of 3-8 pictures spread over a span, the sharpest of each part, fewer where it has fewer."""
    numbers = frame_numbers(scan, span)
    wanted = min(len(numbers), max(FEWEST_FRAMES, min(MOST_FRAMES, round(span.length / MS_PER_FRAME))))
    bounds = [numbers.start + len(numbers) * part // wanted for part in range(wanted + 1)]
    return [_sharpest(scan, range(a, b)) for a, b in pairwise(bounds)]


def poster_moment(scan: Scan, span: Span) -> int:
    """Number of the sharpest picture in the middle third."""
    numbers = frame_numbers(scan, span)
    third = len(numbers) // 3
    return _sharpest(scan, range(numbers.start + third, numbers.stop - third))


def _sharpest(scan: Scan, numbers: range) -> int:
    # Looked for away from the edges, where a picture may still belong to a dissolve.
    rim = len(numbers) // 4
    inner = range(numbers.start + rim, max(numbers.stop - rim, numbers.start + rim + 1))
    return inner[int(np.argmax(scan.sharpness[inner.start : inner.stop]))]


def _inside(scan: Scan, span: Span, number: int) -> int:
    """A moment of the clip at which this picture is shown, away from its edges."""
    end = int(scan.times[number + 1]) if number + 1 < len(scan.times) else scan.length
    return (int(scan.times[number]) + end) // 2 - span.start


def _encode(span: Span, job: ClipJob, target: Path, at: list[int]) -> Grabbed:
    """Encode the span and check the result; from the file's beginning if the container cannot be entered midway."""
    if _seek_point(job.scan, span) is None:
        return _encode_once(span, job, target, at, seek=False)
    with suppress(MediaError):
        grabbed = _encode_once(span, job, target, at, seek=True)
        if looks_as_scanned(grabbed, [span.start + moment for moment in at], job):
            return grabbed
    return _encode_once(span, job, target, at, seek=False)


def looks_as_scanned(grabbed: Grabbed, times: list[int], job: ClipJob) -> bool:
    """Whether pictures taken after a seek are those that the scan saw, which read from the beginning.

    A decoder that is entered between key pictures may give flat green or grey ones and end with code 0. A false alarm
    costs time only. High dynamic range is mapped to other tones, so there only flat pictures tell.
    """
    for at, jpeg in zip(times, grabbed.jpegs, strict=True):
        number = int(np.searchsorted(job.scan.times, at, "right")) - 1
        grey = image_of(jpeg).mean(axis=2)[::4, ::4]
        seen = (float(job.scan.brightness[number]) * 255 - BLACK) * 255 / (WHITE - BLACK)
        if grey.std() < FLAT and job.scan.sharpness[number] > DETAILED:
            return False
        if job.footage.probe.transfer not in HDR_TRANSFERS and abs(grey.mean() - seen) > OTHER_TONE:
            return False
    return True


def _encode_once(span: Span, job: ClipJob, target: Path, at: list[int], *, seek: bool) -> Grabbed:
    with written(target) as temporary:
        with opened(job.path) as container:
            track = picture_track(container, job.path).index
        entry = _seek_point(job.scan, span) if seek else None
        # Time stamps stay those of the file, so that a picture is told by the same figure as in the scan.
        where = {} if entry is None else {"ss": f"{entry:.6f}", "seek_timestamp": 1, "noaccurate_seek": None}
        pictures = source(job.path, copyts=None, reinit_filter=0, **where)[str(track)]
        stream = upright(trimmed(pictures, job.scan, span), job.footage.probe)
        output = graph.output(stream, str(temporary), **_encoding(job.footage.probe))
        job.job.ffmpeg.make(output, tolerant=bool(job.scan.damage))
        grabbed = grab(temporary, at, LONGEST_SIDE)
        wanted = len(frame_numbers(job.scan, span))
        if grabbed.count != wanted:
            raise MediaError(f"{job.path}: {span.start}-{span.end} ms has {wanted} pictures, {grabbed.count} were cut")
    return grabbed


def _seek_point(scan: Scan, span: Span) -> float | None:
    """The time stamp in seconds from which to read; None for the beginning."""
    return None if span.start < SEEK_MARGIN * 1000 else float(scan.start) + span.start / 1000 - SEEK_MARGIN


def trimmed(pictures: Any, scan: Scan, span: Span) -> Any:
    """Exactly the pictures of a span: the borders lie halfway between two pictures, where no rounding can reach."""
    numbers = frame_numbers(scan, span)
    # A bound at the first picture too: some files have pictures without a time stamp before it.
    bounds = {"start": f"{_between(scan, numbers.start) if numbers.start else float(scan.start) - FIRST_MARGIN:.6f}"}
    if numbers.stop < len(scan.times):
        bounds["end"] = f"{_between(scan, numbers.stop):.6f}"
    return pictures.filter("trim", **bounds).filter("setpts", "PTS-STARTPTS")


def _between(scan: Scan, number: int) -> float:
    return float(scan.start) + int(scan.times[number - 1] + scan.times[number]) / 2000


def upright(pictures: Any, probe: Probe) -> Any:
    """Pictures as a viewer sees them: square pixels, even sides, standard range. ffmpeg itself turns them upright."""
    if probe.interlaced:
        # One picture for one, so that times stay; pictures that say that they are not interlaced are left as they are.
        pictures = pictures.filter("bwdif", mode="send_frame", deint="interlaced")
    if probe.transfer in HDR_TRANSFERS:
        pictures = pictures.filter("zscale", t="linear", npl=100).filter("format", "gbrpf32le")
        pictures = pictures.filter("zscale", p="bt709").filter("tonemap", tonemap="hable", desat=0)
        pictures = pictures.filter("zscale", t="bt709", m="bt709", r="tv")
    width, height = (max(2, side // 2 * 2) for side in (probe.width, probe.height))
    pictures = pictures.filter("scale", width, height, flags="bicubic", out_range="tv")
    return pictures.filter("setsar", "1").filter("format", "yuv420p")


def _encoding(probe: Probe) -> dict[str, Any]:
    """Output options: H.264 with closed groups of pictures, no sound, nothing of the source's metadata."""
    ticks = -(-FINEST_TICK // probe.rate.num) * probe.rate.num
    return {
        "vcodec": "libx264",
        "preset": "veryfast",
        # With several threads x264 writes other bytes now and then; clips are encoded side by side instead.
        "threads": 1,
        "crf": 20,
        "pix_fmt": "yuv420p",
        "flags": "+cgop",
        "g": max(2, round(2 * probe.rate.num / probe.rate.den)),
        "fps_mode": "passthrough",
        "enc_time_base": f"1:{ticks}",
        "video_track_timescale": ticks,
        "color_range": "tv",
        "movflags": "+faststart",
        "fflags": "+bitexact",
        "map_metadata": -1,
        "map_chapters": -1,
        "an": None,
        "format": "mp4",
    }
