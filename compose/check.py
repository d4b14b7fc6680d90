"""Measure a finished film against its timeline before it gets its name. A film that fails is never handed over."""

import math
import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import ffmpeg as graph

from cliplib.errors import MediaError
from cliplib.media.ffmpeg import Ffmpeg, source
from cliplib.plans import Cut, Timeline
from compose.reading import as_stamped, picture_of
from compose.segments import fitted, frames_written
from compose.sound import QUIETEST, SAMPLE_RATE, loudness_in

BLACK_S = 1.0
FROZEN_S = 2.5
LOUDNESS_LU = 1.0
AAC_FRAME = 1024
SMALL = 320
"""Width that black and frozen pictures are looked for at."""

STILL_NOISE = 0.002
STILL_NOISE_SOURCE = 0.003
"""The source is compared more generously: encoding smooths the grain that keeps it from standing quite still."""


@dataclass(frozen=True, slots=True)
class Streams:
    """What the file says of itself: the two streams, the packets' times, and lengths in seconds."""

    video: str
    pixel_format: str
    width: int
    height: int
    packets: int
    steps: tuple[float, ...]
    audio: str
    sample_rate: int
    channels: int
    video_s: float
    audio_s: float


@dataclass(frozen=True, slots=True)
class Decoded:
    """What decoding the whole film shows. Stretches are seconds from and to; loudness in LUFS."""

    frames: int
    loudness: float
    black: tuple[tuple[float, float], ...]
    frozen: tuple[tuple[float, float], ...]


def check(ffmpeg: Ffmpeg, film: Path, timeline: Timeline) -> list[str]:
    """Measure a film; returns notes on what is worth knowing but no failure.

    Raises:
        MediaError: the film is not what the timeline says; lists everything that is wrong with it.
    """
    wrong = wrong_streams(streams_of(film), timeline)
    decoded = decode(ffmpeg, film)
    seconds = timeline.frames / float(timeline.rate.fraction)
    if decoded.frames != timeline.frames:
        wrong.append(f"it has {decoded.frames} pictures, the timeline {timeline.frames}")
    if decoded.loudness > QUIETEST and abs(decoded.loudness - timeline.loudness) > LOUDNESS_LU:
        wrong.append(f"its loudness is {decoded.loudness:.1f} LUFS, the target {timeline.loudness:.1f}")
    wrong += [f"it is black from {start:.1f} to {end:.1f} s" for start, end in decoded.black]
    notes = []
    for start, end in decoded.frozen:
        told = f"the picture stands still from {start:.1f} to {min(end, seconds):.1f} s"
        if _still_in_source(ffmpeg, timeline, start, min(end, seconds)):
            notes.append(f"{told}, as it does in the footage")
        else:
            wrong.append(f"{told}, but not in the footage")
    if wrong:
        raise MediaError(
            f"the finished film failed its check: {'; '.join(wrong)}",
            "Nothing was written under its name. Run again; if it fails again, look at the clips of these seconds.",
        )
    return notes


def streams_of(film: Path) -> Streams:
    """The facts of a film's streams, without decoding it."""
    with av.open(f"file:{film}") as container:
        if not container.streams.video or not container.streams.audio:
            raise MediaError("the finished film failed its check: it lacks a picture or a sound stream")
        video, audio = container.streams.video[0], container.streams.audio[0]
        times = sorted(packet.pts for packet in container.demux(video) if packet.pts is not None)
        base = video.time_base
        assert base is not None and audio.time_base is not None
        steps = Counter(b - a for a, b in pairwise(times))
        return Streams(
            video=video.codec_context.name,
            pixel_format=str(video.codec_context.pix_fmt),
            width=video.codec_context.width,
            height=video.codec_context.height,
            packets=len(times),
            steps=tuple(float(step * base) for step in sorted(steps)),
            audio=audio.codec_context.name,
            sample_rate=audio.codec_context.sample_rate,
            channels=audio.codec_context.channels,
            video_s=float((video.duration or 0) * base),
            audio_s=float((audio.duration or 0) * audio.time_base),
        )


