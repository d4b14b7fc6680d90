"""Whether two clips show the same pictures: laid over one another in the frame and in time, then compared.

Of a set filmed by a camera that stands still, all clips look alike; what tells them apart is what moves, and when. So
the parts that change are compared for themselves, moment by moment.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.signature import Signature, sketches

SHRUNK = (1.0, 0.95, 0.9, 0.85, 0.8)
"""Sizes at which one picture is looked for in the other: as large as it fits, and smaller."""

SPEEDS = tuple(np.geomspace(0.77, 1.3, 19))
"""How much faster one may run than the other."""

STEP = 0.5
"""Samples by which one is moved against the other."""

FINER = 0.025
"""Steps of size by which the best one is refined."""

CELLS, TONES = 12, 4
"""Cells per side that a shared part is compared in, in luma and in colour."""

ANCHORS = 4
"""Pairs of samples that the place in the frame is found by."""

SHARED = 2 / 3
"""Share of the shorter clip that must be common to both."""

PLAIN = 6.0
"""Spread of luma below which a sample shows too little to be found in another."""

FOUND = 0.6
"""Likeness from which a picture counts as found in the other."""

QUIET = 2.5
"""Levels that a cell may change by without moving."""

ACTIVE = 0.15
"""Share of the cells that are compared as the moving ones."""

COVERED = 0.2
"""Share of the moving cells that may be hidden, as by a logo."""

COMMON = 0.92
"""Share of the movement that must be common to both."""

STRIP = 2
"""Rows of cells in the lower half that may be left out of account at a time: subtitles come and go there."""

UNLIKE_TONE = 14.0
UNLIKE_COLOUR = 12.0
"""Levels by which a cell differs."""

UNLIKE = 0.25
"""Share of cells that may differ: a logo, a subtitle."""

SHARED_STILL, UNLIKE_STILL = 0.9, 0.1
"""The same where nothing moves: any part of a still picture fits any other."""

MOST = 0.6
"""Share of the movement that must be left when covered cells are left out of account."""

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]


Part = tuple[float, float, float, float]
"""Left, top, width and height in pixels."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which part of the one and of the other shows the same."""

    likeness: float
    one: Part
    other: Part


@dataclass(frozen=True, slots=True)
class Match:
    """How two clips compare once laid over one another.

    Attributes:
        shared: share of the shorter clip that both show, 0 to 1.
        moving: share of the movement common to both, at most 1; 1 where nothing moves in either.
        unlike: share of the cells that differ in tone or colour.
    """

    shared: float
    moving: float
    unlike: float
    still: bool = False
    """Whether nothing moves in either, so that nothing but the picture speaks for them."""

    @property
    def same(self) -> bool:
        """Whether both show the same pictures."""
        shared, unlike = (SHARED_STILL, UNLIKE_STILL) if self.still else (SHARED, UNLIKE)
        return self.shared >= shared and self.moving >= COMMON and self.unlike <= unlike


NONE = Match(0.0, 0.0, 1.0)


def compare(one: Signature, other: Signature) -> Match:
    """How two clips compare in the best place and at the best speed that is found, whichever comes first."""
    if _breadth(one) < _breadth(other):
        one, other = other, one
    best = NONE
    for place in _places(one, other):
        colours = _colours(one, place.one), _colours(other, place.other)
        match = _in_time(_cells(one.luma, place.one, CELLS), _cells(other.luma, place.other, CELLS), colours)
        if (match.same, match.moving - match.unlike) > (best.same, best.moving - best.unlike):
            best = match
    return best


def _breadth(signature: Signature) -> tuple[float, int, bytes]:
    height, width = signature.luma.shape[1:]
    return width / height, len(signature), signature.luma.tobytes()


def _places(one: Signature, other: Signature) -> list[Place]:
    """Where the pictures of one may lie in the other: the best place for each pair of samples that look alike."""
    found: dict[tuple[Part, Part], Place] = {}
    for a, b in _anchors(one, other):
        best = _placed(one.luma[a], other.luma[b])
        if best.likeness >= FOUND:
            found.setdefault((best.one, best.other), best)
    return sorted(found.values(), key=lambda place: -place.likeness)[:2]


def _anchors(one: Signature, other: Signature) -> list[tuple[int, int]]:
    """The pairs of samples whose sketches are nearest, each sample once."""
    usable = [[k for k in range(0, len(s), 2) if s.luma[k].std() >= PLAIN] for s in (one, other)]
    if not usable[0] or not usable[1]:
        return []
    nearness = _near(sketches(one, usable[0]), sketches(other, usable[1]))
    pairs = []
    for _ in range(min(ANCHORS, *nearness.shape)):
        a, b = np.unravel_index(int(nearness.argmax()), nearness.shape)
        pairs.append((usable[0][a], usable[1][b]))
        nearness[a, :], nearness[:, b] = -9, -9
    return pairs


