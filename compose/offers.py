"""Gather what the library can offer for each beat: hard filters, then hybrid search, then a score of named terms.

A clip with no fit is never offered: an empty offer is a gap in the library, and the plan lists it as one.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from cliplib.concepts import terms
from cliplib.config import Product, Settings
from cliplib.engines.base import Embedder
from cliplib.errors import NothingFits
from cliplib.index.base import VectorIndex
from cliplib.ledger import Usage
from cliplib.library import Filter, Library
from cliplib.plans import Beat, Candidate, Offer, Script
from cliplib.records import ClipRecord, Footage
from cliplib.search import Found, Query, search
from cliplib.vocabulary import Language, Vocabulary
from cliplib.words import tokens
from compose.eligibility import clip_barred, footage_barred, spent
from compose.spoken import language_of, why_muted

WEIGHTS = {
    "content": 0.32, "vector": 0.16, "words": 0.24, "product": 0.08, "language": 0.08, "quality": 0.05,
    "freshness": 0.04, "approved": 0.03,
}  # fmt: skip
"""What each term counts in the score; each term is a share from 0 to 1, and all together are 1."""

SECONDARY_TYPE = 0.6
NEAR_VECTOR = 0.5
NEAR_WORDS = 0.18
"""A clip without any of the content types asked for needs one of these likenesses to be offered all the same."""

USABLE = ("new", "approved")
ALL = ("new", "approved", "rejected")


class Shelves(Protocol):
    """What gathering needs to know of a job (compose.pipeline.Job has it)."""

    @property
    def library(self) -> Library:
        """The records."""
        ...

    @property
    def index(self) -> VectorIndex:
        """Their vectors."""
        ...

    @property
    def embedder(self) -> Embedder:
        """What made the vectors."""
        ...

    @property
    def settings(self) -> Settings:
        """Candidates per beat, and the known products."""
        ...

    @property
    def vocabulary(self) -> Vocabulary:
        """Labels of content types."""
        ...

    @property
    def folder(self) -> Path:
        """The job folder, which names the job in the usage ledger."""
        ...

    @property
    def today(self) -> date:
        """The day on which rights are judged."""
        ...


@dataclass(frozen=True, slots=True)
class Offers:
    """One offer per beat, in the order of the script, and the effective record behind each label."""

    offers: tuple[Offer, ...]
    clips: Mapping[str, ClipRecord]

    def of(self, beat: str) -> Offer:
        """The offer for a beat."""
        return next(offer for offer in self.offers if offer.beat == beat)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the editor wants to be offered, whatever a search finds, and what not.

    `held` and `must_use` are offered or refused with a reason; `before` only where nothing bars them.
    """

    forbidden: frozenset[str] = frozenset()
    must_use: tuple[str, ...] = ()
    held: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    before: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


NO_WISHES = Wishes()


def gather(script: Script, job: Shelves, wishes: Wishes = NO_WISHES) -> Offers:
    """What can be chosen from for each beat.

    Candidates are ordered by score, best first, and by clip id where scores are equal. A label such as C01 stands for
    the same clip in every offer.

    Raises:
        NothingFits: a clip that is held or must be used may not be used; says why.
    """
    bench = _Bench(script, job, wishes)
    labels: dict[str, str] = {}
    offers = []
    for beat in script.beats:
        kept, dropped = bench.candidates(beat)
        named = tuple(c.model_copy(update={"label": _label(c.clip, labels)}) for c in kept)
        offers.append(Offer(beat=beat.id, candidates=named, refused={k: n for k, n in sorted(dropped.items()) if n}))
    return Offers(tuple(offers), {label: bench.records[clip] for clip, label in labels.items()})


