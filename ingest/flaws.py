"""Clips that nobody needs to look at: black, of one colour, broken, too dark, out of focus throughout, or frozen.

A flaw is named only where every picture looked at has it: a good clip called bad is lost to editors, while a bad one
that passes costs one look. A picture held on purpose, between two cuts, is no freeze.
"""

from collections import Counter
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from cliplib.library import Library
from cliplib.media.frames import Image, image_of
from cliplib.records import Flaw, FootageKind
from cliplib.values import Span
from ingest.cut import frame_numbers, frames_of
from ingest.draft import ClipJob, Draft
from ingest.shots import FULL_MOTION, Scan

VERSION = 1

BLACK, DARK, DIM = 20, 60, 20
"""Grey levels that nearly all of a black and of a dark picture stays below, and the mean of a dark one: lamps at night,
a lit face and the rim of a black bottle are brighter."""

FEW = 0.001
"""Share of a picture that may be otherwise: less than a product far away or a line of text."""

GLINT = 0.0002
"""Share of a dark picture that may be brighter: less than one lamp."""

SAME_COLOUR = 14
"""Levels of any channel within which pixels are of one colour, noise and compression included."""

NOTHING = np.array([[0, 135, 0], [0, 77, 0]])
"""Blue, green, red of a picture whose bytes are all 0, by BT.601 and BT.709: what decoders leave where they fail."""

NEAR_NOTHING = 8
MUCH = 0.3
"""Share of a picture from which that colour means a broken one."""

WINDOWS = 16
"""Of so many on the longer side one is looked into at a time: a slow run of colours has no contrast there."""

CONTRAST = 40
"""Levels between the darkest and brightest pixel of a window from which it can tell sharp edges from soft ones."""

ENOUGH = 0.05
"""Share of the windows that must have contrast."""

SHARPEST = 0.01
SOFT = 2.2
"""Width in pixels (standard deviation) of the hundredth sharpest edges of pictures up to 768 pixels, from which all is
out of focus. Real pictures have 0.4-1.2 there, one blurred by 8 pixels 2.4 and more."""

STILL = 0.04
"""Mean change of luma in levels below which a picture repeats the one before: a sensor's noise alone makes more."""

HELD = 0.8
"""Share of a clip that one held picture must fill."""

SHORTEST_HOLD, MOVED_MS, LIVELY = 1_000, 1_000, 0.9
"""A hold is a freeze where so long before or after it the same shot has moved, in that share of its pictures."""

LONE_MS = 400
"""... for so long on both sides: footage of few pictures a second repeats each of them for less."""

NEVER_FROZEN: tuple[FootageKind, ...] = ("still", "generated")


def judge(draft: Draft, job: ClipJob) -> Draft:
    """Note the flaw of a clip that is cut and measured, if it has one."""
    assert draft.facts is not None, "judge comes after measure"
    frames = frames_of(draft, job)
    flaw = flaw_seen([image_of(frame.jpeg) for frame in frames])
    if flaw is None and job.footage.kind not in NEVER_FROZEN and is_frozen(job.scan, draft.span):
        flaw = "frozen"
    return draft.model_copy(update={"facts": draft.facts.model_copy(update={"flaw": flaw}), "frames": frames})


def note(library: Library, footage: str) -> str:
    """How many clips of a footage have a flaw, and which; empty if none has."""
    clips = library.records(library.clips_of(footage))
    counts = Counter(clip.facts.flaw for clip in clips if clip.facts.flaw)
    told = ", ".join(f"{count} {flaw}" for flaw, count in sorted(counts.items()))
    return f"{counts.total()} of {len(clips)} clips are of no use: {told}" if counts else ""


def flaw_seen(images: Sequence[Image]) -> Flaw | None:
    """The flaw that all of these pictures show, the gravest first."""
    found = [_flaws(image) for image in images]
    shared = set.intersection(*found) if found else set()
    order: tuple[Flaw, ...] = ("no_picture", "black", "one_colour", "dark", "blurred")
    return next((flaw for flaw in order if flaw in shared), None)


