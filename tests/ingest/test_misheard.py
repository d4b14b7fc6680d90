"""Misheard names: put right as whole forms in lines and words, with what the engine wrote kept; people's words stay."""

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as tuned
from hypothesis import strategies as st

from cliplib.config import Product, Settings
from cliplib.engines.facts import FactsVision
from cliplib.engines.scripted import ScriptedSpeech
from cliplib.library import Library
from cliplib.records import Line, Transcript, Word
from cliplib.values import Span
from cliplib.vocabulary import shipped
from cliplib.words import folded, folded_with_places
from ingest.misheard import Corrections, corrected, told
from ingest.pipeline import ingest
from tests.conftest import MakeVideo
from tests.ingest.conftest import MakeJob, Watch

CUP = Product(
    id="cup",
    name="青屿随行杯",
    aliases=("Qingyu carry cup",),
    hotwords=("青屿",),
    misheard=("轻语", "情欲杯", "ching you=Qingyu carry cup", "青雨=青屿"),
)


def put_right(text: str, *products: Product) -> str:
    line = Line(text=text, span=Span(start=0, end=9))
    return corrected(Transcript(engine="x", lines=(line,)), products or (CUP,)).lines[0].text


@pytest.mark.parametrize(
    ("heard", "right"),
    [
        ("轻语真好用", "青屿随行杯真好用"),
        ("这款轻语随行杯，轻语", "这款青屿随行杯，青屿随行杯"),
        ("轻语杯子", "青屿随行杯子"),
        ("青雨的杯子", "青屿的杯子"),
        ("Meet ＣＨＩＮＧ  You!", "Meet Qingyu carry cup!"),
        ("the ching you carry cup is", "the Qingyu carry cup is"),
        ("the ching you cup", "the Qingyu carry cup"),
        ("the ching you cups", "the Qingyu carry cup cups"),
        ("teaching you", "teaching you"),
        ("ching your", "ching your"),
        ("青屿随行杯和青屿", "青屿随行杯和青屿"),
        ("", ""),
        ("ﬀ轻语", "ﬀ青屿随行杯"),
    ],
)
def test_whole_forms_in_any_width_and_case(heard: str, right: str) -> None:
    assert put_right(heard) == right


def test_the_longest_form_wins_and_a_right_name_is_never_touched() -> None:
    both = Product(id="a", name="轻语灯", misheard=("轻",))
    assert put_right("轻语灯和轻语", both, CUP) == "轻语灯和青屿随行杯"
    assert put_right("情欲杯", Product(id="b", name="灯", misheard=("情欲",)), CUP) == "青屿随行杯"
    assert Corrections.of([Product(id="c", name="x", misheard=("y1",)), Product(id="d", name="Y1")]).mistakes == {}
    assert put_right("青雨", Product(id="e", name="第一", misheard=("青雨",)), CUP) == "第一", "the first one's"


def spoken(*texts: str, gap: str = "") -> Line:
    words = tuple(
        Word(text=text, span=Span(start=k * 100, end=k * 100 + 90), confidence=0.5 + k / 20)
        for k, text in enumerate(texts)
    )
    return Line(text=gap.join(texts), span=Span(start=0, end=len(texts) * 100), words=words)


def test_words_that_make_up_a_form_become_one_and_keep_their_time() -> None:
    line = spoken("用", "轻", "语", "杯子", "吧")
    (fixed,) = corrected(Transcript(engine="faster-whisper:x", lines=(line,)), [CUP]).lines
    assert (fixed.text, fixed.heard) == ("用青屿随行杯子吧", "用轻语杯子吧")
    assert [(word.text, word.heard) for word in fixed.words] == [("用", ""), ("青屿随行杯子", "轻语杯子"), ("吧", "")]
    assert fixed.words[1].span == Span(start=100, end=390) and fixed.words[1].confidence == 0.55
    assert fixed.words[0] == line.words[0] and fixed.span == line.span


def test_words_without_a_place_in_the_line_stay() -> None:
    line = spoken("ching", "you", "works", gap=" ").model_copy(update={"text": "Ching you, works"})
    fixed = corrected(Transcript(engine="x", lines=(line,)), [CUP]).lines[0]
    assert fixed.text == "Qingyu carry cup, works"
    assert [word.text for word in fixed.words] == ["ching", "Qingyu carry cup", "works"]


