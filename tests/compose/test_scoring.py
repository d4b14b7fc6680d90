"""The score card: a good plan passes all five dimensions, and each planted defect fails the one that it belongs to."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from PIL import Image

from cliplib.config import Settings
from cliplib.media.fonts import find_font
from cliplib.plans import EditPlan, Pick
from cliplib.records import ClipRecord
from cliplib.scores import ScoreCard
from cliplib.values import Span
from compose.claims.checking import allowing, checker_for
from compose.handover.score_picture import CARD, NUMBERS, draw_score, write_score
from compose.judging import judged
from tests.compose.making import beat, clip, footage, script
from tests.compose.studio import TODAY

TYPES = ("pain_point", "product_feature", "usage_demo", "scenario", "cta")
Film = tuple[EditPlan, dict[str, ClipRecord]]


def film(**changes: Mapping[str, Any]) -> Film:
    """Five good slots of 2 s from five sources; `changes` are fields of a slot's record, by s1 to s5."""
    records: list[ClipRecord] = []
    for k, kind in enumerate(TYPES):
        made = clip(footage(f"f{k}"), 0, 2000, types=(kind,), lines=[(f"第{k}句话很短", 300, 1700)], products=("cup",))
        facts = made.facts.model_copy(update={"loudness": -20.0 - k})
        made = made.model_copy(update={"facts": facts})
        records.append(made.model_copy(update=changes.get(f"s{k + 1}", {})))
    return assembled(records), {record.id: record for record in records}


def assembled(records: list[ClipRecord]) -> EditPlan:
    beats = [beat(k + 1, "一句话", types=(kind,), length=2000) for k, kind in enumerate(TYPES)]
    picks = tuple(
        Pick(slot=f"s{k + 1}", beat=f"b{k + 1}", clip=r.id, trim=r.span, reason="", score=0.5, terms={})
        for k, r in enumerate(records)
    )
    told = script(*beats, length=10_000, product="cup")
    return EditPlan(script=told, picks=picks, writer="test", proof="optimal")


def card(made: Film) -> ScoreCard:
    scores = judged(made[0], made[1], checker_for(Settings(), TODAY)).scores
    assert scores is not None
    return scores


def facts(record: ClipRecord, **fields: object) -> dict[str, object]:
    return {"facts": record.facts.model_copy(update=fields)}


def spoken(k: int, text: str) -> dict[str, object]:
    made = clip(footage(f"f{k}"), 0, 2000, lines=[(text, 300, 1700)])
    return {"spoken": made.spoken, "transcript": made.transcript}


def test_a_good_plan_passes_with_two_numbers_and_more_in_each_dimension() -> None:
    scores = card(film())
    assert [d.name for d in scores.dimensions] == ["usable", "controllable", "diverse", "reasonable", "watchable"]
    assert scores.failed == ()
    assert all(len(dimension.numbers) >= 2 for dimension in scores.dimensions)
    assert {n.name for d in scores.dimensions for n in d.numbers} == set(NUMBERS)
    assert ScoreCard.from_json(scores.to_json()) == scores
    assert card(film()) == scores, "the same plan has the same card"


def wrong_product() -> Film:
    other = clip(footage("f2"), 0, 2000, products=("mug",))
    return film(s3={"products": other.products})


def too_long() -> Film:
    plan, records = film()
    return plan.model_copy(update={"script": plan.script.model_copy(update={"length": 9000})}), records


def ignored_pin() -> Film:
    plan, records = film()
    missing = clip(footage("asked for"), 0, 2000)
    return plan.model_copy(update={"must_use": (missing.id,)}), records


def forbidden_clip() -> Film:
    plan, records = film()
    return plan.model_copy(update={"forbidden": (plan.picks[0].clip,)}), records


def empty_beat() -> Film:
    plan, records = film()
    beats = (*plan.script.beats, beat(6, "还有一句"))
    return plan.model_copy(update={"script": plan.script.model_copy(update={"beats": beats})}), records


def missed_length() -> Film:
    plan, records = film()
    beats = (plan.script.beats[0].model_copy(update={"length": 4000}), *plan.script.beats[1:])
    return plan.model_copy(update={"script": plan.script.model_copy(update={"beats": beats})}), records


def clones() -> Film:
    return film(**{f"s{k}": {"near_duplicates": "g1"} for k in range(1, 6)})


def retold() -> Film:
    return film(s1=spoken(0, "同样的一句话又说了一遍"), s4=spoken(3, "同样的一句话又说了一遍"))


def one_source() -> Film:
    _, records = film()
    one = footage("one")
    moved = []
    for k, record in enumerate(records.values()):
        span = Span(start=4000 * k, end=4000 * k + 2000)
        lines = clip(one, span.start, span.end, lines=[(f"第{k}句话很短", span.start + 300, span.end - 300)])
        told = {"id": lines.id, "footage": one.id, "span": span, "transcript": lines.transcript}
        moved.append(record.model_copy(update=told))
    return assembled(moved), {record.id: record for record in moved}


