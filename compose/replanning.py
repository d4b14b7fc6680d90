"""Plan anew around what an editor has decided: locks, swaps, forbidden clips, changed lines, another length."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from cliplib.errors import ScriptError
from cliplib.plans import Choice, EditPlan, Pick, Proposal, Script
from cliplib.values import Span
from compose.comparing import Move, moves
from compose.offers import Offers, Wishes
from compose.picking import Picked
from compose.pipeline import Job, decided, in_judgement, offered, proposed
from compose.planfile import check_plan
from compose.planning import Planned
from compose.table import Hand, Hold
from compose.wording import say


@dataclass(frozen=True, slots=True)
class Edits:
    """What an editor asks for; slots by name (s3), clips by id or by the slot that they stand in.

    `swap` is slot to the number of a runner-up, from 1 on, or to a clip; `lines` is slot or beat to the new line.
    """

    lock: tuple[str, ...] = ()
    unlock: tuple[str, ...] = ()
    swap: Mapping[str, str] = field(default_factory=dict)
    forbid: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    must_use: tuple[str, ...] = ()
    lines: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Replanned:
    """The new plan with what it was chosen from, and what has moved."""

    planned: Planned
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class _Draft:
    """The old plan with the edits in it: what is to be offered, held and proposed."""

    old: EditPlan
    script: Script
    changed: frozenset[str]
    """Beats whose line is new."""
    forbidden: tuple[str, ...]
    must_use: tuple[str, ...]
    placed: Mapping[tuple[str, int], Pick]
    """The picks by beat and place among the beat's own."""
    holds: tuple[Hold, ...]
    swapped: Mapping[str, str]
    """Slot to the clip that the editor puts there."""


def replan(plan: EditPlan, edits: Edits, job: Job) -> Replanned:
    """Plan anew around the locks. Where nothing is asked for, the film stays as it is.

    What stood in the plan before stands as the proposal, so no model is asked but for beats with a new line or without
    a clip.

    Raises:
        ScriptError, UnknownRecord: an edit or pick names what is not there, or cannot be used.
        NothingFits: the wishes contradict one another; says which.
    """
    draft = _drafted(_current(plan, job), edits, job)
    offers = offered(draft.script, job, _wishes(draft))
    hand = Hand(draft.holds, draft.must_use, _before(draft))
    kept = _kept(draft, offers)
    asked = Offers(tuple(o for o in offers.offers if o.beat not in {c.beat for c in kept}), offers.clips)
    planned = decided(draft.script, offers, _picked(draft, kept, asked, job), hand, job)
    stays = {"forbidden": draft.forbidden, "rate": plan.rate, "allowed": plan.allowed}
    made = in_judgement(planned.plan.model_copy(update=stays), offers, job)
    planned = replace(planned, plan=made)
    return Replanned(planned, moves(draft.old, planned.plan, _reasons(draft, planned.plan, offers)))


def _current(plan: EditPlan, job: Job) -> EditPlan:
    """The plan with the ids that its clips have now."""
    records = check_plan(plan, job.library)
    picks = tuple(pick.model_copy(update={"clip": records[pick.clip].id}) for pick in plan.picks)
    return plan.model_copy(update={"picks": picks})


def _drafted(plan: EditPlan, edits: Edits, job: Job) -> _Draft:
    slots = {pick.slot: pick for pick in plan.picks}
    swapped = {_known(slot, slots).slot: _swap(slots[slot], wanted, job) for slot, wanted in edits.swap.items()}
    locked = {pick.slot for pick in plan.picks if pick.locked} | {_known(slot, slots).slot for slot in edits.lock}
    locked -= {_known(slot, slots).slot for slot in edits.unlock} | set(swapped)
    lines = {_beat(name, slots, plan.script): line.strip() for name, line in edits.lines.items()}
    beats = tuple(
        beat.model_copy(update={"line": lines[beat.id]}) if beat.id in lines else beat for beat in plan.script.beats
    )
    script = plan.script.model_copy(update={"beats": beats, "length": edits.length or plan.script.length})
    forbidden = _clips((*plan.forbidden, *edits.forbid), slots, job)
    allowed = _clips(edits.allow, slots, job)
    placed = _placed(plan.picks)
    holds = tuple(
        Hold(pick.slot, beat, place, swapped.get(pick.slot, pick.clip), None if pick.slot in swapped else pick.trim)
        for (beat, place), pick in placed.items()
        if pick.slot in locked or pick.slot in swapped
    )
    return _Draft(
        old=plan,
        script=script,
        changed=frozenset(b.id for b, old in zip(beats, plan.script.beats, strict=True) if b.line != old.line),
        forbidden=tuple(clip for clip in forbidden if clip not in allowed),
        must_use=_clips((*plan.must_use, *edits.must_use), slots, job),
        placed=placed,
        holds=holds,
        swapped=swapped,
    )


