"""`ingest`: footage into the library."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cliplib.cli.options import CallsOption, CostOption, JsonOption, LibraryOption
from cliplib.cli.output import result
from cliplib.errors import ExitCode, SettingsError

if TYPE_CHECKING:
    from cliplib.cli.session import Session
    from cliplib.records import FootageKind
    from cliplib.vocabulary import Vocabulary
    from ingest.job import IngestReport, Job


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders of footage.")],
    kind: Annotated[str, typer.Option(help="brand, product, model, livestream, ugc (or their labels).")],
    product: Annotated[list[str] | None, typer.Option(help="Product the footage is about (id, name or alias).")] = None,
    speech: Annotated[str | None, typer.Option(help="Speech engine, such as faster-whisper:small.")] = None,
    text: Annotated[str | None, typer.Option(help="Reader of text in the pictures: rapidocr or none.")] = None,
    vision: Annotated[str | None, typer.Option(help="Vision engine, such as chat:MODEL.")] = None,
    scan: Annotated[str | None, typer.Option(help="Decode all pictures (full) or a part (skim).")] = None,
    clips: Annotated[str | None, typer.Option(help="How clips are made: smart, encode or virtual.")] = None,
    max_calls: CallsOption = None,
    max_cost: CostOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> int:
    """Cut footage into clips, describe each, and file the records. Running it again adds nothing."""
    from cliplib.cli.session import session

    engines = {"speech": speech, "text": text, "vision": vision, "scan": scan, "clips": clips}
    with session(library, write=True, **engines, max_calls=max_calls, max_cost=max_cost) as now:
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


def kind_called(name: str, vocabulary: "Vocabulary") -> "FootageKind":
    """The kind of footage that a key or label means; raises SettingsError."""
    key: Any = vocabulary.find("footage_kind", name)
    if key is None:
        known = ", ".join(vocabulary.keys("footage_kind"))
        raise SettingsError(f"there is no footage kind {name!r}; there are {known}")
    kind: FootageKind = key
    return kind


def take_in(now: "Session", paths: list[Path], kind: str, products: list[str]) -> "IngestReport":
    """Ingest with the session's engines, then bring the index up to date."""
    from cliplib.cli.progress import BarWatcher, PlainWatcher, bars
    from ingest.pipeline import ingest as bring_in

    job = job_of(now, kind_called(kind, now.vocabulary), products)
    with bars() as shown:
        report = bring_in(paths, job, BarWatcher(shown) if shown else PlainWatcher())
    with now.index():
        return report


def job_of(now: "Session", kind: "FootageKind", products: Sequence[str] = ()) -> "Job":
    """A job with the session's engines, for footage of a kind that is filed under these products."""
    from ingest.job import Job

    return Job(
        library=now.library,
        ffmpeg=now.ffmpeg,
        speech=now.speech,
        text=now.text,
        faces=now.faces,
        vision=now.vision,
        settings=now.settings,
        vocabulary=now.vocabulary,
        kind=kind,
        products=now.products(list(products)),
    )
