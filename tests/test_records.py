"""Records: spans, ids, strict storage, and the effective record."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cliplib.records import ClipRecord, Correction, Line, Review, Transcript
from cliplib.values import Span

FOOTAGE = "f_0123456789abcdef"


def record(**changes: Any) -> ClipRecord:
    """A small valid record."""
    span = Span(start=1_000, end=5_200)
    data: dict[str, Any] = {
        "schema": "clip-record.1",
        "id": ClipRecord.id_of(FOOTAGE, span),
        "footage": FOOTAGE,
        "kind": "brand",
        "span": {"start": 1_000, "end": 5_200},
        "start_edge": {"reason": "shot_change"},
        "end_edge": {"reason": "pause", "detail": "0.8 s of silence"},
        "content_types": ["pain_point"],
        "forms": ["live_action"],
        "spoken": "咖啡凉了",
        "transcript": {"engine": "sidecar", "language": "zh"},
        "description": "一杯咖啡",
        "facts": {"sharpness": 0.5, "brightness": 0.5, "motion": 0.1, "speech": 0.8, "has_sound": True},
    }
    return ClipRecord.from_json(json.dumps(data | changes))


spans = st.integers(0, 10**7).flatmap(lambda a: st.integers(a + 1, a + 10**6).map(lambda b: Span(start=a, end=b)))


@given(spans, spans)
def test_overlap_counts_the_milliseconds_that_both_hold(one: Span, other: Span) -> None:
    shared = max(0, min(one.end, other.end) - max(one.start, other.start))
    assert one.overlap(other) == other.overlap(one) == shared
    assert (shared > 0) == (other.holds(one.start) or one.holds(other.start))


@given(spans)
def test_the_end_of_a_span_is_not_in_it(span: Span) -> None:
    assert span.holds(span.start) and span.holds(span.end - 1)
    assert not span.holds(span.end) and not span.holds(span.start - 1)
    assert Span.from_json(span.to_json()) == span


@pytest.mark.parametrize("edges", [(5, 5), (6, 5), (-1, 5)])
def test_a_span_must_end_after_it_starts(edges: tuple[int, int]) -> None:
    with pytest.raises(ValidationError):
        Span(start=edges[0], end=edges[1])


def test_the_same_cut_of_the_same_bytes_has_the_same_id() -> None:
    assert record().id == "c_0123456789abcdef_001000-005200"
    assert ClipRecord.id_of(FOOTAGE, Span(start=1_000, end=5_201)) != record().id


@pytest.mark.parametrize(
    "changes",
    [
        {"surprise": 1},
        {"id": "../../etc/passwd"},
        {"kind": "film"},
        {"content_types": []},
        {"revision": "1"},
        {"revision": 0},
        {"span": {"start": 1000.5, "end": 2000}},
        {"content_types": ["Pain Point"]},
    ],
)
def test_what_does_not_fit_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        record(**changes)


def test_not_a_number_is_refused_in_facts() -> None:
    text = record().to_json().replace('"sharpness":0.5', '"sharpness":NaN')
    with pytest.raises(ValidationError):
        ClipRecord.from_json(text)


def test_a_correction_is_in_force_and_the_machine_value_stays() -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    correction = Correction(field="description", old="一杯咖啡", new="一杯凉咖啡", who="李", at=at)
    corrected = record().model_copy(update={"review": Review(corrections={"description": correction})})
    assert corrected.effective().description == "一杯凉咖啡"
    assert corrected.description == "一杯咖啡"
    assert record().effective() == record()
    assert ClipRecord.from_json(corrected.to_json()) == corrected


def test_a_transcript_joins_chinese_without_spaces_and_english_with() -> None:
    lines = tuple(Line(text=text, span=Span(start=i, end=i + 1)) for i, text in enumerate(["你好。", "再见。"]))
    assert Transcript(engine="sidecar", language="zh", lines=lines).text == "你好。再见。"
    assert Transcript(engine="sidecar", language="en", lines=lines).text == "你好。 再见。"
