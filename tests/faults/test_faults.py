"""The tools of other tests keep their own promises: the server by hand, odd names, and the breaking engines."""

import json
import sys
import urllib.request
from pathlib import Path

import numpy as np
import pytest

from cliplib.engines.base import SpeechRequest
from cliplib.errors import EngineError
from cliplib.media.run import run
from tests.faults import engines
from tests.faults.llm_answers import answer_for, fill
from tests.faults.llm_server import MODEL, LlmServer


def test_lists_its_models() -> None:
    with LlmServer() as server, urllib.request.urlopen(f"{server.base_url}/models", timeout=5) as reply:
        assert [entry["id"] for entry in json.load(reply)["data"]] == [MODEL]


def test_an_unknown_behaviour_is_refused() -> None:
    with LlmServer() as server, pytest.raises(ValueError, match="unknown behaviour 'fance'"):
        server.script("ok", "fance")


def test_fills_any_schema() -> None:
    schema = {
        "type": "object",
        "properties": {
            "a": {"type": "array", "items": {"type": "integer"}},
            "b": {"type": "boolean"},
            "c": {"type": "string", "enum": ["x"]},
        },
    }
    assert fill(schema) == {"a": [1], "b": False, "c": "x"}
    text = f"Say it.\nJSON Schema:\n{json.dumps(schema)}"
    assert answer_for({"messages": [{"role": "user", "content": text}]}) == fill(schema)


def test_says_how_to_run_it_by_hand() -> None:
    root = Path(__file__).resolve().parents[2]
    assert "--port" in run([sys.executable, "-m", "tests.faults.llm_server", "--help"], cwd=root).stdout


def test_engines_break_as_named() -> None:
    request = SpeechRequest(Path("a.mp4"), np.zeros(16_000, dtype=np.int16))
    with pytest.raises(EngineError):
        engines.FailingSpeech().transcribe(request)
    assert engines.LateSpeech().transcribe(request).lines[0].span.start > request.length
    embedder = engines.FailingEmbedder(fails_at=1)
    assert embedder.embed(["cup"]).any()
    with pytest.raises(EngineError):
        embedder.embed(["cup"])
