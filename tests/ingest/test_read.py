"""Which frames are read, what becomes of the texts in them, and that nothing else is done anew for it."""

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from cliplib.engines.base import TimedFrame
from cliplib.engines.facts import FactsVision
from cliplib.engines.scripted import ScriptedText, ScriptedVision
from cliplib.errors import EngineError
from cliplib.library import Library
from cliplib.records import Line, ScreenText, Transcript
from cliplib.values import Box, Span
from cliplib.vocabulary import shipped
from ingest.pipeline import STEPS, ingest
from ingest.read import Sighting, changed, joined
from ingest.signs import rows, signs
from tests.conftest import MakeVideo
from tests.ingest.conftest import MakeJob, Watch, state_of

WITHIN = Span(start=1000, end=5000)
WIDE = 16 / 9


def text(words: str, at: int = 0, *, x: float = 0.3, y: float = 0.8, length: int = 1, sure: float = 0.9) -> ScreenText:
    """A text of a tenth of the height and 0.4 of the width."""
    span = Span(start=at, end=at + length)
    return ScreenText(text=words, box=Box(x=x, y=y, width=0.4, height=0.1), span=span, confidence=sure)


def still(texts: Iterable[tuple[int, int, int]] = ()) -> bytes:
    """A grey picture of 320x180 with bright squares of 32 pixels at some places."""
    image = np.full((180, 320, 3), 90, np.uint8)
    for x, y, grey in texts:
        image[y : y + 32, x : x + 32] = grey
    return cv2.imencode(".jpg", image)[1].tobytes()


def test_a_picture_that_stays_is_read_once_and_a_new_caption_is_seen() -> None:
    plain, caption = still(), still([(20, 20, 240)])
    frames = [TimedFrame(k, jpeg) for k, jpeg in enumerate((plain, plain, caption, caption, plain))]
    assert changed(frames) == [0, 2, 4]
    assert changed([TimedFrame(0, plain), TimedFrame(1, still([(20, 20, 92)]))]) == [0]


def test_a_text_stays_until_halfway_to_the_frame_without_it() -> None:
    sightings = [
        Sighting(1500, (text("直播间"),)),
        Sighting(2500, (text("直播间", sure=0.99), text("¥99", y=0.2))),
        Sighting(3500, (text("¥99", y=0.2),)),
        Sighting(4500, ()),
    ]
    found = joined(sightings, WITHIN)
    assert [(seen.text, seen.span, seen.confidence) for seen in found] == [
        ("直播间", Span(start=1000, end=3000), 0.99),
        ("¥99", Span(start=2000, end=4000), 0.9),
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (text("QINGYU"), text("QINGYE"), True),
        (text("QINGYU"), text("QINGYU", x=0.4), True),
        (text("QING YU"), text("qingyu"), True),
        (text("QINGYU"), text("QINGYE", x=0.6), False),
        (text("QINGYU"), text("QINGYU", y=0.1), False),
        (text("first line"), text("another one"), False),
    ],
)
def test_one_text_or_two(one: ScreenText, other: ScreenText, same: bool) -> None:
    found = joined([Sighting(2000, (one,)), Sighting(4000, (other,))], WITHIN)
    assert len(found) == (1 if same else 2)


def test_the_same_words_twice_in_a_picture_are_two_texts() -> None:
    pair = (text("青屿", x=0.0), text("青屿", x=0.2))
    found = joined([Sighting(2000, pair), Sighting(4000, pair)], WITHIN)
    assert [seen.span for seen in found] == [WITHIN, WITHIN]


def test_a_text_that_comes_back_is_two_texts() -> None:
    found = joined([Sighting(2000, (text("ab"),)), Sighting(3000, ()), Sighting(4000, (text("ab"),))], WITHIN)
    assert [seen.span for seen in found] == [Span(start=1000, end=2500), Span(start=3500, end=5000)]


@pytest.mark.parametrize(
    ("words", "priced"),
    [("到手价￥99", True), ("129 yuan", True), ("USD 5", True), ("只要99元", True), ("2元素", False), ("24 h", False)],
)
def test_prices(words: str, priced: bool) -> None:
    assert signs([text(words)], Transcript(engine="none"), WIDE)["has_price"] is priced


def test_a_currency_sign_is_read_with_the_figure_beside_it() -> None:
    figure = text("99", x=0.72, length=1000)
    sign = text("¥", length=1000)
    assert rows([sign, figure], WIDE) == ["¥99", "99"]
    assert signs([sign, figure], Transcript(engine="none"), WIDE)["has_price"]
    for far in (text("99", x=0.9, length=1000), text("99", x=0.72, y=0.5, length=1000), text("99", 2000, x=0.72)):
        assert not signs([sign, far], Transcript(engine="none"), WIDE)["has_price"]


def heard(words: str, span: Span) -> Transcript:
    return Transcript(engine="sidecar:srt", lines=(Line(text=words, span=span),))