def _known(slot: str, slots: Mapping[str, Pick]) -> Pick:
    if slot not in slots:
        raise ScriptError(f"the plan has no slot {slot}; it has {', '.join(slots)}", "Look the slots up in the plan.")
    return slots[slot]


def _beat(name: str, slots: Mapping[str, Pick], script: Script) -> str:
    """The beat that is meant by its own name or by a slot's."""
    return name if name in {beat.id for beat in script.beats} else _known(name, slots).beat


def _clips(names: Iterable[str], slots: Mapping[str, Pick], job: Job) -> tuple[str, ...]:
    """Ids of clips that are named by id or by the slot that they stand in, as they are now, each once."""
    found = [slots[name].clip if name in slots else job.library.current(name) for name in names]
    return tuple(dict.fromkeys(found))


def _swap(pick: Pick, wanted: str, job: Job) -> str:
    """The clip that shall stand in a slot: runner-up n, or the one that is named."""
    if not wanted.isdecimal():
        return job.library.current(wanted)
    if not 1 <= int(wanted) <= len(pick.runners_up):
        raise ScriptError(
            f"{pick.slot} has no runner-up {wanted}; it has {len(pick.runners_up)}",
            "Name one of them, or a clip by its id.",
        )
    return job.library.current(pick.runners_up[int(wanted) - 1].clip)


def _placed(picks: Iterable[Pick]) -> dict[tuple[str, int], Pick]:
    counts: dict[str, int] = defaultdict(int)
    placed = {}
    for pick in picks:
        placed[pick.beat, counts[pick.beat]] = pick
        counts[pick.beat] += 1
    return placed


def _wishes(draft: _Draft) -> Wishes:
    held: dict[str, tuple[str, ...]] = defaultdict(tuple)
    before: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for hold in draft.holds:
        held[hold.beat] += (hold.clip,)
    for (beat, _), pick in draft.placed.items():
        if beat not in draft.changed:
            before[beat] += (pick.clip,)
    return Wishes(frozenset(draft.forbidden), draft.must_use, held, before)


def _before(draft: _Draft) -> dict[tuple[str, int], tuple[str, Span]]:
    return {place: (pick.clip, pick.trim) for place, pick in draft.placed.items() if place[0] not in draft.changed}


def _kept(draft: _Draft, offers: Offers) -> tuple[Choice, ...]:
    """What stood in the plan as choices, for beats that need no new one."""
    held = {hold.beat: hold.clip for hold in draft.holds if hold.place == 0}
    choices = []
    for (beat, place), pick in draft.placed.items():
        clip = held.get(beat, pick.clip)
        label = next((c.label for c in offers.of(beat).candidates if c.clip == clip), None)
        if place or label is None or (beat in draft.changed and beat not in held):
            continue
        reason = say(draft.script.language, "swapped") if pick.slot in draft.swapped else pick.reason
        choices.append(Choice(beat=beat, labels=(label,), reason=reason))
    return tuple(choices)


def _picked(draft: _Draft, kept: tuple[Choice, ...], asked: Offers, job: Job) -> Picked:
    """The proposal: what was kept, and for the other beats what the writer chooses."""
    old = draft.old
    if not any(offer.candidates for offer in asked.offers):
        return Picked(Proposal(choices=kept, writer=old.writer, model=old.model, prompt=old.prompt))
    fresh = proposed(draft.script, asked, job)
    proposal = fresh.proposal.model_copy(update={"choices": (*kept, *fresh.proposal.choices)})
    return Picked(proposal, fresh.notes)


def _reasons(draft: _Draft, new: EditPlan, offers: Offers) -> dict[str, str]:
    """Why a slot of the old plan may have another clip now, as far as the editor asked for it."""
    language, reasons = draft.script.language, dict[str, str]()
    changes = {change.beat: change.why for change in new.changed_by_solver}
    for (beat, place), pick in draft.placed.items():
        offered_now = {candidate.clip for candidate in offers.of(beat).candidates}
        if pick.slot in draft.swapped:
            reasons[pick.slot] = say(language, "swapped")
        elif pick.clip in draft.forbidden:
            reasons[pick.slot] = say(language, "forbidden")
        elif beat in draft.changed:
            reasons[pick.slot] = say(language, "line changed")
        elif pick.clip not in offered_now:
            reasons[pick.slot] = say(language, "no longer offered")
        elif pick.clip in draft.swapped.values():
            reasons[pick.slot] = say(language, "swapped away")
        elif beat in changes and not place:
            reasons[pick.slot] = changes[beat]
    return reasons
