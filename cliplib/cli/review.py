"""`review`: records out to people, and their word back in."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from cliplib.cli.options import JsonOption, LibraryOption
from cliplib.cli.output import note, result, table
from cliplib.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from cliplib.review import Change, Lexicon, MediaMode, Plan, Side

MOST_SHOWN = 200
"""Changes that a table on the terminal has; JSON has all."""

MOST_TEXT = 36

app = typer.Typer(help="Export records, correct them, approve or reject clips.", no_args_is_help=True)

WhoOption = Annotated[str, typer.Option("--who", envvar="USER", help="Whose word this is.")]


@app.command()
def export(
    target: Annotated[Path, typer.Option("-o", "--output", help="The file to write.")],
    form: Annotated[
        str | None, typer.Option("--format", help="json, jsonl, xlsx, csv or label-studio; else by the file's ending.")
    ] = None,
    media: Annotated[str, typer.Option(help="Put clips and posters beside the file: copy, link or none.")] = "none",
    content_type: Annotated[list[str] | None, typer.Option(help="Only these content types (key or label).")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only this footage kind.")] = None,
    product: Annotated[list[str] | None, typer.Option(help="Only this product (id, name or alias).")] = None,
    status: Annotated[list[str] | None, typer.Option(help="Only these: new, approved, rejected.")] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> int:
    """Write records, corrections included, to a file that people can work on and that `import` takes back."""
    from cliplib.cli.session import session
    from cliplib.library import Filter
    from cliplib.review import FORMS, Lexicon, Order
    from cliplib.review import export as write

    ending = target.suffix.lower().removeprefix(".")
    with session(library) as now:
        wanted = Filter(
            products=tuple(p.id for p in now.products(product or [])),
            kinds=now.keys("footage_kind", kind),
            content_types=now.keys("content_type", content_type),
            statuses=tuple(status or ()),
        )
        order = Order(wanted, form or (ending if ending in FORMS else "json"), media_mode(media))
        done = write(now.library, target, Lexicon(now.vocabulary, now.settings), order)
    lines = [*map(str, done.faults), f"{done.records} records written to {target} (export {done.export})"]
    faults = [asdict(fault) for fault in done.faults]
    data = {"output": str(target), "records": done.records, "export": done.export, "faults": faults}
    result(data, "\n".join(lines), as_json)
    return int(ExitCode.PARTIAL if done.faults else ExitCode.OK)


def media_mode(name: str) -> "MediaMode":
    """What is to become of media; raises UsageError."""
    from cliplib.review import MediaMode

    known: dict[str, MediaMode] = {mode: mode for mode in get_args(MediaMode)}
    if name not in known:
        raise UsageError(f"there is no --media {name!r}; there are {', '.join(known)}")
    return known[name]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="An export that people have worked on.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take it in without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    ours: Annotated[bool, typer.Option("--ours", help="In conflicts, keep the library's value.")] = False,
    theirs: Annotated[bool, typer.Option("--theirs", help="In conflicts, take the file's value.")] = False,
    who: WhoOption = "editor",
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> int:
    """Take people's changes back in. On a terminal they are shown and asked about first."""
    from cliplib.cli.session import session
    from cliplib.review import Lexicon, plan_import, take_in

    if ours and theirs:
        raise UsageError("--ours and --theirs exclude each other")
    prefer: Side | None = "ours" if ours else "theirs" if theirs else None
    asking = not yes and not dry_run and not as_json and sys.stdin.isatty()
    with session(library) as now:
        lexicon = Lexicon(now.vocabulary, now.settings)
        if dry_run or asking:
            plan = plan_import(now.library, file, lexicon, prefer)
            if dry_run or not plan.changes:
                return _told(plan, lexicon, 0, as_json)
            note(plan_text(plan, lexicon))
            typer.confirm(f"Take in {len(plan.changes)} changes?", abort=True, err=True)
        with now.library.writing():
            # Planned as the writer: what has changed while somebody was thinking is a conflict, and not lost.
            plan = plan_import(now.library, file, lexicon, prefer)
            count = take_in(now.library, plan, file.name, who)
        with now.index():
            return _told(plan, lexicon, count, as_json)


