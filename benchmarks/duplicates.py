"""Near-duplicate clips: copies of every kind against neighbouring clips of one footage, and how long a search takes.

    python -m benchmarks.duplicates [--footage DIR] [--clips 3] [--library 100000]

Pieces of 4 s are taken from each video and copied in every way below. A copy is recalled when the search finds its
original among all originals and the close look says that both are the same. Wrong is a pair of different pieces of one
video that is taken for the same, also when one of them was cropped, slowed down or changed in several ways; a camera
that stands still makes these hard. Two pieces whose pictures do not differ (an empty room, twice) are left out.
Thresholds were set on the videos of `TUNED`; the others are held out.
"""

import argparse
import os
import resource
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np

from cliplib.media.ffmpeg import locate
from cliplib.media.probe import probe
from cliplib.media.run import run
from ingest.duplicates import LIKE, MOST, Board, stored
from ingest.sameness import compare
from ingest.signature import SKETCH, Signature, signature_of

SECONDS = 4
SCALE = "scale=w='if(gt(iw,ih),min(iw,640),-2)':h='if(gt(iw,ih),-2,min(ih,640))'"
SMALL = "scale=w='if(gt(iw,ih),256,-2)':h='if(gt(iw,ih),-2,256)'"

COPIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "original": (SCALE, ()),
    "CRF 36": (SCALE, ("-crf", "36")),
    "256 px, 15 fps": (SMALL, ("-r", "15")),
    "crop 10 %": (f"crop=iw*0.9:ih*0.9,{SCALE}", ()),
    "crop 18 %, a corner": (f"crop=iw*0.82:ih*0.82:iw*0.02:ih*0.1,{SCALE}", ()),
    "16:9 to 9:16": (f"crop=w='min(iw,ih*9/16)':h='min(ih,iw*16/9)',{SCALE}", ()),
    "speed 0.8": (f"{SCALE},setpts=PTS/0.8", ()),
    "speed 1.25": (f"{SCALE},setpts=PTS/1.25", ()),
    "logo and still text": (
        f"{SCALE},drawbox=x=iw*0.05:y=ih*0.05:w=iw*0.16:h=ih*0.12:c=yellow:t=fill,"
        "drawbox=x=iw*0.2:y=ih*0.82:w=iw*0.6:h=ih*0.08:c=white:t=fill",
        (),
    ),
    "subtitles": (f"{SCALE},drawbox=x=iw*0.25:y=ih*0.84:w=iw*0.5:h=ih*0.06:c=white:t=fill:enable='lt(mod(t,2),1)'", ()),
    "brighter": (f"{SCALE},eq=brightness=0.12:contrast=1.15", ()),
    "darker, paler": (f"{SCALE},eq=brightness=-0.12:saturation=0.8", ()),
    "without its first second": (f"{SCALE},trim=start=1,setpts=PTS-STARTPTS", ()),
    "crop, brighter, 1.1, CRF 32": (
        f"crop=iw*0.88:ih*0.88,{SCALE},eq=brightness=0.06,setpts=PTS/1.1",
        ("-crf", "32"),
    ),
}
AGAINST = ("original", "crop 10 %", "speed 0.8", "crop, brighter, 1.1, CRF 32")
"""The copies that other pieces of one video are compared with."""

TUNED = (
    "bottles_shelf",
    "cups_shuffle",
    "flower_opening",
    "green_screen_host_24s",
    "office_tour_35s",
    "person_signing_again",
    "qingyu_livestream",
    "qingyu_product_shots",
)

EQUAL = 3.0
"""Levels by which two pieces differ at most, anywhere and at any time, that count as one picture."""

Signed = dict[tuple[str, int, str], Signature]


def videos(footage: Path | None) -> list[Path]:
    """The sample footage, and that of a folder."""
    found = sorted((Path(__file__).parent.parent / "samples" / "footage").rglob("*.mp4"))
    if footage is not None:
        found += sorted(path for kind in ("videos", "spliced") for path in (footage / kind).glob("*.m[pk][4v]"))
    return found


