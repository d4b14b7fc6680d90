"""What reading footage once costs: the full scan and the skim, plain decoding, and PySceneDetect's command, paired.

    python -m benchmarks.scanning [--rounds N] [VIDEO ...]

Scan and skim bring shot changes, motion, sharpness, brightness and the sound as samples; plain decoding
(`ffmpeg -f null`) and `scenedetect detect-adaptive` bring nothing and shot changes alone. CPU seconds include those of
programs that are started; each round measures all in turn, and ratios are medians of the rounds' ratios.
"""

import argparse
import os
import resource
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from cliplib.errors import MediaError
from cliplib.media.audio import SoundWanted, read_sound
from cliplib.media.ffmpeg import Ffmpeg, locate
from cliplib.media.probe import probe
from cliplib.media.run import run
from ingest.look import skimmed_scan
from ingest.reading import read_rough
from ingest.shots import scan_of

Work = Callable[[Ffmpeg, Path, Path], None]
"""Given ffmpeg, a file and an empty folder."""

PLAIN = "plain decode"


def plain(ffmpeg: Ffmpeg, path: Path, folder: Path) -> None:
    """Decode pictures and sound and drop them, with ffmpeg's own defaults."""
    argv = [str(ffmpeg.path), "-nostdin", "-v", "error", "-i", f"file:{path}", "-map", "0:V:0", "-map", "0:a:0?"]
    run([*argv, "-f", "null", "-"])


def full(ffmpeg: Ffmpeg, path: Path, folder: Path) -> None:
    """Every picture, and the sound from the same pass."""
    found = probe(path)
    wanted = SoundWanted(found, folder / "sound.raw")
    scan_of(read_rough(ffmpeg, path, threads=0, sound=wanted), path, found, "own", lambda _: None)
    read_sound(ffmpeg, path, wanted)


def skim(ffmpeg: Ffmpeg, path: Path, folder: Path) -> None:
    """A part of the pictures, and the sound."""
    found = probe(path)
    skimmed_scan(path, found, lambda _: None)
    read_sound(ffmpeg, path, SoundWanted(found, folder / "sound.raw"))


def scenedetect(ffmpeg: Ffmpeg, path: Path, folder: Path) -> None:
    """PySceneDetect's command, detection alone; the program is started anew as an editor would."""
    argv = [sys.executable, "-m", "scenedetect", "-q", "-i", str(path), "-o", str(folder), "detect-adaptive"]
    done = run([*argv, "list-scenes", "-q", "-n"])
    assert done.returncode == 0, done.last_lines()


WORKS: dict[str, Work] = {
    PLAIN: plain,
    "full scan": full,
    "skim": skim,
    "scenedetect detect-adaptive": scenedetect,
}


def cpu() -> float:
    """CPU seconds of this program and of those it started and that have ended."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def measure(ffmpeg: Ffmpeg, path: Path, rounds: int) -> dict[str, list[float]]:
    """CPU seconds of each work, one figure per round; a work that refuses the file is left out."""
    seconds: dict[str, list[float]] = {name: [] for name in WORKS}
    for _ in range(rounds):
        for name, work in WORKS.items():
            with tempfile.TemporaryDirectory() as folder:
                before = cpu()
                try:
                    work(ffmpeg, path, Path(folder))
                except MediaError as error:
                    print(f"{path.name}: no {name}: {error.message}")
                    continue
                seconds[name].append(cpu() - before)
    return {name: figures for name, figures in seconds.items() if len(figures) == rounds}


def ratio(figures: Sequence[float], by: Sequence[float]) -> float:
    """Median over the rounds."""
    return statistics.median(one / other for one, other in zip(figures, by, strict=True))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("video", type=Path, nargs="*", help="default: the splice under CLIPLIB_FOOTAGE")
    asked = parser.parse_args()
    footage = os.environ.get("CLIPLIB_FOOTAGE")
    videos = asked.video or (sorted(Path(footage, "spliced").glob("*.mp4")) if footage else [])
    if not videos:
        parser.error("nothing to measure: name videos, or a folder with CLIPLIB_FOOTAGE")
    ffmpeg = locate()
    print(f"{'file':30s} {'work':28s} {'CPU s':>6s} {'/ decode':>9s} {'/ scenedetect':>14s}")
    for path in videos:
        seconds = measure(ffmpeg, path, asked.rounds)
        for name, figures in seconds.items():
            median, peer = statistics.median(figures), seconds["scenedetect detect-adaptive"]
            columns = f"{median:6.2f} {ratio(figures, seconds[PLAIN]):9.2f} {ratio(figures, peer):14.2f}"
            print(f"{path.name[:30]:30s} {name:28s} {columns}", flush=True)


if __name__ == "__main__":
    main()
