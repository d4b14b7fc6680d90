"""`demo`: the main job on the sample footage, from files to a finished ad, and where everything lies."""

import shutil
from pathlib import Path
from typing import Annotated, Any

import typer

from cliplib.cli.options import JsonOption
from cliplib.cli.output import note, result
from cliplib.errors import MediaError, UsageError

KINDS = ("brand", "product", "model", "livestream")
SCRIPTS = {"zh": "qingyu_ad.zh.md", "en": "qingyu_ad.en.md"}
PRODUCT = "qingyu-cup"


def demo(
    samples: Annotated[Path, typer.Option(help="The folder samples of the project.")] = Path("samples"),
    folder: Annotated[Path, typer.Option(help="Where the library and the film are made.")] = Path("demo"),
    language: Annotated[str, typer.Option(help="Which script: zh or en.")] = "zh",
    as_json: JsonOption = False,
) -> None:
    """Ingest the sample footage, compose the sample script, render the ad. A second run is quick."""
    from cliplib.cli.composing import film_files, make_film, plan_text
    from cliplib.cli.ingesting import take_in
    from cliplib.cli.session import session
    from cliplib.review import Lexicon, Order, export

    if language not in SCRIPTS:
        raise UsageError(f"there is no sample script in {language!r}; there are {', '.join(SCRIPTS)}")
    footage, script = samples / "footage", samples / "scripts" / SCRIPTS[language]
    if not footage.is_dir() or not script.is_file():
        raise UsageError(
            f"{samples} does not hold the samples", "Run it in a checkout of the project, or name --samples."
        )
    library = _prepared(folder / "library", samples)
    with session(library, write=True) as now:
        failed: list[str] = []
        for kind in KINDS:
            report = take_in(now, [footage / kind], kind, [PRODUCT])
            failed += [f"{o.path.name}: {o.reason}" for o in report.footage if o.status not in ("kept", "skipped")]
        if failed:
            raise MediaError(f"sample footage could not be ingested: {'; '.join(failed)}")
        film = make_film(now, script, folder / "ad.mp4")
        export(now.library, folder / "records.json", Lexicon(now.vocabulary, now.settings), Order())
    shutil.copyfile(film_files(film)["plan"], folder / "plan.json")
    names = {"film": "ad.mp4", "sheet": film.sheet.name, "plan": "plan.json", "records": "records.json"}
    files = {name: str(folder / file) for name, file in (names | {"subtitles": film.subtitles.name}).items()}
    text = "\n".join(f"  {name:<10} {place}" for name, place in files.items())
    data: dict[str, Any] = {**files, "seconds": film.seconds, "library": str(library)}
    note(plan_text(film.plan))
    result(data, f"The ad is ready: {film.seconds:.1f} s from {len(film.plan.picks)} clips.\n{text}", as_json)


def _prepared(library: Path, samples: Path) -> Path:
    """The demo's library with the samples' settings; kept as it is where it exists."""
    from cliplib.config import FILE_NAME
    from cliplib.library import Library

    if not (library / "library.db").exists():
        Library.create(library)
    shutil.copyfile(samples / FILE_NAME, library / FILE_NAME)
    return library
