"""Real speech through the voice detector and a real (tiny, random) Whisper model, and what is made of its output."""

import importlib.util
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from cliplib.engines import silero
from cliplib.engines.base import Audio, SpeechRequest
from cliplib.engines.silero import find_speech
from cliplib.engines.whisper import WhisperSpeech, is_made_up
from cliplib.errors import EngineError, MissingTool, SettingsError
from cliplib.records import Transcript
from tests.engines.conftest import FIXTURES, MakeWorkshop

TINY = str(FIXTURES / "tiny-whisper")


def test_speech_is_found_where_it_is(speech: Audio) -> None:
    pause = np.zeros(24_000, dtype=np.int16)
    alone = find_speech(speech)
    assert alone and 100 <= alone[0].start <= 500 and alone[-1].end <= 2600
    twice = find_speech(np.concatenate([pause, speech, pause, speech]))
    assert len(twice) == 2 * len(alone)
    assert abs(twice[0].start - (1500 + alone[0].start)) < 150
    assert all(a.end <= b.start for a, b in pairwise(twice))


def test_long_sound_is_looked_at_in_blocks(speech: Audio, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stretch that the edge of a block cuts in two is one stretch."""
    whole = find_speech(speech)
    monkeypatch.setattr(silero, "BLOCK_SECONDS", 1)
    blocks = find_speech(speech)
    assert len(blocks) == len(whole)
    assert abs(blocks[0].start - whole[0].start) < 200 and abs(blocks[-1].end - whole[-1].end) < 500


@pytest.mark.parametrize("kind", ["nothing", "silence", "tone", "noise"])
def test_no_speech(kind: str) -> None:
    sounds = {
        "nothing": np.zeros(0),
        "silence": np.zeros(32_000),
        "tone": 8000 * np.sin(np.arange(32_000) * 0.17),
        "noise": np.random.default_rng(1).normal(0, 900, 32_000),
    }
    assert find_speech(sounds[kind].astype(np.int16)) == []


def test_a_real_model_hears_inside_the_sound(speech: Audio, workshop: MakeWorkshop) -> None:
    engine = WhisperSpeech.build(TINY, workshop())
    heard = engine.transcribe(SpeechRequest(Path("a.mp4"), speech, "zh", ("青屿",)))
    assert (heard.language, heard.engine) == ("zh", f"faster-whisper:{TINY}")
    assert heard.lines or heard.reason
    for line in heard.lines:
        assert line.words and line.span.end <= 2600
        assert all(line.span.start <= w.span.start and w.span.end <= line.span.end for w in line.words)
    assert Transcript.from_json(heard.to_json()) == heard, "no number of another library is left in it"


def test_without_speech_the_model_is_not_even_loaded(workshop: MakeWorkshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """R48."""
    engine = WhisperSpeech.build(TINY, workshop())
    monkeypatch.setattr(engine, "_model", lambda: pytest.fail("the model was asked"))
    heard = engine.transcribe(SpeechRequest(Path("a.mp4"), np.zeros(32_000, dtype=np.int16)))
    assert heard.lines == () and "no speech" in heard.reason


class FakeModel:
    """Gives segments as faster-whisper does, with numpy numbers."""

    def __init__(self, *segments: Any) -> None:
        self.segments = segments
        self.asked: dict[str, Any] = {}

    def transcribe(self, audio: Any, **asked: Any) -> tuple[Any, Any]:
        self.asked = asked
        return iter(self.segments), SimpleNamespace(language="zh")


def segment(text: str, start: float, no_speech: float = 0.0, step: float = 0.1) -> SimpleNamespace:
    words = [
        SimpleNamespace(
            word=letter,
            start=np.float64(start + k * step),
            end=np.float64(start + (k + 1) * step),
            probability=np.float64(0.9),
        )
        for k, letter in enumerate(text)
    ]
    return SimpleNamespace(text=text, words=words, no_speech_prob=no_speech)


def hear(model: FakeModel, speech: Audio, shop: Any, **request: Any) -> Transcript:
    engine = WhisperSpeech.build(TINY, shop)
    engine._loaded = model
    return engine.transcribe(SpeechRequest(Path("a.mp4"), speech, **request))


def test_segments_become_sentences(speech: Audio, workshop: MakeWorkshop) -> None:
    model = FakeModel(segment("不漏。很轻！", 0.2), segment(" a b", 1.0))
    heard = hear(model, speech, workshop(), language="zh", hotwords=("青屿", "Qingyu"))
    assert [line.text for line in heard.lines] == ["不漏。", "很轻！", "a b"]
    assert [(line.span.start, line.span.end) for line in heard.lines] == [(200, 500), (500, 800), (1000, 1400)]
    assert [word.text for word in heard.lines[2].words] == ["a", "b"]
    assert model.asked["hotwords"] == "青屿 Qingyu" and model.asked["language"] == "zh"
    assert model.asked["vad_filter"] and model.asked["word_timestamps"] and "简体" in model.asked["initial_prompt"]


def test_times_stay_inside_the_sound(speech: Audio, workshop: MakeWorkshop) -> None:
    heard = hear(FakeModel(segment("早晚", 2.55, step=9.0), segment("鬼", 35.9)), speech, workshop())
    assert [(line.text, line.span.start, line.span.end) for line in heard.lines] == [("早", 2550, 2600)]


def test_stock_phrases_are_left_out_and_announced(speech: Audio, workshop: MakeWorkshop, said: list[str]) -> None:
    """R49."""
    model = FakeModel(segment("请不吝点赞 订阅 转发", 0.1), segment("好。字幕志愿者 李", 0.5), segment("……", 2.0))
    heard = hear(model, speech, workshop())
    assert heard.lines == () and "no words" in heard.reason
    assert len(said) == 1 and "请不吝点赞" in said[0]


@pytest.mark.parametrize(
    ("text", "no_speech", "made_up"),
    [
        ("字幕由Amara.org社区提供", 0.0, True),
        ("谢谢观看！", 0.9, True),
        ("谢谢观看！", 0.1, False),
        ("Thank you.", 0.8, True),
        ("谢谢大家来到直播间", 0.9, False),
        ("保温十二小时", 0.9, False),
    ],
)
def test_what_counts_as_made_up(text: str, no_speech: float, made_up: bool) -> None:
    assert is_made_up(text, no_speech) is made_up


def test_absent_weights_are_named_at_once_when_offline(workshop: MakeWorkshop, tmp_path: Path) -> None:
    with pytest.raises(MissingTool, match="faster-whisper:medium") as caught:
        WhisperSpeech.build("medium", workshop())
    assert "hf download Systran/faster-whisper-medium" in caught.value.next_step
    with pytest.raises(SettingsError, match=r"no model\.bin"):
        WhisperSpeech.build(str(tmp_path), workshop())


def test_a_download_is_announced_and_its_failure_is_clear(
    speech: Audio, workshop: MakeWorkshop, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE")
    engine = WhisperSpeech.build("", workshop())
    assert "will be downloaded" in said[0] and engine.id == "faster-whisper:small"
    import faster_whisper

    def unreachable(*_: Any, **__: Any) -> None:
        raise OSError("no network")

    monkeypatch.setattr(faster_whisper, "WhisperModel", unreachable)
    with pytest.raises(MissingTool, match="cannot be downloaded"):
        engine.transcribe(SpeechRequest(Path("a.mp4"), speech))


def test_broken_weights_are_an_engine_error(speech: Audio, workshop: MakeWorkshop, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"broken")
    engine = WhisperSpeech.build(str(tmp_path), workshop())
    with pytest.raises(EngineError, match="cannot be loaded"):
        engine.transcribe(SpeechRequest(Path("a.mp4"), speech))


def test_without_the_package(workshop: MakeWorkshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingTool, match="is absent"):
        WhisperSpeech.build("small", workshop())
