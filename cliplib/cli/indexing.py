"""`index verify` and `index rebuild`: the vector index can be checked, and made anew from the records, at any time."""

from typing import Annotated

import typer

from cliplib.cli.options import JsonOption, LibraryOption
from cliplib.cli.output import note, result

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
def rebuild(
    embedder: Annotated[
        str | None, typer.Option(help="Make the index of this embedder, such as sentence:FOLDER, beside that in force.")
    ] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the index anew from the records; the old one answers until the new one is complete."""
    from cliplib.cli.session import library_folder, session
    from cliplib.config import load
    from cliplib.search import rebuild as build_anew

    in_force = load({}, library_folder(library)).embedder
    with session(library, write=True, embedder=embedder) as now:
        count = build_anew(now.library, now.settings.index, now.embedder, now.shelf)
        if now.settings.embedder != in_force:
            setting = f'embedder = "{now.settings.embedder}"'
            note(f"searches still use {in_force}; to change that, set {setting} in cliplib.toml")
        result({"clips": count, "embedder": now.embedder.id}, f"index rebuilt with {count} clips", as_json)
