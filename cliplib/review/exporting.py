"""Records out to people: one walk over the clips of a filter, in the form that is asked for, with their base kept."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cliplib.cells import Fault
from cliplib.errors import UsageError
from cliplib.library import Filter, Library
from cliplib.records import ClipRecord
from cliplib.review.bases import Base, keeping, version_text
from cliplib.review.fields import Lexicon, Values, values_of
from cliplib.review.json_forms import write_json, write_lines
from cliplib.review.label_studio import write_tasks
from cliplib.review.row import Cover, Row
from cliplib.review.tables import unpacked, write_book, write_csv
from cliplib.sheets import MOST_BYTES, MOST_ROWS

MediaMode = Literal["copy", "link", "none"]

BATCH = 500
"""Records in memory at the same time."""

MEDIA = {"clip": "clip.mp4", "voice": "voice.wav", "poster": "poster.jpg"}
"""Files of a clip's folder below the library's `media`."""


EVERY_CLIP = Filter(statuses=())


@dataclass(frozen=True, slots=True)
class Form:
    """A form of export: what writes it, and whether values stand in cells, which hold so many characters only.

    A `table` has limits of its own, beyond which it could not be read back.
    """

    write: Callable[[Iterable[Row], Path, Cover], None]
    in_cells: bool = False
    table: bool = False


FORMS = {
    "json": Form(write_json),
    "jsonl": Form(write_lines),
    "xlsx": Form(write_book, in_cells=True, table=True),
    "csv": Form(write_csv, in_cells=True, table=True),
    "label-studio": Form(write_tasks, in_cells=True),
}


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted: which clips, in which form, and what becomes of their media."""

    wanted: Filter = EVERY_CLIP
    form: str = "json"
    media: MediaMode = "none"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the export's id, how many clips, and those that the form cannot hold."""

    export: str
    records: int
    faults: tuple[Fault, ...]


def export(library: Library, target: Path, lexicon: Lexicon, order: Order) -> Exported:
    """Write the clips that are wanted to a file; it appears complete or not at all.

    Raises:
        UsageError: there is no such form, media cannot be linked, or a table would be too large to be read back.
    """
    if order.form not in FORMS:
        raise UsageError(f"there is no form {order.form!r}; there are {', '.join(FORMS)}")
    form = FORMS[order.form]
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.part")
    count, faults = 0, list[Fault]()
    with keeping(library.folder) as (id, keep):

        def rows() -> Iterator[Row]:
            nonlocal count
            for record in _records(library, order.wanted):
                values = values_of(record)
                if form.in_cells and not lexicon.fits_cell(values):
                    faults.append(Fault(None, record.id, "cell", "a value is longer than a cell holds: use json"))
                    continue
                keep(Base(record.id, record.revision, values))
                count += 1
                media = _media(library, record.id, target, order.media)
                yield _row(record, values, version_text(record.revision, id), media)

        try:
            form.write(rows(), unfinished, Cover(id, str(library.folder), lexicon))
            if form.table and (count > MOST_ROWS or unpacked(unfinished) > MOST_BYTES):
                raise UsageError(
                    f"{count} clips make a larger table than can be read back",
                    "Choose clips, such as with --product, or use --format jsonl.",
                )
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
    return Exported(id, count, tuple(faults))


def _row(record: ClipRecord, values: Values, version: str, media: dict[str, str]) -> Row:
    return Row(record.effective(), values, version, media)


def _records(library: Library, wanted: Filter) -> Iterator[ClipRecord]:
    ids = library.find(wanted)
    for start in range(0, len(ids), BATCH):
        yield from library.records(ids[start : start + BATCH])


def _media(library: Library, clip: str, target: Path, mode: MediaMode) -> dict[str, str]:
    """Paths of a clip's media from the folder of the export, those that there are."""
    found = {}
    for what, name in MEDIA.items():
        path = library.media / clip / name
        if not path.is_file():
            continue
        if mode != "none":
            beside = target.parent / f"{target.stem}_media" / f"{clip}{path.suffix}"
            beside.parent.mkdir(exist_ok=True)
            _place(path, beside, mode)
            path = beside
        found[what] = Path(os.path.relpath(path, target.parent)).as_posix()
    return found


def _place(source: Path, target: Path, mode: MediaMode) -> None:
    unfinished = target.with_name(f".{target.name}.part")
    unfinished.unlink(missing_ok=True)
    try:
        if mode == "copy":
            shutil.copyfile(source, unfinished)
        else:
            os.link(source, unfinished)
    except OSError as error:
        raise UsageError(
            f"{source} cannot be put beside the export: {error.strerror}", "Use --media copy, or none."
        ) from error
    unfinished.replace(target)
