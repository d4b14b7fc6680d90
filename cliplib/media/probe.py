"""What a video file really holds: opened safely with PyAV, measured from its packets and its first picture.

A name says nothing about a file, and a header may lie: the container is recognised by its bytes, among a list of real
media containers of which none opens a second file, and times are read off the packets.
"""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import av.error

from cliplib.errors import MediaError, NotMedia, SourceMissing
from cliplib.media.ffmpeg import DEMUXERS
from cliplib.records import AudioTrack, Probe
from cliplib.values import Rate

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

NOT_FOOTAGE = ("image2", "png_pipe", "jpeg_pipe", "ass", "srt", "webvtt", "s16le", "f32le", "lavfi")
"""Containers that rendering reads but that are no footage; image2 would also take a name as a pattern of names."""

FOOTAGE_DEMUXERS = ",".join(name for name in DEMUXERS.split(",") if name not in NOT_FOOTAGE)
MOST_STREAMS = 64
MOST_SIDE = 16_384
TRANSFERS = {
    1: "bt709",
    4: "gamma22",
    6: "smpte170m",
    13: "iec61966-2-1",
    14: "bt2020-10",
    15: "bt2020-12",
    16: "smpte2084",
    18: "arib-std-b67",
}
"""Names that ffmpeg gives to the numbers of ITU-T H.273, table 3."""

HDR_TRANSFERS = ("smpte2084", "arib-std-b67")


def check_regular(path: Path) -> None:
    """Refuse everything that is not a plain file, without opening it: opening a pipe would wait for ever.

    Raises:
        SourceMissing: there is nothing.
        NotMedia: a folder, pipe, device or socket.
    """
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise SourceMissing(f"{path}: {error.strerror}") from error
    if not stat.S_ISREG(mode):
        raise NotMedia(f"{path} is not a regular file")


@contextmanager
def opened(path: Path) -> Iterator["InputContainer"]:
    """A media file open for reading; every error of the libraries underneath comes out as one of ours.

    Raises:
        SourceMissing, NotMedia: see `check_regular`; also NotMedia where the bytes are no known media container.
        MediaError: reading failed later on.
    """
    check_regular(path)
    options = {"format_whitelist": FOOTAGE_DEMUXERS, "protocol_whitelist": "file"}
    try:
        container = av.open(f"file:{path}", options=options)
    except (av.error.FFmpegError, OSError) as error:
        raise NotMedia(f"{path} is no video file, or its header is damaged") from error
    with container:
        try:
            yield container
        except (av.error.FFmpegError, OSError) as error:
            raise MediaError(f"{path}: {error}") from error


def picture_track(container: "InputContainer", path: Path) -> "VideoStream":
    """The video track to use: no attached cover picture; the default one first, then the largest.

    Raises:
        NotMedia: there is none, or the file breaks a limit.
    """
    if len(container.streams) > MOST_STREAMS:
        raise NotMedia(f"{path} has {len(container.streams)} streams; at most {MOST_STREAMS} are read")
    cover = av.stream.Disposition.attached_pic | av.stream.Disposition.timed_thumbnails
    tracks = [track for track in container.streams.video if not track.disposition & cover and track.codec_context]
    if not tracks:
        raise NotMedia(f"{path} holds no moving picture")
    best = max(
        tracks,
        key=lambda t: (bool(t.disposition & av.stream.Disposition.default), t.width * t.height, -t.index),
    )
    if max(best.width, best.height) > MOST_SIDE:
        raise NotMedia(f"{path} is {best.width}x{best.height}; at most {MOST_SIDE} pixels a side are read")
    best.thread_type = "AUTO"
    return best


def sound_track(container: "InputContainer") -> int | None:
    """Index of the sound track to hear: the default one first, then the one with most channels; None without sound."""
    tracks = [track for track in container.streams.audio if track.codec_context and track.sample_rate]
    if not tracks:
        return None
    default = av.stream.Disposition.default
    return max(tracks, key=lambda t: (bool(t.disposition & default), t.channels, -t.index)).index


def decoded(container: "InputContainer", track: "VideoStream") -> Iterator["VideoFrame | None"]:
    """The pictures of a track in order of showing; None stands for a packet that cannot be decoded."""
    for packet in container.demux(track):
        try:
            yield from packet.decode()
        except av.error.FFmpegError:
            yield None


