"""Chroma as a vector index, embedded, one folder per index. Never open one folder from two processes at a time.

A damaged folder can end the whole process on the first query, so a folder that was not closed cleanly is examined by
`cliplib.index.verify` in a child process before it is opened here.

Chroma's graph (HNSW) has a trap of its own. Many equal vectors, such as those of silent clips that are described
alike, tie it into knots: of 1,200 equal vectors and one other, a query found 280, and never the other. So of equal
vectors only one is in the graph; its twins are kept in a second collection, aside. Those, and whatever a query for
everything does not reach in the graph, are compared one by one.

Chroma takes 200-450 ms for a query that names fields or ids among 100,000 entries. So the vectors lie beside Chroma's
files as an exact index as well, in `vectors/`, and it answers such queries, and all while entries are few.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import chromadb
import chromadb.errors
import numpy as np
from chromadb.config import Settings

from cliplib.errors import IndexDamaged
from cliplib.index.base import Entry, Hit, Vector
from cliplib.index.exact import ExactIndex

BATCH = 1_000
"""Entries per write; Chroma refuses more than 5,461."""
SPARE = 32
"""Hits asked for beyond n, so that a tie at the end is decided by id and not by chance."""
DIGITS = 6
EXACT_UP_TO = 200_000
"""Entries up to which comparing all of them is as fast as the graph, and it misses none."""
GRAPH = {"hnsw": {"space": "cosine", "ef_search": 200, "ef_construction": 200, "max_neighbors": 48, "num_threads": 1}}
"""Texts that share labels make crowded vectors. A query for all of 1,500 such entries came back with 1,291 to 1,447 of
them with Chroma's own 16 neighbours, and with 1,500 with these; in a worse case still some are out of reach."""
NO_GRAPH = {"hnsw": {"space": "cosine", "ef_construction": 2, "max_neighbors": 2}}
"""For vectors that are only compared one by one: Chroma always makes a graph, so it shall be a cheap one."""
TWIN = "_vector"
"""Field with a hash of the vector, by which twins are recognised."""

Item = TypeVar("Item")


class ChromaIndex:
    """A vector index in a Chroma folder. Fields are kept as lists, so one and several values are filtered alike.

    A zero vector has no direction and no cosine, so it is not kept: it is never near anything.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with self._damage():
            # Any: Chroma's types know neither its own close() nor lists and None in metadata.
            opened: Any = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
            self._client = opened
            try:
                self._graph = _Shelf(opened, "clips", GRAPH, searched=True)
                self._aside = _Shelf(opened, "aside", NO_GRAPH, searched=False)
            except BaseException:
                opened.close()
                raise
        self._vectors = ExactIndex(folder / "vectors")

    def __len__(self) -> int:
        # The lesser: where one of them was emptied, the index counts as knowing less, and is filled again.
        return min(len(self.stored()), len(self._vectors))

    def put(self, entries: Iterable[Entry]) -> None:
        """Add entries; one with a known id is replaced whole, its old fields included."""
        with self._damage():
            for batch in _batches(entries):
                self._put({entry.id: entry for entry in batch})
                self._vectors.put(batch)

    def drop(self, ids: Collection[str]) -> None:
        """Remove entries; unknown ids are no error."""
        with self._damage():
            for shelf in (self._graph, self._aside):
                shelf.drop(ids)
            self._vectors.drop(ids)

    def nearest(
        self, vector: Vector, n: int, *, among: Collection[str] | None = None, where: Mapping[str, str] | None = None
    ) -> list[Hit]:
        """The n nearest entries, best first, ties by id. Approximate beyond some thousand entries."""
        if n <= 0 or not np.any(vector):
            return []
        if among is not None or where or len(self._vectors) <= EXACT_UP_TO:
            return self._vectors.nearest(vector, n, among=among, where=where)
        with self._damage():
            hits = [hit for shelf in (self._graph, self._aside) for hit in shelf.nearest(vector, n)]
        return sorted(hits, key=lambda hit: (-round(hit.score, DIGITS), hit.id))[:n]

    def ids(self) -> set[str]:
        """The ids of all entries that a query finds; where this differs from `stored`, the index is damaged."""
        with self._damage():
            return (self._graph.found() | self._aside.found()) & self._vectors.ids()

    def stored(self) -> set[str]:
        """The ids that Chroma's own database lists."""
        return self._graph.known | self._aside.known

    def close(self) -> None:
        """Write the exact vectors and let go of the folder. Chroma has written every change already."""
        self._client.close()
        self._vectors.close()

    def _put(self, batch: dict[str, Entry]) -> None:
        nowhere = [id for id, entry in batch.items() if not np.any(entry.vector)]
        twins = {id: _hash(entry.vector) for id, entry in batch.items() if id not in nowhere}
        # What this batch replaces does not count: its vector is about to go.
        hashes = {hashed for hashed, id in self._graph.holding(twins.values()) if id not in batch}
        places: tuple[list[Entry], list[Entry]] = ([], [])
        for id, hashed in twins.items():
            places[hashed in hashes].append(batch[id])
            hashes.add(hashed)
        # What changes its place is removed first: a kill leaves it missing, which is noticed, and never twice.
        self._graph.drop([*nowhere, *(entry.id for entry in places[1])])
        self._aside.drop([*nowhere, *(entry.id for entry in places[0])])
        self._graph.put(places[0])
        self._aside.put(places[1])

    @contextmanager
    def _damage(self) -> Iterator[None]:
        try:
            yield
        except (chromadb.errors.InternalError, chromadb.errors.NotFoundError) as error:
            raise IndexDamaged(f"{self._folder}: {error}") from error


