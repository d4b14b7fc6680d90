"""One request to an OpenAI-compatible service, one answer, and a time limit that the other side cannot stretch.

The library's own time-out counts from byte to byte, so a body that trickles in outlives it. Here each request runs in a
thread of its own and is abandoned, with its connection closed, when its time is up.
"""

import contextlib
import json
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from cliplib.config import Settings, without_userinfo

if TYPE_CHECKING:
    import openai

OPENAI_URL = "https://api.openai.com/v1"
LARGEST_BODY = 8_000_000
"""Bytes of an answer that are read."""

CONNECT_SECONDS = 5.0
SPARE_SECONDS = 2.0
"""By so much the library's own time-out is longer, so that ours is the one that ends a request."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back with HTTP status 200. `fault` says why it cannot be used; `final` that asking again is no use."""

    text: str = ""
    model: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None
    fault: str = ""
    final: bool = False


class Refused(Exception):
    """The service answered with an HTTP error.

    Args:
        status: HTTP status.
        said: what the service said, without secrets.
        retry_after: seconds it wants us to wait, where it named them.
    """

    def __init__(self, status: int, said: str, retry_after: float | None = None) -> None:
        super().__init__(f"HTTP {status}: {said}")
        self.status, self.said, self.retry_after = status, said, retry_after


class Unreached(Exception):
    """No answer came: the connection failed, broke, or the body was too long."""


class OutOfTime(Exception):
    """The time for the request is over."""


@dataclass(slots=True)
class _Outcome:
    """Where the thread of a request leaves what it found."""

    done: threading.Event = field(default_factory=threading.Event)
    body: bytes = b""
    error: Exception | None = None
    abandoned: bool = False


