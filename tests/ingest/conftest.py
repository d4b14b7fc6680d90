"""A library to ingest into, jobs with offline engines, and footage whose pictures are numbered."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import ffmpeg as graph
import numpy as np
import pytest

from cliplib.config import Settings
from cliplib.engines.facts import FactsVision
from cliplib.engines.silent import NoSpeech
from cliplib.library import Library
from cliplib.media.clips import VIDEO
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.media.frames import grab, image_of
from cliplib.vocabulary import shipped
from ingest.pipeline import FootageOutcome, Job

BITS = 9
"""Bars of a numbered picture, one per binary digit: enough for 512 pictures."""

MakeJob = Callable[..., Job]
MakeNumbered = Callable[..., Path]


@dataclass
class Watch:
    """A watcher that remembers what it was told."""

    files: list[Path] = field(default_factory=list)
    shares: list[tuple[str, str, float]] = field(default_factory=list)
    outcomes: list[FootageOutcome] = field(default_factory=list)

    def found(self, paths: Sequence[Path]) -> None:
        self.files = list(paths)

    def progress(self, path: Path, step: str, share: float) -> None:
        self.shares.append((path.name, step, share))

    def finished(self, outcome: FootageOutcome) -> None:
        self.outcomes.append(outcome)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    folder = tmp_path / "library"
    Library.create(folder)
    with Library.open(folder, write=True) as opened:
        yield opened


@pytest.fixture
def make_job(library: Library, ffmpeg: Ffmpeg) -> MakeJob:
    """A function that makes a job for the library; keyword arguments replace its parts."""

    def make(**parts: Any) -> Job:
        words = shipped()
        usual: dict[str, Any] = {"speech": NoSpeech(), "vision": FactsVision(words), "settings": Settings()}
        return Job(**{"library": library, "ffmpeg": ffmpeg, "vocabulary": words, "kind": "brand", **usual, **parts})

    return make


@pytest.fixture(scope="session")
def make_numbered(ffmpeg: Ffmpeg) -> MakeNumbered:
    """A function that makes a silent video whose pictures show their number; `late` seconds of sound come first."""

    def make(path: Path, pictures: int, rate: str = "25", late: float = 0.0) -> Path:
        digit = f"mod(floor(N/pow(2,floor(X*{BITS}/W))),2)"
        numbered = graph.input(f"color=s=180x96:r={rate}", f="lavfi").filter("trim", end_frame=pictures)
        numbered = numbered.filter("format", "gray").filter("geq", lum=f"40+170*{digit}").filter("format", "yuv420p")
        streams = [numbered.filter("setpts", f"PTS+{late}/TB")]
        if late:
            streams.append(graph.input("sine=frequency=440:sample_rate=48000", f="lavfi", t=late + 2))
        ffmpeg.make(graph.output(*streams, str(path), vcodec="libx264", preset="ultrafast", acodec="aac", g=40))
        return path

    return make


def number_shown(clip: Path, at: int) -> int:
    """The number that a clip shows at a moment (ms)."""
    image = image_of(grab(clip, [at], 180).jpegs[0])[:, :, 1]
    bars = np.array_split(image, BITS, axis=1)
    return sum(int(bar[:, 4:-4].mean() > 125) << place for place, bar in enumerate(bars))


def content_of(path: Path) -> bytes | list[int | None]:
    """The bytes of a file; of a clip's video the time of each packet, for x264 spends its bits differently at times."""
    if path.name != VIDEO:
        return path.read_bytes()
    with av.open(str(path)) as clip:
        return [packet.pts for packet in clip.demux(video=0) if packet.size]


def state_of(library: Library) -> dict[str, Any]:
    """Everything that an ingest leaves behind: records, footage with states, and the content of all media files."""
    files = sorted(path for path in library.media.rglob("*") if path.is_file())
    return {
        "records": [json.loads(record.to_json()) for record in library.records()],
        "footage": [(json.loads(f.to_json()), library.footage_state(f.id)) for f in library.all_footage()],
        "files": {str(path.relative_to(library.media)): content_of(path) for path in files},
    }
