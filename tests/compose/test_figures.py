"""Figures in what is said: what contradicts and what does not."""

import pytest

from compose.figures import contradicting, figures
from tests.compose.making import clip, footage

A, B = footage("a"), footage("b")


@pytest.mark.parametrize(
    ("one", "other", "contradict"),
    [
        ("整机只有4公斤", "整机重量5公斤", True),
        ("整机只有4公斤", "整机重量4000克", False),
        ("It weighs only 4 kg", "It weighs just 5 kg", True),
        ("It weighs only 4 kg", "It weighs only 4000 g", False),
        ("保温6小时", "充电只要2小时", False),
        ("保温6小时", "保温长达12小时", True),
        ("到手价99元", "到手价¥129", True),
        ("到手价99元", "到手价129元，不，到手价99元", False),
        ("容量500毫升", "重量500克", False),
        ("keeps warm for 6 hours", "charges in 2 hours", False),
        ("no figures", "整机5公斤", False),
    ],
)
def test_contradictions(one: str, other: str, contradict: bool) -> None:
    first, second = clip(A, 0, 3000, lines=[(one, 0, 2900)]), clip(B, 0, 3000, lines=[(other, 0, 2900)])
    assert contradicting(first, second) is contradict
    assert contradicting(second, first) is contradict


def test_figures_of_different_products_do_not_contradict() -> None:
    first = clip(A, 0, 3000, lines=[("整机只有4公斤", 0, 2900)], products=("cup",))
    second = clip(B, 0, 3000, lines=[("整机重量5公斤", 0, 2900)], products=("mug",))
    assert not contradicting(first, second)
    assert contradicting(first, second.model_copy(update={"products": ()}))


def test_units_are_brought_to_one() -> None:
    (values,) = figures("净重1,200 g").values()
    assert values == {1200}
    assert figures("2元素 4K") == {}
