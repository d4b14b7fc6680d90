"""Read an edit plan that a person may have changed, and check it against the library before anything is made of it."""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import date

from pydantic import ValidationError

from cliplib.contracts import lifted
from cliplib.errors import LibraryError, ScriptError, UnknownRecord
from cliplib.library import Library
from cliplib.plans import EditPlan, Pick
from cliplib.records import ClipRecord
from compose.eligibility import contract_missing, rights_barred


def read_plan(text: str | bytes, library: Library) -> EditPlan:
    """The plan in a file.

    Raises:
        ScriptError: it is no plan, or a pick cannot be used; says which and why.
        UnknownRecord: a clip that the library does not hold.
    """
    try:
        plan = EditPlan.from_json(_lifted(text))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ScriptError(f"plan, {place}: {first['msg']}", "Compare with schemas/edit-plan.1.json.") from error
    check_plan(plan, library)
    return plan


def _lifted(text: str | bytes) -> str | bytes:
    """The text in the newest form of the schema; text that is no JSON object as it is, for pydantic to refuse."""
    try:
        data = json.loads(text)
    except (UnicodeDecodeError, json.JSONDecodeError):
        return text
    if not isinstance(data, dict) or "schema" not in data:
        return text
    try:
        return json.dumps(lifted(data), ensure_ascii=False)
    except LibraryError as error:
        raise ScriptError(f"plan: {error.message}", "Update cliplib, or plan anew from the script.") from error


def check_rights(plan: EditPlan, records: Mapping[str, ClipRecord], library: Library, today: date) -> None:
    """Refuse a plan with a clip that may not be used (any more), though it might when the plan was made.

    Raises:
        ScriptError: naming the slot, the clip and why.
    """
    for pick in plan.picks:
        record = records[pick.clip]
        footage = library.footage(record.footage)
        why = rights_barred(footage.rights, plan.script.channel, today) or contract_missing(record, footage.rights)
        if why:
            raise ScriptError(
                f"plan, {pick.slot}: the clip {record.id} may not be used: {why}",
                f"Plan anew without it: `cliplib replan` with `--forbid {pick.slot}`.",
            )


def check_plan(plan: EditPlan, library: Library) -> dict[str, ClipRecord]:
    """The effective records of a plan's clips, if it can be rendered from this library.

    Raises:
        ScriptError: a slot or clip is named twice, a beat is unknown, a clip was rejected, or a trim leaves its clip.
        UnknownRecord: a clip that the library does not hold.
    """
    beats = [beat.id for beat in plan.script.beats]
    for name, values in (("slot", [p.slot for p in plan.picks]), ("clip", [p.clip for p in plan.picks])):
        twice = [value for value, count in Counter(values).items() if count > 1]
        if twice:
            raise ScriptError(f"plan: the {name} {', '.join(twice)} is used more than once")
    records = {pick.clip: _checked(pick, beats, library) for pick in plan.picks}
    order = [beats.index(pick.beat) for pick in plan.picks]
    if order != sorted(order):
        raise ScriptError("plan: the picks are not in the order of the script's beats")
    return records


def _checked(pick: Pick, beats: list[str], library: Library) -> ClipRecord:
    if pick.beat not in beats:
        raise ScriptError(f"plan, {pick.slot}: the script has no beat {pick.beat}; it has {', '.join(beats)}")
    record = _meant(pick, library).effective()
    if record.review.status == "rejected":
        note = f": {record.review.note}" if record.review.note else ""
        raise ScriptError(f"plan, {pick.slot}: the clip {record.id} was rejected in review{note}")
    return record


def _meant(pick: Pick, library: Library) -> ClipRecord:
    """The clip of a pick. Of one that a person has merged, split or moved since: the one that holds the part used."""
    try:
        clips = library.records([heir.clip for heir in library.heirs(pick.clip)])
    except UnknownRecord as error:
        raise UnknownRecord(f"plan, {pick.slot}: {error.message}", error.next_step) from error
    trim = pick.trim
    for clip in clips:
        if clip.span.start <= trim.start and trim.end <= clip.span.end:
            return clip
    spans = " and ".join(f"the clip {clip.id}, which is {clip.span.start}-{clip.span.end} ms" for clip in clips)
    edited = "" if clips[0].id == pick.clip else f"; {pick.clip} was edited since"
    raise ScriptError(f"plan, {pick.slot}: the trim {trim.start}-{trim.end} ms lies outside {spans}{edited}")
