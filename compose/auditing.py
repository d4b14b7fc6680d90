"""Look a plan over for everything that no plan may have, without the solver: what an edited plan is told of, too."""

from collections.abc import Iterator, Mapping
from itertools import combinations, pairwise

from cliplib.plans import EditPlan
from cliplib.records import ClipRecord
from compose.constraints import disagree, excluded, two_speakers
from compose.spoken import is_voiced, lines_of
from compose.table import TOLERANCE_MS
from compose.wording import say


def faults(plan: EditPlan, records: Mapping[str, ClipRecord]) -> tuple[str, ...]:
    """What is wrong with a plan, in the language of its script; empty where nothing is.

    Args:
        plan: the picks in order.
        records: clip id to effective record.
    """
    return (*_length(plan), *_apart(plan, records), *_order(plan), *_parts(plan, records), *_wishes(plan))


def _length(plan: EditPlan) -> Iterator[str]:
    """Half a second, and half a frame per slot for the rounding to whole milliseconds."""
    frame = 1000 / float(plan.rate.fraction)
    if abs(plan.length - plan.script.length) > TOLERANCE_MS + frame * (1 + len(plan.picks)) / 2:
        lengths = {"length": plan.length / 1000, "target": plan.script.length / 1000}
        yield say(plan.script.language, "fault length", **lengths)


def _apart(plan: EditPlan, records: Mapping[str, ClipRecord]) -> Iterator[str]:
    language = plan.script.language
    for one, other in combinations(plan.picks, 2):
        pair = records[one.clip], records[other.clip]
        slots = {"first": one.slot, "second": other.slot}
        if one.clip == other.clip or excluded(*pair):
            yield say(language, "fault alike", **slots)
        elif disagree(*pair):
            yield say(language, "fault figures", **slots)
        if plan.script.one_speaker and two_speakers(*pair, language):
            yield say(language, "fault speakers", **slots)


def _order(plan: EditPlan) -> Iterator[str]:
    order = [beat.id for beat in plan.script.beats]
    for one, other in pairwise(plan.picks):
        if order.index(one.beat) > order.index(other.beat):
            yield say(plan.script.language, "fault order", first=one.slot, second=other.slot)


def _parts(plan: EditPlan, records: Mapping[str, ClipRecord]) -> Iterator[str]:
    language, product = plan.script.language, plan.script.product
    for pick in plan.picks:
        record = records[pick.clip]
        if not (record.span.start <= pick.trim.start and pick.trim.end <= record.span.end):
            yield say(language, "fault trim", slot=pick.slot)
        spoken = lines_of(record) if is_voiced(record, language) else ()
        if any(line.span.overlap(pick.trim) not in (0, line.span.length) for line in spoken):
            yield say(language, "fault line", slot=pick.slot)
        if product and product not in {link.product for link in record.products}:
            yield say(language, "fault product", slot=pick.slot)


def _wishes(plan: EditPlan) -> Iterator[str]:
    used = {pick.clip for pick in plan.picks}
    for clip in sorted(used & set(plan.forbidden)):
        yield say(plan.script.language, "fault forbidden", clip=clip)
    for clip in sorted(set(plan.must_use) - used):
        yield say(plan.script.language, "fault must", clip=clip)
