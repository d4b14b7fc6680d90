"""The rules of the claim check: what they find, what they leave alone, and how a library changes them."""

import re
import time
import tomllib
from pathlib import Path

import pytest

from benchmarks.claims import BLOCKED, FOUND, LINES, measured
from cliplib.errors import SettingsError
from compose.claims.rules import broken, extended, plain_with_places, shipped


def found(text: str) -> list[tuple[str, str, str]]:
    return [(hit.rule.id, hit.level, text[hit.start : hit.end]) for hit in broken(text, shipped())]


def test_every_rule_says_why_what_instead_and_by_which_dated_law() -> None:
    assert len({rule.id for rule in shipped()}) == len(shipped()) >= 15
    families = {rule.family for rule in shipped()}
    assert families == {"absolute", "medical", "efficacy", "guarantee", "disparagement", "price"}
    for rule in shipped():
        assert rule.zh and rule.en and rule.instead_zh and rule.instead_en, rule.id
        assert re.search(r"(?:19|20)\d\d|U\.S\.C\.|CFR", rule.law), rule.id
        assert not any(re.search(pattern, "") for pattern in rule.patterns), f"{rule.id} matches nothing at all"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("这是全网最好的杯子", "最好"),
        ("这是全网 最 好 的杯子", "最 好"),
        ("这是最\u200b好的杯子", "最\u200b好"),
        ("Ｎｏ．１ 的选择", "Ｎｏ．１"),
        ("销量全国第一", "销量全国第一"),
        ("The WORLD'S BEST bottle", "WORLD'S BEST"),
    ],
)
def test_absolute_words_are_found_however_they_are_written(text: str, words: str) -> None:
    blocks = [hit for hit in found(text) if hit[1] == "block"]
    assert len(blocks) == 1 and blocks[0][2] == words and blocks[0][0].startswith(("absolute", "superlative"))


@pytest.mark.parametrize(
    "text",
    [
        "最后三天", "第一步先拧开", "第一次用", "最近降温了", "最佳赏味期三个月", "安全第一", "国家级非遗传承人",
        "我最好的朋友", "他考了全国第一", "绝对值", "the best sandwich of my day", "At first light", "",
    ],
)  # fmt: skip
def test_words_that_only_look_like_it_are_left_alone(text: str) -> None:
    assert found(text) == []


def test_an_exception_excuses_only_what_it_touches() -> None:
    assert [words for _, _, words in found("我最好的朋友说这是市面上最先进的锅")] == ["最先进"]


def test_overlapping_patterns_of_one_rule_are_one_hit() -> None:
    hits = [hit for hit in found("the best bottle in the world ever made") if hit[0] == "superlative-en"]
    assert [words for _, _, words in hits] == ["best bottle in the world"]


def test_places_lead_back_to_the_text_as_written() -> None:
    text = "㎏ 最  佳\u200b！"
    plain, places = plain_with_places(text)
    assert plain == "kg 最佳!" and len(places) == len(plain) + 1
    assert text[places[plain.index("最")]] == "最" and places[-1] == len(text)


def test_a_price_for_a_time_needs_the_time() -> None:
    assert [rule for rule, _, _ in found("限时只要99元")] == ["price-open-ended"]
    assert found("限时99元，活动到11月30日") == []


def test_long_texts_take_no_long_time() -> None:
    for text in ("最" * 20_000, "全国销量" * 5_000, "a " * 10_000, "今天只要9" * 3_000, "the best in " * 2_000):
        before = time.process_time()
        broken(text, shipped())
        assert time.process_time() - before < 2, text[:8]


def test_a_library_changes_and_adds_rules() -> None:
    own = {
        "id": "our-words", "class": "platform", "level": "warn", "patterns": ["家人们"], "law": "平台规则 2025",
        "zh": "平台敏感词", "en": "word the platform dislikes",
    }  # fmt: skip
    rules = extended([{"id": "absolute-most", "level": "warn"}, {"id": "superlative-en", "level": "off"}, own])
    hits = broken("家人们，最好的杯子, the world's best", rules)
    assert [(hit.rule.id, hit.level) for hit in hits] == [("our-words", "warn"), ("absolute-most", "warn")]
    assert shipped()[0].level == "block", "the shipped rules stay as they are"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"id": "absolute-most", "patterns": ["("]}, "no regular expression"),
        ({"id": "mine", "class": "x", "level": "loud", "patterns": ["a"], "law": "x", "zh": "", "en": ""}, "level"),
        ({"id": "mine"}, "Field required"),
        ({}, "id"),
    ],
)
def test_a_rule_that_cannot_be_used_is_named(entry: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(said)) as error:
        extended([entry])
    assert "cliplib.toml" in error.value.message


@pytest.mark.parametrize("part", ["dev", "held"])
def test_few_ordinary_lines_are_blocked_and_nearly_all_planted_ones_found(part: str) -> None:
    lines = tomllib.loads(Path(LINES).read_text("utf-8"))[part]
    shares = measured(lines, verbose=False)
    assert shares[0] >= FOUND and shares[1] <= BLOCKED
