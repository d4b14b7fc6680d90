"""`review`: records out to people, and their word back in."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cliplib.cli.options import JsonOption, LibraryOption
from cliplib.cli.output import note, result

app = typer.Typer(help="Export records, correct them, approve or reject clips.", no_args_is_help=True)

WhoOption = Annotated[str, typer.Option("--who", envvar="USER", help="Whose word this is.")]


@app.command()
def export(
    target: Annotated[Path, typer.Option("-o", "--output", help="The file to write.")],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write all records, corrections included, as one JSON file."""
    from cliplib.cli.session import session
    from cliplib.review import export_json

    with session(library) as now:
        count = export_json(now.library, target)
    result({"output": str(target), "records": count}, f"{count} records written to {target}", as_json)


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
