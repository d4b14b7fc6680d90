"""`check`: sources and media that are missing, changed, damaged or belong to nothing, and putting that right."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cliplib.cli.options import JsonOption, LibraryOption
from cliplib.cli.output import result
from cliplib.errors import ExitCode

if TYPE_CHECKING:
    from ingest.checking import Finding, Mended


def check(
    read_data: Annotated[
        bool, typer.Option("--read-data", help="Read everything: compare sources by hash, decode every clip.")
    ] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="Make missing and damaged media anew, remove what belongs to nothing.")
    ] = False,
    relink: Annotated[
        Path | None, typer.Option(help="Look in this folder for sources that have moved; they are known by their hash.")
    ] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> int:
    """Look for sources and media that are missing, changed, damaged or orphaned; exit code 3 while any is left."""
    from cliplib.cli.ingesting import job_of
    from cliplib.cli.session import session
    from ingest import checking

    with session(library, write=repair or relink is not None, text="none", vision="facts") as now:
        virtual = now.settings.clips == "virtual"
        findings = list(checking.check(now.library, read_data=read_data, virtual=virtual))
        ended: list[Mended] = []
        if relink is not None:
            ended += checking.relink(now.library, findings, relink)
        if repair:
            ended += checking.repair(now.library, findings, lambda footage: job_of(now, footage.kind))
        counts = {"footage": len(now.library.all_footage()), "clips": now.library.counts()["clips"]}
    mended = {end.finding for end in ended if not end.error}
    left = [finding for finding in findings if finding not in mended]
    data = {
        **counts,
        "read_data": read_data,
        "findings": [_data(finding) for finding in left],
        "mended": [_data(end.finding) for end in ended if not end.error],
        "failed": [{**_data(end.finding), "error": end.error} for end in ended if end.error],
    }
    result(data, _text(left, ended, counts), as_json)
    return int(ExitCode.PARTIAL if left else ExitCode.OK)


def _data(finding: "Finding") -> dict[str, str]:
    return {
        "trouble": finding.trouble,
        "id": finding.id,
        "path": str(finding.path),
        "detail": finding.detail,
    }


def _text(left: "list[Finding]", ended: "list[Mended]", counts: dict[str, int]) -> str:
    errors = {end.finding: end.error for end in ended if end.error}
    lines = [f"mended: {_line(end.finding)}" for end in ended if not end.error]
    lines += [" ".join(filter(None, (_line(finding), errors.get(finding, "")))) for finding in left]
    if not left:
        lines.append(f"{counts['footage']} sources and the media of {counts['clips']} clips are in order")
    elif not ended:
        lines.append("next: --relink DIR finds moved sources, --repair makes media anew")
    return "\n".join(lines)


def _line(finding: "Finding") -> str:
    detail = f" ({finding.detail})" if finding.detail else ""
    return f"{finding.trouble}: {finding.id or finding.path}{detail}" + (f" {finding.path}" if finding.id else "")
