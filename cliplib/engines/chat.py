"""Questions to an OpenAI-compatible chat model: asked once, answered in checked JSON, kept in the journal.

Where a service refuses a JSON schema, a plain JSON object is asked for, and where it refuses that too, text; the schema
then stands in the prompt. Every answer is checked here, and an unusable one is followed by one repair round.
"""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from cliplib import prompting
from cliplib.engines.base import Workshop
from cliplib.engines.chat_line import Answer, OutOfTime, Refused, Unreached
from cliplib.engines.chat_reply import Unreadable, misfits, read_object
from cliplib.engines.limits import cost_of_tokens, price_of
from cliplib.engines.service import Request, Service
from cliplib.errors import BadReply, EngineError, SettingsError
from cliplib.ledger import Call

Shape = Literal["json_schema", "json_object", "text"]
SHAPES: tuple[Shape, ...] = ("json_schema", "json_object", "text")

REMEMBERED = timedelta(days=30)
"""For so long a service is not asked again for a shape that it refused: it may have learned it since."""

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


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on its way: the engine and model that it goes to, its key in the journal, and since when."""

    engine: str
    key: str
    question: Question
    since: float = field(default_factory=time.monotonic)

    def call(self, answer: Answer, *, usable: bool) -> Call:
        """What the journal keeps of it, now that it is answered."""
        return Call(
            key=self.key,
            task=self.question.task,
            engine=self.engine,
            model=answer.model or self.engine.partition(":")[2],
            prompt=self.question.prompt.fingerprint,
            tokens_in=answer.tokens_in,
            tokens_out=answer.tokens_out,
            seconds=round(time.monotonic() - self.since, 3),
            outcome="ok" if usable else BadReply.code,
            reply=answer.text,
            at=datetime.now(UTC),
        )


class ChatClient:
    """A model of a service. Safe to use from several threads.

    Args:
        model: its name; empty: that of the settings, else the first one that the service lists.
        workshop: settings (address, key, time and call limits) and the journal.

    Raises:
        CredentialsError: neither an address nor a key is set.
        SettingsError: a limit of cost is set, and no price for the model.
    """

    def __init__(self, model: str, workshop: Workshop) -> None:
        self._workshop = workshop
        self._service = Service("chat", workshop)
        self._wanted = model or workshop.settings.model
        self._lock = threading.Lock()
        self._shape: Shape | None = None
        if self._wanted:
            price_of(self._wanted, workshop.settings)

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
            asked = Asked(f"chat:{self.model}", key, question)
            answer = self._answer(question, messages, ends)
            value, faults = examined(answer, question, last=last)
            self._workshop.journal.record(asked.call(answer, usable=value is not None))
            if value is not None:
                return Reply(value, answer.model or self.model, salvaged=bool(faults))
            if last or answer.final:
                break
            messages = with_repair(question.messages, faults, answer.text, self._workshop.settings.language)
        raise BadReply(f"chat:{self.model} on {question.task}: {'; '.join(faults[:5])}", answer.text)

    def _answer(self, question: Question, messages: Sequence[Message], ends: float) -> Answer:
        """What the service answers, in the best shape that it takes."""
        price = price_of(self.model, self._workshop.settings)
        known = self._shape or self._known_shape()
        with self._lock:
            self._shape = self._shape or known
        first = shape = self._shape

        def send(seconds: float) -> Answer:
            nonlocal shape
            shape = self._shape or first
            return self._service.line.complete(_body(self.model, messages, question.schema, shape), seconds)

        request = Request(
            f"chat:{self.model}",
            send,
            adapted=lambda error: self._stepped_down(error, shape),
            cost=lambda answer: cost_of_tokens(price, answer.tokens_in, answer.tokens_out),
        )
        answer = self._service.answer(request, ends)
        if shape != first:
            self._remember(shape)
        return answer

    def _stepped_down(self, error: Refused, shape: Shape) -> bool:
        """Whether the service refused the shape of the reply, so that the next simpler one is worth asking for."""
        said = error.said.casefold()
        named = any(word in said for word in ("response_format", "json_schema", "json_object", "schema", "structured"))
        if error.status not in (400, 422) or not named or shape == SHAPES[-1]:
            return False
        with self._lock:
            self._shape = SHAPES[max(SHAPES.index(shape) + 1, SHAPES.index(self._shape or shape))]
        return True

    def _known_shape(self) -> Shape:
        """What the service took the last time that it refused something, as the journal has it; else the best one."""
        call = self._workshop.journal.recall(self._shape_key())
        if call is None or datetime.now(UTC) - call.at > REMEMBERED:
            return SHAPES[0]
        return next((shape for shape in SHAPES if shape == call.reply), SHAPES[0])

    def _remember(self, shape: Shape) -> None:
        call = Call(
            key=self._shape_key(),
            task="shape",
            engine=f"chat:{self.model}",
            seconds=0,
            outcome="ok",
            reply=shape,
            at=datetime.now(UTC),
        )
        self._workshop.journal.record(call)

    def _shape_key(self) -> str:
        return hashlib.sha256(json.dumps(["shape", self.address, self.model]).encode()).hexdigest()


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
