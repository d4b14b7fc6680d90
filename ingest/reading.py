"""The one decode pass: ffmpeg decodes and shrinks every picture, and sends it with its time through a pipe.

The sound can come out of the same reading of the file.
"""

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
from cliplib.media.audio import SoundWanted, stereo_of
from cliplib.media.ffmpeg import Ffmpeg, failure, source
from cliplib.media.probe import opened, picture_track, sound_track
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

PIPE_BYTES = 1 << 20
"""Taken out of the pipe at a time."""

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Rough:
    """Consecutive pictures of a footage as they come out of the pipe.

    Attributes:
        planes: uint8, shape (n, ROUGH * 3 / 2, ROUGH): luma, then both chromas at half size, as OpenCV wants I420.
        ticks: int64, shape (n,), when the file says that each is shown, in units of `tick`.
        tick: seconds.
        at_ms: int64, shape (n,), milliseconds since the first picture of the footage.
        first: number of the first of these pictures in the footage.
    """

    planes: Bytes
    ticks: NDArray[np.int64]
    tick: Fraction
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
    """All planes (n, k * side, k * side) at once, one below the other: the mean of k x k never reaches across two."""
    count, _, wide = planes.shape
    tall = np.ascontiguousarray(planes).reshape(-1, wide)
    averaged: Bytes = cv2.resize(tall, (side, count * side), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return averaged.reshape(count, side, side)


def read_boundaries(ffmpeg: Ffmpeg, path: Path, *, threads: int = 1) -> Iterator[Boundary]:
    """Where shots end in a file, in order, each as soon as it is certain. Memory stays flat whatever the length.

    One thread decodes unless more are allowed (0: as many as there are cores): sooner done, for a tenth more CPU time.

    Raises:
        NotMedia, MediaError: the file cannot be decoded, or holds no moving picture.
        Stalled: decoding made no progress.
    """
    return find_boundaries(read_pictures(ffmpeg, path, threads=threads))


def read_pictures(ffmpeg: Ffmpeg, path: Path, *, threads: int = 1) -> Iterator[Pictures]:
    """All pictures of a file, SIDE x SIDE, in chunks, times from the first picture on; raises as `read_rough`."""
    for rough in read_rough(ffmpeg, path, threads=threads):
        yield rough.small


def read_rough(
    ffmpeg: Ffmpeg,
    path: Path,
    *,
    threads: int = 1,
    complain: Callable[[str], None] = lambda _: None,
    sound: SoundWanted | None = None,
) -> Iterator[Rough]:
    """All pictures of a file's picture track in chunks, decoded once; its sound beside them where it is wanted.

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
        heard = sound_track(container)
    early = -int(-EARLY // tick)
    read = source(path, threads=threads, copyts=None, skip_loop_filter="noref")
    outputs = [_small(read[str(index)], tick, early)]
    if sound is not None and heard is not None:
        outputs.append(stereo_of(read, heard, sound))
    begin: int | None = None
    first = 0
    with stream(_argv(ffmpeg, outputs), stall_seconds=STALL_SECONDS) as outflow:
        for planes, shown in _chunks(outflow, tick):
            ticks = shown - early
            begin = int(ticks[0]) if begin is None else begin
            yield Rough(planes, ticks, tick, in_units(ticks - begin, tick * 1000), first)
            first += len(ticks)
        done = outflow.finish()
    if done.returncode != 0:
        raise failure(done)
    if begin is None:
        raise Damaged(f"{path} holds no picture that can be decoded: {done.last_lines() or 'ffmpeg said nothing'}")
    if done.stderr:
        complain(done.last_lines())


def _small(track: Any, tick: Fraction, early: int) -> Any:
    """The pictures in NUT, the simplest container that carries raw ones with exact times."""
    later = track.filter("select", "isnan(prev_selected_pts)+gt(pts,prev_selected_pts)")
    small = later.filter("scale", ROUGH, ROUGH, flags="fast_bilinear").filter("setsar", "1")
    return graph.output(
        small.filter("setpts", f"PTS+{early}"), "pipe:1", format="nut", vcodec="rawvideo", pix_fmt="yuv420p",
        enc_time_base=f"{tick.numerator}:{tick.denominator}", fps_mode="passthrough",
    )  # fmt: skip


def _argv(ffmpeg: Ffmpeg, outputs: Sequence[Any]) -> list[str]:
    general = ["-nostdin", "-hide_banner", "-v", "error", "-filter_threads", "1", "-max_error_rate", "1"]
    return [str(ffmpeg.path), *general, *graph.get_args(graph.merge_outputs(*outputs).overwrite_output())]


def _chunks(outflow: Outflow, tick: Fraction) -> Iterator[tuple[Bytes, NDArray[np.int64]]]:
    """The pictures in the pipe, CHUNK at a time, and the time of each in ticks."""
    try:
        container = av.open(outflow, mode="r", format="nut", buffer_size=PIPE_BYTES)
    except (av.error.InvalidDataError, av.error.EOFError):
        return  # nothing was written; how the program ended says why
    with container:
        planes, shown = np.empty((CHUNK, BYTES), np.uint8), np.empty(CHUNK, np.int64)
        count = 0
        unit = Fraction(container.streams.video[0].time_base or tick) / tick
        for packet in container.demux(video=0):
            if packet.pts is None or packet.size != BYTES:
                continue
            planes[count] = np.frombuffer(bytes(packet), np.uint8)
            shown[count] = packet.pts
            count += 1
            if count == CHUNK:
                yield planes.reshape(-1, ROUGH * 3 // 2, ROUGH), in_units(shown, unit)
                planes, shown, count = np.empty_like(planes), np.empty_like(shown), 0
        if count:
            yield planes[:count].reshape(-1, ROUGH * 3 // 2, ROUGH), in_units(shown[:count], unit)


def in_units(times: NDArray[np.int64], unit: Fraction) -> NDArray[np.int64]:
    """Times of one unit in whole ones of another, halves rounded up; `unit` is how many of those one of these is."""
    rounded: NDArray[np.int64] = (times * (2 * unit.numerator) + unit.denominator) // (2 * unit.denominator)
    return rounded
