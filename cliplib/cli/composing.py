"""`compose`, `plan` and `render`: from a script to a plan, from a plan to a film, or the whole way."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cliplib.cli.handing import HandoverOption, beside, formats_of
from cliplib.cli.options import CallsOption, CostOption, JsonOption, LibraryOption
from cliplib.cli.output import note, result
from cliplib.errors import ScriptError, UsageError

if TYPE_CHECKING:
    from cliplib.cli.session import Session
    from cliplib.plans import EditPlan, Script
    from compose.handover.package import Handed
    from compose.pipeline import Film, Job

OutputOption = Annotated[Path, typer.Option("-o", "--output", help="The file to write.")]
WriterOption = Annotated[str | None, typer.Option(help="Who chooses the clips: rules, or chat:MODEL.")]


OrdersOption = Annotated[
    int, typer.Option(min=1, max=9, help="Ask the writer for so many orders; the solver takes the best.")
]


def compose(
    script: Annotated[Path | None, typer.Argument(help="The script, in Markdown.")] = None,
    output: OutputOption = Path("ad.mp4"),
    stop_at: Annotated[str, typer.Option(help="plan: write the plan to the output file and stop.")] = "",
    from_plan: Annotated[
        Path | None, typer.Option("--from", help="Go on from this plan.json instead of a script.")
    ] = None,
    writer: WriterOption = None,
    orders: OrdersOption = 1,
    handover: HandoverOption = None,
    max_calls: CallsOption = None,
    max_cost: CostOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a film of a script from the library's clips."""
    if stop_at not in ("", "plan"):
        raise UsageError(f"there is no step {stop_at!r} to stop at; there is plan")
    if (script is None) == (from_plan is None):
        raise UsageError("name a script, or a plan with --from")
    if from_plan is not None:
        render(from_plan, output, handover, library, as_json)
    elif script is not None and stop_at == "plan":
        plan(script, output, writer, orders, max_calls, max_cost, library=library, as_json=as_json)
    elif script is not None:
        from cliplib.cli.session import session

        with session(library, write=True, writer=writer, max_calls=max_calls, max_cost=max_cost) as now:
            wanted = formats_of(handover)
            film = make_film(now, script, output, orders)
            _tell(film, beside(now, film, wanted), as_json)


