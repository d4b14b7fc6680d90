"""The program's commands and its outermost boundary."""

import os
import sys
from typing import Annotated

import typer

from cliplib import __version__
from cliplib.cli import (
    adopting,
    browse,
    checking,
    clipping,
    clips,
    composing,
    demonstration,
    handing,
    indexing,
    ingesting,
    judging,
    products,
    replanning,
    reporting,
    review,
    searching,
    serving,
    setup,
)
from cliplib.cli.output import failure, note
from cliplib.errors import CliplibError, ExitCode, UsageError

app = typer.Typer(
    name="cliplib",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="A clip library and remix engine: footage in, finished ad out. 素材入库，成片输出。",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"cliplib {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Footage in, finished ad out."""


app.command("init")(setup.init)
app.command("ingest")(ingesting.ingest)
app.command("adopt")(adopting.adopt)
app.command("status")(browse.status)
app.command("search")(searching.search)
app.command("show")(browse.show)
app.command("duplicates")(browse.duplicates)
app.command("media")(clipping.media)
app.add_typer(review.app, name="review")
app.add_typer(reporting.app, name="report")
app.add_typer(clips.app, name="clip")
app.command("serve")(serving.serve)
app.add_typer(products.app, name="product")
app.command("compose")(composing.compose)
app.command("plan")(composing.plan)
app.command("replan")(replanning.replan)
app.command("gaps")(replanning.gaps)
app.command("render")(composing.render)
app.command("handover")(handing.handover)
app.command("import-timeline")(handing.import_timeline)
app.command("check-claims")(judging.check_claims)
app.command("score")(judging.score)
app.add_typer(indexing.app, name="index")
app.add_typer(reporting.app, name="report")
app.command("check")(checking.check)
app.command("doctor")(setup.doctor)
app.command("demo")(demonstration.demo)


def run(arguments: list[str]) -> int:
    """Run the program and return its exit code. Every error ends here as a message with a next step."""
    as_json = "--json" in arguments
    try:
        code = app(arguments, prog_name="cliplib", standalone_mode=False)
    except CliplibError as error:
        failure(error, as_json)
        return int(error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        note("cliplib: interrupted; run the same command again to go on")
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has gone (`cliplib search | head`); there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(ExitCode.FAILED)
    except typer.TyperException as error:
        failure(UsageError(error.format_message()), as_json)
        return int(ExitCode.USAGE)
    return int(code or 0)
