"""The n-gram embedder in another process, and a real sentence-transformers model where the extra is installed."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cliplib.engines.ngram import NgramEmbedder
from cliplib.engines.sentence import SentenceEmbedder
from cliplib.errors import MissingTool, SettingsError
from cliplib.media.run import run
from tests.engines.conftest import MakeWorkshop

TEXT = "保温杯 leak-proof 杯子不漏"


def test_vectors_are_the_same_in_every_process() -> None:
    code = f"from cliplib.engines.ngram import NgramEmbedder as E; print(E().embed([{TEXT!r}]).tobytes().hex())"
    said = run([sys.executable, "-c", code], env={"PYTHONHASHSEED": "7"}).stdout
    assert bytes.fromhex(said.strip()) == NgramEmbedder().embed([TEXT]).tobytes()


def test_width_and_case_do_not_count() -> None:
    one, other = NgramEmbedder().embed(["Ｃｕｐ 杯子", "cup 杯子"])
    assert np.array_equal(one, other)


def test_a_word_said_often_counts_less_each_time() -> None:
    once, often, other = NgramEmbedder().embed(["杯子 漏水", "杯子 " * 50 + "漏水", "杯子"])
    assert once @ other < often @ other < 0.999


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())


def test_without_the_extra(workshop: MakeWorkshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(MissingTool) as caught:
        SentenceEmbedder.build("m", workshop())
    assert "cliplib[local]" in caught.value.next_step


@pytest.mark.usefixtures("package")
def test_an_absent_model_fails_at_once(workshop: MakeWorkshop) -> None:
    with pytest.raises(MissingTool, match="not on this machine") as caught:
        SentenceEmbedder.build("all-MiniLM-L6-v2", workshop())
    assert "hf download sentence-transformers/all-MiniLM-L6-v2" in caught.value.next_step
    with pytest.raises(SettingsError, match="needs a model"):
        SentenceEmbedder.build("", workshop())


class FakeModel:
    """Answers as sentence-transformers does."""

    def get_sentence_embedding_dimension(self) -> int:
        return 2

    def encode(self, texts: list[str], **_: Any) -> Any:
        return np.array([[0.6, 0.8]] * len(texts))


@pytest.mark.usefixtures("package")
def test_empty_texts_are_not_shown_to_the_model(workshop: MakeWorkshop, tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text("[]")
    engine = SentenceEmbedder.build(str(tmp_path), workshop())
    engine._loaded = FakeModel()
    wanted = np.array([[0, 0], [0.6, 0.8], [0, 0]], dtype=np.float32)
    assert np.allclose(engine.embed(["", "杯子", "。"]), wanted)
    assert engine.embed(["", "!"]).shape == (2, 2)
    assert engine.id == f"sentence:{tmp_path}"


@pytest.mark.local
def test_a_real_tiny_model(workshop: MakeWorkshop, tmp_path: Path) -> None:
    """Random weights, real files: the whole way through the package."""
    pytest.importorskip("sentence_transformers", reason="needs the extra `local`", exc_type=ImportError)
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer import modules
    from transformers import BertConfig, BertModel, BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"杯子不漏水保温点击下方", "cup", "leak", "hot"]
    (tmp_path / "vocab.txt").write_text("\n".join(words), "utf-8")
    base = str(tmp_path / "bert")
    shape = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    BertModel(BertConfig(vocab_size=len(words), max_position_embeddings=128, **shape)).save_pretrained(base)
    BertTokenizerFast(vocab=str(tmp_path / "vocab.txt")).save_pretrained(base)
    layers = [
        modules.Transformer(base, max_seq_length=64),
        modules.Pooling(32, pooling_mode="mean"),
        modules.Normalize(),
    ]
    SentenceTransformer(modules=layers, device="cpu").save(str(tmp_path / "model"))
    engine = SentenceEmbedder.build(str(tmp_path / "model"), workshop())
    vectors = engine.embed(["杯子不漏", "", "hot cup"])
    assert vectors.shape == (3, 32) == (3, engine.dimensions)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 0, 1], abs=1e-5)
    assert np.allclose(vectors[0], engine.embed(["杯子不漏"])[0], atol=1e-5)
