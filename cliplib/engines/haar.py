"""Faces by OpenCV's cascades, and what somebody wears: enough to follow a person through one footage, no further.

The first cascade takes drawings and printed cups for faces now and then, so a second one, or eyes, must agree.
Profiles, soft pictures and people far away are missed: no face found does not mean nobody there.
"""

import threading
from functools import cache
from pathlib import Path
from typing import Any, Literal, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from cliplib.engines.base import Face, TimedFrame, Workshop
from cliplib.media.frames import Image, image_of
from cliplib.values import Box

FACE, SURE_FACE, EYES = "frontalface_alt2", "frontalface_alt_tree", "eye_tree_eyeglasses"
"""The cascade that proposes, and those of which one must agree."""

LONGEST_SIDE = 560
SMALLEST = 0.06
"""Share of the shorter side that a face has at least."""

RIM = 0.25
LOOK = 160
"""Pixels of a side at which a proposed face is looked at again, with a rim of so much of its width."""

CLOTHES = tuple((-0.5 + 0.5 * k, top, 0.5 * k, top + 0.375) for top in (1.35, 1.725) for k in range(4))
BANDS = ((-0.2, -0.45, 1.2, 0.1), (0.15, 0.15, 0.85, 0.95), *CLOTHES)
"""Hair, face, and clothes in two rows of four, in sides of the face's box from its upper left corner: left, top, right
and bottom. Clothes tell most: another man in black has another collar.
"""

WHOLE = 0.2
"""Share of a band that must lie inside the picture."""

BINS = (8, 10, 10)
COLOURED = 48
"""Steps of lightness and of both colours, and how far from grey the latter reach; what is stronger counts as that."""

GREY = 3.0
"""Mean distance from grey below which a picture has no colours to tell by."""

SAME = 0.95
"""Likeness of hair, face and clothes from which two sightings in one footage are one person."""

_LOCK = threading.Lock()


class HaarFaces:
    """The faces that are found without any weights."""

    id = "haar"
    same = SAME
    reach: Literal["footage", "library"] = "footage"
    evidence = "by the colours of hair, face and clothes, in this footage only"

    @classmethod
    def build(cls, model: str, workshop: Workshop) -> Self:
        """Needs nothing."""
        return cls()

    def find(self, frame: TimedFrame) -> tuple[Face, ...]:
        """The faces in a picture, from left to right."""
        picture = image_of(frame.jpeg)
        height, width = picture.shape[:2]
        found = sorted(_boxes(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.uint8)))
        return tuple(
            Face(
                Box(x=max(0.0, x / width), y=max(0.0, y / height), width=w / width, height=h / height),
                _colours(picture, (x, y, w, h)),
            )
            for x, y, w, h in found
        )


def _boxes(grey: NDArray[np.uint8]) -> list[tuple[float, float, float, float]]:
    """Left, top, width and height of each face, in pixels."""
    scale = min(1.0, LONGEST_SIDE / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)
    with _LOCK:  # a cascade keeps state while it looks
        found = _found(FACE, small, 1.1, 5, max(20, int(SMALLEST * min(small.shape))))
        boxes = [(float(x) / scale, float(y) / scale, float(w) / scale, float(h) / scale) for x, y, w, h in found]
        return [box for box in boxes if _agreed(grey, box)]


def _agreed(grey: NDArray[np.uint8], box: tuple[float, float, float, float]) -> bool:
    """Whether a second look at a proposed face, made larger, finds a face or eyes."""
    x, y, width, height = box
    rim = RIM * width
    part = grey[max(0, int(y - rim)) : int(y + height + rim), max(0, int(x - rim)) : int(x + width + rim)]
    large = cv2.resize(part, (LOOK, LOOK), interpolation=cv2.INTER_LINEAR).astype(np.uint8)
    upper = large[: LOOK * 5 // 8]
    return bool(len(_found(SURE_FACE, large, 1.05, 2, LOOK * 4 // 9)) or len(_found(EYES, upper, 1.05, 3, LOOK // 10)))


def _found(name: str, grey: NDArray[np.uint8], step: float, neighbours: int, least: int) -> NDArray[np.int32]:
    """What a cascade finds, shape (number, 4): left, top, width, height."""
    found = _cascade(name).detectMultiScale(grey, scaleFactor=step, minNeighbors=neighbours, minSize=(least, least))
    return np.reshape(found, (-1, 4)).astype(np.int32)


@cache
def _cascade(name: str) -> Any:
    # The folder lies in the package; its place is not an attribute that type checkers see.
    return cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / f"haarcascade_{name}.xml"))


def _colours(picture: Image, box: tuple[float, float, float, float]) -> NDArray[np.float32] | None:
    """How often each colour comes in hair, face and clothes, as a vector of length 1; None where one is not seen."""
    bands = [_band(picture, box, band) for band in BANDS]
    parts = [cv2.cvtColor(part, cv2.COLOR_BGR2LAB) for part in bands if part is not None]
    if len(parts) < len(BANDS) or max(np.abs(part[..., 1:] - 128.0).mean() for part in parts) < GREY:
        return None
    vector: NDArray[np.float32] = np.concatenate([_share(part) for part in parts])
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def _band(
    picture: Image, box: tuple[float, float, float, float], band: tuple[float, float, float, float]
) -> Image | None:
    x, y, width, height = box
    left, right = x + band[0] * width, x + band[2] * width
    top, bottom = y + band[1] * height, y + band[3] * height
    part: Image = picture[max(0, int(top)) : max(0, int(bottom)), max(0, int(left)) : max(0, int(right))]
    return part if part.shape[0] * part.shape[1] >= WHOLE * (right - left) * (bottom - top) else None


def _share(lab: NDArray[Any]) -> NDArray[np.float32]:
    """Roots of the shares of each colour, so that a product of two such vectors is 1 where they are alike."""
    ranges = [0, 256, 128 - COLOURED, 128 + COLOURED, 128 - COLOURED, 128 + COLOURED]
    strong = np.clip(lab, (0, 128 - COLOURED, 128 - COLOURED), (255, 127 + COLOURED, 127 + COLOURED)).astype(np.uint8)
    counts = cv2.calcHist([strong], [0, 1, 2], None, list(BINS), ranges)
    # Spread to the neighbours: a shade that lies between two steps falls now here, now there.
    for axis in range(3):
        ends = [(1, 1) if axis == k else (0, 0) for k in range(3)]
        wide = np.pad(counts, ends)
        one, two, three = (np.take(wide, range(k, k + counts.shape[axis]), axis) for k in range(3))
        counts = one / 4 + two / 2 + three / 4
    roots: NDArray[np.float32] = np.sqrt(counts / max(1e-6, float(counts.sum()))).astype(np.float32).ravel()
    return roots
