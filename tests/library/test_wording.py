"""What a record says in words."""

from cliplib.config import Product
from cliplib.library import index_text
from cliplib.records import ScreenText
from cliplib.values import Box, Span
from cliplib.vocabulary import shipped
from tests.library.making import a_record


def test_everything_a_person_may_search_by() -> None:
    box = Box(x=0, y=0, width=1, height=1)
    seen = ScreenText(text="¥129.9", box=box, span=Span(start=0, end=500), confidence=1.0)
    record = a_record(
        spoken="不漏水",
        description="a hand",
        products=("cup", "jug"),
        content_types=("hook", "made_up"),
        on_screen_text=(seen, seen),
    )
    cup = Product(id="cup", name="随行杯", aliases=("mug",))
    lines = index_text(record, shipped(), (cup,)).splitlines()
    forms = [shipped().label("form", record.forms[0], language) for language in ("zh", "en")]
    assert lines == [
        " ".join(["黄金三秒/钩子", "hook", "made_up", *forms]),
        "cup 随行杯 mug jug",
        "不漏水",
        "a hand",
        "¥129.9",
    ]
