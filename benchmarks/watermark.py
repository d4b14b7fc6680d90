"""Marks over footage: how many planted logos are found, and what is taken for one where there is none.

    python -m benchmarks.watermark [FILE or FOLDER ...]

One picture of the middle of each shot is looked at, as it is and with a logo planted in each corner, opaque or half
transparent, in several sizes and designs. Files with too few places, of which nothing can be told, are counted apart.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from pathlib import Path

import cv2
import numpy as np

from cliplib.media.ffmpeg import Ffmpeg, locate
from cliplib.media.frames import JPEG_QUALITY, Image, grab, image_of
from cliplib.media.probe import probe
from ingest.overlays import Look, marked
from ingest.reading import read_boundaries
from ingest.scan import find_files

SAMPLES = Path(__file__).resolve().parent.parent / "samples" / "footage"
LONGEST = 768
SHORTEST_MS = 400
CORNERS = ("top left", "top right", "bottom left", "bottom right")
SIZES = (0.08, 0.12, 0.2)
"""Width of a logo as a share of the picture's."""

OPACITIES = (1.0, 0.5)
DESIGNS = ("words", "badge", "ring")


def logo(design: str, width: int) -> tuple[Image, Image]:
    """A logo `width` pixels wide, and where it covers the picture (0-255)."""
    large = np.zeros((200, 600, 3), np.uint8)
    cover = np.zeros((200, 600), np.uint8)
    if design == "words":
        cv2.putText(cover, "QINGYU", (20, 140), cv2.FONT_HERSHEY_DUPLEX, 4.6, 255, 14)
        large[:] = 255
    elif design == "badge":
        cv2.rectangle(cover, (10, 10), (590, 190), 255, -1)
        large[:] = (40, 60, 200)
        cv2.putText(large, "SALE TV", (30, 140), cv2.FONT_HERSHEY_DUPLEX, 4.2, (255, 255, 255), 14)
    else:
        large, cover = np.full((400, 400, 3), 235, np.uint8), np.zeros((400, 400), np.uint8)
        cv2.circle(cover, (200, 200), 180, 255, 34)
        cv2.line(cover, (90, 280), (310, 120), 255, 34)
    size = width, max(4, width * large.shape[0] // large.shape[1])
    small, share = (cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in (large, cover))
    return small.astype(np.uint8), share.astype(np.uint8)


def planted(picture: Image, corner: str, opacity: float, size: float, design: str) -> Image:
    """A picture with a logo in a corner, written as JPEG once more."""
    height, width = picture.shape[:2]
    pixels, cover = logo(design, round(size * width * (0.6 if design == "ring" else 1)))
    margin = round(0.03 * width)
    top = margin if "top" in corner else height - margin - cover.shape[0]
    left = margin if "left" in corner else width - margin - cover.shape[1]
    made = picture.astype(np.float32)
    part = made[top : top + cover.shape[0], left : left + cover.shape[1]]
    share = cover[..., None] / 255.0 * opacity
    part[:] = part * (1 - share) + pixels * share
    return image_of(cv2.imencode(".jpg", made.astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes())


def middles(ffmpeg: Ffmpeg, path: Path) -> list[Image]:
    """A picture from the middle of each shot."""
    found = list(read_boundaries(ffmpeg, path))
    starts = [0, *(one.until_ms if one.kind == "gradual" else one.at_ms for one in found)]
    ends = [*(one.at_ms for one in found), probe(path).length]
    at = [(start + end) // 2 for start, end in zip(starts, ends, strict=True) if end - start >= SHORTEST_MS]
    return [image_of(jpeg) for jpeg in grab(path, at, LONGEST).jpegs] if at else []


def judged(pictures: Sequence[Image]) -> str:
    """What is said of footage: "marked", "clean" or "cannot tell"."""
    said = Counter(marked([Look(picture) for picture in pictures]))
    if said[None]:
        return "cannot tell"
    return "marked" if said[True] else "clean"


def cases() -> Iterator[tuple[str, float, float, str]]:
    """Every logo that is planted."""
    yield from product(CORNERS, OPACITIES, SIZES, DESIGNS)


def report(folders: Iterable[Path]) -> str:
    """Both counts, and recall by opacity, size and design."""
    ffmpeg = locate("")
    clean: Counter[str] = Counter()
    tally: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    wrong: list[str] = []
    for path in find_files(list(folders)):
        pictures = middles(ffmpeg, path)
        said = judged(pictures)
        clean[said] += 1
        wrong += [path.name] * (said == "marked")
        if said != "clean":
            continue
        for case in cases():
            found = marked([Look(planted(picture, *case)) for picture in pictures])
            for key in ("all", *(str(part) for part in case)):
                tally[key][0] += sum(one is True for one in found)
                tally[key][1] += len(found)
    lines = [f"{'':>14}   found  clips  recall"]
    lines += [f"{key:>14} {hit:7} {count:6}  {hit / count:.3f}" for key, (hit, count) in tally.items() if count]
    told = clean["clean"] + clean["marked"]
    lines.append(f"files without a mark: {told} judged, {clean['marked']} taken for marked {wrong or ''}")
    lines.append(f"files with too few places: {clean['cannot tell']}")
    return "\n".join(lines)


def main() -> None:
    """Print the figures for the files given, else for the sample footage."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", type=Path, default=[SAMPLES])
    print(report(parser.parse_args().paths))


if __name__ == "__main__":
    main()
