"""Put a person's cut in force: new clips go through the ordinary steps, then replace the old ones in one transaction.

Whatever happens before the transaction leaves the library as it was; what comes after it, the file of the cut and the
media of clips that are gone, is made good by the next run.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import BoundedSemaphore

import numpy as np

from cliplib.errors import SourceChanged, SourceMissing, UsageError
from cliplib.ledger import Edit
from cliplib.library.carrying import Carried
from cliplib.records import ClipRecord, Footage
from ingest import duplicates, pipeline
from ingest.describe import record_of
from ingest.draft import ClipJob, Draft, resumed, take_steps
from ingest.job import Job
from ingest.keep import drop_strays, scratch, sweep
from ingest.layout import Numbers
from ingest.look import Readable, look, pictures, readable
from ingest.misheard import corrected
from ingest.recut import Nudge, Recut, merged, nudged, restored, split
from ingest.scan import fingerprint
from ingest.settle import Settled, in_order, keep_cut, kept_cut
from ingest.whole import look_over


@dataclass(frozen=True, slots=True)
class Edited:
    """What came of an edit: which clips were replaced by which, and what each new one has taken over."""

    edit: Edit
    taken_over: dict[str, Carried]
    notes: tuple[str, ...] = ()
    """What else an editor should know: which clips overlap now."""


def merge_clips(ids: Sequence[str], job: Job, who: str) -> Edited:
    """Make one clip of neighbours.

    Args:
        ids: live clips of one footage.
        job: its library is open for writing; its kind is that of the footage.
        who: the person.

    Raises:
        UnknownRecord: a clip is not there, or was replaced already.
        UsageError: they cannot be one clip.
        SourceMissing, SourceChanged: the footage is not where it was, or is another.
        MediaError, EngineError: the new clip cannot be made; nothing has changed.
    """
    clips = [_live(id, job) for id in ids]
    return _put_in_force(merged(clips, _others(clips, job)), job, who)


def split_clip(id: str, at: Sequence[int], job: Job, who: str) -> Edited:
    """Divide a clip at some moments (ms on the footage); raises as `merge_clips` does."""
    clip = _live(id, job)
    return _put_in_force(split(clip, at, _marks(clip, job), who), job, who)


def nudge_clip(id: str, by: Nudge, job: Job, who: str) -> Edited:
    """Move the ends of a clip; raises as `merge_clips` does."""
    clip = _live(id, job)
    return _put_in_force(nudged(clip, by, _others([clip], job), _marks(clip, job), who), job, who)


def undo_edit(id: str, job: Job, who: str) -> Edited:
    """Bring back the clips that a clip was made of; their corrections and those made since are in force.

    Raises:
        UsageError: no person has made it, or the other clips that came of the same edit have been edited since.
        As `merge_clips` does otherwise.
    """
    clip = _live(id, job)
    made = (edit for edit in reversed(job.library.edits(clip.footage)) if id in edit.new and edit.what != "undo")
    edit = next(made, None)
    if edit is None:
        raise UsageError(f"no merge, split or nudge has made {id}; there is nothing to undo")
    if gone := [other for other in edit.new if not job.library.is_live(other)]:
        raise UsageError(f"{gone[0]}, which came of the same edit, has been edited since", "Undo that first.")
    kept = job.library.kept
    before = [known for old in edit.old if (known := kept(old)) is not None]
    return _put_in_force(restored([_live(new, job) for new in edit.new], before), job, who)


def _live(id: str, job: Job) -> ClipRecord:
    return job.library.get(job.library.live_of(id))


def _others(clips: Sequence[ClipRecord], job: Job) -> list[ClipRecord]:
    """All further clips of their footage."""
    named = {clip.id for clip in clips}
    return job.library.records([id for id in job.library.clips_of(clips[0].footage) if id not in named])


def _marks(clip: ClipRecord, job: Job) -> Numbers:
    """When each picture of a clip's footage begins, and its end."""
    footage = job.library.footage(clip.footage)
    scan = pictures(_readable(footage, job), footage.id, job, lambda _: None)
    return np.append(scan.times, scan.length)


