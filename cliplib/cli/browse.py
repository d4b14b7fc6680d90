"""Look into a library: `status`, `show`, `duplicates`."""

import json
from typing import Annotated

import typer

from cliplib.cli.options import JsonOption, LibraryOption
from cliplib.cli.output import result, table
from cliplib.errors import SettingsError


def status(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Count what the library holds and what waits to be done."""
    from cliplib.cli.session import session

    with session(library) as now:
        counts = now.library.counts()
        text = "\n".join(f"{name}: {count}" for name, count in counts.items())
        result({"library": str(now.library.folder), "counts": counts}, text, as_json)


def show(
    clip: Annotated[str, typer.Argument(help="Clip id.")],
    view: Annotated[str, typer.Option(help="record, or zh for the six lines.")] = "record",
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one record as it is in force, corrections included."""
    from cliplib.cli.session import session
    from cliplib.views import six_lines

    if view not in ("record", "zh"):
        raise SettingsError(f"there is no view {view!r}; there are record and zh")
    with session(library) as now:
        record = now.clip(clip).effective()
        data = json.loads(record.to_json())
        if view == "zh":
            lines = six_lines(record, now.vocabulary, now.settings.product)
            result(lines, "\n".join(f"{name}：{value}" for name, value in lines.items()), as_json)
        else:
            result(data, json.dumps(data, ensure_ascii=False, indent=2), as_json)


def duplicates(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """List clips that show the same pictures, group by group, the largest groups first."""
    from cliplib.cli.session import session

    with session(library) as now:
        groups = now.library.near_duplicates()
        records = {r.id: r for r in now.library.records([clip for clips in groups.values() for clip in clips])}
        rows = [
            (group, clip, f"{records[clip].span.length / 1000:.1f}s", records[clip].review.status, records[clip].name)
            for group, clips in groups.items()
            for clip in clips
        ]
        text = table(rows, ("group", "clip", "length", "status", "file")) if rows else "no near-duplicates"
        listed = [{"group": group, "clips": clips} for group, clips in groups.items()]
        result({"groups": listed}, text, as_json)
