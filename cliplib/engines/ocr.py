"""Words burnt into pictures, read by RapidOCR with the models inside its own package: nothing is fetched."""

import importlib.util
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from cliplib.engines.base import TimedFrame, Workshop
from cliplib.errors import EngineError, MissingTool
from cliplib.records import ScreenText
from cliplib.values import Box, Span

PACKAGE = "rapidocr"
LONGEST_SIDE = 704
"""Pixels of the longer side at which text is looked for; a picture is made smaller for it, never larger."""


class RapidText:
    """The PP-OCR models of the package rapidocr on the CPU, `rapidocr`. Reads Chinese and English."""

    id = PACKAGE

    def __init__(self, detector: Path, reader: Path) -> None:
        self._models = detector, reader
        self._lock = threading.Lock()
        self._loaded: Any = None

    @classmethod
    def build(cls, model: str, workshop: Workshop) -> Self:
        """Find the package and its models; they are loaded at the first use.

        Raises:
            MissingTool: the package is absent, or came without its models.
        """
        found = importlib.util.find_spec(PACKAGE)
        if found is None or found.origin is None or importlib.util.find_spec("onnxruntime") is None:
            raise MissingTool(
                "the packages rapidocr and onnxruntime are absent", "Install them, or set `text` to none."
            )
        folder = Path(found.origin).parent / "models"
        detectors, readers = sorted(folder.glob("*_det_*.onnx")), sorted(folder.glob("*_rec_*.onnx"))
        if not detectors or not readers:
            raise MissingTool(f"no text models in {folder}", "Install rapidocr anew, or set `text` to none.")
        return cls(detectors[-1], readers[-1])

    def read(self, frames: Sequence[TimedFrame]) -> tuple[ScreenText, ...]:
        """What is written in each frame, from top to bottom.

        Raises:
            EngineError: a frame is no picture, or the models failed.
        """
        return tuple(text for frame in frames for text in self._texts(frame))

    def _texts(self, frame: TimedFrame) -> list[ScreenText]:
        image = cv2.imdecode(np.frombuffer(frame.jpeg, np.uint8), cv2.IMREAD_COLOR) if frame.jpeg else None
        if image is None:
            raise EngineError(f"rapidocr: the frame at {frame.at} ms is no picture")
        try:
            with self._lock:  # the package keeps state between the steps of one picture
                found = self._model()(image)
        except Exception as error:  # the runtime raises types of its own that share no base
            raise EngineError(f"rapidocr failed at {frame.at} ms: {error}") from error
        if found.txts is None or found.boxes is None or found.scores is None:
            return []
        span = Span(start=frame.at, end=frame.at + 1)
        height, width = image.shape[:2]
        return [
            ScreenText(
                text=text.strip(),
                box=_box(corners, width, height),
                span=span,
                confidence=round(min(1.0, max(0.0, float(score))), 3),
            )
            for text, corners, score in zip(found.txts, found.boxes, found.scores, strict=True)
            if text.strip()
        ]

    def _model(self) -> Any:
        if self._loaded is None:
            from rapidocr import RapidOCR

            detector, reader = self._models
            settings = {
                # Models named by their files are never looked for on the network.
                "Det.model_path": str(detector),
                "Rec.model_path": str(reader),
                "Det.limit_type": "max",
                "Det.limit_side_len": LONGEST_SIDE,
                "Global.use_cls": False,  # burnt-in text stands upright
                "Global.log_level": "critical",
                # One thread: the same picture always gives the same figures, and clips are encoded at the same time.
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
            self._loaded = RapidOCR(params=settings)
        return self._loaded


def _box(corners: NDArray[np.float32], width: int, height: int) -> Box:
    """The upright rectangle around four corners in pixels."""
    shares = np.clip(np.asarray(corners, dtype=float) / (width, height), 0.0, 1.0).round(4)
    (x, y), (right, bottom) = shares.min(axis=0).tolist(), shares.max(axis=0).tolist()
    return Box(x=x, y=y, width=round(right - x, 4), height=round(bottom - y, 4))
