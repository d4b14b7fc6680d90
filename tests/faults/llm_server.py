"""A local service that speaks the OpenAI chat protocol over real sockets: answers well, and badly on demand.

In a test: `with LlmServer() as server: ... Settings(base_url=server.base_url, model="test-model")`. By hand:
`python -m tests.faults.llm_server --port 8080`, then `CLIPLIB_BASE_URL=http://127.0.0.1:8080/v1 cliplib ...`.

A well-behaved answer fills the JSON schema of the request. `server.script("429:0", "fences")` makes the next two
completions bad in the named ways (BAD lists them); what follows is answered well again. `server.refuses` names the
response formats that are turned down with HTTP 400. `server.requests` has every request for a completion, and
`server.calls` counts them by task. A request lasts `server.lasts` seconds at least; `server.most_open` is how many were
open at once.
"""

import argparse
import json
import socket
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.faults.llm_answers import answer_for, schema_of

MODEL = "test-model"
SERVED_AS = "test-model-2024-11"
"""The model as the answers name it: services often answer with a more exact name than they were asked for."""

TRICKLE_SECONDS = 0.05
HTML = "<html><body>502 bad gateway</body></html>"

Change = Callable[[dict[str, Any]], str]


def _unknown_label(value: dict[str, Any]) -> str:
    for found in value.values():
        if isinstance(found, dict) and "labels" in found:
            found["labels"] = ["C99"]
    if "content_types" in value:
        value["content_types"] = ["no_such_type"]
    return json.dumps(value)


def _duplicate_label(value: dict[str, Any]) -> str:
    first = next(iter(value.values()))
    for found in value.values():
        if isinstance(found, dict) and "labels" in found:
            found["labels"] = [*first["labels"][:1], *first["labels"][:1]]
    if "content_types" in value:
        value["content_types"] = value["content_types"][:1] * 2
    return json.dumps(value)


def _duplicate_key(value: dict[str, Any]) -> str:
    text = json.dumps(value)
    key, first = next(iter(value.items()))
    return f"{text[:-1]}, {json.dumps(key)}: {json.dumps(first)}}}"


CONTENT: dict[str, Change] = {
    "ok": lambda value: json.dumps(value, ensure_ascii=False),
    "fences": lambda value: f"```json\n{json.dumps(value, ensure_ascii=False)}\n```",
    "prose": lambda value: f"Here {{you}} are:\n{json.dumps(value, ensure_ascii=False)}\nAnything else?",
    "thoughts": lambda value: f'<think>maybe {{"a": 1}}</think>{json.dumps(value)}',
    "two_objects": lambda value: f"{json.dumps(value)}\n{json.dumps(value)}",
    "truncated": lambda value: json.dumps(value)[:-9],
    "unknown_label": _unknown_label,
    "duplicate_label": _duplicate_label,
    "duplicate_key": _duplicate_key,
    "extra_key": lambda value: json.dumps({**value, "shell": "rm"}),
    "nan": lambda value: json.dumps({**value, next(iter(value)): float("nan")}),
    "wrong_types": lambda value: json.dumps(dict.fromkeys(value, 1)),
    "empty": lambda value: "",
    "no_json": lambda value: "I would rather talk about the weather.",
}
"""What the reply of the model looks like."""

STATUS = {
    "400": (400, "this model cannot see pictures"),
    "401": (401, "Incorrect API key provided: {key}"),
    "403": (403, "key {key} has no access"),
    "404": (404, "no such model"),
    "422": (422, "unprocessable"),
    "429": (429, "rate limit reached"),
    "500": (500, "internal error"),
    "502": (502, "bad gateway"),
    "quota": (429, "insufficient_quota: pay first"),
    "filter": (400, "data_inspection_failed"),
}
"""HTTP errors; "429:2" adds a Retry-After of two seconds."""

ODD_BODY: dict[str, Callable[[dict[str, Any]], None]] = {
    "refusal": lambda body: body["choices"][0]["message"].update(content=None, refusal="I cannot help with that."),
    "filtered": lambda body: body["choices"][0].update(finish_reason="content_filter"),
    "length": lambda body: body["choices"][0].update(finish_reason="length"),
    "null_choices": lambda body: body.update(choices=None),
    "no_usage": lambda body: body.update(usage=None),
}
"""What is odd about an answer with HTTP status 200."""

ODD = (*ODD_BODY, "html", "echo_key", "huge")

BROKEN = ("hang", "trickle", "trickle_head", "reset", "cut")
"""Connections that never end well."""

BAD = (*CONTENT, *STATUS, *ODD, *BROKEN)


