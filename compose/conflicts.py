"""Why nothing fits: the smallest set of rules that contradict one another, in words, and what to relax."""

from dataclasses import replace
from typing import Any

from cliplib.errors import NothingFits
from cliplib.plans import Offer, Script, millis_of
from compose.solving import Rules, all_rules, solve
from compose.table import Table


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
    what = f"the beats {_named(rules.filled)} cannot all be filled" if rules.filled else "the editor's wishes conflict"
    apart = _apart(rules)
    return NothingFits(
        f"{what}{_with(rules)}" + (f": the clips {'offered to them ' * bool(rules.filled)}{apart}" if apart else ""),
        _relax(rules) or "Join or drop one of these beats, allow more content types for it, or ingest more footage.",
    )


def _with(rules: Rules) -> str:
    """The wishes that are part of a conflict, as a clause; empty where there are none."""
    wishes = [f"the lengths asked for {_named(rules.own)}"] if rules.own else []
    wishes += [f"the locks on {_named(rules.held)}"] if rules.held else []
    wishes += [f"{', '.join(sorted(rules.must))} in it"] if rules.must else []
    wishes += ["one speaker"] if rules.one_speaker else []
    return f", with {' and '.join(wishes)}" if wishes else ""


def _apart(rules: Rules) -> str:
    """Why clips may not stand together, as far as that is part of a conflict."""
    reasons = ["are the same, overlap on their footage, or nearly repeat one another"] if rules.unique else []
    reasons += ["name different figures of one thing"] if rules.agreed else []
    reasons += ["have different speakers"] if rules.one_speaker else []
    return ", or ".join(reasons)


def _relax(rules: Rules) -> str:
    """What to relax first, if it is an editor's wish."""
    steps = [f"unlock {_named(rules.held)}"] if rules.held else []
    steps += [f"give up {', '.join(sorted(rules.must))}"] if rules.must else []
    steps += ["let more than one person speak"] if rules.one_speaker else []
    text = ", or ".join(steps)
    return f"{text[0].upper()}{text[1:]}; or allow more content types, or ingest more footage." if text else ""


def _length_conflict(table: Table, rules: Rules) -> NothingFits:
    target = f"the target is {table.script.length / 1000:.1f} s"
    free = replace(rules, long_enough=False, short_enough=False)
    clause = _with(rules)
    own = f"{clause}," if clause else ""
    relax = f" {_relax(rules)}" if _relax(rules) else ""
    count = len(table.beats)
    if not rules.short_enough:
        reach = millis_of(_reach(table, free, "longest"), table.rate) / 1000
        what = f"the {count} beats with offers{own} reach" if count > 1 else f"the one beat with offers{own} reaches"
        return NothingFits(
            f"{what} at most {reach:.1f} s, {target}",
            f"Ask for {reach:.0f} s, add beats, allow more content types, or ingest more footage.{relax}",
        )
    one = len(rules.filled) == 1
    what = (
        f"the beat{'' if one else 's'} {_named(rules.filled)}{own}" if rules.filled else f"the beats with offers{own}"
    )
    if not rules.long_enough:
        least = millis_of(_reach(table, free, "shortest"), table.rate) / 1000
        return NothingFits(
            f"{what} take{'s' * one} at least {least:.1f} s, {target}",
            f"Ask for {least:.0f} s, or drop a beat.{relax}",
        )
    return NothingFits(
        f"{what} cannot be cut to within 0.5 s of {table.script.length / 1000:.1f} s without cutting into spoken lines",
        f"Change the length by a second or two, or allow more content types.{relax}",
    )


def _reach(table: Table, rules: Rules, aim: str) -> int:
    """Frames of the longest or shortest film under these rules, which are known not to conflict."""
    solved = solve(table, rules, aim)
    return sum(option.frames for option in solved.chosen) if solved else 0


def _smallest(table: Table) -> Rules:
    """Rules without any of which there would be a selection, found by leaving out one after the other."""
    rules = all_rules(table)
    trials = [("own", beat) for beat in _ordered(rules.own)]
    trials += [(name, "") for name in ("one_speaker", "agreed", "unique", "long_enough", "short_enough")]
    trials += [("filled", beat) for beat in _ordered(rules.filled)]
    trials += [("held", slot) for slot in _ordered(rules.held)] + [("must", clip) for clip in sorted(rules.must)]
    for name, one in trials:
        if one or getattr(rules, name):
            fewer = _without(rules, name, one)
            if solve(table, fewer, "any") is None:
                rules = fewer
    return rules


def _without(rules: Rules, name: str, one: str) -> Rules:
    fewer: Any = getattr(rules, name) - {one} if one else False
    return replace(rules, **{name: fewer})


def _ordered(names: frozenset[str]) -> list[str]:
    """Beats or slots in the order of their numbers."""
    return sorted(names, key=lambda name: int(name[1:]))


def _named(names: frozenset[str]) -> str:
    return ", ".join(_ordered(names))
