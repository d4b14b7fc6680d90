"""`replan` and `gaps`: change a plan by hand and have the rest follow; list what is missing for scripts."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cliplib.cli.composing import WriterOption, bytes_of, job_of, plan_data, plan_text, read
from cliplib.cli.options import CallsOption, CostOption, JsonOption, LibraryOption
from cliplib.cli.output import note, result, table
from cliplib.errors import CliplibError, ExitCode, ScriptError, UsageError

if TYPE_CHECKING:
    from compose.shortages import Shortage

HEADING = ("script", "beat", "content", "product", "seconds", "line", "why", "nearest clips")


def replan(
    plan_file: Annotated[Path, typer.Argument(metavar="PLAN", help="A plan.json, edited or not.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The new plan.")] = Path("replan.json"),
    lock: Annotated[list[str] | None, typer.Option(help="Keep these slots as they are: s1,s3.")] = None,
    unlock: Annotated[list[str] | None, typer.Option(help="Let these slots go again.")] = None,
    swap: Annotated[
        list[str] | None, typer.Option(help="Put another clip there and keep it: s2=1 (runner-up 1), or s2=CLIP.")
    ] = None,
    forbid: Annotated[list[str] | None, typer.Option(help="Never use this clip, named by id or slot.")] = None,
    allow: Annotated[list[str] | None, typer.Option(help="Take back what was forbidden.")] = None,
    must: Annotated[list[str] | None, typer.Option(help="Use this clip.")] = None,
    line: Annotated[list[str] | None, typer.Option(help="Change a line: s3=the new line.")] = None,
    target: Annotated[str, typer.Option(help="Another length of the film, such as 20s.")] = "",
    why: Annotated[list[str] | None, typer.Option(help="Explain the pick of this slot of the new plan.")] = None,
    writer: WriterOption = None,
    max_calls: CallsOption = None,
    max_cost: CostOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Plan anew around what an editor has decided, and say what has moved and why."""
    from cliplib.cli.explanations import explained, split, why_data, why_lines
    from cliplib.cli.session import session
    from compose.comparing import moved_text
    from compose.pipeline import storyboard
    from compose.planfile import read_plan
    from compose.replanning import Edits, replan
    from compose.script import length_of

    edits = Edits(
        lock=split(lock),
        unlock=split(unlock),
        swap=dict(_pair(entry, "--swap s2=1") for entry in split(swap)),
        forbid=split(forbid),
        allow=split(allow),
        must_use=split(must),
        lines=dict(_pair(entry, '--line s3="the new line"') for entry in line or []),
        length=length_of(target) if target else None,
    )
    with session(library, write=True, writer=writer, max_calls=max_calls, max_cost=max_cost) as now:
        old = read_plan(bytes_of(plan_file), now.library)
        with now.index() as index:
            job = job_of(now, index, old.script)
            made = replan(old, edits, job)
            output.write_text(made.planned.plan.model_dump_json(by_alias=True, indent=2) + "\n", "utf-8")
            sheet = storyboard(made.planned.plan, job, output.with_suffix(".sheet.png"))
        told = explained(made.planned, split(why))
        decided = made.planned.plan
        data = {
            "plan": str(output), "sheet": str(sheet), "seconds": decided.length / 1000, **plan_data(decided),
            "moved": [json.loads(move.to_json()) for move in made.moves], **why_data(told),
        }  # fmt: skip
        text = f"plan: {output}\nsheet: {sheet}\n{plan_text(decided)}\nmoved:\n{moved_text(made.moves)}"
        result(data, "\n".join([text, *why_lines(told)]), as_json)


def gaps(
    scripts: Annotated[list[Path], typer.Argument(help="Scripts, or folders of scripts (.md, .txt).")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write the list as CSV to this file.")] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> int:
    """List what has to be shot for scripts: beat, kind, product, seconds, and why the nearest clips will not do."""
    from cliplib.cli.session import session
    from compose.shortages import Shortage, orders, shortages

    found, failed, read_in = list[Shortage](), dict[str, CliplibError](), 0
    with session(library) as now, now.index() as index:
        for path in _scripts(scripts):
            try:
                script = read(now, path)
                found += shortages(path.name, script, job_of(now, index, script))
                read_in += 1
            except ScriptError as error:
                failed[str(path)] = error
                note(f"{path}: {error.message}")
        language = now.settings.language
        labels = {term.key: term.label(language) for term in now.vocabulary.content_type}
    rows = [_row(each, labels) for each in found]
    if output is not None:
        output.write_text(csv_text(rows), "utf-8-sig")
    data = {
        "scripts": read_in,
        "gaps": [json.loads(each.to_json()) for each in found],
        "to_shoot": [json.loads(order.to_json()) for order in orders(found)],
        "failed": {path: error.as_dict() for path, error in failed.items()},
        "output": str(output) if output else None,
    }
    result(data, table(rows, HEADING) if rows else f"nothing is missing for {read_in} scripts", as_json)
    return int(ExitCode.PARTIAL if failed and read_in else ExitCode.USAGE if failed else ExitCode.OK)


def csv_text(rows: Iterable[tuple[str, ...]]) -> str:
    """Rows below their heading as CSV; a cell that a spreadsheet would take for a formula is marked as text."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADING)
    writer.writerows([["'" + cell if cell[:1] in ("=", "+", "-", "@") else cell for cell in row] for row in rows])
    return text.getvalue()


def _row(each: "Shortage", labels: Mapping[str, str]) -> tuple[str, ...]:
    kinds = ", ".join(labels.get(key, key) for key in each.content_types)
    nearest = "; ".join(f"{near.clip}: {near.why}" for near in each.nearest)
    return (
        each.script,
        each.beat or "",
        kinds,
        each.product,
        f"{each.length / 1000:.1f}",
        each.line,
        each.why,
        nearest,
    )


def _scripts(named: Iterable[Path]) -> list[Path]:
    """The files that are named, and those in the folders that are."""
    found = []
    for path in named:
        inside = sorted(file for file in path.rglob("*") if file.suffix.lower() in (".md", ".txt") and file.is_file())
        if path.is_dir() and not inside:
            raise ScriptError(f"there is no script (.md, .txt) in {path}")
        found += inside if path.is_dir() else [path]
    return found


def _pair(entry: str, example: str) -> tuple[str, str]:
    name, sign, value = entry.partition("=")
    if not (sign and name.strip() and value.strip()):
        raise UsageError(f"{entry!r} is not of the form {example}")
    return name.strip(), value.strip()
