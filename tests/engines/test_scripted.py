"""Engines that answer as told."""

from pathlib import Path

import numpy as np
import pytest

from cliplib.engines.base import SpeechRequest
from cliplib.engines.scripted import ScriptedEmbedder, ScriptedSpeech, ScriptedVision, ScriptedWriter
from cliplib.errors import EngineError
from cliplib.plans import Proposal
from cliplib.records import Caption, Transcript
from tests.engines.conftest import MakePick, MakeVision, MakeWorkshop


def test_answers_come_in_turn_and_then_the_default(look: MakeVision) -> None:
    told = Caption(content_types=("cta",), forms=("skit",), description="told")
    engine = ScriptedVision([told, EngineError("told to fail")])
    assert engine.describe(look()) == told
    with pytest.raises(EngineError, match="told to fail"):
        engine.describe(look())
    assert engine.describe(look()).description == "预设描述：10000-14000 毫秒"
    assert engine.describe(look(language="en")).description == "Scripted description of 10000-14000 ms"
    assert [request.language for request in engine.requests] == ["zh", "zh", "zh", "en"]


def test_speech() -> None:
    request = SpeechRequest(Path("a.mp4"), np.zeros(16_000 * 4, dtype=np.int16))
    told = Transcript(engine="told", reason="told")
    engine = ScriptedSpeech([told])
    assert engine.transcribe(request) == told
    assert [(line.span.start, line.span.end) for line in engine.transcribe(request).lines] == [(0, 3000), (3000, 4000)]


def test_writer(to_pick: MakePick) -> None:
    told = Proposal(choices=(), writer="told")
    assert ScriptedWriter([told]).pick(to_pick()) == told


def test_embedder(workshop: MakeWorkshop) -> None:
    engine = ScriptedEmbedder({"a": [3, 4, 0]}, dimensions=3)
    vectors = engine.embed(["a", "other", ""])
    assert vectors[0] == pytest.approx([0.6, 0.8, 0])
    assert np.linalg.norm(vectors[1]) == pytest.approx(1) and not vectors[2].any()
    assert engine.texts == ["a", "other", ""]
    assert ScriptedEmbedder.build("", workshop()).id == "scripted:64"