@app.command()
def undo(who: WhoOption = "editor", library: LibraryOption = None, as_json: JsonOption = False) -> int:
    """Take the last import back: its values become again what they were. The history keeps both."""
    from cliplib.cli.session import session
    from cliplib.review import Lexicon, take_back

    with session(library, write=True) as now:
        done = take_back(now.library, who)
        lexicon = Lexicon(now.vocabulary, now.settings)
        with now.index():
            note("the index knows of it")
    data = {
        "file": done.file,
        "changes": [asdict(change) for change in done.changes],
        "conflicts": [asdict(change) for change in done.conflicts],
    }
    lines = [f"{c.clip} {c.field} was changed after the import; it stays" for c in done.conflicts]
    lines.append(f"{done.file} is taken back: {len(done.changes)} values are what they were")
    result(data, "\n".join([diff_table(done.changes, lexicon), *lines] if done.changes else lines), as_json)
    return int(ExitCode.PARTIAL if done.conflicts else ExitCode.OK)


def _told(plan: "Plan", lexicon: "Lexicon", count: int, as_json: bool) -> int:
    """Print what an import does, or would do, and give the exit code."""
    data = {"applied": count, **asdict(plan)}
    done = f"{count} values taken in" if count else "nothing is changed"
    result(data, f"{plan_text(plan, lexicon)}\n{done}", as_json)
    return int(ExitCode.PARTIAL if plan.faults or plan.conflicts else ExitCode.OK)


def plan_text(plan: "Plan", lexicon: "Lexicon") -> str:
    """A plan as people read it: faults, what has moved, conflicts, changes."""
    lines = [str(fault) for fault in plan.faults]
    lines += [f"{old} has been edited and is now {new}" for old, new in plan.moved.items()]
    if plan.conflicts:
        lines += ["changed in the library and in the file, left as they are (--ours, --theirs):"]
        lines += [diff_table(plan.conflicts, lexicon)]
    if plan.changes:
        lines += [diff_table(plan.changes[:MOST_SHOWN], lexicon)]
    if len(plan.changes) > MOST_SHOWN:
        lines += [f"... and {len(plan.changes) - MOST_SHOWN} more"]
    clips = len({change.clip for change in plan.changes})
    lines += [f"{plan.rows} rows: {len(plan.changes)} changes of {clips} clips, {len(plan.conflicts)} conflicts"]
    return "\n".join(lines)


def diff_table(changes: "Sequence[Change]", lexicon: "Lexicon") -> str:
    """Changes as rows: where, which clip and field, what is in force, what is wanted."""
    rows = [
        (
            f"{change.row} {change.cell}".strip() if change.row else "",
            change.clip,
            lexicon.title(change.field),
            _short(lexicon.shown(change.field, change.current)),
            _short(lexicon.shown(change.field, change.said)),
        )
        for change in changes
    ]
    return table(rows, ("row", "clip", "field", "now", "wanted"))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MOST_TEXT else f"{line[: MOST_TEXT - 1]}…"


@app.command()
def correct(
    clip: Annotated[str, typer.Argument(help="Clip id.")],
    field: Annotated[str, typer.Argument(help="Field, such as content_types, spoken or description.")],
    value: Annotated[str, typer.Argument(help="The right value: words, or JSON for lists.")],
    who: WhoOption = "editor",
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Correct one field of a record; no machine overwrites it afterwards."""
    from cliplib.cli.session import session
    from cliplib.review import parsed_value

    with session(library, write=True) as now:
        record = now.library.correct(now.clip(clip).id, field, parsed_value(field, value, now.vocabulary), who)
        with now.index():
            note("the index knows the correction")
        text = json.dumps(record.effective().model_dump(mode="json")[field], ensure_ascii=False)
        result(
            json.loads(record.effective().to_json()),
            f"{record.id} {field} = {text} (revision {record.revision})",
            as_json,
        )


@app.command()
def approve(
    clips: Annotated[list[str], typer.Argument(help="Clip ids.")],
    reject: Annotated[bool, typer.Option("--reject", help="Reject them instead.")] = False,
    message: Annotated[str, typer.Option("--note", help="Why.")] = "",
    who: WhoOption = "editor",
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Approve clips, or reject them so that no film uses them."""
    from cliplib.cli.session import session
    from cliplib.records import ReviewStatus

    status: ReviewStatus = "rejected" if reject else "approved"
    with session(library, write=True) as now:
        named = [now.clip(clip).id for clip in clips]
        for clip in named:
            now.library.review(clip, status, who, message)
        with now.index():
            note("the index knows the decision")
    result({"status": status, "clips": named}, f"{len(clips)} clips {status}", as_json)