def plan(
    script: Annotated[Path, typer.Argument(help="The script, in Markdown.")],
    output: OutputOption = Path("plan.json"),
    writer: WriterOption = None,
    orders: OrdersOption = 1,
    max_calls: CallsOption = None,
    max_cost: CostOption = None,
    must: Annotated[list[str] | None, typer.Option(help="Use this clip.")] = None,
    forbid: Annotated[list[str] | None, typer.Option(help="Never use this clip.")] = None,
    why: Annotated[list[str] | None, typer.Option(help="Explain the pick of this slot: s2.")] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Choose and order clips for a script and write the plan, to be looked at and edited."""
    from cliplib.cli.explanations import explained, split, why_data, why_lines
    from cliplib.cli.session import session
    from compose.offers import Wishes
    from compose.pipeline import planned_for

    with session(library, write=True, writer=writer, max_calls=max_calls, max_cost=max_cost) as now:
        script_told = read(now, script)
        ids = {
            name: tuple(now.library.current(clip) for clip in split(given))
            for name, given in (("must", must), ("forbid", forbid))
        }
        wishes = Wishes(forbidden=frozenset(ids["forbid"]), must_use=ids["must"])
        with now.index() as index:
            made = planned_for(script_told, job_of(now, index, script_told, orders=orders), wishes)
        decided, told = made.plan, explained(made, split(why))
        output.write_text(decided.model_dump_json(by_alias=True, indent=2) + "\n", "utf-8")
        data = {"output": None, "plan": str(output), "seconds": decided.length / 1000, **plan_data(decided)}
        text = "\n".join([f"plan: {output}", plan_text(decided), *why_lines(told)])
        result({**data, **why_data(told)}, text, as_json)


def render(
    plan_file: Annotated[Path, typer.Argument(metavar="PLAN", help="A plan.json, edited or not.")],
    output: OutputOption = Path("ad.mp4"),
    handover: HandoverOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Render a plan as it stands."""
    from cliplib.cli.session import session
    from compose.pipeline import render_plan
    from compose.planfile import read_plan

    wanted = formats_of(handover)
    with session(library, write=True) as now:
        decided = read_plan(bytes_of(plan_file), now.library)
        with now.index() as index, _watched() as watch:
            film = render_plan(decided, job_of(now, index, decided.script, watch), output)
        _tell(film, beside(now, film, wanted), as_json)


def make_film(now: "Session", script: Path, output: Path, orders: int = 1) -> "Film":
    """The whole way from a script file to a finished film."""
    from compose.pipeline import compose as make

    told = read(now, script)
    with now.index() as index, _watched() as watch:
        return make(told, job_of(now, index, told, watch, orders), out=output)


def read(now: "Session", path: Path) -> "Script":
    """The script in a file."""
    from compose.script import read_script

    try:
        return read_script(bytes_of(path).decode("utf-8-sig"), now.settings, now.vocabulary)
    except UnicodeDecodeError as error:
        raise ScriptError(
            f"{path} is not UTF-8 text: {error.reason} at byte {error.start}", "Save it as UTF-8."
        ) from error


def plan_data(decided: "EditPlan") -> dict[str, Any]:
    """What other programs read of a plan."""
    return {
        "writer": decided.writer,
        "proof": decided.proof,
        "picks": [{"slot": pick.slot, "clip": pick.clip, "reason": pick.reason} for pick in decided.picks],
        "changed_by_solver": [json.loads(change.to_json()) for change in decided.changed_by_solver],
        "gaps": [json.loads(gap.to_json()) for gap in decided.gaps],
        "notes": list(decided.notes),
        "findings": [json.loads(finding.to_json()) for finding in decided.findings],
        "scores": None if decided.scores is None else json.loads(decided.scores.to_json()),
    }


def plan_text(decided: "EditPlan") -> str:
    """A plan as a person reads it."""
    lines = [f"{decided.length / 1000:.1f} s, {len(decided.picks)} clips, chosen by {decided.writer}, {decided.proof}"]
    lines += [f"  {p.slot} {p.trim.length / 1000:.1f} s {p.clip}: {p.reason}" for p in decided.picks]
    lines += [f"  changed: {change.beat}: {change.why}" for change in decided.changed_by_solver]
    lines += [f"  missing: {gap.beat} {gap.line}: {gap.why}" for gap in decided.gaps]
    lines += [f"  note: {text}" for text in decided.notes]
    return "\n".join([*lines, *_judgement(decided)])


def _judgement(decided: "EditPlan") -> list[str]:
    """Findings of the claim check, and what the score card failed."""
    from compose.claims.checking import in_words

    lines = [f"  {finding.level}: {in_words(finding)}" for finding in decided.findings]
    for dimension in decided.scores.dimensions if decided.scores else ():
        short = [f"{n.name} {n.value:g}, not {n.rule}" for n in dimension.numbers if not n.good]
        lines += [f"  not {dimension.name}: {'; '.join(short)}"] if short else []
    return lines


def film_files(film: "Film") -> dict[str, str]:
    """Where everything of a film lies."""
    return {
        "output": str(film.output),
        "sheet": str(film.sheet),
        "score": str(film.score),
        "plan": str(film.folder / "plan.json"),
        "subtitles": str(film.subtitles),
        "job": str(film.folder),
    }


def _tell(film: "Film", handed: "Sequence[Handed]", as_json: bool) -> None:
    from compose.handover.package import as_data

    files = {**film_files(film), **{each.format: str(each.path) for each in handed}}
    data = {**film_files(film), "seconds": film.seconds, **plan_data(film.plan), "handover": as_data(handed)}
    text = "\n".join(f"{name}: {place}" for name, place in files.items())
    result(data, f"{plan_text(film.plan)}\n{text}", as_json)


def bytes_of(path: Path) -> bytes:
    """What a file that was named holds."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ScriptError(f"cannot read {path}: {error.strerror}") from error


def _watched() -> Any:
    """A context that gives what is told of the render's steps."""
    from contextlib import contextmanager

    from cliplib.cli.progress import RenderBar, bars

    @contextmanager
    def watched() -> Any:
        with bars() as shown:
            yield RenderBar(shown)

    return watched()


def job_of(now: "Session", index: Any, script: "Script", watch: Any = None, orders: int = 1) -> "Job":
    """What a script is composed with."""
    from compose.pipeline import Job, folder_for

    return Job(
        library=now.library,
        index=index,
        embedder=now.embedder,
        writer=now.writer,
        ffmpeg=now.ffmpeg,
        settings=now.settings,
        vocabulary=now.vocabulary,
        folder=folder_for(now.library.jobs, script),
        announce=note,
        watch=watch or (lambda step, share: None),
        orders=orders,
    )
