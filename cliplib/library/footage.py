"""The room of footage: which files the library knows and how far it is with each."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cliplib.errors import LibraryError, UnknownRecord
from cliplib.library.database import Room
from cliplib.records import Footage


@dataclass(frozen=True, slots=True)
class FootageState:
    """How far a file is: `mark` is the fingerprint of the work done, `reason` says why it is not kept whole."""

    state: Literal["open", "kept", "partial", "failed"]
    reason: str = ""
    mark: str = ""


class FootageRoom(Room):
    """Footage by id."""

    def add_footage(self, footage: Footage) -> Footage:
        """Keep footage; of one that is known the path is renewed if the file has moved, and products are united.

        Returns:
            what is kept now; kind and rights of known footage stay as they are.
        """
        with self._database.change() as connection:
            row = connection.execute("SELECT * FROM footage WHERE id = ?", (footage.id,)).fetchone()
            if row is None:
                connection.execute("INSERT INTO footage (id, record) VALUES (?, ?)", (footage.id, footage.to_json()))
                return footage
            kept = _united(_footage(row), footage)
            connection.execute("UPDATE footage SET record = ? WHERE id = ?", (kept.to_json(), kept.id))
            return kept

    def move_footage(self, id: str, path: str) -> None:
        """Note where the same file lies now; the caller has compared its bytes. Raises UnknownRecord."""
        with self._database.change() as connection:
            moved = self.footage(id).model_copy(update={"path": path})
            connection.execute("UPDATE footage SET record = ? WHERE id = ?", (moved.to_json(), id))

    def footage(self, id: str) -> Footage:
        """One footage; raises UnknownRecord."""
        return _footage(self._footage_row(id))

    def all_footage(self) -> list[Footage]:
        """All footage in the order in which it came."""
        return [_footage(row) for row in self._database.rows("SELECT * FROM footage ORDER BY number")]

    def footage_state(self, id: str) -> FootageState | None:
        """How far the library is with it; None where nothing was done yet. Raises UnknownRecord."""
        row = self._footage_row(id)
        return FootageState(row["state"], row["reason"], row["mark"]) if row["state"] else None

    def set_footage_state(self, id: str, state: FootageState) -> None:
        """Note how far the library is with it; raises UnknownRecord."""
        with self._database.change() as connection:
            self._footage_row(id)
            connection.execute(
                "UPDATE footage SET state = ?, reason = ?, mark = ? WHERE id = ?",
                (state.state, state.reason, state.mark, id),
            )

    def _footage_row(self, id: str) -> sqlite3.Row:
        row = self._database.row("SELECT * FROM footage WHERE id = ?", (id,))
        if row is None:
            raise UnknownRecord(f"no footage {id!r} in the library")
        return row


def _footage(row: sqlite3.Row) -> Footage:
    return Footage.from_json(row["record"])


def _united(known: Footage, new: Footage) -> Footage:
    if known.sha256 != new.sha256:
        raise LibraryError(f"{new.path} and {known.path} differ but share the id {known.id}")
    path = known.path if Path(known.path).exists() else new.path
    products = tuple(dict.fromkeys((*known.products, *new.products)))
    return known.model_copy(update={"path": path, "products": products})
