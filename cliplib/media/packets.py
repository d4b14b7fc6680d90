"""When the pictures of a file are shown and where reading may begin, told from its packets without decoding."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from av.sidedata.sidedata import Type
from numpy.typing import NDArray

from cliplib.errors import MediaError
from cliplib.media import h264
from cliplib.media.probe import decoded, opened, picture_track
from cliplib.records import Probe
from cliplib.values import Span

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

Ints = NDArray[np.int64]

NEAR = 16
"""Packets ahead up to which reading on is preferred to a jump."""


@dataclass(frozen=True, slots=True)
class Packets:
    """The packets of a picture track in the order of decoding.

    Attributes:
        pts, dts: int64, shape (n,), time stamps in ticks.
        key: bool, shape (n,), whether decoding may begin there; for H.264 in MP4 and Matroska only at IDR pictures.
        shown: bool, shape (n,), whether an edit list lets it be seen.
        tick: seconds per tick.
        header: what the container says to the decoder; for H.264 in MP4 and Matroska an avcC.
    """

    pts: Ints
    dts: Ints
    key: NDArray[np.bool_]
    shown: NDArray[np.bool_]
    tick: Fraction
    header: bytes


def read_packets(path: Path) -> Packets:
    """Read the packets that hold a picture to be shown, or one that these need.

    Raises:
        SourceMissing, NotMedia: nothing there, or no footage.
        MediaError: reading failed, or a packet has no time stamp.
    """
    stamps: list[tuple[int, int, bool, bool]] = []
    with opened(path) as container:
        track = picture_track(container, path)
        header = track.codec_context.extradata or b""
        framed = track.codec_context.name == "h264" and h264.is_framed(header)
        for packet in container.demux(track):
            if not packet.size:
                continue
            if packet.pts is None:
                raise MediaError(f"{path}: a picture has no time stamp")
            enters = packet.is_keyframe and (not framed or h264.is_idr(bytes(packet)))
            stamps.append((packet.pts, packet.pts if packet.dts is None else packet.dts, enters, not packet.is_discard))
        tick = Fraction(track.time_base or 0)
    if not stamps:
        raise MediaError(f"{path}: it holds no picture")
    pts, dts, *flags = zip(*stamps, strict=True)
    key, shown = (np.array(flag, bool) for flag in flags)
    return Packets(np.array(pts, np.int64), np.array(dts, np.int64), key, shown, tick, header)


@dataclass(frozen=True)
class Original:
    """A file that clips are made of.

    Attributes:
        path, probe: the file, and what it holds.
        start: time stamp of its first picture in seconds.
        times: int64, shape (n,), when each picture is shown, in ms from the first.
        length: ms from the first picture to the end of the last.
        damaged: whether some of its pictures cannot be decoded.
    """

    path: Path
    probe: Probe
    start: Fraction
    times: Ints
    length: int
    damaged: bool = False

    @classmethod
    def of(cls, path: Path, probe: Probe) -> "Original":
        """What the packets alone say of a file; raises as `read_packets`."""
        packets = read_packets(path)
        start = Fraction(probe.start, 1000)
        shown = np.unique(packets.pts[packets.shown])
        begin = int(shown[np.argmin(abs(shown * float(packets.tick) - float(start)))])
        shown = shown[shown >= begin]
        times = _millis(shown - begin, packets.tick)
        return cls(path, probe, begin * packets.tick, times, max(probe.length, int(times[-1]) + 1))

    @cached_property
    def packets(self) -> Packets:
        """The packets of the picture track, read when first asked for; raises as `read_packets`."""
        return read_packets(self.path)

    @cached_property
    def ticks(self) -> Ints:
        """Time stamp of each picture, in ticks.

        Raises:
            MediaError: the packets do not tell of the same pictures as `times`, so that they cannot be told apart.
        """
        packets = self.packets
        begin = self.start / packets.tick
        shown = np.unique(packets.pts[packets.shown & (packets.pts >= int(begin))])
        if begin.denominator != 1 or not np.array_equal(_millis(shown - int(begin), packets.tick), self.times):
            raise MediaError(f"{self.path}: its packets do not agree with its pictures")
        return shown

    @cached_property
    def place(self) -> Ints:
        """For each picture the number of its packet in the order of decoding."""
        order = np.argsort(self.packets.pts, kind="stable")
        found: Ints = order[np.searchsorted(self.packets.pts, self.ticks, sorter=order)]
        return found

    @cached_property
    def entries(self) -> Ints:
        """Numbers of the packets where decoding may begin, ascending."""
        return np.flatnonzero(self.packets.key)

    @cached_property
    def reach(self) -> Ints:
        """For each picture how many must be decoded before it when reading jumps to the nearest place.

        Raises:
            MediaError: the packets do not tell.
        """
        keys = self.entries[np.argsort(self.packets.pts[self.entries], kind="stable")]
        nearest = np.searchsorted(self.packets.pts[keys], self.ticks, side="right") - 1
        ahead: Ints = self.place - np.append(keys, 0)[nearest]
        return ahead

    def numbers(self, span: Span) -> range:
        """Numbers of the pictures that a span holds."""
        first, last = np.searchsorted(self.times, [span.start, span.end])
        return range(int(first), int(last))

    def entry(self, number: int) -> int:
        """Number of the packet where decoding is to begin to get a picture."""
        return int(self.place[number] - self.reach[number])

    def number(self, place: int) -> int:
        """Number of the picture in a packet; -1 where it is not shown."""
        at = int(np.searchsorted(self.ticks, self.packets.pts[place]))
        shown = at < len(self.ticks) and self.ticks[at] == self.packets.pts[place]
        return at if shown else -1

    def keys(self, numbers: range) -> Ints:
        """Numbers of the packets among `entries` whose picture is one of these."""
        if not numbers:
            return self.entries[:0]
        pts, shown = self.packets.pts[self.entries], self.packets.shown[self.entries]
        inside: Ints = self.entries[shown & (pts >= self.ticks[numbers.start]) & (pts <= self.ticks[numbers.stop - 1])]
        return inside


def _millis(ticks: Ints, tick: Fraction) -> Ints:
    """Ticks as whole milliseconds, halves rounded up."""
    millis: Ints = (ticks * (2000 * tick.numerator) + tick.denominator) // (2 * tick.denominator)
    return millis


def is_upright(frame: "VideoFrame", probe: Probe) -> bool:
    """Whether a decoded picture is shown as it is: not turned, not stretched, not in two fields."""
    said: Any = frame.side_data
    turned = said.get(Type.DISPLAYMATRIX) is not None
    return (frame.width, frame.height) == (probe.width, probe.height) and not turned and not frame.interlaced_frame


def pictures(original: Original, wanted: Sequence[int]) -> Iterator[tuple[int, "VideoFrame"]]:
    """Decode chosen pictures, and of the others only those that these need.

    One thread decodes: clips are made side by side.

    Args:
        original: the file.
        wanted: numbers of pictures, ascending, each once.

    Raises:
        MediaError: one cannot be had.
    """
    with opened(original.path) as container:
        track = picture_track(container, original.path)
        track.codec_context.thread_count = 1
        reader = _Reader(original, container, track)
        for number in wanted:
            yield number, reader.picture(number)


class _Reader:
    """Goes through a file from picture to picture, and jumps where that saves decoding."""

    def __init__(self, original: Original, container: "InputContainer", track: "VideoStream") -> None:
        self._original, self._container, self._track = original, container, track
        self._frames: Iterator[VideoFrame | None] = iter(())
        self._at = -1
        """Place, among the packets in order of decoding, of the last picture that came out; -1 before the first."""

    def picture(self, number: int) -> "VideoFrame":
        entry = self._original.entry(number)
        if self._at < 0 or entry > self._at + NEAR:
            self._container.seek(int(self._original.packets.dts[entry]), stream=self._track)
            self._frames = decoded(self._container, self._track)
        tick = int(self._original.ticks[number])
        for frame in self._frames:
            if frame is not None and frame.pts is not None and frame.pts >= tick:
                self._at = int(self._original.place[number])
                if frame.pts == tick:
                    return frame
                break
        raise MediaError(f"{self._original.path}: picture {number} cannot be decoded by itself")
