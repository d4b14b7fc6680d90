"""An embedder for tests that counts what it is asked."""

import zlib
from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cliplib.engines.base import Workshop
from cliplib.library import Shelf
from cliplib.vocabulary import shipped
from cliplib.words import tokens

SHELF = Shelf(shipped())


class BagOfWords:
    """Hashed words: texts that share words are near. Keeps every text that it was asked for."""

    def __init__(self, id: str = "bag", dimensions: int = 256) -> None:
        self.id = id
        self.dimensions = dimensions
        self.lexical = False
        self.asked: list[str] = []

    @classmethod
    def build(cls, model: str, workshop: Workshop) -> Self:
        return cls(model)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.extend(texts)
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in enumerate(texts):
            for token in tokens(text):
                vectors[row, zlib.crc32(f"{self.id}{token}".encode()) % self.dimensions] += 1
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: NDArray[np.float32] = np.divide(vectors, lengths, out=vectors, where=lengths > 0)
        return unit
