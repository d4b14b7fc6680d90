"""A long file: memory, the progress that is told, and going on after kill -9.

    python -m benchmarks.long VIDEO [--minutes 30] [--short 3] [--folder DIR]

The footage is VIDEO joined to itself by stream copy. Prints the highest memory of an ingest (its children counted on
their own) for a short and a long file, how far the told share ever strays from the share of time that has passed, and
what is left to do for a run that was killed half way. No model is used.
"""

import argparse
import json
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from cliplib.cli.progress import STEPS
from cliplib.config import Settings
from cliplib.engines.facts import FactsVision
from cliplib.engines.silent import NoSpeech
from cliplib.library import Library
from cliplib.media.ffmpeg import locate
from cliplib.media.probe import probe
from cliplib.vocabulary import shipped
from ingest.pipeline import FootageOutcome, Job, ingest


@dataclass(frozen=True)
class Ran:
    """One ingest: peak memory in MiB of it and of its largest child, seconds, and how its progress ran."""

    status: str
    clips: int
    own: float
    child: float
    wall: float
    cpu: float
    backwards: int
    """How often the bar went back."""
    longest_pause: float
    """Share of all the time in which the bar stood still at most."""
    stray: float
    """Greatest difference between the bar and the share of time that had passed."""


class Bar:
    """Notes when the bar stood where."""

    def __init__(self) -> None:
        self.points: list[tuple[float, float]] = []

    def found(self, paths: Sequence[Path]) -> None:
        """Ignored."""

    def progress(self, path: Path, step: str, share: float) -> None:
        """A point of the bar, as `cliplib ingest` draws it."""
        names = list(STEPS)
        done = sum(STEPS[name] for name in names[: names.index(step)])
        self.points.append((time.monotonic(), done + STEPS[step] * share))

    def finished(self, outcome: FootageOutcome) -> None:
        """Ignored."""


def ingested(video: Path, folder: Path) -> Ran:
    """Ingest in this process and measure."""
    bar, words, begin = Bar(), shipped(), time.monotonic()
    with Library.open(folder, write=True) as library:
        job = Job(library, locate(), NoSpeech(), FactsVision(words), Settings(language="en"), words, "livestream")
        [outcome] = ingest([video], job, bar).footage
    wall = time.monotonic() - begin
    own, child = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    shares = [((at - begin) / wall, share) for at, share in bar.points]
    pairs = list(zip([(0.0, 0.0), *shares], [*shares, (1.0, 1.0)], strict=True))
    return Ran(
        status=f"{outcome.status} {outcome.reason}".strip(),
        clips=len(outcome.clips),
        own=own.ru_maxrss / 1024,
        child=child.ru_maxrss / 1024,
        wall=wall,
        cpu=sum(used.ru_utime + used.ru_stime for used in (own, child)),
        backwards=sum(later[1] < earlier[1] - 1e-9 for earlier, later in pairs),
        longest_pause=max(later[0] - earlier[0] for earlier, later in pairs),
        stray=max(abs(passed - share) for passed, share in shares),
    )


def in_child(video: Path, folder: Path, kill_at: int = 0) -> Ran | None:
    """Ingest in a process of its own; None for one that was killed when it had so many clips."""
    if not (folder / "library.db").exists():
        Library.create(folder)
    argv = [sys.executable, "-m", "benchmarks.long", "--child", str(video), str(folder)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as child:
        while kill_at and child.poll() is None:
            if len(list(folder.glob("media/c_*/clip.mp4"))) >= kill_at:
                child.send_signal(signal.SIGKILL)
            time.sleep(0.2)
        said = child.communicate()[0]
    return Ran(**json.loads(said)) if said else None


def looped(video: Path, minutes: float, target: Path) -> Path:
    """VIDEO joined to itself by stream copy until it lasts so long."""
    times = int(minutes * 60_000 / probe(video).length)
    argv = ["-stream_loop", str(times), "-i", str(video), "-map", "0:v:0", "-map", "0:a:0?", "-c", "copy"]
    subprocess.run([str(locate().path), "-v", "error", "-y", *argv, "-t", str(minutes * 60), str(target)], check=True)
    return target


def state(folder: Path) -> list[tuple[str, str]]:
    """What the library holds, without when it was made."""
    with Library.open(folder) as library:
        return [(record.id, record.to_json()) for record in library.records()]


def main() -> None:
    """Print the figures."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("video", type=Path)
    reader.add_argument("--minutes", type=float, default=30)
    reader.add_argument("--short", type=float, default=3)
    reader.add_argument("--folder", type=Path)
    asked = reader.parse_args()
    with tempfile.TemporaryDirectory(prefix="cliplib-long-", dir=asked.folder) as place:
        folder = Path(place)
        runs: dict[str, Ran] = {}
        for name, minutes in (("short", asked.short), ("long", asked.minutes)):
            video = looped(asked.video, minutes, folder / f"{name}.mkv")
            ran = in_child(video, folder / name)
            assert ran is not None, "the ingest crashed"
            runs[name] = ran
            print(f"{minutes:5.1f} min: {told(ran)}", flush=True)
        print(f"memory, long to short: x{runs['long'].own / runs['short'].own:.2f}")
        half = runs["long"].clips // 2
        assert in_child(video, folder / "killed", kill_at=half) is None, "it had ended before it could be killed"
        again = in_child(video, folder / "killed")
        assert again is not None
        print(f"killed at {half} clips, run again: {told(again)}")
        print(f"  same records as never killed: {state(folder / 'killed') == state(folder / 'long')}")
        print(f"  CPU of the second run: {again.cpu / runs['long'].cpu:.0%} of a whole one")


def told(ran: Ran) -> str:
    """The figures of a run in a line."""
    bar = f"bar: back {ran.backwards}x, longest pause {ran.longest_pause:.0%}, strays at most {ran.stray:.0%}"
    memory = f"{ran.own:.0f} MiB (+ child {ran.child:.0f} MiB)"
    return f"{ran.status}, {ran.clips} clips, {memory}, {ran.cpu:.0f} s CPU, {ran.wall:.0f} s; {bar}"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(asdict(ingested(Path(sys.argv[2]), Path(sys.argv[3])))))
    else:
        main()
