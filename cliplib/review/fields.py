"""What people see of a record and may say of it: its fields as texts for cells, and texts back as values."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from cliplib import cells, records
from cliplib.cells import FaultCode, Find, Unfit, keys_of
from cliplib.config import Settings
from cliplib.errors import UsageError
from cliplib.records import EDITABLE, ClipRecord, ProductLink
from cliplib.sheets import MOST_CHARACTERS, Cell
from cliplib.vocabulary import Vocabulary

Values = Mapping[str, JsonValue]

REVIEWED = (*EDITABLE, "status", "note")
"""What people may say of a clip: corrections of fields, and a decision."""

GROUP = "near_duplicates"
"""The field of a clip's group; empty where a person says that it is in none."""

STATUSES = {"new": ("待审", "new"), "approved": ("通过", "approved"), "rejected": ("否决", "rejected")}
UNKNOWN = "?"
"""Stands for the role of somebody of whom only the face is known."""

SAID_IN_REVIEW = "said in review"
"""Evidence of a product that a person names."""

HEADERS: Mapping[str, tuple[str, ...]] = {
    "id": ("片段编号", "编号", "clip id", "id"),
    "version": ("版本", "version", "revision"),
    "poster": ("画面", "picture"),
    "name": ("素材", "footage"),
    "file": ("片段文件", "file"),
    **cells.HEADERS,
    "people": ("人物", "people"),
    "shot_size": ("景别", "shot size"),
    "camera": ("运镜", "camera"),
    GROUP: ("近重复组", "near-duplicates"),
    "status": ("审核", "review", "status"),
    "note": ("备注", "note"),
}
"""What the columns of an exported table are called; `title` gives the first one in each language."""

