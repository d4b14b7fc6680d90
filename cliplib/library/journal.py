"""The room of model calls: each is kept at once, and a good answer is never paid for twice."""

from cliplib.ledger import Call
from cliplib.library.database import Room

OK = "ok"


class JournalRoom(Room):
    """Calls by the hash of their request; may be used from several threads."""

    def recall(self, key: str) -> Call | None:
        """The latest successful call with this request hash; None where there was none."""
        sql = "SELECT record FROM calls WHERE key = ? AND outcome = ? ORDER BY sequence DESC LIMIT 1"
        row = self._database.row(sql, (key, OK))
        return None if row is None else Call.from_json(row["record"])

    def record(self, call: Call) -> None:
        """Keep a call for good; it survives a kill from the moment that this returns."""
        with self._database.change() as connection:
            connection.execute(
                "INSERT INTO calls (key, task, outcome, record) VALUES (?, ?, ?, ?)",
                (call.key, call.task, call.outcome, call.to_json()),
            )

    def calls(self, task: str | None = None) -> list[Call]:
        """All calls, or those for one task, oldest first, failed ones too."""
        rows = self._database.rows(
            "SELECT record FROM calls WHERE ? IS NULL OR task = ? ORDER BY sequence", (task, task)
        )
        return [Call.from_json(row["record"]) for row in rows]
