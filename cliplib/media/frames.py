"""Pictures out of videos: all of them small for measuring, or chosen ones as JPEG."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from cliplib.errors import MediaError
from cliplib.media.probe import decoded, millis, opened, picture_track

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

Image = NDArray[np.uint8]
"""Rows of pixels, blue green red."""

SMALL = 256
BAD_SHARE = 0.1
JPEG_QUALITY = 85


@dataclass(frozen=True, slots=True)
class Picture:
    """One small picture: when its file says that it is shown, for how long (0 where unknown), and its pixels."""

    at: Fraction
    lasts: Fraction
    image: Image


@dataclass(frozen=True, slots=True)
class Grabbed:
    """Chosen pictures of a file as JPEG, in the order asked for, and how many pictures the file has in all."""

    count: int
    jpegs: tuple[bytes, ...]


def pictures(path: Path) -> Iterator[Picture]:
    """All pictures of a file that come later than the one before, 256 pixels wide and not yet upright.

    Raises:
        NotMedia: it holds no moving picture.
        MediaError: more than a tenth of it cannot be decoded.
    """
    good = bad = 0
    last: Fraction | None = None
    with opened(path) as container:
        track = picture_track(container, path)
        for frame in decoded(container, track):
            if frame is None:
                bad += 1
                continue
            good += 1
            at = _shown_at(frame)
            # A recording joined byte for byte starts its clock again; what cannot be placed in time is left out.
            if at is None or (last is not None and at <= last):
                continue
            last = at
            height = max(2, round(frame.height * SMALL / frame.width))
            yield Picture(
                at, frame.duration * Fraction(frame.time_base or 0), _pixels(frame, (SMALL, height), "FAST_BILINEAR")
            )
    if bad > BAD_SHARE * (good + bad) or last is None:
        raise MediaError(f"{path}: {bad} of {good + bad} pictures cannot be decoded")


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
                jpegs.append(_jpeg(shown, longest))
            shown, count = frame, count + 1
    if shown is None:
        raise MediaError(f"{path}: it holds no picture")
    jpegs += [_jpeg(shown, longest)] * (len(at) - len(jpegs))
    return Grabbed(count, tuple(jpegs))


def _shown_at(frame: "VideoFrame") -> Fraction | None:
    return None if frame.pts is None or frame.time_base is None else frame.pts * frame.time_base


def _pixels(frame: "VideoFrame", size: tuple[int, int], interpolation: str) -> Image:
    pixels: Image = (
        frame.reformat(*size, "bgr24", interpolation=interpolation).to_ndarray().astype(np.uint8, copy=False)
    )
    return pixels


def _jpeg(frame: "VideoFrame", longest: int) -> bytes:
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
