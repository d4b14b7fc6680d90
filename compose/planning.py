"""From a script, its offers and a proposal to the edit plan: solve, and say what was changed or is missing, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from cliplib.plans import Candidate, Change, EditPlan, Gap, Pick, Proposal, RunnerUp, Script, millis_of
from cliplib.records import ClipRecord
from cliplib.values import Rate
from cliplib.vocabulary import Language
from compose.conflicts import conflict, no_offers
from compose.constraints import disagree, excluded, one_take
from compose.objective import Worth, worth
from compose.offers import Offers
from compose.picking import Picked
from compose.solving import Solved, all_rules, solve
from compose.spoken import why_muted
from compose.table import NO_HAND, Hand, Option, Table, tabulate
from compose.wording import say

RATE = Rate(num=30, den=1)
RUNNERS_UP = 3
TOLD_TERMS = 2


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with what it was chosen from, so that it can be explained."""

    plan: EditPlan
    table: Table
    worth: Worth


def plan(script: Script, offers: Offers, picked: Picked, rate: Rate = RATE) -> EditPlan:
    """The edit plan of a script without an editor's wishes; see `decide`."""
    return decide(script, offers, picked, rate=rate).plan


def decide(script: Script, offers: Offers, picked: Picked, hand: Hand = NO_HAND, rate: Rate = RATE) -> Planned:
    """The edit plan around what the editor has decided.

    Raises:
        NothingFits: no beat has an offer, or no selection satisfies the rules; says which rules contradict one another.
    """
    if not offers.clips:
        raise no_offers(script, offers.offers)
    table = tabulate(script, offers, picked.proposal, rate, hand)
    solved = solve(table, all_rules(table))
    if solved is None:
        raise conflict(table)
    proposal, counted = picked.proposal, worth(table, solved.chosen)
    picks = _picks(table, solved, proposal, counted)
    made = EditPlan(
        script=script,
        picks=picks,
        rate=rate,
        writer=proposal.writer,
        model=proposal.model,
        prompt=proposal.prompt,
        proof=solved.proof,
        worth=counted.total,
        must_use=hand.must_use,
        changed_by_solver=_changes(table, solved, proposal),
        gaps=_gaps(script, offers),
        notes=(*picked.notes, *_notes(table, solved, picks)),
    )
    return Planned(made, table, counted)


def _picks(table: Table, solved: Solved, proposal: Proposal, counted: Worth) -> tuple[Pick, ...]:
    used = {option.candidate.clip for option in solved.chosen}
    held = {(hold.beat, hold.place, hold.clip) for hold in table.hand.holds}
    picks = []
    for number, (option, points) in enumerate(zip(solved.chosen, counted.each, strict=True), 1):
        others = [c for c in table.offers[option.beat].candidates if c.clip not in used]
        picks.append(
            Pick(
                slot=f"s{number}",
                beat=option.beat,
                clip=option.candidate.clip,
                trim=option.part,
                reason=_reason(table, option, proposal),
                score=option.candidate.score,
                terms=option.candidate.terms,
                weighed={name: float(count) for name, count in points.items()},
                runners_up=tuple(RunnerUp(clip=c.clip, score=c.score) for c in others[:RUNNERS_UP]),
                locked=(option.beat, option.place, option.candidate.clip) in held,
            )
        )
    return tuple(picks)


def _reason(table: Table, option: Option, proposal: Proposal) -> str:
    """The writer's reason for its own first choice, else the terms that count most."""
    for choice in proposal.choices:
        if choice.beat == option.beat and choice.reason and choice.labels[:1] == (option.candidate.label,):
            return choice.reason
    language, terms = table.script.language, option.candidate.terms
    best = [name for name in sorted(terms, key=lambda name: -terms[name]) if terms[name] > 0][:TOLD_TERMS]
    told = say(language, "join").join(say(language, name) for name in best)
    return say(language, "rated", score=option.candidate.score, terms=told)


