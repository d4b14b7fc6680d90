"""The room of what indexes need: changes not yet applied, vectors of texts already embedded, and the words."""

import json
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from cliplib.index.base import Hit, Vector
from cliplib.library.clips import GIVEN
from cliplib.library.database import Room

STORED = "<f4"


class IndexRoom(Room):
    """What a vector index is made from, and the word index itself."""

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

    def match_words(self, query_tokens: Sequence[str], among: Collection[str] | None, n: int) -> list[Hit]:
        """The n clips whose words fit best (BM25), best first, ties by id.

        Args:
            query_tokens: as `cliplib.concepts.terms` makes them; any of them may match, and each counts once.
            among: only these ids; None for all.
            n: how many at most.
        """
        if not query_tokens:
            return []
        # Each token is a quoted string of FTS5, so that nothing in a query is an operator.
        match = " OR ".join('"{}"'.format(token.replace('"', '""')) for token in dict.fromkeys(query_tokens))
        chosen, values = (
            ("", [match]) if among is None else (f"AND clips.id IN {GIVEN}", [match, json.dumps(list(among))])
        )
        rows = self._database.rows(
            "SELECT clips.id, -bm25(words) AS score FROM words JOIN clips ON clips.number = words.rowid "
            f"WHERE words MATCH ? {chosen} ORDER BY round(score, 9) DESC, clips.id LIMIT ?",
            [*values, n],
        )
        return [Hit(row["id"], row["score"]) for row in rows]

    def frequencies(self, query_tokens: Sequence[str]) -> tuple[int, dict[str, int]]:
        """How many clips the word index knows, and how many of them have each token."""
        quoted = {'"{}"'.format(token.replace('"', '""')): token for token in dict.fromkeys(query_tokens)}
        rows = self._database.rows(
            "SELECT value, (SELECT count(*) FROM words WHERE words MATCH value) AS found FROM json_each(?)",
            (json.dumps(list(quoted)),),
        )
        count = self._database.row("SELECT count(*) AS n FROM words")
        return (count["n"] if count else 0), {quoted[row["value"]]: row["found"] for row in rows}
