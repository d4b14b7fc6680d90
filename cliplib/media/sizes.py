"""The packets of a file's picture track: how large each is, which are keyframes, and pictures of chosen ones only."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from cliplib.errors import MediaError
from cliplib.media.probe import opened, picture_track

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

PREDICTED = ("h264", "hevc")
"""Codecs whose packet sizes say how much a picture differs from those before."""

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class PacketSizes:
    """The packets of a picture track, one per picture, in the order in which pictures are shown.

    Attributes:
        tick: seconds.
        ticks: when each picture is shown, in units of `tick`, ascending.
        size: bytes of each.
        key: which can be decoded without others.
        place: place of each in the order of the file.
    """

    tick: Fraction
    ticks: Ints
    size: Ints
    key: NDArray[np.bool_]
    place: Ints

    def __len__(self) -> int:
        return len(self.ticks)

    @property
    def keys(self) -> list[int]:
        """Numbers of the keyframes."""
        return [int(number) for number in np.flatnonzero(self.key)]


def read_sizes(path: Path) -> PacketSizes:
    """Read all packets, decode none.

    Raises:
        MediaError: of another codec, without clear times, or not every picture is shown; and see `opened`.
        SourceMissing, NotMedia: see `opened`.
    """
    rows: list[tuple[int, int, bool]] = []
    with opened(path) as container:
        track = picture_track(container, path)
        codec, tick = track.codec_context.name, Fraction(track.time_base or 0)
        if codec not in PREDICTED or not tick:
            raise MediaError(f"sizes of {codec} packets say nothing of changes")
        for packet in container.demux(track):
            if packet.size:
                if packet.pts is None or packet.is_discard or packet.is_corrupt:
                    raise MediaError("its packets have no clear times")
                rows.append((packet.pts, packet.size, packet.is_keyframe))
    pts = np.array([row[0] for row in rows], np.int64)
    place = np.argsort(pts, kind="stable")
    ticks = pts[place]
    if not rows or not rows[0][2] or place[0] != 0 or (np.diff(ticks) <= 0).any():
        raise MediaError("it does not begin with a keyframe, or its times repeat")
    size, key = np.array([row[1] for row in rows], np.int64), np.array([row[2] for row in rows])
    return PacketSizes(tick, ticks, size[place], key[place], place)


def decode_places(
    path: Path, packets: PacketSizes, spans: Sequence[tuple[int, int]], side: int, *, quick: bool = False
) -> Iterator[tuple[int, Ints, Bytes]]:
    """The pictures of chosen stretches of a file, each beginning at a keyframe.

    Args:
        path: the file.
        packets: its packets.
        spans: first and last place of each stretch, in the order of the file, ascending and apart.
        side: width and height to which pictures are squeezed.
        quick: leave out pictures that no other one needs, and do not smooth the blocks: half the work.

    Yields:
        Which stretch it is; the numbers of its pictures in order of showing, none before the keyframe; and these as
        I420 planes, uint8, shape (n, side * 3 / 2, side).

    Raises:
        MediaError: one cannot be decoded.
    """
    with opened(path) as container:
        track = picture_track(container, path)
        track.codec_context.options = {"skip_loop_filter": "all" if quick else "noref"}
        track.codec_context.skip_frame = "NONREF" if quick else "DEFAULT"
        track.codec_context.thread_count = 1  # more would each decode ahead of where a stretch ends
        squeeze = _Squeeze(side)
        which, place = 0, -1
        kept: dict[int, Bytes] = {}
        for packet in container.demux(track):
            place += bool(packet.size)
            if which == len(spans):
                break
            first, last = spans[which]
            if not packet.size or place < first:
                continue
            kept.update((frame.pts, squeeze(frame)) for frame in packet.decode() if frame.pts is not None)
            if place == last:
                kept.update((frame.pts, squeeze(frame)) for frame in _rest(track) if frame.pts is not None)
                yield which, *_in_order(kept, packets, first)
                which, kept = which + 1, {}


def _rest(track: "VideoStream") -> "list[VideoFrame]":
    """What the decoder still holds; it is ready for another keyframe afterwards."""
    frames: list[VideoFrame] = []
    with suppress(av.error.EOFError):
        frames = track.codec_context.decode(None)
    track.codec_context.flush_buffers()
    return frames


def _in_order(kept: dict[int, Bytes], packets: PacketSizes, first: int) -> tuple[Ints, Bytes]:
    times = np.array(sorted(kept), np.int64)
    numbers = np.searchsorted(packets.ticks, times)
    begin = int(np.flatnonzero(packets.place == first)[0])
    clear = numbers >= begin
    if not clear.any() or (packets.ticks[np.minimum(numbers, len(packets) - 1)] != times).any():
        raise MediaError("its pictures have other times than its packets")
    return numbers[clear], np.stack([kept[int(time)] for time in times[clear]])


class _Squeeze:
    """Makes small pictures, all with one scaler."""

    def __init__(self, side: int) -> None:
        self._side = side
        self._scaler = VideoReformatter()

    def __call__(self, frame: "VideoFrame") -> Bytes:
        small = self._scaler.reformat(
            frame, self._side, self._side, "yuv420p", interpolation=Interpolation.FAST_BILINEAR
        )
        return small.to_ndarray().astype(np.uint8, copy=False)
