"""Which lines name a product or a price: those are kept whole before others."""

import re
from collections.abc import Iterable, Sequence

from cliplib.config import Product
from cliplib.records import Line
from cliplib.values import Span
from cliplib.words import folded

_AMOUNT = r"(?:\d[\d.,]*|[零〇一二两三四五六七八九十百千万半几]+)"
_PRICE = re.compile(
    rf"[¥$€£]\s*\d|\b(?:rmb|cny|usd|eur|gbp)\s*\d|{_AMOUNT}\s*(?:元|圆|块|折)|\b(?:yuan|rmb|dollars?|euros?|pounds?)\b"
)

SHORTEST_NAME = 2
"""Letters or digits of a name, at least: single ones stand in many words."""


def offers(lines: Sequence[Line], products: Iterable[Product]) -> tuple[Span, ...]:
    """Spans of the lines that name one of the products, by name or alias, or a price in figures or words."""
    names = {bare(name) for product in products for name in (product.name, *product.aliases)}
    wanted = [name for name in names if len(name) >= SHORTEST_NAME]
    return tuple(line.span for line in lines if _names_one(line.text, wanted))


def bare(text: str) -> str:
    """Letters and digits alone, in one width and case, since speech engines set spaces and hyphens as they like."""
    return re.sub(r"[\W_]+", "", folded(text))


def _names_one(text: str, names: Sequence[str]) -> bool:
    letters = bare(text)
    return any(name in letters for name in names) or _PRICE.search(folded(text)) is not None
