"""Exact search over all vectors with numpy: the oracle of the tests, and the index for those who want no Chroma."""

import json
import zipfile
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import numpy as np

from cliplib.errors import IndexDamaged
from cliplib.index.base import Entry, Hit, Vector

FILE_NAME = "vectors.npz"
DIGITS = 6
"""Scores that agree in so many decimals are a tie: rounding differs with the place of a row in the matrix."""


class ExactIndex:
    """A vector index in memory; with a folder it is read from a file there and written back by `close`.

    A zero vector is never near anything, so it is not kept.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._file = folder / FILE_NAME if folder else None
        self._entries: dict[str, Entry] = {}
        self._changed = False
        self._order: list[str] = []
        self._matrix: Vector = np.zeros((0, 0), np.float32)
        if self._file is not None and self._file.exists():
            self._entries = _read(self._file)
        self._stale = True

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, entries: Iterable[Entry]) -> None:
        """Add entries; one with a known id is replaced whole."""
        for entry in entries:
            if np.any(entry.vector):
                self._entries[entry.id] = entry
            else:
                self._entries.pop(entry.id, None)
        self._stale = self._changed = True

    def drop(self, ids: Collection[str]) -> None:
        """Remove entries; unknown ids are no error."""
        for id in ids:
            self._entries.pop(id, None)
        self._stale = self._changed = True

    def nearest(
        self, vector: Vector, n: int, *, among: Collection[str] | None = None, where: Mapping[str, str] | None = None
    ) -> list[Hit]:
        """The n nearest entries, best first, ties by id."""
        if self._stale:
            self._stack()
        chosen = None if among is None else set(among)
        rows = [
            row
            for row, id in enumerate(self._order)
            if (chosen is None or id in chosen) and _fits(self._entries[id], where or {})
        ]
        if not rows or not np.any(vector):
            return []
        scores = self._matrix[rows] @ np.asarray(vector, np.float32)
        # Rows are in order of ids, and a stable sort keeps that order within a tie.
        best = np.argsort(-np.round(scores, DIGITS), kind="stable")[: max(n, 0)]
        return [Hit(self._order[rows[k]], float(scores[k])) for k in best]

    def ids(self) -> set[str]:
        """The ids of all entries."""
        return set(self._entries)

    def close(self) -> None:
        """Write the file, whole or not at all, if there is one and something has changed."""
        if self._file is None or not self._changed:
            return
        self._stack()
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_suffix(".new.npz")
        fields = [json.dumps(dict(self._entries[id].fields)) for id in self._order]
        with fresh.open("wb") as target:
            np.savez(target, ids=np.array(self._order, str), vectors=self._matrix, fields=np.array(fields, str))
        fresh.replace(self._file)
        self._changed = False

    def _stack(self) -> None:
        self._order = sorted(self._entries)
        if self._order:
            self._matrix = np.stack([self._entries[id].vector for id in self._order]).astype(np.float32)
        self._stale = False


def _fits(entry: Entry, where: Mapping[str, str]) -> bool:
    for name, value in where.items():
        held = entry.fields.get(name, ())
        if value not in ((held,) if isinstance(held, str) else held):
            return False
    return True


def _read(file: Path) -> dict[str, Entry]:
    try:
        with file.open("rb") as source, np.load(source, allow_pickle=False) as stored:
            ids, vectors, fields = stored["ids"].tolist(), stored["vectors"], stored["fields"].tolist()
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise IndexDamaged(f"{file}: {error}") from error
    return {
        id: Entry(
            id,
            vector,
            {name: held if isinstance(held, str) else tuple(held) for name, held in json.loads(text).items()},
        )
        for id, vector, text in zip(ids, vectors, fields, strict=True)
    }
