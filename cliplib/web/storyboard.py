"""Edit plans of the library's jobs as storyboards: what stands in each slot, what else would do, and a swap of both."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from cliplib.errors import LibraryError, ScriptError, UnknownRecord
from cliplib.library import Library
from cliplib.plans import EditPlan, Pick, RunnerUp
from cliplib.records import ClipId, ClipRecord
from cliplib.values import Span
from cliplib.web.cards import card
from cliplib.web.desk import Desk
from compose.planfile import check_plan
from compose.trimming import parts_of, readable


class Swap(BaseModel):
    """A runner-up that shall stand in a slot; `version` is that of the plan which the person saw."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slot: str
    clip: ClipId
    version: str


class PlanChanged(LibraryError):
    """The plan on disk is not the one that the person saw."""

    code = "E_PLAN_CHANGED"
    advice = "Look at the plan as it is now, then decide again."


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan and where it lies."""

    path: Path
    plan: EditPlan
    version: str


def boards(library: Library) -> list[dict[str, Any]]:
    """All jobs that have a readable plan, the newest first."""
    paths = sorted(library.jobs.glob("*/plan.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    found = []
    for path in paths:
        try:
            plan = _read(library, path.parent.name).plan
        except ScriptError:
            continue  # a file that people are still writing; `cliplib render` says what is wrong with it
        found.append(
            {"job": path.parent.name, "title": plan.script.title, "slots": len(plan.picks), "length": plan.length}
        )
    return found


def board(library: Library, job: str) -> dict[str, Any]:
    """One plan with the cards of all clips it names.

    Raises:
        UnknownRecord: no such job.
        ScriptError: its plan cannot be read.
    """
    file = _read(library, job)
    plan = file.plan
    ids = dict.fromkeys(clip for pick in plan.picks for clip in (pick.clip, *(r.clip for r in pick.runners_up)))
    return {
        "job": job,
        "version": file.version,
        "length": plan.length,
        "plan": plan.model_dump(mode="json", by_alias=True),
        "cards": {id: found for id in ids if (found := _card(library, id)) is not None},
    }


def swap(desk: Desk, job: str, wanted: Swap) -> dict[str, Any]:
    """Put a runner-up in a slot; the clip that stood there becomes a runner-up itself.

    Raises:
        LibraryLocked: another process is writing; nothing was changed.
        PlanChanged: somebody else has written the plan meanwhile.
        ScriptError: the clip is no runner-up of the slot, stands elsewhere already, or was rejected.
    """
    with desk.writing() as library:
        file = _read(library, job)
        if file.version != wanted.version:
            raise PlanChanged(f"the plan of {job} has changed")
        plan = _swapped(file.plan, wanted, library, desk.who)
        check_plan(plan, library)
        fresh = file.path.with_name("plan.json.new")
        fresh.write_text(plan.model_dump_json(by_alias=True, indent=2) + "\n", "utf-8")
        fresh.replace(file.path)
        return board(library, job)


def _read(library: Library, job: str) -> PlanFile:
    # Compared with the names that there are, so that no name from outside becomes a path.
    path = next((place / "plan.json" for place in library.jobs.iterdir() if place.name == job), None)
    if path is None or not path.is_file():
        raise UnknownRecord(f"no job {job!r} with a plan", "`cliplib plan SCRIPT` makes one.")
    text = path.read_bytes()
    try:
        return PlanFile(path, EditPlan.from_json(text), hashlib.sha256(text).hexdigest())
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ScriptError(f"plan, {place}: {first['msg']}", "Compare with schemas/edit-plan.1.json.") from error


def _card(library: Library, id: str) -> dict[str, Any] | None:
    try:
        return card(library, library.get(id))
    except UnknownRecord:
        return None  # the page says so in its place


def _swapped(plan: EditPlan, wanted: Swap, library: Library, who: str) -> EditPlan:
    pick = next((pick for pick in plan.picks if pick.slot == wanted.slot), None)
    runner = next((r for r in pick.runners_up if r.clip == wanted.clip), None) if pick else None
    if pick is None or runner is None:
        raise ScriptError(f"plan, {wanted.slot}: {wanted.clip} is not offered there")
    record = library.get(runner.clip).effective()
    others = tuple(other for other in pick.runners_up if other != runner)
    changed = pick.model_copy(
        update={
            "clip": runner.clip,
            "trim": _trim(plan, pick, record),
            "reason": _reason(plan, who),
            "score": runner.score,
            "terms": {},
            "runners_up": (RunnerUp(clip=pick.clip, score=pick.score), *others),
        }
    )
    return plan.model_copy(update={"picks": tuple(changed if p is pick else p for p in plan.picks)})


def _trim(plan: EditPlan, pick: Pick, record: ClipRecord) -> Span:
    """The usable part of the new clip whose length is nearest to what the slot had."""
    line = next((beat.line for beat in plan.script.beats if beat.id == pick.beat), "")
    parts = readable(parts_of(record, plan.script.language, plan.rate), line)
    return min(parts, key=lambda part: (abs(part.length - pick.trim.length), part.start))


def _reason(plan: EditPlan, who: str) -> str:
    return f"由 {who} 换上" if plan.script.language == "zh" else f"put here by {who}"
