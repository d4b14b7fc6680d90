"""One answer from two: clips near in meaning and clips with the same words, fused by their ranks.

Reciprocal rank fusion: Cormack, Clarke and Büttcher, SIGIR 2009; each list adds weight / (60 + rank).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from cliplib.concepts import terms
from cliplib.engines.base import Embedder
from cliplib.index.base import Hit, Vector, VectorIndex
from cliplib.library import Filter, Finding, Library, index_text

FUSION = 60
DEPTH = 100
"""Hits taken from each list at least; ranks beyond hardly add anything."""
LEXICAL = 0.1
"""What a place in a lexical embedder's list counts: it breaks ties of the word index and finds pieces of words."""
NEAR = 1e-6
"""A cosine up to this is rounding: such a clip has nothing in common with the query."""
FEW = 2_000
"""Up to so many clips that may pass a filter are all compared; of more, the nearest are asked whether they pass."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: words, conditions, and how many clips at most. Empty words list what passes the filter."""

    text: str
    wanted: Filter = field(default_factory=Filter)
    n: int = 10


@dataclass(frozen=True, slots=True)
class Found:
    """A clip and why it was found: "vector" is the cosine, "words" the BM25 score, each with its rank from 1 on.

    `terms` are the words of the query that it holds; `c0` before a word marks a concept behind words.
    """

    clip: str
    score: float
    why: Mapping[str, float]
    terms: tuple[str, ...] = ()


def search(library: Library, index: VectorIndex, embedder: Embedder, query: Query) -> list[Found]:
    """The n best clips among those that pass the filter, best first, ties by id.

    What passes the filter is asked of the library, so what it excludes is never found, however old the index is.
    """
    if not query.text.strip():
        return [Found(clip, 0.0, {}) for clip in library.find(query.wanted, query.n)]
    asked = terms(query.text)
    finding = library.finding(query.wanted, asked)
    vector = embedder.embed([query.text])[0]
    depth = max(DEPTH, query.n)
    lists = {"vector": _near(finding, index, vector, depth), "words": finding.by_words(depth)}
    weights = {"vector": LEXICAL if embedder.lexical else 1.0, "words": 1.0}
    best = _fused(lists, weights)[: query.n]
    held = library.held_terms([hit.clip for hit in best], asked)
    return [replace(hit, terms=tuple(held[hit.clip])) for hit in best]


def like(library: Library, index: VectorIndex, embedder: Embedder, clip: str, query: Query) -> list[Found]:
    """The n clips nearest to a clip of the library, itself left out; the query's text is not looked at.

    Raises:
        UnknownRecord: there is no such clip.
    """
    record = library.get(clip)
    text = index_text(record.effective(), library.shelf.vocabulary, library.shelf.products)
    found = search(library, index, embedder, replace(query, text=text, n=query.n + 1))
    return [hit for hit in found if hit.clip != record.id][: query.n]


def _near(finding: Finding, index: VectorIndex, vector: Vector, n: int) -> list[Hit]:
    """The n nearest clips that pass the filter and have anything in common with the query."""
    if not np.any(vector):
        return []
    few = finding.all_ids(FEW)
    if few is not None:
        return [hit for hit in index.nearest(vector, n, among=few) if hit.score > NEAR]
    asked = int(1.2 * n / max(finding.share, 0.001))
    while True:
        near = index.nearest(vector, asked)
        hits = [hit for hit in near if hit.score > NEAR]
        passing: list[Hit] = []
        for start in range(0, len(hits), FEW):
            part = hits[start : start + FEW]
            known = finding.passing([hit.id for hit in part])
            passing += [hit for hit in part if hit.id in known]
            if len(passing) >= n:
                return passing[:n]
        if len(near) < asked or len(hits) < len(near):
            return passing
        asked *= 8


def _fused(lists: Mapping[str, list[Hit]], weights: Mapping[str, float]) -> list[Found]:
    why: dict[str, dict[str, float]] = {}
    scores: dict[str, float] = {}
    for name, hits in lists.items():
        for rank, hit in enumerate(hits, start=1):
            why.setdefault(hit.id, {}).update({name: hit.score, f"rank_{name}": rank})
            scores[hit.id] = scores.get(hit.id, 0.0) + weights[name] / (FUSION + rank)
    order = sorted(scores, key=lambda clip: (-scores[clip], clip))
    return [Found(clip, scores[clip], why[clip]) for clip in order]
