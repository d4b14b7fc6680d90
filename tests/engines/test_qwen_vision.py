"""Captions from a local Qwen model: real loading and generating with tiny random weights, and forced answers."""

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cliplib.engines.base import TimedFrame, Workshop
from cliplib.engines.captioning import caption_question
from cliplib.engines.chat import Found, with_schema
from cliplib.engines.chat_line import Answer
from cliplib.engines.qwen_model import PAD, QwenModel, safe
from cliplib.engines.qwen_vision import QwenVision
from cliplib.errors import BadReply, EngineError, MissingTool, SettingsError
from cliplib.ledger import Call
from cliplib.vocabulary import shipped
from tests.engines.conftest import MakeVision, MakeWorkshop
from tests.faults.llm_answers import answer_for

MakeQwen = Callable[[str], Path]


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())


def test_without_the_extra(workshop: MakeWorkshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingTool, match="torch is absent") as caught:
        QwenVision.build("m", workshop())
    assert "cliplib[local]" in caught.value.next_step


@pytest.mark.usefixtures("packages")
def test_an_absent_model_fails_at_once(workshop: MakeWorkshop, tmp_path: Path) -> None:
    with pytest.raises(MissingTool, match="not on this machine") as caught:
        QwenVision.build("Qwen3-VL-4B-Instruct", workshop())
    assert "hf download Qwen/Qwen3-VL-4B-Instruct" in caught.value.next_step
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(MissingTool, match="safetensors"):
        QwenVision.build(str(tmp_path), workshop())
    with pytest.raises(SettingsError, match="needs a model"):
        QwenVision.build("", workshop())
    (tmp_path / "model.safetensors").touch()
    assert QwenVision.build("", workshop(model=str(tmp_path))).id == f"qwen-vl:{tmp_path}"


class Answers(QwenModel):
    """Gives prepared answers and keeps what was asked."""

    def __init__(self, *texts: str) -> None:
        self.asked: list[Any] = []
        self._texts = list(texts)

    def answer(self, messages: Any) -> Answer:
        self.asked.append(messages)
        return Answer(self._texts.pop(0), "tiny", tokens_in=7, tokens_out=3)


def good(request: Any) -> Found:
    """The answer that the fake service gives to the same question."""
    question = caption_question(shipped(), request)
    return answer_for({"messages": with_schema(question.messages, question.schema)})


def test_an_unusable_answer_is_repaired_once_and_the_good_one_kept(workshop: MakeWorkshop, look: MakeVision) -> None:
    shop = workshop()
    model = Answers("no JSON", f"```json\n{json.dumps(good(look()), ensure_ascii=False)}\n```")
    engine = QwenVision("tiny", model, shop)
    caption = engine.describe(look())
    assert caption.model == "tiny" and not shipped().unknown("content_type", caption.content_types)
    assert "JSON Schema" in model.asked[0][-1]["content"][-1]["text"]
    assert "no JSON" in model.asked[1][-1]["content"][-1]["text"]
    assert QwenVision("tiny", Answers(), shop).describe(look()) == caption, "the journal has it"
    calls: list[Call] = shop.journal.calls("caption")  # type: ignore[attr-defined]
    assert [call.outcome for call in calls] == ["E_BAD_REPLY", "ok"]
    assert (calls[1].engine, calls[1].tokens_in, calls[1].tokens_out) == ("qwen-vl:tiny", 7, 3)


def test_two_unusable_answers_end_it_with_the_raw_text(workshop: MakeWorkshop, look: MakeVision) -> None:
    with pytest.raises(BadReply, match="qwen-vl:tiny on caption") as caught:
        QwenVision("tiny", Answers("{", '{"a": 1}'), workshop()).describe(look())
    assert caught.value.raw == '{"a": 1}'
    with pytest.raises(EngineError, match="no picture"):
        QwenVision("tiny", Answers(), workshop()).describe(look(frames=()))


def test_words_of_footage_hold_no_control_tokens(look: MakeVision) -> None:
    request = look(f"<|im_end|> {PAD} price")
    turns = safe(caption_question(shipped(), request).messages)
    assert all("<|" not in part.get("text", "") for turn in turns for part in turn["content"])
    assert "< |im_end|>" in turns[1]["content"][0]["text"]


def picture(width: int, height: int, colour: str = "white") -> bytes:
    import io

    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> MakeQwen:
    """A function that makes a tiny model of a version once."""
    pytest.importorskip("torch", reason="needs the extra `local`", exc_type=ImportError)
    pytest.importorskip("transformers", reason="needs the extra `local`", exc_type=ImportError)
    from tests.engines.make_tiny_qwen import make_qwen

    made: dict[str, Path] = {}

    def make(version: str) -> Path:
        if version not in made:
            made[version] = make_qwen(tmp_path_factory.mktemp("qwen") / f"tiny-{version}", version)
        return made[version]

    return make


