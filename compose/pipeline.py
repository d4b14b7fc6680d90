"""The way of one script: offers, proposal, plan, timeline, film. Each result is a file in the job folder."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
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
from cliplib.plans import EditPlan, Proposal, Script, Timeline
from cliplib.records import ClipRecord
from cliplib.vocabulary import Vocabulary
from compose.auditing import faults
from compose.claims.checking import checker_for, refuse_blocked
from compose.handover.contact_sheet import Sheet, draw_page, draw_sheet, poster_of
from compose.handover.score_picture import write_score
from compose.handover.srt import write_subtitles
from compose.judging import judged
from compose.layout import caption_of, lay_out, seconds_of
from compose.offers import NO_WISHES, Offers, Wishes, gather
from compose.picking import Picked, pick
from compose.planfile import check_plan, check_rights
from compose.planning import Planned, decide
from compose.render import Watch, render
from compose.segments import Kit
from compose.subtitles import Look, to_ass, to_srt
from compose.table import Hand
from compose.wording import say


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
    orders: int = 1
    """How many orders the writer is asked for; the solver takes the best."""


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
    return planned_for(script, job).plan


def planned_for(script: Script, job: Job, wishes: Wishes = NO_WISHES) -> Planned:
    """As `plan_for`, with what the plan was chosen from, and with clips that must or must not be used."""
    offers = offered(script, job, wishes)
    planned = _best(script, offers, Hand(must_use=wishes.must_use), job)
    made = planned.plan.model_copy(update={"forbidden": tuple(sorted(wishes.forbidden))})
    made = in_judgement(made, offers, job)
    _keep(job, "plan.json", made.model_dump_json(by_alias=True, indent=2))
    return replace(planned, plan=made)


def in_judgement(plan: EditPlan, offers: Offers, job: Job) -> EditPlan:
    """The plan with what the claim check finds in it, and its scores."""
    records = {record.id: record for record in offers.clips.values()}
    return judged(plan, records, checker_for(job.settings, job.today))


def offered(script: Script, job: Job, wishes: Wishes = NO_WISHES) -> Offers:
    """What can be chosen from; lies with the script in the job folder."""
    job.folder.mkdir(parents=True, exist_ok=True)
    _keep(job, "script.json", script.to_json())
    offers = gather(script, job, wishes)
    _keep(job, "offers.json", "[" + ",\n".join(offer.to_json() for offer in offers.offers) + "]")
    return offers


def proposed(script: Script, offers: Offers, job: Job, earlier: tuple[Proposal, ...] = ()) -> Picked:
    """What the writer proposes, or its stand-in, which is announced."""
    workshop = Workshop(job.settings, job.vocabulary, job.library, job.announce)
    picked = pick(script, offers, job.writer, lambda: registry.make("writer", "rules", workshop), earlier)
    for note in picked.notes:
        job.announce(note)
    return picked


def decided(script: Script, offers: Offers, picked: Picked, hand: Hand, job: Job) -> Planned:
    """The plan that a proposal leads to; the proposal lies in the job folder."""
    _keep(job, "proposal.json", picked.proposal.to_json())
    return decide(script, offers, picked, hand)


def _best(script: Script, offers: Offers, hand: Hand, job: Job) -> Planned:
    """The best of as many orders as the job asks for, by the points of the solver."""
    tried, made = list[Proposal](), list[Planned]()
    for _ in range(job.orders):
        picked = proposed(script, offers, job, tuple(tried))
        if _firsts(picked.proposal) in [_firsts(other) for other in tried]:
            break
        tried.append(picked.proposal)
        made.append(decide(script, offers, picked, hand))
    best = max(range(len(made)), key=lambda k: (made[k].worth.total, -k))
    _keep(job, "proposal.json", tried[best].to_json())
    if len(made) == 1:
        return made[0]
    points = ", ".join(f"{one.worth.total}" for one in made)
    note = say(script.language, "orders", count=len(made), points=points)
    plan = made[best].plan
    return replace(made[best], plan=plan.model_copy(update={"notes": (*plan.notes, note)}))


def _firsts(proposal: Proposal) -> dict[str, tuple[str, ...]]:
    return {choice.beat: choice.labels[:1] for choice in proposal.choices}


def storyboard(plan: EditPlan, job: Job, target: Path) -> Path:
    """Draw the sheet of a plan that is not rendered yet, with the posters of its clips; returns the target.

    Raises:
        GlyphMissing: no font has the characters of the subtitles.
    """
    records = check_plan(plan, job.library)
    font = find_font(_drawn(plan, records), job.settings.font)
    footage = {id: job.library.footage(id) for id in {record.footage for record in records.values()}}
    timeline = lay_out(plan, records, footage, Look(plan.script.width, plan.script.height, font).measure)
    pictures = [poster_of(job.library.media / records[pick.clip].id / "poster.jpg") for pick in plan.picks]
    draw_page(Sheet(plan, timeline, records, font, job.vocabulary), pictures).save(target, optimize=True)
    return target


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
    sheet = sheet_of(plan, job.library, job.settings, job.vocabulary)
    check_rights(plan, sheet.records, job.library, job.today)
    wrong = faults(plan, sheet.records)
    for fault in wrong:
        job.announce(fault)
    timeline, font = sheet.timeline, sheet.font
    _keep_timeline(timeline, font, job)
    rendered = render(timeline, Kit(job.ffmpeg, job.folder, font), out, job.watch)
    srt, vtt = write_subtitles(timeline, rendered.output)
    drawn = draw_sheet(sheet, rendered)
    score = write_score(plan, rendered.output.with_suffix(".score.png"))
    _note_usage(plan, job)
    return Film(
        output=rendered.output, plan=plan, timeline=timeline, seconds=seconds_of(timeline), sheet=drawn,
        score=score, subtitles=srt, captions=vtt, folder=job.folder, notes=(*plan.notes, *wrong, *rendered.notes),
    )  # fmt: skip


def sheet_of(plan: EditPlan, library: Library, settings: Settings, vocabulary: Vocabulary) -> Sheet:
    """A plan laid out on its timeline, with the records of its clips and the font of its subtitles.

    Raises:
        ScriptError, UnknownRecord: a pick cannot be used.
        GlyphMissing: no font has the characters of the subtitles.
    """
    records = check_plan(plan, library)
    font = find_font(_drawn(plan, records), settings.font)
    footage = {id: library.footage(id) for id in {record.footage for record in records.values()}}
    timeline = lay_out(plan, records, footage, Look(plan.script.width, plan.script.height, font).measure)
    return Sheet(plan, timeline, records, font, vocabulary)


def _keep_timeline(timeline: Timeline, font: FontFace, job: Job) -> None:
    """Keep a timeline as timeline.json and as subtitles in the job folder."""
    look = Look(timeline.width, timeline.height, font)
    _keep(job, "timeline.json", timeline.model_dump_json(by_alias=True, indent=2))
    _keep(job, "subtitles.ass", to_ass(timeline.cues, timeline.rate, look))
    _keep(job, "subtitles.srt", to_srt(timeline.cues, timeline.rate))


def _drawn(plan: EditPlan, records: Mapping[str, ClipRecord]) -> str:
    """Everything that may be burned into the picture."""
    return "".join(caption_of(plan, pick, records[pick.clip]) for pick in plan.picks)


def _note_usage(plan: EditPlan, job: Job) -> None:
    now = datetime.now(UTC)
    job.library.note_usage([Usage(clip=p.clip, job=job.folder.name, slot=p.slot, at=now) for p in plan.picks])


def _keep(job: Job, name: str, text: str) -> None:
    (job.folder / name).write_text(text + "\n", "utf-8")
