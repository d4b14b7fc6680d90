"""The room of lineage: which live clips hold what a clip held that a person has merged, split or moved."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from cliplib.errors import UnknownRecord
from cliplib.ledger import Edit
from cliplib.library.database import Room

LIVE = "NOT EXISTS (SELECT 1 FROM heirs WHERE heirs.old = clips.id)"
"""Condition on the table clips: those that stand for footage now; the others are kept for their history only."""


@dataclass(frozen=True, slots=True)
class Heir:
    """A live clip, and which share of the asked clip's time it holds."""

    clip: str
    share: float


class LineageRoom(Room):
    """Old ids and new ones. The edits of people are kept for good, oldest first."""

    def heirs(self, id: str) -> list[Heir]:
        """The live clips that a clip has become, the one with the most of it first; itself where it is live.

        Raises:
            UnknownRecord: the library never held it.
        """
        self.require([id])
        rows = self._database.rows("SELECT new, share FROM heirs WHERE old = ? ORDER BY share DESC, new", (id,))
        return [Heir(row["new"], row["share"]) for row in rows] or [Heir(id, 1.0)]

    def current(self, id: str) -> str:
        """The live clip that an id means now; raises UnknownRecord."""
        return self.heirs(id)[0].clip

    def known(self, ids: Collection[str]) -> dict[str, str]:
        """Of many ids those that the library has ever held, each with the live clip that it means now."""
        sql = (
            "SELECT id, (SELECT new FROM heirs WHERE old = clips.id ORDER BY share DESC, new LIMIT 1) AS heir"
            " FROM clips WHERE id IN (SELECT value FROM json_each(?))"
        )
        return {row["id"]: row["heir"] or row["id"] for row in self._database.rows(sql, (json.dumps(list(ids)),))}

    def is_live(self, id: str) -> bool:
        """Whether a clip stands for footage now; not one that was replaced, or is unknown."""
        return self._database.row(f"SELECT 1 FROM clips WHERE id = ? AND {LIVE}", (id,)) is not None

    def ancestors(self, id: str) -> list[str]:
        """The replaced clips of which this one holds a part."""
        return [row["old"] for row in self._database.rows("SELECT old FROM heirs WHERE new = ? ORDER BY old", (id,))]

    def replaced(self, footage: str) -> set[str]:
        """Ids of all clips of one footage that are no longer live."""
        sql = f"SELECT id FROM clips WHERE footage = ? AND NOT {LIVE}"
        return {row["id"] for row in self._database.rows(sql, (footage,))}

    def edits(self, footage: str) -> list[Edit]:
        """What people did to the clips of one footage, oldest first."""
        rows = self._database.rows("SELECT record FROM edits WHERE footage = ? ORDER BY sequence", (footage,))
        return [Edit.from_json(row["record"]) for row in rows]

    def live_of(self, id: str) -> str:
        """The id itself where it is live.

        Raises:
            UnknownRecord: it is unknown, or has been replaced: says by which clips.
        """
        if self.is_live(id):
            return id
        now = " and ".join(heir.clip for heir in self.heirs(id))
        raise UnknownRecord(f"clip {id} has been edited already and is now {now}", "Name that clip instead.")
