"""Engines for words that nobody wants: no speech is written down, no text is read."""

from collections.abc import Sequence
from typing import Self

from cliplib.engines.base import SpeechRequest, TimedFrame, Workshop
from cliplib.records import Transcript


class NoSpeech:
    """Never listens, `none`."""

    id = "none"

    @classmethod
    def build(cls, model: str, workshop: Workshop) -> Self:
        """Needs nothing."""
        return cls()

    def transcribe(self, request: SpeechRequest) -> Transcript:
        """No lines, with the reason."""
        return Transcript(engine=self.id, reason="transcription is switched off")


class NoText:
    """Never looks for text in pictures, `none`."""

    id = "none"

    @classmethod
    def build(cls, model: str, workshop: Workshop) -> Self:
        """Needs nothing."""
        return cls()

    def read(self, frames: Sequence[TimedFrame]) -> None:
        """Nobody looked."""
        return None