def probe(path: Path) -> Probe:
    """Read what a file holds.

    The whole file is read once (its packets, not its pictures), because headers may lie or lack the length.

    Raises:
        SourceMissing, NotMedia: nothing there, or no footage.
        MediaError: no picture can be decoded, or the pictures have no time stamps.
    """
    with opened(path) as container:
        track = picture_track(container, path)
        seen = _look_through(container, track)
        if seen.first is None:
            raise MediaError(f"{path}: no picture can be decoded")
        if seen.first.pts is None or not seen.times:
            raise MediaError(
                f"{path}: its pictures have no time stamps", "Put the stream into a container such as MP4 first."
            )
        return _described(container, track, seen)


@dataclass(slots=True)
class _Seen:
    """What a pass over the packets gathered: start times and lengths in units of the track's time base."""

    first: "VideoFrame | None" = None
    times: dict[int, int] = field(default_factory=dict)


def _look_through(container: "InputContainer", track: "VideoStream") -> _Seen:
    seen = _Seen()
    for packet in container.demux(track):
        if seen.first is None or seen.first.pts is None:
            try:
                seen.first = next(iter(packet.decode()), seen.first)
            except av.error.FFmpegError:
                continue  # some files begin in the middle of a group of pictures
        if packet.pts is not None and packet.size and not packet.is_discard:
            seen.times[packet.pts] = packet.duration or 0
    return seen


def _described(container: "InputContainer", track: "VideoStream", seen: _Seen) -> Probe:
    frame = seen.first
    assert frame is not None and frame.pts is not None and track.time_base is not None
    times = sorted(time for time in seen.times if time >= frame.pts) or [frame.pts]
    rate = _rate(track, times)
    last = seen.times.get(times[-1], 0) * track.time_base or 1 / rate
    rotation = -frame.rotation % 360
    width, height = _shown_size(frame, track, rotation)
    return Probe(
        length=max(1, millis((times[-1] - times[0]) * track.time_base + last)),
        rate=Rate(num=rate.numerator, den=rate.denominator),
        width=width,
        height=height,
        rotation=rotation,
        codec=track.codec_context.name,
        pixel_format=frame.format.name,
        transfer=TRANSFERS.get(int(frame.color_trc), ""),
        start=millis(frame.pts * track.time_base),
        audio=tuple(
            AudioTrack(
                index=sound.index,
                codec=sound.codec_context.name,
                sample_rate=sound.sample_rate,
                channels=sound.channels,
                language=sound.language or "",
            )
            for sound in container.streams.audio
            if sound.codec_context and sound.sample_rate
        ),
    )


def millis(seconds: Fraction) -> int:
    """Seconds as whole milliseconds, halves rounded up."""
    return int((seconds * 2000 + 1) // 2)


def _rate(track: "VideoStream", times: list[int]) -> Fraction:
    """The exact rate that the header names where the packets agree with it, else their average."""
    assert track.time_base is not None
    named = [rate for rate in (track.average_rate, track.guessed_rate, track.base_rate) if rate]
    if len(times) < 2:
        return named[0] if named else Fraction(25)
    measured = (len(times) - 1) / ((times[-1] - times[0]) * track.time_base)
    fitting = [rate for rate in named if abs(rate / measured - 1) < Fraction(1, 1000)]
    return fitting[0] if fitting else measured.limit_denominator(1001)


def _shown_size(frame: "VideoFrame", track: "VideoStream", rotation: int) -> tuple[int, int]:
    """Width and height as a viewer sees them: square pixels, upright."""
    aspect = track.sample_aspect_ratio or track.codec_context.sample_aspect_ratio or Fraction(1)
    width, height = max(1, round(frame.width * aspect)), frame.height
    return (height, width) if rotation in (90, 270) else (width, height)


def lead_in(path: Path, probe: Probe) -> int:
    """Milliseconds from where a player begins a file until its first picture, when its sound begins earlier.

    Subtitle files count from that moment; everything else here counts from the first picture.
    """
    with opened(path) as container:
        begins = container.start_time
    return 0 if begins is None else max(0, probe.start - millis(Fraction(begins, 1_000_000)))
