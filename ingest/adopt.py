"""Clips that people have cut and described already: the rows of their table become records as they stand.

Each file becomes footage with one clip that covers it. What the row says is a person's word and kept as corrections, so
that no machine overwrites it; what is measured is measured as in an ingest.
"""

import os
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from cliplib.cells import Fault, Unfit
from cliplib.errors import CliplibError, TooShort, UsageError
from cliplib.records import Footage
from cliplib.sheets import Sheet
from ingest.adopted import Adoption, RowJob, RowStatus, take_row
from ingest.job import FootageOutcome, Status, Watcher
from ingest.keep import sweep
from ingest.pipeline import STOPPING
from ingest.rows import Said, read_rows
from ingest.scan import find_files, fingerprint
from ingest.whole import look_over

__all__ = ["AdoptReport", "Adoption", "RowOutcome", "adopt"]


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """How one row ended. `clip` is its record; empty where the row was not taken in."""

    row: int
    file: str
    status: RowStatus
    clip: str = ""


@dataclass(frozen=True, slots=True)
class AdoptReport:
    """How all rows ended, in their order, everything that was not taken in, and how many clips are new."""

    rows: tuple[RowOutcome, ...]
    faults: tuple[Fault, ...]
    clips_added: int


def adopt(sheet: Sheet, folder: Path, adoption: Adoption, watch: Watcher) -> AdoptReport:
    """Take in the clips that a table describes; the same table again changes nothing.

    Args:
        sheet: the table.
        folder: where the files lie that it names; nothing outside is looked at.
        adoption: the library, open for writing, and what is needed beside it.
        watch: told how it goes on.

    Raises:
        SheetError: the table has not the columns that are needed.
        LibraryLocked: what is done so far is kept. Any other trouble with a row is a fault in the report.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder", "Name the folder of the clips with --media.")
    sweep(adoption.library.media)
    said, faults = read_rows(sheet, adoption.vocabulary, adoption.settings)
    shelf = shelf_of(folder)
    paths, unmatched = matched(said, shelf, folder)
    faults += unmatched
    faults += [Fault(None, "", "no_row", f"no row names {name}") for name in shelf if shelf[name] not in paths.values()]
    refused = {fault.row for fault in faults}
    watch.found([paths[row.row] for row in said if row.row not in refused])
    outcomes: list[RowOutcome] = []
    seen: dict[str, int] = {}
    for row in said:
        if row.row in refused:
            outcomes.append(RowOutcome(row.row, row.file, "refused"))
            continue
        outcome, found = _tried(RowJob.of(row, paths[row.row], sheet.name, adoption, watch), seen, watch)
        outcomes.append(outcome)
        faults += found
    faults.sort(key=lambda fault: (fault.row is None, fault.row or 0))
    return AdoptReport(tuple(outcomes), tuple(faults), sum(outcome.status == "kept" for outcome in outcomes))


def _tried(row: RowJob, seen: dict[str, int], watch: Watcher) -> tuple[RowOutcome, tuple[Fault, ...]]:
    """One row, and what is wrong with it. The only place where its trouble is caught.

    Args:
        row: the row.
        seen: footage so far to the row that named it.
        watch: told how the row ended.
    """
    number, clip, id = row.said.row, "", ""
    status: RowStatus = "refused"
    faults: tuple[Fault, ...] = ()
    try:
        sha256 = fingerprint(row.path, lambda share: row.report("check", share))
        id = Footage.id_of(sha256)
        if (first := seen.setdefault(id, number)) != number:
            raise Unfit("two_rows", f"has the same content as the file of row {first}")
        taken = take_row(sha256, row)
        status, clip, faults = taken.status, taken.clip, taken.faults
        if row.job.faces.reach == "library":
            look_over(id, row.job)  # a file is one clip: only what tells across files tells anything
    except STOPPING:
        raise
    except Unfit as unfit:
        place = row.said.places.get("length", "") if unfit.code == "length" else row.said.places["file"]
        faults = (Fault(number, place, unfit.code, f"{row.said.file!r}: {unfit}"),)
    except TooShort as error:
        faults = (Fault(number, row.said.places["file"], "too_short", error.message),)
    except CliplibError as error:
        status, said = "failed", f"{error.code}: {error.message}. {error.next_step}".strip(". ")
        faults = (Fault(number, row.said.places["file"], "media", said),)
    reason = "; ".join(fault.message for fault in faults)
    shown: Status = "kept" if status == "changed" else status
    watch.finished(FootageOutcome(row.path, id, shown, reason=reason, clips=(clip,) if clip else ()))
    return RowOutcome(number, row.said.file, status, clip), faults


def shelf_of(folder: Path) -> dict[str, Path]:
    """The video files of a folder by their names in it, in the composed form of Unicode that keyboards write."""
    return {_composed(path.relative_to(folder).as_posix()): path for path in find_files([folder])}


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def matched(said: Sequence[Said], shelf: Mapping[str, Path], folder: Path) -> tuple[dict[int, Path], list[Fault]]:
    """The file of each row that has one; and the faults of all rows, those of their files among them."""
    paths: dict[int, Path] = {}
    faults = [fault for row in said for fault in row.faults]
    for row in said:
        try:
            if row.file:
                paths[row.row] = _file_called(row.file, shelf, folder)
        except Unfit as unfit:
            faults.append(Fault(row.row, row.places["file"], unfit.code, f"{row.file!r}: {unfit}"))
    sharing: dict[Path, list[Said]] = {}
    for row in (row for row in said if row.row in paths):
        sharing.setdefault(paths[row.row], []).append(row)
    for rows in (rows for rows in sharing.values() if len(rows) > 1):
        numbers = ", ".join(str(row.row) for row in rows)
        message = f"rows {numbers} name {rows[0].file!r}; which of them is right cannot be told"
        faults += [Fault(row.row, row.places["file"], "two_rows", message) for row in rows]
    return paths, faults


def _file_called(name: str, shelf: Mapping[str, Path], folder: Path) -> Path:
    """The file that a cell names. Names are looked up among those that were found, never opened as they stand."""
    plain = PurePosixPath(_composed(name).replace("\\", "/"))
    if plain.is_absolute() or PureWindowsPath(name).drive or ".." in plain.parts:
        raise Unfit("outside", f"leads out of {folder}")
    if (path := shelf.get(str(plain))) is not None:
        return path
    if not Path(os.path.realpath(folder / plain)).is_relative_to(os.path.realpath(folder)):
        raise Unfit("outside", f"is a link that leads out of {folder}")
    near = [known for known in shelf if _is_near(str(plain), known)]
    raise Unfit("no_media", f"no such video file in {folder}" + (f"; there is {', '.join(near[:3])}" if near else ""))


def _is_near(name: str, known: str) -> bool:
    """Whether a file is called so but for its folder, its ending, or capital letters."""
    file = PurePosixPath(known)
    wanted = name.casefold()
    return wanted in (
        known.casefold(),
        file.name.casefold(),
        file.stem.casefold(),
        str(file.with_suffix("")).casefold(),
    )
