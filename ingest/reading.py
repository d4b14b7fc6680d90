"""The one decode pass: ffmpeg decodes and shrinks every picture, and sends it with its time through a pipe."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import av
import cv2
import ffmpeg as graph
import numpy as np
from numpy.typing import NDArray

from cliplib.errors import Damaged
from cliplib.media.ffmpeg import Ffmpeg, failure, source
from cliplib.media.probe import millis, opened, picture_track
from cliplib.media.run import STALL_SECONDS, Outflow, stream
from ingest.changes import Boundary, find_boundaries
from ingest.likeness import SIDE, Pictures

CHUNK = 256
"""Pictures handed on at a time."""

ROUGH = 128
"""Pixels on each side of a picture in the pipe, after a quick shrinking. It is averaged to SIDE here: averaging over
whole pictures at once would cost a fifth of the decoding more; quick shrinking to the end would lose cuts to aliasing.
"""

BYTES = ROUGH * ROUGH * 3 // 2

EARLY = 4000
"""Seconds added to all times on their way through the pipe, which carries none below zero, and taken off again."""

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Rough:
    """Consecutive pictures of a footage as they come out of the pipe.

    Attributes:
        planes: uint8, shape (n, ROUGH * 3 / 2, ROUGH): luma, then both chromas at half size, as OpenCV wants I420.
        stamps: when the file says that each is shown, in seconds.
        at_ms: int64, shape (n,), milliseconds since the first picture of the footage.
        first: number of the first of these pictures in the footage.
    """

    planes: Bytes
    stamps: tuple[Fraction, ...]
    at_ms: NDArray[np.int64]
    first: int

    def __len__(self) -> int:
        return len(self.at_ms)

    @property
    def luma(self) -> Bytes:
        """Shape (n, ROUGH, ROUGH)."""
        return self.planes[:, :ROUGH]

    @cached_property
    def small(self) -> Pictures:
        """The same, averaged to what shot changes are looked for in."""
        half = SIDE // 2
        chroma = self.planes[:, ROUGH:].reshape(-1, ROUGH // 2, ROUGH // 2)
        return Pictures(
            luma=_averaged(self.luma, SIDE),
            chroma=_averaged(chroma, half).reshape(-1, 2, half, half),
            at_ms=self.at_ms,
            first=self.first,
        )


def _averaged(planes: Bytes, side: int) -> Bytes:
    size = (side, side)
    return np.stack([cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in planes]).astype(np.uint8)


def read_boundaries(ffmpeg: Ffmpeg, path: Path, *, threads: int = 1) -> Iterator[Boundary]:
    """Where shots end in a file, in order, each as soon as it is certain. Memory stays flat whatever the length.

    One thread decodes unless more are allowed (0: as many as there are cores): sooner done, for a tenth more CPU time.

    Raises:
        NotMedia, MediaError: the file cannot be decoded, or holds no moving picture.
        Stalled: decoding made no progress.
    """
    return find_boundaries(read_pictures(ffmpeg, path, threads=threads))


def read_pictures(
    ffmpeg: Ffmpeg, path: Path, *, threads: int = 1, stall_seconds: float = STALL_SECONDS
) -> Iterator[Pictures]:
    """All pictures of a file, SIDE x SIDE, in chunks, times from the first picture on; raises as `read_rough`."""
    for rough in read_rough(ffmpeg, path, threads=threads, stall_seconds=stall_seconds):
        yield rough.small


def read_rough(
    ffmpeg: Ffmpeg,
    path: Path,
    *,
    threads: int = 1,
    stall_seconds: float = STALL_SECONDS,
    complain: Callable[[str], None] = lambda _: None,
) -> Iterator[Rough]:
    """All pictures of a file's picture track in chunks, decoded once.

    Pictures are those shown: turned upright, edit lists applied, times exactly as the file says and never a frame
    count. What cannot be decoded is left out, as players do, and so is what does not come later than the one before:
    a recording joined byte for byte starts its clock again. A decoder hides errors as well as it can: `complain` is
    told in the end what it said of them, if anything.

    Raises:
        NotMedia, MediaError: it holds no moving picture.
        Damaged: none can be decoded.
        Stalled: decoding made no progress.
    """
    with opened(path) as container:
        track = picture_track(container, path)
        index, tick = track.index, Fraction(track.time_base or Fraction(1, 90_000))
    early = -int(-EARLY // tick)
    planes: list[Bytes] = []
    stamps: list[Fraction] = []
    begin: Fraction | None = None
    first = 0
    argv = _argv(ffmpeg, source(path, threads=threads, copyts=None)[str(index)], tick, early)
    with stream(argv, stall_seconds=stall_seconds) as outflow:
        for ticks, picture in _packets(outflow, tick):
            planes.append(picture)
            stamps.append((ticks - early) * tick)
            begin = stamps[0] if begin is None else begin
            if len(stamps) == CHUNK:
                yield _rough(planes, stamps, begin, first)
                first, planes, stamps = first + CHUNK, [], []
        done = outflow.finish()
    if done.returncode != 0:
        raise failure(done)
    if begin is None:
        raise Damaged(f"{path} holds no picture that can be decoded: {done.last_lines() or 'ffmpeg said nothing'}")
    if done.stderr:
        complain(done.last_lines())
    if stamps:
        yield _rough(planes, stamps, begin, first)


def _argv(ffmpeg: Ffmpeg, track: Any, tick: Fraction, early: int) -> list[str]:
    """NUT is the simplest container that carries raw pictures with exact times."""
    later = track.filter("select", "isnan(prev_selected_pts)+gt(pts,prev_selected_pts)")
    small = later.filter("scale", ROUGH, ROUGH, flags="fast_bilinear").filter("setsar", "1")
    output = graph.output(
        small.filter("setpts", f"PTS+{early}"), "pipe:1", format="nut", vcodec="rawvideo", pix_fmt="yuv420p",
        enc_time_base=f"{tick.numerator}:{tick.denominator}", fps_mode="passthrough",
    )  # fmt: skip
    general = ["-nostdin", "-hide_banner", "-v", "error", "-filter_threads", "1", "-max_error_rate", "1"]
    return [str(ffmpeg.path), *general, *graph.get_args(output)]


def _packets(outflow: Outflow, tick: Fraction) -> Iterator[tuple[int, Bytes]]:
    """Time in ticks and bytes of each picture in the pipe."""
    try:
        container = av.open(outflow, mode="r", format="nut")
    except (av.error.InvalidDataError, av.error.EOFError):
        return  # nothing was written; how the program ended says why
    with container:
        for packet in container.demux(video=0):
            if packet.pts is not None and packet.size == BYTES:
                yield round(packet.pts * packet.time_base / tick), np.frombuffer(bytes(packet), np.uint8)


def _rough(planes: Sequence[Bytes], stamps: Sequence[Fraction], begin: Fraction, first: int) -> Rough:
    return Rough(
        planes=np.stack(planes).reshape(-1, ROUGH * 3 // 2, ROUGH),
        stamps=tuple(stamps),
        at_ms=np.array([millis(at - begin) for at in stamps], np.int64),
        first=first,
    )