class LlmServer:
    """The service, running in threads of its own as long as the `with` block lasts."""

    def __init__(self, port: int = 0) -> None:
        self.requests: list[dict[str, Any]] = []
        self.calls: Counter[str] = Counter()
        self.refuses: set[str] = set()
        self.models = [MODEL]
        self.model_requests = 0
        self.closing = threading.Event()
        self.lasts = 0.0
        self.open = self.most_open = 0
        self._lock = threading.Lock()
        self._queue: deque[str] = deque()
        self._http = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
        self._http.daemon_threads = True
        self._http.block_on_close = False
        self._http.service = self  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def base_url(self) -> str:
        """The address to give to a client."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def script(self, *behaviours: str) -> None:
        """How the next completions go wrong, one name each; "ok" for one that does not."""
        for name in behaviours:
            if name.partition(":")[0] not in BAD:
                raise ValueError(f"unknown behaviour {name!r}; there are {', '.join(BAD)}")
        with self._lock:
            self._queue.extend(behaviours)

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Count the requests that are being answered, each of which lasts `lasts` seconds at least."""
        with self._lock:
            self.open += 1
            self.most_open = max(self.most_open, self.open)
        self.closing.wait(self.lasts)
        yield
        with self._lock:
            self.open -= 1

    def take(self, request: dict[str, Any]) -> str:
        """Note a request and say how to answer it."""
        with self._lock:
            self.requests.append(request)
            self.calls[str(schema_of(request).get("title", "text"))] += 1
            return self._queue.popleft() if self._queue else "ok"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def service(self) -> LlmServer:
        found: LlmServer = self.server.service  # type: ignore[attr-defined]
        return found

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: tests read the requests instead."""

    def do_GET(self) -> None:
        if self.path != "/v1/models":
            return self._json(404, {"error": {"message": "not found"}})
        self.service.model_requests += 1
        listed = [{"id": name, "object": "model"} for name in self.service.models]
        return self._json(200, {"object": "list", "data": listed})

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        with self.service.busy():
            self._complete(request)

    def _complete(self, request: dict[str, Any]) -> None:
        if self.path != "/v1/chat/completions":
            return self._json(404, {"error": {"message": "not found"}})
        behaviour, _, detail = self.service.take(request).partition(":")
        form = request.get("response_format", {}).get("type", "text")
        if form in self.service.refuses:
            return self._json(400, {"error": {"message": f"response_format {form!r} is not supported"}})
        if behaviour in BROKEN:
            return self._break(behaviour)
        if behaviour in STATUS:
            status, said = STATUS[behaviour]
            headers = {"Retry-After": detail} if detail else {}
            return self._json(status, {"error": {"message": said.format(key=self._key())}}, headers)
        return self._answer(behaviour, request)

    def _key(self) -> str:
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    def _answer(self, behaviour: str, request: dict[str, Any]) -> None:
        if behaviour == "html":
            return self._send(200, HTML.encode(), "text/html")
        if behaviour == "huge":
            return self._send(200, b" " * 9_000_000, "application/json")
        content = CONTENT.get(behaviour, CONTENT["ok"])(answer_for(request))
        if behaviour == "echo_key":
            content = f"your key is {self._key()}"
        message: dict[str, Any] = {"role": "assistant", "content": content}
        choice: dict[str, Any] = {"index": 0, "message": message, "finish_reason": "stop"}
        body: dict[str, Any] = {"id": "x", "object": "chat.completion", "created": 0, "model": SERVED_AS}
        body |= {"choices": [choice], "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}}
        if behaviour in ODD_BODY:
            ODD_BODY[behaviour](body)
        return self._json(200, body)

    def _break(self, how: str) -> None:
        if how == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            self.connection.close()
        elif how == "cut":
            self._head(200, 1000)
            self.wfile.write(b'{"choices": [')
        elif how == "hang":
            self.service.closing.wait()
        else:
            self._trickle(how == "trickle_head")
        self.close_connection = True

    def _trickle(self, in_head: bool) -> None:
        """One byte at a time, for ever: in the headers, or in the body."""
        if in_head:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        else:
            self._head(200, 1_000_000)
        try:
            while not self.service.closing.wait(TRICKLE_SECONDS):
                self.wfile.write(b" ")
        except OSError:
            return  # the client has gone, as it should

    def _head(self, status: int, length: int, content_type: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(length))

        self.end_headers()

    def _json(self, status: int, value: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(value).encode(), "application/json", headers)

    def _send(self, status: int, body: bytes, content_type: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Type": content_type, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True


def main() -> None:
    """Serve until interrupted."""
    options = argparse.ArgumentParser(description="A local chat service with made-up answers, for tries and tests.")
    options.add_argument("--port", type=int, default=8080)
    with LlmServer(options.parse_args().port) as server:
        sys.stdout.write(f"listening on {server.base_url}, model {MODEL}\n")
        sys.stdout.flush()
        try:
            server.closing.wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
