"""What a clip's pictures are compared by: small grey pictures, four a second, and a sketch of each second.

A sample is the mean of the pictures of its quarter second, so that where exactly a picture was taken does not matter.
Black bars are left out, since the same picture in another format often stands between them.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from cliplib.errors import MediaError
from cliplib.media.probe import decoded, opened, picture_track

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

VERSION = 1

RATE = 4
"""Samples per second."""

LONGEST = 48
"""Pixels of a sample's longer side."""

ENOUGH = 3
"""Pictures per sample that are looked at, about."""

SHADES = 4
"""Levels that are kept as one: coding noise is greater."""

BLACK = 28
"""Luma up to which a row or column is a bar."""

GRID = 4
ANGLES = 8
COLOUR_WEIGHT = 0.6
GREY = 30.0
"""Length of the colours of a sketch, in levels, below which they are weak: those of a grey film are noise."""

NARROW = 9 / 16
"""Width by height of the upright cut from the middle of a wide picture, which has sketches of its own."""

Samples = NDArray[np.uint8]
Floats = NDArray[np.float32]
SKETCH = GRID * GRID * (ANGLES + 2)
"""Figures of a sketch."""


@dataclass(frozen=True, slots=True)
class Signature:
    """The samples of one clip.

    Attributes:
        luma: uint8, shape (n, height, width).
        chroma: uint8, shape (n, 2, height / 4, width / 4), rounded up.
    """

    luma: Samples
    chroma: Samples

    def __len__(self) -> int:
        return len(self.luma)

    def to_bytes(self) -> bytes:
        """The stored form: sizes, then the changes from sample to sample, compressed."""
        head = np.array([*self.luma.shape, *self.chroma.shape[2:]], "<u2").tobytes()
        flat = np.concatenate([self.luma.reshape(len(self), -1), self.chroma.reshape(len(self), -1)], axis=1) // SHADES
        steps = np.concatenate([flat[:1], np.diff(flat, axis=0)])  # wraps round, and back again
        return head + zlib.compress(steps.tobytes(), 6)

    @classmethod
    def from_bytes(cls, kept: bytes) -> "Signature":
        """Read what `to_bytes` wrote."""
        count, height, width, rows, columns = (int(side) for side in np.frombuffer(kept[:10], "<u2"))
        steps = np.frombuffer(zlib.decompress(kept[10:]), np.uint8).reshape(count, -1)
        flat = (np.cumsum(steps, axis=0, dtype=np.uint8) * SHADES + SHADES // 2).astype(np.uint8)
        luma, chroma = flat[:, : height * width], flat[:, height * width :]
        return cls(luma.reshape(count, height, width), chroma.reshape(count, 2, rows, columns))


def signature_of(path: Path) -> Signature:
    """The signature of a clip that is cut.

    Raises:
        MediaError: it cannot be decoded, or holds no picture.
    """
    luma: list[Floats] = []
    chroma: list[Floats] = []
    for group in _quarters(path):
        planes = np.stack([_small(frame) for frame in group[:: max(1, len(group) // ENOUGH)]]).mean(0)
        luma.append(planes[0])
        chroma.append(_quartered(planes[1:]))
    if not luma:
        raise MediaError(f"{path}: it holds no picture")
    return _without_bars(Signature(_bytes(np.stack(luma)), _bytes(np.stack(chroma))))


def _quarters(path: Path) -> Iterator[list["VideoFrame"]]:
    """The pictures of each quarter second; one without any has those of the one before."""
    number = 0
    group: list[VideoFrame] = []
    first: float | None = None
    with opened(path) as container:
        for frame in decoded(container, picture_track(container, path)):
            if frame is None or frame.time is None:
                continue
            first = frame.time if first is None else first
            at = int((frame.time - first) * RATE + 1e-6)
            while group and number < at:
                yield group
                number += 1
                group = group if number < at else []
            group.append(frame)
    if group:
        yield group


def _small(frame: "VideoFrame") -> Floats:
    """Luma and chroma at the size of a sample, shape (3, height, width)."""
    scale = LONGEST / max(frame.width, frame.height)
    size = max(8, round(frame.width * scale)), max(8, round(frame.height * scale))
    planes: Floats = frame.reformat(*size, "yuv444p", interpolation="AREA").to_ndarray().astype(np.float32)
    return planes


def _quartered(planes: Floats) -> Floats:
    height, width = planes.shape[1:]
    size = -(-width // 4), -(-height // 4)
    return np.stack([cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in planes])


def _bytes(values: Floats) -> Samples:
    rounded: Samples = np.clip(values + 0.5, 0, 255).astype(np.uint8)
    return rounded


def _without_bars(signature: Signature) -> Signature:
    """The same without black bars; all of it where everything is black."""
    bright = signature.luma.max(0)
    top, bottom = _inside(bright.max(1))
    left, right = _inside(bright.max(0))
    if bottom - top < 8 or right - left < 8 or (bottom - top, right - left) == bright.shape:
        return signature
    colour = signature.chroma[:, :, top // 4 : -(-bottom // 4), left // 4 : -(-right // 4)]
    return Signature(signature.luma[:, top:bottom, left:right], colour)


def _inside(bright: Samples) -> tuple[int, int]:
    """From where to where there is light; one pixel less on the side of a bar, which is half bar."""
    lit = np.flatnonzero(bright > BLACK)
    if not len(lit):
        return 0, 0
    first, last = int(lit[0]), int(lit[-1]) + 1
    return first + (first > 0), last - (last < len(bright))


def sketches(signature: Signature, numbers: Sequence[int]) -> Floats:
    """Sketches of some samples: directions of edges and colours on a coarse grid.

    Returns:
        shape (k, len(numbers), SKETCH); k is 2 for a wide picture, whose upright middle comes second,
        else 1.
    """
    whole = [(signature.luma[k], signature.chroma[k]) for k in numbers]
    views = [whole]
    height, width = signature.luma.shape[1:]
    if width > height:
        half = round(height * NARROW / 2)
        columns = slice(max(0, width // 2 - half), width // 2 + half)
        coarse = slice(columns.start // 4, -(-columns.stop // 4))
        views.append([(luma[:, columns], chroma[:, :, coarse]) for luma, chroma in whole])
    return np.stack([np.stack([_sketch(luma, chroma) for luma, chroma in view]) for view in views])


def sketch_of(signature: Signature) -> Floats:
    """The sketch of a whole clip, the mean of those of its samples: shape (k, SKETCH), k as for `sketches`."""
    means = sketches(signature, range(0, len(signature), 2)).mean(1)
    return np.stack([_unit(mean) for mean in means])


def _sketch(luma: Samples, chroma: Samples) -> Floats:
    grey = cv2.GaussianBlur(cv2.resize(luma, (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32), (0, 0), 1.0)
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    strength, angle = cv2.cartToPolar(across, down)
    # The direction of an edge, not which side is the bright one; each edge counts for the two nearest directions.
    turn = (angle % np.pi) / np.pi * ANGLES
    lower = np.floor(turn).astype(int) % ANGLES
    share = (turn - np.floor(turn)).astype(np.float32)
    planes = np.zeros((ANGLES, 32, 32), np.float32)
    rows, columns = np.indices((32, 32))
    np.add.at(planes, (lower, rows, columns), np.sqrt(strength) * (1 - share))
    np.add.at(planes, ((lower + 1) % ANGLES, rows, columns), np.sqrt(strength) * share)
    edges = np.stack([cv2.resize(plane, (GRID, GRID), interpolation=cv2.INTER_AREA) for plane in planes])
    tones = np.stack([cv2.resize(plane, (GRID, GRID), interpolation=cv2.INTER_AREA) for plane in chroma])
    colours = _unit(tones.ravel().astype(np.float32) - 128, GREY)
    return np.concatenate([_unit(edges.ravel()), COLOUR_WEIGHT * colours])


def _unit(values: Floats, least: float = 1e-3) -> Floats:
    """The values at length 1; shorter where their own length is less than `least`."""
    unit: Floats = values / np.float32(max(float(np.linalg.norm(values)), least))
    return unit
