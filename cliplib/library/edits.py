"""The room of edits: clips that a person has merged, split or moved are replaced by others, in one transaction."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace

from cliplib.errors import UsageError
from cliplib.ledger import Edit
from cliplib.library.carrying import Carried, Parent, carried, kin
from cliplib.library.clips import GIVEN, ClipRoom
from cliplib.records import ClipRecord, Correction
from cliplib.values import Span


class EditRoom(ClipRoom):
    """Replaces clips. What is replaced keeps its row: uses, corrections and decisions hang on it."""

    def replace(self, edit: Edit, records: Sequence[ClipRecord]) -> dict[str, Carried]:
        """Put new clips in the place of old ones; people's word, old ids and the indexes follow. All of it, or nothing.

        Args:
            edit: what is done; `old` are live clips, `new` the ids of the records.
            records: the machine's records of the new clips. One that was replaced earlier becomes live again.

        Returns:
            what each new clip has taken over, by its id.

        Raises:
            UnknownRecord: an old clip is not live.
            UsageError: a new clip is live already.
        """
        with self._database.change() as connection:
            old = [self._rows([self.live_of(id)])[id] for id in edit.old]
            taken = [record.id for record in records if self.is_live(record.id)]
            if taken:
                raise UsageError(f"there is already a clip {taken[0]}", "Its span is the same to the picture.")
            for record in records:
                self._keep(connection, record)
            pairs = kin(old, records)
            self._bequeath(connection, pairs)
            inherited = {record.id: self._carry(connection, record, pairs, edit) for record in records}
            for id in (*edit.old, *edit.new):
                self._put_in_force(connection, id)
            connection.execute("INSERT INTO edits (footage, record) VALUES (?, ?)", (edit.footage, edit.to_json()))
            return inherited

    def _bequeath(self, connection: sqlite3.Connection, pairs: Sequence[tuple[ClipRecord, ClipRecord]]) -> None:
        """Have old ids lead to the new clips, those too that led to the old ones until now."""
        new = {record.id: record.span for _, record in pairs}
        heirs: dict[str, set[str]] = {}
        for old, record in pairs:
            for id in (old.id, *self.ancestors(old.id)):
                heirs.setdefault(id, set()).add(record.id)
        connection.execute(
            f"DELETE FROM heirs WHERE new IN {GIVEN} OR old IN {GIVEN}",
            (json.dumps([old.id for old, _ in pairs]), json.dumps(list(new))),
        )
        rows = connection.execute(
            f"SELECT id, start_ms, end_ms FROM clips WHERE id IN {GIVEN}", (json.dumps([*heirs]),)
        )
        for id, start, end in rows.fetchall():
            if id not in new:
                shares = _shares(Span(start=start, end=end), {clip: new[clip] for clip in heirs[id]})
                led = connection.execute("SELECT 1 FROM heirs WHERE old = ?", (id,)).fetchone() is not None
                values = [(id, clip, share) for clip, share in shares.items() if share or not led]
                connection.executemany("INSERT INTO heirs VALUES (?, ?, ?)", values)

    def _carry(
        self,
        connection: sqlite3.Connection,
        record: ClipRecord,
        pairs: Sequence[tuple[ClipRecord, ClipRecord]],
        edit: Edit,
    ) -> Carried:
        """Put the parents' reviews in force for a new clip."""
        parents = [old for old, new in pairs if new.id == record.id]
        given = carried(record, [Parent(old, sum(o is old for o, _ in pairs) > 1) for old in parents])
        standing = self._rows([record.id])[record.id].review
        changed = 0
        for correction in given.corrections:
            before = standing.corrections.get(correction.field)
            if (before.new if before else _machine(record, correction)) != correction.new:
                connection.execute(
                    "INSERT INTO corrections (clip, field, correction) VALUES (?, ?, ?)",
                    (record.id, correction.field, correction.to_json()),
                )
                changed += 1
        connection.execute("UPDATE clips SET revision = revision + ? WHERE id = ?", (changed, record.id))
        if self._undecided(record.id, parents):
            return replace(given, status=standing.status, note=standing.note)
        if (standing.status, standing.note) != (given.status, given.note):
            who, at = self._decided(parents, given) or (edit.who, edit.at.isoformat())
            connection.execute(
                "INSERT INTO decisions (clip, status, note, who, at) VALUES (?, ?, ?, ?, ?)",
                (record.id, given.status, given.note, who, at),
            )
            connection.execute(
                "UPDATE clips SET status = ?, note = ? WHERE id = ?", (given.status, given.note, record.id)
            )
        return given

    def _undecided(self, id: str, parents: Sequence[ClipRecord]) -> bool:
        """Whether a clip was live before, and nobody has decided on its parents since: then its own review holds."""
        edits = self.edits(parents[0].footage)
        left = [edit.at for edit in edits if id in edit.old]
        if not left:
            return False
        by_edits = {edit.at for edit in edits}
        said = [decision.at for parent in parents for decision in self.decisions(parent.id)]
        return not any(at > max(left) and at not in by_edits for at in said)

    def _decided(self, parents: Sequence[ClipRecord], given: Carried) -> tuple[str, str] | None:
        """Who said so of a parent, and when, where the decision is carried over as it stands."""
        ids = json.dumps([parent.id for parent in parents])
        row = self._database.row(
            f"SELECT who, at FROM decisions WHERE clip IN {GIVEN} AND status = ? AND note = ? ORDER BY sequence DESC",
            (ids, given.status, given.note),
        )
        return None if row is None else (row["who"], row["at"])


def _shares(span: Span, heirs: Mapping[str, Span]) -> dict[str, float]:
    """Which share of a span each heir holds; those without any only where none has some."""
    shares = {id: round(span.overlap(other) / span.length, 4) for id, other in heirs.items()}
    return {id: share for id, share in shares.items() if share} or shares


def _machine(record: ClipRecord, correction: Correction) -> object:
    return record.model_dump(mode="json")[correction.field]
