"""Whole ingest against PySceneDetect that detects and splits, and against plain decoding: CPU time in paired runs.

    python -m benchmarks.ingest [--rounds N] [--gop N] [--keep FOLDER] [FILE]

In each round every row is run once, one after the other, as a process of its own, start-up included; the table shows
medians of the ratios within a round. Without FILE a minute of 1080p25 H.264 with AAC is made. "No models" leaves out
reading text (setting `text`) and looking for faces, which is taken out for the measurement; nothing else is.
"""

import argparse
import dataclasses
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ffmpeg as graph

from cliplib.media.ffmpeg import Ffmpeg, locate
from cliplib.media.run import run

STALL = 1800.0
SHOTS = (
    ("testsrc2=s=1920x1080:r=25", 3.4),
    ("gradients=s=1920x1080:r=25:speed=0.02:seed=7", 5.2),
    ("cellauto=s=480x270:r=25:rule=110:seed=3", 2.6),
    ("testsrc2=s=960x540:r=25", 4.3),
    ("gradients=s=1920x1080:r=25:speed=0.05:seed=3:type=radial", 4.5),
)
"""Pictures and seconds; three turns of them, each a little longer, make a minute."""


def make_footage(ffmpeg: Ffmpeg, path: Path, gop: int) -> Path:
    """A minute of hard cuts between moving pictures with grain, and a tone."""
    lengths = [(source, seconds + 0.2 * turn) for turn in range(3) for source, seconds in SHOTS]
    shots = [
        graph.input(source, f="lavfi", t=seconds)
        .filter("scale", 1920, 1080)
        .filter("setsar", "1")
        .filter("format", "yuv420p")
        for source, seconds in lengths
    ]
    pictures = graph.concat(*shots, v=1, a=0).filter("noise", alls=6, allf="t")
    sound = graph.input("sine=frequency=330:sample_rate=48000", f="lavfi", t=sum(seconds for _, seconds in lengths))
    ffmpeg.make(
        graph.output(pictures, sound, str(path), vcodec="libx264", preset="fast", crf=23, g=gop, acodec="aac"),
        stall_seconds=STALL,
    )
    return path


def cpu_of(work: Callable[[], Any]) -> tuple[float, float]:
    """CPU seconds of the child processes of some work, and seconds by the clock."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, time.monotonic() - began


def command(argv: Sequence[str | Path]) -> None:
    """Run a program that must end well."""
    done = run([str(part) for part in argv], stall_seconds=STALL)
    if done.returncode != 0:
        raise SystemExit(f"{argv[0]} ended with {done.returncode}: {done.last_lines()}")


def plain_decoding(ffmpeg: Ffmpeg, path: Path) -> None:
    """The unit: ffmpeg decodes all pictures on one thread and drops them."""
    command([ffmpeg.path, "-v", "error", "-threads", "1", "-i", path, "-map", "0:v:0", "-f", "null", "-"])


def peer(path: Path) -> None:
    """PySceneDetect's program with its defaults: find shots, split into files that are encoded anew."""
    program = shutil.which("scenedetect", path=str(Path(sys.executable).parent)) or shutil.which("scenedetect")
    start: list[str | Path] = [program] if program else [sys.executable, "-m", "scenedetect"]
    with tempfile.TemporaryDirectory() as folder:
        command([*start, "-q", "-i", path, "-o", folder, "detect-adaptive", "split-video", "-q"])


def ours(path: Path, way: str, text: str, faces: bool) -> Callable[[], None]:
    """`cliplib ingest` into a new library, in a process of its own."""

    def work() -> None:
        with tempfile.TemporaryDirectory() as folder:
            own = [sys.executable, "-m", "benchmarks.ingest", "--own", way, "--text", text, "--library", folder]
            command([*own, *(["--faces"] if faces else []), path])

    return work


def ingest_here(arguments: argparse.Namespace) -> int:
    """What the process of `ours` does."""
    from cliplib.cli.app import run as cliplib
    from ingest import pipeline

    if not arguments.faces:
        pipeline.STEPS = tuple(
            dataclasses.replace(step, work=lambda draft, _: draft) if step.name == "faces" else step
            for step in pipeline.STEPS
        )
    folder = str(Path(arguments.library) / "library")
    ways = ["--clips", arguments.own, "--text", arguments.text, "--speech", "none", "--vision", "facts"]
    code = cliplib(["init", folder])
    return code or cliplib(["ingest", str(arguments.file), "--kind", "brand", "-L", folder, *ways, "--json"])


def measure(ffmpeg: Ffmpeg, path: Path, rounds: int) -> None:
    """Print the table."""
    rows: dict[str, Callable[[], None]] = {
        "plain decoding": lambda: plain_decoding(ffmpeg, path),
        "scenedetect detect-adaptive split-video": lambda: peer(path),
        **{f"{way}, no models": ours(path, way, "none", False) for way in ("encode", "smart", "virtual")},
        "smart, faces": ours(path, "smart", "none", True),
        "smart, faces and text (default)": ours(path, "smart", "rapidocr", True),
    }
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in rows}
    for number in range(rounds):
        for name, work in rows.items():
            taken[name].append(cpu_of(work))
            print(f"round {number + 1}: {name}: {taken[name][-1][0]:.1f} s CPU", file=sys.stderr)
    names = list(rows)
    print(f"{path.name}, {rounds} rounds, ffmpeg {ffmpeg.version}: medians of CPU seconds and of ratios in a round\n")
    print(f"{'':42}{'CPU s':>8}{'clock s':>9}{'/ decode':>10}{'/ peer':>8}")
    for name in names:
        ratios = [
            statistics.median(a[0] / b[0] for a, b in zip(taken[name], taken[unit], strict=True)) for unit in names[:2]
        ]
        cpu, clock = (statistics.median(column) for column in zip(*taken[name], strict=True))
        print(f"{name:42}{cpu:8.1f}{clock:9.1f}{ratios[0]:10.2f}{ratios[1]:8.2f}")


def main() -> int:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, help="footage; made where none is named")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--gop", type=int, default=250, help="pictures between key pictures of made footage, at most")
    parser.add_argument("--keep", type=Path, help="folder where made footage is kept for another run")
    for name in ("--own", "--text", "--library"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    parser.add_argument("--faces", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.own:
        return ingest_here(arguments)
    ffmpeg = locate()
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.file or (arguments.keep or Path(folder)) / f"ingest-{arguments.gop}.mp4"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            make_footage(ffmpeg, path, arguments.gop)
        measure(ffmpeg, path, arguments.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
