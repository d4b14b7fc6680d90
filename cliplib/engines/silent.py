"""The speech engine for footage whose words nobody wants: gives none and says so."""

from typing import Self

from cliplib.engines.base import SpeechRequest, Workshop
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
