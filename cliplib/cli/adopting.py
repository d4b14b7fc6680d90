"""`adopt`: clips that people have cut and described already into the library."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cliplib.cli.ingesting import exit_code, kind_called
from cliplib.cli.options import JsonOption, LibraryOption
from cliplib.cli.output import result
from cliplib.errors import ExitCode

if TYPE_CHECKING:
    from ingest.adopt import AdoptReport


def adopt(
    sheet: Annotated[Path, typer.Argument(help="The table of the clips: .xlsx (its first sheet), .csv or .json.")],
    media: Annotated[Path, typer.Option(help="The folder of the clips that the table names.")],
    kind: Annotated[str, typer.Option(help="brand, product, model, livestream, ugc (or their labels).")],
    text: Annotated[str | None, typer.Option(help="Reader of text in the pictures: rapidocr or none.")] = None,
    who: Annotated[str, typer.Option("--who", envvar="USER", help="Whose word the table is.")] = "editor",
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> int:
    """Take in clips that are cut and described already, as their table says; running it again changes nothing."""
    from cliplib.cli.progress import BarWatcher, PlainWatcher, bars
    from cliplib.cli.session import session
    from cliplib.sheets import read_sheet
    from ingest.adopt import Adoption
    from ingest.adopt import adopt as take_in

    with session(library, write=True, text=text) as now:
        adoption = Adoption(
            library=now.library,
            ffmpeg=now.ffmpeg,
            text=now.text,
            faces=now.faces,
            settings=now.settings,
            vocabulary=now.vocabulary,
            kind=kind_called(kind, now.vocabulary),
            who=who,
        )
        with bars() as shown:
            report = take_in(read_sheet(sheet), media, adoption, BarWatcher(shown) if shown else PlainWatcher())
        with now.index():
            result(_data(report, sheet), _text(report), as_json)
    code = exit_code(["kept" if row.clip else row.status for row in report.rows])
    return int(ExitCode.PARTIAL if code is ExitCode.OK and report.faults else code)


def _data(report: "AdoptReport", sheet: Path) -> dict[str, Any]:
    from dataclasses import asdict

    return {"sheet": str(sheet), **json.loads(json.dumps(asdict(report)))}


def _text(report: "AdoptReport") -> str:
    lines = [str(fault) for fault in report.faults]
    taken = sum(bool(row.clip) for row in report.rows)
    lines.append(f"{report.clips_added} clips added; {taken} of {len(report.rows)} rows are in the library")
    return "\n".join(lines)
