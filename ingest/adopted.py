"""One row of a person's table into the library: footage with one clip that covers it, and the row's words as theirs."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, Literal, Self

from pydantic import JsonValue

from cliplib.cells import Fault, Unfit
from cliplib.config import Settings
from cliplib.engines.base import FaceEngine, TextEngine, VisionRequest, Workshop
from cliplib.engines.silent import NoSpeech
from cliplib.errors import SettingsError, SourceChanged
from cliplib.library import FootageState, Library
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.records import (
    EDITABLE,
    MAX_CLIP_MS,
    MIN_CLIP_MS,
    Caption,
    ClipRecord,
    Edge,
    Footage,
    FootageKind,
    Line,
    Transcript,
)
from cliplib.values import Span
from cliplib.vocabulary import Vocabulary
from ingest.describe import record_of
from ingest.draft import ClipJob, Draft, Step, fingerprint_of, resumed, take_steps
from ingest.job import Job, Watcher
from ingest.keep import scratch, written
from ingest.look import look, readable
from ingest.pipeline import STEPS, known
from ingest.rows import Said
from ingest.segment import Piece
from ingest.settle import CUT_NAME, Settled
from ingest.speech import find_speech, sound_note

ADOPTED = "adopted"
"""Engine of the values that come from a table, and the mark of footage that no ingest has gone over."""

MARK = "sheet."
"""Before a field's name: the mark with the fingerprint of what the table said of it last."""

NO_WORDS = "the table has no words for this clip"
EMPTY: dict[str, JsonValue] = {"products": [], "spoken": "", "description": ""}
"""What a cell says that was emptied since the table was taken in last."""

