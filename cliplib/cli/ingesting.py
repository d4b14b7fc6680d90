"""`ingest`: footage into the library."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cliplib.cli.options import JsonOption, LibraryOption
from cliplib.cli.output import result
from cliplib.errors import ExitCode, SettingsError

if TYPE_CHECKING:
    from cliplib.cli.session import Session
    from ingest.pipeline import IngestReport


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders of footage.")],
    kind: Annotated[str, typer.Option(help="brand, product, model, livestream, ugc (or their labels).")],
    product: Annotated[list[str] | None, typer.Option(help="Product the footage is about (id, name or alias).")] = None,
    speech: Annotated[str | None, typer.Option(help="Speech engine, such as faster-whisper:small.")] = None,
    text: Annotated[str | None, typer.Option(help="Reader of text in the pictures: rapidocr or none.")] = None,
    vision: Annotated[str | None, typer.Option(help="Vision engine, such as chat:MODEL.")] = None,
    clips: Annotated[str | None, typer.Option(help="How clips are made: smart, encode or virtual.")] = None,
    max_calls: Annotated[int | None, typer.Option(help="Stop before more paid calls than this.")] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> int:
    """Cut footage into clips, describe each, and file the records. Running it again adds nothing."""
    from cliplib.cli.session import session

    flags: dict[str, Any] = {"speech": speech, "text": text, "vision": vision, "clips": clips, "max_calls": max_calls}
    with session(library, write=True, **flags) as now:
        report = take_in(now, paths, kind, product or [])
    outcomes: list[dict[str, Any]] = [
        {
            "path": str(outcome.path),
            "id": outcome.id,
            "status": outcome.status,
            "reason": f"{outcome.code} {outcome.reason}".strip(),
            "clips": list(outcome.clips),
        }
        for outcome in report.footage
    ]
    total = sum(len(outcome.clips) for outcome in report.footage)
    text = f"{report.clips_added} clips added, {total} in all from {len(outcomes)} files"
    result({"footage": outcomes, "clips_added": report.clips_added}, text, as_json)
    return int(exit_code([outcome.status for outcome in report.footage]))


def exit_code(statuses: list[str]) -> ExitCode:
    """0 when every file is kept, 3 when some are, 1 when none is."""
    good = [status for status in statuses if status in ("kept", "skipped")]
    if len(good) == len(statuses):
        return ExitCode.OK
    return ExitCode.PARTIAL if good or "partial" in statuses else ExitCode.FAILED


def take_in(now: "Session", paths: list[Path], kind: str, products: list[str]) -> "IngestReport":
    """Ingest with the session's engines, then bring the index up to date."""
    from cliplib.cli.progress import BarWatcher, PlainWatcher, bars
    from ingest.pipeline import Job
    from ingest.pipeline import ingest as bring_in

    key: Any = now.vocabulary.find("footage_kind", kind)
    if key is None:
        raise SettingsError(
            f"there is no footage kind {kind!r}; there are {', '.join(now.vocabulary.keys('footage_kind'))}"
        )
    job = Job(
        library=now.library,
        ffmpeg=now.ffmpeg,
        speech=now.speech,
        text=now.text,
        vision=now.vision,
        settings=now.settings,
        vocabulary=now.vocabulary,
        kind=key,
        products=now.products(products),
    )
    with bars() as shown:
        report = bring_in(paths, job, BarWatcher(shown) if shown else PlainWatcher())
    with now.index():
        return report