class Line:
    """The connection to one service. Safe to use from several threads; each request has a connection to itself."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.base_url or OPENAI_URL
        self._key = settings.api_key.get_secret_value()
        self._idle: list[openai.OpenAI] = []
        weakref.finalize(self, _close_all, self._idle)
        self.address = without_userinfo(self._url)

    def complete(self, body: Mapping[str, Any], seconds: float) -> Answer:
        """Ask for a chat completion.

        Raises:
            Refused, Unreached, OutOfTime: no answer that could be looked at.
        """
        return read_answer(self._timed(lambda client, outcome: _post(client, body, outcome), seconds), self.redacted)

    def transcribe(self, sound: bytes, fields: Mapping[str, Any], seconds: float) -> str:
        """Send a WAV file to be written down; the body of the answer, in which no secret can stand.

        Raises:
            Refused, Unreached, OutOfTime: no answer that could be looked at.
        """
        body = self._timed(lambda client, outcome: _send_sound(client, sound, fields, outcome), seconds)
        return self.redacted(body.decode("utf-8", "replace"))

    def models(self, seconds: float) -> list[str]:
        """The names of the models that the service lists, in its order.

        Raises:
            Refused, Unreached, OutOfTime: it gives no list.
        """
        body = self._timed(_list_models, seconds)
        try:
            return [str(entry["id"]) for entry in json.loads(body)["data"]]
        except (ValueError, LookupError, TypeError) as error:
            raise Unreached("the list of models is not JSON as expected") from error

    def redacted(self, text: str) -> str:
        """A text of the service, shortened, in which neither the key nor a password of the address can stand."""
        login = self._url.partition("://")[2].partition("/")[0].rpartition("@")[0]
        for secret in (self._key, login, login.partition(":")[2]):
            if secret:
                text = text.replace(secret, "***")
        return text

    def _timed(self, send: "Callable[[openai.OpenAI, _Outcome], None]", seconds: float) -> bytes:
        client = self._client()
        client.timeout = _patience(seconds)
        outcome = _Outcome()
        threading.Thread(target=_settle, args=(send, client, outcome), daemon=True).start()
        if not outcome.done.wait(seconds):
            # Closing the sockets under the thread ends it at its next byte.
            outcome.abandoned = True
            client.close()
            raise OutOfTime(f"no complete answer within {seconds:.1f} s")
        self._idle.append(client)
        if outcome.error is not None:
            raise self._named(outcome.error)
        return outcome.body

    def _client(self) -> "openai.OpenAI":
        import openai

        with contextlib.suppress(IndexError):
            return self._idle.pop()
        # A server that wants no key still needs a well-formed header.
        return openai.OpenAI(api_key=self._key or "none", base_url=self._url, max_retries=0)

    def _named(self, error: Exception) -> Exception:
        import openai

        if isinstance(error, Unreached):
            return error
        if isinstance(error, openai.APIStatusError):
            said = self.redacted(error.response.text)[:400]
            return Refused(error.status_code, said, retry_after(error.response.headers))
        if isinstance(error, openai.APITimeoutError):
            return Unreached("the connection timed out")
        return Unreached(self.redacted(f"{type(error).__name__}: {error.__cause__ or error}")[:400])


def _patience(seconds: float) -> "openai.Timeout":
    import openai

    return openai.Timeout(seconds + SPARE_SECONDS, connect=min(CONNECT_SECONDS, seconds / 2))


def _close_all(clients: "list[openai.OpenAI]") -> None:
    while clients:
        clients.pop().close()


def _settle(send: "Callable[[openai.OpenAI, _Outcome], None]", client: "openai.OpenAI", outcome: _Outcome) -> None:
    try:
        send(client, outcome)
    except Exception as error:  # noqa: BLE001 - carried over to the asking thread, which tells the kinds apart
        outcome.error = error
    finally:
        outcome.done.set()
        if outcome.abandoned:
            client.close()  # a connection that was only being made when the other side gave up


def _post(client: "openai.OpenAI", body: Mapping[str, Any], outcome: _Outcome) -> None:
    with client.chat.completions.with_streaming_response.create(**body) as response:
        _read(response.iter_bytes(), outcome)


def _send_sound(client: "openai.OpenAI", sound: bytes, fields: Mapping[str, Any], outcome: _Outcome) -> None:
    file = ("sound.wav", sound, "audio/wav")
    with client.audio.transcriptions.with_streaming_response.create(file=file, **fields) as response:
        _read(response.iter_bytes(), outcome)


def _read(chunks: Iterator[bytes], outcome: _Outcome) -> None:
    """Read a body to its end, or until nobody waits for it any more."""
    read = bytearray()
    for chunk in chunks:
        read += chunk
        if outcome.abandoned:
            return
        if len(read) > LARGEST_BODY:
            raise Unreached(f"the answer has more than {LARGEST_BODY} bytes")
    outcome.body = bytes(read)


def _list_models(client: "openai.OpenAI", outcome: _Outcome) -> None:
    outcome.body = client.models.with_raw_response.list().content


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by a Retry-After header, which holds seconds or a date; None without a readable one."""
    from email.utils import parsedate_to_datetime

    value = headers.get("retry-after", "")
    with contextlib.suppress(ValueError):
        return max(0.0, float(value))
    with contextlib.suppress(ValueError, TypeError):
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    return None


def read_answer(body: bytes, redacted: Callable[[str], str]) -> Answer:
    """The body of a completion as an answer; everything that is not plain text of a finished reply gets a fault."""
    raw = redacted(body.decode("utf-8", "replace"))
    try:
        reply = json.loads(body)
        choice = reply["choices"][0]
        message = choice["message"]
        content, refusal, finish = message.get("content"), message.get("refusal"), choice.get("finish_reason")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return Answer(raw, fault="the service answered with something that is no chat completion", final=True)
    usage = reply.get("usage")
    answer = Answer(
        text=redacted(content) if isinstance(content, str) else "",
        model=str(reply.get("model") or ""),
        tokens_in=_count(usage, "prompt_tokens"),
        tokens_out=_count(usage, "completion_tokens"),
    )
    if refusal or finish == "content_filter":
        said = f"the model refused: {redacted(str(refusal or finish))[:200]}"
        return replace(answer, text=answer.text or raw, fault=said, final=True)
    if finish == "length":
        return replace(answer, fault="the reply was cut off at the length limit; it must be shorter")
    if not answer.text.strip():
        return replace(answer, fault="the reply is empty")
    return answer


def _count(usage: Any, name: str) -> int | None:
    value = usage.get(name) if isinstance(usage, dict) else None
    return value if isinstance(value, int) else None
