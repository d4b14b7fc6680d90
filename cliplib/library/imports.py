"""The room of imports: files of people's word that were taken in, one transaction each, and what each has changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from cliplib.library.clips import ClipRoom
from cliplib.records import Correction, ReviewStatus

_LAST = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = ?), 0) AS last"


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision of a person on a clip, and what was in force before."""

    clip: str
    before: tuple[ReviewStatus, str]
    after: tuple[ReviewStatus, str]


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that was taken in: its number, its name, by whom, when, and everything that it changed, in order."""

    number: int
    file: str
    who: str
    at: datetime
    corrections: tuple[tuple[str, Correction], ...]
    rulings: tuple[Ruling, ...]


class ImportRoom(ClipRoom):
    """Imports in their order."""

    @contextmanager
    def importing(self, file: str, who: str) -> Iterator[None]:
        """Everything that is corrected and decided inside belongs to one import; all of it is kept, or nothing.

        An import that has changed nothing is not noted.
        """
        with self._database.change() as connection:
            before = self._last()
            yield
            after = self._last()
            if after != before:
                connection.execute(
                    "INSERT INTO imports (file, who, at, corrections_from, corrections_upto, decisions_from,"
                    " decisions_upto) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (file, who, datetime.now(UTC).isoformat(), before[0], after[0], before[1], after[1]),
                )

    def last_import(self) -> Taken | None:
        """The latest import that was not taken back; None where there is none."""
        row = self._database.row("SELECT * FROM imports WHERE undone IS NULL ORDER BY sequence DESC LIMIT 1")
        if row is None:
            return None
        corrections = self._database.rows(
            "SELECT clip, correction FROM corrections WHERE sequence > ? AND sequence <= ? ORDER BY sequence",
            (row["corrections_from"], row["corrections_upto"]),
        )
        return Taken(
            row["sequence"],
            row["file"],
            row["who"],
            datetime.fromisoformat(row["at"]),
            tuple((each["clip"], Correction.from_json(each["correction"])) for each in corrections),
            self._rulings(row["decisions_from"], row["decisions_upto"]),
        )

    def mark_undone(self, number: int) -> None:
        """Note that an import was taken back."""
        with self._database.change() as connection:
            connection.execute(
                "UPDATE imports SET undone = ? WHERE sequence = ?", (datetime.now(UTC).isoformat(), number)
            )

    def _rulings(self, first: int, upto: int) -> tuple[Ruling, ...]:
        rows = self._database.rows(
            "SELECT clip, status, note, (SELECT sequence FROM decisions AS earlier WHERE earlier.clip = decisions.clip"
            " AND earlier.sequence < decisions.sequence ORDER BY sequence DESC LIMIT 1) AS earlier"
            " FROM decisions WHERE sequence > ? AND sequence <= ? ORDER BY sequence",
            (first, upto),
        )
        return tuple(Ruling(row["clip"], self._ruled(row["earlier"]), (row["status"], row["note"])) for row in rows)

    def _ruled(self, sequence: int | None) -> tuple[ReviewStatus, str]:
        row = self._database.row("SELECT status, note FROM decisions WHERE sequence = ?", (sequence,))
        return ("new", "") if row is None else (row["status"], row["note"])

    def _last(self) -> tuple[int, int]:
        """The highest sequences of corrections and decisions that were ever given."""
        corrections, decisions = (self._database.row(_LAST, (table,)) for table in ("corrections", "decisions"))
        return (corrections["last"] if corrections else 0, decisions["last"] if decisions else 0)