def _near(one: Floats, other: Floats) -> Floats:
    """Likeness of each sample to each of another clip: of the whole pictures, or of one with the other's middle."""
    both = [one[0] @ other[0].T]
    if len(one) != len(other):
        both.append(one[-1] @ other[-1].T)
    nearest: Floats = np.max(both, axis=0)
    return nearest


def _placed(one: Picture, other: Picture) -> Place:
    """The best place of one picture in the other, or the other way round: first roughly, then to half a pixel."""
    rough = [(*_searched(one, other, size, 1), size, False) for size in SHRUNK]
    rough += [(*_searched(other, one, size, 1), size, True) for size in SHRUNK[1:]]
    _, _, _, size, turned = max(rough, key=lambda entry: entry[0])
    large, small = (other, one) if turned else (one, other)
    sizes = [finer for finer in (size - FINER, size, size + FINER) if finer <= 1]
    likeness, spot, whole = max((_searched(large, small, finer, 2) for finer in sizes), key=lambda entry: entry[0])
    return Place(likeness, whole, spot) if turned else Place(likeness, spot, whole)


def _searched(large: Picture, small: Picture, size: float, grain: int) -> tuple[float, Part, Part]:
    """Where in a picture another one lies, at a share of the greatest size that fits: likeness, part of it, the other.

    `grain` is how many steps a pixel has.
    """
    (height, width), (rows, columns) = (side.shape for side in (large, small))
    scale = grain * size * min(height / rows, width / columns)
    wide, high = max(4, round(columns * scale)), max(4, round(rows * scale))
    piece = cv2.resize(small, (wide, high), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    ground = large if grain == 1 else cv2.resize(large, (grain * width, grain * height))
    _, likeness, _, (left, top) = cv2.minMaxLoc(cv2.matchTemplate(ground, piece, cv2.TM_CCOEFF_NORMED))
    spot = (left / grain, top / grain, wide / grain, high / grain)
    return float(likeness), spot, (0.0, 0.0, float(columns), float(rows))


def _cells(planes: NDArray[np.uint8], part: Part, cells: int) -> Floats:
    """The mean of each cell of a part of pictures, shape (..., height, width): shape (..., cells * cells)."""
    left, top, width, height = part
    rows, columns = planes.shape[-2:]
    down, across = _pooling(top, height, rows, cells), _pooling(left, width, columns, cells)
    pooled: Floats = np.matmul(np.matmul(down, planes.astype(np.float32)), across.T)
    return pooled.reshape(*planes.shape[:-2], -1)


def _pooling(start: float, length: float, side: int, cells: int) -> Floats:
    """Shape (cells, side): the mean over each cell of a stretch of pixels, with parts of pixels."""
    edges = np.linspace(start, start + length, cells + 1)
    pixels = np.arange(side)
    shares = np.clip(np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels), 0, 1)
    pooled: Floats = (shares / np.maximum(shares.sum(1, keepdims=True), 1e-6)).astype(np.float32)
    return pooled


def _in_time(one: Floats, other: Floats, colours: tuple[Floats, Floats]) -> Match:
    """Compare two rows of samples of the same part at the speed and offset at which their movement agrees best.

    Args:
        one: luma of the cells, shape (n, CELLS * CELLS).
        other: the same of the other, shape (m, CELLS * CELLS).
        colours: chroma of both, shapes (n, 2, TONES * TONES) and (m, 2, TONES * TONES).
    """
    gain, offset = _exposure(one.mean(0), other.mean(0))
    other = gain * other + offset
    times = _aligned(one, other)
    if times is None:
        return NONE
    valid, exact = times
    p, q = one[valid], _between(other, exact)
    shared = len(p) / min(len(one), len(other) / _pace(exact))
    tone = np.abs(p.mean(0) - q.mean(0)) > UNLIKE_TONE
    left, right = colours[0][valid].mean(0), colours[1][np.round(exact).astype(int)].mean(0)
    richer, _ = _exposure(left.ravel(), right.ravel())
    colour = (np.abs(left - richer * right) > UNLIKE_COLOUR).any(0)
    still = max(float(x.var(0)[_active(x)].mean()) for x in (p, q)) <= QUIET**2
    return Match(min(1.0, shared), _moving(p, q, tone), float(max(tone.mean(), colour.mean())), still)


def _moving(p: Floats, q: Floats, unlike: NDArray[np.bool_]) -> float:
    """The share of movement that is common, as seen best: of all cells, without a strip, or without what is covered."""
    views = list(_KEPT)
    if all(x[:, ~unlike].var(0).sum() >= MOST * x.var(0).sum() for x in (p, q)):
        views.append(~unlike)
    return max(min(_common(p[:, kept], q[:, kept], by[:, kept]) for by in (p, q)) for kept in views)


