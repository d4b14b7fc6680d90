"""The embedder that needs no model: hashed words and character n-grams, for Chinese and English, the same everywhere.

Near are texts that share words, pieces of words or listed concepts. It knows no other meaning: a synonym that is not in
concepts.toml is as far as any other word.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cliplib.concepts import concepts
from cliplib.engines.base import Workshop
from cliplib.words import folded, is_chinese, tokens

DIMENSIONS = 1024
WORD, PAIR, PIECE, CONCEPT = 1.0, 0.5, 0.35, 1.0
"""What a word, two words in a row, a piece of a word and a concept count."""

SINGLE_CHARACTER = 1.3
"""A Chinese character is often a word of its own, and survives where the pairs differ."""

COMMON_CHARACTER, COMMON_PAIR = 0.5, 0.8
"""A Chinese character that stands in most texts, and a pair of two such, say little about any one of them."""

COMMON = frozenset(
    "一不了人我在有他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然"
    "没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回"
    "二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听"
)
"""Common characters of written Chinese; they stand for a document frequency that nothing here could count."""

PIECE_LENGTHS = (3, 4)


class NgramEmbedder:
    """Hashed features of texts, `ngram`."""

    id = f"ngram-2:{DIMENSIONS}"
    dimensions = DIMENSIONS
    lexical = True

    @classmethod
    def build(cls, model: str, workshop: Workshop) -> Self:
        """Needs nothing."""
        return cls()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(texts), dimensions); zeros for a text without a letter or digit that counts."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            counts = Counter(_features(text))
            hashed = [_hashed(feature) for feature in counts]
            places = np.array([place for place, _, _ in hashed], np.intp)
            values = [s * w * (1 + math.log(n)) for (_, s, w), n in zip(hashed, counts.values(), strict=True)]
            np.add.at(vectors[row], places, np.array(values, np.float32))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0), dtype=np.float32)


def _features(text: str) -> Iterator[str]:
    """The features of a text, each marked with its sort: w word, p pair of words, c piece of a word, k concept."""
    words = tokens(folded(text))
    yield from (f"w{word}" for word in words)
    yield from (f"k{name}" for name in concepts(text))
    latin = [word for word in words if not is_chinese(word)]
    yield from (f"p{first} {second}" for first, second in pairwise(latin))
    for word in latin:
        framed = f"<{word}>"
        for length in PIECE_LENGTHS:
            yield from (f"c{framed[k : k + length]}" for k in range(len(framed) - length + 1))


@lru_cache(maxsize=100_000)
def _hashed(feature: str) -> tuple[int, float, float]:
    """Place, sign and weight of a feature; by a hash that is the same in every process."""
    digest = int.from_bytes(hashlib.blake2b(feature.encode(), digest_size=8).digest(), "big")
    sort, text = feature[0], feature[1:]
    weight = {"w": WORD, "p": PAIR, "c": PIECE, "k": CONCEPT}[sort]
    if sort == "w" and is_chinese(text):
        weight = _chinese_weight(text)
    return (digest >> 1) % DIMENSIONS, 1.0 if digest & 1 else -1.0, weight


def _chinese_weight(text: str) -> float:
    common = COMMON.issuperset(text)
    if len(text) == 1:
        return COMMON_CHARACTER if common else SINGLE_CHARACTER
    return COMMON_PAIR if common else WORD
