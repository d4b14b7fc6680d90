"""The way of one script: offers, proposal, plan, timeline, film. Each result is a file in the job folder."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from cliplib.config import Settings
from cliplib.engines import registry
from cliplib.engines.base import Embedder, Workshop, Writer
from cliplib.index.base import VectorIndex
from cliplib.ledger import Usage
from cliplib.library import Library
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.media.fonts import FontFace, find_font
from cliplib.plans import EditPlan, Script, Timeline
from cliplib.records import ClipRecord
from cliplib.vocabulary import Vocabulary
from compose.claims.checking import checker_for, refuse_blocked
from compose.handover.contact_sheet import Sheet, draw_sheet
from compose.handover.score_picture import write_score
from compose.handover.srt import write_subtitles
from compose.judging import judged
from compose.layout import caption_of, lay_out, seconds_of
from compose.offers import Offers, gather
from compose.picking import Picked, pick
from compose.planfile import check_plan
from compose.planning import plan as planned
from compose.render import Watch, render
from compose.segments import Kit
from compose.subtitles import Look, to_ass, to_srt


@dataclass(frozen=True)
class Job:
    """All that composing needs besides the script. The folder holds every intermediate result; see `folder_for`."""

    library: Library
    index: VectorIndex
    embedder: Embedder
    writer: Writer
    ffmpeg: Ffmpeg
    settings: Settings
    vocabulary: Vocabulary
    folder: Path
    announce: Callable[[str], None] = field(default=lambda _: None)
    """Told in one line of every downgrade."""
    watch: Watch = field(default=lambda _step, _share: None)
    """Told of progress: the step and the share of it that is done."""
    today: date = field(default_factory=lambda: datetime.now(UTC).date())
    """Rights are judged on this day."""


@dataclass(frozen=True, slots=True)
class Film:
    """A finished film, measured, with all that lies beside it."""

    output: Path
    plan: EditPlan
    timeline: Timeline
    seconds: float
    sheet: Path
    score: Path
    subtitles: Path
    captions: Path
    folder: Path
    notes: tuple[str, ...] = ()


def folder_for(jobs: Path, script: Script) -> Path:
    """The job folder of a script: the same for the same script, so that a second run finds what the first one made."""
    digest = hashlib.sha256(script.to_json().encode()).hexdigest()[:10]
    slug = re.sub(r"[^\w-]+", "-", script.title.casefold()).strip("-")[:32].strip("-")
    return jobs / f"{slug or 'film'}-{digest}"


def compose(script: Script, job: Job, *, out: Path) -> Film:
    """Make the film of a script.

    Raises:
        NothingFits: no selection satisfies the script.
        ClaimBlocked: it says what must not be said; the plan lies in the job folder.
        MediaError: rendering failed, or the film failed its check; nothing lies under `out` then.
    """
    return render_plan(plan_for(script, job), job, out)


def plan_for(script: Script, job: Job) -> EditPlan:
    """The edit plan of a script; lies as plan.json in the job folder.

    Raises:
        NothingFits: no selection satisfies the script; says which rules contradict one another.
    """
    job.folder.mkdir(parents=True, exist_ok=True)
    _keep(job, "script.json", script.to_json())
    offers = gather(script, job)
    _keep(job, "offers.json", "[" + ",\n".join(offer.to_json() for offer in offers.offers) + "]")
    picked = _pick(script, offers, job)
    _keep(job, "proposal.json", picked.proposal.to_json())
    records = {record.id: record for record in offers.clips.values()}
    plan = judged(planned(script, offers, picked), records, checker_for(job.settings, job.today))
    _keep(job, "plan.json", plan.model_dump_json(by_alias=True, indent=2))
    return plan


def render_plan(plan: EditPlan, job: Job, out: Path) -> Film:
    """Make the film of a plan, which a person may have changed.

    Raises:
        ScriptError, UnknownRecord: a pick cannot be used.
        ClaimBlocked: its words break a rule, and no person has allowed it; before anything is rendered.
        GlyphMissing: no font has the characters of the subtitles; before anything is rendered.
        MediaError: rendering failed, or the film failed its check; nothing lies under `out` then.
    """
    job.folder.mkdir(parents=True, exist_ok=True)
    records = check_plan(plan, job.library)
    plan = judged(plan, records, checker_for(job.settings, job.today))
    refuse_blocked(plan)
    font = find_font(_drawn(plan, records), job.settings.font)
    timeline = _timeline(plan, records, font, job)
    rendered = render(timeline, Kit(job.ffmpeg, job.folder, font), out, job.watch)
    srt, vtt = write_subtitles(timeline, rendered.output)
    sheet = draw_sheet(Sheet(plan, timeline, records, font, job.vocabulary), rendered)
    score = write_score(plan, rendered.output.with_suffix(".score.png"))
    _note_usage(plan, job)
    return Film(
        output=rendered.output, plan=plan, timeline=timeline, seconds=seconds_of(timeline), sheet=sheet,
        score=score, subtitles=srt, captions=vtt, folder=job.folder, notes=(*plan.notes, *rendered.notes),
    )  # fmt: skip


def _pick(script: Script, offers: Offers, job: Job) -> Picked:
    workshop = Workshop(job.settings, job.vocabulary, job.library, job.announce)
    picked = pick(script, offers, job.writer, lambda: registry.make("writer", "rules", workshop))
    for note in picked.notes:
        job.announce(note)
    return picked


def _timeline(plan: EditPlan, records: Mapping[str, ClipRecord], font: FontFace, job: Job) -> Timeline:
    """The timeline of a plan; lies as timeline.json and as subtitles in the job folder."""
    footage = {id: job.library.footage(id) for id in {record.footage for record in records.values()}}
    look = Look(plan.script.width, plan.script.height, font)
    timeline = lay_out(plan, records, footage, look.measure)
    _keep(job, "timeline.json", timeline.model_dump_json(by_alias=True, indent=2))
    _keep(job, "subtitles.ass", to_ass(timeline.cues, timeline.rate, look))
    _keep(job, "subtitles.srt", to_srt(timeline.cues, timeline.rate))
    return timeline


def _drawn(plan: EditPlan, records: Mapping[str, ClipRecord]) -> str:
    """Everything that may be burned into the picture."""
    return "".join(caption_of(plan, pick, records[pick.clip]) for pick in plan.picks)


def _note_usage(plan: EditPlan, job: Job) -> None:
    now = datetime.now(UTC)
    job.library.note_usage([Usage(clip=p.clip, job=job.folder.name, slot=p.slot, at=now) for p in plan.picks])


def _keep(job: Job, name: str, text: str) -> None:
    (job.folder / name).write_text(text + "\n", "utf-8")