@pytest.mark.local
@pytest.mark.parametrize(("version", "patch"), [("2.5", 14), ("3", 16)])
def test_a_real_tiny_model_sees_every_picture_and_its_garbage_is_kept(
    version: str,
    patch: int,
    tiny: MakeQwen,
    workshop: MakeWorkshop,
    look: MakeVision,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Random weights write nonsense: what counts is that all of the way runs, with the right number of tokens."""
    monkeypatch.setattr("cliplib.engines.qwen_model.MOST_TOKENS", 12)
    shop: Workshop = workshop()
    engine = QwenVision.build(str(tiny(version)), shop)
    frames = tuple(TimedFrame(10_000 + 500 * k, picture(224, 128)) for k in range(4))
    with pytest.raises(BadReply) as caught:
        engine.describe(look(frames=frames))
    calls: list[Call] = shop.journal.calls("caption")  # type: ignore[attr-defined]
    assert len(calls) == 2 and caught.value.raw == calls[-1].reply != ""
    assert all(call.tokens_out is not None and 0 < call.tokens_out <= 12 for call in calls)
    with pytest.raises(BadReply):
        engine.describe(look(frames=frames[:1]))
    calls = shop.journal.calls("caption")  # type: ignore[attr-defined]
    counts = [call.tokens_in or 0 for call in calls]
    # Three pictures more: their words, letter by letter, their two marks, and a token for every 2x2 patches.
    said = sum(len(f"Picture {k}, at {(k - 1) / 2:.1f} s of the clip:") for k in (2, 3, 4))
    each = round(224 / (2 * patch)) * round(128 / (2 * patch))
    assert counts[0] - counts[2] == said + 3 * (2 + each)


@pytest.mark.local
@pytest.mark.parametrize("version", ["2.5", "3"])
def test_an_answer_in_tokens_becomes_a_caption(
    version: str, tiny: MakeQwen, workshop: MakeWorkshop, look: MakeVision, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    shop: Workshop = workshop()
    engine = QwenVision.build(str(tiny(version)), shop)
    engine._model._load()
    model = engine._model
    wanted = good(look())
    written = model._tokenizer(json.dumps(wanted, ensure_ascii=False) + "<|im_end|>", return_tensors="pt")["input_ids"]

    def generate(**inputs: Any) -> Any:
        assert (
            inputs["mm_token_type_ids"].sum()
            == (inputs["input_ids"] == model._tokenizer.convert_tokens_to_ids(PAD)).sum()
        )
        assert inputs["do_sample"] is False and len(inputs["image_grid_thw"]) == 4
        return torch.cat([inputs["input_ids"], written], dim=1)

    monkeypatch.setattr(model._model, "generate", generate)
    caption = engine.describe(look())
    assert list(caption.content_types) == wanted["content_types"] and caption.description == wanted["description"]
    assert caption.model == f"tiny-{version}"
    assert shop.journal.calls("caption")[0].tokens_out == written.shape[1]  # type: ignore[attr-defined]


@pytest.mark.local
def test_pictures_change_what_is_written(tiny: MakeQwen, jpeg: bytes) -> None:
    """The pixels reach the model: another picture gives other scores for the first token."""
    import base64

    import torch

    model = QwenModel(tiny("3"), lambda _: None)
    model._load()
    assert model._prepare is not None

    def scores(shown: bytes) -> Any:
        url = f"data:image/jpeg;base64,{base64.b64encode(shown).decode()}"
        content = [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": "what?"}]
        assert model._prepare is not None
        with torch.inference_mode():
            return model._model(**model._prepare([{"role": "user", "content": content}])).logits[0, -1]

    assert not torch.allclose(scores(jpeg), scores(picture(64, 36)))
    assert torch.equal(scores(jpeg), scores(jpeg))


@pytest.mark.local
def test_a_model_without_a_template_or_with_broken_weights_is_named(tiny: MakeQwen, tmp_path: Path) -> None:
    import shutil

    for broken, said in (("chat_template.jinja", "no chat template"), ("model.safetensors", "cannot be loaded")):
        folder = tmp_path / broken
        shutil.copytree(tiny("3"), folder)
        if broken == "model.safetensors":
            (folder / broken).write_bytes(b"\0" * 64)
        else:
            (folder / broken).unlink(missing_ok=True)
        with pytest.raises(EngineError, match=said):
            QwenModel(folder, lambda _: None).answer([{"role": "user", "content": "hello"}])
