"""A run of pictures explained as being on the way from the first of them to the last: what kind of way it is."""

from dataclasses import dataclass

import numpy as np

from ingest.likeness import Planes, View


@dataclass(frozen=True, slots=True)
class Blend:
    """Pictures explained, place by place, as being on the way from the first of them to the last.

    Attributes:
        alpha: shape (n, 16, 16), how far each cell has gone.
        weight: shape (16, 16), sums to 1: how much each cell changes in all.
        gone: shape (n,), how far the picture has gone.
        off: mean part of the change that lies off the way.
        cover: share of cells that change clearly.
    """

    alpha: Planes
    weight: Planes
    gone: Planes
    off: float
    cover: float

    @classmethod
    def between(cls, view: View, a: int, b: int) -> "Blend":
        """The blend from picture a to picture b."""
        cells = view.cells[a : b + 1]
        way = cells[-1] - cells[0]
        length = np.abs(way).sum(0)
        gone = cells - cells[0]
        alpha = np.clip((gone * way).sum(1) / ((way * way).sum(0) + 1e-3), 0, 1)
        off = np.abs(gone - alpha[:, None] * way).sum((1, 2, 3)) / (length.sum() + 1e-3)
        weight = length / (length.sum() + 1e-3)
        mean = (alpha * weight).sum((1, 2))
        return cls(alpha, weight, mean, float(off.mean()), float((length > 15).mean()))

    @property
    def crooked(self) -> float:
        """Largest distance of the progress from a straight line."""
        return float(np.abs(self.gone - np.linspace(0, 1, len(self.gone))).max())

    @property
    def leap(self) -> float:
        """Largest progress from one picture to the next."""
        return float(np.diff(self.gone).max())

    def midway(self, figure: Planes) -> float:
        """Weighted mean over the cells of a figure, over the pictures from a quarter to three quarters of the way."""
        middle = (self.gone > 0.25) & (self.gone < 0.75)
        return float((figure[middle] * self.weight).sum((1, 2)).mean()) if middle.any() else 1.0

    @property
    def uneven(self) -> float:
        """How far cells differ in progress."""
        return self.midway(np.abs(self.alpha - self.gone[:, None, None]))

    @property
    def mixed(self) -> float:
        """How far cells are from being one end or the other."""
        return self.midway(np.minimum(self.alpha, 1 - self.alpha))

    @property
    def order(self) -> float:
        """How well the time at which a cell changes follows from its place: along a line or from the middle."""
        clear = self.weight * self.weight.size > 0.25
        late = (self.alpha < 0.5).sum(0)[clear].astype(np.float32)
        if len(late) < 20 or late.std() < 0.15 * len(self.gone):
            return 0.0
        rows, columns = np.mgrid[:16, :16] - 7.5
        places = (rows, columns, rows + columns, rows - columns, np.hypot(rows, columns))
        return max(abs(float(np.corrcoef(late, place[clear])[0, 1])) for place in places)
