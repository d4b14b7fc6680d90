"""The way of footage into the library: find, identify, probe, scan, listen, settle the cut, make and file each clip."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from threading import BoundedSemaphore

from cliplib.errors import (
    BudgetSpent,
    CliplibError,
    CredentialsError,
    Damaged,
    HeldPicture,
    LibraryLocked,
    MediaError,
    NotMedia,
    SourceChanged,
    SourceMissing,
    UnknownRecord,
    UnsteadyClock,
    UsageError,
)
from cliplib.library import FootageState
from cliplib.records import ClipRecord, Footage
from ingest import cut, describe, duplicates, faces, facts, flaws, read, signature
from ingest.dealing import deal
from ingest.draft import ClipJob, Draft, Step, fingerprint_of, resumed, take_steps
from ingest.holes import holes_in
from ingest.job import FootageOutcome, IngestReport, Job, Status, Watcher
from ingest.keep import drop_strays, scratch, sweep
from ingest.look import look, readable
from ingest.scan import find_files, fingerprint
from ingest.settle import Settled, settled_cut
from ingest.shots import Report
from ingest.speech import sidecar_mark, sound_note
from ingest.whole import look_over

__all__ = ["FootageOutcome", "IngestReport", "Job", "Watcher", "ingest", "known"]

STEPS = (
    Step("cut", cut.VERSION, cut.cut, stands=cut.is_cut),
    Step("measure", facts.VERSION, facts.measure, inputs=facts.measure_inputs),
    Step("read", read.VERSION, read.read, inputs=read.read_inputs, aside=True),
    Step("faces", faces.VERSION, faces.look, inputs=faces.faces_inputs, stands=faces.stands, aside=True),
    Step("sign", signature.VERSION, duplicates.sign, stands=duplicates.is_signed, aside=True),
    Step("judge", flaws.VERSION, flaws.judge, aside=True),
    Step("describe", describe.VERSION, describe.describe, inputs=describe.describe_inputs),
    Step("file", describe.FILE_VERSION, describe.file, inputs=describe.file_inputs),
)

STOPPING = (BudgetSpent, CredentialsError, LibraryLocked)
"""After these, all further work would fail the same way."""

REFUSING = (NotMedia, Damaged, HeldPicture, UnsteadyClock, SourceMissing, UsageError)
"""After these, the same file would be refused again."""

STEADY_NAME = "steady.media"

MOST_ENCODERS = 8
"""Clips encoded at a time, at most, on a machine with so many cores."""


def ingest(paths: Sequence[Path], job: Job, watch: Watcher) -> IngestReport:
    """Bring files into the library; run again, it goes on where it was stopped and leaves alone what is done.

    Args:
        paths: files and folders.
        job: the library, open for writing, and what to make records with.
        watch: told how it goes on.

    Raises:
        BudgetSpent, CredentialsError, LibraryLocked: what is done so far is kept. Any other trouble with a file or clip
            is in the report, and the rest goes on.
    """
    sweep(job.library.media)
    files = find_files(paths)
    watch.found(files)
    outcomes: list[FootageOutcome] = []
    added = 0
    for path in files:
        outcome, new = _ingest_file(path, job, watch)
        outcomes.append(outcome)
        added += new
        watch.finished(outcome)
    duplicates.group(job.library)
    return IngestReport(tuple(outcomes), added)


def _ingest_file(path: Path, job: Job, watch: Watcher) -> tuple[FootageOutcome, int]:
    """One file, and how many clips of it are new. The only place where the trouble of a file is caught."""
    id = ""
    try:
        sha256 = fingerprint(path, lambda share: watch.progress(path, "check", share))
        id = Footage.id_of(sha256)
        footage = known(id, path, job)
        if footage is not None and _is_done(footage, path, job):
            reason = "already in the library"
            return FootageOutcome(path, id, "skipped", reason=reason, clips=tuple(job.library.clips_of(id))), 0
        return _take_in(path, sha256, job, watch)
    except STOPPING:
        raise
    except CliplibError as error:
        clips = _note_failure(id, error, job)
        status: Status = "refused" if isinstance(error, REFUSING) else "failed"
        return FootageOutcome(path, id, status, error.code, _told(error), clips), 0


def known(id: str, path: Path, job: Job) -> Footage | None:
    """The footage as the library knows it, its place and products brought up to date; None if it is new.

    Raises:
        UsageError: it is known as another kind.
    """
    try:
        footage = job.library.footage(id)
    except UnknownRecord:
        return None
    if footage.kind != job.kind:
        raise UsageError(
            f"{path} is in the library as {footage.kind!r} footage, not {job.kind!r}",
            f"Use --kind {footage.kind}; its records depend on the kind.",
        )
    here = footage.model_copy(update={"path": str(path.resolve()), "products": _products(job)})
    return job.library.add_footage(here)


def _products(job: Job) -> tuple[str, ...]:
    return tuple(product.id for product in job.products)


def _is_done(footage: Footage, path: Path, job: Job) -> bool:
    state = job.library.footage_state(footage.id)
    return state is not None and state.state in ("kept", "partial") and state.mark == mark_of(footage, path, job)


def mark_of(footage: Footage, path: Path, job: Job) -> str:
    """Fingerprint of everything that an ingest of this footage depends on, beside its bytes."""
    steps = (f"{step.name}:{step.version}" for step in STEPS)
    speech, text, vision = job.speech.id, job.text.id, job.vision
    engines = (
        job.settings.shots,
        job.settings.scan,
        job.settings.clips,
        speech,
        job.faces.id,
        text,
        vision.id,
        vision.fingerprint,
        job.settings.language,
    )
    products = (*footage.products, "", *(product.to_json() for product in job.settings.product))
    return fingerprint_of(*steps, *engines, sidecar_mark(path), footage.kind, *products)


def _note_failure(id: str, error: CliplibError, job: Job) -> tuple[str, ...]:
    """Note on known footage that the last try failed; returns the clips that the library has of it."""
    try:
        state = job.library.footage_state(id)
    except UnknownRecord:
        return ()
    if state is None or state.state != "kept":
        job.library.set_footage_state(id, FootageState("failed", _told(error), ""))
    return tuple(job.library.clips_of(id))


def _told(error: CliplibError) -> str:
    return f"{error.message}. {error.next_step}" if error.next_step else error.message


def _take_in(path: Path, sha256: str, job: Job, watch: Watcher) -> tuple[FootageOutcome, int]:
    """Everything that happens to a file that is not done yet."""
    before = path.stat()
    id = Footage.id_of(sha256)
    file = readable(path, id, job)
    with scratch(job.library.media) as folder:
        seen = look(file, id, job, folder, lambda share: watch.progress(path, "scan", share))
        footage = job.library.add_footage(
            Footage(
                id=id,
                sha256=sha256,
                path=str(path.resolve()),
                kind=job.kind,
                products=_products(job),
                probe=seen.probe,
            )
        )
        mark = mark_of(footage, path, job)
        job.library.set_footage_state(id, FootageState("open", "", mark))
        settled = settled_cut(path, footage, seen.scan, seen.sound.samples, job)
        watch.progress(path, "listen", 1.0)
        encoders = BoundedSemaphore(min(MOST_ENCODERS, os.cpu_count() or 1))
        clip_job = ClipJob(job, footage, file.path, seen.scan, seen.sound.samples, settled.speech, encoders)
        pieces = drafts(footage, settled, seen.sound.decoded)
        clips = _make_clips(pieces, clip_job, lambda share: watch.progress(path, "clips", share))
    look_over(id, job)
    drop_strays(job.library.media, id, {*job.library.clips_of(id), *(draft.id for draft in pieces)})
    after = path.stat()
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise SourceChanged(f"{path} was changed while it was read")
    made = (cut.copying_note(pieces, clip_job), flaws.note(job.library, id))
    notes = (*seen.notes, *settled.notes, sound_note(seen.sound.decoded, footage.probe), *made)
    holes = holes_in(seen.scan)
    status: Status = "partial" if holes else "kept"
    code = holes[0].why.code if holes else ""
    whole = FootageOutcome(path, id, status, code, "; ".join(filter(None, notes)))
    return _sum_up(whole, mark, clips, job)


def drafts(footage: Footage, settled: Settled, decoded: int) -> list[Draft]:
    """A draft of each piece with the words that are said in it; sound was decoded up to `decoded` ms."""
    note = sound_note(decoded, footage.probe)
    transcripts = deal(settled.transcript, settled.pieces, note, decoded if note else None)
    return [
        Draft(
            id=ClipRecord.id_of(footage.id, piece.span),
            span=piece.span,
            start_edge=piece.start_edge,
            end_edge=piece.end_edge,
            montage=piece.montage,
            transcript=transcript,
        )
        for piece, transcript in zip(settled.pieces, transcripts, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Made:
    """How one clip ended."""

    id: str
    new: bool = False
    error: CliplibError | None = None


def _make_clips(drafts: Sequence[Draft], job: ClipJob, report: Report) -> list[_Made]:
    """Take all clips through their steps, several at a time; in order of their beginning."""
    made: dict[str, _Made] = {}
    pool = ThreadPoolExecutor(job.job.settings.concurrency, "clip")
    try:
        running = [pool.submit(_make_clip, draft, job) for draft in drafts]
        for done in as_completed(running):
            clip = done.result()
            made[clip.id] = clip
            report(len(made) / len(drafts))
    finally:
        # Also when the run is stopped: what has begun is finished, what has not is dropped.
        job.halted.set()
        pool.shutdown(cancel_futures=True)
    return [made[draft.id] for draft in drafts]


def _make_clip(draft: Draft, job: ClipJob) -> _Made:
    """One clip. The only place where the trouble of a clip is caught."""
    if job.halted.is_set():
        return _Made(draft.id)  # nobody sums up a run that stops
    try:
        record = job.job.library.kept(draft.id)
        take_steps(resumed(draft, job, record), job, STEPS)
        return _Made(draft.id, new=record is None)
    except STOPPING:
        job.halted.set()
        raise
    except CliplibError as error:
        return _Made(draft.id, error=error)


def _sum_up(whole: FootageOutcome, mark: str, clips: Sequence[_Made], job: Job) -> tuple[FootageOutcome, int]:
    """How a file ended, which is kept in the library: as `whole` says where no clip failed."""
    errors = [clip.error for clip in clips if clip.error is not None]
    kept = tuple(job.library.clips_of(whole.id))
    added = sum(clip.new for clip in clips)
    if errors:
        reason = f"{len(errors)} of {len(clips)} clips failed, first: {_told(errors[0])}"
        if not kept:
            raise MediaError(reason) if isinstance(errors[0], MediaError) else errors[0]
        whole, mark = replace(whole, status="partial", code=errors[0].code, reason=reason), ""
    job.library.set_footage_state(
        whole.id, FootageState("partial" if whole.status == "partial" else "kept", whole.reason, mark)
    )
    return replace(whole, clips=kept), added
