"""Pictures out of videos: chosen ones as JPEG, and for how long one is shown."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from cliplib.errors import MediaError
from cliplib.media.probe import decoded, millis, opened, picture_track

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

Image = NDArray[np.uint8]
"""Rows of pixels, blue green red."""

JPEG_QUALITY = 85


@dataclass(frozen=True, slots=True)
class Grabbed:
    """Chosen pictures of a file as JPEG, in the order asked for, and how many pictures the file has in all."""

    count: int
    jpegs: tuple[bytes, ...]


def shown_for(path: Path, at: Fraction) -> Fraction:
    """For how many seconds the file says that the picture with this time stamp is shown; 0 where it does not say."""
    with opened(path) as container:
        track = picture_track(container, path)
        tick = Fraction(track.time_base or 0)
        if not tick:
            return tick
        wanted = round(at / tick)
        with suppress(PermissionError, FFmpegError):  # a container that cannot be entered midway is read from its start
            container.seek(wanted, stream=track)
        found = (packet.duration or 0 for packet in container.demux(track) if packet.size and packet.pts == wanted)
        return next(found, 0) * tick


def grab(path: Path, at: Sequence[int], longest: int) -> Grabbed:
    """The pictures shown at some moments, as JPEG.

    Args:
        path: a video; it is decoded to its end, so that `count` is a fact.
        at: milliseconds from its first picture, ascending.
        longest: the longer side of each JPEG in pixels, at most; smaller pictures stay as they are.

    Raises:
        MediaError: a picture cannot be decoded, or there is none.
    """
    jpegs: list[bytes] = []
    count = 0
    shown: VideoFrame | None = None
    first = Fraction(0)
    with opened(path) as container:
        for frame in decoded(container, picture_track(container, path)):
            now = None if frame is None else _shown_at(frame)
            if frame is None or now is None:
                raise MediaError(f"{path}: picture {count + 1} cannot be decoded")
            first = now if shown is None else first
            while shown is not None and len(jpegs) < len(at) and at[len(jpegs)] < millis(now - first):
                jpegs.append(jpeg_of(shown, longest))
            shown, count = frame, count + 1
    if shown is None:
        raise MediaError(f"{path}: it holds no picture")
    jpegs += [jpeg_of(shown, longest)] * (len(at) - len(jpegs))
    return Grabbed(count, tuple(jpegs))


def _shown_at(frame: "VideoFrame") -> Fraction | None:
    return None if frame.pts is None or frame.time_base is None else frame.pts * frame.time_base


def _pixels(frame: "VideoFrame", size: tuple[int, int], interpolation: str) -> Image:
    pixels: Image = (
        frame.reformat(*size, "bgr24", interpolation=interpolation).to_ndarray().astype(np.uint8, copy=False)
    )
    return pixels


def jpeg_of(frame: "VideoFrame", longest: int) -> bytes:
    """A picture as JPEG, its longer side at most `longest` pixels."""
    scale = min(1.0, longest / max(frame.width, frame.height))
    size = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
    image = _pixels(frame, size, "AREA")
    done, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise MediaError(f"a picture of {size[0]}x{size[1]} cannot be written as JPEG")
    return jpeg.tobytes()


def image_of(jpeg: bytes) -> Image:
    """The pixels of a JPEG."""
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None, "only JPEGs that grab() made are given"
    pixels: Image = image.astype(np.uint8, copy=False)
    return pixels
