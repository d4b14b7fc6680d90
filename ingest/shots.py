"""One pass over all pictures of a file: when each is shown, where shots change, how sharp, bright and moving it is."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cliplib.config import ScanMode, ShotFinder
from cliplib.media.damage import damaged
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.media.frames import shown_for
from cliplib.media.probe import millis
from cliplib.media.sizes import PacketSizes
from cliplib.records import Probe
from cliplib.values import Span
from ingest.camera import Follower
from ingest.changes import Boundary, Passage
from ingest.finders import FINDERS
from ingest.gradual import Way, faded_ends
from ingest.reading import Rough, in_units, read_rough

VERSION = 4

HALF_SHARP = 700.0
"""Variance of the Laplacian, on the pictures of the decode pass, that counts as sharpness 0.5."""

FULL_MOTION = 28.0
"""Mean change of luma per 40 ms, out of 255, that counts as motion 1."""

_ARRAYS = ("times", "sharpness", "brightness", "motion", "camera")

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Report = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Scan:
    """What the pass found. Times are ms from the first picture; the arrays have one value per picture, shares of 1.

    `start` is the first picture's time stamp in the file, in seconds; `shots` are the first pictures of new shots,
    `passages` what lies between two shots that blend, and `finder` is who looked for both; `camera` has the steps of
    `ingest.camera.Follower`. `damage` is where pictures are damaged or missing; it may reach past the last one. After a
    skim (`mode`) the figures of pictures that were not decoded lie between those of the nearest that were, and `camera`
    is empty. `note` is what an editor should know of how the pass went.
    """

    start: Fraction
    times: NDArray[np.int64]
    length: int
    shots: tuple[int, ...]
    sharpness: Floats
    brightness: Floats
    motion: Floats
    passages: tuple[Passage, ...] = ()
    finder: ShotFinder = "own"
    camera: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 5)))
    damage: tuple[Span, ...] = ()
    mode: ScanMode = "full"
    note: str = ""

    def save(self, path: Path) -> None:
        """Write as .npz."""
        arrays: dict[str, Any] = {name: getattr(self, name) for name in _ARRAYS}
        arrays["start"] = np.array([self.start.numerator, self.start.denominator], np.int64)
        arrays["shots"] = np.array(self.shots, np.int64)
        arrays["passages"] = np.array([(p.start, p.end) for p in self.passages], np.int64).reshape(-1, 2)
        arrays["ways"] = np.array([p.way for p in self.passages], "U16")
        arrays["damage"] = np.array([(span.start, span.end) for span in self.damage], np.int64).reshape(-1, 2)
        arrays |= {"finder": self.finder, "mode": self.mode, "note": self.note}
        with path.open("wb") as file:
            np.savez(file, **arrays, version=VERSION, length=self.length)

    @classmethod
    def load(cls, path: Path, finder: ShotFinder, mode: ScanMode = "full") -> "Scan | None":
        """Read what `save` wrote; None where there is nothing, or what another version, finder or less look brought."""
        if not path.is_file():
            return None
        with np.load(path, allow_pickle=False) as kept:
            if kept["version"] != VERSION or kept["finder"] != finder or kept["mode"] not in ("full", mode):
                return None
            spans = zip(kept["passages"].tolist(), kept["ways"].tolist(), strict=True)
            return cls(
                start=Fraction(int(kept["start"][0]), int(kept["start"][1])),
                times=kept["times"],
                length=int(kept["length"]),
                shots=tuple(int(at) for at in kept["shots"]),
                sharpness=kept["sharpness"],
                brightness=kept["brightness"],
                motion=kept["motion"],
                passages=tuple(Passage(start, end, way) for (start, end), way in spans),
                finder=finder,
                camera=kept["camera"],
                damage=tuple(Span(start=start, end=end) for start, end in kept["damage"].tolist()),
                mode="skim" if kept["mode"] == "skim" else "full",
                note=str(kept["note"]),
            )


def scan(ffmpeg: Ffmpeg, path: Path, probe: Probe, finder: ShotFinder, report: Report) -> Scan:
    """Look at every picture of a file once.

    Args:
        ffmpeg: decodes, on all cores.
        path: the file.
        probe: what it holds.
        finder: who looks for shot changes.
        report: told the share that is done.

    Raises:
        NotMedia, MediaError, Stalled: see `ingest.reading.read_rough`.
    """
    complaints: list[str] = []
    seen = scan_of(read_rough(ffmpeg, path, threads=0, complain=complaints.append), path, probe, finder, report)
    # What the decoder complained of is looked at once more, strictly: which pictures are damaged?
    return replace(seen, damage=damaged(path, seen.start)) if complaints else seen


def scan_of(pictures: Iterable[Rough], path: Path, probe: Probe, finder: ShotFinder, report: Report) -> Scan:
    """The same, given the pictures of the file in order."""
    figures, follower = Figures(), Follower()

    def measured() -> Iterator[Rough]:
        for rough in pictures:
            figures.take(rough)
            follower.take(rough.luma, rough.at_ms)
            report(min(1.0, int(rough.at_ms[-1]) / probe.length))
            yield rough

    found = list(FINDERS[finder](measured(), float(probe.rate.fraction)))
    return replace(figures.scan(found, path, probe, finder), camera=follower.steps)


@dataclass(slots=True)
class Figures:
    """What is measured of each picture, chunk by chunk."""

    times: list[NDArray[np.int64]] = field(default_factory=list)
    ticks: list[NDArray[np.int64]] = field(default_factory=list)
    sharpness: list[Floats] = field(default_factory=list)
    luma: list[Floats] = field(default_factory=list)
    spread: list[Floats] = field(default_factory=list)
    motion: list[Floats] = field(default_factory=list)
    tick: Fraction = Fraction(1)
    begin: int = 0
    last: int = 0
    before: Bytes | None = None

    def take(self, rough: Rough, *, apart: bool = False) -> None:
        """Measure the next pictures; how the first of them moves is not known if it does not follow the last ones."""
        luma = rough.luma
        if self.before is None:
            self.tick, self.begin, self.before = rough.tick, int(rough.ticks[0]), luma[0]
            self.last = self.begin - round(Fraction(1, 25) / self.tick)
        steps = np.diff(rough.ticks, prepend=self.last) * float(self.tick)
        change = [cv2.norm(a, b, cv2.NORM_L1) for a, b in zip(luma, [self.before, *luma[:-1]], strict=True)]
        moved = np.array(change) / luma[0].size * 0.04 / np.maximum(steps, 0.001)
        moved[0] = np.nan if apart else moved[0]
        self.motion.append(np.clip(moved / FULL_MOTION, 0, 1).astype(np.float32))
        detail = np.array([_spread(cv2.Laplacian(picture, cv2.CV_16S)) ** 2 for picture in luma])
        self.sharpness.append((detail / (detail + HALF_SHARP)).astype(np.float32))
        small = rough.small.luma
        self.luma.append(small.mean((1, 2), dtype=np.float32))
        self.spread.append(np.array([_spread(picture) for picture in small], np.float32))
        self.times.append(rough.at_ms)
        self.ticks.append(rough.ticks)
        self.last, self.before = int(rough.ticks[-1]), luma[-1]

    def scan(self, found: Sequence[Boundary], path: Path, probe: Probe, finder: ShotFinder) -> Scan:
        """All figures and shot changes of a file."""
        times = np.concatenate(self.times)
        lasts = shown_for(path, self.last * self.tick) or 1 / probe.rate.fraction
        length = max(int(times[-1]) + 1, millis((self.last - self.begin) * self.tick + lasts))
        return Scan(
            start=self.begin * self.tick,
            times=times,
            length=length,
            shots=tuple(one.at_ms for one in found if one.kind == "cut"),
            sharpness=np.concatenate(self.sharpness),
            brightness=np.concatenate(self.luma) / np.float32(255),
            motion=np.concatenate(self.motion),
            passages=_passages(found, self._ends(), np.append(times, length)),
            finder=finder,
        )

    def over(self, packets: PacketSizes) -> "Figures":
        """The figures of all pictures of a file, given those of some: between these they change evenly."""
        known = np.searchsorted(packets.ticks, np.concatenate(self.ticks))
        every = np.arange(len(packets))

        def spread_out(figures: list[Floats]) -> list[Floats]:
            values = np.concatenate(figures)
            sure = ~np.isnan(values)
            numbers, places = np.unique(known[sure], return_index=True)
            return [np.interp(every, numbers, values[sure][places]).astype(np.float32)]

        return Figures(
            times=[in_units(packets.ticks - packets.ticks[0], packets.tick * 1000)],
            sharpness=spread_out(self.sharpness),
            luma=spread_out(self.luma),
            spread=spread_out(self.spread),
            motion=spread_out(self.motion),
            tick=packets.tick,
            begin=int(packets.ticks[0]),
            last=int(packets.ticks[-1]),
        )

    def _ends(self) -> tuple[int, int]:
        """Numbers of the first and last picture outside a fade at the file's very ends."""
        gaps = np.diff(np.concatenate(self.times))
        usual = max(1.0, float(np.median(gaps))) if len(gaps) else 40.0
        return faded_ends(np.concatenate(self.spread), np.concatenate(self.luma), usual)


def _spread(plane: NDArray[Any]) -> float:
    """Standard deviation."""
    return float(cv2.meanStdDev(plane)[1][0, 0])


def _passages(found: Sequence[Boundary], ends: tuple[int, int], marks: NDArray[np.int64]) -> tuple[Passage, ...]:
    """What belongs to no shot, in order, not overlapping. `marks` has the time of each picture and the file's end."""
    last = len(marks) - 1
    spans: list[tuple[int, int, Way]] = [(one.at_ms, one.until_ms, one.way) for one in found if one.kind == "gradual"]
    spans += [(int(marks[a]), int(marks[b]), "fade") for a, b in ((0, ends[0]), (ends[1] + 1, last))]
    joined: list[tuple[int, int, Way]] = []
    for start, end, way in sorted(span for span in spans if span[1] > span[0]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]), joined[-1][2])
        else:
            joined.append((start, end, way))
    return tuple(Passage(*one) for one in joined)
