"""One answer from two: clips near in meaning and clips with the same words, fused by their ranks.

Reciprocal rank fusion: Cormack, Clarke and Büttcher, SIGIR 2009; each list adds weight / (60 + rank).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from cliplib.concepts import terms
from cliplib.engines.base import Embedder
from cliplib.index.base import Hit, VectorIndex
from cliplib.library import Filter, Library

FUSION = 60
DEPTH = 100
"""Hits taken from each list at least; ranks beyond hardly add anything."""
LEXICAL = 0.1
"""What a place in a lexical embedder's list counts: it breaks ties of the word index and finds pieces of words."""
NEAR = 1e-6
"""A cosine up to this is rounding: such a clip has nothing in common with the query."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: words, conditions, and how many clips at most. Empty words list what passes the filter."""

    text: str
    wanted: Filter = field(default_factory=Filter)
    n: int = 10


@dataclass(frozen=True, slots=True)
class Found:
    """A clip and why it was found: "vector" is the cosine, "words" the BM25 score, each with its rank from 1 on."""

    clip: str
    score: float
    why: Mapping[str, float]


def search(library: Library, index: VectorIndex, embedder: Embedder, query: Query) -> list[Found]:
    """The n best clips among those that pass the filter, best first, ties by id.

    The filter is asked first and of the library, so what it excludes can never be found, however old the index is.
    """
    survivors = library.find(query.wanted)
    if not survivors:
        return []
    if not query.text.strip():
        return [Found(clip, 0.0, {}) for clip in survivors[: query.n]]
    depth = max(DEPTH, query.n)
    vector = embedder.embed([query.text])[0]
    near: list[Hit] = index.nearest(vector, depth, among=survivors) if np.any(vector) else []
    worded = library.match_words(terms(query.text), survivors, depth)
    weights = {"vector": LEXICAL if embedder.lexical else 1.0, "words": 1.0}
    return _fused({"vector": [hit for hit in near if hit.score > NEAR], "words": worded}, weights)[: query.n]


def _fused(lists: Mapping[str, list[Hit]], weights: Mapping[str, float]) -> list[Found]:
    why: dict[str, dict[str, float]] = {}
    scores: dict[str, float] = {}
    for name, hits in lists.items():
        for rank, hit in enumerate(hits, start=1):
            why.setdefault(hit.id, {}).update({name: hit.score, f"rank_{name}": rank})
            scores[hit.id] = scores.get(hit.id, 0.0) + weights[name] / (FUSION + rank)
    order = sorted(scores, key=lambda clip: (-scores[clip], clip))
    return [Found(clip, scores[clip], why[clip]) for clip in order]
