"""Bring an edited timeline back into its plan; what a plan cannot say is listed, and nothing is guessed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from pathlib import Path

from cliplib.errors import ScriptError, UnknownRecord, UsageError
from cliplib.library import Library
from cliplib.plans import Beat, EditPlan, Pick, frames_of, millis_of
from cliplib.records import ClipRecord, Footage
from cliplib.values import Rate, Span
from compose.handover.edited import Edited, Shot
from compose.handover.edited_fcpxml import read_fcpxml
from compose.handover.edited_otio import read_otio
from compose.planfile import check_plan
from compose.wording import say

READERS = {".otio": read_otio, ".fcpxml": read_fcpxml, ".fcpxmld": read_fcpxml}
BUNDLE = "Info.fcpxml"


@dataclass(frozen=True, slots=True)
class Unmapped:
    """Something on an edited timeline that the plan cannot hold: its name, seconds on the film, and why."""

    name: str
    at: float
    why: str


@dataclass(frozen=True, slots=True)
class Revision:
    """A plan as it was edited, what changed in words, and what of the edit is not in it."""

    plan: EditPlan
    changes: tuple[str, ...]
    unmapped: tuple[Unmapped, ...]


def read_edited(path: Path) -> Edited:
    """The timeline in an .otio file, an .fcpxml file or an .fcpxmld bundle.

    Raises:
        UsageError: another ending.
        ScriptError: it cannot be read as what its ending says.
        MissingTool: OTIO needs the extra `handover`.
    """
    reader = READERS.get(path.suffix.casefold())
    if reader is None:
        raise UsageError(f"{path.name}: timelines come back as .otio or .fcpxml")
    file = path / BUNDLE if path.is_dir() else path
    try:
        return reader(file.read_bytes().decode("utf-8-sig"), path.name)
    except OSError as error:
        raise ScriptError(f"cannot read {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ScriptError(f"{file} is not UTF-8 text: {error.reason} at byte {error.start}") from error


def revised(plan: EditPlan, edited: Edited, library: Library, name: str) -> Revision:
    """The plan with the changes of an edited timeline.

    Args:
        plan: the plan that was handed over.
        edited: the timeline that came back.
        library: whose clips it may use.
        name: what the edited file is called; the plan notes it.

    Raises:
        ScriptError: nothing of the timeline can be mapped; says why of each.
    """
    return _Revising(plan, library).revise(edited, name)


class _Revising:
    """One run over an edited timeline; gathers picks, changes and what cannot be mapped."""

    def __init__(self, plan: EditPlan, library: Library) -> None:
        self._plan = plan
        self._library = library
        self._footage = _Shelf(library.all_footage())
        self._old = {pick.slot: pick for pick in plan.picks}
        self._picks: list[Pick] = []
        self._unmapped: list[Unmapped] = []

    def revise(self, edited: Edited, name: str) -> Revision:
        shots = sorted(edited.pictures, key=lambda shot: shot.at)
        for shot in shots:
            try:
                self._picks.append(self._pick(shot))
            except _Unmappable as error:
                self._unmapped.append(Unmapped(shot.name, float(shot.at), str(error)))
        self._look_at_sounds(edited)
        if not self._picks:
            why = "; ".join(f"{each.name} at {each.at:.2f} s: {each.why}" for each in self._unmapped)
            raise ScriptError(f"nothing of {name} can be brought into the plan: {why or 'it is empty'}")
        told = changes_between(self._plan.picks, self._picks)
        script, picks = in_beat_order(self._plan.script.beats, self._picks)
        plan = self._plan
        if told:
            plan = plan.model_copy(
                update={
                    "script": plan.script.model_copy(update={"beats": script}), "picks": tuple(picks),
                    "proof": "feasible", "notes": (*plan.notes, say(plan.script.language, "edited", name=name)),
                }
            )  # fmt: skip
        check_plan(plan, self._library)
        return Revision(plan, tuple(told), tuple(self._unmapped))

    def _pick(self, shot: Shot) -> Pick:
        if shot.trouble:
            raise _Unmappable(shot.trouble)
        rate = self._plan.rate
        frames = round(shot.length * rate.fraction)
        if frames < 1:
            raise _Unmappable("it is shorter than a frame")
        old = self._old.get(shot.slot)
        if old is not None and self._unchanged(old, shot, frames):
            clip, trim = old.clip, old.trim
        else:
            record, trim = self._mapped(shot, frames, old)
            clip = record.id
            old = old or next((pick for pick in self._old.values() if pick.clip == clip), None)
            if old is not None and old.clip == clip and self._unchanged(old, shot, frames):
                trim = old.trim
        if any(clip == pick.clip for pick in self._picks):
            raise _Unmappable(f"the clip {clip} is in the film already; a plan uses a clip once")
        if old is None or any(pick.slot == old.slot for pick in self._picks):
            return self._new(self._free_slot(), self._beat_here(), clip, trim)
        return old.model_copy(update={"trim": trim}) if old.clip == clip else self._new(old.slot, old.beat, clip, trim)

    def _unchanged(self, old: Pick, shot: Shot, frames: int) -> bool:
        """Whether a shot shows what a pick shows: the same pictures of the same footage."""
        record = self._library.get(self._library.current(old.clip))
        footage, found = self._library.footage(record.footage), self._footage.called(shot.path)
        if shot.clip not in ("", old.clip) or (found is None and not shot.clip) or (found and found.id != footage.id):
            return False
        tick = 1 / min(footage.probe.rate.fraction, self._plan.rate.fraction)
        late = shot.begin - Fraction(old.trim.start, 1000)
        same_length = frames == max(1, frames_of(old.trim.length, self._plan.rate))
        return same_length and -Fraction(1, 1000) <= late < tick

    def _mapped(self, shot: Shot, frames: int, old: Pick | None) -> tuple[ClipRecord, Span]:
        """The clip that holds what a shot shows, and the part of it."""
        footage, named = self._footage.called(shot.path), self._named(shot)
        fitting = [each for each in named if footage is None or each.footage == footage.id]
        found = self._holding(fitting, shot, frames)
        stretch = f"{float(shot.begin):.3f}-{float(shot.begin + shot.length):.3f} s"
        if named and not found and (old is None or shot.clip != old.clip):
            raise _Unmappable(f"it names the clip {shot.clip} but shows {stretch} of {shot.name}, which is not in it")
        if not found and footage is not None:
            found = self._holding(self._library.records(self._library.clips_of(footage.id)), shot, frames)
        if len(found) == 1:
            record, trim = found[0]
            if record.effective().review.status == "rejected":
                raise _Unmappable(f"the clip {record.id} was rejected in review")
            return record, trim
        if found:
            raise _Unmappable(f"{stretch} lies in more than one clip: {', '.join(r.id for r, _ in found)}")
        if fitting:
            spans = ", ".join(f"{r.id} ({r.span.start / 1000:.3f}-{r.span.end / 1000:.3f} s)" for r in fitting)
            raise _Unmappable(f"{stretch} leaves the clip {spans}; `cliplib clip nudge` moves its edges")
        of = f"no clip of {Path(footage.path).name} holds {stretch}" if footage else "its footage is not in the library"
        raise _Unmappable(of)

    def _named(self, shot: Shot) -> list[ClipRecord]:
        """The clips that the id of a shot means now."""
        if not shot.clip:
            return []
        try:
            return self._library.records([heir.clip for heir in self._library.heirs(shot.clip)])
        except UnknownRecord:
            return []

    def _holding(self, records: Sequence[ClipRecord], shot: Shot, frames: int) -> list[tuple[ClipRecord, Span]]:
        found = []
        for record in records:
            tick = 1 / self._library.footage(record.footage).probe.rate.fraction
            if trim := part_of(record.span, shot.begin, frames, self._plan.rate, tick):
                found.append((record, trim))
        return found

    def _new(self, slot: str, beat: str, clip: str, trim: Span) -> Pick:
        why = say(self._plan.script.language, "chosen by hand")
        return Pick(slot=slot, beat=beat, clip=clip, trim=trim, reason=why, score=0.0, terms={})

    def _free_slot(self) -> str:
        taken = {*self._old, *(pick.slot for pick in self._picks)}
        return next(slot for number in count(1) if (slot := f"s{number}") not in taken)

    def _beat_here(self) -> str:
        """The beat of something new: that of what comes before it, else the first."""
        return self._picks[-1].beat if self._picks else self._plan.picks[0].beat

    def _look_at_sounds(self, edited: Edited) -> None:
        """List sounds that do not lie under their own picture, because a plan keeps the two together."""
        frame = 1 / self._plan.rate.fraction
        for sound in edited.sounds:
            under = [
                each for each in edited.pictures
                if each.path == sound.path and abs(each.at - sound.at) < frame / 2
                and abs(each.length - sound.length) < frame / 2 and abs(each.begin - sound.begin) < frame
            ]  # fmt: skip
            if not under:
                why = "this sound does not lie under its own picture; a plan keeps the two together"
                self._unmapped.append(Unmapped(sound.name, float(sound.at), why))


class _Unmappable(Exception):
    """Why a shot cannot be brought into the plan."""


class _Shelf:
    """Footage by path, and by file name where that is unique."""

    def __init__(self, footage: Sequence[Footage]) -> None:
        self._paths = {each.path: each for each in footage}
        names = [(name, each) for each in footage for name in _names(each)]
        seen = Counter(name for name, _ in names)
        self._names = {name: each for name, each in names if seen[name] == 1}

    def called(self, path: str) -> Footage | None:
        """The footage that a path means; None where that is not certain."""
        return self._paths.get(path) or self._names.get(path.replace("\\", "/").rsplit("/", 1)[-1].casefold())


def _names(footage: Footage) -> set[str]:
    """The names that its file may have: its own, and the one it was copied under beside another of that name."""
    path = Path(footage.path)
    return {path.name.casefold(), f"{path.stem}-{footage.id[-6:]}{path.suffix}".casefold()}


def part_of(span: Span, begin: Fraction, frames: int, rate: Rate, tick: Fraction) -> Span | None:
    """The part of a clip that a shot shows, in milliseconds; None where it leaves the clip by a picture or more.

    Args:
        span: the clip's.
        begin: seconds of the first picture that is shown.
        frames: length in frames of the film.
        rate: of the film.
        tick: seconds that one picture of the footage lasts.
    """
    spare = tick * 1000
    start, length = round(begin * 1000), millis_of(frames, rate)
    if start < span.start - spare or start + length > span.end + spare:
        return None
    start = max(start, span.start)
    end = min(start + length, span.end)
    if frames_of(end - start, rate) < frames:
        start = max(span.start, end - length)
    fits = end > start and max(1, frames_of(end - start, rate)) == frames
    return Span(start=start, end=end) if fits else None


def changes_between(old: Sequence[Pick], new: Sequence[Pick]) -> list[str]:
    """What changed from one list of picks to another, a line per slot."""
    before, after = {pick.slot: pick for pick in old}, {pick.slot: pick for pick in new}
    told = [f"{slot}: removed" for slot in before if slot not in after]
    for slot, pick in after.items():
        if slot not in before:
            told.append(f"{slot}: added, {pick.clip}")
        elif pick.clip != before[slot].clip:
            told.append(f"{slot}: {pick.clip} in place of {before[slot].clip}")
        elif pick.trim != before[slot].trim:
            was = before[slot].trim
            told.append(f"{slot}: {was.start}-{was.end} ms is now {pick.trim.start}-{pick.trim.end} ms")
    kept = [slot for slot in after if slot in before]
    if kept != [slot for slot in before if slot in after]:
        told.append(f"order: {', '.join(pick.slot for pick in new)}")
    return told


def in_beat_order(beats: tuple[Beat, ...], picks: Sequence[Pick]) -> tuple[tuple[Beat, ...], list[Pick]]:
    """Beats in the order of the picks, as a plan wants them.

    Where the slots of a beat were torn apart, each further run gets a beat of its own without a line, so that nothing
    is said twice. Beats without picks stay behind the one they followed.
    """
    known, order, made = {beat.id: beat for beat in beats}, list[Beat](), list[Pick]()
    free = (f"b{number}" for number in count(1) if f"b{number}" not in known)
    previous = ""
    for pick in picks:
        if pick.beat != previous:
            beat = known[pick.beat]
            again = any(beat.id == each.id for each in order)
            order.append(beat.model_copy(update={"id": next(free), "line": "", "length": None}) if again else beat)
        previous = pick.beat
        made.append(pick.model_copy(update={"beat": order[-1].id}))
    for number, beat in enumerate(beats):
        if beat not in order:
            order.insert(order.index(beats[number - 1]) + 1 if number else 0, beat)
    return tuple(order), made
