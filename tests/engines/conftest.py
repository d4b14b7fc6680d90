"""Fixtures for the engines: a chat service, workshops, requests and real speech."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cliplib.config import Product, Settings
from cliplib.engines import service
from cliplib.engines.base import Audio, PickRequest, TimedFrame, VisionRequest, Workshop
from cliplib.engines.journal import MemoryJournal
from cliplib.plans import Beat, Candidate, Offer, Script
from cliplib.records import ClipRecord, Edge, Facts, Transcript
from cliplib.values import Span
from cliplib.vocabulary import shipped
from tests.faults.llm_server import MODEL, LlmServer

FIXTURES = Path(__file__).parent / "fixtures"
KEY = "sk-canary-0123456789"
CUP = Product(id="qingyu-cup", name="青屿随行杯", aliases=("Qingyu carry cup", "carry cup", "青屿"))
FOOTAGE = "f_0123456789abcdef"

MakeWorkshop = Callable[..., Workshop]
MakeVision = Callable[..., VisionRequest]
MakePick = Callable[..., PickRequest]


@pytest.fixture
def server() -> Iterator[LlmServer]:
    """A chat service on a real socket."""
    with LlmServer() as running:
        yield running


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "FIRST_WAIT", 0.01)


@pytest.fixture
def said() -> list[str]:
    """What engines announced."""
    return []


@pytest.fixture
def workshop(said: list[str]) -> MakeWorkshop:
    """A function that makes a workshop with an own journal; arguments are settings, `server` sets the address."""

    def make(server: LlmServer | None = None, **settings: Any) -> Workshop:
        if server is not None:
            settings = {"base_url": server.base_url, "api_key": KEY, "model": MODEL, "timeout": 20, **settings}
        return Workshop(Settings(**settings), shipped(), MemoryJournal(), announce=said.append)

    return make


@pytest.fixture(scope="session")
def jpeg() -> bytes:
    """A picture of 64x36 with its detail in the middle."""
    import io

    from PIL import Image

    pixels = np.full((36, 64, 3), 30, dtype=np.uint8)
    pixels[8:28, 28:36] = np.random.default_rng(3).integers(0, 255, (20, 8, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=90)
    return file.getvalue()


@pytest.fixture
def look(jpeg: bytes) -> MakeVision:
    """A function that makes a request for a caption; arguments replace its fields, or those of its facts."""

    def make(spoken: str = "", **changes: Any) -> VisionRequest:
        known = {
            "sharpness": 0.7,
            "brightness": 0.5,
            "motion": 0.1,
            "speech": 0.8 if spoken else 0.0,
            "has_sound": True,
        }
        facts = Facts(**{**known, **{key: changes.pop(key) for key in tuple(changes) if key in Facts.model_fields}})
        fields: dict[str, Any] = {
            "kind": "brand",
            "span": Span(start=10_000, end=14_000),
            "frames": tuple(TimedFrame(10_000 + 500 * k, jpeg) for k in range(4)),
            "language": "zh",
            "products": (CUP,),
        }
        return VisionRequest(spoken=spoken, facts=facts, **{**fields, **changes})

    return make


def clip(number: int, types: tuple[str, ...], spoken: str, length: int = 4000) -> ClipRecord:
    """A clip record; `number` decides where on the footage it lies."""
    span = Span(start=number * 10_000, end=number * 10_000 + length)
    return ClipRecord(
        id=ClipRecord.id_of(FOOTAGE, span),
        footage=FOOTAGE,
        kind="brand",
        span=span,
        start_edge=Edge(reason="shot_change"),
        end_edge=Edge(reason="shot_change"),
        content_types=types,
        forms=("live_action",),
        spoken=spoken,
        transcript=Transcript(engine="none"),
        description="一只杯子",
        facts=Facts(sharpness=0.5, brightness=0.5, motion=0.1, speech=0.5, has_sound=True),
    )


CLIPS = {
    "C01": clip(1, ("pain_point",), "咖啡还没喝几口，就已经凉了。"),
    "C02": clip(2, ("product_feature",), "双层真空不锈钢，保温十二小时。"),
    "C03": clip(3, ("cta",), "点击下方小黄车，马上带走它。"),
    "C04": clip(4, ("product_feature", "experiment"), "一键锁扣，倒过来也不漏。", length=1500),
}


@pytest.fixture
def to_pick() -> MakePick:
    """A function that makes a request to pick: beats b1 to b3, and an empty offer for b4.

    `offered` replaces the offers: beat to labels with their scores.
    """

    def make(offered: dict[str, dict[str, float]] | None = None, language: str = "zh") -> PickRequest:
        beats = (
            Beat(id="b1", content_types=("pain_point",), line="咖啡总是很快就凉了", length=3000),
            Beat(id="b2", content_types=("product_feature",), line="保温十二小时", length=3000),
            Beat(id="b3", content_types=("cta",), line="点击下方小黄车", length=2000),
            Beat(id="b4", content_types=("guarantee",), line="无理由退换"),
        )
        script = Script.model_validate({"title": "杯子", "language": language, "length": 10_000, "beats": beats})
        plan = offered or {
            "b1": {"C01": 0.8, "C02": 0.4},
            "b2": {"C02": 0.7, "C04": 0.6},
            "b3": {"C03": 0.9, "C01": 0.2},
            "b4": {},
        }
        offers = tuple(
            Offer(
                beat=beat,
                candidates=tuple(
                    Candidate(label=label, clip=CLIPS[label].id, score=score, terms={"content": score})
                    for label, score in labels.items()
                ),
            )
            for beat, labels in plan.items()
        )
        return PickRequest(script=script, offers=offers, clips=CLIPS)

    return make


@pytest.fixture(scope="session")
def speech() -> Audio:
    """2.6 s of a person speaking English."""
    import av

    with av.open(str(FIXTURES / "speech.flac")) as file:
        blocks = [frame.to_ndarray()[0] for frame in file.decode(audio=0)]
    return np.concatenate(blocks).astype(np.int16)