RowStatus = Literal["kept", "changed", "skipped", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Adoption:
    """Where the clips go, what measures them, what kind of footage they are, and whose word the table is."""

    library: Library
    ffmpeg: Ffmpeg
    text: TextEngine
    faces: FaceEngine
    settings: Settings
    vocabulary: Vocabulary
    kind: FootageKind
    who: str


@dataclass(frozen=True, slots=True)
class Taken:
    """How a row was taken in: its clip, and what of it was not, since a person has corrected it."""

    status: RowStatus
    clip: str
    faults: tuple[Fault, ...] = ()


class FromSheet:
    """A vision engine that says of a clip what its row says."""

    id = ADOPTED
    fingerprint = ""
    costly = False

    def __init__(self, said: Said, sheet: str) -> None:
        given = {field: value for field, value in said.values.items() if field != "spoken"}
        evidence = {field: f"{sheet} {said.places[field]}" for field in given}
        self._caption = Caption.model_validate({"description": "", **given, "evidence": evidence}, strict=False)

    @classmethod
    def build(cls, model: str, workshop: Workshop) -> Self:
        """Raises SettingsError: a table is taken in by `cliplib adopt`, no setting names it."""
        raise SettingsError("a table of clips is no engine that can be chosen", "Use `cliplib adopt`.")

    def describe(self, request: VisionRequest) -> Caption:
        """What the row says."""
        return self._caption


@dataclass(frozen=True, slots=True)
class RowJob:
    """One row, the file that it names, and the job that makes a clip of both."""

    said: Said
    path: Path
    sheet: str
    who: str
    job: Job
    report: Callable[[str, float], None]
    """Told that a step ("scan", "listen", "clips") is done to this share of 1."""

    @classmethod
    def of(cls, said: Said, path: Path, sheet: str, adoption: Adoption, watch: Watcher) -> "RowJob":
        """The row with all that the steps of an ingest ask for; its words stand where engines would speak."""
        links = _links(said)
        job = Job(
            library=adoption.library,
            ffmpeg=adoption.ffmpeg,
            speech=NoSpeech(),
            vision=FromSheet(said, sheet),
            settings=adoption.settings,
            vocabulary=adoption.vocabulary,
            kind=adoption.kind,
            products=tuple(p for p in adoption.settings.product if p.id in links),
            text=adoption.text,
            faces=adoption.faces,
        )
        return cls(said, path, sheet, adoption.who, job, lambda step, share: watch.progress(path, step, share))


def take_row(sha256: str, row: RowJob) -> Taken:
    """Take a row in, or what is new in it since it was taken in last.

    Raises:
        Unfit: its file is no clip, or not the one that the row means.
        CliplibError: the file cannot be read or measured; what is done so far is kept.
    """
    library, id = row.job.library, Footage.id_of(sha256)
    footage = known(id, row.path, row.job)
    if footage is None or not (clips := library.clips_of(id)):
        return _new(sha256, row)
    clip = ClipRecord.id_of(id, Span(start=0, end=footage.probe.length))
    if clips != [clip]:
        raise Unfit("cut_otherwise", f"the library has {len(clips)} clips of this file, none of which is the whole")
    _check_length(footage.probe.length, row.said)
    record = library.get(clip)
    faults = _put(record, row)
    _settle(id, row)
    changed = library.get(clip).revision != record.revision
    return Taken("changed" if changed else "skipped", clip, faults)


def _new(sha256: str, row: RowJob) -> Taken:
    """A clip that the library does not have yet."""
    path, job, id = row.path, row.job, Footage.id_of(sha256)
    before = path.stat()
    file = readable(path, id, job)
    _check_length(file.probe.length, row.said)
    with scratch(job.library.media) as folder:
        seen = look(file, id, job, folder, lambda share: row.report("scan", share))
        _check_length(seen.probe.length, row.said)
        products = tuple(product.id for product in job.products)
        footage = job.library.add_footage(
            Footage(id=id, sha256=sha256, path=str(path.resolve()), kind=job.kind, products=products, probe=seen.probe)
        )
        settled = _settled(row, seen.probe.length, find_speech(seen.sound.samples))
        with written(job.library.media / id / CUT_NAME) as temporary:
            temporary.write_text(settled.to_json(), "utf-8")
        row.report("listen", 1.0)
        clip_job = ClipJob(job, footage, file.path, seen.scan, seen.sound.samples, settled.speech, BoundedSemaphore(1))
        draft = take_steps(resumed(_draft(id, settled), clip_job, None), clip_job, _steps(row))
    after = path.stat()
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise SourceChanged(f"{path} was changed while it was read")
    notes = (*seen.notes, sound_note(seen.sound.decoded, seen.probe))
    _settle(id, row, "; ".join(filter(None, notes)))
    row.report("clips", 1.0)
    return Taken("kept", draft.id)


def _settle(id: str, row: RowJob, note: str = "") -> None:
    """Note that the footage is done, unless an ingest has gone over it since."""
    state = row.job.library.footage_state(id)
    if state is None or state.state != "kept":
        row.job.library.set_footage_state(id, FootageState("kept", note, ADOPTED))


def _check_length(length: int, said: Said) -> None:
    """Refuse what is no clip, or not as long as the row says. Raises Unfit."""
    if length < MIN_CLIP_MS:
        raise Unfit("too_short", f"the file lasts {length / 1000:.2f} s; a clip lasts at least 1 s")
    if length > MAX_CLIP_MS:
        raise Unfit(
            "too_long", f"the file lasts {length / 1000:.2f} s; a clip lasts at most 10 s. Ingest it to have it cut"
        )
    if said.length is not None and abs(length - said.length.millis) > said.length.within:
        raise Unfit("length", f"the row says {said.length.millis / 1000:g} s, the file lasts {length / 1000:.2f} s")


def _settled(row: RowJob, length: int, speech: tuple[Span, ...]) -> Settled:
    """The cut that an ingest finds and keeps: the whole file, with the row's words."""
    whole = Span(start=0, end=length)
    spoken = str(row.said.values.get("spoken", ""))
    edge = Edge(reason="adopted", detail=f"{row.sheet}, row {row.said.row}")
    return Settled(
        heard=ADOPTED,
        rules=ADOPTED,
        transcript=Transcript(
            engine=ADOPTED,
            lines=(Line(text=spoken, span=whole),) if spoken else (),
            reason="" if spoken else NO_WORDS,
        ),
        speech=speech,
        pieces=(Piece(span=whole, start_edge=edge, end_edge=edge),),
    )


def _draft(footage: str, settled: Settled) -> Draft:
    piece = settled.pieces[0]
    return Draft(
        id=ClipRecord.id_of(footage, piece.span),
        span=piece.span,
        start_edge=piece.start_edge,
        end_edge=piece.end_edge,
        transcript=settled.transcript,
    )


def _steps(row: RowJob) -> tuple[Step, ...]:
    """The steps of an ingest; the last one files the record together with the row's words."""

    def file(draft: Draft, job: ClipJob) -> Draft:
        _put(record_of(draft, job), row)
        return draft

    said = fingerprint_of(*(f"{field} {_fingerprint(field, value)}" for field, value in row.said.values.items()))
    own = {
        "describe": lambda step: replace(step, inputs=lambda _draft, _job: [said]),
        "file": lambda step: replace(step, work=file),
    }
    return tuple(own[step.name](step) if step.name in own else step for step in STEPS)


def _put(record: ClipRecord, row: RowJob) -> tuple[Fault, ...]:
    """File a record with the row's words as corrections; all of it or nothing.

    A cell that says what it said the last time changes nothing. One that says something else is the newest word, but
    where a person has corrected the record since, both are people's words: the record keeps its own, and the cell is a
    fault.
    """
    marks, news, faults = dict(record.marks), dict[str, JsonValue](), []
    for field in (field for field in row.said.places if field in EDITABLE):
        value = row.said.values.get(field, EMPTY.get(field))
        mark, own = marks.get(MARK + field), _fingerprint(field, value)
        if own == mark or (mark is None and field not in row.said.values):
            continue
        standing = record.review.corrections.get(field)
        if standing is not None and _fingerprint(field, standing.new) not in (mark, own):
            said = f"{standing.who} has corrected {field} in the library since; that stays, the cell is not taken in"
            faults.append(Fault(row.said.row, row.said.places[field], "corrected_since", said))
            continue
        marks[MARK + field], news[field] = own, value
    library = row.job.library
    with library.together():
        library.put(record.model_copy(update={"marks": marks}))
        for field, value in news.items():
            library.correct(record.id, field, value, row.who)
    return tuple(faults)


def _fingerprint(field: str, value: JsonValue) -> str:
    """Of what a person says of a field: of a product that it is there, not where one knows it from."""
    return fingerprint_of(field, json.dumps(_ids(value) if field == "products" else value, ensure_ascii=False))


def _links(said: Said) -> list[str]:
    return _ids(said.values.get("products", []))


def _ids(links: Any) -> list[str]:
    return [str(link["product"]) for link in links]
