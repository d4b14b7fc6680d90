"""People's word back in: a three-way merge per field of what was exported, what they say, and what is in force now.

A plan says everything that would happen; taking it in is one transaction, and can be taken back.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from pydantic import JsonValue

from cliplib.cells import Fault, FaultCode, Unfit
from cliplib.errors import UsageError
from cliplib.library import Library, fitting
from cliplib.records import EDITABLE, ClipRecord
from cliplib.review.bases import Base, Bases
from cliplib.review.fields import Lexicon, values_of
from cliplib.review.json_forms import ReviewFileError, read_document, read_json, read_lines
from cliplib.review.label_studio import read_tasks
from cliplib.review.row import Said
from cliplib.review.tables import read_table

BATCH = 500
"""Rows whose records are in memory at the same time."""

Side = Literal["ours", "theirs"]
"""Whose value stands where both sides have changed one: the library's, or the file's."""

ENDINGS = (".xlsx", ".csv", ".json", ".jsonl")


@dataclass(frozen=True, slots=True)
class Change:
    """A person's value of one field: where it stands, what was exported, what is in force, and what they want."""

    row: int
    cell: str
    clip: str
    field: str
    exported: JsonValue
    current: JsonValue
    said: JsonValue


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do. `conflicts` are values that were changed on both sides, and stay as they are."""

    rows: int
    changes: tuple[Change, ...]
    conflicts: tuple[Change, ...]
    faults: tuple[Fault, ...]
    moved: Mapping[str, str]
    """Clips that have been replaced since, to the clips that hold most of them now."""


@dataclass(slots=True)
class _Draft:
    """A plan on its way."""

    rows: int = 0
    changes: dict[tuple[str, str], Change] = field(default_factory=dict)
    conflicts: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    twice: set[tuple[str, str]] = field(default_factory=set)


def plan_import(library: Library, path: Path, lexicon: Lexicon, prefer: Side | None = None) -> Plan:
    """What a file that came back would change; nothing is changed by this.

    Args:
        library: open for reading at least.
        path: an export that people have worked on.
        lexicon: the library's words.
        prefer: whose value stands in a conflict; None lists conflicts and leaves them.

    Raises:
        ReviewFileError, SheetError: the file cannot be read. Trouble with a row or a cell is a fault in the plan.
    """
    faults, rows = _opened(path)
    draft = _Draft(faults=[*faults])
    merge = _Merge(library, lexicon, Bases(library.folder), prefer)
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        draft.rows += len(batch)
        current = merge.current([said.clip for said in batch], draft)
        for said in batch:
            draft.faults += said.faults
            if said.clip:
                merge.row(said, current.get(said.clip), draft)
    draft.faults.sort(key=lambda fault: (fault.row is None, fault.row or 0))
    changes = tuple(change for key, change in draft.changes.items() if key not in draft.twice)
    return Plan(draft.rows, changes, tuple(draft.conflicts), tuple(draft.faults), draft.moved)


def _opened(path: Path) -> tuple[list[Fault], Iterable[Said]]:
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise ReviewFileError(f"{path} is none of {', '.join(ENDINGS)}")
    if not path.is_file():
        raise ReviewFileError(f"{path} is no file")
    if ending in (".xlsx", ".csv"):
        return read_table(path)
    if ending == ".jsonl":
        return [], read_lines(path)
    data = read_json(path)
    if isinstance(data, list):
        return [], read_tasks(data)
    if not isinstance(data, dict):
        raise ReviewFileError(f"{path.name} holds neither records nor tasks")
    return [], read_document(data)


@dataclass(frozen=True, slots=True)
class _Merge:
    """Merges rows into a draft."""

    library: Library
    lexicon: Lexicon
    bases: Bases
    prefer: Side | None

    def current(self, clips: Iterable[str], draft: _Draft) -> dict[str, ClipRecord]:
        """The records that ids mean now; unknown ids are absent."""
        known = self.library.known(set(clips))
        draft.moved.update({old: new for old, new in known.items() if old != new})
        records = {record.id: record for record in self.library.records(sorted(set(known.values())))}
        return {id: records[now] for id, now in known.items()}

    def row(self, said: Said, record: ClipRecord | None, draft: _Draft) -> None:
        """Merge what a row says; what cannot be taken becomes a fault."""
        try:
            if record is None:
                raise Unfit("unknown_clip", f"{said.clip!r} is no clip of this library")
            base = self.bases.of(said.clip, said.version)
        except Unfit as unfit:
            draft.faults.append(Fault(said.row, "", unfit.code, str(unfit)))
            return
        values = values_of(record)
        for name, cell, word in self._words(said, base, draft):
            change = Change(said.row, cell, record.id, name, base.values[name], values[name], word)
            if word != change.exported:
                self._settle(change, draft)

    def _words(self, said: Said, base: Base, draft: _Draft) -> Iterator[tuple[str, str, JsonValue]]:
        """What a row says of each field, with its cell."""
        for name, cell in said.cells.items():
            try:
                yield name, cell.place, self.lexicon.read(name, cell, base.values[name], said.ordered)
            except Unfit as unfit:
                draft.faults.append(Fault(said.row, cell.place, unfit.code, f"{self.lexicon.title(name)}: {unfit}"))
        for name, value in said.values.items():
            try:
                yield name, name, self.lexicon.checked(name, value, base.values[name])
            except Unfit as unfit:
                draft.faults.append(Fault(said.row, name, unfit.code, str(unfit)))

    def _settle(self, change: Change, draft: _Draft) -> None:
        """Settle one value that a person has changed."""
        try:
            if change.field in EDITABLE:
                change = replace(change, said=fitting({change.field: change.said})[change.field])
        except UsageError as error:
            code: FaultCode = "empty" if change.said in ([], "") else "value"
            draft.faults.append(Fault(change.row, change.cell, code, error.message))
            return
        if change.said in (change.exported, change.current):
            return
        if change.current != change.exported and self.prefer != "theirs":
            draft.conflicts += [] if self.prefer == "ours" else [change]
            return
        key = (change.clip, change.field)
        other = draft.changes.setdefault(key, change)
        if other.said != change.said:
            draft.twice.add(key)
            message = f"rows {other.row} and {change.row} say different things of {change.clip} {change.field}"
            draft.faults.append(Fault(change.row, change.cell, "two_rows", message))


def take_in(library: Library, plan: Plan, file: str, who: str) -> int:
    """Keep what a plan says as a person's word, in one transaction, and return how many values that were.

    Args:
        library: open for writing since before the plan was made, so that nothing has changed in between.
        plan: the plan.
        file: name of the file it was made from.
        who: whose word it is.
    """
    with library.importing(file, who):
        say(library, plan.changes, who)
    return len(plan.changes)


def say(library: Library, changes: Iterable[Change], who: str) -> None:
    """Keep values as a person's word: corrections of fields, and decisions."""
    corrected: dict[str, dict[str, JsonValue]] = {}
    decided: dict[str, dict[str, JsonValue]] = {}
    for change in changes:
        said = corrected if change.field in EDITABLE else decided
        said.setdefault(change.clip, {})[change.field] = change.said
    library.amend(corrected, who)
    for clip, values in decided.items():
        review = library.get(clip).review
        status: Any = values.get("status", review.status)
        library.review(clip, status, who, str(values.get("note", review.note)))