def pieces(path: Path, most: int) -> list[int]:
    """Seconds at which pieces begin: neighbours first, the rest spread over the video."""
    whole = max(1, probe(path).length // 1000 // SECONDS)
    numbers = {0, min(1, whole - 1), *(round(k * (whole - 1) / max(1, most - 1)) for k in range(most))}
    return [number * SECONDS for number in sorted(numbers)]


def signed(paths: Sequence[Path], most: int) -> Signed:
    """The signature of every copy of every piece."""
    ffmpeg = str(locate().path)
    jobs = [(path, start, name) for path in paths for start in pieces(path, most) for name in COPIES]

    def made(job: tuple[Path, int, str]) -> tuple[tuple[str, int, str], Signature]:
        path, start, name = job
        filters, options = COPIES[name]
        target = Path(folder) / f"{path.stem}_{start}_{list(COPIES).index(name)}.mp4"
        entry = [ffmpeg, "-nostdin", "-v", "error", "-ss", str(start), "-t", str(SECONDS), "-i", str(path)]
        coding = ["-c:v", "libx264", "-preset", "ultrafast", "-threads", "1", "-crf", "23", *options]
        run([*entry, "-map", "0:V:0", "-vf", f"{filters},format=yuv420p", *coding, str(target)])
        signature = signature_of(target)
        target.unlink()
        return (path.stem, start, name), Signature.from_bytes(signature.to_bytes())

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(pool.map(made, jobs))


def recalled(all_signed: Signed) -> dict[tuple[str, int, str], bool]:
    """Whether each copy is found."""
    originals = [key for key in all_signed if key[2] == "original"]
    sketches = [stored(all_signed[key]) for key in originals]
    found = {}
    for key, signature in all_signed.items():
        if key[2] != "original":
            own = (*key[:2], "original")
            near = [originals[k] for k in Board([*sketches, stored(signature)]).like(len(sketches))]
            found[key] = own in near and compare(all_signed[own], signature).same
    return found


def wrong(all_signed: Signed) -> Iterator[tuple[str, bool]]:
    """For each pair of different pieces of one video, the video and whether they are taken for the same."""
    for one, signature in all_signed.items():
        for other, against in all_signed.items():
            if one[2] != "original" or other[0] != one[0] or other[1] == one[1] or other[2] not in AGAINST:
                continue
            seen = other[2] == "original" and other[1] < one[1]
            if seen or _equal(signature, all_signed[*other[:2], "original"]):
                continue
            yield one[0], compare(signature, against).same


def _equal(one: Signature, other: Signature) -> bool:
    """Whether two pieces show one picture that does not change."""
    both = np.concatenate([one.luma, other.luma]).astype(float)
    return float((both.max(0) - both.min(0)).max()) <= 4 * EQUAL and float(both.std(0).max()) <= EQUAL


def cpu() -> float:
    """CPU seconds of this program."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def quality(paths: Sequence[Path], most: int) -> None:
    """Print recall by kind of copy, and precision, for tuned and held-out videos."""
    before = cpu()
    all_signed = signed(paths, most)
    each = (cpu() - before) / len(all_signed)
    kept = np.mean([len(signature.to_bytes()) for signature in all_signed.values()]) / 1000
    print(f"{len(all_signed)} clips of {SECONDS} s signed in {each:.3f} CPU s each, {kept:.1f} kB each")
    found, pairs = recalled(all_signed), list(wrong(all_signed))
    print(f"{'recall':30s} {'tuned':>12s} {'held out':>12s}")
    table: dict[str, dict[bool, list[bool]]] = defaultdict(lambda: {True: [], False: []})
    for (video, _, name), hit in found.items():
        table[name][video in TUNED].append(hit)
        table["all"][video in TUNED].append(hit)
    for name, sides in table.items():
        print(f"{name:30s} " + " ".join(f"{np.mean(s):5.3f} ({len(s):3d})" for s in (sides[True], sides[False]) if s))
    for title, tuned in (("tuned", True), ("held out", False)):
        taken = [same for video, same in pairs if (video in TUNED) == tuned]
        hits = sum(table["all"][tuned])
        precision = hits / max(1, hits + sum(taken))
        print(
            f"{title}: precision {precision:.3f}, {sum(taken)} of {len(taken)} pairs of different pieces of one video"
        )
    missed = [key for key, hit in found.items() if not hit]
    print("missed:", "; ".join(f"{video} {start} s {name}" for video, start, name in missed) or "none")
    print("wrong:", ", ".join(sorted({video for video, same in pairs if same})) or "none")


def size(clips: int) -> None:
    """Print what a search costs in a library of many clips, half of them wide, that look like 300 sets."""
    random = np.random.default_rng(7)
    sets = random.normal(0, 30, (300, SKETCH))
    rows = sets[random.integers(0, 300, 3 * clips // 2)] + random.normal(0, 18, (3 * clips // 2, SKETCH))
    figures = np.clip(rows, -127, 127).astype(np.int8)
    del rows
    starts = np.concatenate([[0], np.cumsum(1 + np.arange(clips) % 2)])
    board = Board([figures[a:b].tobytes() for a, b in pairwise(starts)])
    before, asked = cpu(), 50
    counts = [len(board.like(clips - 1 - k)) for k in range(asked)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{clips} clips: {(cpu() - before) / asked * 1000:.0f} CPU ms per search at likeness {LIKE}, "
        f"{np.mean(counts):.0f} of at most {MOST} to look at; sketches {figures.nbytes / 1e6:.0f} MB, "
        f"peak of this program {peak:.0f} MB"
    )


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--footage", type=Path, default=os.environ.get("CLIPLIB_FOOTAGE"), help="further videos")
    parser.add_argument("--clips", type=int, default=3, help="pieces per video, 0 to leave the copies out")
    parser.add_argument("--library", type=int, default=100_000, help="clips of a large library, 0 to leave it out")
    asked = parser.parse_args()
    if asked.clips:
        quality(videos(Path(asked.footage) if asked.footage else None), asked.clips)
    if asked.library:
        size(asked.library)


if __name__ == "__main__":
    main()
