"""The claim check over scripts and plans: places, times, fact sheets, what blocks and what a person allows."""

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from cliplib.claims import Claim, Finding
from cliplib.config import Product, Settings
from cliplib.errors import ClaimBlocked, UsageError
from cliplib.plans import EditPlan, Pick
from cliplib.records import ClipRecord, Correction, Line, ScreenText, Word
from cliplib.values import Box, Span
from compose.claims.checking import allowing, check_plan, check_script, checker_for, open_blocks, refuse_blocked
from tests.compose.making import beat, clip, footage, script

TODAY = date(2026, 5, 1)
PLAIN = checker_for(Settings(), TODAY)


def with_claims(*claims: Claim) -> Settings:
    return Settings(product=(Product(id="cup", name="杯", claim=claims),))


def pick(slot: int, record: ClipRecord, start: int | None = None, end: int | None = None) -> Pick:
    trim = Span(start=record.span.start if start is None else start, end=record.span.end if end is None else end)
    return Pick(slot=f"s{slot}", beat=f"b{slot}", clip=record.id, trim=trim, reason="", score=0.5, terms={})


def plan(*picks: Pick, lines: tuple[str, ...] = (), product: str = "", language: str = "zh") -> EditPlan:
    beats = [beat(k + 1, lines[k] if k < len(lines) else "") for k in range(max(len(picks), len(lines)))]
    told = script(*beats, length=6000, product=product, language=language)
    return EditPlan(script=told, picks=picks, writer="test", proof="optimal")


def reading(record: ClipRecord, *texts: tuple[str, int, int]) -> ClipRecord:
    box = Box(x=0.1, y=0.1, width=0.5, height=0.1)
    shown = tuple(ScreenText(text=t, box=box, span=Span(start=a, end=b), confidence=0.9) for t, a, b in texts)
    return record.model_copy(update={"on_screen_text": shown})


def check(made: EditPlan, *records: ClipRecord) -> tuple[Finding, ...]:
    return check_plan(made, {record.id: record for record in records}, PLAIN)


def places(findings: tuple[Finding, ...]) -> list[tuple[str, str, str, int | None]]:
    return [(f.place, f.via, f.words, f.at) for f in findings]


def test_a_script_is_checked_beat_by_beat() -> None:
    told = script(beat(1, "咖啡凉了"), beat(2, "这是全网最好的杯子"), length=6000)
    [finding] = check_script(told, PLAIN)
    assert (finding.name, finding.level, finding.words, finding.at) == ("absolute-most@b2", "block", "最好", None)
    assert "广告法" in finding.law and finding.why.startswith("绝对化") and finding.instead
    english = script(beat(1, "这是最好的杯子"), length=6000, language="en")
    assert check_script(english, PLAIN)[0].why == "an absolute term about the product"


def test_all_ways_into_the_film_are_checked_with_place_and_time() -> None:
    heard = clip(footage("a"), 0, 3000, lines=[("咖啡刚倒就凉了", 200, 1000), ("它能治疗失眠", 1500, 2500)])
    seen = reading(clip(footage("b"), 5000, 8000), ("全网销量第一", 6000, 8000), ("全网销量第一", 7000, 8000))
    findings = check(plan(pick(1, heard), pick(2, seen), lines=("", "顶级享受")), heard, seen)
    assert places(findings) == [
        ("b2", "script", "顶级", 3000),
        ("s1", "spoken", "治疗", 1500),
        ("s2", "screen", "全网销量第一", 4000),
    ]
    assert [finding.clip for finding in findings] == ["", heard.id, seen.id]


def test_what_is_not_in_the_film_is_not_told() -> None:
    late = clip(footage("a"), 0, 6000, lines=[("很好用", 200, 1000), ("全网最好的杯子", 4000, 5500)])
    assert check(plan(pick(1, late, 0, 3000)), late) == ()
    foreign = clip(footage("b"), 0, 3000, lines=[("the world's best bottle", 200, 2500)], language="en")
    assert check(plan(pick(1, foreign)), foreign) == (), "its sound is muted"
    shown = reading(clip(footage("c"), 0, 6000), ("国家级品质", 4000, 6000))
    assert check(plan(pick(1, shown, 0, 3000)), shown) == ()


def test_a_line_is_whole_where_half_of_it_is_heard_and_by_words_where_less_is() -> None:
    line = ("这款锅最好", 0, 2500)
    words = tuple(
        Word(text=text, span=Span(start=a, end=b))
        for text, a, b in (("这款锅", 0, 2000), ("最", 2000, 2200), ("好", 2200, 2500))
    )
    bare = clip(footage("a"), 0, 4000, lines=[line])
    timed = bare.transcript.model_copy(
        update={"lines": (Line(text=line[0], span=Span(start=0, end=2500), words=words),)}
    )
    record = bare.model_copy(update={"transcript": timed})
    assert places(check(plan(pick(1, record, 1900, 4000)), record)) == [("s1", "spoken", "最好", 0)]
    assert check(plan(pick(1, record, 2210, 4000)), record) == (), "only the last word is heard"
    assert len(check(plan(pick(1, record, 0, 1500)), record)) == 1, "the whole line is burned in"


def test_a_claim_over_two_spoken_lines_is_found() -> None:
    record = clip(footage("a"), 0, 3000, lines=[("我们在全国", 0, 1000), ("第一品牌", 1200, 2400)])
    assert places(check(plan(pick(1, record)), record)) == [("s1", "spoken", "全国第一品牌", 0)]


