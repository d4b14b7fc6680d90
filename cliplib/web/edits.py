"""What people decide on the page, put into the library: each edit says what its author saw, so nothing is lost.

A correction stands if its field is still what the person saw, whatever else has changed. A decision (approve, reject)
is about the whole record, so it stands only if the record is still the one that was looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from cliplib.errors import UnknownRecord, UsageError
from cliplib.library import Library, Shelf
from cliplib.records import EDITABLE, ClipId, ClipRecord, ReviewStatus
from cliplib.web.cards import card
from cliplib.web.desk import Desk
from cliplib.web.fields import check

MOST_EDITS = 500


class Decision(BaseModel):
    """Status and note of a review, as seen or as wanted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: ReviewStatus
    note: str = Field(default="", max_length=2_000)


class Correct(BaseModel):
    """One field of one clip: what the person saw there, and what shall be there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["correct"]
    clip: ClipId
    revision: int
    field: str
    seen: JsonValue
    value: JsonValue


class Decide(BaseModel):
    """The decision on one clip, and the one that stood when the person looked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["decide"]
    clip: ClipId
    revision: int
    seen: Decision
    value: Decision


class Edits(BaseModel):
    """Edits that were made together."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    edits: list[Correct | Decide] = Field(max_length=MOST_EDITS)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an edit: kept, a conflict (nothing changed; `now` is what stands there), or refused."""

    state: Literal["kept", "conflict", "refused"]
    record: ClipRecord | None = None
    now: Any = None
    why: str = ""


def apply(desk: Desk, edits: Sequence[Correct | Decide]) -> list[dict[str, Any]]:
    """Put edits into the library, in order and in one transaction; one that cannot be kept stops no other.

    Returns:
        for each edit its clip, state, the card as it is now, and with a conflict the value that stands there.

    Raises:
        LibraryLocked: another process is writing; nothing was changed.
    """
    shelf = desk.names
    with desk.writing() as library, library.together():
        outcomes = [_applied(edit, library, shelf, desk.who) for edit in edits]
        return [
            {
                "clip": edit.clip,
                "state": outcome.state,
                "why": outcome.why,
                "now": outcome.now,
                "card": None if outcome.record is None else card(library, outcome.record),
            }
            for edit, outcome in zip(edits, outcomes, strict=True)
        ]


def _applied(edit: Correct | Decide, library: Library, shelf: Shelf, who: str) -> Outcome:
    try:
        record = library.get(edit.clip)
        if isinstance(edit, Decide):
            return _decided(edit, record, library, who)
        return _corrected(edit, record, library, (shelf, who))
    except (UnknownRecord, UsageError) as error:
        return Outcome("refused", why=f"{error.message} {error.next_step}".strip())


def _decided(edit: Decide, record: ClipRecord, library: Library, who: str) -> Outcome:
    standing = Decision(status=record.review.status, note=record.review.note)
    if standing == edit.value:
        return Outcome("kept", record)
    if standing != edit.seen or record.revision != edit.revision:
        return Outcome("conflict", record, standing.model_dump())
    return Outcome("kept", library.review(edit.clip, edit.value.status, who, edit.value.note))


def _corrected(edit: Correct, record: ClipRecord, library: Library, by: tuple[Shelf, str]) -> Outcome:
    if edit.field not in EDITABLE:
        raise UsageError(f"{edit.field!r} cannot be edited", f"These can: {', '.join(EDITABLE)}.")
    standing = record.effective().model_dump(mode="json")[edit.field]
    if standing == edit.value:
        return Outcome("kept", record)
    if standing != edit.seen:
        return Outcome("conflict", record, standing)
    shelf, who = by
    check(edit.field, edit.value, shelf, standing)
    return Outcome("kept", library.correct(edit.clip, edit.field, edit.value, who))
