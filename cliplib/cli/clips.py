"""`clip`: an editor's own cut: merge, split and nudge clips, undo that, and see what was done."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cliplib.cli.options import CallsOption, JsonOption, LibraryOption
from cliplib.cli.output import note, result
from cliplib.cli.review import WhoOption

if TYPE_CHECKING:
    from cliplib.cli.session import Session
    from cliplib.records import ClipRecord
    from cliplib.values import Value
    from ingest.edit import Edited
    from ingest.job import Job

app = typer.Typer(help="Merge, split and nudge clips; corrections follow.", no_args_is_help=True)

ClipArgument = Annotated[str, typer.Argument(help="Clip id.")]
TextOption = Annotated[str | None, typer.Option(help="Reader of text in the pictures: rapidocr or none.")]
VisionOption = Annotated[str | None, typer.Option(help="Vision engine for the new clips, such as chat:MODEL.")]


@app.command()
def merge(
    clips: Annotated[list[str], typer.Argument(help="Ids of two or more neighbouring clips.")],
    who: WhoOption = "editor",
    text: TextOption = None,
    vision: VisionOption = None,
    max_calls: CallsOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make one clip of neighbours."""
    from cliplib.cli.session import session
    from ingest.edit import merge_clips

    with session(library, write=True, text=text, vision=vision, max_calls=max_calls) as now:
        _tell(now, merge_clips(clips, _job(now, clips[0]), who), as_json)


@app.command()
def split(
    clip: ClipArgument,
    at: Annotated[
        list[str],
        typer.Option(
            help="Where, in the footage: 64.2 or 1:04.2; +1.5 is 1.5 s after the clip's start. May be repeated."
        ),
    ],
    who: WhoOption = "editor",
    text: TextOption = None,
    vision: VisionOption = None,
    max_calls: CallsOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Divide a clip at the picture nearest to a moment."""
    from cliplib.cli.session import session
    from ingest.edit import split_clip

    with session(library, write=True, text=text, vision=vision, max_calls=max_calls) as now:
        start = now.library.get(now.library.live_of(clip)).span.start
        moments = [_moment(place, start) for place in at]
        _tell(now, split_clip(clip, moments, _job(now, clip), who), as_json)


@app.command()
def nudge(
    clip: ClipArgument,
    start: Annotated[float, typer.Option(help="Move the start by so many seconds: -0.2 is earlier.")] = 0.0,
    end: Annotated[float, typer.Option(help="Move the end by so many seconds: 0.5 is later.")] = 0.0,
    with_neighbour: Annotated[
        bool, typer.Option("--with-neighbour", help="Move the clip that meets it there as well: no gap, no overlap.")
    ] = False,
    who: WhoOption = "editor",
    text: TextOption = None,
    vision: VisionOption = None,
    max_calls: CallsOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Move the start or end of a clip to the nearest picture; other clips stay as they are."""
    from cliplib.cli.session import session
    from ingest.edit import nudge_clip
    from ingest.recut import Nudge

    by = Nudge(round(start * 1000), round(end * 1000), with_neighbour)
    with session(library, write=True, text=text, vision=vision, max_calls=max_calls) as now:
        _tell(now, nudge_clip(clip, by, _job(now, clip), who), as_json)


@app.command()
def undo(
    clip: ClipArgument,
    who: WhoOption = "editor",
    text: TextOption = None,
    vision: VisionOption = None,
    max_calls: CallsOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take back the edit that a clip came of; what was corrected since stays."""
    from cliplib.cli.session import session
    from ingest.edit import undo_edit

    with session(library, write=True, text=text, vision=vision, max_calls=max_calls) as now:
        _tell(now, undo_edit(clip, _job(now, clip), who), as_json)


@app.command()
def history(clip: ClipArgument, library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Show what people did to a clip and to those it was made of: who, when, and the values before."""
    from cliplib.cli.session import session

    with session(library) as now:
        record = now.clip(clip)
        line = {record.id, *now.library.ancestors(record.id)}
        edits = [edit for edit in now.library.edits(record.footage) if line & {*edit.old, *edit.new}]
        told: dict[str, Sequence[Value]] = {
            "edits": edits,
            "corrections": now.library.history(clip),
            "decisions": now.library.decisions(clip),
        }
        data = {name: [json.loads(entry.to_json()) for entry in entries] for name, entries in told.items()}
        moments = [(entry["at"], _line(entry)) for entries in data.values() for entry in entries]
        text = "\n".join(f"{at[:19]} {line}" for at, line in sorted(moments)) or "nobody has changed it"
        result({"clip": record.id, **data}, text, as_json)


def _job(now: "Session", clip: str) -> "Job":
    """What new clips of a clip's footage are made with."""
    from cliplib.cli.ingesting import job_of

    footage = now.library.footage(now.library.get(clip).footage)
    return job_of(now, footage.kind)


def _moment(place: str, start: int) -> int:
    """A moment on the footage in ms, as a person writes it.

    >>> _moment("64.2", 60000), _moment("1:04.2", 60000), _moment("+1.5", 60000)
    (64200, 64200, 61500)
    """
    from cliplib.errors import UsageError

    seconds = 0.0
    try:
        for part in place.strip().removeprefix("+").split(":"):
            seconds = seconds * 60 + float(part)
        return round(seconds * 1000) + (start if place.strip().startswith("+") else 0)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{place!r} is no moment", "Write 64.2, 1:04.2 or +1.5.") from error


def _tell(now: "Session", edited: "Edited", as_json: bool) -> None:
    """Print what an edit came to, and have the index follow."""
    with now.index():
        note("the index knows the edit")
    edit = edited.edit
    records = [record.effective() for record in now.library.records(edit.new)]
    heirs = {old: {heir.clip: heir.share for heir in now.library.heirs(old)} for old in edit.old}
    look = {id: list(taken.look) for id, taken in edited.taken_over.items() if taken.look}
    data: dict[str, Any] = {
        "edit": edit.what,
        "old": heirs,
        "new": [json.loads(record.to_json()) for record in records],
        "look": look,
        "notes": list(edited.notes),
    }
    lines = [_shown(record) for record in records]
    lines += [f"  look at {id}: {text}" for id, texts in look.items() for text in texts]
    lines += [f"  note: {text}" for text in edited.notes]
    result(data, "\n".join([f"{' and '.join(edit.old)} {'is' if len(edit.old) == 1 else 'are'} now", *lines]), as_json)


def _shown(record: "ClipRecord") -> str:
    edges = f"{record.span.start / 1000:g}-{record.span.end / 1000:g} s"
    return f"  {record.id}  {edges}  {record.review.status}  {record.spoken[:40]}".rstrip()


def _line(entry: dict[str, Any]) -> str:
    """One thing that a person did, in a line."""
    if "what" in entry:
        return f"{entry['who']} {entry['what']}: {', '.join(entry['old'])} → {', '.join(entry['new'])}"
    if "field" in entry:
        old, new = (json.dumps(entry[name], ensure_ascii=False) for name in ("old", "new"))
        return f"{entry['who']} {entry['field']}: {old} → {new}"
    return f"{entry['who']} {entry['status']}" + (f": {entry['note']}" if entry["note"] else "")
