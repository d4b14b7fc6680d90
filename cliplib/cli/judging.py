"""`check-claims` and `score`: what must not be said in a script or plan, and how a plan is judged."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cliplib.cli.composing import read
from cliplib.cli.options import JsonOption, LibraryOption
from cliplib.cli.output import result, table
from cliplib.cli.review import WhoOption
from cliplib.errors import ExitCode, ScriptError, UsageError

if TYPE_CHECKING:
    from cliplib.claims import Allowance, Finding
    from cliplib.cli.session import Session
    from cliplib.plans import EditPlan


def check_claims(
    target: Annotated[Path, typer.Argument(metavar="SCRIPT|PLAN", help="A script, or a plan.json.")],
    allow: Annotated[
        list[str] | None, typer.Option(help="Take on a finding of a plan, RULE@PLACE; kept in the plan with --who.")
    ] = None,
    who: WhoOption = "editor",
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> int:
    """List what must not be said, with place, words, rule and law; exit code 5 where something blocks the film."""
    from cliplib.cli.session import session

    with session(library) as now:
        if target.suffix.casefold() != ".json":
            if allow:
                raise UsageError("a finding is allowed in a plan, not in a script", "Make one with `cliplib plan`.")
            return _tell(_of_script(now, target), (), as_json)
        plan = _judged(now, target)
        if allow:
            from compose.claims.checking import allowing

            plan = allowing(plan, allow, who)
            target.write_text(plan.model_dump_json(by_alias=True, indent=2) + "\n", "utf-8")
        return _tell(plan.findings, plan.allowed, as_json)


def score(
    plan_file: Annotated[Path, typer.Argument(metavar="PLAN", help="A plan.json, edited or not.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Also draw it, as a PNG.")] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Judge a plan: usable, controllable, diverse, reasonable, watchable, by numbers."""
    from cliplib.cli.session import session
    from compose.handover.score_picture import write_score

    with session(library) as now:
        plan = _judged(now, plan_file)
    if output is not None:
        write_score(plan, output)
    assert plan.scores is not None, "a judged plan has its scores"
    rows = [
        (d.name, number.name, f"{number.value:g}", number.rule, "ok" if number.good else "FAILED")
        for d in plan.scores.dimensions
        for number in d.numbers
    ]
    data = {**json.loads(plan.scores.to_json()), "failed": list(plan.scores.failed)}
    result(data, table(rows, ("dimension", "number", "value", "limit", "")), as_json)


def _of_script(now: "Session", path: Path) -> tuple["Finding", ...]:
    from compose.claims.checking import check_script, checker_for

    return check_script(read(now, path), checker_for(now.settings, _today()))


def _judged(now: "Session", path: Path) -> "EditPlan":
    """The plan in a file with findings and scores as they are now."""
    from compose.claims.checking import checker_for
    from compose.judging import judged
    from compose.planfile import check_plan, read_plan

    try:
        text = path.read_bytes()
    except OSError as error:
        raise ScriptError(f"cannot read {path}: {error.strerror}") from error
    plan = read_plan(text, now.library)
    return judged(plan, check_plan(plan, now.library), checker_for(now.settings, _today()))


def _today() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC).date()


def _tell(findings: tuple["Finding", ...], allowed: tuple["Allowance", ...], as_json: bool) -> int:
    from compose.claims.checking import open_blocks

    blocks = open_blocks(findings, allowed)
    shown = [{**json.loads(finding.to_json()), "allowed_by": _taken(finding, allowed)} for finding in findings]
    rows = [
        (
            f"allowed by {entry['allowed_by']}" if entry["allowed_by"] else finding.level,
            finding.name,
            finding.via,
            "" if finding.at is None else f"{finding.at / 1000:.1f} s",
            finding.words,
            finding.why,
        )
        for finding, entry in zip(findings, shown, strict=True)
    ]
    text = table(rows, ("level", "finding", "in", "at", "words", "why")) if rows else "nothing found"
    text += "".join(f"\n  {f.name}: {f.law}\n    → {f.instead}" for f in findings)
    result({"findings": shown, "blocked": len(blocks)}, text, as_json)
    return int(ExitCode.CLAIM_BLOCKED if blocks else ExitCode.OK)


def _taken(finding: "Finding", allowed: tuple["Allowance", ...]) -> str:
    """Who allowed a finding; empty where nobody did."""
    return next((allowance.who for allowance in allowed if allowance.covers(finding)), "")
