"""What a vector index can do. Implementations lie beside this file and pass the same contract tests."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Entry:
    """One clip in the index: its vector (unit length) and the fields that it can be filtered by.

    A field with several values holds them as a tuple; an empty tuple is the same as no field.
    """

    id: str
    vector: Vector
    fields: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)


class Hit(NamedTuple):
    """A found clip; `score` is the cosine similarity, 1 for the same direction."""

    id: str
    score: float


class VectorIndex(Protocol):
    """Five methods over one set of vectors of one embedder."""

    def put(self, entries: Iterable[Entry]) -> None:
        """Add entries; one with a known id is replaced whole, its old fields included."""
        ...

    def drop(self, ids: Collection[str]) -> None:
        """Remove entries; unknown ids are no error."""
        ...

    def nearest(
        self, vector: Vector, n: int, *, among: Collection[str] | None = None, where: Mapping[str, str] | None = None
    ) -> list[Hit]:
        """The n nearest entries, best first, ties by id.

        Args:
            vector: the query, unit length.
            n: how many at most.
            among: only these ids; None for all. Empty gives nothing.
            where: only entries whose field has (or contains) each of these values.
        """
        ...

    def ids(self) -> set[str]:
        """The ids of all entries that can be found by a query."""
        ...

    def close(self) -> None:
        """Write what is pending and let go of the files."""
        ...
