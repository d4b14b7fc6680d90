"""The one decode pass: ffmpeg decodes and shrinks every picture, and sends it with its time through a pipe."""

from collections.abc import Iterator
from pathlib import Path

import av
import ffmpeg as graph
import numpy as np
from numpy.typing import NDArray

from cliplib.errors import MediaError
from cliplib.media.ffmpeg import Ffmpeg, failure, source
from cliplib.media.run import STALL_SECONDS, Outflow, stream
from ingest.changes import Boundary, find_boundaries
from ingest.likeness import SIDE, Pictures

CHUNK = 256
"""Pictures handed on at a time."""

CLOCK = 90_000
"""Ticks per second of the times in the pipe; fine enough for any frame rate."""

ROUGH = 128
"""Pixels on each side after a first, quick shrinking. Averaging over whole pictures at once would cost a fifth of the
decoding more; quick shrinking to the end would lose cuts to aliasing."""

LUMA = SIDE * SIDE
BYTES = LUMA * 3 // 2

Bytes = NDArray[np.uint8]


def read_boundaries(ffmpeg: Ffmpeg, path: Path, *, threads: int = 1) -> Iterator[Boundary]:
    """Where shots end in a file, in order, each as soon as it is certain. Memory stays flat whatever the length.

    One thread decodes unless more are allowed (0: as many as there are cores): sooner done, for a tenth more CPU time.

    Raises:
        MediaError: the file cannot be decoded, or holds no moving picture.
        Stalled: decoding made no progress.
    """
    return find_boundaries(read_pictures(ffmpeg, path, threads=threads))


def read_pictures(
    ffmpeg: Ffmpeg, path: Path, *, threads: int = 1, stall_seconds: float = STALL_SECONDS
) -> Iterator[Pictures]:
    """All pictures of a file's first moving picture stream, SIDE x SIDE, in chunks, times from the first picture on.

    Pictures are those shown: turned upright, edit lists applied, times as the file says and never a frame count. What
    cannot be decoded is left out, as players do.

    Raises:
        MediaError: the file cannot be decoded, or holds no moving picture.
        Stalled: decoding made no progress.
    """
    planes: list[Bytes] = []
    ticks: list[int] = []
    first, start = 0, None
    with stream(_argv(ffmpeg, path, threads), stall_seconds=stall_seconds) as outflow:
        for tick, picture in _packets(outflow):
            start = tick if start is None else start
            planes.append(picture)
            ticks.append(tick - start)
            if len(ticks) == CHUNK:
                yield _pictures(planes, ticks, first)
                first, planes, ticks = first + CHUNK, [], []
        done = outflow.finish()
    if done.returncode != 0:
        raise failure(done)
    if start is None:
        raise MediaError(f"{path} holds no picture that can be decoded: {done.last_lines() or 'ffmpeg said nothing'}")
    if ticks:
        yield _pictures(planes, ticks, first)


def _argv(ffmpeg: Ffmpeg, path: Path, threads: int) -> list[str]:
    """V leaves cover pictures out; NUT is the simplest container that carries raw pictures with exact times."""
    opened = source(path, threads=threads)["V:0"]
    coarse = opened.filter("scale", ROUGH, ROUGH, flags="fast_bilinear")
    small = coarse.filter("scale", SIDE, SIDE, flags="area").filter("setsar", "1")
    output = graph.output(
        small, "pipe:1", format="nut", vcodec="rawvideo", pix_fmt="yuv420p", enc_time_base=f"1:{CLOCK}",
        avoid_negative_ts="make_zero",
    )  # fmt: skip
    general = ["-nostdin", "-hide_banner", "-v", "error", "-filter_threads", "1"]
    return [str(ffmpeg.path), *general, *graph.get_args(output)]


def _packets(outflow: Outflow) -> Iterator[tuple[int, Bytes]]:
    """Time in ticks and bytes of each picture in the pipe."""
    try:
        container = av.open(outflow, mode="r", format="nut")
    except (av.error.InvalidDataError, av.error.EOFError):
        return  # nothing was written; how the program ended says why
    with container:
        for packet in container.demux(video=0):
            if packet.pts is not None and packet.size == BYTES:
                yield int(packet.pts * packet.time_base * CLOCK), np.frombuffer(bytes(packet), np.uint8)


def _pictures(planes: list[Bytes], ticks: list[int], first: int) -> Pictures:
    raw = np.stack(planes)
    half = SIDE // 2
    return Pictures(
        luma=raw[:, :LUMA].reshape(-1, SIDE, SIDE),
        chroma=raw[:, LUMA:].reshape(-1, 2, half, half),
        at_ms=np.round(np.array(ticks, np.int64) * 1000 / CLOCK).astype(np.int64),
        first=first,
    )