class _Bench:
    """What gathering looks up once and needs for every beat."""

    def __init__(self, script: Script, job: Shelves, wishes: Wishes) -> None:
        self.script, self.job, self.wishes = script, job, wishes
        self.footage, self._refused = _allowed(script, job)
        self.filters = Filter(
            products=(script.product,) if script.product else (), statuses=USABLE, footage=tuple(sorted(self.footage))
        )
        self._usable = len(job.library.find(self.filters)) if self.footage else 0
        self.records: dict[str, ClipRecord] = {}
        self._uses: dict[str, list[Usage]] = {}
        self._weights: dict[str, Mapping[str, float]] = {}
        for clips in wishes.held.values():
            for clip in clips:
                self._require(clip)
        self._homes = {clip: self._home(clip) for clip in wishes.must_use}

    def candidates(self, beat: Beat) -> tuple[list[Candidate], Counter[str]]:
        """The candidates of a beat, best first, and how many clips were left out, by why."""
        found = _found(beat, self.filters, self.job) if self.footage else {}
        asked = self._asked(beat)
        self._fetch([*found, *asked])
        dropped = Counter(self._refused)
        open_to = []
        for id in sorted({*found, *asked}):
            if why := self._barred(id):
                dropped[why] += id in found
            else:
                open_to.append(_candidate(beat, self.records[id], found.get(id), self))
        fitting = ranked(c for c in open_to if _fits(beat, c.terms))
        distinct = _distinct(fitting, self.records)
        offered = distinct[: self.job.settings.candidates]
        dropped["does not fit the beat"] += self._usable - len(fitting) - (dropped.total() - self._refused.total())
        dropped["near-duplicate of one offered"] = len(fitting) - len(distinct)
        dropped["not among the best"] = len(distinct) - len(offered)
        extra = [c for c in open_to if c.clip in asked and c not in offered]
        return ranked([*offered, *extra]), +dropped

    def weights(self, beat: Beat) -> Mapping[str, float]:
        """The terms of a beat's line, each with its weight: the rarer in the library, the more it says."""
        if beat.id not in self._weights:
            count, known = self.job.library.frequencies(terms(beat.line))
            self._weights[beat.id] = {
                term: math.log(1 + (count - found + 0.5) / (found + 0.5)) for term, found in known.items()
            }
        return self._weights[beat.id]

    def uses(self, clip: str) -> list[Usage]:
        """Uses in finished films, without this job's: doing a job again must not change its choice."""
        if clip not in self._uses:
            others = self.job.library.usage_of(clip)
            self._uses[clip] = [use for use in others if use.job != self.job.folder.name]
        return self._uses[clip]

    def _require(self, clip: str) -> None:
        self._fetch([clip])
        if why := self._barred(clip):
            raise NothingFits(
                f"the clip {clip} is locked or must be used, but: {why}",
                "Unlock its slot, take it off the clips that must be used, or put right what bars it.",
            )

    def _home(self, clip: str) -> set[str]:
        """The beats that a clip which must be used is offered for: where the editor has it, or it fits, or all."""
        self._require(clip)
        beats = self.script.beats
        held = {beat for beat, clips in self.wishes.held.items() if clip in clips}
        fitting = {b.id for b in beats if _fits(b, _candidate(b, self.records[clip], None, self).terms)}
        return held or fitting or {beat.id for beat in beats}

    def _asked(self, beat: Beat) -> set[str]:
        """Clips that are offered for a beat because the editor, or the plan before, has them there."""
        before = {clip for clip in self.wishes.before.get(beat.id, ()) if self.job.library.is_live(clip)}
        must = {clip for clip, homes in self._homes.items() if beat.id in homes}
        return {*self.wishes.held.get(beat.id, ()), *before, *must}

    def _fetch(self, ids: Iterable[str]) -> None:
        fresh = [id for id in dict.fromkeys(ids) if id not in self.records]
        records = self.job.library.records(fresh)
        self.records.update({id: record.effective() for id, record in zip(fresh, records, strict=True)})

    def _barred(self, clip: str) -> str:
        record = self.records[clip]
        if clip in self.wishes.forbidden:
            return "forbidden"
        footage = self.footage.get(record.footage)
        if footage is None:
            footage = self.job.library.footage(record.footage)
        return (
            footage_barred(footage, self.script, self.job.today)
            or clip_barred(record, footage, self.script.product)
            or spent(self.uses(clip), self.job.settings, self.job.today)
        )


