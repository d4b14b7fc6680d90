"""Which lines count as naming a product or a price."""

import pytest

from cliplib.config import Product
from cliplib.records import Line
from cliplib.values import Span
from ingest.offers import offers

CUP = Product(id="cup-500", name="青屿随行杯", aliases=("Carry Cup", "X"))


@pytest.mark.parametrize(
    "text",
    [
        "今天这款青屿 随行杯到了", "meet the carry-cup", "ＣＡＲＲＹ　ＣＵＰ", "只要129元", "一百二十九块",
        "九块九包邮", "今天八折", "only $19.90 today", "a hundred and twenty yuan", "￥99 到手", "RMB 99",
    ],
)  # fmt: skip
def test_names_and_prices_are_found_however_they_are_written(text: str) -> None:
    span = Span(start=1000, end=3000)
    assert offers([Line(text=text, span=span)], [CUP]) == (span,)


@pytest.mark.parametrize("text", ["咖啡已经凉了", "we waited 20 minutes", "x marks the spot", "the cup", "129"])
def test_other_lines_are_not(text: str) -> None:
    assert offers([Line(text=text, span=Span(start=0, end=500))], [CUP]) == ()
