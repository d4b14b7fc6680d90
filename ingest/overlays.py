"""Logos and texts that lie over the pictures of footage: what stays at one place while everything else changes.

One looks at one picture per clip. Only pictures of different places tell: what hangs on the wall of a room stays too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cliplib.media.frames import Image
from cliplib.records import ScreenText
from cliplib.values import Box
from ingest.read import SAME_PLACE, is_same, overlap

LONGEST = 512
"""Pixels of the longer side of what is compared."""

FEWEST, MOST = 3, 16
"""Places that must have been seen, and those that are looked at."""

RING = 8
"""Cells along each side of a picture; those at its rim show the place, what is inside may be somebody who moves."""

BLACK = 28
"""Level up to which a row or column is a bar."""

OTHER_RING = 14.0
"""Levels by which the middle one of those cells differs between two places at least."""

OTHER_INSIDE = 0.4
"""Likeness of the edges inside two pictures up to which they show two places."""

INSIDE = 0.2
"""Share of each side that does not count as inside: logos lie there."""

EDGE = 10.0
"""Levels per pixel from which there is an edge."""

STAYS = 0.75
"""Share of the places in which a mark is seen at least."""

ALIGNED = 0.9
"""Length of the mean direction of the edges at one point, from which they are one edge."""

CLOSE = 13
"""Pixels over which the parts of a mark are taken together."""

MARGIN = 0.3
"""Share of the picture's sides next to its rim in which a mark lies."""

WIDEST, HIGHEST = 0.45, 0.3
SMALLEST = 30
"""Edge points that a mark has at least."""

CROSSED = 0.1
"""Share of the weaker of its two directions: a mark is no line."""

ELSEWHERE = 0.5
"""Edge points that stay outside all marks, as a share of those inside, at most."""

