"""Taking an import back: what was in force before it is put in force again, as one more word of a person."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from cliplib.errors import UsageError
from cliplib.library import Library
from cliplib.library.imports import Taken
from cliplib.review.fields import values_of
from cliplib.review.importing import Change, say


@dataclass(frozen=True, slots=True)
class Undone:
    """An import that was taken back: its file, what was changed, and what stays since it was changed after the import.

    Of each change `exported` is what the import had put, `said` what stood before.
    """

    file: str
    changes: tuple[Change, ...]
    conflicts: tuple[Change, ...]


def take_back(library: Library, who: str) -> Undone:
    """Put back what was in force before the last import that stands; the history keeps both.

    Raises:
        UsageError: there is no import to take back.
    """
    last = library.last_import()
    if last is None:
        raise UsageError("there is no import to take back", "`cliplib clip history` shows single corrections.")
    with library.together():
        wanted = [change for change in _backwards(library, last) if change.current != change.said]
        changes = tuple(change for change in wanted if change.current == change.exported)
        say(library, changes, who)
        library.mark_undone(last.number)
    return Undone(last.file, changes, tuple(change for change in wanted if change.current != change.exported))


def _backwards(library: Library, last: Taken) -> Iterator[Change]:
    def change(clip: str, field: str, after: JsonValue, before: JsonValue) -> Change:
        record = library.get(clip)
        return Change(0, "", record.id, field, after, values_of(record)[field], before)

    for clip, correction in last.corrections:
        yield change(clip, correction.field, correction.new, correction.old)
    for ruling in last.rulings:
        for field, before, after in zip(("status", "note"), ruling.before, ruling.after, strict=True):
            if before != after:
                yield change(ruling.clip, field, after, before)
