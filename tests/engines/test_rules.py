"""The writer without a model, and the assignment under it."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from cliplib.engines.assigning import REPEAT_COST, assign
from cliplib.engines.rules import RulesWriter, likeness
from cliplib.vocabulary import shipped
from tests.engines.conftest import MakePick
from tests.properties import examples

WRITER = RulesWriter(shipped())
LABELS = st.sampled_from(["C01", "C02", "C03", "C04", "C05"])
SCORES = st.integers(0, 100).map(lambda k: k / 100)


def total(rows: list[dict[str, float]], chosen: tuple[str, ...] | list[str]) -> float:
    repeats = len(chosen) - len(set(chosen))
    return sum(row[name] for row, name in zip(rows, chosen, strict=True)) - REPEAT_COST * repeats


@examples(150)
@given(st.lists(st.dictionaries(LABELS, SCORES, min_size=1), max_size=4))
def test_no_other_assignment_is_better(rows: list[dict[str, float]]) -> None:
    chosen = assign(rows)
    assert all(name in row for name, row in zip(chosen, rows, strict=True))
    best = max((total(rows, other) for other in product(*rows)), default=0.0)
    assert abs(total(rows, chosen) - best) < 1e-6


def test_gives_up_a_better_score_so_that_no_clip_is_used_twice(to_pick: MakePick) -> None:
    request = to_pick({"b1": {"C02": 0.9, "C01": 0.5}, "b2": {"C02": 0.8}})
    proposal = WRITER.pick(request)
    assert [choice.labels[0] for choice in proposal.choices] == ["C01", "C02"]
    assert proposal.choices[0].labels == ("C01", "C02"), "the others follow as second choices"


def test_type_words_and_length_weigh_beside_the_score(to_pick: MakePick) -> None:
    assert WRITER.pick(to_pick({"b2": {"C01": 0.6, "C02": 0.55}})).choices[0].labels[0] == "C02"
    assert WRITER.pick(to_pick({"b2": {"C04": 0.6, "C02": 0.58}})).choices[0].labels[0] == "C02"
    assert WRITER.pick(to_pick({"b2": {"C01": 0.9, "C02": 0.2}})).choices[0].labels[0] == "C01"


def test_reasons_are_in_the_language_of_the_script(to_pick: MakePick) -> None:
    chinese = WRITER.pick(to_pick()).choices
    assert chinese[2].reason == (
        "主要内容是行动指引，正是本段所需；口播与文案相近：“点击下方小黄车，马上带走它。”；"
        "在可选片段中综合得分最高（0.90）。"
    )
    english = WRITER.pick(to_pick(language="en")).choices
    assert english[1].reason.startswith("Its main content is the product feature that the beat asks for; ")
    assert english[1].reason.endswith("(0.70).")


def test_reasons_without_a_fit_say_so(to_pick: MakePick) -> None:
    first, second = WRITER.pick(to_pick({"b1": {"C03": 0.9, "C04": 0.5}, "b3": {"C03": 0.9}})).choices
    assert first.labels[0] == "C04" and "留给了别的段落（本片段 0.50）" in first.reason
    assert second.labels == ("C03",)


def test_a_clip_with_the_type_in_second_place(to_pick: MakePick) -> None:
    request = to_pick({"b2": {"C04": 0.5}})
    record = request.clips["C04"].model_copy(update={"content_types": ("experiment", "product_feature")})
    picked = WRITER.pick(type(request)(request.script, request.offers, {"C04": record}))
    assert picked.choices[0].reason.startswith("内容包含产品特性展示")


def test_no_offer_no_choice(to_pick: MakePick) -> None:
    assert WRITER.pick(to_pick({"b4": {}})).choices == ()


def test_likeness() -> None:
    assert likeness("保温十二小时", "保温十二小时") == 1.0
    assert likeness("", "x") == 0.0 and likeness("保温", "点击") == 0.0
    assert 0 < likeness("保温十二小时", "保温杯") < 1


def test_near_descriptions_are_named(to_pick: MakePick) -> None:
    request = to_pick({"b2": {"C03": 0.5}})
    record = request.clips["C03"].model_copy(update={"description": "保温十二小时"})
    assert (
        "画面描述与文案相近"
        in WRITER.pick(type(request)(request.script, request.offers, {"C03": record})).choices[0].reason
    )
