"""Questions to an OpenAI-compatible chat model: asked once, answered in checked JSON, kept in the journal.

Where a service refuses a JSON schema, a plain JSON object is asked for, and where it refuses that too, text; the schema
then stands in the prompt. Every answer is checked here, and an unusable one is followed by one repair round.
"""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from cliplib import prompting
from cliplib.engines.base import Workshop
from cliplib.engines.chat_line import Answer, OutOfTime, Refused, Unreached
from cliplib.engines.chat_reply import Unreadable, misfits, read_object
from cliplib.engines.service import Service
from cliplib.errors import BadReply, EngineError, SettingsError
from cliplib.ledger import Call

Shape = Literal["json_schema", "json_object", "text"]
SHAPES: tuple[Shape, ...] = ("json_schema", "json_object", "text")

Message = dict[str, Any]
Found = dict[str, Any]


def _nothing_to_save(_: Found) -> Found | None:
    return None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a model."""

    task: str
    """What for, such as "caption"; kept in the journal."""
    prompt: prompting.Prompt
    """Where the system text comes from; its fingerprint is kept."""
    messages: Sequence[Message]
    schema: Mapping[str, Any]
    """What the answer must fit; made with `chat_reply.closed`."""
    check: Callable[[Found], list[str]]
    """Says what is wrong with an object that fits the schema."""
    salvage: Callable[[Found], Found | None] = _nothing_to_save
    """Makes a usable object of one that is still wrong after the repair, or None."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A checked answer and the model as it named itself. `salvaged`: parts of it were unusable and are left out."""

    value: Found
    model: str
    salvaged: bool = False


class ChatClient:
    """A model of a service. Safe to use from several threads.

    Args:
        model: its name; empty: that of the settings, else the first one that the service lists.
        workshop: settings (address, key, time and call limits) and the journal.

    Raises:
        CredentialsError: neither an address nor a key is set.
    """

    def __init__(self, model: str, workshop: Workshop) -> None:
        self._workshop = workshop
        self._service = Service("chat", workshop)
        self._wanted = model or workshop.settings.model
        self._lock = threading.Lock()
        self._shape: Shape = SHAPES[0]

    @property
    def address(self) -> str:
        """Where requests go, without user name and password."""
        return self._service.address

    @property
    def model(self) -> str:
        """The model that is asked; looked up at the service when nobody named one.

        Raises:
            SettingsError: none is named and the service lists none.
        """
        with self._lock:
            if not self._wanted:
                self._wanted = self._first_listed()
            return self._wanted

    def _first_listed(self) -> str:
        try:
            listed = self._service.line.models(min(20.0, self._workshop.settings.timeout))
        except Refused as error:
            raise self._service.refusal(f"chat:{self._wanted}", error) from error
        except (Unreached, OutOfTime) as error:
            raise EngineError(f"{self.address} gives no list of models: {error}", "Set `model`.") from error
        if not listed:
            raise SettingsError(f"setting 'model' is empty and {self.address} lists no models", "Set `model`.")
        self._workshop.announce(f"chat: using model {listed[0]}, the first of {len(listed)} that {self.address} lists")
        return listed[0]

    def ask(self, question: Question) -> Reply:
        """The checked answer; from the journal, without a call, where the same was answered before.

        Raises:
            BadReply: the answer was unusable twice, or refused; the raw text is kept.
            BudgetSpent: the call limit is reached.
            CredentialsError: the service refuses the key.
            EngineError: the service failed, or the time is over.
        """
        key = key_of(self.model, question)
        if (call := self._workshop.journal.recall(key)) is not None:
            value, faults = examined(Answer(call.reply), question, last=True)
            if value is not None:
                return Reply(value, call.model, salvaged=bool(faults))
        return self._asked(question, key)

    def _asked(self, question: Question, key: str) -> Reply:
        ends = time.monotonic() + self._workshop.settings.timeout
        messages = list(question.messages)
        for last in (False, True):
            started = time.monotonic()
            answer = self._answer(question, messages, ends)
            value, faults = examined(answer, question, last=last)
            outcome = "ok" if value is not None else BadReply.code
            self._record(question, key, answer, outcome, time.monotonic() - started)
            if value is not None:
                return Reply(value, answer.model or self.model, salvaged=bool(faults))
            if last or answer.final:
                break
            messages = with_repair(question.messages, faults, answer.text, self._workshop.settings.language)
        raise BadReply(f"chat:{self.model} on {question.task}: {'; '.join(faults[:5])}", answer.text)

    def _answer(self, question: Question, messages: Sequence[Message], ends: float) -> Answer:
        """What the service answers, in the best shape that it takes."""
        shape = self._shape

        def send(seconds: float) -> Answer:
            nonlocal shape
            shape = self._shape
            return self._service.line.complete(_body(self.model, messages, question.schema, shape), seconds)

        return self._service.answer(
            f"chat:{self.model}", send, ends, adapted=lambda error: self._stepped_down(error, shape)
        )

    def _stepped_down(self, error: Refused, shape: Shape) -> bool:
        """Whether the service refused the shape of the reply, so that the next simpler one is worth asking for."""
        said = error.said.casefold()
        named = any(word in said for word in ("response_format", "json_schema", "json_object", "schema", "structured"))
        if error.status not in (400, 422) or not named or shape == SHAPES[-1]:
            return False
        with self._lock:
            self._shape = SHAPES[max(SHAPES.index(shape) + 1, SHAPES.index(self._shape))]
        return True

    def _record(self, question: Question, key: str, answer: Answer, outcome: str, seconds: float) -> None:
        call = Call(
            key=key,
            task=question.task,
            engine=f"chat:{self.model}",
            model=answer.model or self.model,
            prompt=question.prompt.fingerprint,
            tokens_in=answer.tokens_in,
            tokens_out=answer.tokens_out,
            seconds=round(seconds, 3),
            outcome=outcome,
            reply=answer.text,
            at=datetime.now(UTC),
        )
        self._workshop.journal.record(call)