@pytest.mark.parametrize("engine", ["sidecar:srt", "embedded:mov_text"])
def test_what_people_wrote_stays(engine: str) -> None:
    transcript = Transcript(engine=engine, lines=(spoken("轻", "语"),))
    assert corrected(transcript, [CUP]) is transcript
    assert corrected(transcript.model_copy(update={"engine": "x"}), []).lines == transcript.lines


def test_what_was_put_right_is_told_once() -> None:
    lines = (spoken("轻", "语"), Line(text="青雨", span=Span(start=1, end=2)), spoken("好"), spoken("轻", "语"))
    fixed = corrected(Transcript(engine="x", lines=lines), [CUP])
    assert told(fixed) == "轻语 → 青屿随行杯; 青雨 → 青屿"
    assert told(Transcript(engine="x", lines=lines)) == ""


@tuned(deadline=None)
@given(
    texts=st.lists(
        st.sampled_from(["轻", "语", "轻语", "杯", " ", "ching", "you", "ＣＨＩＮＧ", "é", "好的"]),
        min_size=1,
        max_size=9,
    )
)
def test_words_and_line_stay_in_step(texts: list[str]) -> None:
    line = spoken(*texts)
    (fixed,) = corrected(Transcript(engine="x", lines=(line,)), [CUP]).lines
    assert "".join(word.text for word in fixed.words) == fixed.text
    assert "".join(word.heard or word.text for word in fixed.words) == line.text == (fixed.heard or fixed.text)
    assert (fixed.words[0].span.start, fixed.words[-1].span.end) == (0, line.words[-1].span.end)
    assert "轻语" not in fixed.text


@given(st.text(st.sampled_from("aB9 ＡＢ，轻语éÉﬀ㎏ße\u0301"), max_size=20))
def test_folding_with_places_is_folding(text: str) -> None:
    plain, places = folded_with_places(text)
    assert plain == folded(text)
    assert len(places) == len(plain) + 1 and places[-1] == len(text) and places == sorted(places)
    assert all(plain[k] in folded(text[places[k] :]) for k in range(len(plain)))


def test_corrected_words_reach_the_record_its_products_and_its_evidence(
    tmp_path: Path, library: Library, make_job: MakeJob, make_video: MakeVideo
) -> None:
    """And a form that is registered later is put right without hearing the file again."""
    path = make_video(tmp_path / "v.mp4", (2.0,))
    said = Transcript(language="zh", engine="scripted:", lines=(spoken("轻", "语", "不", "漏"),))
    speech = ScriptedSpeech([said])
    plain = CUP.model_copy(update={"misheard": ()})
    job = make_job(speech=speech, vision=FactsVision(shipped()), settings=Settings(product=(plain,)))
    (clip,) = ingest([path], job, Watch()).footage[0].clips
    assert (library.get(clip).spoken, library.get(clip).products) == ("轻语不漏", ())
    again = dataclasses.replace(job, settings=Settings(product=(CUP,)))
    assert ingest([path], again, Watch()).footage[0].status == "kept"
    record = library.get(clip)
    assert len(speech.requests) == 1
    assert record.spoken == "青屿随行杯不漏" and record.transcript.lines[0].heard == "轻语不漏"
    assert record.provenance["spoken"].evidence == "轻语 → 青屿随行杯"
    (link,) = record.products
    assert link.product == "cup" and "青屿随行杯不漏" in link.evidence
    assert speech.requests[0].hotwords == ("青屿随行杯", "Qingyu carry cup", "青屿")


def test_a_form_that_is_taken_back_brings_the_heard_words_back(
    tmp_path: Path, library: Library, make_job: MakeJob, make_video: MakeVideo
) -> None:
    path = make_video(tmp_path / "v.mp4", (1.5,))
    speech = ScriptedSpeech([Transcript(language="zh", engine="scripted:", lines=(spoken("轻", "语"),))])
    job = make_job(speech=speech, settings=Settings(product=(CUP,)))
    (clip,) = ingest([path], job, Watch()).footage[0].clips
    assert library.get(clip).spoken == "青屿随行杯"
    plain = CUP.model_copy(update={"misheard": ()})
    ingest([path], dataclasses.replace(job, settings=Settings(product=(plain,))), Watch())
    assert library.get(clip).spoken == "轻语" and len(speech.requests) == 1
    assert [word.text for word in library.get(clip).transcript.lines[0].words] == ["轻", "语"]
