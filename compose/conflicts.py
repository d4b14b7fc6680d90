"""Why nothing fits: the smallest set of rules that contradict one another, in words, and what to relax."""

from dataclasses import replace
from typing import Any

from cliplib.errors import NothingFits
from cliplib.plans import Offer, Script, millis_of
from compose.solving import Rules, Table, all_rules, solve


def no_offers(script: Script, offers: tuple[Offer, ...]) -> NothingFits:
    """The error for a script of which no beat has an offer."""
    refused: dict[str, int] = {}
    for offer in offers:
        for why, count in offer.refused.items():
            refused[why] = max(count, refused.get(why, 0))
    told = ", ".join(f"{why}: {count}" for why, count in refused.items()) or "the library holds no clips"
    return NothingFits(
        f"none of the {len(script.beats)} beats has a clip to offer ({told})",
        "Ingest footage for these content types, or allow other content types, products or channels.",
    )


def conflict(table: Table) -> NothingFits:
    """The error for a table that no selection satisfies; names the smallest conflicting set of rules."""
    rules = _smallest(table)
    if rules.long_enough or rules.short_enough:
        return _length_conflict(table, rules)
    beats, own = _named(rules.filled), _named(rules.own)
    lengths = f", with the lengths asked for {own}" if own else ""
    return NothingFits(
        f"the beats {beats} cannot all be filled{lengths}: the clips offered to them are the same, overlap on their "
        "footage, or nearly repeat one another",
        "Join or drop one of these beats, allow more content types for it, or ingest more footage.",
    )


def _length_conflict(table: Table, rules: Rules) -> NothingFits:
    target = f"the target is {table.script.length / 1000:.1f} s"
    free = replace(rules, long_enough=False, short_enough=False)
    own = f", with the lengths asked for {_named(rules.own)}," if rules.own else ""
    count = len(table.beats)
    if not rules.short_enough:
        reach = millis_of(_reach(table, free, "longest"), table.rate) / 1000
        what = f"the {count} beats with offers{own} reach" if count > 1 else f"the one beat with offers{own} reaches"
        return NothingFits(
            f"{what} at most {reach:.1f} s, {target}",
            f"Ask for {reach:.0f} s, add beats, allow more content types, or ingest more footage.",
        )
    one = len(rules.filled) == 1
    what = f"the beat{'' if one else 's'} {_named(rules.filled)}{own}" if rules.filled else "the beats with offers"
    if not rules.long_enough:
        least = millis_of(_reach(table, free, "shortest"), table.rate) / 1000
        return NothingFits(
            f"{what} take{'s' * one} at least {least:.1f} s, {target}", f"Ask for {least:.0f} s, or drop a beat."
        )
    return NothingFits(
        f"{what} cannot be cut to within 0.5 s of {table.script.length / 1000:.1f} s without cutting into spoken lines",
        "Change the length by a second or two, or allow more content types.",
    )


def _reach(table: Table, rules: Rules, aim: str) -> int:
    """Frames of the longest or shortest film under these rules, which are known not to conflict."""
    solved = solve(table, rules, aim)
    return sum(option.frames for option in solved.chosen) if solved else 0


def _smallest(table: Table) -> Rules:
    """Rules without any of which there would be a selection, found by leaving out one after the other."""
    rules = all_rules(table)
    trials = [("own", beat) for beat in _ordered(rules.own)] + [
        ("unique", ""),
        ("long_enough", ""),
        ("short_enough", ""),
    ]
    trials += [("filled", beat) for beat in _ordered(rules.filled)]
    for name, beat in trials:
        fewer = _without(rules, name, beat)
        if solve(table, fewer, "any") is None:
            rules = fewer
    return rules


def _without(rules: Rules, name: str, beat: str) -> Rules:
    fewer: Any = getattr(rules, name) - {beat} if beat else False
    return replace(rules, **{name: fewer})


def _ordered(beats: frozenset[str]) -> list[str]:
    return sorted(beats, key=lambda beat: int(beat.removeprefix("b")))


def _named(beats: frozenset[str]) -> str:
    return ", ".join(_ordered(beats))
