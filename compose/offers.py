"""Gather what the library can offer for each beat: hard filters, then hybrid search, then a score of named terms.

A clip with no fit is never offered: an empty offer is a gap in the library, and the plan lists it as one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from cliplib.config import Product, Settings
from cliplib.engines.base import Embedder
from cliplib.index.base import VectorIndex
from cliplib.library import Filter, Library
from cliplib.plans import Beat, Candidate, Offer, Script
from cliplib.records import ClipRecord, Footage
from cliplib.search import Found, Query, search
from cliplib.vocabulary import Language, Vocabulary
from cliplib.words import tokens
from compose.spoken import language_of, why_muted

WEIGHTS = {
    "content": 0.40, "vector": 0.16, "words": 0.16, "product": 0.08, "language": 0.08, "quality": 0.05,
    "freshness": 0.04, "approved": 0.03,
}  # fmt: skip
"""What each term counts in the score; each term is a share from 0 to 1, and all together are 1."""

SECONDARY_TYPE = 0.6
NEAR_VECTOR = 0.5
NEAR_WORDS = 0.34
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


def gather(script: Script, job: Shelves) -> Offers:
    """What can be chosen from for each beat.

    Candidates are ordered by score, best first, and by clip id where scores are equal. A label such as C01 stands for
    the same clip in every offer.
    """
    footage, refused = _allowed(script, job)
    filters = Filter(
        products=(script.product,) if script.product else (), statuses=USABLE, footage=tuple(sorted(footage))
    )
    usable = len(job.library.find(filters)) if footage else 0
    labels: dict[str, str] = {}
    records: dict[str, ClipRecord] = {}
    offers = []
    for beat in script.beats:
        found = _found(beat, filters, job) if footage else {}
        fresh = [id for id in found if id not in records]
        records.update({record.id: record.effective() for record in job.library.records(fresh)})
        scored = [_candidate(beat, records[id], hit, script, job) for id, hit in sorted(found.items())]
        fitting = ranked(c for c in scored if _fits(beat, c.terms))
        distinct = _distinct(fitting, records)
        offered = distinct[: job.settings.candidates]
        named = tuple(c.model_copy(update={"label": _label(c.clip, labels)}) for c in offered)
        dropped = Counter(refused)
        dropped["does not fit the beat"] = usable - len(fitting)
        dropped["near-duplicate of one offered"] = len(fitting) - len(distinct)
        dropped["not among the best"] = len(distinct) - len(offered)
        offers.append(Offer(beat=beat.id, candidates=named, refused={k: n for k, n in sorted(dropped.items()) if n}))
    return Offers(tuple(offers), {label: records[clip] for clip, label in labels.items()})


def ranked(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Best first; equal scores by clip id, so that the order never depends on where they came from."""
    return sorted(candidates, key=lambda candidate: (-candidate.score, candidate.clip))


def _distinct(candidates: Iterable[Candidate], records: Mapping[str, ClipRecord]) -> list[Candidate]:
    """The first of each near-duplicate group: a film shows one of them at most, and the others take no one's room."""
    kept: dict[str, Candidate] = {}
    for candidate in candidates:
        kept.setdefault(records[candidate.clip].near_duplicates or candidate.clip, candidate)
    return list(kept.values())


def _allowed(script: Script, job: Shelves) -> tuple[set[str], Counter[str]]:
    """Ids of footage that may be used, and why how many clips of the library may not be."""
    library, refused = job.library, Counter[str]()
    allowed: set[str] = set()
    for footage in library.all_footage():
        why = _why_refused(footage, script, job.today)
        if why:
            refused[why] += len(library.find(Filter(footage=(footage.id,), statuses=USABLE)))
        else:
            allowed.add(footage.id)
    usable = library.find(Filter(statuses=USABLE))
    everything, unrejected = (library.find(Filter(statuses=statuses, flawed=True)) for statuses in (ALL, USABLE))
    refused["rejected in review"] = len(everything) - len(unrejected)
    refused["flawed"] = len(unrejected) - len(usable)
    if script.product and allowed:
        within = Filter(footage=tuple(sorted(allowed)), statuses=USABLE)
        fitting = within.__class__(products=(script.product,), footage=within.footage, statuses=USABLE)
        refused["other product"] = len(library.find(within)) - len(library.find(fitting))
    return allowed, refused


def _why_refused(footage: Footage, script: Script, today: date) -> str:
    rights = footage.rights
    if rights.expires and date.fromisoformat(rights.expires) < today:
        return "rights expired"
    if script.channel and rights.channels and script.channel not in rights.channels:
        return "channel not allowed"
    if not Path(footage.path).is_file():
        return "source missing"
    return ""


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


def _candidate(beat: Beat, record: ClipRecord, hit: Found, script: Script, job: Shelves) -> Candidate:
    shares = {
        "content": content_fit(beat.content_types, record.content_types),
        "vector": min(1.0, max(0.0, float(hit.why.get("vector", 0.0)))),
        "words": likeness(beat.line, f"{record.spoken} {record.description} {record.name}"),
        "product": _product_evidence(record, script.product, job.settings.product),
        "language": _language_fit(record, script.language),
        "quality": record.facts.sharpness,
        "freshness": 1 / (1 + _uses(record.id, job)),
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


def _uses(clip: str, job: Shelves) -> int:
    """Finished films with this clip, not counting this job: doing a job again must not change its choice."""
    return len({use.job for use in job.library.usage_of(clip)} - {job.folder.name})


def _label(clip: str, labels: dict[str, str]) -> str:
    return labels.setdefault(clip, f"C{len(labels) + 1:02d}")
