"""Check the words of a script and of a plan's clips: rules, and the fact sheets of the products they are about."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from cliplib.claims import Allowance, Claim, Finding, Via
from cliplib.config import Settings
from cliplib.errors import ClaimBlocked, UsageError
from cliplib.plans import EditPlan, Pick, Script
from cliplib.records import ClipRecord, Line
from cliplib.values import Span
from cliplib.vocabulary import Language
from compose.claims.rules import Hit, Rule, broken, extended, joined, plain_with_places
from compose.spoken import lines_of, why_muted
from compose.wording import say

FACT_SHEET = "fact-sheet"
"""The rule of a finding whose claim the fact sheet has withdrawn, or whose proof has expired."""


@dataclass(frozen=True, slots=True)
class Checker:
    """What texts are held against: the rules in force, the fact sheet of each product, and the day."""

    rules: tuple[Rule, ...]
    claims: Mapping[str, tuple[Claim, ...]]
    today: date


@dataclass(frozen=True, slots=True)
class _Text:
    """A text with its place; `times` are places in the text and the time in the film from each of them on."""

    place: str
    via: Via
    text: str
    products: frozenset[str]
    clip: str = ""
    times: tuple[tuple[int, int], ...] = ()


def checker_for(settings: Settings, today: date) -> Checker:
    """What the settings of a library ask for.

    Raises:
        SettingsError: a rule of the library cannot be used.
    """
    return Checker(extended(settings.claim_rule), {p.id: p.claim for p in settings.product}, today)


def check_script(script: Script, checker: Checker) -> tuple[Finding, ...]:
    """What is wrong with the lines of a script, beat by beat."""
    return _findings(_lines(script, {}), script.language, checker)


def check_plan(plan: EditPlan, records: Mapping[str, ClipRecord], checker: Checker) -> tuple[Finding, ...]:
    """What is wrong with the lines of a plan's script, with what is heard in its clips and what is read on them.

    Args:
        plan: the picks in order; the lines of the script may be burned in.
        records: clip id to effective record.
        checker: rules and fact sheets.
    """
    at, texts, starts = 0, list[_Text](), dict[str, int]()
    for pick in plan.picks:
        starts.setdefault(pick.beat, at)
        texts += _heard(pick, records[pick.clip], plan.script, at)
        texts += _read(pick, records[pick.clip], plan.script, at)
        at += pick.trim.length
    return _findings([*_lines(plan.script, starts), *texts], plan.script.language, checker)


def open_blocks(findings: Iterable[Finding], allowed: Iterable[Allowance]) -> tuple[Finding, ...]:
    """The findings that stop a film: those that block and that no person has allowed."""
    taken = tuple(allowed)
    return tuple(f for f in findings if f.level == "block" and not any(a.covers(f) for a in taken))


def refuse_blocked(plan: EditPlan) -> None:
    """Stop where the findings of a plan block it.

    Raises:
        ClaimBlocked: names each finding with its place, words and time, and what can be done.
    """
    if blocks := open_blocks(plan.findings, plan.allowed):
        raise ClaimBlocked(
            f"the film must not be made as it is: {'; '.join(in_words(f) for f in blocks)}",
            f"Change the line or take another clip: {blocks[0].instead or blocks[0].why}. Who answers for it can allow "
            f"it in the plan: `cliplib check-claims plan.json --allow {blocks[0].name} --who NAME`.",
        )


def allowing(plan: EditPlan, names: Iterable[str], who: str, at: datetime | None = None) -> EditPlan:
    """A plan in which a person takes on findings, named RULE@PLACE and kept with their words.

    Raises:
        UsageError: the plan has no such finding.
    """
    taken = list(plan.allowed)
    for name in names:
        meant = [finding for finding in plan.findings if finding.name == name.strip()]
        if not meant:
            there = ", ".join(dict.fromkeys(finding.name for finding in plan.findings)) or "none"
            raise UsageError(f"the plan has no finding {name!r}; there are: {there}", "Name one as RULE@PLACE.")
        when = at or datetime.now(UTC)
        fresh = [f for f in meant if not any(a.covers(f) for a in taken)]
        taken += [Allowance(rule=f.rule, place=f.place, words=f.words, who=who, at=when) for f in fresh]
    return plan.model_copy(update={"allowed": tuple(taken)})


def in_words(finding: Finding) -> str:
    """A finding as one line."""
    when = "" if finding.at is None else f", {finding.at / 1000:.1f} s"
    proof = f" [{finding.evidence}]" if finding.evidence else ""
    return f"{finding.name} “{finding.words}” ({finding.via}{when}): {finding.why}{proof}"


def _lines(script: Script, starts: Mapping[str, int]) -> list[_Text]:
    products = frozenset({script.product} if script.product else ())
    return [
        _Text(b.id, "script", b.line, products, times=((0, starts[b.id]),) if b.id in starts else ())
        for b in script.beats
    ]


def _heard(pick: Pick, record: ClipRecord, script: Script, at: int) -> Iterator[_Text]:
    """What is heard of a clip, and burned in as its subtitles, as one text: a claim may run over two lines."""
    if why_muted(record, script.language):
        return
    glue = "" if script.language == "zh" else " "
    text, times = "", list[tuple[int, int]]()
    for line in lines_of(record):
        if said := _said(line, pick.trim):
            times.append((len(text), at + max(0, line.span.start - pick.trim.start)))
            text += said + glue
    if text:
        yield _Text(pick.slot, "spoken", text.rstrip(), _about(record, script), pick.clip, tuple(times))


def _said(line: Line, trim: Span) -> str:
    """The part of a line that reaches the film: all of it where half of it is heard, for then it is burned in."""
    shared = line.span.overlap(trim)
    if not shared:
        return ""
    if 2 * shared >= line.span.length or not line.words:
        return line.text
    return "".join(word.text for word in line.words if word.span.overlap(trim))


def _read(pick: Pick, record: ClipRecord, script: Script, at: int) -> Iterator[_Text]:
    """Texts in the picture while the part used is shown, each once."""
    seen: dict[str, int] = {}
    for text in sorted(record.on_screen_text, key=lambda text: text.span.start):
        if text.span.overlap(pick.trim):
            seen.setdefault(text.text, at + max(0, text.span.start - pick.trim.start))
    for words, when in seen.items():
        yield _Text(pick.slot, "screen", words, _about(record, script), pick.clip, ((0, when),))


def _about(record: ClipRecord, script: Script) -> frozenset[str]:
    return frozenset({link.product for link in record.products} | ({script.product} if script.product else set()))


def _findings(texts: Iterable[_Text], language: Language, checker: Checker) -> tuple[Finding, ...]:
    """The findings of all texts; the same words of one rule in one place are told once per way they reach the film."""
    found: dict[tuple[str, str, str, str], Finding] = {}
    for text in texts:
        for finding in _judged(text, language, checker):
            found.setdefault((finding.rule, finding.place, finding.via, finding.words), finding)
    return tuple(found.values())


def _judged(text: _Text, language: Language, checker: Checker) -> Iterator[Finding]:
    claims = [claim for product in sorted(text.products) for claim in checker.claims.get(product, ())]
    proven: list[tuple[int, int]] = []
    for claim in claims:
        spans = _claimed(claim, text.text)
        why = _void(claim, checker.today)
        if not why:
            proven += spans
            continue
        for start, end in spans:
            told = {"why": say(language, f"claim {why}"), "instead": say(language, "claim instead"), "law": ""}
            law = say(language, "claim law", evidence=claim.evidence)
            yield _finding(text, (start, end), {**told, "rule": FACT_SHEET, "level": "block", "law": law,
                                                "evidence": claim.evidence})  # fmt: skip
    for hit in broken(text.text, checker.rules):
        if hit.level == "block" or not any(a <= hit.start and hit.end <= b for a, b in proven):
            yield _finding(text, (hit.start, hit.end), _told(hit, language))


def _told(hit: Hit, language: Language) -> dict[str, str]:
    rule = hit.rule
    return {
        "rule": rule.id, "level": hit.level, "why": rule.why(language), "law": rule.law,
        "instead": rule.instead(language),
    }  # fmt: skip


def _finding(text: _Text, span: tuple[int, int], told: Mapping[str, str]) -> Finding:
    start, end = span
    times = [when for place, when in text.times if place <= start]
    return Finding.model_validate(
        {
            **told, "place": text.place, "via": text.via, "words": text.text[start:end], "text": text.text,
            "clip": text.clip, "at": times[-1] if times else None,
        }
    )  # fmt: skip


def _claimed(claim: Claim, text: str) -> list[tuple[int, int]]:
    """Where a text makes a claim."""
    plain, places = plain_with_places(text)
    pattern = claim.pattern or re.escape(plain_with_places(claim.text)[0].strip())
    spans = joined(found.span() for found in re.finditer(pattern, plain) if found[0])
    return [(places[start], places[end - 1] + 1) for start, end in spans]


def _void(claim: Claim, today: date) -> str:
    """Why a claim no longer holds: "expired" or "withdrawn"; empty where it holds."""
    if claim.status != "approved":
        return claim.status
    return "expired" if claim.until and date.fromisoformat(claim.until) < today else ""