def test_a_correction_of_a_person_is_what_counts() -> None:
    record = clip(footage("a"), 0, 3000, lines=[("这是最好的杯子", 200, 2500)])
    assert len(check(plan(pick(1, record)), record)) == 1
    said = Correction(
        field="spoken", old=record.spoken, new="这是喜好的杯子", who="a", at=datetime(2026, 5, 1, tzinfo=UTC)
    )
    review = record.review.model_copy(update={"corrections": {"spoken": said}})
    corrected = record.model_copy(update={"review": review}).effective()
    assert check(plan(pick(1, corrected)), corrected) == ()


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (Claim(text="美白淡斑", evidence="R-7"), []),
        (Claim(pattern="美白[^,，]*", evidence="R-7"), []),
        (Claim(text="美白", evidence="R-7"), [("efficacy-skin", "needs_evidence", "")]),
        (Claim(text="别的话", evidence="R-7"), [("efficacy-skin", "needs_evidence", "")]),
        (
            Claim(text="美白淡斑", evidence="R-7", status="withdrawn"),
            [("fact-sheet", "block", "R-7"), ("efficacy-skin", "needs_evidence", "")],
        ),
        (
            Claim(text="美白淡斑", evidence="R-7", until="2026-04-30"),
            [("fact-sheet", "block", "R-7"), ("efficacy-skin", "needs_evidence", "")],
        ),
        (Claim(text="美白淡斑", evidence="R-7", until="2026-05-01"), []),
    ],
)
def test_the_fact_sheet_silences_and_raises(claim: Claim, expected: list[tuple[str, str, str]]) -> None:
    told = script(beat(1, "坚持使用，美白淡斑"), length=3000, product="cup")
    findings = check_script(told, checker_for(with_claims(claim), TODAY))
    assert sorted({(f.rule, f.level, f.evidence) for f in findings}) == sorted(expected)
    other = script(beat(1, "坚持使用，美白淡斑"), length=3000)
    plain = [f.rule for f in check_script(other, checker_for(with_claims(claim), TODAY))]
    assert set(plain) == {"efficacy-skin"}, "it is the sheet of one product"


def test_a_proof_never_lifts_what_the_law_forbids() -> None:
    told = script(beat(1, "全网最好的杯子"), length=3000, product="cup")
    sheet = with_claims(Claim(text="全网最好的杯子", evidence="R-1"))
    assert [f.rule for f in check_script(told, checker_for(sheet, TODAY))] == ["absolute-most"]


def test_the_sheet_of_the_product_that_a_clip_is_about_counts_too() -> None:
    record = clip(footage("a"), 0, 3000, lines=[("抑菌又好看", 200, 2500)], products=("cup",))
    sheet = checker_for(with_claims(Claim(text="抑菌", evidence="R-3")), TODAY)
    assert check_plan(plan(pick(1, record)), {record.id: record}, sheet) == ()
    assert [f.rule for f in check(plan(pick(1, record)), record)] == ["medical-germs"]


def test_a_claim_has_one_form_and_a_pattern_that_can_be_used() -> None:
    wrongs: tuple[dict[str, str], ...] = ({}, {"text": "a", "pattern": "b"}, {"pattern": "("})
    for wrong in wrongs:
        with pytest.raises(ValidationError):
            Claim.model_validate({"evidence": "R", **wrong})


def test_a_blocked_plan_is_refused_until_a_person_takes_on_each_finding() -> None:
    record = clip(footage("a"), 0, 3000, lines=[("这是最好的杯子", 200, 2500)])
    made = plan(pick(1, record), lines=("顶级享受",))
    made = made.model_copy(update={"findings": check(made, record)})
    with pytest.raises(ClaimBlocked, match="absolute-most@s1 “最好”") as error:
        refuse_blocked(made)
    assert error.value.exit_code == 5 and "absolute-grade@b1" in error.value.message
    assert "check-claims" in error.value.next_step
    half = allowing(made, ["absolute-most@s1"], "李雷")
    assert [f.name for f in open_blocks(half.findings, half.allowed)] == ["absolute-grade@b1"]
    whole = allowing(half, ["absolute-grade@b1", "absolute-most@s1"], "韩梅梅")
    refuse_blocked(whole)
    assert [(a.rule, a.place, a.words, a.who) for a in whole.allowed] == [
        ("absolute-most", "s1", "最好", "李雷"),
        ("absolute-grade", "b1", "顶级", "韩梅梅"),
    ]
    assert EditPlan.from_json(whole.to_json()) == whole


def test_other_words_in_the_same_place_stop_the_film_again() -> None:
    record = clip(footage("a"), 0, 3000, lines=[("这是最好的杯子", 200, 2500)])
    made = plan(pick(1, record))
    allowed = allowing(made.model_copy(update={"findings": check(made, record)}), ["absolute-most@s1"], "李雷")
    changed = clip(footage("a"), 0, 3000, lines=[("这是最先进的杯子", 200, 2500)])
    again = allowed.model_copy(update={"findings": check(allowed, changed)})
    with pytest.raises(ClaimBlocked, match="最先进"):
        refuse_blocked(again)


def test_what_is_not_there_cannot_be_allowed() -> None:
    record = clip(footage("a"), 0, 3000)
    with pytest.raises(UsageError, match="no finding 'absolute-most@s9'; there are: none"):
        allowing(plan(pick(1, record)), ["absolute-most@s9"], "李雷")
