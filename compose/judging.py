"""Judge a plan: what the claim check finds in it, and its score card."""

from collections.abc import Mapping

from cliplib.plans import EditPlan
from cliplib.records import ClipRecord
from compose.claims.checking import Checker, check_plan
from compose.scoring import score


def judged(plan: EditPlan, records: Mapping[str, ClipRecord], checker: Checker) -> EditPlan:
    """The plan with findings and score card as they are now; those that it came with are dropped.

    Args:
        plan: a plan that fits the records.
        records: clip id to effective record.
        checker: rules and fact sheets in force.
    """
    findings = check_plan(plan, records, checker)
    return plan.model_copy(update={"findings": findings, "scores": score(plan, records, findings)})
