"""Speech to words by a service that speaks OpenAI's protocol. Only stretches in which somebody speaks are sent."""

import hashlib
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Self

from cliplib.engines.base import SpeechRequest, Workshop
from cliplib.engines.limits import price_of
from cliplib.engines.service import Request, Service
from cliplib.engines.silero import find_speech
from cliplib.engines.sound_pieces import as_wav, pieces
from cliplib.engines.transcriptions_reply import Answered, Part, Unusable, read_reply
from cliplib.engines.whisper import is_made_up
from cliplib.errors import BadReply, SettingsError
from cliplib.ledger import Call
from cliplib.records import Line, Transcript
from cliplib.values import Span
from cliplib.words import folded

TASK = "transcribe"
LONGEST_PROMPT = 200
"""Characters of names that are sent along: models look at the last 224 tokens only."""


class TranscriptionSpeech:
    """A speech model of a service, `transcriptions:<model>`.

    Each piece of sound is asked for once: the answer is kept in the journal under everything that it depends on.
    """

    def __init__(self, model: str, workshop: Workshop) -> None:
        self.id = f"transcriptions:{model}"
        self._model = model
        self._workshop = workshop
        self._service = Service("transcriptions", workshop)

    @classmethod
    def build(cls, model: str, workshop: Workshop) -> Self:
        """Make it for a model that the service has.

        Raises:
            SettingsError: no model is named (a model that chats is rarely one that listens), or its price is wanted and
                not set.
            CredentialsError: neither an address nor a key is set.
        """
        if not model:
            raise SettingsError("speech 'transcriptions' names no model", "Name one: transcriptions:whisper-1.")
        price_of(model, workshop.settings)
        return cls(model, workshop)

    def transcribe(self, request: SpeechRequest) -> Transcript:
        """The words with their times. Without speech: no lines, nothing is sent, and why.

        Raises:
            BadReply: an answer cannot be used; its text is in the journal.
            BudgetSpent, CredentialsError, EngineError: see `Service.answer`.
        """
        speech = find_speech(request.audio)
        if not speech:
            return Transcript(engine=self.id, reason="no speech was detected in the sound")
        fields = self._fields(request)
        answers = [self._heard(request, piece, fields) for piece in pieces(request.audio, speech)]
        lines = tuple(self._believed(answers, str(fields.get("prompt", ""))))
        language = request.language or next((a.language for a in answers if a.parts and a.language), "")
        reason = "" if lines else "the speech service found no words in the sound"
        return Transcript(language=language, engine=self.id, lines=lines, reason=reason)

    def _fields(self, request: SpeechRequest) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "model": self._model,
            "response_format": "verbose_json",
            "timestamp_granularities": ["word", "segment"],
            "temperature": 0,
        }
        if request.language:
            fields["language"] = request.language
        prompt = ""
        for name in request.hotwords:
            if len(prompt) + len(name) < LONGEST_PROMPT:
                prompt += f", {name}" if prompt else name
        return {**fields, "prompt": prompt} if prompt else fields

    def _heard(self, request: SpeechRequest, piece: Span, fields: Mapping[str, Any]) -> Answered:
        """What was heard in one piece, from the journal where it was asked before."""
        sound = as_wav(request.audio, piece)
        parts = [hashlib.sha256(sound).hexdigest(), self._service.address, dict(fields)]
        key = hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
        if (call := self._workshop.journal.recall(key)) is not None:
            with suppress(Unusable):  # an earlier version could use it; this one asks again
                return read_reply(call.reply, piece)
        return self._asked(sound, piece, fields, key)

    def _asked(self, sound: bytes, piece: Span, fields: Mapping[str, Any], key: str) -> Answered:
        started = time.monotonic()

        def send(seconds: float) -> str:
            return self._service.line.transcribe(sound, fields, seconds)

        price = price_of(self._model, self._workshop.settings)
        cost = price.minute * piece.length / 60_000 if price else 0.0
        request = Request(self.id, send, cost=lambda _: cost)
        text = self._service.answer(request, started + self._workshop.settings.timeout)
        seconds = time.monotonic() - started
        try:
            answered = read_reply(text, piece)
        except Unusable as error:
            self._record(key, text, BadReply.code, seconds)
            raise BadReply(f"{self.id} at {self._service.address}: {error}", text) from error
        self._record(key, text, "ok", seconds)
        return answered

    def _record(self, key: str, text: str, outcome: str, seconds: float) -> None:
        call = Call(
            key=key,
            task=TASK,
            engine=self.id,
            model=self._model,
            seconds=round(seconds, 3),
            outcome=outcome,
            reply=text,
            at=datetime.now(UTC),
        )
        self._workshop.journal.record(call)

    def _believed(self, answers: list[Answered], prompt: str) -> list[Line]:
        """The lines without what models make up: stock phrases, the prompt itself, and words after the end."""
        parts = [part for answer in answers for part in answer.parts]
        dropped = [part.line.text for part in parts if _is_invented(part, prompt)]
        if dropped:
            self._workshop.announce(f"{self.id}: left out phrases that nobody said: {'; '.join(dropped[:5])}")
        if beyond := sum(answer.beyond for answer in answers):
            self._workshop.announce(f"{self.id}: left out {beyond} lines that begin after the end of the sound")
        return [part.line for part in parts if not _is_invented(part, prompt)]


def _is_invented(part: Part, prompt: str) -> bool:
    text = part.line.text
    return is_made_up(text, part.no_speech) or (bool(prompt) and folded(text).strip(" .。") == folded(prompt))