def _pace(exact: Floats) -> float:
    return float(exact[-1] - exact[0]) / (len(exact) - 1) if len(exact) > 1 else 1.0


def _exposure(one: Floats, other: Floats) -> tuple[float, float]:
    """Gain and offset that bring the mean picture of the other nearest to that of one; cells far off are left out."""
    kept = np.ones(len(one), bool)
    gain, offset = 1.0, 0.0
    for _ in range(3):
        x, y = other[kept], one[kept]
        variance = float(x.var())
        slope = float(((x - x.mean()) * (y - y.mean())).mean()) / variance if variance > 4 else 1.0
        gain = min(max(slope, 0.5), 2.0)
        offset = float(y.mean() - gain * x.mean())
        apart = np.abs(one - gain * other - offset)
        kept = apart <= np.quantile(apart, 0.75)
    return gain, offset


def _aligned(one: Floats, other: Floats) -> tuple[NDArray[np.int64], Floats] | None:
    """Numbers of the samples of one that the other shows too, and where (in samples) the other shows them."""
    # Where only one of them changes, as under a subtitle, nothing is to be learnt about when.
    weight = np.sqrt(np.minimum(one.var(0), other.var(0)) + QUIET)
    weight /= np.sqrt((weight**2).mean())
    one, other = one * weight, other * weight
    p, q = one - one.mean(0), other - other.mean(0)
    apart = (p * p).sum(1)[:, None] + (q * q).sum(1)[None] - 2 * p @ q.T  # changes when nothing else does
    raw = (one * one).sum(1)[:, None] + (other * other).sum(1)[None] - 2 * one @ other.T
    cost = np.maximum(apart, 0) + 0.25 * np.maximum(raw, 0)
    numbers = np.arange(len(one))
    best: tuple[float, NDArray[np.int64], Floats] | None = None
    for speed in SPEEDS:
        least = SHARED * min(len(one), len(other) / speed)
        starts = np.arange(-len(one) * speed, len(other), STEP)
        exact = starts[:, None] + numbers[None] * speed
        valid = (exact >= -0.25) & (exact <= len(other) - 0.75)
        at = np.clip(exact, 0, len(other) - 1)
        lower = np.minimum(at.astype(int), len(other) - 1)
        upper = np.minimum(lower + 1, len(other) - 1)
        share = at - lower
        along = (1 - share) * cost[numbers, lower] + share * cost[numbers, upper]
        counts = valid.sum(1)
        enough = counts >= max(2.0, np.ceil(least - 0.5))
        if not enough.any():
            continue
        # A shorter overlap has less to explain; what it leaves out counts against it.
        means = np.where(enough, (along * valid).sum(1) / np.maximum(counts, 1) ** 2, np.inf) * min(
            len(one), len(other) / speed
        )
        k = int(means.argmin())
        if best is None or means[k] < best[0]:
            best = float(means[k]), numbers[valid[k]], at[k][valid[k]].astype(np.float32)
    return None if best is None else best[1:]


def _kept() -> list[NDArray[np.bool_]]:
    """All cells, and all but those of one strip of the lower half."""
    row = np.arange(CELLS * CELLS) // CELLS
    strips = range(CELLS // 2, CELLS - STRIP + 1)
    return [row >= 0, *((row < first) | (row >= first + STRIP) for first in strips)]


_KEPT = _kept()


def _between(samples: Floats, exact: Floats) -> Floats:
    lower = exact.astype(int)
    upper = np.minimum(lower + 1, len(samples) - 1)
    share = (exact - lower)[:, None]
    between: Floats = (1 - share) * samples[lower] + share * samples[upper]
    return between


def _common(p: Floats, q: Floats, by: Floats) -> float:
    """The share of movement that is common in the cells where `by` moves most."""
    active = _active(by)
    left, right = (x[:, active] - x[:, active].mean(0) for x in (p, q))
    apart = ((left - right) ** 2).mean(0)
    kept = np.argsort(apart)[: max(1, round((1 - COVERED) * len(active)))]
    whole = (left[:, kept] ** 2).mean() + (right[:, kept] ** 2).mean()
    return 1.0 if apart.mean() <= QUIET**2 else 1 - float(apart[kept].mean() / whole)


def _active(samples: Floats) -> NDArray[np.int64]:
    """Numbers of the cells that move most."""
    return np.argsort(-samples.var(0))[: max(2, round(ACTIVE * samples.shape[1]))]


def _colours(signature: Signature, part: Part) -> Floats:
    """Chroma of a part of all samples, 0 for grey: shape (n, 2, TONES * TONES)."""
    scale = signature.chroma.shape[-1] / signature.luma.shape[-1]
    left, top, width, height = (side * scale for side in part)
    return _cells(signature.chroma, (left, top, width, height), TONES) - 128
