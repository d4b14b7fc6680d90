"""Exact search over all vectors with numpy: the usual index, and the oracle of the tests for any other.

    segments.json        which segments there are, and which of their rows are no longer in force; written last
    NAME.npy             the vectors of a segment as columns, float32, shape (dimensions, rows); mapped, not read
    NAME.json            their ids in order
    NAME.fields          their fields, in the order of the ids; read only where fields are asked for

A query of few words has few places that are not zero in a lexical embedder's vector. As each place of all vectors
lies in one stretch of the file, only those stretches are read.
"""

import json
import math
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cliplib.errors import IndexDamaged
from cliplib.index.base import Entry, Hit, Vector

FILE_NAME = "segments.json"
DIGITS = 6
"""Scores that agree in so many decimals are a tie: rounding differs with the place of a row in the matrix."""
FANOUT = 8
"""So many segments of about one size become one, so that a change never writes the whole index anew."""
SPARSE = 0.3
"""Up to this share of places that are not zero, only their stretches are looked at."""

Rows = NDArray[np.intp]


@dataclass
class _Segment:
    """Some vectors as columns, in order of their ids; the rows in `dead` are no longer in force."""

    name: str
    ids: Sequence[str]
    matrix: Vector
    fields_file: Path | None = None
    given_fields: Sequence[Mapping[str, str | tuple[str, ...]]] = ()
    dead: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, entries: Mapping[str, Entry]) -> "_Segment":
        """A segment in memory."""
        ids = sorted(entries)
        matrix = np.stack([np.asarray(entries[id].vector, np.float32) for id in ids], axis=1)
        return cls(uuid.uuid4().hex[:12], ids, matrix, given_fields=[entries[id].fields for id in ids])

    @cached_property
    def fields(self) -> Sequence[Mapping[str, str | tuple[str, ...]]]:
        """The fields of each row."""
        if self.fields_file is None:
            return self.given_fields
        read = json.loads(self.fields_file.read_text("utf-8"))
        return [{n: held if isinstance(held, str) else tuple(held) for n, held in row.items()} for row in read]

    @property
    def live(self) -> int:
        """How many rows are in force."""
        return len(self.ids) - len(self.dead)

    @property
    def alive(self) -> NDArray[np.bool_]:
        """For each row whether it is in force."""
        mask = np.ones(len(self.ids), bool)
        mask[list(self.dead)] = False
        return mask

    def nearest(self, vector: Vector, n: int, rows: Rows | None, where: Mapping[str, str]) -> tuple[Rows, Vector]:
        """The n best of these rows, of all where None, and their scores; of a tie at the end the first by id."""
        chosen = np.arange(len(self.ids)) if rows is None else rows
        if self.dead:
            chosen = chosen[self.alive[chosen]]
        if where:
            chosen = np.array([k for k in chosen if _fits(self.fields[k], where)], np.intp)
        if not len(chosen):
            return chosen, np.zeros(0, np.float32)
        scores = self._scores(vector, None if len(chosen) == len(self.ids) else chosen)
        rounded = np.round(scores, DIGITS)
        least = _last_of(rounded, n)
        better = np.flatnonzero(rounded > least)
        # Rows are in order of ids, so the first of a tie are the right ones.
        best = np.concatenate([better, np.flatnonzero(rounded == least)[: n - len(better)]])
        return chosen[best], scores[best]

    def _scores(self, vector: Vector, rows: Rows | None) -> Vector:
        places = np.flatnonzero(vector)
        if len(places) > SPARSE * len(vector):
            return np.asarray(vector @ (self.matrix if rows is None else self.matrix[:, rows]), np.float32)
        return np.asarray(
            vector[places] @ (self.matrix[places] if rows is None else self.matrix[np.ix_(places, rows)]), np.float32
        )


