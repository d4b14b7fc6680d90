"""Why a slot has the clip it has: what was counted for it, and what each runner-up would cost the film."""

from dataclasses import replace

from cliplib.errors import ScriptError
from cliplib.plans import Candidate, Pick
from cliplib.records import ClipId
from cliplib.values import Span, Value, told
from compose.conflicts import conflict
from compose.objective import worth
from compose.planning import Planned
from compose.solving import all_rules, solve
from compose.table import Hold

MOST_RIVALS = 5


class Rival(Value):
    """Another clip for a slot: its score, and how many points the best film with it there is worth less."""

    clip: ClipId
    score: float
    terms: dict[str, float]
    cost: float | None = told("Points the film would lose, None where it cannot stand here", "代价", default=None)
    why: str = told("Why it cannot stand here", "不可用原因", default="")


class Why(Value):
    """The pick of a slot, explained."""

    slot: str
    beat: str
    clip: ClipId
    trim: Span
    reason: str
    locked: bool
    score: float
    terms: dict[str, float]
    weighed: dict[str, float]
    rivals: tuple[Rival, ...]


def explain(planned: Planned, slot: str) -> Why:
    """Why a slot has its clip: each rival is put there and the film solved anew.

    Raises:
        ScriptError: the plan has no such slot.
    """
    picks = {pick.slot: pick for pick in planned.plan.picks}
    if slot not in picks:
        raise ScriptError(f"the plan has no slot {slot}; it has {', '.join(picks)}", "Look the slots up in the plan.")
    pick = picks[slot]
    others = [c for c in planned.table.offers[pick.beat].candidates if c.clip != pick.clip]
    return Why(
        slot=slot,
        beat=pick.beat,
        clip=pick.clip,
        trim=pick.trim,
        reason=pick.reason,
        locked=pick.locked,
        score=pick.score,
        terms=pick.terms,
        weighed=pick.weighed,
        rivals=tuple(_rival(planned, pick, candidate) for candidate in others[:MOST_RIVALS]),
    )


def _rival(planned: Planned, pick: Pick, candidate: Candidate) -> Rival:
    table, hand = planned.table, planned.table.hand
    place = [other.slot for other in planned.plan.picks if other.beat == pick.beat].index(pick.slot)
    # Its own lock gives way; the others stay.
    holds = [hold for hold in hand.holds if (hold.beat, hold.place) != (pick.beat, place)]
    wished = (*holds, Hold(pick.slot, pick.beat, place, candidate.clip))
    other = replace(table, hand=replace(hand, holds=wished))
    solved = solve(other, all_rules(other))
    if solved is None:
        return Rival(clip=candidate.clip, score=candidate.score, terms=candidate.terms, why=conflict(other).message)
    lost = planned.worth.total - worth(other, solved.chosen).total
    return Rival(clip=candidate.clip, score=candidate.score, terms=candidate.terms, cost=float(lost))


def why_text(why: Why) -> str:
    """An explanation as a person reads it."""
    lines = [
        f"{why.slot} ({why.beat}): {why.clip} {why.trim.length / 1000:.1f} s{', locked' * why.locked}: {why.reason}"
    ]
    lines += [f"  score {why.score:.2f}: {_terms(why.terms)}", f"  points: {_terms(why.weighed)}"]
    for number, rival in enumerate(why.rivals, 1):
        told = f"costs {rival.cost:g} points" if rival.cost is not None else f"cannot stand here: {rival.why}"
        lines.append(f"  {number}. {rival.clip}, score {rival.score:.2f} ({_terms(rival.terms)}): {told}")
    return "\n".join(lines)


def _terms(terms: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in terms.items() if value)
