"""Faces in the pictures of a clip: how many are seen at once, and how near the camera is by their size.

The detectors are OpenCV's cascades. The first takes drawings and printed cups for faces now and then, so a second one,
or eyes, must agree. Profiles, soft pictures and people far away are missed: no face found does not mean nobody there.
"""

import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cliplib.engines.base import TimedFrame
from cliplib.engines.captioning import spread
from cliplib.media.frames import image_of
from cliplib.records import ShotSize
from ingest.cut import frames_of
from ingest.draft import ClipJob, Draft

VERSION = 1

FACE, SURE_FACE, EYES = "frontalface_alt2", "frontalface_alt_tree", "eye_tree_eyeglasses"
"""The cascade that proposes, and those of which one must agree."""

LONGEST_SIDE = 560
MOST_FRAMES = 4
SMALLEST = 0.06
"""Share of the shorter side that a face has at least."""

RIM = 0.25
LOOK = 160
"""Pixels of a side at which a proposed face is looked at again, with a rim of so much of its width."""

ENOUGH_FRAMES = 2
"""Frames in which a face must be found: a lone one is often none."""

SIZES: tuple[tuple[float, ShotSize], ...] = (
    (0.05, "extreme_long"),
    (0.12, "long"),
    (0.22, "medium"),
    (0.38, "medium_close"),
    (0.75, "close_up"),
    (9.0, "macro"),
)
"""Share of the picture's height below which the face of that shot stays, measured from brow to chin."""

_LOCK = threading.Lock()


def look(draft: Draft, job: ClipJob) -> Draft:
    """Look for faces in a clip that is cut and measured."""
    assert draft.facts is not None, "faces come after measure"
    frames = frames_of(draft, job)
    heights = [face_heights(frame) for frame in spread(frames, MOST_FRAMES)]
    count, size = judged(heights)
    facts = draft.facts.model_copy(update={"faces": count})
    return draft.model_copy(update={"facts": facts, "shot_size": size, "frames": frames})


def stands(draft: Draft, job: ClipJob) -> bool:
    """Whether the size of shot is known: a record does not hold it beside that of a vision engine."""
    return draft.facts is None or not draft.facts.faces or draft.shot_size is not None


def judged(heights: Sequence[Sequence[float]]) -> tuple[int, ShotSize | None]:
    """How many faces are seen at once, and the size of shot by the nearest ones; from the heights in each frame."""
    nearest = [max(found) for found in heights if found]
    if len(nearest) < min(ENOUGH_FRAMES, len(heights)):
        return 0, None
    middle = median(nearest)
    return max(map(len, heights)), next(size for limit, size in SIZES if middle < limit)


def face_heights(frame: TimedFrame) -> list[float]:
    """The heights of the faces in a picture, as shares of its height."""
    grey = cv2.cvtColor(image_of(frame.jpeg), cv2.COLOR_BGR2GRAY)
    scale = min(1.0, LONGEST_SIDE / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    with _LOCK:  # a cascade keeps state while it looks
        found = _found(FACE, small, 1.1, 5, max(20, int(SMALLEST * min(small.shape))))
        boxes = [tuple(float(side) / scale for side in box) for box in found]
        return [height / grey.shape[0] for x, y, width, height in boxes if _agreed(grey, x, y, width, height)]


def _agreed(grey: NDArray[np.uint8], x: float, y: float, width: float, height: float) -> bool:
    """Whether a second look at a proposed face, made larger, finds a face or eyes."""
    rim = RIM * width
    part = grey[max(0, int(y - rim)) : int(y + height + rim), max(0, int(x - rim)) : int(x + width + rim)]
    large = cv2.resize(part, (LOOK, LOOK), interpolation=cv2.INTER_LINEAR)
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