class ExactIndex:
    """A vector index in memory; with a folder it is mapped from files there, and changes are written by `close`.

    A zero vector is never near anything, so it is not kept.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._segments: list[_Segment] = []
        self._fresh: dict[str, Entry] = {}
        self._stacked: _Segment | None = None
        self._changed = False
        if folder is not None and (folder / FILE_NAME).exists():
            with _damage(folder):
                self._segments = [_opened(folder, row) for row in json.loads((folder / FILE_NAME).read_text("utf-8"))]
        self._place = {
            id: (segment, row)
            for segment in self._segments
            for row, id in enumerate(segment.ids)
            if row not in segment.dead
        }

    def __len__(self) -> int:
        return len(self._place) + len(self._fresh)

    def put(self, entries: Iterable[Entry]) -> None:
        """Add entries; one with a known id is replaced whole."""
        for entry in entries:
            self._forget(entry.id)
            if np.any(entry.vector):
                self._fresh[entry.id] = entry

    def drop(self, ids: Collection[str]) -> None:
        """Remove entries; unknown ids are no error."""
        for id in ids:
            self._forget(id)

    def nearest(
        self, vector: Vector, n: int, *, among: Collection[str] | None = None, where: Mapping[str, str] | None = None
    ) -> list[Hit]:
        """The n nearest entries, best first, ties by id."""
        if n <= 0 or not np.any(vector):
            return []
        query = np.asarray(vector, np.float32)
        found = [(s, *s.nearest(query, n, rows, where or {})) for s, rows in self._chosen(among)]
        if not found:
            return []
        least = _last_of(np.round(np.concatenate([scores for _, _, scores in found]), DIGITS), n)
        hits = []
        for segment, rows, scores in found:
            good = np.round(scores, DIGITS) >= least
            hits += [Hit(segment.ids[k], s) for k, s in zip(rows[good].tolist(), scores[good].tolist(), strict=True)]
        return sorted(hits, key=lambda hit: (-round(hit.score, DIGITS), hit.id))[:n]

    def ids(self) -> set[str]:
        """The ids of all entries."""
        return self._place.keys() | self._fresh.keys()

    def close(self) -> None:
        """Write what has changed, whole or not at all, if there is a folder."""
        if self._folder is None or not self._changed:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        kept, joined = _sorted_out(self._segments, len(self._fresh))
        if self._fresh:
            joined.append(_Segment.of(self._fresh))
        if made := _joined(joined):
            _write(self._folder, made)
            kept.append(made)
        listing = [{"name": segment.name, "dead": sorted(segment.dead)} for segment in kept]
        fresh = self._folder / "segments.new"
        fresh.write_text(json.dumps(listing), "utf-8")
        fresh.replace(self._folder / FILE_NAME)
        names = {segment.name for segment in kept} | {"segments"}
        for path in self._folder.iterdir():
            if path.stem not in names:
                path.unlink()
        self._changed = False

    def _forget(self, id: str) -> None:
        self._changed, self._stacked = True, None
        self._fresh.pop(id, None)
        if (place := self._place.pop(id, None)) is not None:
            place[0].dead.add(place[1])

    def _chosen(self, among: Collection[str] | None) -> Iterator[tuple[_Segment, Rows | None]]:
        """Each segment with the rows to look at, what is not yet written among them."""
        if self._fresh and self._stacked is None:
            self._stacked = _Segment.of(self._fresh)
        stacked = [self._stacked] if self._stacked else []
        if among is None:
            yield from ((segment, None) for segment in (*self._segments, *stacked))
            return
        rows: dict[str, list[int]] = {}
        for id in set(among):
            if (place := self._place.get(id)) is not None:
                rows.setdefault(place[0].name, []).append(place[1])
        for segment in self._segments:
            if segment.name in rows:
                yield segment, np.array(sorted(rows[segment.name]), np.intp)
        if self._stacked:
            chosen = set(among)
            yield self._stacked, np.array([k for k, id in enumerate(self._stacked.ids) if id in chosen], np.intp)


def _last_of(scores: Vector, n: int) -> float:
    """The score of the n-th best; that of the last where there are fewer."""
    if not len(scores):
        return math.inf
    place = max(0, len(scores) - n)
    return float(np.partition(scores, place)[place])


def _sorted_out(segments: Sequence[_Segment], fresh: int) -> tuple[list[_Segment], list[_Segment]]:
    """Which segments stay as they are, and which are written anew together with so many new rows."""
    kept = [segment for segment in segments if 2 * len(segment.dead) < len(segment.ids)]
    joined = [segment for segment in segments if 2 * len(segment.dead) >= len(segment.ids)]
    size = fresh + sum(segment.live for segment in joined)
    while True:
        like = [segment for segment in kept if _tier(segment.live) <= _tier(size)]
        if len(like) + 1 < FANOUT:
            return kept, joined
        joined += like
        kept = [segment for segment in kept if segment not in like]
        size += sum(segment.live for segment in like)


def _joined(segments: Sequence[_Segment]) -> _Segment | None:
    """One segment of what is in force in several; None where nothing is."""
    rows = [np.flatnonzero(segment.alive) for segment in segments]
    ids = [segment.ids[k] for segment, chosen in zip(segments, rows, strict=True) for k in chosen.tolist()]
    if not ids:
        return None
    order = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.intp)
    matrix = np.empty((segments[0].matrix.shape[0], len(ids)), np.float32)
    for place in range(len(matrix)):
        parts = [segment.matrix[place, chosen] for segment, chosen in zip(segments, rows, strict=True)]
        matrix[place] = np.concatenate(parts)[order]
    fields = [segment.fields[k] for segment, chosen in zip(segments, rows, strict=True) for k in chosen.tolist()]
    return _Segment(uuid.uuid4().hex[:12], [ids[k] for k in order], matrix, given_fields=[fields[k] for k in order])


def _tier(rows: int) -> int:
    return int(math.log(max(1, rows), FANOUT))


def _write(folder: Path, segment: _Segment) -> None:
    np.save(folder / f"{segment.name}.npy", segment.matrix)
    fields = [dict(row) for row in segment.fields]
    (folder / f"{segment.name}.fields").write_text(json.dumps(fields, ensure_ascii=False), "utf-8")
    (folder / f"{segment.name}.json").write_text(json.dumps(list(segment.ids)), "utf-8")


def _opened(folder: Path, listed: Mapping[str, Any]) -> _Segment:
    name = str(listed["name"])
    ids = json.loads((folder / f"{name}.json").read_text("utf-8"))
    matrix = np.lib.format.open_memmap(folder / f"{name}.npy", mode="r")
    if matrix.dtype != np.float32 or matrix.ndim != 2 or matrix.shape[1] != len(ids):
        raise ValueError(f"{name}.npy does not hold {len(ids)} vectors")
    return _Segment(name, ids, matrix, fields_file=folder / f"{name}.fields", dead=set(listed["dead"]))


@contextmanager
def _damage(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(f"{folder}: {error}") from error


def _fits(fields: Mapping[str, str | tuple[str, ...]], where: Mapping[str, str]) -> bool:
    for name, value in where.items():
        held = fields.get(name, ())
        if value not in ((held,) if isinstance(held, str) else held):
            return False
    return True
