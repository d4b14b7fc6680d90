"""A clip on its way: what is known so far, kept beside its media after every step, and how steps are marked as done."""

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import BoundedSemaphore, Event

from pydantic import Field, ValidationError

from cliplib.engines.base import Audio, TimedFrame
from cliplib.errors import MediaError
from cliplib.media.packets import Ints, Original
from cliplib.records import Caption, ClipId, ClipRecord, Edge, Facts, Footage, Person, ScreenText, ShotSize, Transcript
from cliplib.values import Span, Value
from ingest.job import Job
from ingest.keep import written
from ingest.shots import Scan

DRAFT_NAME = "draft.json"
BY_FACES, BY_MOTION = "faces", "motion"
"""Provenance of a shot size and of a camera movement that were measured."""


class Draft(Value):
    """A clip record in the making. `marks` has a fingerprint for every step that is done."""

    id: ClipId
    span: Span
    start_edge: Edge
    end_edge: Edge
    montage: bool = False
    transcript: Transcript
    facts: Facts | None = None
    on_screen_text: tuple[ScreenText, ...] = ()
    shot_size: ShotSize | None = None
    """As measured by faces; the vision engine's word goes before it."""
    caption: Caption | None = None
    marks: dict[str, str] = Field(default_factory=dict)
    frames: tuple[TimedFrame, ...] = Field(default=(), exclude=True)
    """Pictures for the vision engine; not kept, they can be taken from the clip again."""

    def marked(self, step: str, mark: str) -> "Draft":
        """The same with one more step done."""
        return self.model_copy(update={"marks": {**self.marks, step: mark}})


@dataclass(frozen=True)
class ClipJob:
    """What the steps of all clips of one file share."""

    job: Job
    footage: Footage
    path: Path
    scan: Scan
    audio: Audio
    speech: tuple[Span, ...]
    encoders: BoundedSemaphore
    """Held while a clip is encoded: that takes a core, describing only waits for a network."""
    halted: Event = field(default_factory=Event)
    """Set when the run is to stop, so that no further clip is begun."""

    @cached_property
    def original(self) -> Original:
        """The footage as clips are made of it."""
        scan = self.scan
        return Original(self.path, self.footage.probe, scan.start, scan.times, scan.length, damaged=bool(scan.damage))

    @cached_property
    def reach(self) -> Ints | None:
        """For each picture how many must be decoded to get it; None where the packets do not tell."""
        try:
            return self.original.reach
        except MediaError:
            return None

    @property
    def virtual(self) -> bool:
        """Whether clips stay ranges on their footage, without media of their own."""
        return self.job.settings.clips == "virtual"

    def folder(self, draft: Draft) -> Path:
        """Where the media of a clip lie."""
        return self.job.library.media / draft.id


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a clip.

    `version` is raised when the step's result changes; `inputs` are engine, prompt and options it depends on; `stands`
    tells whether the files that it made are still there.
    """

    name: str
    version: int
    work: Callable[[Draft, ClipJob], Draft]
    inputs: Callable[[Draft, ClipJob], Sequence[str]] = lambda _draft, _job: ()
    stands: Callable[[Draft, ClipJob], bool] = lambda _draft, _job: True
    aside: bool = False
    """Whether later steps stand when this one is taken anew; one that needs its result names its mark as an input."""


def take_steps(draft: Draft, job: ClipJob, steps: Sequence[Step]) -> Draft:
    """Take every step that is not done.

    Each mark holds the one before it: a changed step takes later ones along, unless it stands aside.
    After the last one the record is in the library, and the draft kept beside the media is removed.
    """
    mark = fingerprint_of(job.footage.id, job.footage.kind, str(draft.span))
    for step in steps:
        own = fingerprint_of(mark, step.name, str(step.version), *step.inputs(draft, job))
        if draft.marks.get(step.name) != own or not step.stands(draft, job):
            draft = step.work(draft.marked(step.name, own), job)
            if step is not steps[-1]:
                save(draft, job)
        mark = mark if step.aside else own
    (job.folder(draft) / DRAFT_NAME).unlink(missing_ok=True)
    return draft


def fingerprint_of(*parts: str) -> str:
    """A short hash of texts, in this order."""
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:16]


def save(draft: Draft, job: ClipJob) -> None:
    """Keep a draft beside the clip's media."""
    with written(job.folder(draft) / DRAFT_NAME) as temporary:
        temporary.write_text(draft.to_json(), "utf-8")


def resumed(fresh: Draft, job: ClipJob, record: ClipRecord | None) -> Draft:
    """A fresh draft with what an earlier run has done of it: from its kept draft, else from the library's record."""
    # Without a draft, or with one of another version, the record knows, or the steps are taken again.
    with suppress(FileNotFoundError, ValidationError):
        kept = Draft.from_json((job.folder(fresh) / DRAFT_NAME).read_bytes())
        return _with(fresh, kept, kept.caption, kept.shot_size)
    if record is None:
        return fresh
    return _with(fresh, record, _caption(record), record.shot_size if _is_measured(record) else None)


def _with(fresh: Draft, known: "Draft | ClipRecord", caption: Caption | None, size: ShotSize | None) -> Draft:
    done = {"facts": known.facts, "on_screen_text": known.on_screen_text, "marks": known.marks}
    return fresh.model_copy(update={**done, "caption": caption, "shot_size": size})


def described(people: Sequence[Person]) -> tuple[Person, ...]:
    """The people that a vision engine spoke of, without the labels that came later; faces alone have no role."""
    return tuple(person.model_copy(update={"label": ""}) for person in people if person.role is not None)


def _is_measured(record: ClipRecord) -> bool:
    source = record.provenance.get("shot_size")
    return source is not None and source.engine == BY_FACES


def _caption(record: ClipRecord) -> Caption:
    """What the vision engine had said of a record."""
    said = {field: getattr(record, field) for field in Caption.model_fields if field in ClipRecord.model_fields}
    said["people"] = described(record.people)
    if _is_measured(record):
        del said["shot_size"]
    if "camera" in record.provenance and record.provenance["camera"].engine == BY_MOTION:
        del said["camera"]
    sources = {field: record.provenance[field] for field in said if field in record.provenance}
    confidence = {field: source.confidence for field, source in sources.items() if source.confidence is not None}
    evidence = {field: source.evidence for field, source in sources.items() if source.evidence}
    return Caption(**said, confidence=confidence, evidence=evidence)
