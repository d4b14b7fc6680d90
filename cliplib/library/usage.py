"""The room of uses: which clip stands in which finished film."""

from collections.abc import Sequence

from cliplib.ledger import Usage
from cliplib.library.database import Room


class UsageRoom(Room):
    """Uses by clip, job and slot."""

    def note_usage(self, uses: Sequence[Usage]) -> None:
        """Keep uses; one that is known by clip, job and slot is not counted again. Raises UnknownRecord."""
        with self._database.change() as connection:
            self.require([use.clip for use in uses])
            connection.executemany(
                "INSERT INTO usage VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [(use.clip, use.job, use.slot, use.to_json()) for use in uses],
            )

    def usage_counts(self) -> dict[str, int]:
        """How often each clip was used; a clip that never was is absent."""
        rows = self._database.rows("SELECT clip, count(*) AS uses FROM usage GROUP BY clip ORDER BY clip")
        return {row["clip"]: row["uses"] for row in rows}

    def usage_of(self, clip: str) -> list[Usage]:
        """Where a clip was used, oldest first."""
        rows = self._database.rows("SELECT record FROM usage WHERE clip = ? ORDER BY rowid", (clip,))
        return [Usage.from_json(row["record"]) for row in rows]
