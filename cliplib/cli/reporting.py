"""`report`: what the records of a library show when they are counted."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cliplib.cli.options import JsonOption, LibraryOption
from cliplib.cli.output import result, table

app = typer.Typer(help="Count what the records of a library show.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Count what the records of a library show."""


@app.command("agreement")
def agreement_(
    plot: Annotated[Path | None, typer.Option(help="Draw it into this SVG file.")] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how often people keep what a machine said, by field and engine."""
    from cliplib.cli.session import session
    from cliplib.review import agreement, drawing

    with session(library) as now:
        found = agreement(now.library.records())
    if plot is not None:
        plot.parent.mkdir(parents=True, exist_ok=True)
        plot.write_text(drawing(found), "utf-8")
    rows = [(row.field, row.engine, str(row.kept), str(row.changed), f"{row.share:.0%}") for row in found]
    text = table(rows, ("field", "engine", "kept", "changed", "share")) if rows else "nobody has judged a value yet"
    data = [{**asdict(row), "share": round(row.share, 4)} for row in found]
    result({"fields": data, "plot": None if plot is None else str(plot)}, text, as_json)
