"""Posters, clips and voices by clip id, whole or in parts, and the outline of a voice for drawing."""

import re
import wave
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from cliplib.library import Library

TYPES = {"poster.jpg": "image/jpeg", "clip.mp4": "video/mp4", "voice.wav": "audio/wav"}
"""The files of a clip that the page may have; there is no way to name another one."""

CHUNK = 256 * 1024
PEAKS_PER_SECOND = 100
RANGE = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))")


class OutOfRange(Exception):
    """A range that is not one stretch of the file."""


def media_file(library: Library, clip: str, name: str) -> Path | None:
    """Where a file of a clip lies; None where it was not made, such as the voice of a silent clip.

    Raises:
        UnknownRecord: the library has no such clip, so no id becomes a path that it does not know.
    """
    library.require([clip])
    path = library.media / clip / name
    return path if name in TYPES and path.is_file() else None


def part_of(header: str | None, size: int) -> tuple[int, int] | None:
    """First byte and end (not included) that a Range header asks for; None for the whole.

    >>> part_of("bytes=0-99", 1000), part_of("bytes=990-", 1000), part_of("bytes=-5", 1000)
    ((0, 100), (990, 1000), (995, 1000))

    Raises:
        OutOfRange: the header names nothing in the file, or several stretches: no player needs them.
    """
    if header is None:
        return None
    found = RANGE.fullmatch(header.strip())
    if found is None:
        raise OutOfRange
    first, last, tail = found.groups()
    start = max(0, size - int(tail)) if tail else int(first)
    end = min(size, int(last) + 1) if last else size
    if start >= end:
        raise OutOfRange
    return start, end


def served(request: Request, path: Path) -> Response:
    """The file as an answer: whole (200), a part (206), not changed (304), or no such part (416)."""
    seen = path.stat()
    tag = f'"{seen.st_mtime_ns:x}-{seen.st_size:x}"'
    headers = {"etag": tag, "accept-ranges": "bytes", "cache-control": "private, max-age=600"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    asked = request.headers.get("range") if request.headers.get("if-range", tag) == tag else None
    try:
        part = part_of(asked, seen.st_size)
    except OutOfRange:
        return Response(status_code=416, headers={"content-range": f"bytes */{seen.st_size}"})
    start, end = part or (0, seen.st_size)
    headers["content-length"] = str(end - start)
    if part is not None:
        headers["content-range"] = f"bytes {start}-{end - 1}/{seen.st_size}"
    status, kind = 200 if part is None else 206, TYPES[path.name]
    if end - start <= CHUNK:
        return Response(b"".join(_read(path, start, end)), status, headers, media_type=kind)
    return StreamingResponse(_read(path, start, end), status, headers, media_type=kind)


def _read(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while start < end and (chunk := file.read(min(CHUNK, end - start))):
            start += len(chunk)
            yield chunk


def peaks(path: Path) -> list[int]:
    """The loudest sample of each hundredth of a second, 0 to 100 of full scale; remembered while the file stays."""
    return list(_peaks(path, path.stat().st_mtime_ns))


@lru_cache(maxsize=512)
def _peaks(path: Path, stamp: int) -> tuple[int, ...]:
    with wave.open(str(path), "rb") as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int32)
        width = file.getframerate() * file.getnchannels() // PEAKS_PER_SECOND
    if not len(samples):
        return ()
    highest = np.maximum.reduceat(np.abs(samples), np.arange(0, len(samples), width))
    return tuple(round(100 * value / 32_768) for value in highest.tolist())
