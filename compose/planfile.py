"""Read an edit plan that a person may have changed, and check it against the library before anything is made of it."""

from collections import Counter

from pydantic import ValidationError

from cliplib.errors import ScriptError, UnknownRecord
from cliplib.library import Library
from cliplib.plans import EditPlan, Pick
from cliplib.records import ClipRecord


def read_plan(text: str | bytes, library: Library) -> EditPlan:
    """The plan in a file.

    Raises:
        ScriptError: it is no plan, or a pick cannot be used; says which and why.
        UnknownRecord: a clip that the library does not hold.
    """
    try:
        plan = EditPlan.from_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ScriptError(f"plan, {place}: {first['msg']}", "Compare with schemas/edit-plan.1.json.") from error
    check_plan(plan, library)
    return plan


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
    try:
        record = library.get(pick.clip).effective()
    except UnknownRecord as error:
        raise UnknownRecord(f"plan, {pick.slot}: {error.message}", error.next_step) from error
    if record.review.status == "rejected":
        note = f": {record.review.note}" if record.review.note else ""
        raise ScriptError(f"plan, {pick.slot}: the clip {pick.clip} was rejected in review{note}")
    span, trim = record.span, pick.trim
    if trim.start < span.start or trim.end > span.end:
        raise ScriptError(
            f"plan, {pick.slot}: the trim {trim.start}-{trim.end} ms lies outside the clip {pick.clip}, "
            f"which is {span.start}-{span.end} ms"
        )
    return record
