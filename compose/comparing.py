"""What has moved between two plans of one script, slot by slot, and why."""

from collections.abc import Mapping
from typing import Literal

from cliplib.plans import BeatId, EditPlan, Pick
from cliplib.records import ClipId
from cliplib.values import Span, Value, told
from compose.wording import say

What = Literal["kept", "trimmed", "replaced", "added", "dropped"]


class Move(Value):
    """One slot as it was and as it is; the old or the new side is empty for what came or went."""

    beat: BeatId
    was: str = told("Slot in the old plan", "原镜位", default="")
    slot: str = told("Slot in the new plan", "新镜位", default="")
    what: What
    old_clip: ClipId | None = None
    new_clip: ClipId | None = None
    old_trim: Span | None = None
    new_trim: Span | None = None
    why: str = ""


def moves(old: EditPlan, new: EditPlan, reasons: Mapping[str, str]) -> tuple[Move, ...]:
    """Every slot of both plans in the order of the film.

    Args:
        old: the plan before.
        new: the plan after.
        reasons: slot of the old plan to why its clip may have changed, where that is known.
    """
    found = []
    for beat in [beat.id for beat in new.script.beats]:
        before = [pick for pick in old.picks if pick.beat == beat]
        after = [pick for pick in new.picks if pick.beat == beat]
        for place in range(max(len(before), len(after))):
            was = before[place] if place < len(before) else None
            now = after[place] if place < len(after) else None
            found.append(_move(was, now, (old, new), reasons))
    return tuple(found)


def moved_text(found: tuple[Move, ...]) -> str:
    """The moves as a person reads them, one line each."""
    return "\n".join(_line(move) for move in found)


def _line(move: Move) -> str:
    slots = move.slot if move.slot == move.was else f"{move.was or '-'} → {move.slot or '-'}"
    line = f"  {slots} {move.what}: {_side(move.old_clip, move.old_trim)}"
    if move.what != "kept":
        line += f" → {_side(move.new_clip, move.new_trim)}"
    return line + (f": {move.why}" if move.why else "")


def _side(clip: str | None, trim: Span | None) -> str:
    return "nothing" if clip is None or trim is None else f"{clip} {trim.length / 1000:.1f} s"


def _move(was: Pick | None, now: Pick | None, plans: tuple[EditPlan, EditPlan], reasons: Mapping[str, str]) -> Move:
    what = _what(was, now)
    either = now or was
    assert either is not None, "a slot is in one of the plans at least"
    return Move(
        beat=either.beat,
        was=was.slot if was else "",
        slot=now.slot if now else "",
        what=what,
        old_clip=was.clip if was else None,
        new_clip=now.clip if now else None,
        old_trim=was.trim if was else None,
        new_trim=now.trim if now else None,
        why=_why(what, was, now, plans, reasons),
    )


def _what(was: Pick | None, now: Pick | None) -> What:
    if was is None:
        return "added"
    if now is None:
        return "dropped"
    if was.clip != now.clip:
        return "replaced"
    return "kept" if was.trim == now.trim else "trimmed"


def _why(
    what: What, was: Pick | None, now: Pick | None, plans: tuple[EditPlan, EditPlan], reasons: Mapping[str, str]
) -> str:
    old, new = plans
    language = new.script.language
    if what == "kept":
        return say(language, "kept locked") if now and now.locked else ""
    if now and now.clip in new.must_use and what != "trimmed":
        return say(language, "must be used")
    if what in ("replaced", "dropped") and was and was.slot in reasons:
        return reasons[was.slot]
    if old.script.length != new.script.length:
        return say(language, "new length", old=old.script.length / 1000, new=new.script.length / 1000)
    return say(language, "ripple")