def contradiction() -> Film:
    return film(s2=spoken(1, "整机只有4kg"), s4=spoken(3, "整机只有5kg"))


def breach() -> Film:
    return film(s2=spoken(1, "全网最好的杯子"))


def off_topic() -> Film:
    return film(**{f"s{k}": {"content_types": ("other",)} for k in range(1, 4)})


def shuffled() -> Film:
    plan, records = film()
    return plan.model_copy(update={"picks": (plan.picks[1], plan.picks[0], *plan.picks[2:])}), records


def black() -> Film:
    _, records = film()
    return film(s2=facts(list(records.values())[1], flaw="black"))


def blurred() -> Film:
    _, records = film()
    return film(s5=facts(list(records.values())[4], flaw="blurred"))


def loud() -> Film:
    _, records = film()
    return film(s3=facts(list(records.values())[2], loudness=-8.0))


def cut_word() -> Film:
    plan, records = film()
    trim = Span(start=0, end=1000)
    first, second, *rest = plan.picks
    picks = (first.model_copy(update={"trim": trim}), second, *rest)
    script_ = plan.script.model_copy(
        update={"beats": tuple(b.model_copy(update={"length": None}) for b in plan.script.beats), "length": 9000}
    )
    return plan.model_copy(update={"picks": picks, "script": script_}), records


DEFECTS: list[tuple[Callable[[], Film], str, str]] = [
    (wrong_product, "usable", "product_share"),
    (too_long, "usable", "length_off_s"),
    (ignored_pin, "controllable", "wishes_kept"),
    (forbidden_clip, "controllable", "wishes_kept"),
    (empty_beat, "controllable", "beats_filled"),
    (missed_length, "controllable", "lengths_kept"),
    (clones, "diverse", "repeated_pairs"),
    (retold, "diverse", "repeated_pairs"),
    (one_source, "diverse", "source_repeat"),
    (contradiction, "reasonable", "contradictions"),
    (breach, "reasonable", "blocked_claims"),
    (off_topic, "reasonable", "content_fit"),
    (shuffled, "reasonable", "out_of_order"),
    (black, "watchable", "flawed_share"),
    (blurred, "watchable", "flawed_share"),
    (loud, "watchable", "loudness_jump_lu"),
    (cut_word, "watchable", "lines_cut"),
]


@pytest.mark.parametrize(("planted", "dimension", "number"), DEFECTS, ids=[made.__name__ for made, _, _ in DEFECTS])
def test_a_planted_defect_fails_its_dimension_only(planted: Callable[[], Film], dimension: str, number: str) -> None:
    scores = card(planted())
    assert scores.failed == (dimension,)
    bad = [n.name for d in scores.dimensions for n in d.numbers if not n.good]
    assert bad == [number]


def test_every_number_is_failed_by_some_defect() -> None:
    assert {number for _, _, number in DEFECTS} == set(NUMBERS)


def test_what_a_person_took_on_counts_no_more() -> None:
    plan, records = breach()
    checker = checker_for(Settings(), TODAY)
    allowed = allowing(judged(plan, records, checker), ["absolute-most@s2"], "李雷")
    scores = judged(allowed, records, checker).scores
    assert scores is not None and scores.failed == ()


def test_an_approved_flaw_and_a_muted_jump_count_no_more() -> None:
    plan, records = black()
    approved = {
        id: r.model_copy(update={"review": r.review.model_copy(update={"status": "approved"})})
        for id, r in records.items()
    }
    assert card((plan, approved)).failed == ()
    _, plain = film()
    third = list(plain.values())[2]
    foreign = clip(footage("f2"), 0, 2000, lines=[("a foreign line", 300, 1700)], language="en")
    quiet = {**facts(third, loudness=-8.0), "transcript": foreign.transcript, "spoken": foreign.spoken}
    assert card(film(s3=quiet)).failed == ()


def test_the_card_is_drawn_with_failures_in_another_colour(tmp_path: Any) -> None:
    font = find_font("a")
    good, bad = draw_score(card(film()), font, "zh"), draw_score(card(black()), font, "en")
    assert good.size == bad.size and good.width > 5 * CARD and good.height < 400
    warning = (0xA8, 0x48, 0x1D)
    assert warning not in {colour for _, colour in good.getcolors(1 << 20) or ()}
    assert warning in {colour for _, colour in bad.getcolors(1 << 20) or ()}
    plan, records = film()
    target = write_score(judged(plan, records, checker_for(Settings(), TODAY)), tmp_path / "card.png")
    with Image.open(target) as picture:
        assert picture.size == good.size
