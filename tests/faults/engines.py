"""Engines that break in named ways, to see what becomes of their callers."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cliplib.engines.base import PickRequest, SpeechRequest, VisionRequest, Workshop
from cliplib.engines.ngram import NgramEmbedder
from cliplib.errors import EngineError
from cliplib.plans import Choice, Proposal
from cliplib.records import Caption, Line, Transcript
from cliplib.values import Span


class _Fault:
    """An engine with an id and nothing to set up."""

    id = "fault"
    fingerprint = ""

    @classmethod
    def build(cls, model: str, workshop: Workshop) -> Self:
        return cls()


class FailingSpeech(_Fault):
    """Raises an error of the service's kind."""

    def transcribe(self, request: SpeechRequest) -> Transcript:
        raise EngineError("the speech engine broke")


class LateSpeech(_Fault):
    """Hears words long after the sound has ended."""

    def transcribe(self, request: SpeechRequest) -> Transcript:
        span = Span(start=request.length + 1000, end=request.length + 2000)
        return Transcript(language="en", engine=self.id, lines=(Line(text="ghost", span=span),))


class FailingVision(_Fault):
    """Fails for some requests and describes the others.

    Args:
        fails_at: numbers of the requests that fail, counted from 0; all where empty.
        error: what is raised.
    """

    def __init__(self, fails_at: Sequence[int] = (), error: Exception | None = None) -> None:
        self._fails_at = fails_at
        self._error = error or EngineError("the vision engine broke")
        self.asked = 0

    def describe(self, request: VisionRequest) -> Caption:
        self.asked += 1
        if not self._fails_at or self.asked - 1 in self._fails_at:
            raise self._error
        return Caption(content_types=("product_feature",), forms=("product_tabletop",), description="a product, 产品")


class UnknownWordsVision(_Fault):
    """Uses labels that no vocabulary has."""

    def describe(self, request: VisionRequest) -> Caption:
        return Caption(content_types=("made_up_type",), forms=("made_up_form",), description="x")


class FailingWriter(_Fault):
    """Raises an error of the service's kind."""

    def pick(self, request: PickRequest) -> Proposal:
        raise EngineError("the writer broke")


class StrangerWriter(_Fault):
    """Chooses a label that nobody offered."""

    def pick(self, request: PickRequest) -> Proposal:
        choices = tuple(Choice(beat=offer.beat, labels=("C99",), reason="because") for offer in request.offers)
        return Proposal(choices=choices, writer=self.id)


class OneClipWriter(_Fault):
    """Wants the same clip for every beat that has it."""

    def pick(self, request: PickRequest) -> Proposal:
        wanted = next(offer.candidates[0].label for offer in request.offers if offer.candidates)
        choices = tuple(
            Choice(beat=offer.beat, labels=(wanted,), reason="always the same")
            for offer in request.offers
            if wanted in [candidate.label for candidate in offer.candidates]
        )
        return Proposal(choices=choices, writer=self.id)


class FailingEmbedder(NgramEmbedder):
    """Fails at the n-th call of `embed`, counted from 0, and works before it."""

    id = "fault"

    def __init__(self, fails_at: int = 0) -> None:
        self._left = fails_at

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self._left <= 0:
            raise EngineError("the embedder broke")
        self._left -= 1
        return super().embed(texts)
