"""A local service that speaks OpenAI's protocol for transcriptions on real sockets: answers well, and badly on demand.

It is the chat service with one more address. `server.script("hang", "html")` makes the next answers bad; ANSWERS has
the good and odd ones of its own. `server.heard` has the form fields and the sound of every request.
"""

import email.parser
import email.policy
import io
import json
import wave
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.faults.llm_server import BROKEN, HTML, STATUS, LlmServer, _Handler

PATH = "/v1/audio/transcriptions"


@dataclass(frozen=True, slots=True)
class Sent:
    """One request: its form fields (each a list of values), and the sound as a WAV file."""

    fields: dict[str, list[str]]
    sound: bytes

    @property
    def seconds(self) -> float:
        """How long the sound is; it must be 16 kHz mono with 16 bits."""
        with wave.open(io.BytesIO(self.sound)) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
            return float(file.getnframes() / 16_000)


def good(seconds: float) -> dict[str, Any]:
    """Two sentences in one segment, spread over the whole sound; words without marks, as services give them."""
    names = ("Meet", "the", "cup", "It", "never", "leaks")
    step = seconds / len(names)
    words = [{"word": name, "start": k * step, "end": (k + 1) * step} for k, name in enumerate(names)]
    text = "Meet the cup. It never leaks!"
    segment = {"id": 0, "start": 0.0, "end": seconds, "text": f" {text}", "no_speech_prob": 0.01}
    return {"task": "transcribe", "language": "english", "duration": seconds, "text": text} | {
        "segments": [segment],
        "words": words,
    }


Change = Callable[[dict[str, Any]], Any]


def _late(answer: dict[str, Any]) -> dict[str, Any]:
    end = answer["duration"]
    answer["segments"][0]["end"] = answer["words"][-1]["end"] = end + 30
    ghost = {"start": end + 5, "end": end + 9, "text": "ghost", "no_speech_prob": 0.0}
    return {**answer, "segments": [*answer["segments"], ghost]}


def _wrong(answer: dict[str, Any], value: Any) -> dict[str, Any]:
    answer["words"][0]["start"] = value
    return answer


def _made_up(answer: dict[str, Any]) -> dict[str, Any]:
    segment = {**answer["segments"][0], "text": "Thank you.", "no_speech_prob": 0.9}
    return {**answer, "text": "Thank you.", "segments": [segment], "words": []}


ANSWERS: dict[str, Change] = {
    "ok": lambda answer: answer,
    "no_words": lambda answer: {key: value for key, value in answer.items() if key != "words"},
    "nested_words": lambda a: {**a, "words": None, "segments": [{**a["segments"][0], "words": a["words"]}]},
    "no_segments": lambda answer: {**answer, "segments": []},
    "other_words": lambda a: {**a, "words": [{**word, "word": f"{word['word']}x"} for word in a["words"]]},
    "text_only": lambda answer: {"text": answer["text"]},
    "nothing": lambda answer: {**answer, "text": "", "segments": [], "words": []},
    "late": _late,
    "nan": lambda answer: _wrong(answer, float("nan")),
    "text_time": lambda answer: _wrong(answer, "1.0"),
    "odd_words": lambda answer: {**answer, "words": ["Meet"]},
    "list": lambda answer: [answer],
    "made_up": _made_up,
    "no_language": lambda answer: {**answer, "language": None},
}


class SpeechServer(LlmServer):
    """The service, running in threads of its own as long as the `with` block lasts."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Sent] = []
        self.odd: list[str] = []
        self._http.RequestHandlerClass = _SpeechHandler

    def answer_with(self, *names: str) -> None:
        """How the next answers with HTTP status 200 look, one name of ANSWERS each."""
        self.odd.extend(names)
        assert set(names) <= set(ANSWERS)


class _SpeechHandler(_Handler):
    service: SpeechServer

    def do_POST(self) -> None:
        if self.path != PATH:
            return super().do_POST()
        sent = self._sent()
        self.service.heard.append(sent)
        behaviour, _, detail = self.service.take({"messages": []}).partition(":")
        if behaviour in BROKEN:
            return self._break(behaviour)
        if behaviour in STATUS:
            status, said = STATUS[behaviour]
            headers = {"Retry-After": detail} if detail else {}
            return self._json(status, {"error": {"message": said.format(key=self._key())}}, headers)
        if behaviour == "html":
            return self._send(200, HTML.encode(), "text/html")
        odd = self.service.odd.pop(0) if self.service.odd else "ok"
        return self._send(200, json.dumps(ANSWERS[odd](good(sent.seconds))).encode(), "application/json")

    def _sent(self) -> Sent:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        form = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
        fields: dict[str, list[str]] = {}
        sound = b""
        for part in form.iter_parts():
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            if name == "file":
                sound = content
            else:
                fields.setdefault(str(name), []).append(content.decode())
        return Sent(fields, sound)
