"""The way of footage into the library: find, identify, probe, scan, listen, settle the cut, make and file each clip."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore

from cliplib.errors import (
    BudgetSpent,
    CliplibError,
    CredentialsError,
    LibraryLocked,
    MediaError,
    NotMedia,
    SourceChanged,
    SourceMissing,
    UnknownRecord,
    UsageError,
)
from cliplib.library import FootageState
from cliplib.media.audio import read_sound
from cliplib.media.probe import probe
from cliplib.records import MIN_CLIP_MS, ClipRecord, Footage, Probe
from ingest import cut, describe, faces, facts, read
from ingest.draft import ClipJob, Draft, Step, fingerprint_of, resumed, take_steps
from ingest.job import FootageOutcome, IngestReport, Job, Status, Watcher
from ingest.keep import sweep, written
from ingest.scan import find_files, fingerprint
from ingest.settle import Settled, settled_cut
from ingest.shots import Report, Scan, scan
from ingest.speech import deal, sidecar_mark, sound_note

__all__ = ["FootageOutcome", "IngestReport", "Job", "Watcher", "ingest"]

STEPS = (
    Step("cut", cut.VERSION, cut.cut, stands=cut.is_cut),
    Step("measure", facts.VERSION, facts.measure, inputs=facts.measure_inputs),
    Step("read", read.VERSION, read.read, inputs=read.read_inputs, aside=True),
    Step("faces", faces.VERSION, faces.look, stands=faces.stands, aside=True),
    Step("describe", describe.VERSION, describe.describe, inputs=describe.describe_inputs),
    Step("file", describe.FILE_VERSION, describe.file, inputs=describe.file_inputs),
)

STOPPING = (BudgetSpent, CredentialsError, LibraryLocked)
"""After these, all further work would fail the same way."""

REFUSING = (NotMedia, SourceMissing, UsageError)

MOST_ENCODERS = 8
"""Clips encoded at a time, at most, on a machine with so many cores."""


class TooShort(NotMedia):
    """Footage that no clip can be cut from."""

    advice = f"A clip lasts at least {MIN_CLIP_MS / 1000:.0f} s."


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
    return IngestReport(tuple(outcomes), added)


def _ingest_file(path: Path, job: Job, watch: Watcher) -> tuple[FootageOutcome, int]:
    """One file, and how many clips of it are new. The only place where the trouble of a file is caught."""
    id = ""
    try:
        sha256 = fingerprint(path, lambda share: watch.progress(path, "check", share))
        id = Footage.id_of(sha256)
        known = _known(id, path, job)
        if known is not None and _is_done(known, path, job):
            reason = "already in the library"
            return FootageOutcome(path, id, "skipped", reason=reason, clips=tuple(job.library.clips_of(id))), 0
        return _take_in(path, sha256, job, watch)
    except STOPPING:
        raise
    except CliplibError as error:
        clips = _note_failure(id, error, job)
        status: Status = "refused" if isinstance(error, REFUSING) else "failed"
        return FootageOutcome(path, id, status, error.code, _told(error), clips), 0


def _known(id: str, path: Path, job: Job) -> Footage | None:
    """The footage as the library knows it, its place and products brought up to date; None if it is new.

    Raises:
        UsageError: it is known as another kind.
    """
    try:
        known = job.library.footage(id)
    except UnknownRecord:
        return None
    if known.kind != job.kind:
        raise UsageError(
            f"{path} is in the library as {known.kind!r} footage, not {job.kind!r}",
            f"Ingest it with --kind {known.kind}; its records depend on the kind.",
        )
    here = known.model_copy(update={"path": str(path.resolve()), "products": _products(job)})
    return job.library.add_footage(here)


def _products(job: Job) -> tuple[str, ...]:
    return tuple(product.id for product in job.products)


def _is_done(footage: Footage, path: Path, job: Job) -> bool:
    state = job.library.footage_state(footage.id)
    return state is not None and state.state == "kept" and state.mark == _mark(footage, path, job)


def _mark(footage: Footage, path: Path, job: Job) -> str:
    """Fingerprint of everything that an ingest of this footage depends on, beside its bytes."""
    steps = (f"{step.name}:{step.version}" for step in STEPS)
    speech, text, vision = job.speech.id, job.text.id, job.vision
    engines = (
        job.settings.shots,
        job.settings.clips,
        speech,
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
    found = probe(path)
    id = Footage.id_of(sha256)
    pictures = _scanned(path, id, found, job, lambda share: watch.progress(path, "scan", share))
    footage = job.library.add_footage(
        Footage(
            id=id,
            sha256=sha256,
            path=str(path.resolve()),
            kind=job.kind,
            products=_products(job),
            probe=found.model_copy(update={"length": pictures.length}),
        )
    )
    mark = _mark(footage, path, job)
    job.library.set_footage_state(footage.id, FootageState("open", "", mark))
    sound = read_sound(job.ffmpeg, path, footage.probe)
    settled = settled_cut(path, footage, pictures, sound.samples, job)
    watch.progress(path, "listen", 1.0)
    encoders = BoundedSemaphore(min(MOST_ENCODERS, os.cpu_count() or 1))
    clip_job = ClipJob(job, footage, path, pictures, sound.samples, settled.speech, encoders)
    drafts = _drafts(footage, settled, sound.decoded)
    clips = _make_clips(drafts, clip_job, watch)
    after = path.stat()
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise SourceChanged(f"{path} was changed while it was read")
    told = (*settled.notes, sound_note(sound.decoded, footage.probe), cut.copying_note(drafts, clip_job))
    notes = "; ".join(filter(None, told))
    return _sum_up(path, footage, clips, FootageState("kept", notes, mark), job)


def _scanned(path: Path, id: str, found: Probe, job: Job, report: Report) -> Scan:
    """The scan of an earlier run, or a new one, which is kept.

    Raises:
        TooShort: there is less picture than a clip needs.
    """
    kept = job.library.media / id / "scan.npz"
    pictures = Scan.load(kept, job.settings.shots)
    if pictures is None:
        pictures = scan(job.ffmpeg, path, found, job.settings.shots, report)
        if pictures.length < MIN_CLIP_MS:
            raise TooShort(f"{path} lasts {pictures.length} ms")
        with written(kept) as temporary:
            pictures.save(temporary)
    report(1.0)
    return pictures


def _drafts(footage: Footage, settled: Settled, decoded: int) -> list[Draft]:
    note = sound_note(decoded, footage.probe)
    transcripts = deal(settled.transcript, [piece.span for piece in settled.pieces], note, decoded if note else None)
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


def _make_clips(drafts: Sequence[Draft], job: ClipJob, watch: Watcher) -> list[_Made]:
    """Take all clips through their steps, several at a time; in order of their beginning."""
    made: dict[str, _Made] = {}
    pool = ThreadPoolExecutor(job.job.settings.concurrency, "clip")
    try:
        running = [pool.submit(_make_clip, draft, job) for draft in drafts]
        for done in as_completed(running):
            clip = done.result()
            made[clip.id] = clip
            watch.progress(job.path, "clips", len(made) / len(drafts))
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
        record = _record(draft.id, job.job)
        take_steps(resumed(draft, job, record), job, STEPS)
        return _Made(draft.id, new=record is None)
    except STOPPING:
        job.halted.set()
        raise
    except CliplibError as error:
        return _Made(draft.id, error=error)


def _record(id: str, job: Job) -> ClipRecord | None:
    try:
        return job.library.get(id)
    except UnknownRecord:
        return None


def _sum_up(
    path: Path, footage: Footage, clips: Sequence[_Made], whole: FootageState, job: Job
) -> tuple[FootageOutcome, int]:
    """How a file ended, which is kept in the library: `whole` where no clip failed."""
    errors = [clip.error for clip in clips if clip.error is not None]
    kept = tuple(job.library.clips_of(footage.id))
    added = sum(clip.new for clip in clips)
    if not errors:
        job.library.set_footage_state(footage.id, whole)
        return FootageOutcome(path, footage.id, "kept", reason=whole.reason, clips=kept), added
    reason = f"{len(errors)} of {len(clips)} clips failed, first: {_told(errors[0])}"
    if not kept:
        raise MediaError(reason) if isinstance(errors[0], MediaError) else errors[0]
    job.library.set_footage_state(footage.id, FootageState("partial", reason, whole.mark))
    return FootageOutcome(path, footage.id, "partial", errors[0].code, reason, kept), added
