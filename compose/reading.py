"""Read a stretch of footage as ffmpeg streams that begin at the very picture and sample that was asked for."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import av

from cliplib.media.ffmpeg import source
from cliplib.plans import Source

WITHOUT_INDEX = ("mpegts", "mpeg")
"""Containers that ffmpeg cannot seek in exactly: it may land behind the key picture and lose all up to the next one."""

RUN_UP_MS = 12_000
"""Read before a cut in such a container; key pictures are hardly ever further apart."""

HIGH_DEFINITION = 720
UNSPECIFIED = 2
"""ITU-T H.273, table 4."""


def picture_of(origin: Source, start: int, length: float) -> Any:
    """The pictures from `start` on for `length`, both in milliseconds of the footage, with time stamps from 0 on.

    The command that uses them must go through `as_stamped`.
    """
    begin, end = _stretch(origin, start, length)
    return _opened(origin, start).video.filter("trim", start=begin, end=end).filter("setpts", f"PTS-{begin}/TB")


def sound_of(origin: Source, start: int, length: float) -> Any:
    """The sound of the same stretch, in the same way; the source must have a sound stream."""
    begin, end = _stretch(origin, start, length)
    heard = _opened(origin, start)[str(origin.audio_stream)]
    return heard.filter("atrim", start=begin, end=end).filter("asetpts", f"PTS-{begin}/TB")


def as_stamped(command: Any) -> Any:
    """A command that leaves time stamps as the files have them.

    Otherwise ffmpeg moves them so that reading begins at 0, for transport streams by rules of their own.
    """
    return command.global_args("-copyts")


def _stretch(origin: Source, start: int, length: float) -> tuple[str, str]:
    """The time stamps of begin and end, in seconds.

    Times on the footage are rounded to milliseconds: beginning and ending one earlier takes in the first picture of a
    shot and leaves out that of the next.
    """
    begin = origin.start + start - 1
    return f"{begin / 1000:.3f}", f"{(begin + length) / 1000:.4f}"


def _opened(origin: Source, start: int) -> Any:
    """The file, read from the last key picture before the stretch, or some time before where that cannot be found."""
    ahead = start - (RUN_UP_MS if _facts(origin.path).container in WITHOUT_INDEX else 1)
    options = {"ss": f"{(origin.start + ahead) / 1000:.3f}", "seek_timestamp": 1} if ahead > 0 else {}
    return source(Path(origin.path), noaccurate_seek=None, **options)


def matrix_of(origin: Source) -> str:
    """The colour matrix that the pictures are to be read with, as the filter `scale` names it.

    "auto" takes what the file says and, where it says nothing, that of standard definition; what says nothing and has
    at least 720 lines is BT.709, as players take it.
    """
    facts = _facts(origin.path)
    return "bt709" if facts.unmarked and facts.lines >= HIGH_DEFINITION else "auto"


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a file's content says: container format, lines of the picture, and whether its colour matrix is not told."""

    container: str
    lines: int
    unmarked: bool


@lru_cache(maxsize=256)
def _facts(path: str) -> _Facts:
    with av.open(f"file:{path}") as container:
        codec = container.streams.video[0].codec_context
        return _Facts(container.format.name, min(codec.width, codec.height), int(codec.colorspace) == UNSPECIFIED)
