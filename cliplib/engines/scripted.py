"""Engines that answer as they are told: for tests, demos and dry runs, under the same contract as the real ones."""

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, Literal, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from cliplib.engines.base import Face, PickRequest, SpeechRequest, TimedFrame, VisionRequest, Workshop
from cliplib.engines.ngram import NgramEmbedder
from cliplib.plans import Choice, Proposal
from cliplib.records import Caption, Line, ScreenText, Transcript
from cliplib.values import Box, Span

Request = TypeVar("Request")
Given = TypeVar("Given")

LINE_MS = 3_000
"""Length of the lines that the scripted speech engine makes up."""


class _Scripted(Generic[Request, Given]):
    """Gives the answers it was made with, one per request; then what its default makes of the request.

    An answer that is an exception is raised. `requests` keeps what was asked, in order.
    """

    id = "scripted:"

    def __init__(self, answers: Iterable[Given | Exception] = ()) -> None:
        self._answers = list(answers)
        self._lock = threading.Lock()
        self.requests: list[Request] = []

    @classmethod
    def build(cls, model: str, workshop: Workshop) -> Self:
        """With no answers, so that every one is the default."""
        return cls()

    def _answer(self, request: Request, default: Callable[[Request], Given]) -> Given:
        with self._lock:
            self.requests.append(request)
            answer = self._answers.pop(0) if self._answers else default(request)
        if isinstance(answer, Exception):
            raise answer
        return answer


class ScriptedSpeech(_Scripted[SpeechRequest, Transcript]):
    """By default a numbered line for every three seconds of sound."""

    def transcribe(self, request: SpeechRequest) -> Transcript:
        """The next answer."""
        return self._answer(request, self._default)

    def _default(self, request: SpeechRequest) -> Transcript:
        starts = range(0, request.length, LINE_MS)
        lines = tuple(
            Line(text=f"scripted line {k + 1}.", span=Span(start=at, end=min(at + LINE_MS, request.length)))
            for k, at in enumerate(starts)
        )
        return Transcript(language="en", engine=self.id, lines=lines, reason="" if lines else "there is no sound")


class ScriptedText(_Scripted[Sequence[TimedFrame], tuple[ScreenText, ...]]):
    """By default the same line at the top of every frame."""

    def read(self, frames: Sequence[TimedFrame]) -> tuple[ScreenText, ...]:
        """The next answer."""
        return self._answer(frames, self._default)

    def _default(self, frames: Sequence[TimedFrame]) -> tuple[ScreenText, ...]:
        box = Box(x=0.2, y=0.1, width=0.6, height=0.08)
        return tuple(
            ScreenText(text="scripted text", box=box, span=Span(start=frame.at, end=frame.at + 1), confidence=1.0)
            for frame in frames
        )


class ScriptedFaces(_Scripted[TimedFrame, tuple[Face, ...]]):
    """By default nobody is seen."""

    same = 0.5
    reach: Literal["footage", "library"] = "library"
    evidence = "as told"

    def find(self, frame: TimedFrame) -> tuple[Face, ...]:
        """The next answer."""
        return self._answer(frame, lambda _: ())


class ScriptedVision(_Scripted[VisionRequest, Caption]):
    """By default a product feature on a table."""

    fingerprint = ""
    costly = False

    def describe(self, request: VisionRequest) -> Caption:
        """The next answer."""
        return self._answer(request, self._default)

    def _default(self, request: VisionRequest) -> Caption:
        words = (
            "预设描述：{start}-{end} 毫秒" if request.language == "zh" else "Scripted description of {start}-{end} ms"
        )
        return Caption(
            content_types=("product_feature",),
            forms=("product_tabletop",),
            description=words.format(start=request.span.start, end=request.span.end),
            confidence={"content_types": 1.0},
        )


class ScriptedEmbedder(NgramEmbedder):
    """Vectors that are given per text; other texts get those of the n-gram embedder, brought to the same length."""

    def __init__(self, vectors: dict[str, Sequence[float]] | None = None, dimensions: int = 64) -> None:
        self._vectors = vectors or {}
        self.id = f"scripted:{dimensions}"
        self.dimensions = dimensions
        self.lexical = False
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(texts), dimensions)."""
        self.texts.extend(texts)
        folded = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        np.add.at(folded.T, np.arange(NgramEmbedder.dimensions) % self.dimensions, NgramEmbedder().embed(texts).T)
        for row, text in enumerate(texts):
            if text in self._vectors:
                folded[row] = self._vectors[text]
        lengths = np.linalg.norm(folded, axis=1, keepdims=True)
        return np.asarray(np.divide(folded, lengths, out=np.zeros_like(folded), where=lengths > 0), dtype=np.float32)


class ScriptedWriter(_Scripted[PickRequest, Proposal]):
    """By default the best candidate of each beat that no beat before it has."""

    def pick(self, request: PickRequest) -> Proposal:
        """The next answer."""
        return self._answer(request, self._default)

    def _default(self, request: PickRequest) -> Proposal:
        used: set[str] = set()
        choices = []
        for offer in request.offers:
            labels = [candidate.label for candidate in offer.candidates]
            if labels:
                labels.sort(key=lambda label: label in used)
                used.add(labels[0])
                choices.append(Choice(beat=offer.beat, labels=tuple(labels[:2]), reason="scripted"))
        return Proposal(choices=tuple(choices), writer=self.id)
