"""The rules of the claim check: patterns as data, shipped as *.toml beside this file, extended by a library."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Literal

from pydantic import Field, ValidationError

from cliplib.claims import Level
from cliplib.errors import SettingsError
from cliplib.values import Key, Value
from cliplib.vocabulary import Language
from cliplib.words import folded_with_places

INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
GAP = re.compile(rf"[{INVISIBLE}]+|(?<=[\u3400-\u9fff])[\s{INVISIBLE}]+(?=[\u3400-\u9fff])")
"""What does not count between characters: invisible ones, and spaces beside Chinese ones, as read from pictures."""
Strength = Literal["block", "needs_evidence", "warn", "off"]


class Rule(Value):
    """What must not be said, why, and what to say instead; field names are the keys of the TOML files."""

    id: Key
    family: Key = Field(alias="class")
    level: Strength
    patterns: tuple[str, ...] = Field(min_length=1)
    unless: tuple[str, ...] = ()
    law: str = Field(min_length=1)
    zh: str
    en: str
    instead_zh: str = ""
    instead_en: str = ""

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(pattern) for pattern in self.patterns)

    @cached_property
    def _unless(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(pattern) for pattern in self.unless)

    def matches(self, plain: str) -> Iterator[tuple[int, int]]:
        """Where the rule is broken in a text made by `plain_with_places`, without what an exception touches."""
        spans = [found.span() for pattern in self._patterns for found in pattern.finditer(plain) if found[0]]
        excused = [found.span() for pattern in self._unless for found in pattern.finditer(plain)] if spans else []
        for start, end in spans:
            if not any(start < b and a < end for a, b in excused):
                yield start, end

    def why(self, language: Language) -> str:
        """What is wrong, for an editor of that language."""
        return self.zh if language == "zh" else self.en

    def instead(self, language: Language) -> str:
        """What to do about it, for an editor of that language."""
        return self.instead_zh if language == "zh" else self.instead_en


@dataclass(frozen=True, slots=True)
class Hit:
    """Words of a text that break a rule; `start` and `end` are places in the text."""

    rule: Rule
    level: Level
    start: int
    end: int


def broken(text: str, rules: Iterable[Rule]) -> tuple[Hit, ...]:
    """What the rules object to in a text, in its order; of one rule, overlapping words are one hit.

    >>> [text[h.start:h.end] for text in ("最 佳选择，最后三天",) for h in broken(text, shipped())]
    ['最 佳']
    """
    plain, places = plain_with_places(text)
    hits = []
    for rule in rules:
        if rule.level != "off":
            spans = ((places[a], places[b - 1] + 1) for a, b in joined(rule.matches(plain)))
            hits += [Hit(rule, rule.level, start, end) for start, end in spans]
    return tuple(sorted(hits, key=lambda hit: (hit.start, hit.end, hit.rule.id)))


def plain_with_places(text: str) -> tuple[str, list[int]]:
    """Folded text without invisible characters and spaces beside Chinese ones, and where each character comes from."""
    wide, places = folded_with_places(text)
    loose = {k for gap in GAP.finditer(wide) for k in range(*gap.span())}
    kept = [k for k in range(len(wide)) if k not in loose]
    return "".join(wide[k] for k in kept), [*(places[k] for k in kept), len(text)]


def joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches in order, those that overlap made one."""
    united: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if united and start < united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united


@cache
def shipped() -> tuple[Rule, ...]:
    """The rules that come with cliplib, in the order of file names."""
    packs = sorted((f for f in files("compose.claims").iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return tuple(_rule(entry, pack.name) for pack in packs for entry in tomllib.loads(pack.read_text("utf-8"))["rule"])


def extended(entries: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """The shipped rules with those of a library; an entry changes the fields it names of the rule with its id.

    Raises:
        SettingsError: an entry is no rule; says which and why.
    """
    rules = {rule.id: rule for rule in shipped()}
    for entry in entries:
        id = str(entry.get("id", ""))
        known = rules[id].model_dump(by_alias=True) if id in rules else {}
        rule = _rule({**known, **entry}, "cliplib.toml")
        rules[rule.id] = rule
    return tuple(rules.values())


def _rule(entry: Mapping[str, Any], where: str) -> Rule:
    named = f"{where}: claim rule {entry.get('id', '')!r}"
    try:
        rule = Rule.model_validate(entry, strict=False)
        for pattern in (*rule.patterns, *rule.unless):
            re.compile(pattern)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"{named}: {place}: {first['msg']}") from error
    except re.error as error:
        raise SettingsError(f"{named}: {error.pattern!r} is no regular expression: {error}") from error
    return rule
