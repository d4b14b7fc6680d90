"""Shot change detection against footage of known boundaries: ours and PySceneDetect's two usual detectors, one table.

    python -m benchmarks.cuts [--footage DIR] [TRUTH.json ...]

A hard cut is hit within 2 frames. A gradual change is hit by a gradual one whose ends lie within 0.3 s of its own; a
detector that names single points hits it by a point between its ends (2 frames of slack); further points in it count
neither way. All times count from the first picture, which is kind to detectors that leave a late start out of account.
A false one inside a known event that is no boundary is counted as a decoy taken.
"""

import argparse
import json
import os
import resource
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cliplib.media.ffmpeg import Ffmpeg, locate
from cliplib.media.run import run
from ingest.changes import Boundary
from ingest.reading import read_boundaries

SLACK_FRAMES = 2.0
GRADUAL_SLACK = 0.3

Truth = dict[str, Any]
Detect = Callable[[Ffmpeg, Path, Truth], list[Boundary]]


@dataclass(slots=True)
class Count:
    """Hits, misses and false ones of one kind of boundary."""

    hit: int = 0
    missed: int = 0
    false: int = 0

    def __iadd__(self, other: "Count") -> "Count":
        self.hit, self.missed, self.false = self.hit + other.hit, self.missed + other.missed, self.false + other.false
        return self

    @property
    def precision(self) -> float:
        """Share of what was found that is there; 1 where nothing was found."""
        return self.hit / (self.hit + self.false) if self.hit + self.false else 1.0

    @property
    def recall(self) -> float:
        """Share of what is there that was found; 1 where nothing is there."""
        return self.hit / (self.hit + self.missed) if self.hit + self.missed else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(slots=True)
class Score:
    """What a detector found in one or more files, and at what cost in CPU seconds."""

    hard: Count = field(default_factory=Count)
    gradual: Count = field(default_factory=Count)
    decoys: int = 0
    cpu: float = 0.0
    plain: float = 0.0

    def __iadd__(self, other: "Score") -> "Score":
        self.hard += other.hard
        self.gradual += other.gradual
        self.decoys += other.decoys
        self.cpu, self.plain = self.cpu + other.cpu, self.plain + other.plain
        return self

    @property
    def overall(self) -> Count:
        """Both kinds together."""
        total = Count()
        total += self.hard
        total += self.gradual
        return total

    def row(self) -> str:
        """Figures of one line of the table."""
        counts = [f"{count.f1:5.3f} {count.precision:5.3f} {count.recall:5.3f}" for count in (self.hard, self.gradual)]
        cost = self.cpu / self.plain if self.plain else 0.0
        return f"{counts[0]} | {counts[1]} | {self.overall.f1:5.3f} | {self.decoys:4d} | {cost:5.2f}"


def score(truth: Truth, found: Sequence[Boundary]) -> Score:
    """Compare what was found with a truth file of either form."""
    fps = truth.get("fps") or (truth["frames"] - 1) / (truth["last_pts"] - truth["first_pts"])
    origin = truth.get("first_pts", 0.0)
    hard, gradual = _wanted(truth)
    left = list(found)
    total = Score()
    for time in hard:
        near = [
            one for one in left if one.kind == "cut" and abs(one.at_ms / 1000 + origin - time) <= SLACK_FRAMES / fps
        ]
        total.hard.hit += bool(near)
        total.hard.missed += not near
        left = [one for one in left if one not in near[:1]]
    for start, end, sure in gradual:
        inside = [one for one in left if _fits(one, start - origin, end - origin, fps)]
        total.gradual.hit += bool(inside) and sure
        total.gradual.missed += not inside and sure
        left = [one for one in left if one not in inside]
    for one in left:
        kind = total.hard if one.kind == "cut" else total.gradual
        kind.false += 1
        total.decoys += any(_overlaps(one, event, origin, fps) for event in truth.get("not_boundaries", ()))
    return total