def key_of(model: str, question: Question) -> str:
    """Hash of everything the answer depends on."""
    parts = {
        "model": model,
        "prompt": question.prompt.fingerprint,
        "messages": question.messages,
        "schema": question.schema,
        "temperature": 0,
    }
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def examined(answer: Answer, question: Question, *, last: bool) -> tuple[Found | None, list[str]]:
    """The usable object of an answer, or None; and what is or was wrong with it."""
    if answer.fault:
        return None, [answer.fault]
    try:
        value = read_object(answer.text)
    except Unreadable as error:
        return None, [str(error)]
    faults = misfits(value, question.schema) or question.check(value)
    if faults:
        return (question.salvage(value) if last else None), faults
    return value, []


def with_repair(messages: Sequence[Message], faults: Sequence[str], text: str, language: str) -> list[Message]:
    """The messages with an unusable answer and its faults after the last one, and the wish for a better answer."""
    prompt = prompting.load("repair", language)
    shown = {"faults": list(faults[:12]), "earlier_answer": text[:20_000]}
    return _with_text(messages, f"{prompt.text}\n{json.dumps(shown, ensure_ascii=False)}")


def _with_text(messages: Sequence[Message], text: str) -> list[Message]:
    """The messages with a text after the last one. It joins that one: some models refuse two turns of the same side."""
    *before, last = messages
    content = last["content"]
    parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
    return [*before, {**last, "content": [*parts, {"type": "text", "text": text}]}]


def _body(model: str, messages: Sequence[Message], schema: Mapping[str, Any], shape: Shape) -> Mapping[str, Any]:
    """The request; where the schema cannot travel beside the messages it follows them as text."""
    if shape == "json_schema":
        form = {"type": shape, "json_schema": {"name": schema["title"], "strict": True, "schema": schema}}
        return {"model": model, "messages": list(messages), "temperature": 0, "response_format": form}
    body = {"model": model, "messages": with_schema(messages, schema), "temperature": 0}
    return {**body, "response_format": {"type": shape}} if shape == "json_object" else body


def with_schema(messages: Sequence[Message], schema: Mapping[str, Any]) -> list[Message]:
    """The messages with the schema of the answer as text after the last one."""
    told = f"Answer with one JSON object and nothing else. JSON Schema:\n{json.dumps(schema, ensure_ascii=False)}"
    return _with_text(messages, told)
