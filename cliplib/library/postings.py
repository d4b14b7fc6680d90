"""Who holds which term, as arrays: blocks of clips that are scored by BM25 all at once.

A block holds the clips whose numbers share all but the last 14 bits. Of a term it keeps the places of the clips that
hold it (uint16) and how often each does (uint8, up to 255); of each place how many words the clip has (uint16). So a
posting takes three bytes, and a query with twenty common words over 100,000 clips takes milliseconds.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BITS = 14
SIZE = 1 << BITS
"""Clips per block."""
K1, B = 1.2, 0.75
"""The usual constants of BM25, Robertson and Zaragoza 2009."""
LEAST = 1e-6
"""Weight of a term that more than half of all clips hold, where the formula gives none."""

Places = NDArray[np.uint16]
Counts = NDArray[np.uint8]
Lengths = NDArray[np.uint16]
Posting = tuple[Places, Counts]


@dataclass(frozen=True, slots=True)
class Block:
    """The clips of one block: how many words each has (0 where there is no clip), and postings by term.

    `fresh` marks the places of which the arrays know the newest; the others are not to be looked at.
    """

    number: int
    lengths: Lengths
    postings: dict[str, Posting]
    fresh: NDArray[np.bool_]

    def held(self, term: str) -> Posting:
        """The fresh places that hold a term, and how often."""
        if term not in self.postings:
            return np.zeros(0, np.uint16), np.zeros(0, np.uint8)
        places, counts = self.postings[term]
        known = self.fresh[places]
        return (places, counts) if known.all() else (places[known], counts[known])

    def having(self, terms: Iterable[str]) -> NDArray[np.bool_]:
        """For each place whether its clip has any of these labels."""
        found = np.zeros(SIZE, bool)
        for term in terms:
            found[self.held(term)[0]] = True
        return found


def gathered(rows: Iterable[tuple[int, Iterable[str]]]) -> dict[str, Posting]:
    """Postings by term of (place, terms) rows."""
    places: dict[str, list[int]] = {}
    counts: dict[str, list[int]] = {}
    for place, terms in rows:
        for term, count in Counter(terms).items():
            places.setdefault(term, []).append(place)
            counts.setdefault(term, []).append(min(count, 255))
    return {term: (np.array(held, np.uint16), np.array(counts[term], np.uint8)) for term, held in places.items()}


def scores(blocks: Sequence[Block], terms: Sequence[str]) -> list[NDArray[np.float64]]:
    """The BM25 score of every place of every block; 0 where a clip holds none of the terms.

    How rare a term is and how long clips are on average is counted over all blocks given.
    """
    lengths = [np.where(block.fresh, block.lengths, 0) for block in blocks]
    clips = sum(int(np.count_nonzero(length)) for length in lengths)
    if clips == 0:
        return [np.zeros(SIZE) for _ in blocks]
    average = sum(int(length.sum(dtype=np.int64)) for length in lengths) / clips
    found = [np.zeros(SIZE) for _ in blocks]
    shortness = [K1 * (1 - B + B * length / average) for length in lengths]
    for term in terms:
        held = [block.held(term) for block in blocks]
        holders = sum(len(places) for places, _ in held)
        weight = max(LEAST, float(np.log((clips - holders + 0.5) / (holders + 0.5))))
        for (places, counts), short, score in zip(held, shortness, found, strict=True):
            often = counts.astype(np.float64)
            score[places] += weight * often * (K1 + 1) / (often + short[places])
    return found
