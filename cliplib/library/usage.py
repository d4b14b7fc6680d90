"""The room of uses: which clip stands in which finished film."""

import json
from collections.abc import Sequence

from cliplib.ledger import Usage
from cliplib.library.clips import GIVEN
from cliplib.library.lineage import LineageRoom


class UsageRoom(LineageRoom):
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
        """Where a clip, or one it was made of, was used, oldest first."""
        line = json.dumps([clip, *self.ancestors(clip)])
        rows = self._database.rows(f"SELECT record FROM usage WHERE clip IN {GIVEN} ORDER BY rowid", (line,))
        return [Usage.from_json(row["record"]) for row in rows]
