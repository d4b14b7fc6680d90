"""The fields a person may correct: their form and titles come from the JSON Schema, their choices from the lists."""

from typing import Any, get_args

from cliplib.contracts import schema_of
from cliplib.errors import UsageError
from cliplib.library import Shelf
from cliplib.library.filter import FLAGS
from cliplib.records import EDITABLE, FootageKind, ReviewStatus
from cliplib.vocabulary import Vocabulary

LISTINGS = {
    "content_types": "content_type",
    "forms": "form",
    "people": "person_role",
    "shot_size": "shot_size",
    "camera": "camera",
}
"""The vocabulary list of a field's keys."""

SHAPES = {"ProductLink": "products", "Person": "people"}


def fields() -> list[dict[str, Any]]:
    """Each editable field: name, titles, and how it is edited (text, key, keys, products or people)."""
    schema = schema_of("clip-record.1")
    found = []
    for name in EDITABLE:
        entry = schema["properties"][name]
        en, _, zh = entry["title"].partition(" · ")
        listing = LISTINGS.get(name, "")
        found.append({"name": name, "en": en, "zh": zh, "form": _form(entry), "listing": listing})
    return found


def choices(shelf: Shelf) -> dict[str, list[dict[str, str]]]:
    """Everything that can be chosen: lists of the vocabulary, kinds, flags and products, each as key, zh and en."""
    vocabulary = shelf.vocabulary
    lists = {listing: _terms(vocabulary, listing) for listing in LISTINGS.values()}
    named = {term.key: {"key": term.key, "zh": term.zh, "en": term.en} for term in vocabulary.terms("screen_flag")}
    lists["flag"] = [named.get(flag, {"key": flag, "zh": "", "en": ""}) for flag in FLAGS]
    kinds = get_args(FootageKind)
    lists["footage_kind"] = [term for term in _terms(vocabulary, "footage_kind") if term["key"] in kinds]
    lists["product"] = [{"key": product.id, "zh": product.name, "en": product.name} for product in shelf.products]
    lists["status"] = [{"key": status, "zh": "", "en": ""} for status in get_args(ReviewStatus)]
    return lists


def check(field: str, value: Any, shelf: Shelf, standing: Any) -> None:
    """Refuse a key that no list has, unless it stood there before; the shape is checked where it is stored.

    Raises:
        UsageError: names the key and the list.
    """
    listing = "product" if field == "products" else LISTINGS.get(field)
    if listing is None:
        return
    if listing == "product":
        known: tuple[str, ...] = tuple(product.id for product in shelf.products)
    else:
        known = shelf.vocabulary.keys(listing)
    before = _keys(field, standing)
    for key in _keys(field, value):
        if key not in known and key not in before:
            raise UsageError(f"{key!r} is not in the list {listing}", f"It has {', '.join(known)}.")


def _keys(field: str, value: Any) -> list[str]:
    part = {"products": "product", "people": "role"}.get(field)
    entries = value if isinstance(value, list) else [] if value is None else [value]
    if part is not None:
        entries = [entry.get(part) for entry in entries if isinstance(entry, dict)]
    return [str(entry) for entry in entries if entry is not None]


def _terms(vocabulary: Vocabulary, listing: str) -> list[dict[str, str]]:
    return [{"key": term.key, "zh": term.zh, "en": term.en} for term in vocabulary.terms(listing)]


def _form(entry: dict[str, Any]) -> str:
    if entry.get("type") == "array":
        return SHAPES.get(str(entry["items"].get("$ref", "")).rpartition("/")[2], "keys")
    return "key" if "anyOf" in entry else "text"
