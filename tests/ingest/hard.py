"""Every hard file through an ingest, one library each, and the page that says how each ends.

`python -m tests.ingest.hard run FOLDER` prints one JSON object a line; `python -m tests.ingest.hard write` makes
docs/hard-media.md. FOLDER is `hard/` of the footage that CLIPLIB_FOOTAGE names; no model and no network is used.
"""

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cliplib import errors
from cliplib.config import Settings
from cliplib.engines.facts import FactsVision
from cliplib.engines.silent import NoSpeech
from cliplib.library import Library
from cliplib.media.ffmpeg import locate
from cliplib.media.run import Finished, run
from cliplib.vocabulary import shipped
from ingest.pipeline import Job, ingest
from tests.conftest import REAL_FOOTAGE
from tests.ingest.interrupted import Nobody

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "hard-media.md"

HANG_SECONDS = 120.0
"""A file that takes longer than this hangs; the slowest takes about 3 s on one free core."""

Row = dict[str, Any]

HEAD = """# Hard media

How awkward, damaged and hostile files end in `cliplib ingest`. `python -m tests.ingest.hard write` writes this page,
and the test that runs all of the files fails when it is out of date. They are made from a real clip.

A file is *kept*, *partial* (its good stretches became clips, and the reason names what is left out) or *refused* (the
same file would be refused again). Nothing of a refused file stays in the library, and the batch goes on. Reason codes
are stable:

"""

CODES = (
    errors.NotMedia,
    errors.NoPicture,
    errors.TooShort,
    errors.Damaged,
    errors.UnsteadyClock,
    errors.HeldPicture,
    errors.SourceMissing,
    errors.SourceChanged,
    errors.Stalled,
)
TRANSLATED = {code.code: (code.__doc__ or "").splitlines()[0] for code in CODES}


def manifest(folder: Path) -> list[Row]:
    """What must happen with each file."""
    entries: list[Row] = json.loads((folder / "manifest.json").read_text("utf-8"))["files"]
    return entries


def outcomes(folder: Path, names: Sequence[str]) -> list[Row]:
    """How each file ends, in a child program that is stopped when one file takes too long.

    Raises:
        Stalled: a file hangs.
        AssertionError: the child crashed.
    """
    rows: list[Row] = []
    done = in_child(folder, names, rows)
    assert done.returncode == 0, done.last_lines(30)
    assert [row["file"] for row in rows] == list(names)
    return rows


def in_child(folder: Path, names: Sequence[str], rows: list[Row]) -> Finished:
    """Run `tell` in a child; what it says of each file is added to `rows`."""
    argv = [sys.executable, "-m", "tests.ingest.hard", "run", str(folder), *names]
    # `run` ends a program that is silent for so long: each file is one line.
    return run(
        argv,
        cwd=ROOT,
        stall_seconds=HANG_SECONDS,
        on_line=lambda line: rows.append(json.loads(line)),
        env={"PYTHONPATH": str(ROOT)},
    )


def tell(folder: Path, names: Sequence[str]) -> None:
    """Ingest files one by one and print how each ended."""
    words, ffmpeg = shipped(), locate()
    for name in names:
        with tempfile.TemporaryDirectory(prefix="cliplib-") as place:
            Library.create(Path(place) / "library")
            with Library.open(Path(place) / "library", write=True) as library:
                job = Job(library, ffmpeg, NoSpeech(), FactsVision(words), Settings(language="en"), words, "brand")
                print(json.dumps(_row(folder / name, job)), flush=True)  # noqa: T201


def _row(path: Path, job: Job) -> Row:
    [outcome] = ingest([path], job, Nobody()).footage
    records = [job.library.get(id) for id in outcome.clips]
    probe = job.library.footage(outcome.id).probe if records else None
    return {
        "file": path.name,
        "status": outcome.status,
        "code": outcome.code,
        "reason": outcome.reason.replace(f"{path.parent}{os.sep}", ""),
        "spans": [(record.span.start, record.span.end) for record in records],
        "length": probe.length if probe else 0,
        "size": [probe.width, probe.height] if probe else [],
        "left": sorted(child.name for child in job.library.media.iterdir()),
    }


def page(rows: Sequence[Row], entries: Sequence[Row]) -> str:
    """The text of docs/hard-media.md."""
    notes = {entry["file"]: entry["note"] for entry in entries}
    lines = [f"| `{code}` | {text} |" for code, text in TRANSLATED.items()]
    text = HEAD + "\n".join(["| code | meaning |", "|---|---|", *lines]) + "\n\n"
    counts = {status: sum(row["status"] == status for row in rows) for status in ("kept", "partial", "refused")}
    text += ", ".join(f"{count} {status}" for status, count in counts.items()) + ".\n\n"
    table = [_line(row, notes[row["file"]]) for row in rows]
    return (
        text
        + "\n".join(["| file | what is hard | outcome | what the report says |", "|---|---|---|---|", *table])
        + "\n"
    )


def _line(row: Row, note: str) -> str:
    ended = f"{row['status']} `{row['code']}`" if row["code"] else str(row["status"])
    said = row["reason"] or "nothing to report"
    cells = [f"`{row['file']}`", note, ended, said]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def main(arguments: Sequence[str]) -> None:
    """`run FOLDER NAME...` or `write`."""
    if arguments[0] == "run":
        tell(Path(arguments[1]), arguments[2:])
        return
    folder = Path(os.environ[REAL_FOOTAGE]) / "hard"
    entries = manifest(folder)
    PAGE.write_text(page(outcomes(folder, [entry["file"] for entry in entries]), entries), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
