"""Faces by OpenCV's YuNet and SFace, whose two ONNX files the user has fetched: people are known again everywhere.

The files are those of the OpenCV model zoo, face_detection_yunet_*.onnx (MIT licence) and face_recognition_sface_*.onnx
(Apache 2.0 licence). None comes with cliplib, and none is fetched.
"""

import threading
from pathlib import Path
from typing import Any, Literal, Self

import cv2
import numpy as np

from cliplib.engines.base import Face, TimedFrame, Workshop
from cliplib.errors import EngineError, SettingsError
from cliplib.media.frames import image_of
from cliplib.values import Box

DETECTOR, RECOGNIZER = "face_detection_yunet*.onnx", "face_recognition_sface*.onnx"
SURE = 0.8
"""Confidence from which something is a face."""

SAME = 0.5
"""Likeness from which two faces are one person's; the models' authors give 0.363, at which some pairs are wrong."""


class SFaces:
    """Faces and who they are, by models in a folder."""

    same = SAME
    reach: Literal["footage", "library"] = "library"
    evidence = "by the face, in the whole library"

    def __init__(self, detector: Any, recognizer: Any, folder: Path) -> None:
        self.id = f"sface:{folder.name}"
        self._detector, self._recognizer = detector, recognizer
        self._lock = threading.Lock()

    @classmethod
    def build(cls, model: str, workshop: Workshop) -> Self:
        """Load the models.

        Raises:
            SettingsError: a file is not there, or is no such model.
        """
        folder = Path(model).expanduser()
        try:
            detector = cv2.FaceDetectorYN.create(str(_file(folder, DETECTOR)), "", (320, 320), SURE)
            recognizer = cv2.FaceRecognizerSF.create(str(_file(folder, RECOGNIZER)), "")
        except cv2.error as error:
            raise SettingsError(f"setting 'faces': OpenCV cannot load the models in {folder}: {error.err}") from error
        return cls(detector, recognizer, folder)

    def find(self, frame: TimedFrame) -> tuple[Face, ...]:
        """The faces in a picture, from left to right.

        Raises:
            EngineError: the models failed.
        """
        picture = image_of(frame.jpeg)
        height, width = picture.shape[:2]
        try:
            with self._lock:  # a detector keeps the size of its picture
                self._detector.setInputSize((width, height))
                found = self._detector.detect(picture)[1]
                rows = [] if found is None else sorted(found, key=lambda row: float(row[0]))
                looks = [self._recognizer.feature(self._recognizer.alignCrop(picture, row)).ravel() for row in rows]
        except cv2.error as error:
            raise EngineError(f"{self.id} failed at {frame.at} ms: {error.err}") from error
        return tuple(
            Face(_box(row, width, height), (look / max(1e-6, float(np.linalg.norm(look)))).astype(np.float32))
            for row, look in zip(rows, looks, strict=True)
        )


def _file(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if not found:
        raise SettingsError(
            f"setting 'faces': there is no {pattern} in {folder}",
            "Fetch both files from the OpenCV model zoo, or set `faces` to haar.",
        )
    return found[-1]


def _box(row: Any, width: int, height: int) -> Box:
    left, top = max(0.0, float(row[0]) / width), max(0.0, float(row[1]) / height)
    right, bottom = (min(1.0, float(row[k] + row[k + 2]) / side) for k, side in ((0, width), (1, height)))
    return Box(x=min(left, 1.0), y=min(top, 1.0), width=max(0.0, right - left), height=max(0.0, bottom - top))