SEEN = 0.3
"""Share of a mark's edge points from which one picture shows it."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Look:
    """One picture per clip, and the texts that were read in it."""

    picture: Image
    texts: tuple[ScreenText, ...] = ()


def marked(looks: Sequence[Look]) -> list[bool | None]:
    """Whether each of the clips of one footage shows a mark that lies over the footage; None where one cannot tell."""
    edges = [_edges(look.picture) for look in looks]
    places = _places([look.picture for look in looks], edges)
    if len(places) < FEWEST:
        return [None] * len(looks)
    mark = _mark([edges[k] for k in places])
    texts = _standing([looks[k].texts for k in places])
    return [
        (mark is not None and _shows(own, mark)) or any(_is_at(text, look.texts) for text in texts)
        for own, look in zip(edges, looks, strict=True)
    ]


def _edges(picture: Image) -> Floats:
    """Slopes of the brightness, shape (2, height, width): across and down."""
    scale = LONGEST / max(picture.shape[:2])
    size = tuple(max(16, round(side * scale)) for side in picture.shape[1::-1])
    grey = cv2.cvtColor(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    soft = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 0.8)
    return np.stack([cv2.Sobel(soft, cv2.CV_32F, *way, ksize=3, scale=0.25) for way in ((1, 0), (0, 1))])


def _places(pictures: Sequence[Image], edges: Sequence[Floats]) -> list[int]:
    """Numbers of pictures that all show different places."""
    rings = [_ring(picture) for picture in _without_bars(pictures)]
    inner = [_inside(own) for own in edges]
    found: list[int] = []
    for number in range(len(pictures)):
        if len(found) < MOST and all(
            np.median(np.abs(rings[number] - rings[other])) > OTHER_RING
            and float(inner[number] @ inner[other]) < OTHER_INSIDE
            for other in found
        ):
            found.append(number)
    return found


def _without_bars(pictures: Sequence[Image]) -> Sequence[Image]:
    """The pictures without rows and columns that are black in all of them: bars are the same at every place."""
    if len({picture.shape for picture in pictures}) != 1:
        return pictures
    lit = np.max([picture.max(axis=2) for picture in pictures], axis=0)
    rows, columns = (np.flatnonzero(np.median(lit, axis=axis) > BLACK) for axis in (1, 0))
    if not len(rows) or not len(columns):
        return pictures
    return [picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] for picture in pictures]


def _ring(picture: Image) -> Floats:
    cells = cv2.resize(picture, (RING, RING), interpolation=cv2.INTER_AREA).astype(np.float32)
    rim = np.ones((RING, RING), bool)
    rim[1:-1, 1:-1] = False
    ring: Floats = cells[rim].max(axis=1)
    return ring


def _inside(edges: Floats) -> Floats:
    """The edges inside as a vector of length 1, coarse enough that a small step of the camera does not matter."""
    _, height, width = edges.shape
    part = edges[:, int(INSIDE * height) : int((1 - INSIDE) * height), int(INSIDE * width) : int((1 - INSIDE) * width)]
    coarse = np.stack([cv2.resize(plane, (48, 48), interpolation=cv2.INTER_AREA) for plane in part]).ravel()
    vector: Floats = (coarse / max(1e-6, float(np.linalg.norm(coarse)))).astype(np.float32)
    return vector


def _turned(edges: Floats) -> Floats:
    """Directions as unit vectors of the double angle: an edge from dark to light is also one from light to dark."""
    across, down = edges
    strong = np.hypot(across, down) > EDGE
    angle = 2 * np.arctan2(down, across)
    turned: Floats = (np.stack([np.cos(angle), np.sin(angle)]) * strong).astype(np.float32)
    return turned


def _mark(edges: Sequence[Floats]) -> Floats | None:
    """Directions of the edges of what stays, as `_turned` gives them, zero elsewhere; None where nothing does."""
    sizes = {own.shape for own in edges}
    if len(sizes) > 1:
        return None
    turned = [_turned(own) for own in edges]
    count = np.sum([np.any(own, axis=0) for own in turned], axis=0)
    total = np.sum(turned, axis=0)
    length = np.hypot(*total)
    stays = (count >= STAYS * len(edges)) & (length >= ALIGNED * count)
    inside = np.zeros_like(stays)
    for part in _parts(stays):
        if _is_mark(part, total):
            inside |= part
    if not inside.any() or (stays & ~inside).sum() > ELSEWHERE * inside.sum():
        return None
    mark: Floats = (total / np.maximum(length, 1e-6) * inside).astype(np.float32)
    return mark


def _parts(stays: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    near = cv2.dilate(stays.astype(np.uint8), np.ones((CLOSE, CLOSE), np.uint8))
    count, numbers = cv2.connectedComponents(near)
    return [(numbers == number) & stays for number in range(1, count)]


def _is_mark(part: NDArray[np.bool_], total: Floats) -> bool:
    """Whether points that stay are many, in a small box near the rim, and no line."""
    height, width = part.shape
    rows, columns = np.nonzero(part)
    if len(rows) < SMALLEST:
        return False
    top, bottom = rows.min() / height, (rows.max() + 1) / height
    left, right = columns.min() / width, (columns.max() + 1) / width
    near = right <= MARGIN or left >= 1 - MARGIN or bottom <= MARGIN or top >= 1 - MARGIN
    mean = np.hypot(*(total[:, part].sum(axis=1))) / np.hypot(*total[:, part]).sum()
    return bool(near and right - left <= WIDEST and bottom - top <= HIGHEST and mean <= 1 - 2 * CROSSED)


def _shows(edges: Floats, mark: Floats) -> bool:
    if edges.shape != mark.shape:
        return False
    points = np.any(mark, axis=0)
    return bool(((_turned(edges) * mark).sum(axis=0)[points] > ALIGNED).mean() >= SEEN)


def _standing(places: Sequence[Sequence[ScreenText]]) -> list[ScreenText]:
    """Texts near the rim that stand in most places."""
    found: list[ScreenText] = []
    for texts in places:
        for text in texts:
            if not _is_near(text.box) or _is_at(text, found):
                continue
            if sum(_is_at(text, others) for others in places) >= max(FEWEST, STAYS * len(places)):
                found.append(text)
    return found


def _is_at(text: ScreenText, others: Sequence[ScreenText]) -> bool:
    return any(is_same(text, other) and overlap(text.box, other.box) >= SAME_PLACE for other in others)


def _is_near(box: Box) -> bool:
    left, top, right, bottom = box.x, box.y, box.x + box.width, box.y + box.height
    beside = right <= MARGIN or left >= 1 - MARGIN or bottom <= MARGIN or top >= 1 - MARGIN
    return beside and box.width <= WIDEST and box.height <= HIGHEST
