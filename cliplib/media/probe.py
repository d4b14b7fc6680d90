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
from typing import TYPE_CHECKING, Any

import av
import av.error

from cliplib.errors import Damaged, MediaError, NoPicture, NotMedia, SourceMissing, UnsteadyClock
from cliplib.media.ffmpeg import DEMUXERS
from cliplib.records import AudioTrack, Probe
from cliplib.values import Rate

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
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

LIVE_FORMATS = ("mpegts", "flv", "mpeg")
"""Containers that are written as they are sent, so that their clock may start again midway."""

BACK, AHEAD = Fraction(1, 5), Fraction(10)
"""Seconds by which the clock must jump to count as another one."""


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
        NoPicture, NotMedia: there is none, or the file breaks a limit.
    """
    if len(container.streams) > MOST_STREAMS:
        raise NotMedia(f"{path} has {len(container.streams)} streams; at most {MOST_STREAMS} are read")
    cover = av.stream.Disposition.attached_pic | av.stream.Disposition.timed_thumbnails
    tracks = [track for track in container.streams.video if not track.disposition & cover and track.codec_context]
    if not tracks:
        raise NoPicture(f"{path} holds no moving picture")
    best = max(
        tracks,
        key=lambda t: (bool(t.disposition & av.stream.Disposition.default), t.width * t.height, -t.index),
    )
    if max(best.width, best.height) > MOST_SIDE:
        raise NotMedia(f"{path} is {best.width}x{best.height}; at most {MOST_SIDE} pixels a side are read")
    best.thread_type = "AUTO"
    return best


def sound_tracks(container: "InputContainer") -> list[int]:
    """Indices of the sound tracks, the one to hear first: the default one, then those with most channels."""
    tracks = [track for track in container.streams.audio if track.codec_context and track.sample_rate]
    default = av.stream.Disposition.default
    tracks.sort(key=lambda t: (not t.disposition & default, -t.channels, t.index))
    return [track.index for track in tracks]


def sound_track(container: "InputContainer") -> int | None:
    """Index of the sound track to hear; None without sound."""
    return next(iter(sound_tracks(container)), None)


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
        Damaged: no picture can be decoded.
        UnsteadyClock: pictures have no time stamps, or these start again midway; `cliplib.media.steady` helps.
    """
    with opened(path) as container:
        track = picture_track(container, path)
        seen = _look_through(container, track)
        if seen.first is None:
            raise Damaged(f"{path}: no picture can be decoded")
        if seen.first.pts is None or not seen.times:
            raise UnsteadyClock(f"{path}: its pictures have no time stamps")
        if seen.untimed or seen.leaps:
            raise UnsteadyClock(f"{path}: the time stamps of its pictures do not rise all the way")
        return _described(container, track, seen)


@dataclass(slots=True)
class _Seen:
    """What a pass over the packets gathered: start times and lengths in units of the track's time base."""

    first: "VideoFrame | None" = None
    times: dict[int, int] = field(default_factory=dict)
    untimed: bool = False
    leaps: bool = False


def _look_through(container: "InputContainer", track: "VideoStream") -> _Seen:
    seen = _Seen()
    clock = Clock(container, track)
    for packet in container.demux(track):
        seen.untimed |= packet.size > 0 and packet.pts is None and packet.dts is None
        seen.leaps |= clock.leaps(packet)
        if seen.first is None or seen.first.pts is None:
            try:
                seen.first = next(iter(packet.decode()), seen.first)
            except av.error.FFmpegError:
                continue  # some files begin in the middle of a group of pictures
        if packet.pts is not None and packet.size and not packet.is_discard:
            seen.times[packet.pts] = packet.duration or 0
    return seen


class Clock:
    """Tells where the time stamps of a track start again: a stream that was joined byte for byte, or reconnected."""

    def __init__(self, container: "InputContainer", track: "Stream") -> None:
        tick = track.time_base or Fraction(1, 90_000)
        self._back = int(BACK / tick)
        # Elsewhere a long gap is a picture that is held.
        self._ahead = int(AHEAD / tick) if container.format.name in LIVE_FORMATS else None
        self._last: int | None = None

    def leaps(self, packet: "Packet[Any]") -> bool:
        """Whether the clock is another one from this packet on; packets come in the order of the file."""
        last, now = self._last, packet.dts
        self._last = last if now is None else now
        if last is None or now is None:
            return False
        return now < last - self._back or (self._ahead is not None and now > last + self._ahead)


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
        interlaced=bool(frame.interlaced_frame),
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
