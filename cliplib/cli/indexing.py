"""`index verify` and `index rebuild`: the vector index can be checked, and made anew from the records, at any time."""

import typer

from cliplib.cli.options import JsonOption, LibraryOption
from cliplib.cli.output import result

app = typer.Typer(help="The vector index: verify it, rebuild it.", no_args_is_help=True)


@app.command()
def verify(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Check that the index answers and holds exactly the library's clips."""
    from cliplib.cli.session import session
    from cliplib.errors import IndexDamaged
    from cliplib.search import verify as examine

    with session(library) as now:
        with now.index():
            pass  # what waits in the outbox belongs to the index
        health = examine(now.library, now.settings.index, now.embedder, now.shelf)
    if not health.sound:
        raise IndexDamaged(
            f"the index lacks {len(health.missing)} clips and holds {len(health.surplus)} that the library does not"
        )
    result({"clips": health.clips, "sound": True}, f"the index answers and holds all {health.clips} clips", as_json)


@app.command()
def rebuild(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Make the index anew from the records; the old one answers until the new one is complete."""
    from cliplib.cli.session import session
    from cliplib.search import rebuild as build_anew

    with session(library, write=True) as now:
        count = build_anew(now.library, now.settings.index, now.embedder, now.shelf)
        result({"clips": count}, f"index rebuilt with {count} clips", as_json)
