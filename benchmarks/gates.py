"""The gate before any model: how many good clips it lets through, and how many bad ones it stops.

    python -m benchmarks.gates [FILE or FOLDER ...]

Good clips are 2 s of each file as they are, and the same made into what is most like a bad clip and is none: shot at
night with lamps, a sharp thing before a soft ground, a small product on white. Bad ones are the same again, spoilt.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from cliplib.media.frames import Image, grab, image_of
from cliplib.media.probe import probe
from cliplib.records import Flaw
from ingest.flaws import flaw_seen
from ingest.scan import find_files

CLIP_MS, FRAMES = 2_000, 3
SAMPLES = Path(__file__).resolve().parent.parent / "samples" / "footage"

Change = Callable[[Image], Image]


@dataclass(frozen=True, slots=True)
class Result:
    """How one clip was judged: what it is, where it comes from, the flaw it has and the one that was named."""

    what: str
    name: str
    wanted: Flaw | None
    found: Flaw | None


def night(image: Image) -> Image:
    """Underexposed by far, with two lamps."""
    dark = np.clip(255 * (image / 255.0) ** 2.2 * 0.18, 0, 255).astype(np.uint8)
    height, width = dark.shape[:2]
    for x, y in ((0.3, 0.25), (0.7, 0.4)):
        cv2.circle(dark, (int(x * width), int(y * height)), max(3, width // 60), (120, 200, 250), -1)
    return dark


def bokeh(image: Image) -> Image:
    """All out of focus but a spot in the middle."""
    soft = blurred(12)(image)
    height, width = image.shape[:2]
    spot = np.zeros((height, width), np.float32)
    cv2.ellipse(spot, (width // 2, height // 2), (width // 6, height // 5), 0, 0, 360, 1, -1)
    spot = cv2.GaussianBlur(spot, (0, 0), width / 60)[..., None]
    mixed: Image = (image * spot + soft * (1 - spot)).astype(np.uint8)
    return mixed


def on_white(image: Image) -> Image:
    """The middle of it, small, on white."""
    height, width = image.shape[:2]
    white = np.full_like(image, 250)
    small = cv2.resize(image, (max(2, width // 8), max(2, height // 8)), interpolation=cv2.INTER_AREA)
    top, left = (height - small.shape[0]) // 2, (width - small.shape[1]) // 2
    white[top : top + small.shape[0], left : left + small.shape[1]] = small
    return white


def blurred(pixels: float) -> Change:
    """Out of focus by so many pixels of a picture of 768."""
    return lambda image: cv2.GaussianBlur(image, (0, 0), pixels * max(image.shape) / 768).astype(np.uint8)


def dimmed(share: float) -> Change:
    """So much of the light is left."""
    return lambda image: (image * share).astype(np.uint8)


def filled(blue: int, green: int, red: int, rows: float = 1.0) -> Change:
    """The lower rows of one colour, with a little noise."""

    def change(image: Image) -> Image:
        spoilt = image.copy()
        part = spoilt[int(len(image) * (1 - rows)) :]
        part[:] = np.array([blue, green, red], np.uint8) + np.random.default_rng(1).integers(0, 3, part.shape, np.uint8)
        return spoilt

    return change


GOOD: dict[str, Change] = {"as it is": lambda image: image, "night": night, "bokeh": bokeh, "on white": on_white}
BAD: dict[str, tuple[Flaw, Change]] = {
    "black": ("black", filled(2, 2, 2)),
    "one colour": ("one_colour", filled(200, 120, 40)),
    "half green": ("no_picture", filled(0, 134, 0, rows=0.5)),
    "out of focus by 8": ("blurred", blurred(8)),
    "out of focus by 14": ("blurred", blurred(14)),
    "a tenth of the light": ("dark", dimmed(0.1)),
}


def clips(paths: Iterable[Path]) -> Iterator[tuple[str, list[Image]]]:
    """Name and pictures of every 2 s of files."""
    for path in paths:
        starts = range(0, max(1, probe(path).length - CLIP_MS), CLIP_MS)
        at = [start + CLIP_MS * (2 * k + 1) // (2 * FRAMES) for start in starts for k in range(FRAMES)]
        images = [image_of(jpeg) for jpeg in grab(path, at, 768).jpegs]
        for number, start in enumerate(starts):
            yield f"{path.name} {start / 1000:g}s", images[number * FRAMES : (number + 1) * FRAMES]


def judged(name: str, images: list[Image]) -> Iterator[Result]:
    """How one clip and all that is made of it is judged."""
    for what, change in GOOD.items():
        yield Result(what, name, None, flaw_seen([_packed(change(image)) for image in images]))
    for what, (flaw, change) in BAD.items():
        yield Result(what, name, flaw, flaw_seen([_packed(change(image)) for image in images]))


def _packed(image: Image) -> Image:
    return image_of(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes())


def main() -> None:
    """Print a line per kind of clip."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, default=[SAMPLES])
    results = [result for clip in clips(find_files(parser.parse_args().paths)) for result in judged(*clip)]
    for what in (*GOOD, *BAD):
        those = [result for result in results if result.what == what]
        right = [result for result in those if result.found == result.wanted]
        wrong = [f"{result.name}: {result.found}" for result in those if result.found != result.wanted]
        print(f"{what:22} {len(right):4} of {len(those):4} right  {'; '.join(wrong[:6])}")


if __name__ == "__main__":
    main()
