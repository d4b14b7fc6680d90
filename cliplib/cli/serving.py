"""`serve`: the library as a page in the browser."""

from typing import Annotated

import typer

from cliplib.cli.options import JsonOption, LibraryOption
from cliplib.cli.output import note, result
from cliplib.cli.review import WhoOption


def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 for any free one.")] = 0,
    no_open: Annotated[bool, typer.Option("--no-open", help="Only print the address, open no browser.")] = False,
    who: WhoOption = "editor",
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look through clips and review them in the browser, on this machine only; Ctrl+C ends it."""
    import webbrowser

    from cliplib.cli.ingesting import job_of
    from cliplib.cli.session import session
    from cliplib.web import server
    from cliplib.web.desk import Desk

    with session(library) as now:
        desk = Desk(now.library, now.settings, now.embedder, who, lambda kind: job_of(now, kind))

        def ready(address: str) -> None:
            result({"address": address}, address, as_json)
            note("the address is the key to the library: do not pass it on; Ctrl+C ends the page")
            if not no_open:
                webbrowser.open(address)

        try:
            server.serve(desk, port, ready)
        finally:
            desk.close()
    note("the page has ended")
