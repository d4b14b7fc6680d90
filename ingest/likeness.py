"""How alike two small pictures are once movement and exposure are allowed for: arrays in, figures out."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

SIDE = 32
"""Pixels on each side of a small picture; footage of any shape is squeezed into it, so both directions count alike."""

REACH = 5
"""Pixels a block is looked for in each direction: 15 % of the picture, more than it moves in a frame without blur."""

PLAIN = 6.0
"""Levels added to the contrast of a block, so that noise in a flat block does not count as change."""

Planes = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pictures:
    """Consecutive small pictures of one footage.

    Attributes:
        luma: uint8, shape (n, SIDE, SIDE).
        chroma: uint8, shape (n, 2, SIDE / 2, SIDE / 2).
        at_ms: int64, shape (n,), milliseconds since the first picture of the footage.
        first: number of the first of these pictures in the footage.
    """

    luma: NDArray[np.uint8]
    chroma: NDArray[np.uint8]
    at_ms: NDArray[np.int64]
    first: int = 0

    def __len__(self) -> int:
        return len(self.at_ms)

    def __getitem__(self, part: slice) -> "Pictures":
        start = range(*part.indices(len(self)))
        return Pictures(self.luma[part], self.chroma[part], self.at_ms[part], self.first + start.start)

    def then(self, more: "Pictures") -> "Pictures":
        """These pictures followed by more."""
        return Pictures(
            np.concatenate([self.luma, more.luma]),
            np.concatenate([self.chroma, more.chroma]),
            np.concatenate([self.at_ms, more.at_ms]),
            self.first,
        )


class View:
    """Pictures made ready to be compared: float planes and coarser ones, by number within the view."""

    def __init__(self, pictures: Pictures) -> None:
        self.pictures = pictures
        count = len(pictures)
        self.luma: Planes = pictures.luma.astype(np.float32)
        self.chroma: Planes = pictures.chroma.astype(np.float32)
        self.cells: Planes = np.concatenate([halved(self.luma)[:, None], self.chroma], axis=1)
        """Shape (n, 3, 16, 16): luma and chroma on one grid."""
        self.tiles: Planes = halved(self.cells).reshape(count, -1)
        """Shape (n, 192): the same on an 8 x 8 grid, flat."""
        self._unlike: dict[tuple[int, int], Unlike] = {}

    def __len__(self) -> int:
        return len(self.pictures)

    @cached_property
    def steps(self) -> Planes:
        """Shape (n, 16, 16): change of each cell from the picture before, over luma and chroma; 0 for the first."""
        steps = np.zeros((len(self), 16, 16), np.float32)
        np.abs(np.diff(self.cells, axis=0)).sum(1, out=steps[1:])
        return steps

    @cached_property
    def step(self) -> Planes:
        """Shape (n,): mean change of a cell from the picture before."""
        step: Planes = self.steps.mean((1, 2))
        return step

    @cached_property
    def spread(self) -> Planes:
        """Shape (n,): standard deviation of luma over each picture; near 0 for an empty one."""
        spread: Planes = self.luma.std((1, 2))
        return spread

    @cached_property
    def frame_ms(self) -> float:
        """Usual time between pictures in milliseconds."""
        return float(max(1.0, np.median(np.diff(self.pictures.at_ms)))) if len(self) > 1 else 40.0

    def frames(self, ms: float, least: int = 1) -> int:
        """How many pictures take this long."""
        return max(least, round(ms / self.frame_ms))

    def apart(self, a: int, b: int) -> float:
        """Mean change of a cell between two pictures, without any allowance."""
        return float(np.abs(self.cells[a] - self.cells[b]).sum(0).mean())

    def unlike(self, a: int, b: int) -> "Unlike":
        """What of picture b is not explained by picture a; remembered."""
        known = self._unlike.get((a, b))
        if known is None:
            known = self._unlike[a, b] = compare(self.luma[a], self.chroma[a], self.luma[b], self.chroma[b])
        return known


@dataclass(frozen=True, slots=True)
class Unlike:
    """What movement and exposure leave unexplained.

    Attributes:
        share: part of the blocks of which most is unexplained, 0 to 1.
        middle: the median block's residual over its contrast; about 1 between pictures of different things.
        moved: part of the difference in place that goes when blocks may move, 0 to 1.
    """

    share: float
    middle: float
    moved: float


def halved(planes: Planes) -> Planes:
    """Planes at half the size, by the mean of 2 x 2."""
    rows = planes[..., ::2, :] + planes[..., 1::2, :]
    half: Planes = (rows[..., ::2] + rows[..., 1::2]) * np.float32(0.25)
    return half


def compare(luma_a: Planes, chroma_a: Planes, luma_b: Planes, chroma_b: Planes) -> Unlike:
    """Explain b by a: every block of b is looked for near its place in a, also after a's exposure is fitted to b's."""
    left, in_place = _residual(luma_a, chroma_a, luma_b, chroma_b)
    gain, offset = exposure(luma_a, luma_b)
    if abs(gain - 1) > 0.05 or abs(offset) > 3:
        fitted, there = _residual(gain * luma_a + offset, gain * (chroma_a - 128) + 128, luma_b, chroma_b)
        left, in_place = np.minimum(left, fitted), np.minimum(in_place, there)
    ratio = left / (_contrast(luma_b) + PLAIN)
    moved = 1 - float(left.sum() / (in_place.sum() + 1e-3))
    return Unlike(float((ratio > 0.5).mean()), float(np.median(ratio)), moved)


def exposure(a: Planes, b: Planes) -> tuple[float, float]:
    """Gain and offset that bring luma a nearest to b, from an 8 x 8 grid; gain within 0.5 to 2."""
    x, y = halved(halved(a)).ravel(), halved(halved(b)).ravel()
    variance = float(x.var())
    if variance < 4:
        return 1.0, float(y.mean() - x.mean())
    slope = float(np.mean((x - x.mean()) * (y - y.mean()))) / variance
    gain = min(max(slope, 0.5), 2.0)
    return gain, float(y.mean() - gain * x.mean())


def _residual(luma_a: Planes, chroma_a: Planes, luma_b: Planes, chroma_b: Planes) -> tuple[Planes, Planes]:
    """Mean difference of each of 7 x 7 overlapping blocks: the least over places within REACH, and in place."""
    moved = sliding_window_view(_widened(luma_a, REACH), (SIDE, SIDE))
    off = _blocks(np.abs(moved - luma_b)) / 64
    reach = (REACH + 1) // 2
    half = sliding_window_view(_widened(chroma_a, reach), (SIDE // 2, SIDE // 2), axis=(1, 2))
    colour = _blocks(np.abs(half - chroma_b[:, None, None]).sum(0)) / 16
    places = (np.arange(2 * REACH + 1) - REACH + 2 * reach + 1) // 2  # chroma has half the places
    off += colour[places][:, places]
    return off.min((0, 1)), off[REACH, REACH]


def _widened(planes: Planes, by: int) -> Planes:
    """Square planes with their edges repeated so many times all round."""
    side = planes.shape[-1]
    places = np.clip(np.arange(-by, side + by), 0, side - 1)
    return planes[..., places[:, None], places]


def _blocks(planes: Planes) -> Planes:
    """Sums over 7 x 7 blocks that overlap by half."""
    within = _WITHIN[planes.shape[-1]]
    sums: Planes = np.matmul(within, np.matmul(planes, within.T))
    return sums


def _belonging(side: int) -> Planes:
    """Shape (7, side): 1 where a row belongs to a block."""
    cell = side // 8
    return np.array(
        [[cell * block <= row < cell * (block + 2) for row in range(side)] for block in range(7)], np.float32
    )


_WITHIN = {SIDE: _belonging(SIDE), SIDE // 2: _belonging(SIDE // 2)}


def _contrast(luma: Planes) -> Planes:
    """Standard deviation of luma in each of 7 x 7 blocks."""
    mean = _blocks(luma) / 64
    contrast: Planes = np.sqrt(np.maximum(_blocks(luma * luma) / 64 - mean * mean, 0))
    return contrast