class _Shelf:
    """One collection, and the ids it knows: Chroma fails on an unknown id in a query."""

    def __init__(self, client: Any, name: str, graph: Mapping[str, Any], *, searched: bool) -> None:
        # Without embedding_function=None Chroma would fetch a model from the network on first use.
        self._collection = client.get_or_create_collection(name, embedding_function=None, configuration=graph)
        self._searched = searched
        self.known: set[str] = set(self._collection.get(include=[])["ids"])
        self._unreached: set[str] | None = None

    def nearest(self, vector: Vector, n: int) -> list[Hit]:
        """The nearest, some more than n, in no order."""
        aside = self.unreached()
        return self._near(vector, n, self.known - aside) + self._compared(vector, aside)

    def unreached(self) -> set[str]:
        """The entries that a query cannot be trusted with; looked for once after each change."""
        if self._unreached is None:
            self._unreached = self.known - self.reached() if self._searched else set(self.known)
        return self._unreached

    def found(self) -> set[str]:
        """The ids that `nearest` can come back with: reached by a query, or with a vector that can be read."""
        aside = self.unreached()
        found = self.known - aside
        for batch in _batches(aside):
            found.update(self._collection.get(ids=batch, include=["embeddings"])["ids"])
        return found

    def put(self, entries: Sequence[Entry]) -> None:
        """Add or replace up to BATCH entries with different ids."""
        if not entries:
            return
        old = {}
        if known := [entry.id for entry in entries if entry.id in self.known]:
            answer = self._collection.get(ids=known, include=["metadatas"])
            old = dict(zip(answer["ids"], answer["metadatas"], strict=True))
        self._collection.upsert(
            ids=[entry.id for entry in entries],
            embeddings=[entry.vector for entry in entries],
            metadatas=[_replacing(old.get(entry.id) or {}, entry) for entry in entries],
        )
        self.known.update(entry.id for entry in entries)
        self._unreached = None

    def drop(self, ids: Iterable[str]) -> None:
        """Remove entries; unknown ids are no error."""
        for batch in _batches({id for id in ids if id in self.known}):
            self._collection.delete(ids=batch)
            self.known.difference_update(batch)
            self._unreached = None

    def _near(self, vector: Vector, n: int, chosen: set[str]) -> list[Hit]:
        if not chosen:
            return []
        answer = self._collection.query(
            query_embeddings=[np.asarray(vector, np.float32)],
            n_results=min(n + SPARE, len(chosen)),
            include=["distances"],
        )
        pairs = zip(answer["ids"][0], answer["distances"][0], strict=True)
        return [Hit(id, 1 - float(distance)) for id, distance in pairs if id in chosen]

    def _compared(self, vector: Vector, chosen: set[str]) -> list[Hit]:
        if not chosen:
            return []
        answer = self._collection.get(ids=list(chosen), include=["embeddings"])
        return [Hit(id, float(held @ vector)) for id, held in zip(answer["ids"], answer["embeddings"], strict=True)]

    def reached(self) -> set[str]:
        """The ids that a query for as many as there are comes back with."""
        if not self.known:
            return set()
        size = len(self._collection.get(limit=1, include=["embeddings"])["embeddings"][0])
        anywhere = np.full(size, size**-0.5, np.float32)
        return set(self._collection.query(query_embeddings=[anywhere], n_results=len(self.known), include=[])["ids"][0])

    def holding(self, hashes: Iterable[str]) -> set[tuple[str, str]]:
        """(hash of vector, id) of the entries with one of these vectors."""
        wanted = sorted(set(hashes))
        if not wanted:
            return set()
        answer = self._collection.get(where={TWIN: {"$in": wanted}}, include=["metadatas"])
        return {(fields[TWIN], id) for id, fields in zip(answer["ids"], answer["metadatas"], strict=True)}


def _hash(vector: Vector) -> str:
    return hashlib.sha256(np.asarray(vector, np.float32).tobytes()).hexdigest()[:16]


def _replacing(old: Mapping[str, Any], entry: Entry) -> dict[str, list[str] | str | None]:
    """The new fields. Chroma merges them into the old ones, so a field that has vanished is named with None."""
    fields: dict[str, list[str] | str | None] = dict.fromkeys(old)
    fields[TWIN] = _hash(entry.vector)
    for name, held in entry.fields.items():
        values = [held] if isinstance(held, str) else list(held)
        if values:
            fields[name] = values
    return fields


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch
