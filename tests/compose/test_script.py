"""Scripts as editors write them, and every way one can be wrong, told with its line."""

import pytest

from cliplib.config import Product, Settings
from cliplib.errors import ScriptError
from cliplib.plans import Beat, Script
from cliplib.vocabulary import shipped
from compose.script import estimated, read_script, wanted_length

CUP = Settings(product=(Product(id="qingyu-cup", name="青屿随行杯", aliases=("Qingyu carry cup",)),))


def read(text: str, settings: Settings = CUP) -> Script:
    return read_script(text, settings, shipped())


def test_a_script_with_headings_and_front_matter() -> None:
    script = read(
        "\ufeff---\ntitle: 早八\nproduct: 青屿随行杯\naudience: 通勤\n"
        "length: 0:24\nchannel: douyin\nsize: 720x1280\n---\n"
        "# 不用的标题\n\n<!-- 给剪辑的\n说明 -->\n> 提示\n"
        "## 痛点描述、使用场景 (3s)\n早上的咖啡\n又凉了。\n\n"
        "## 黄金三秒/钩子/卖点（2.5秒）\n- 一滴都不漏\n\n### CTA\n现在下单 Now\n"
    )
    assert (script.title, script.product, script.audience, script.channel) == ("早八", "qingyu-cup", "通勤", "douyin")
    assert (script.length, script.width, script.height, script.language) == (24_000, 720, 1280, "zh")
    assert script.beats == (
        Beat(id="b1", content_types=("pain_point", "scenario"), line="早上的咖啡又凉了。", length=3000),
        Beat(id="b2", content_types=("hook", "product_feature"), line="一滴都不漏", length=2500),
        Beat(id="b3", content_types=("cta",), line="现在下单 Now"),
    )


def test_plain_paragraphs_with_and_without_content_types() -> None:
    script = read(
        "# Ten o'clock\n\n[pain point, life scenario] (4s) Cold coffee\nby ten.\n\n- Meet the cup.\n"
        "- 【call to action】(2 s) Order.\n"
    )
    assert (script.title, script.language, script.product) == ("Ten o'clock", "en", "")
    assert [(b.content_types, b.line, b.length) for b in script.beats] == [
        (("pain_point", "scenario"), "Cold coffee by ten.", 4000),
        ((), "Meet the cup.", None),
        (("cta",), "Order.", 2000),
    ]
    assert script.length == 4000 + 2000 + 2000, "a beat without a length takes at least 2 s"


def test_labels_that_hold_separators() -> None:
    script = read("## texture / detail close-up / offer, price\nx\n\n## 品牌强化/尾版、价格\ny\n\n## 空镜/转场\n")
    assert [b.content_types for b in script.beats] == [
        ("texture_closeup", "offer_price"), ("brand_endcard", "offer_price"), ("transition_broll",),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("好", 2.0),
        ("一二三四五六七八九" * 2, 4.0),
        ("one two three four five six seven eight nine ten", 4.0),
        ("", 2.0),
    ],
)
def test_the_length_of_a_line_is_estimated(line: str, seconds: float) -> None:
    assert estimated(line) == round(seconds * 1000)
    assert wanted_length(Beat(id="b1", line=line, length=5000)) == 5000


@pytest.mark.parametrize(("text", "millis"), [("24s", 24_000), ("24", 24_000), ("1:05", 65_000), ("7.5 秒", 7_500)])
def test_lengths(text: str, millis: int) -> None:
    assert read(f"---\nlength: {text}\n---\n一句").length == millis


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no beats"),
        ("---\ntitle: x\n", "line 1: the front matter is not closed"),
        ("---\ntitle: [a\n---\nx", "line 2: the front matter is not YAML"),
        ("---\n- a\n---\nx", "line 2: the front matter must be"),
        ("---\ntitle: x\ncolour: red\n---\nx", r"line 3: no field 'colour'.*title, product"),
        ("---\ntitle:\n  - x\n---\nx", "line 2: title must be one value"),
        ("---\nproduct: mug\n---\nx", r"line 2: product 'mug' is unknown; the library knows qingyu-cup \(青屿随行杯\)"),
        ("---\nlength: soon\n---\nx", "line 2: length 'soon'"),
        ("---\nlength: 0.2\n---\nx", "line 2: length '0.2'"),
        ("---\nsize: 1081x1920\n---\nx", "line 2: size '1081x1920'"),
        ("---\nlanguage: fr\n---\nx", "line 2: language 'fr' is not one of zh, en"),
        ("intro\n\n## cta\nx", "line 1: text before the first heading"),
        ("x\n\n[痛点描诉] y", "line 3: no content type '痛点描诉'; the nearest are 痛点描述"),
        ("## cta\nx\n\n## zzzzzzzz\ny", "line 4: no content type 'zzzzzzzz'; there are pain point,"),
        ("## cta (0.4s)\nx", r"line 1: a beat lasts at least 1 s"),
        ("##\n\n## cta\nx", "line 1: a beat without content type and without a line"),
        ("x\n\n" * 100, "line 199: more than 99 beats"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(ScriptError, match=told):
        read(text)


def test_without_registered_products_any_product_is_taken() -> None:
    assert read("---\nproduct: My Mug\n---\nx", Settings()).product == "My Mug"


def test_the_title_is_the_first_line_where_there_is_none() -> None:
    assert read("## 痛点\n\n## cta\n下单").title == "下单"
    assert read("## 痛点").title == "untitled"