def ranked(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Best first; equal scores by clip id, so that the order never depends on where they came from."""
    return sorted(candidates, key=lambda candidate: (-candidate.score, candidate.clip))


def _distinct(candidates: Iterable[Candidate], records: Mapping[str, ClipRecord]) -> list[Candidate]:
    """The first of each near-duplicate group: a film shows one of them at most, and the others take no one's room."""
    kept: dict[str, Candidate] = {}
    for candidate in candidates:
        kept.setdefault(records[candidate.clip].near_duplicates or candidate.clip, candidate)
    return list(kept.values())


def _allowed(script: Script, job: Shelves) -> tuple[dict[str, Footage], Counter[str]]:
    """Footage that may be used, by id, and why how many clips of the library may not be."""
    library, refused = job.library, Counter[str]()
    allowed: dict[str, Footage] = {}
    for footage in library.all_footage():
        why = footage_barred(footage, script, job.today)
        if why:
            refused[why] += len(library.find(Filter(footage=(footage.id,), statuses=USABLE)))
        else:
            allowed[footage.id] = footage
    usable = library.find(Filter(statuses=USABLE))
    everything, unrejected = (library.find(Filter(statuses=statuses, flawed=True)) for statuses in (ALL, USABLE))
    refused["rejected in review"] = len(everything) - len(unrejected)
    refused["flawed"] = len(unrejected) - len(usable)
    if script.product and allowed:
        within = Filter(footage=tuple(sorted(allowed)), statuses=USABLE)
        fitting = within.__class__(products=(script.product,), footage=within.footage, statuses=USABLE)
        refused["other product"] = len(library.find(within)) - len(library.find(fitting))
    return allowed, refused


def _found(beat: Beat, filters: Filter, job: Shelves) -> dict[str, Found]:
    """Clips near the beat's words, and those of its content types, each once."""
    labels = [
        job.vocabulary.label("content_type", key, tongue) for key in beat.content_types for tongue in ("zh", "en")
    ]
    text = " ".join([beat.line, *labels]).strip()
    asked = 4 * job.settings.candidates
    fields = {name: getattr(filters, name) for name in ("products", "statuses", "footage")}
    wanted = [filters]
    if beat.content_types:
        wanted.append(Filter(content_types=beat.content_types, **fields))
    found: dict[str, Found] = {}
    for among in wanted:
        for hit in search(job.library, job.index, job.embedder, Query(text=text, wanted=among, n=asked)):
            found.setdefault(hit.clip, hit)
    return found


def _candidate(beat: Beat, record: ClipRecord, hit: Found | None, bench: _Bench) -> Candidate:
    script, products = bench.script, bench.job.settings.product
    shares = {
        "content": content_fit(beat.content_types, record.content_types),
        "vector": min(1.0, max(0.0, float(hit.why.get("vector", 0.0)) if hit else 0.0)),
        "words": worded(bench.weights(beat), f"{record.spoken} {record.description} {record.name}"),
        "product": _product_evidence(record, script.product, products),
        "language": _language_fit(record, script.language),
        "quality": record.facts.sharpness,
        "freshness": 1 / (1 + len({use.job for use in bench.uses(record.id)})),
        "approved": 1.0 if record.review.status == "approved" else 0.0,
    }
    terms = {name: round(WEIGHTS[name] * share, 4) for name, share in shares.items()}
    return Candidate(label="C00", clip=record.id, score=round(sum(terms.values()), 4), terms=terms)


def content_fit(wanted: tuple[str, ...], has: tuple[str, ...]) -> float:
    """1 where the clip's primary content type is wanted, 0.6 where another one is, else 0; 0 where none is stated."""
    if not wanted:
        return 0.0
    if has[0] in wanted:
        return 1.0
    return SECONDARY_TYPE if any(key in wanted for key in has[1:]) else 0.0


def worded(weights: Mapping[str, float], text: str) -> float:
    """The share of a line's weight that lies on terms which the text has too."""
    total = sum(weights.values())
    return sum(weights[term] for term in weights.keys() & set(terms(text))) / total if total else 0.0


def likeness(line: str, text: str) -> float:
    """The share of the line's distinct tokens that the text has too."""
    asked = set(tokens(line))
    return len(asked & set(tokens(text))) / len(asked) if asked else 0.0


def _fits(beat: Beat, terms: Mapping[str, float]) -> bool:
    """Whether a clip may be offered: it has a content type asked for, or is near in meaning or words."""
    if terms["content"] > 0:
        return True
    near = terms["vector"] >= NEAR_VECTOR * WEIGHTS["vector"] or terms["words"] >= NEAR_WORDS * WEIGHTS["words"]
    return near if beat.line else not beat.content_types


def _product_evidence(record: ClipRecord, product: str, known: tuple[Product, ...]) -> float:
    wanted = {product} if product else {p.id for p in known}
    return max((link.confidence for link in record.products if not wanted or link.product in wanted), default=0.0)


def _language_fit(record: ClipRecord, language: Language) -> float:
    if language_of(record) == language:
        return 1.0
    return 0.2 if why_muted(record, language) else 0.7


def _label(clip: str, labels: dict[str, str]) -> str:
    return labels.setdefault(clip, f"C{len(labels) + 1:02d}")
