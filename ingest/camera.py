"""How the camera moves: what a few pictures a second have in common, followed from one to the next.

Points all over the picture vote for one movement of the whole. Where most of them stand still the camera does, whatever
passes before it; where no movement explains enough of the picture nothing is said.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from cliplib.records import Camera
from cliplib.values import Span

SIDE = 64
STEP_MS = 225
"""Time between two pictures that are compared, at least."""

POINTS, APART = 40, 6
QUALITY = 0.005
FEWEST = 8
NEAR = 0.6
"""Pixels by which a point may miss the movement that it is said to follow, or stillness."""

CELLS = 4
COVERED = 0.4
"""Share of the 4 x 4 parts of the picture in which points must agree: a subject before a plain wall is no camera."""

REACHING = 0.6
"""Share of width and of height that they must span."""

RESTING, LEADING = 0.35, 0.65
"""Still points of this share mean a camera at rest, unless so many follow a movement."""

KNOWN = 0.5
"""Share of the comparisons that must tell something."""

FEWEST_STEPS = 4
SHIFT, ZOOM = 0.06, 0.03
"""Part of the picture that a pan passes at least, and how much larger or smaller (logarithm) a push makes things."""

STRAIGHT = 0.6
"""How far a movement gets, as a share of its way: a hand sways to and fro."""

WIDE = 0.15
"""Part of the picture that a smooth movement passes to be a pan although it comes back."""

SHAKE = 0.003
"""Part of the picture by which the movement changes from one comparison to the next in a hand; on a stand, and in a
smooth pan, it is a tenth of that."""

DRIFT = 0.02
"""Part of the picture within which a camera stands still."""

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]


@dataclass(slots=True)
class Follower:
    """Compares pictures as they come."""

    rows: list[tuple[float, float, float, float, float]] = field(default_factory=list)
    last: Bytes | None = None
    last_at: int = 0

    def take(self, luma: Bytes, at_ms: NDArray[np.int64]) -> None:
        """Look at the next pictures, shape (n, 2 * SIDE, 2 * SIDE)."""
        for number, at in enumerate(at_ms.tolist()):
            if self.last is None or at - self.last_at >= STEP_MS:
                small = cv2.resize(luma[number], (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.uint8)
                if self.last is not None:
                    self.rows.append((at, *moved(self.last, small)))
                self.last, self.last_at = small, at

    @property
    def steps(self) -> Floats:
        """Shape (n, 5), a row per comparison: time, dx, dy, zoom, agreement.

        Times are ms of the later picture; dx and dy are how far the middle of what is seen moved, as shares of width
        and height; zoom is the natural logarithm of how much larger it got; agreement is the share of points that
        say so, 0 for unknown.
        """
        return np.array(self.rows, np.float64).reshape(-1, 5)


def moved(one: Bytes, other: Bytes) -> tuple[float, float, float, float]:
    """dx, dy, zoom and agreement between two pictures of SIDE x SIDE."""
    points = cv2.goodFeaturesToTrack(one, POINTS, QUALITY, APART, blockSize=3)
    if points is None or len(points) < FEWEST:
        return 0.0, 0.0, 0.0, 0.0
    found, tracked, _ = cv2.calcOpticalFlowPyrLK(one, other, points, None, winSize=(11, 11), maxLevel=3)
    good = tracked.ravel() > 0
    a, b = points.reshape(-1, 2)[good], found.reshape(-1, 2)[good]
    if len(a) < FEWEST:
        return 0.0, 0.0, 0.0, 0.0
    matrix, inside = cv2.estimateAffinePartial2D(a, b, ransacReprojThreshold=NEAR, maxIters=100)
    still = np.hypot(*(b - a).T) < NEAR
    if matrix is None:
        return 0.0, 0.0, 0.0, 0.0
    follows = inside.ravel() > 0
    if still.mean() >= RESTING and follows.mean() < LEADING:
        return 0.0, 0.0, 0.0, _agreement(a, still)
    middle = np.array([SIDE / 2, SIDE / 2, 1.0])
    dx, dy = (matrix @ middle - middle[:2]) / SIDE
    return float(dx), float(dy), float(np.log(max(0.1, np.hypot(matrix[0, 0], matrix[1, 0])))), _agreement(a, follows)


def _agreement(points: NDArray[np.float32], agreeing: NDArray[np.bool_]) -> float:
    reach = np.ptp(points[agreeing], axis=0) / SIDE if agreeing.any() else np.zeros(2)
    cells = (points[agreeing] * CELLS / SIDE).astype(int).clip(0, CELLS - 1)
    spread = len(np.unique(cells @ np.array([1, CELLS]))) >= COVERED * CELLS * CELLS and reach.min() >= REACHING
    return float(agreeing.mean()) if spread else 0.0


@dataclass(frozen=True, slots=True)
class Movement:
    """What the camera does, how sure that is, and what was measured."""

    camera: Camera
    confidence: float
    evidence: str


def movement(steps: Floats, span: Span) -> Movement | None:
    """How the camera moves within a span of one shot; None where too little of the picture tells, or it is neither."""
    within = steps[(steps[:, 0] > span.start + STEP_MS) & (steps[:, 0] < span.end)]
    known = within[within[:, 4] > 0]
    if len(known) < max(FEWEST_STEPS, KNOWN * len(within)):
        return None
    return _judged(known[:, 1:4], float(known[:, 4].mean()))


def _judged(moves: Floats, agreement: float) -> Movement | None:
    """The movement from dx, dy and zoom of each step."""
    x, y, zoom = moves.sum(0).tolist()
    ways = np.abs(moves).sum(0)
    shift, way = float(np.hypot(x, y)), float(np.hypot(*moves[:, :2].T).sum())
    reach = float(np.ptp(np.cumsum(np.vstack([np.zeros(2), moves[:, :2]]), axis=0), axis=0).max())
    shake = float(np.median(np.abs(np.diff(moves[:, :2], axis=0)).max(axis=1)))
    told = f"x {-x:+.2f}, y {-y:+.2f}, zoom {np.exp(zoom):.2f}, shake {shake:.4f}"
    sure = round(min(0.9, 0.3 + 0.6 * agreement), 2)
    if abs(zoom) >= ZOOM and abs(zoom) >= STRAIGHT * ways[2] and abs(zoom) / 2 >= shift:
        return Movement("push_in" if zoom > 0 else "pull_out", sure, told)
    if shift >= SHIFT and shift >= STRAIGHT * way:
        return Movement("pan", sure, f"{_way(x, y)}; {told}")
    if shake >= SHAKE:
        return Movement("handheld", sure, told)
    if reach >= WIDE:
        return Movement("pan", sure, f"to and fro; {told}")
    return Movement("static", sure, told) if reach < DRIFT and abs(zoom) < ZOOM else None


def _way(x: float, y: float) -> str:
    """Where the camera turns: what it sees goes the other way."""
    if abs(x) >= abs(y):
        return "left" if x > 0 else "right"
    return "up" if y > 0 else "down"