def _changes(table: Table, solved: Solved, proposal: Proposal) -> tuple[Change, ...]:
    """Beats whose first clip is not the writer's first choice, with why."""
    firsts = {choice.beat: choice.labels[0] for choice in proposal.choices if choice.labels}
    changes = []
    for option in solved.chosen:
        if option.place or firsts.get(option.beat) == option.candidate.label:
            continue
        wanted = next((c for c in table.offers[option.beat].candidates if c.label == firsts.get(option.beat)), None)
        changes.append(
            Change(
                beat=option.beat,
                proposed=wanted.clip if wanted else None,
                chosen=option.candidate.clip,
                why=_why_changed(table, solved, option, wanted),
            )
        )
    return tuple(changes)


def _why_changed(table: Table, solved: Solved, option: Option, wanted: Candidate | None) -> str:
    language = table.script.language
    if wanted is None:
        return say(language, "unproposed")
    if any((hold.beat, hold.place) == (option.beat, 0) for hold in table.hand.holds):
        return say(language, "locked")
    record = table.records[wanted.clip]
    if why := _why_apart(table, solved, option, record):
        return why
    if option.beat in table.own:
        low, high = table.own[option.beat]
        lengths = [o.frames for o in table.options if o.beat == option.beat and o.candidate.clip == wanted.clip]
        if not any(low <= frames <= high for frames in lengths):
            bounds = (millis_of(frames, table.rate) / 1000 for frames in (low, high))
            return say(language, "outside", low=next(bounds), high=next(bounds))
    at = solved.chosen.index(option)
    around = solved.chosen[max(0, at - 1) : at] + solved.chosen[at + 1 : at + 2]
    if any(one_take(record, table.records[other.candidate.clip]) for other in around):
        return say(language, "one take")
    return say(language, "sum", length=sum(o.part.length for o in solved.chosen) / 1000)


def _why_apart(table: Table, solved: Solved, option: Option, record: ClipRecord) -> str:
    """Why a proposed clip may not stand beside what else was chosen; empty where it may."""
    language = table.script.language
    for other in solved.chosen:
        if other.candidate.clip == record.id:
            return say(language, "taken", beat=other.beat)
        if other is not option and excluded(record, table.records[other.candidate.clip]):
            return say(language, "alike", beat=other.beat)
        if other is not option and disagree(record, table.records[other.candidate.clip]):
            return say(language, "disagree", beat=other.beat)
    return ""


def _gaps(script: Script, offers: Offers) -> tuple[Gap, ...]:
    gaps = []
    for beat in script.beats:
        offer = offers.of(beat.id)
        if offer.candidates:
            continue
        told = [f"{say(script.language, why)} {count}" for why, count in offer.refused.items()]
        refused = say(script.language, "join").join(told)
        why = say(script.language, "gap refused", refused=refused) if refused else say(script.language, "gap")
        gaps.append(Gap(beat=beat.id, line=beat.line, content_types=beat.content_types, why=why))
    return tuple(gaps)


def _notes(table: Table, solved: Solved, picks: tuple[Pick, ...]) -> list[str]:
    language, notes = table.script.language, list[str]()
    if any(beat.length is None for beat in table.beats):
        notes.append(say(language, "estimated"))
    for beat in table.beats:
        if beat.length and beat.id not in table.own:
            seconds = [millis_of(o.frames, table.rate) / 1000 for o in table.options if o.beat == beat.id]
            notes.append(
                say(
                    language,
                    "length missed",
                    beat=beat.id,
                    wanted=beat.length / 1000,
                    low=min(seconds),
                    high=max(seconds),
                )
            )
    for one, other in pairwise(picks):
        if one_take(table.records[one.clip], table.records[other.clip]):
            notes.append(say(language, "kept one take", first=one.slot, second=other.slot))
    notes += muting_notes(picks, table.records, language)
    if solved.proof == "feasible":
        notes.append(say(language, "feasible"))
    return notes


def muting_notes(picks: tuple[Pick, ...], records: Mapping[str, ClipRecord], language: Language) -> list[str]:
    """One sentence for each slot whose sound cannot be heard, with why."""
    reasons = [(pick.slot, why_muted(records[pick.clip], language)) for pick in picks]
    return [say(language, "muted", slot=slot, why=why) for slot, why in reasons if why]