def _readable(footage: Footage, job: Job) -> Readable:
    path = Path(footage.path)
    if not path.is_file():
        raise SourceMissing(f"{path} is not there")
    return readable(path, footage.id, job)


def _put_in_force(recut: Recut, job: Job, who: str) -> Edited:
    library, footage = job.library, job.library.footage(recut.old[0].footage)
    new = {ClipRecord.id_of(footage.id, piece.span): piece for piece in recut.new}
    if taken := [id for id in new if library.is_live(id)]:
        raise UsageError(f"there is already a clip {taken[0]} of this span")
    settled = _settled(recut, footage, job)
    sweep(library.media)
    records = _made(list(new), settled, footage, job)
    edit = Edit(
        what=recut.what,
        footage=footage.id,
        old=tuple(clip.id for clip in recut.old),
        new=tuple(new),
        who=who,
        at=datetime.now(UTC),
    )
    with library.together():
        taken_over = library.replace(edit, records)
        state = library.footage_state(footage.id)
        if state is not None and state.mark != pipeline.mark_of(footage, Path(footage.path), job):
            # Made with other engines than the rest of the file: the next ingest shall look at it again.
            library.set_footage_state(footage.id, replace(state, mark=""))
    look_over(footage.id, job, edit.new)
    duplicates.group(library)
    keep_cut(settled, footage, library)
    drop_strays(library.media, footage.id, {ClipRecord.id_of(footage.id, piece.span) for piece in settled.pieces})
    return Edited(edit, taken_over, _overlaps(records, _others(records, job)))


def _settled(recut: Recut, footage: Footage, job: Job) -> Settled:
    """What was heard in the footage, with the pieces as they shall be."""
    kept = kept_cut(footage, job.library)
    again = f"Run `cliplib ingest {footage.path} --kind {footage.kind}` first."
    if kept is None:
        raise UsageError(f"what was heard in {footage.path} is no longer kept", again)
    old = {clip.span for clip in recut.old}
    stay = [piece for piece in kept.pieces if piece.span not in old]
    unmade = [piece for piece in stay if not job.library.is_live(ClipRecord.id_of(footage.id, piece.span))]
    if any(piece.span.holds(other.span.middle) for piece in recut.new for other in unmade):
        raise UsageError(f"a clip of {footage.path} that lies there has not been made yet", again)
    return kept.model_copy(update={"pieces": in_order([*stay, *recut.new])})


def _made(ids: Sequence[str], settled: Settled, footage: Footage, job: Job) -> list[ClipRecord]:
    """The machine's records of new clips, their media made; nothing is in the library yet."""
    file = _readable(footage, job)
    if fingerprint(Path(footage.path), lambda _: None) != footage.sha256:
        raise SourceChanged(f"{footage.path} is not the file that was ingested")
    said = settled.model_copy(update={"transcript": corrected(settled.transcript, job.settings.product)})
    found: dict[str, ClipRecord] = {}

    def hold(draft: Draft, job: ClipJob) -> Draft:
        found[draft.id] = record_of(draft, job)
        return draft

    steps = (*pipeline.STEPS[:-1], replace(pipeline.STEPS[-1], work=hold))
    with scratch(job.library.media) as folder:
        seen = look(file, footage.id, job, folder, lambda _: None)
        sound = seen.sound
        clip_job = ClipJob(job, footage, file.path, seen.scan, sound.samples, settled.speech, BoundedSemaphore(1))
        for draft in pipeline.drafts(footage, said, sound.decoded):
            if draft.id in ids:
                known = job.library.kept(draft.id)
                take_steps(resumed(draft, clip_job, known), clip_job, steps)
                if known is not None:
                    found.setdefault(draft.id, known)
    return [found[id] for id in ids]


def _overlaps(records: Sequence[ClipRecord], others: Sequence[ClipRecord]) -> tuple[str, ...]:
    pairs = ((one, other, one.span.overlap(other.span)) for one in records for other in others)
    return tuple(f"{one.id} and {other.id} share {shared / 1000:g} s" for one, other, shared in pairs if shared)
