"""How work goes on, told on standard error: bars on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from cliplib.cli.output import note
from ingest.job import FootageOutcome

STEPS = {"check": 0.02, "scan": 0.38, "listen": 0.10, "clips": 0.50}
"""What part of the work on one file each step is, about."""

MARKS = {"kept": "+", "skipped": "=", "partial": "!", "refused": "x", "failed": "x"}


class PlainWatcher:
    """One line per finished file."""

    def found(self, paths: Sequence[Path]) -> None:
        """Say how many files there are."""
        note(f"{len(paths)} files")

    def progress(self, path: Path, step: str, share: float) -> None:
        """Steps are not told: a log is not a terminal."""

    def finished(self, outcome: FootageOutcome) -> None:
        """Say how the file ended."""
        note(outcome_line(outcome))


class BarWatcher(PlainWatcher):
    """A bar for all files and one for the file in work."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._all: TaskID | None = None
        self._one: TaskID | None = None

    def found(self, paths: Sequence[Path]) -> None:
        """Show the bar for all files."""
        self._all = self._bars.add_task("all files", total=max(1, len(paths)))

    def progress(self, path: Path, step: str, share: float) -> None:
        """Move the bar of the file in work."""
        if self._one is None:
            self._one = self._bars.add_task(path.name, total=1.0)
        done = sum(part for name, part in STEPS.items() if list(STEPS).index(name) < list(STEPS).index(step))
        self._bars.update(self._one, description=f"{path.name}: {step}", completed=done + STEPS[step] * share)

    def finished(self, outcome: FootageOutcome) -> None:
        """Replace the file's bar by a line and move the bar for all."""
        if self._one is not None:
            self._bars.remove_task(self._one)
            self._one = None
        if self._all is not None:
            self._bars.advance(self._all)
        self._bars.console.print(outcome_line(outcome), markup=False, highlight=False)


class RenderBar:
    """Told of the steps of a render; one bar on a terminal, a line per finished step elsewhere."""

    def __init__(self, bars: Progress | None) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, step: str, share: float) -> None:
        """A step is done to this share of 1."""
        if self._bars is None:
            if share >= 1:
                note(f"{step}: done")
            return
        if step not in self._tasks:
            self._tasks[step] = self._bars.add_task(step, total=1.0)
        self._bars.update(self._tasks[step], completed=share)


@contextmanager
def bars() -> Iterator[Progress | None]:
    """Bars on a terminal, None elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as shown:
        yield shown


def outcome_line(outcome: FootageOutcome) -> str:
    """How one file ended, in a line."""
    line = f"{MARKS[outcome.status]} {outcome.path.name}: {outcome.status}, {len(outcome.clips)} clips"
    return f"{line} ({outcome.reason})" if outcome.reason else line
