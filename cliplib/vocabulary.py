"""The words of the trade as closed lists: keys for machines, labels and aliases for people, in Chinese and English.

The lists are data (`vocabulary.toml`); a library adds its own entries under the same table names in its cliplib.toml.
"""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import Field, ValidationError

from cliplib.errors import SettingsError
from cliplib.values import Key, Share, Value

Language = Literal["zh", "en"]


class Term(Value):
    """One entry of a list: what it is called by machines and by people."""

    key: Key
    zh: str
    en: str
    aliases: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    seconds: tuple[float, float] | None = None

    def label(self, language: Language) -> str:
        """The word an editor of that language uses."""
        return self.zh if language == "zh" else self.en

    def names(self) -> tuple[str, ...]:
        """Everything a person may write for it."""
        return (self.key, self.zh, self.en, *self.aliases)


class Slot(Value):
    """One part of an ad structure: what may stand there and its share of the length."""

    name: Key
    content_types: tuple[Key, ...]
    share: Share


class Structure(Value):
    """A proven order of slots."""

    key: Key
    zh: str
    en: str
    slots: tuple[Slot, ...] = Field(min_length=1)


class Vocabulary(Value):
    """All lists. Field names are the table names of the TOML file."""

    content_type: tuple[Term, ...]
    form: tuple[Term, ...]
    footage_kind: tuple[Term, ...]
    origin: tuple[Term, ...]
    hook_kind: tuple[Term, ...]
    tail_kind: tuple[Term, ...]
    shot_size: tuple[Term, ...]
    camera: tuple[Term, ...]
    angle: tuple[Term, ...]
    person_role: tuple[Term, ...]
    scene: tuple[Term, ...]
    screen_flag: tuple[Term, ...]
    structure: tuple[Structure, ...]

    def terms(self, listing: str) -> tuple[Term, ...]:
        """The entries of one list; `listing` is a table name such as "content_type"."""
        found: tuple[Term, ...] = getattr(self, listing)
        return found

    def keys(self, listing: str) -> tuple[str, ...]:
        """The keys of one list, in its order."""
        return tuple(term.key for term in self.terms(listing))

    def label(self, listing: str, key: str, language: Language) -> str:
        """The label of a key; the key itself where the list does not have it."""
        return next((term.label(language) for term in self.terms(listing) if term.key == key), key)

    def find(self, listing: str, name: str) -> str | None:
        """The key that a person means by a key, label or alias; None where nothing is called so."""
        wanted = name.strip().casefold()
        for term in self.terms(listing):
            if wanted in (known.casefold() for known in term.names()):
                return term.key
        return None

    def unknown(self, listing: str, keys: Iterable[str]) -> tuple[str, ...]:
        """Those of the keys that the list does not have."""
        known = self.keys(listing)
        return tuple(key for key in keys if key not in known)

    def extended(self, tables: Mapping[str, Any]) -> "Vocabulary":
        """A vocabulary with further entries; an entry with a known key replaces it.

        Args:
            tables: list name to entries, as read from cliplib.toml.

        Raises:
            SettingsError: unknown list, or an entry that does not fit.
        """
        data = self.model_dump()
        for listing, entries in tables.items():
            if listing not in data:
                raise SettingsError(f"cliplib.toml: no vocabulary list {listing!r}; there are {', '.join(data)}")
            merged = {entry["key"]: entry for entry in data[listing]}
            merged.update({str(entry.get("key", "")): entry for entry in entries})
            data[listing] = tuple(merged.values())
        return _read(data, "cliplib.toml")


def _read(data: Mapping[str, Any], where: str) -> Vocabulary:
    try:
        return Vocabulary.model_validate(data, strict=False)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"{where}: vocabulary entry {place}: {first['msg']}") from error


@cache
def shipped() -> Vocabulary:
    """The vocabulary that comes with cliplib."""
    return _read(tomllib.loads((files("cliplib") / "vocabulary.toml").read_text("utf-8")), "vocabulary.toml")
