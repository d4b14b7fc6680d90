"""One pass over all pictures of a file: when each is shown, where shots change, how sharp, bright and moving it is."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cliplib.media.frames import Image, pictures
from cliplib.media.probe import millis
from cliplib.records import Probe

VERSION = 1

SHORTEST_SHOT = 0.2
"""Seconds between two shot changes, at least."""

STRIDE = 0.4
"""Seconds between the pictures that are compared to find dissolves, wipes and fades: across most of one, it looks like
a cut. Chosen with a film of known boundaries (17 of 22 found by the cut detector alone, 21 together)."""

ADAPTIVE_RATIO = 3.0
CUT_CONTENT = 15.0
GRADUAL_CONTENT = 24.0

HALF_SHARP = 300.0
"""Variance of the Laplacian, at 256 pixels of width, that counts as sharpness 0.5."""

FULL_MOTION = 32.0
"""Mean change of luma per 40 ms, out of 255, that counts as motion 1."""

Floats = NDArray[np.float32]
Report = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Scan:
    """What the pass found. Times are ms from the first picture; the arrays have one value per picture, shares of 1.

    `start` is the first picture's time stamp in the file, in seconds; `shots` are the first pictures of new shots.
    """

    start: Fraction
    times: NDArray[np.int64]
    length: int
    shots: tuple[int, ...]
    sharpness: Floats
    brightness: Floats
    motion: Floats

    def save(self, path: Path) -> None:
        """Write as .npz."""
        arrays: dict[str, Any] = {name: getattr(self, name) for name in ("times", "sharpness", "brightness", "motion")}
        start = np.array([self.start.numerator, self.start.denominator], np.int64)
        with path.open("wb") as file:
            shots = np.array(self.shots, np.int64)
            np.savez(file, **arrays, version=VERSION, start=start, length=self.length, shots=shots)

    @classmethod
    def load(cls, path: Path) -> "Scan | None":
        """Read what `save` wrote; None where there is nothing, or what another version wrote."""
        if not path.is_file():
            return None
        with np.load(path, allow_pickle=False) as kept:
            if kept["version"] != VERSION:
                return None
            return cls(
                start=Fraction(int(kept["start"][0]), int(kept["start"][1])),
                times=kept["times"],
                length=int(kept["length"]),
                shots=tuple(int(at) for at in kept["shots"]),
                sharpness=kept["sharpness"],
                brightness=kept["brightness"],
                motion=kept["motion"],
            )


def scan(path: Path, probe: Probe, report: Report) -> Scan:
    """Look at every picture of a file once.

    Args:
        path: the file.
        probe: what it holds.
        report: told the share that is done.

    Raises:
        NotMedia, MediaError: see `cliplib.media.frames.pictures`.
    """
    finder = _ShotFinder(float(probe.rate.fraction))
    measured: list[tuple[float, float, float]] = []
    stamps: list[Fraction] = []
    before: Image | None = None
    lasts = Fraction(0)
    for picture in pictures(path):
        grey = cv2.cvtColor(picture.image, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
        step = picture.at - stamps[-1] if stamps else Fraction(1, 25)
        measured.append(_measure(grey, before, float(step)))
        finder.look(picture.image)
        stamps.append(picture.at)
        before, lasts = grey, picture.lasts
        if len(stamps) % 50 == 0:
            report(min(1.0, millis(picture.at - stamps[0]) / probe.length))
    times = np.array([millis(at - stamps[0]) for at in stamps], np.int64)
    values = np.array(measured, np.float32)
    return Scan(
        start=stamps[0],
        times=times,
        length=max(int(times[-1]) + 1, millis(stamps[-1] - stamps[0] + (lasts or 1 / probe.rate.fraction))),
        shots=tuple(sorted({int(times[k]) for k in finder.changes() if 0 < k < len(times)})),
        sharpness=values[:, 0],
        brightness=values[:, 1],
        motion=values[:, 2],
    )


def _measure(grey: Image, before: Image | None, step: float) -> tuple[float, float, float]:
    """Sharpness, brightness and motion of one picture."""
    detail = float(cv2.Laplacian(grey, cv2.CV_64F).var())
    change = 0.0 if before is None or before.shape != grey.shape else float(cv2.absdiff(grey, before).mean())
    motion = min(1.0, change * 0.04 / max(step, 0.001) / FULL_MOTION)
    return detail / (detail + HALF_SHARP), float(grey.mean()) / 255, motion


class _ShotFinder:
    """PySceneDetect's adaptive detector twice: on every picture for cuts, on every n-th one for gradual changes.

    It counts pictures instead of reading clocks, so that a changing frame rate cannot shift anything.
    """

    def __init__(self, rate: float) -> None:
        from scenedetect.detectors import AdaptiveDetector  # 0.5 s to import

        self._rate = rate
        self._count = 0
        self._shape: tuple[int, ...] = ()
        self._stride = max(2, round(rate * STRIDE))
        shortest = max(2, round(rate * SHORTEST_SHOT))
        self._cut_finder = AdaptiveDetector(ADAPTIVE_RATIO, shortest, min_content_val=CUT_CONTENT)
        self._gradual_finder = AdaptiveDetector(ADAPTIVE_RATIO, 1, min_content_val=GRADUAL_CONTENT)
        self._cuts: list[int] = []
        self._gradual: list[int] = []

    def look(self, image: Image) -> None:
        """Take the next picture."""
        from scenedetect import FrameTimecode

        if self._shape and image.shape != self._shape:
            image = cv2.resize(image, (self._shape[1], self._shape[0])).astype(np.uint8, copy=False)
        self._shape = image.shape
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
        return self._cuts + [m for m in middles if all(abs(m - cut) > reach for cut in self._cuts)]
