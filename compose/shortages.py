"""What is missing in the library for a script, beat by beat, and why the nearest clips will not do: a shooting list."""

from collections.abc import Iterable
from dataclasses import replace

from cliplib.library import Filter
from cliplib.plans import Beat, BeatId, Proposal, Script, millis_of
from cliplib.records import ClipId, ClipRecord
from cliplib.search import Query, search
from cliplib.values import Key, Millis, Value, told
from compose.eligibility import clip_barred, footage_barred, spent
from compose.offers import Offers, Shelves, content_fit, gather, likeness
from compose.planning import RATE
from compose.script import wanted_length
from compose.solving import all_rules, solve
from compose.table import tabulate
from compose.wording import say

NEAREST = 3


class Near(Value):
    """A clip that is near to what is missing, and why it will not do."""

    clip: ClipId
    why: str


class Shortage(Value):
    """Something to shoot: for which beat of which script, of what kind, how long."""

    script: str
    beat: BeatId | None = told("Beat, None for the film as a whole", "段落，空为全片", default=None)
    content_types: tuple[Key, ...] = ()
    product: str = ""
    length: Millis = told("Wanted length (ms)", "需要时长（毫秒）")
    line: str = ""
    why: str
    nearest: tuple[Near, ...] = ()


class Order(Value):
    """Shortages of one kind together: what to shoot, how often, how long in all."""

    content_types: tuple[Key, ...]
    product: str
    count: int
    length: Millis


def shortages(name: str, script: Script, job: Shelves) -> tuple[Shortage, ...]:
    """What the library lacks for a script: beats without an offer, beats whose clips others need, and length."""
    offers = gather(script, job)
    language = script.language
    found = [
        _shortage(name, beat, script, say(language, "gap"), job)
        for beat in script.beats
        if not offers.of(beat.id).candidates
    ]
    competing = _competing(script, offers)
    found += [
        _shortage(name, beat, script, say(language, "contested"), job) for beat in script.beats if beat.id in competing
    ]
    lacking = _lacking(script, offers, competing)
    if lacking and not found:
        why = say(language, "too short", missing=lacking / 1000)
        found.append(Shortage(script=name, product=script.product, length=lacking, why=why))
    order = [beat.id for beat in script.beats]
    return tuple(sorted(found, key=lambda each: order.index(each.beat) if each.beat else len(order)))


def orders(found: Iterable[Shortage]) -> tuple[Order, ...]:
    """Shortages summed up by content types and product, the most frequent first."""
    sums: dict[tuple[tuple[str, ...], str], tuple[int, int]] = {}
    for each in found:
        count, length = sums.get((each.content_types, each.product), (0, 0))
        sums[each.content_types, each.product] = (count + 1, length + each.length)
    listed = [Order(content_types=k[0], product=k[1], count=n, length=ms) for k, (n, ms) in sums.items()]
    return tuple(sorted(listed, key=lambda order: (-order.count, -order.length, order.content_types)))


def _competing(script: Script, offers: Offers) -> frozenset[str]:
    """Beats that have offers but must stay empty, because other beats need the same clips; the latest ones first."""
    if not offers.clips:
        return frozenset()
    table = tabulate(script, offers, Proposal(choices=(), writer="gaps"), RATE)
    rules = replace(all_rules(table), long_enough=False, short_enough=False, own=frozenset())
    filled = list[str]()
    for beat in table.beats:
        if solve(table, replace(rules, filled=frozenset([*filled, beat.id])), "any") is not None:
            filled.append(beat.id)
    return rules.filled - set(filled)


def _lacking(script: Script, offers: Offers, competing: frozenset[str]) -> int:
    """Milliseconds that the longest film falls short of the target by."""
    if not offers.clips:
        return 0
    table = tabulate(script, offers, Proposal(choices=(), writer="gaps"), RATE)
    rules = replace(all_rules(table), long_enough=False, short_enough=False, filled=all_rules(table).filled - competing)
    longest = solve(table, rules, "longest")
    frames = sum(option.frames for option in longest.chosen) if longest else 0
    return max(0, millis_of(table.target - table.tolerance - frames, RATE)) if frames < table.target else 0


def _shortage(name: str, beat: Beat, script: Script, why: str, job: Shelves) -> Shortage:
    return Shortage(
        script=name,
        beat=beat.id,
        content_types=beat.content_types,
        product=script.product,
        length=wanted_length(beat),
        line=beat.line,
        why=why,
        nearest=_nearest(beat, script, job),
    )


def _nearest(beat: Beat, script: Script, job: Shelves) -> tuple[Near, ...]:
    """The clips of the whole library that are nearest to a beat, whatever bars them."""
    labels = [job.vocabulary.label("content_type", key, script.language) for key in beat.content_types]
    text = " ".join([beat.line, *labels]).strip()
    hits = search(job.library, job.index, job.embedder, Query(text=text, wanted=Filter(statuses=()), n=NEAREST))
    records = [record.effective() for record in job.library.records([hit.clip for hit in hits])]
    return tuple(Near(clip=record.id, why=_why_not(beat, record, script, job)) for record in records)


def _why_not(beat: Beat, record: ClipRecord, script: Script, job: Shelves) -> str:
    language, footage = script.language, job.library.footage(record.footage)
    uses = [use for use in job.library.usage_of(record.id) if use.job != job.folder.name]
    barred = (
        footage_barred(footage, script, job.today)
        or clip_barred(record, footage, script.product)
        or spent(uses, job.settings, job.today)
    )
    if barred:
        return say(language, barred)
    shown = job.vocabulary.label("content_type", record.content_types[0], language)
    if beat.content_types and not content_fit(beat.content_types, record.content_types):
        return say(language, "other content", shown=shown)
    said = likeness(beat.line, f"{record.spoken} {record.description} {record.name}")
    return say(language, "contested" if content_fit(beat.content_types, record.content_types) else "unlike", share=said)