def wrong_streams(found: Streams, timeline: Timeline) -> list[str]:
    """Everything about the streams that is not as it should be, in words."""
    frame = 1 / float(timeline.rate.fraction)
    apart = abs(found.video_s - found.audio_s)
    tests = [
        (found.video in ("h264", "libx264"), f"its picture is {found.video}, not h264"),
        (found.pixel_format == "yuv420p", f"its pixels are {found.pixel_format}, not yuv420p"),
        (
            (found.width, found.height) == (timeline.width, timeline.height),
            f"it is {found.width}x{found.height}, not {timeline.width}x{timeline.height}",
        ),
        (found.packets == timeline.frames, f"it holds {found.packets} pictures, the timeline {timeline.frames}"),
        (all(abs(step - frame) < 0.0005 for step in found.steps), "its frame rate is not constant"),
        (found.audio == "aac", f"its sound is {found.audio}, not aac"),
        (
            (found.sample_rate, found.channels) == (SAMPLE_RATE, 2),
            f"its sound has {found.sample_rate} Hz and {found.channels} channels, not {SAMPLE_RATE} and 2",
        ),
        (
            apart < frame + 2 * AAC_FRAME / SAMPLE_RATE,
            f"picture ({found.video_s:.3f} s) and sound ({found.audio_s:.3f} s) are not of one length",
        ),
    ]
    return [told for good, told in tests if not good]


def decode(ffmpeg: Ffmpeg, film: Path) -> Decoded:
    """Decode a film once and measure it."""
    read = source(film)
    picture = (
        read.video.filter("scale", SMALL, -2, flags="fast_bilinear")
        .filter("blackdetect", d=BLACK_S, pix_th=0.1, pic_th=0.98)
        .filter("freezedetect", n=STILL_NOISE, d=FROZEN_S)
    )
    sound = read.audio.filter("ebur128", framelog="verbose", peak="true")
    done = ffmpeg.make(_told(graph.output(picture, sound, "-", f="null")))
    black = re.findall(r"black_start:\s*([\d.]+) black_end:\s*([\d.]+)", done.stderr)
    return Decoded(
        frames=frames_written(done.stdout),
        loudness=loudness_in(done.stderr),
        black=tuple((float(start), float(end)) for start, end in black),
        frozen=tuple(_stretches(done.stderr)),
    )


def _stretches(said: str) -> list[tuple[float, float]]:
    """Frozen stretches; one that lasts to the end has no end in what ffmpeg says."""
    starts = [float(at) for at in re.findall(r"freeze_start: ([\d.]+)", said)]
    ends = [float(at) for at in re.findall(r"freeze_end: ([\d.]+)", said)]
    return list(zip(starts, ends + [math.inf] * (len(starts) - len(ends)), strict=True))


def _still_in_source(ffmpeg: Ffmpeg, timeline: Timeline, start: float, end: float) -> bool:
    """Whether the footage stands still too, in every cut that is seen for a good part of the stretch."""
    fps = float(timeline.rate.fraction)
    for cut in timeline.video:
        shared = min(end, (cut.at + cut.frames) / fps) - max(start, cut.at / fps)
        if shared > FROZEN_S / 2 and not _still(ffmpeg, timeline, cut, shared):
            return False
    return True


def _still(ffmpeg: Ffmpeg, timeline: Timeline, cut: Cut, seconds: float) -> bool:
    origin = next(each for each in timeline.sources if each.footage == cut.source)
    length = cut.frames * 1000 / float(timeline.rate.fraction)
    # Cropped as in the film: what moves outside its frame does not count.
    picture = fitted(picture_of(origin, cut.start, length), origin, timeline)
    picture = picture.filter("scale", SMALL, -2, flags="fast_bilinear").filter(
        "freezedetect", n=STILL_NOISE_SOURCE, d=f"{0.5 * seconds:.2f}"
    )
    said = ffmpeg.make(_told(as_stamped(graph.output(picture, "-", f="null")))).stderr
    # A stretch without an end lasts until the footage runs out, not until the cut does.
    there = min(length, max(0, origin.length - cut.start) if origin.length else length) / 1000
    return sum(min(to, there) - at for at, to in _stretches(said)) >= 0.7 * seconds


def _told(stream: Any) -> Any:
    """With what the measuring filters say, which is printed at level "info"."""
    return stream.global_args("-v", "info", "-nostats")
