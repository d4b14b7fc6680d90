"""Figures with units in what clips say and show, and when two clips contradict one another: 4 kg beside 5 kg."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache

from cliplib.records import ClipRecord
from cliplib.words import folded, is_chinese, tokens

UNITS: dict[str, tuple[str, Fraction]] = {
    **dict.fromkeys(("mg", "毫克"), ("weight", Fraction(1, 1000))),
    **dict.fromkeys(("g", "gram", "grams", "克"), ("weight", Fraction(1))),
    **dict.fromkeys(("kg", "kilo", "kilos", "kilogram", "kilograms", "公斤", "千克"), ("weight", Fraction(1000))),
    **dict.fromkeys(("斤",), ("weight", Fraction(500))),
    **dict.fromkeys(("ml", "毫升"), ("volume", Fraction(1))),
    **dict.fromkeys(("l", "liter", "liters", "litre", "litres", "升"), ("volume", Fraction(1000))),
    **dict.fromkeys(("mm", "毫米"), ("size", Fraction(1))),
    **dict.fromkeys(("cm", "厘米", "公分"), ("size", Fraction(10))),
    **dict.fromkeys(("inch", "inches", "英寸", "寸"), ("size", Fraction(254, 10))),
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres", "米"), ("size", Fraction(1000))),
    **dict.fromkeys(("second", "seconds", "秒"), ("time", Fraction(1))),
    **dict.fromkeys(("min", "minute", "minutes", "分钟"), ("time", Fraction(60))),
    **dict.fromkeys(("h", "hour", "hours", "小时"), ("time", Fraction(3600))),
    **dict.fromkeys(("day", "days", "天"), ("time", Fraction(86400))),
    **dict.fromkeys(("%", "percent"), ("share", Fraction(1))),
    **dict.fromkeys(("元", "块钱", "yuan", "rmb", "¥"), ("price", Fraction(1))),
    **dict.fromkeys(("dollar", "dollars", "usd", "$"), ("dollars", Fraction(1))),
    **dict.fromkeys(("mah", "毫安时", "毫安"), ("charge", Fraction(1))),
    **dict.fromkeys(("w", "watt", "watts", "瓦"), ("power", Fraction(1))),
    **dict.fromkeys(("kw", "千瓦"), ("power", Fraction(1000))),
    **dict.fromkeys(("℃", "°c", "摄氏度"), ("temperature", Fraction(1))),
}
"""What a unit measures, and how many of the dimension's own unit it is."""

_FILLER_TEXT = """
only just about nearly up over than less more no not weigh weight get ha need now very all one each pro max last
只有 只要 只需 仅仅 大约 不到 超过 左右 足足 才有 可以 能够 一个 就是 重量 时间 现在 价格 净重 重达
"""
FILLERS = frozenset(_FILLER_TEXT.split())
"""Words beside a figure that do not say what it is a figure of: the dimension says as much."""

_UNIT = "|".join(sorted((re.escape(folded(unit)) for unit in UNITS), key=len, reverse=True))
_NUMBER = r"(\d+(?:,\d{3})*(?:\.\d+)?)"
_BEFORE = re.compile(rf"([¥$])\s*{_NUMBER}")
_AFTER = re.compile(rf"{_NUMBER}\s*[-]?\s*({_UNIT})(?![a-z素件器宝级拉])")
_CLAUSE = re.compile(r"[,，。.!！?？;；:：\n、](?!\d)|\s(?:and|but|或|和|但)\s")
_BY_FOLDED = {folded(unit): meaning for unit, meaning in UNITS.items()}

Figures = Mapping[tuple[str, frozenset[str]], frozenset[Fraction]]
"""Dimension and the words beside the figure, to the values that are named."""


def figures(text: str) -> Figures:
    """The figures with units in a text, in the dimension's own unit.

    >>> {dimension: sorted(values) for (dimension, _), values in figures("整机只有4kg").items()}
    {'weight': [Fraction(4000, 1)]}
    """
    found: dict[tuple[str, frozenset[str]], set[Fraction]] = defaultdict(set)
    for clause in _CLAUSE.split(folded(text)):
        for (unit, number), place in _named(clause or ""):
            dimension, factor = _BY_FOLDED[unit]
            rest = clause[: place[0]] + " " + clause[place[1] :]
            found[dimension, _subject(rest)].add(Fraction(number.replace(",", "")) * factor)
    return {key: frozenset(values) for key, values in found.items()}


def contradicting(one: ClipRecord, other: ClipRecord) -> bool:
    """Whether two clips name different values of one thing: the same product, dimension and subject, no value shared.

    A clip without a product is taken to speak of whatever the other one does.
    """
    mine, theirs = {link.product for link in one.products}, {link.product for link in other.products}
    if mine and theirs and not mine & theirs:
        return False
    ours, others = _figures_of(_words(one)), _figures_of(_words(other))
    for (dimension, subject), values in ours.items():
        for (theirs_of, their_subject), their_values in others.items():
            if dimension == theirs_of and _one_thing(subject, their_subject) and not values & their_values:
                return True
    return False


def _words(record: ClipRecord) -> str:
    return "\n".join([record.spoken, *dict.fromkeys(text.text for text in record.on_screen_text)])


@lru_cache(maxsize=4096)
def _figures_of(text: str) -> Figures:
    """As `figures`, and all values of a dimension under every subject of it that shares a word."""
    found = figures(text)
    return {
        (dimension, subject): frozenset(
            value for (same, near), some in found.items() if same == dimension and _one_thing(subject, near)
            for value in some
        )
        for dimension, subject in found
    }  # fmt: skip


def _named(clause: str) -> Iterator[tuple[tuple[str, str], tuple[int, int]]]:
    for match in _BEFORE.finditer(clause):
        yield (match[1], match[2]), match.span()
    for match in _AFTER.finditer(_BEFORE.sub(lambda found: " " * len(found[0]), clause)):
        yield (match[2], match[1]), match.span()


def _subject(rest: str) -> frozenset[str]:
    """Words and pairs of Chinese characters beside a figure that may say what it is a figure of."""
    words = {token for token in tokens(rest) if not token[0].isdigit()}
    return frozenset(word for word in words if word not in FILLERS and not (is_chinese(word) and len(word) == 1))


def _one_thing(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two subjects may be the same: they share a word, or neither names any."""
    return bool(one & other) or not (one or other)
