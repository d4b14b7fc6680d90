"""The finders of shot changes that a library may choose between: both look at the pictures of the one decode pass."""

from collections.abc import Callable, Iterable, Iterator

import cv2
import numpy as np

from cliplib.config import ShotFinder
from cliplib.media.frames import Image
from ingest.changes import Boundary, find_boundaries
from ingest.reading import Rough

Finder = Callable[[Iterable[Rough], float], Iterator[Boundary]]
"""Takes the pictures of a footage in order and its usual rate per second; gives shot changes."""

SHORTEST_SHOT = 0.2
"""Seconds between two shot changes that PySceneDetect finds, at least."""

STRIDE = 0.4
"""Seconds between the pictures that PySceneDetect compares to find dissolves, wipes and fades: across most of one, it
looks like a cut."""

ADAPTIVE_RATIO = 3.0
CUT_CONTENT = 15.0
GRADUAL_CONTENT = 24.0


def own(pictures: Iterable[Rough], rate: float) -> Iterator[Boundary]:
    """Our own finder, which tells cuts from gradual changes."""
    return find_boundaries(rough.small for rough in pictures)


def scenedetect(pictures: Iterable[Rough], rate: float) -> Iterator[Boundary]:
    """PySceneDetect's adaptive detector twice: on every picture for cuts, on every n-th one for gradual changes.

    It counts pictures instead of reading clocks, so that a changing frame rate cannot shift anything. A gradual change
    is given as a cut in its middle.
    """
    adaptive = _Adaptive(rate)
    times: list[int] = []
    for rough in pictures:
        times += rough.at_ms.tolist()
        for planes in rough.planes:
            adaptive.look(cv2.cvtColor(planes, cv2.COLOR_YUV2BGR_I420).astype(np.uint8, copy=False))
    for number in adaptive.changes():
        if 0 < number < len(times):
            yield Boundary("cut", number, number, times[number], times[number], 1.0)


class _Adaptive:
    """The two detectors and what they found."""

    def __init__(self, rate: float) -> None:
        from scenedetect.detectors import AdaptiveDetector  # 0.5 s to import

        self._rate = rate
        self._count = 0
        self._stride = max(2, round(rate * STRIDE))
        shortest = max(2, round(rate * SHORTEST_SHOT))
        self._cut_finder = AdaptiveDetector(ADAPTIVE_RATIO, shortest, min_content_val=CUT_CONTENT)
        self._gradual_finder = AdaptiveDetector(ADAPTIVE_RATIO, 1, min_content_val=GRADUAL_CONTENT)
        self._cuts: list[int] = []
        self._gradual: list[int] = []

    def look(self, image: Image) -> None:
        """Take the next picture."""
        from scenedetect import FrameTimecode

        found = self._cut_finder.process_frame(FrameTimecode(self._count, self._rate), image)
        self._cuts += [code.frame_num for code in found]
        if self._count % self._stride == 0:
            found = self._gradual_finder.process_frame(FrameTimecode(self._count // self._stride, self._rate), image)
            self._gradual += [code.frame_num for code in found]
        self._count += 1

    def changes(self) -> list[int]:
        """Numbers of the pictures that begin a new shot; a gradual change counts at its middle, if no cut is near."""
        reach = self._stride + self._stride // 2
        middles = [number * self._stride - self._stride // 2 for number in self._gradual]
        return sorted({*self._cuts, *(m for m in middles if all(abs(m - cut) > reach for cut in self._cuts))})


FINDERS: dict[ShotFinder, Finder] = {"own": own, "scenedetect": scenedetect}
