"""`init` makes a library; `doctor` says what works here and why something does not."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cliplib.cli.options import JsonOption, LibraryOption
from cliplib.cli.output import result, table
from cliplib.errors import CliplibError, ExitCode, NoLibrary


def init(
    folder: Annotated[Path, typer.Argument(help="Where the library is made.")],
    language: Annotated[str, typer.Option(help="Language of labels and descriptions: zh or en.")] = "zh",
    as_json: JsonOption = False,
) -> None:
    """Make a new, empty library."""
    from cliplib.config import FILE_NAME, load
    from cliplib.library import Library

    chosen = load({"language": language})
    Library.create(folder, chosen.language)
    text = f"library made in {folder}\nsettings and products: {folder / FILE_NAME}"
    text += f"\nnext: cliplib ingest FILES --kind KIND --library {folder}"
    result({"library": str(folder), "settings": str(folder / FILE_NAME)}, text, as_json)


def doctor(library: LibraryOption = None, as_json: JsonOption = False) -> int:
    """Say which ffmpeg, fonts and engines are usable here, and why the others are not."""
    programs = [_ffmpeg_state(library), *_font_states()]
    engines = _engine_states(library)
    rows = [("ok" if p["usable"] else "NO", p["name"], p["why"]) for p in programs]
    rows += [("ok" if e["usable"] else "-", f"{e['kind']} {e['spec']}", e["why"]) for e in engines]
    healthy = all(p["usable"] for p in programs)
    from cliplib.config import load

    settings = load({}, _folder(library)).shown()
    text = table(rows, ("", "what", "state")) + "\n\nsettings in force\n"
    text += "\n".join(f"  {key} = {value!r}" for key, value in settings.items() if key != "product")
    result({"usable": healthy, "programs": programs, "engines": engines, "settings": settings}, text, as_json)
    return int(ExitCode.OK if healthy else ExitCode.FAILED)


def _folder(library: Path | None) -> Path | None:
    from cliplib.cli.session import library_folder

    try:
        return library_folder(library)
    except NoLibrary:
        return None  # the doctor is also asked before there is a library


def _ffmpeg_state(library: Path | None) -> dict[str, Any]:
    from cliplib.cli.session import checked
    from cliplib.config import load
    from cliplib.media.ffmpeg import locate

    try:
        found = checked(locate(load({}, _folder(library)).ffmpeg))
    except CliplibError as error:
        return {"name": "ffmpeg", "usable": False, "why": f"{error.message} {error.next_step}"}
    why = f"{found.version} ({found.origin}) {found.path}"
    return {"name": "ffmpeg", "usable": True, "why": why, "path": str(found.path), "version": found.version}


def _font_states() -> list[dict[str, Any]]:
    from cliplib.media.fonts import find_font

    try:
        face = find_font("字幕 Subtitles ¥", "")
    except CliplibError as error:
        return [{"name": "font", "usable": False, "why": error.message}]
    return [{"name": "font", "usable": True, "why": f"{face.family} ({face.path})"}]


def _engine_states(library: Path | None) -> list[dict[str, Any]]:
    from cliplib.config import load
    from cliplib.engines import registry
    from cliplib.engines.base import Workshop
    from cliplib.engines.journal import NoJournal
    from cliplib.vocabulary import shipped

    settings = load({}, _folder(library))
    workshop = Workshop(settings, shipped().extended(settings.vocabulary), NoJournal())
    return [{"kind": s.kind, "spec": s.spec, "usable": s.usable, "why": s.why} for s in registry.doctor(workshop)]