def _wanted(truth: Truth) -> tuple[list[float], list[tuple[float, float, bool]]]:
    """Times of hard cuts, and start, end and certainty of gradual changes."""
    if "boundaries" in truth:
        both = truth["boundaries"]
        hard = [one["time"] for one in both if one["type"] == "hard"]
        return hard, [(one["start"], one["end"], True) for one in both if one["type"] != "hard"]
    sure = [(one["start"], one["end"], one["confidence"] != "low") for one in truth["gradual"]]
    return [one["time"] for one in truth["hard"]], sure


def _fits(one: Boundary, start: float, end: float, fps: float) -> bool:
    first, last = one.at_ms / 1000, one.until_ms / 1000
    if one.kind == "gradual":
        return abs(first - start) <= GRADUAL_SLACK and abs(last - end) <= GRADUAL_SLACK
    return start - SLACK_FRAMES / fps <= first <= end + SLACK_FRAMES / fps


def _overlaps(one: Boundary, event: Truth, origin: float, fps: float) -> bool:
    slack = SLACK_FRAMES / fps
    return bool(
        one.at_ms / 1000 + origin <= event["end"] + slack and one.until_ms / 1000 + origin >= event["start"] - slack
    )


def ours(ffmpeg: Ffmpeg, path: Path, truth: Truth) -> list[Boundary]:
    """Our own detector, from the file to boundaries."""
    return list(read_boundaries(ffmpeg, path))


def peer(name: str) -> Detect:
    """One of PySceneDetect's detectors with its defaults; its times count from the first picture."""

    def detect(ffmpeg: Ffmpeg, path: Path, truth: Truth) -> list[Boundary]:
        import scenedetect

        scenes = scenedetect.detect(str(path), getattr(scenedetect, name)())
        times = [round(start.seconds * 1000) for start, _ in scenes[1:]]
        return [Boundary("cut", 0, 0, time, time, 1.0) for time in times]

    return detect


DETECTORS: dict[str, Detect] = {
    "ours": ours,
    "ContentDetector": peer("ContentDetector"),
    "AdaptiveDetector": peer("AdaptiveDetector"),
}


def _cpu() -> float:
    """CPU seconds of this program and of those it started and that have ended."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _plain(ffmpeg: Ffmpeg, path: Path) -> float:
    """CPU seconds of plain decoding."""
    before = _cpu()
    run(
        [
            str(ffmpeg.path),
            "-nostdin",
            "-v",
            "error",
            "-threads",
            "1",
            "-i",
            str(path),
            "-map",
            "0:V:0",
            "-f",
            "null",
            "-",
        ]
    )
    return _cpu() - before


def _cases(footage: Path | None, extra: Sequence[Path]) -> list[tuple[Path, Truth]]:
    """Videos and their truth."""
    cases = []
    if footage is not None:
        for entry in json.loads((footage / "videos_truth.json").read_text())["files"]:
            cases.append((footage / entry["video"], entry))
        extra = [*sorted((footage / "spliced").glob("*.json")), *extra]
    for path in extra:
        truth = json.loads(path.read_text())
        cases.append((path.parent / truth["video"], truth))
    return cases


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--footage", type=Path, default=os.environ.get("CLIPLIB_FOOTAGE"), help="folder with truth files"
    )
    parser.add_argument("truth", type=Path, nargs="*", help="further truth files, each beside its video")
    asked = parser.parse_args()
    cases = _cases(Path(asked.footage) if asked.footage else None, asked.truth)
    if not cases:
        parser.error("nothing to measure: name truth files, or a folder with --footage or CLIPLIB_FOOTAGE")
    ffmpeg = locate()
    print(f"{'file':34s} {'detector':17s} hard F1, P, R      | gradual F1, P, R  | both  | decoy | CPU / decoding")
    totals = {name: Score() for name in DETECTORS}
    for path, truth in cases:
        plain = _plain(ffmpeg, path)
        for name, detect in DETECTORS.items():
            before = _cpu()
            found = detect(ffmpeg, path, truth)
            one = score(truth, found)
            one.cpu, one.plain = _cpu() - before, plain
            totals[name] += one
            print(f"{path.name[:34]:34s} {name:17s} {one.row()}", flush=True)
    for name, total in totals.items():
        print(f"{'all':34s} {name:17s} {total.row()}")


if __name__ == "__main__":
    main()