@pytest.mark.parametrize(
    ("texts", "subtitled"),
    [
        ([text("杯子不漏水", 1000, length=2000)], True),
        ([text("杯子不漏水", 4000, length=500)], False),
        ([text("杯子不漏水", 1000, length=2000, y=0.2)], False),
        ([text("杯子", 1000, length=2000)], False),
        ([text("点击链接", 1000, length=500), text("马上下单", 1500, length=900)], True),
        ([text("点击链接", 1000, length=500), text("马上下单", 1400, length=900)], False),
        ([text("点击链接", 1000, length=500), text("马上下单", 1500, y=0.65, length=900)], False),
        ([text("小林：好看", 1000, x=0.0, length=500), text("阿芳：漏吗", 1500, x=0.0, length=900)], False),
        ([text("点击链接", 1000, length=2000)], False),
    ],
)
def test_subtitles_repeat_the_words_or_give_way_to_others(texts: list[ScreenText], subtitled: bool) -> None:
    transcript = heard("这款杯子不漏水。", Span(start=1000, end=3500))
    assert signs(texts, transcript, WIDE)["has_burned_subtitle"] is subtitled


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory, make_video: MakeVideo) -> Path:
    """One shot of 2 s without sound."""
    return make_video(tmp_path_factory.mktemp("video") / "one.mp4", (2.0,), sound=False)


class Seeing(ScriptedText):
    """Sees the same texts in every frame that it is shown."""

    def __init__(self, *texts: ScreenText) -> None:
        super().__init__()
        self.id = f"seeing:{len(texts)}"
        self._texts = texts

    def _default(self, frames: Any) -> tuple[ScreenText, ...]:
        return tuple(
            text.model_copy(update={"span": Span(start=frame.at, end=frame.at + 1)})
            for frame in frames
            for text in self._texts
        )


def test_what_is_seen_is_filed_without_what_is_unsure(video: Path, library: Library, make_job: MakeJob) -> None:
    engine = Seeing(text("到手价¥99"), text("unsure", sure=0.59), text("王", y=0.1), text("¥", y=0.4))
    ingest([video], make_job(text=engine), Watch())
    record = library.records()[0]
    assert [seen.text for seen in record.on_screen_text] == ["到手价¥99", "¥"]
    assert all(seen.span == record.span for seen in record.on_screen_text)
    assert (record.facts.has_price, record.facts.has_burned_subtitle) == (True, False)
    assert record.provenance["on_screen_text"].engine == "seeing:4"
    assert record.content_types == ("offer_price",) and "¥99" in record.provenance["content_types"].evidence


def test_where_nobody_looks_nothing_is_said(video: Path, library: Library, make_job: MakeJob) -> None:
    ingest([video], make_job(), Watch())
    record = library.records()[0]
    assert (record.facts.has_price, record.facts.has_burned_subtitle, record.on_screen_text) == (None, None, ())
    ingest([video], make_job(text=Seeing()), Watch())
    assert library.records()[0].facts.has_price is False
    ingest([video], make_job(text=Seeing(text("¥99"))), Watch())
    assert library.records()[0].facts.has_price is True
    ingest([video], make_job(), Watch())
    assert library.records()[0].facts.has_price is None and library.records()[0].on_screen_text == ()


def test_reading_in_a_library_that_was_never_read_pays_for_no_description(
    video: Path, library: Library, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library of the version before: its records have no mark of the step, the others stand."""
    vision = ScriptedVision()
    vision.costly = True
    older = tuple(
        dataclasses.replace(step, inputs=lambda *_: ()) if step.name == "file" else step
        for step in STEPS
        if step.name not in ("read", "faces")
    )
    with monkeypatch.context() as before:
        before.setattr("ingest.pipeline.STEPS", older)
        ingest([video], make_job(vision=vision), Watch())
    assert "read" not in library.records()[0].marks
    engine = Seeing(text("到手价¥99"))
    monkeypatch.setattr("ingest.cut._made", None)
    monkeypatch.setattr("ingest.facts.loudness", None)
    report = ingest([video], make_job(vision=vision, text=engine), Watch())
    assert report.footage[0].status == "kept" and report.clips_added == 0
    assert len(vision.requests) == 1 and len(engine.requests) == 1
    record = library.records()[0]
    assert [seen.text for seen in record.on_screen_text] == ["到手价¥99"] and record.revision == 2
    before_again = state_of(library)
    assert ingest([video], make_job(vision=vision, text=engine), Watch()).footage[0].status == "skipped"
    assert state_of(library) == before_again


def test_a_free_engine_describes_anew_what_it_can_now_know(video: Path, library: Library, make_job: MakeJob) -> None:
    ingest([video], make_job(vision=FactsVision(shipped())), Watch())
    assert library.records()[0].content_types != ("offer_price",)
    ingest([video], make_job(vision=FactsVision(shipped()), text=Seeing(text("只要99元"))), Watch())
    assert library.records()[0].content_types == ("offer_price",)


def test_a_reader_that_fails_fails_the_clip(video: Path, library: Library, make_job: MakeJob) -> None:
    outcome = ingest([video], make_job(text=ScriptedText([EngineError("blind")])), Watch()).footage[0]
    assert (outcome.status, outcome.code) == ("failed", "E_ENGINE") and "blind" in outcome.reason
