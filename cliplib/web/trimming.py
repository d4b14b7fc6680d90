"""A clip's ends as somebody has dragged them, put in force: the clip is cut anew and its corrections follow."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from cliplib.errors import UsageError
from cliplib.records import MAX_CLIP_MS
from cliplib.web.cards import card
from cliplib.web.desk import Desk
from ingest.edit import nudge_clip
from ingest.recut import Nudge

FURTHEST = 3_600_000
"""No end is moved by more milliseconds; the cutter itself allows far less."""


class Trim(BaseModel):
    """Where a clip shall begin and end, in ms from where it begins now, and the revision that the person looked at."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: int = Field(ge=-FURTHEST, le=FURTHEST)
    end: int = Field(ge=1, le=FURTHEST)
    revision: int


class ClipChanged(UsageError):
    """The clip is not as the person saw it."""


def trim(desk: Desk, clip: str, wanted: Trim) -> dict[str, Any]:
    """Move the ends of a clip to the pictures nearest to what is wanted.

    Returns:
        the card of the clip that stands there now, and what its author should know.

    Raises:
        UnknownRecord: there is no such clip, or it was replaced already.
        ClipChanged: somebody has changed it since; nothing was done.
        UsageError: it cannot be cut so.
        LibraryLocked: another process is writing; nothing was done.
        SourceMissing, SourceChanged, MediaError: its footage cannot be cut.
    """
    with desk.cutting() as library:
        record = library.get(library.live_of(clip))
        if record.revision != wanted.revision:
            raise ClipChanged(f"{clip} has been changed meanwhile", "Look at it again.")
        if wanted.end - wanted.start > MAX_CLIP_MS:
            raise UsageError(f"a clip lasts at most {MAX_CLIP_MS / 1000:g} s")
        by = Nudge(start=wanted.start, end=wanted.end - record.span.length)
        edited = nudge_clip(record.id, by, desk.job_of(record.kind), desk.who)
        [new] = edited.edit.new
        notes = [*edited.notes, *(note for carried in edited.taken_over.values() for note in carried.look)]
        return {"card": card(library, library.get(new)), "notes": notes}
