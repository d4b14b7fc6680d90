"""The room of what vector indexes need: changes not yet applied, and vectors of texts already embedded."""

import json
from collections.abc import Mapping, Sequence

import numpy as np

from cliplib.index.base import Vector
from cliplib.library.clips import GIVEN
from cliplib.library.database import Room

STORED = "<f4"


class IndexRoom(Room):
    """What a vector index is made from."""

    def pending(self) -> list[tuple[int, str]]:
        """Changes that no index has been told of: (sequence, clip id), oldest first."""
        return [(row["sequence"], row["clip"]) for row in self._database.rows("SELECT * FROM outbox ORDER BY sequence")]

    def settle(self, upto: Sequence[int]) -> None:
        """Strike these sequences off; later changes of the same clips stay."""
        with self._database.change() as connection:
            connection.execute(f"DELETE FROM outbox WHERE sequence IN {GIVEN}", (json.dumps(list(upto)),))

    def changed_since(self, sequence: int) -> list[tuple[int, str]]:
        """Every clip whose last change came after this sequence: (sequence, clip id), oldest first.

        Unlike `pending` it also serves an index that others have left behind, such as that of another embedder.
        """
        rows = self._database.rows("SELECT change, id FROM clips WHERE change > ? ORDER BY change", (sequence,))
        return [(row["change"], row["id"]) for row in rows]

    def vector(self, embedder: str, text_hash: str) -> Vector | None:
        """The vector that this embedder gave a text, by the text's hash; None where it was never asked."""
        sql = "SELECT vector FROM vectors WHERE embedder = ? AND text_hash = ?"
        row = self._database.row(sql, (embedder, text_hash))
        return None if row is None else np.frombuffer(row["vector"], STORED).astype(np.float32)

    def keep_vectors(self, embedder: str, vectors: Mapping[str, Vector]) -> None:
        """Keep vectors by the hash of their text."""
        with self._database.change() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                [(embedder, text_hash, vector.astype(STORED).tobytes()) for text_hash, vector in vectors.items()],
            )