_LISTS = {"content_types": "content_type", "forms": "form"}
_TERMS = {"shot_size": "shot_size", "camera": "camera"}
_LISTINGS = {**_LISTS, **_TERMS, "people": "person_role"}
_PERSON = re.compile(r"(?P<role>[^（(：:]+)(?:[（(](?P<name>[^）)]*)[）)])?\s*(?:[：:]\s*(?P<description>.*))?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def values_of(record: ClipRecord) -> dict[str, JsonValue]:
    """What is in force of everything that people may say of a clip."""
    effective = record.effective()
    values = {field: records.plain(field, getattr(effective, field)) for field in EDITABLE}
    return {**values, "status": record.review.status, "note": record.review.note}


def hash_of(values: Values) -> str:
    """16 hex digits that differ where values differ."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def plain(text: str) -> str:
    """Text as a cell keeps it through any spreadsheet: one kind of line end, nothing invisible, no space around."""
    return _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of a library, to show values in its language and to read what people write in any."""

    vocabulary: Vocabulary
    settings: Settings

    def title(self, field: str) -> str:
        """What the column of a field is called."""
        names = HEADERS[field]
        return names[0] if self.settings.language == "zh" else next(name for name in names if name.isascii())

    def choices(self, field: str) -> tuple[str, ...]:
        """What a person may choose from; empty where anything may be written."""
        language = self.settings.language
        if field in _LISTS or field in _TERMS:
            return tuple(term.label(language) for term in self.vocabulary.terms(_LISTINGS[field]))
        if field == "products":
            return tuple(product.name for product in self.settings.product)
        return tuple(self._status(status) for status in STATUSES) if field == "status" else ()

    def shown(self, field: str, value: JsonValue) -> str:
        """A value as its cell shows it; the same text is read back as the same value."""
        return plain("、".join(self.items(field, value)) if field != "people" else self._people(value))

    def items(self, field: str, value: JsonValue) -> list[str]:
        """A value as the words for it, one for each item of a list."""
        found: Any = value
        language = self.settings.language
        if field in _LISTS:
            return [self.vocabulary.label(_LISTS[field], key, language) for key in found]
        if field == "products":
            names = {product.id: product.name for product in self.settings.product}
            return [names.get(link["product"], link["product"]) for link in found]
        if field in _TERMS:
            return [self.vocabulary.label(_TERMS[field], found, language)] if found else []
        if field == GROUP:
            return [found] if found else []
        return [self._status(found) if field == "status" else str(found)]

    def fits_cell(self, values: Values) -> bool:
        """Whether every value can be read back from a cell."""
        return all(len(self.shown(field, value)) <= MOST_CHARACTERS for field, value in values.items())

    def read(self, field: str, cell: Cell, base: JsonValue, ordered: bool = True) -> JsonValue:
        """What a cell says of a field.

        Args:
            field: one of REVIEWED.
            cell: as somebody has left it.
            base: the value that was written into it; a cell that shows it still is that value.
            ordered: whether the order of items means anything.

        Raises:
            Unfit: the cell cannot be used, or names something unknown.
        """
        if cell.fault:
            raise Unfit("cell", cell.fault)
        if cell.parts is None and self.shown(field, base) in (cell.text, unguarded(cell.text)):
            return base
        value = self._parsed(field, Cell(cell.place, unguarded(cell.text), cell.parts), base)
        return value if ordered else _in_order_of(base, value)

    def checked(self, field: str, value: JsonValue, base: JsonValue) -> JsonValue:
        """A value as records hold it, if all keys in it are known or were there before; raises Unfit."""
        if value == base:
            return value
        if field in ("spoken", "description", "note"):
            return _text(value)
        if field == GROUP:
            return _text(value) or None if value is not None else None
        known = {*self._keys(field), *_keys_in(field, base)}
        if unknown := [key for key in _keys_in(field, value) if key not in known]:
            code: FaultCode = "unknown_product" if field == "products" else "unknown_label"
            raise Unfit(code, f"{'、'.join(map(repr, unknown))} is not known")
        return value

    def _keys(self, field: str) -> Sequence[str]:
        if field == "products":
            return [product.id for product in self.settings.product]
        return tuple(STATUSES) if field == "status" else self.vocabulary.keys(_LISTINGS[field])

    def _parsed(self, field: str, cell: Cell, base: JsonValue) -> JsonValue:
        if field in _LISTS:
            return [*keys_of(cell, self._find(_LISTS[field], base), "unknown_label")]
        if field in _TERMS:
            found = keys_of(cell, self._find(_TERMS[field], base), "unknown_label")
            if len(found) > 1:
                raise Unfit("unknown_label", f"{cell.text!r}: one of them, not several")
            return found[0] if found else None
        if field == "products":
            return self._links(cell, base)
        if field == "people":
            return [self._person(line) for line in cell.text.splitlines() if line.strip()]
        if field == GROUP:
            return cell.text.strip() or None
        return _status(cell) if field == "status" else cell.text

    def _find(self, listing: str, base: JsonValue) -> Find:
        """Finds keys by any of their names; keys of the exported value too, which the vocabulary may have lost."""
        before = base if isinstance(base, list) else [base]
        return lambda name: self.vocabulary.find(listing, name) or (name if name in before else None)

    def _links(self, cell: Cell, base: Any) -> JsonValue:
        """Links to the products that are named; of those that were there before with their evidence."""
        before = {link["product"]: link for link in base}

        def find(name: str) -> str | None:
            product = self.settings.product_called(name)
            return product.id if product else (name if name in before else None)

        return [
            before.get(id) or ProductLink(product=id, evidence=SAID_IN_REVIEW, confidence=1.0).model_dump(mode="json")
            for id in keys_of(cell, find, "unknown_product")
        ]

    def _people(self, value: Any) -> str:
        lines = []
        for person in value:
            known = person["role"] is not None
            role = self.vocabulary.label("person_role", person["role"], self.settings.language) if known else UNKNOWN
            name = f"（{person['name']}）" if person["name"] else ""
            about = f"：{person['description']}" if person["description"] else ""
            lines.append(" ".join(f"{role}{name}{about}".split()))
        return "\n".join(lines)

    def _person(self, line: str) -> JsonValue:
        found = _PERSON.fullmatch(line.strip())
        if found is None:
            raise Unfit("value", f"{line!r} is not of the form role（name）：description")
        unknown = found["role"].strip() == UNKNOWN
        role = None if unknown else self.vocabulary.find("person_role", found["role"])
        if role is None and not unknown:
            raise Unfit("unknown_label", f"{found['role']!r} is not known")
        return {
            "role": role,
            "description": (found["description"] or "").strip(),
            "name": (found["name"] or "").strip(),
        }

    def _status(self, status: str) -> str:
        return STATUSES[status][self.settings.language == "en"]


TRIGGERS = "=+-@\t\r＝＋－＠'"
"""With these a cell of a CSV file may be taken for a formula; and the sign that guards against it."""


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula when it opens a CSV file.

    >>> guarded("=1+1"), guarded("'=1"), guarded("it's")
    ("'=1+1", "''=1", "it's")
    """
    return f"'{text}" if text[:1] and text[0] in TRIGGERS else text


def unguarded(text: str) -> str:
    """The text that was guarded.

    >>> unguarded("'=1+1"), unguarded("''=1"), unguarded("'tis")
    ('=1+1', "'=1", "'tis")
    """
    return text[1:] if text[:1] == "'" and text[1:2] and text[1] in TRIGGERS else text


def parsed_value(field: str, text: str, vocabulary: Vocabulary) -> JsonValue:
    """What a person typed for a field, as the record holds it.

    Labels and aliases become keys; lists are written as JSON or joined with 、 or commas.

    Raises:
        UsageError: the field cannot be corrected, or a label is not in the vocabulary.
    """
    if field not in EDITABLE:
        raise UsageError(f"{field!r} cannot be corrected", f"These can: {', '.join(EDITABLE)}.")
    if field in ("products", "people"):
        return _json(field, text)
    if field == GROUP:
        return text.strip() or None
    if field not in {**_LISTS, **_TERMS}:
        return text
    parts = _json(field, text) if text.lstrip().startswith("[") else None
    cell = Cell(field, text.strip(), tuple(map(str, parts)) if isinstance(parts, list) else None)
    try:
        return Lexicon(vocabulary, Settings()).read(field, cell, None if field in _TERMS else [])
    except Unfit as unfit:
        listing = _LISTINGS[field]
        raise UsageError(
            f"{unfit}: it is not in the list {listing}", f"It has {', '.join(vocabulary.keys(listing))}."
        ) from unfit


def _json(field: str, text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{field} is written as JSON: {error}") from error
    return value


def _status(cell: Cell) -> str:
    wanted = cell.text.casefold()
    for status, names in STATUSES.items():
        if wanted in names:
            return status
    known = "、".join(name for names in STATUSES.values() for name in names)
    raise Unfit("unknown_label", f"{cell.text!r} is none of {known}")


def _keys_in(field: str, value: Any) -> list[str]:
    """The keys that a value names, whatever form it has."""
    items = value if isinstance(value, list) else [] if value is None else [value]
    name = {"products": "product", "people": "role"}.get(field)
    keys = [item.get(name) if name and isinstance(item, dict) else item for item in items]
    return [str(key) for key in keys if key is not None]


def _text(value: JsonValue) -> JsonValue:
    if not isinstance(value, str):
        raise Unfit("value", "no text")
    if len(value) > MOST_CHARACTERS:
        raise Unfit("cell", f"{len(value)} characters, at most {MOST_CHARACTERS} are read")
    if _CONTROL.search(value):
        raise Unfit("cell", "control characters")
    return value


def _in_order_of(base: Any, value: Any) -> JsonValue:
    """Items of a list whose order says nothing, in the order they had; new ones at the end."""
    found: JsonValue = value
    if isinstance(value, list) and isinstance(base, list):
        kept = [item for item in base if item in value]
        found = kept + [item for item in value if item not in kept]
    return found