def _flaws(image: Image) -> set[Flaw]:
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    brightest, glint = np.quantile(grey, [1 - FEW, 1 - GLINT]).tolist()
    rules: tuple[tuple[Flaw, bool], ...] = (
        ("no_picture", _is_broken(image)),
        ("black", brightest <= BLACK),
        ("one_colour", _is_one_colour(image)),
        ("dark", glint <= DARK and float(grey.mean()) <= DIM),
        ("blurred", edge_width(grey) >= SOFT),
    )
    return {flaw for flaw, holds in rules if holds}


def _is_broken(image: Image) -> bool:
    pixels = image.reshape(-1, 3).astype(np.int16)
    return any((np.abs(pixels - colour).max(axis=1) <= NEAR_NOTHING).mean() >= MUCH for colour in NOTHING)


def _is_one_colour(image: Image) -> bool:
    pixels = image.reshape(-1, 3).astype(np.int16)
    off = np.abs(pixels - np.median(pixels, axis=0)).max(axis=1)
    return bool((off > SAME_COLOUR).mean() <= FEW)


def edge_width(grey: NDArray[np.uint8]) -> float:
    """Width of the sharpest edges of a picture in pixels, as the deviation of a blur; 0 where too few edges tell.

    An edge of height h, blurred by s, rises by h / (s * sqrt(2 pi)) per pixel where it is steepest. That is looked for
    in the middle of each window, so that the window holds the edge's whole height.
    """
    levels = grey.astype(np.float32)
    slope = cv2.magnitude(
        cv2.Sobel(levels, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(levels, cv2.CV_32F, 0, 1, scale=1 / 8)
    )
    size = max(4, min(max(grey.shape) // WINDOWS, *grey.shape))
    window = np.ones((size, size), np.uint8)
    inner = [slice(size // 2, side - size // 2 + 1, size // 2) for side in grey.shape]
    places = inner[0], inner[1]
    height = (cv2.dilate(grey, window)[places].astype(np.float32) - cv2.erode(grey, window)[places]).ravel()
    steepest = cv2.dilate(slope, window[: size // 2, : size // 2])[places].ravel()
    telling = height >= CONTRAST
    if telling.mean() < ENOUGH:
        return 0.0
    sharpest = np.sort(height[telling] / np.maximum(steepest[telling], 1e-3))
    return float(sharpest[int(SHARPEST * len(height))]) / float(np.sqrt(2 * np.pi))


def is_frozen(scan: Scan, span: Span) -> bool:
    """Whether one held picture fills most of a clip, although its shot moves before or after it.

    That tells a recording that hangs from a slide, a title or a product shot that is meant to stand still.
    """
    numbers = frame_numbers(scan, span)
    still = _still(scan)
    for first, last in _runs(still):
        held = min(int(scan.times[last]), span.end) - max(int(scan.times[first - 1]), span.start)
        if held >= max(SHORTEST_HOLD, HELD * span.length) and first <= numbers.stop and last >= numbers.start:
            return _moved(scan, still, first - 1, -1) or _moved(scan, still, last, 1)
    return False


def _still(scan: Scan) -> NDArray[np.bool_]:
    """Which pictures repeat the one before; one that differs amid many that do is a key picture's other compression."""
    steps = np.diff(scan.times, prepend=scan.times[0] - 40)
    still = scan.motion * FULL_MOTION * steps / 40 < STILL
    still[0] = False
    around = max(2, round(LONE_MS / max(1.0, float(np.median(steps)))))
    sums = np.concatenate([[0], np.cumsum(still)])
    amid = np.arange(around, len(still) - around)
    lone = (sums[amid] - sums[amid - around] == around) & (sums[amid + around + 1] - sums[amid + 1] == around)
    still[amid[lone]] = True
    return still


def _runs(still: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last number of each row of pictures that repeat."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], still, [False]]).astype(np.int8)))
    return [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]


def _moved(scan: Scan, still: NDArray[np.bool_], number: int, way: int) -> bool:
    """Whether the shot moves for a while before (-1) or after (1) a held picture."""
    at = int(scan.times[number])
    near = np.abs(scan.times - at) <= MOVED_MS
    near &= scan.times <= at if way < 0 else scan.times > at
    borders = [*scan.shots, *(edge for passage in scan.passages for edge in (passage.start, passage.end))]
    low, high = (at - MOVED_MS, at) if way < 0 else (at, at + MOVED_MS)
    if any(low < border <= high + 1 for border in borders) or low < 0 or high > scan.length:
        return False
    return bool((~still[near]).mean() >= LIVELY)
