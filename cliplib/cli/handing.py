"""`handover` and `import-timeline`: a film to the editing programs, and back as an edited plan."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cliplib.cli.options import JsonOption, LibraryOption
from cliplib.cli.output import note, result
from cliplib.errors import ExitCode, ScriptError, UsageError

if TYPE_CHECKING:
    from cliplib.cli.session import Session
    from compose.handover.contact_sheet import Sheet
    from compose.handover.package import Handed
    from compose.pipeline import Film

HandoverOption = Annotated[
    str | None,
    typer.Option("--handover", help="Write these formats too, into FILM.handover/: otio,fcpxml,... as in `handover`."),
]
FOLDER = ".handover"


def handover(
    plan: Annotated[str, typer.Argument(metavar="PLAN|JOB", help="A plan.json, or the name of a job of the library.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write.")] = Path("handover"),
    format: Annotated[
        str | None,
        typer.Option(help="Of otio, fcpxml, fcp7xml, edl, jianying, srt, vtt, ass, html; otherwise all but jianying."),
    ] = None,
    media: Annotated[
        str, typer.Option(help="source: name the footage where it lies; copy or link: put it into the folder.")
    ] = "source",
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a plan's timeline for editing programs; says what each format does not carry."""
    from cliplib.cli.session import session
    from compose.handover.package import MEDIA_WAYS, USUAL, Wish, as_data, hand_over
    from compose.pipeline import sheet_of
    from compose.planfile import read_plan

    way = next((known for known in MEDIA_WAYS if known == media), None)
    if way is None:
        raise UsageError(f"--media {media}: there are {', '.join(MEDIA_WAYS)}")
    wanted = formats_of(format) or USUAL
    with session(library) as now:
        decided = read_plan(_read(_plan_file(plan, now.library.jobs)), now.library)
        sheet = sheet_of(decided, now.library, now.settings, now.vocabulary)
        handed = hand_over(sheet, Wish(wanted, output, way, _posters(now, sheet)))
    lines = [line for each in handed for line in _told(each)]
    result({"folder": str(output), "handover": as_data(handed)}, "\n".join(lines), as_json)


def import_timeline(
    edited: Annotated[Path, typer.Argument(help="The edited .otio or .fcpxml.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The plan to write.")] = Path("plan.json"),
    plan: Annotated[
        Path | None, typer.Option(help="The plan that was handed over; otherwise plan.json beside the timeline.")
    ] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring an edited timeline back as a plan; what a plan cannot hold is listed (exit code 3)."""
    from cliplib.cli.session import session
    from cliplib.media.keep import written
    from compose.handover.revising import read_edited, revised
    from compose.planfile import read_plan

    base = plan or edited.parent / "plan.json"
    if not base.is_file():
        raise UsageError(f"{base} is not there", "Name the plan that was handed over with --plan.")
    with session(library) as now:
        revision = revised(read_plan(_read(base), now.library), read_edited(edited), now.library, edited.name)
    with written(output) as temporary:
        temporary.write_text(revision.plan.model_dump_json(by_alias=True, indent=2) + "\n", "utf-8")
    left = [{"name": each.name, "at": round(each.at, 3), "why": each.why} for each in revision.unmapped]
    lines = [f"plan: {output}", *(f"  {change}" for change in revision.changes or ("nothing changed",))]
    lines += [f"  not in the plan: {each['name']} at {each['at']:.2f} s: {each['why']}" for each in left]
    data = {"plan": str(output), "changes": list(revision.changes), "unmapped": left}
    result(data, "\n".join(lines), as_json)
    if left:
        raise typer.Exit(int(ExitCode.PARTIAL))


def formats_of(text: str | None) -> tuple[str, ...]:
    """The formats that an option names; empty where it was not given. Raises UsageError for one that there is not."""
    from compose.handover.package import formats_in

    return () if text is None else formats_in(text)


def beside(now: "Session", film: "Film", formats: tuple[str, ...]) -> "tuple[Handed, ...]":
    """Hand over a film that was just rendered, into the folder FILM.handover; tells what each format lacks."""
    from compose.handover.package import Wish, hand_over
    from compose.pipeline import sheet_of

    if not formats:
        return ()
    sheet = sheet_of(film.plan, now.library, now.settings, now.vocabulary)
    handed = hand_over(sheet, Wish(formats, film.output.with_suffix(FOLDER), "source", _posters(now, sheet)))
    for each in handed:
        for lost in each.not_exported:
            note(f"{each.format} does not carry {lost}")
    return handed


def _posters(now: "Session", sheet: "Sheet") -> Mapping[str, Path]:
    """Slot to the poster of its clip, where there is one."""
    found = {p.slot: now.library.media / sheet.records[p.clip].id / "poster.jpg" for p in sheet.plan.picks}
    return {slot: path for slot, path in found.items() if path.is_file()}


def _plan_file(named: str, jobs: Path) -> Path:
    """The plan that is meant: a file, a job's folder, or the name of a job."""
    places = (Path(named), Path(named) / "plan.json", jobs / named / "plan.json")
    found = next((path for path in places if path.is_file()), None)
    if found is None:
        known = ", ".join(sorted(path.parent.name for path in jobs.glob("*/plan.json"))) or "none"
        raise UsageError(f"{named} is neither a plan nor a job; jobs: {known}")
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ScriptError(f"cannot read {path}: {error.strerror}") from error


def _told(handed: "Handed") -> list[str]:
    return [f"{handed.format}: {handed.path}", *(f"  not carried: {lost}" for lost in handed.not_exported)]
