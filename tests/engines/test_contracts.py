"""What every engine of a kind must do, for all engines of the kind."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cliplib.engines import registry
from cliplib.engines.base import Embedder, SpeechRequest, TimedFrame, VisionEngine, Workshop, Writer
from cliplib.vocabulary import shipped
from cliplib.words import is_chinese
from tests.engines.conftest import FIXTURES, MakePick, MakeVision, MakeWorkshop
from tests.faults.llm_server import LlmServer

EMBEDDERS = ("ngram", "scripted:")
VISIONS = ("facts", "scripted:", "chat:")
WRITERS = ("rules", "scripted:", "chat:")
TEXTS = ("none", "rapidocr", "scripted:")
SPEECHES = ("sidecar", "none", "scripted:", "transcriptions:whisper-1", f"faster-whisper:{FIXTURES / 'tiny-whisper'}")


@pytest.fixture
def shop(server: LlmServer, workshop: MakeWorkshop) -> Workshop:
    return workshop(server)


@pytest.fixture(params=EMBEDDERS)
def embedder(request: pytest.FixtureRequest, shop: Workshop) -> Embedder:
    return registry.make("embedder", request.param, shop)


@pytest.fixture(params=VISIONS)
def vision(request: pytest.FixtureRequest, shop: Workshop) -> VisionEngine:
    return registry.make("vision", request.param, shop)


@pytest.fixture(params=WRITERS)
def writer(request: pytest.FixtureRequest, shop: Workshop) -> Writer:
    return registry.make("writer", request.param, shop)


def test_vectors_have_one_shape_and_unit_length(embedder: Embedder) -> None:
    vectors = embedder.embed(["杯子不漏水", "a cup that never leaks", "", "?!"])
    assert vectors.shape == (4, embedder.dimensions) and vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 0, 0], abs=1e-5)


def test_the_same_text_gives_the_same_vector_in_any_company(embedder: Embedder) -> None:
    alone = embedder.embed(["杯子 cup"])
    assert np.array_equal(alone[0], embedder.embed(["other", "杯子 cup"])[1])
    assert embedder.embed([]).shape == (0, embedder.dimensions)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "spoken", ["", "双层真空不锈钢，保温十二小时。", "Tired of spills? Meet the carry cup.", "嗯", "\u202e😀"]
)
def test_captions_use_the_vocabulary_and_the_language(
    vision: VisionEngine, look: MakeVision, spoken: str, language: str
) -> None:
    caption = vision.describe(look(spoken, language=language, filed_under=("qingyu-cup",)))
    words = shipped()
    assert not words.unknown("content_type", caption.content_types) and not words.unknown("form", caption.forms)
    assert not words.unknown("person_role", (person.role or "" for person in caption.people))
    assert is_chinese(caption.description) is (language == "zh")
    assert {link.product for link in caption.products} <= {"qingyu-cup"}
    assert isinstance(vision.fingerprint, str) and vision.id


def test_writers_choose_for_each_offer_from_the_offer(writer: Writer, to_pick: MakePick) -> None:
    request = to_pick()
    proposal = writer.pick(request)
    offered = {offer.beat: {c.label for c in offer.candidates} for offer in request.offers if offer.candidates}
    assert [choice.beat for choice in proposal.choices] == list(offered)
    assert all(choice.labels and set(choice.labels) <= offered[choice.beat] for choice in proposal.choices)
    firsts = [choice.labels[0] for choice in proposal.choices]
    assert len(set(firsts)) == len(firsts)
    assert proposal.writer == writer.id and all(choice.reason for choice in proposal.choices)


def test_writers_answer_the_same_request_alike(writer: Writer, to_pick: MakePick) -> None:
    assert writer.pick(to_pick()) == writer.pick(to_pick())


@pytest.mark.parametrize("spec", SPEECHES)
def test_silence_has_no_lines_and_a_reason(spec: str, shop: Workshop, tmp_path: Path) -> None:
    """R48: or, for the scripted engine, lines inside the sound."""
    engine = registry.make("speech", spec, shop)
    heard = engine.transcribe(SpeechRequest(tmp_path / "a.mp4", np.zeros(8000, dtype=np.int16)))
    assert heard.lines or heard.reason
    assert all(line.span.end <= 500 for line in heard.lines)
    assert engine.transcribe(SpeechRequest(tmp_path / "a.mp4", np.zeros(0, dtype=np.int16))).reason


@pytest.mark.parametrize("spec", TEXTS)
def test_readers_place_each_text_in_its_frame_and_answer_alike(spec: str, shop: Workshop, jpeg: bytes) -> None:
    engine = registry.make("text", spec, shop)
    frames = [TimedFrame(0, jpeg), TimedFrame(40, jpeg)]
    found = engine.read(frames)
    assert engine.read(frames) == found and (found is None) is (spec == "none")
    assert all(text.text.strip() and text.span.length == 1 for text in found or ())
    assert {text.span.start for text in found or ()} <= {0, 40}
    assert not engine.read([]) and engine.id


ProbeOf = Callable[[Embedder, str], float]


@pytest.mark.parametrize(
    ("query", "near", "far"),
    [
        ("杯子不漏水", "一键锁扣，倒过来也不漏", "点击下方小黄车，马上带走它"),
        ("保温时间长", "双层真空不锈钢，保温十二小时", "三十天无理由退换，放心拍"),
        ("到手价多少钱", "今天直播间到手价只要九十九", "库存只有三百件，拍完就没有了"),
        ("leak proof cup", "the cup never leaks in your bag", "order yours today, three colours"),
        ("hot drinks for hours", "hot for twelve hours", "a soft powder coat"),
        ("opening it with one hand", "one click and it opens with one hand", "I take it everywhere"),
    ],
)
def test_related_texts_are_nearer(query: str, near: str, far: str, shop: Workshop) -> None:
    vectors = registry.make("embedder", "ngram", shop).embed([query, near, far])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.05
