"""Lay an edit plan out on the timeline: whole frames for pictures and sound, cues for the subtitles. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from cliplib.plans import Cue, Cut, EditPlan, Pick, SoundCut, Source, Timeline, frames_of, millis_of
from cliplib.records import ClipRecord, Footage, Line
from cliplib.values import Span
from cliplib.vocabulary import Language
from compose.spoken import is_voiced, lines_of, why_muted
from compose.wrapping import Measure, cues_of

SHORTEST_CUE_MS = 700


@dataclass(frozen=True, slots=True)
class _Placed:
    """A pick with its place on the timeline, in frames."""

    pick: Pick
    record: ClipRecord
    at: int
    frames: int


def lay_out(
    plan: EditPlan, records: Mapping[str, ClipRecord], footage: Mapping[str, Footage], measure: Measure
) -> Timeline:
    """The timeline of a plan.

    Each slot has the whole number of frames nearest to its trim, so a film is exactly as long as its slots together.
    The sound of a clip is muted where it speaks and the words are unknown or in another language than the script's.

    Args:
        plan: the picks in order.
        records: clip id to effective record.
        footage: footage id to footage.
        measure: width of a line of text as a share of the picture's width.
    """
    script, placed = plan.script, list(_placed(plan, records))
    used = dict.fromkeys(each.record.footage for each in placed)
    return Timeline(
        title=script.title,
        language=script.language,
        rate=plan.rate,
        width=script.width,
        height=script.height,
        sources=tuple(_source(footage[id]) for id in used),
        video=tuple(Cut(**_cut(each)) for each in placed),
        audio=tuple(SoundCut(**_cut(each), muted=bool(why_muted(each.record, script.language))) for each in placed),
        cues=tuple(_cues(plan, placed, measure)),
    )


def _placed(plan: EditPlan, records: Mapping[str, ClipRecord]) -> Iterator[_Placed]:
    at = 0
    for pick in plan.picks:
        frames = max(1, frames_of(pick.trim.length, plan.rate))
        yield _Placed(pick, records[pick.clip], at, frames)
        at += frames


def _source(footage: Footage) -> Source:
    probe = footage.probe
    sound = probe.audio[0] if probe.audio else None
    return Source(
        footage=footage.id,
        path=footage.path,
        start=probe.start,
        audio_stream=sound.index if sound else None,
        length=probe.length,
        transfer=probe.transfer,
        rights=footage.rights,
        rate=probe.rate,
        width=probe.width,
        height=probe.height,
        channels=sound.channels if sound else 0,
        sample_rate=sound.sample_rate if sound else 0,
    )


def _cut(placed: _Placed) -> dict[str, Any]:
    pick = placed.pick
    return {
        "slot": pick.slot,
        "clip": pick.clip,
        "source": placed.record.footage,
        "start": pick.trim.start,
        "at": placed.at,
        "frames": placed.frames,
    }


def _cues(plan: EditPlan, placed: Sequence[_Placed], measure: Measure) -> Iterator[Cue]:
    """What is said where a clip speaks for itself; elsewhere the script's line over the beat's slots."""
    lines = {beat.id: beat.line for beat in plan.script.beats}
    language = plan.script.language
    for beat, group in groupby(placed, key=lambda each: each.pick.beat):
        slots = list(group)
        if any(said_in(each.record, each.pick.trim, language) for each in slots):
            for each in slots:
                yield from _spoken_cues(plan, each, measure)
        elif lines[beat]:
            yield from _spread(lines[beat], slots[0].at, sum(each.frames for each in slots), plan, measure)


def said_in(record: ClipRecord, trim: Span, language: Language) -> tuple[Line, ...]:
    """The lines of a clip that are heard in a part of it: those that lie in it by at least half."""
    if not is_voiced(record, language):
        return ()
    return tuple(line for line in lines_of(record) if 2 * line.span.overlap(trim) >= line.span.length)


def _spoken_cues(plan: EditPlan, placed: _Placed, measure: Measure) -> Iterator[Cue]:
    trim, rate = placed.pick.trim, plan.rate
    end_of_slot, free = placed.at + placed.frames, placed.at
    lines = said_in(placed.record, trim, plan.script.language)
    for number, line in enumerate(lines):
        start = max(free, placed.at + frames_of(max(0, line.span.start - trim.start), rate))
        end = placed.at + frames_of(min(line.span.end, trim.end) - trim.start, rate)
        following = lines[number + 1].span.start - trim.start if number + 1 < len(lines) else None
        limit = end_of_slot if following is None else min(end_of_slot, placed.at + frames_of(following, rate))
        end = min(max(end, start + frames_of(SHORTEST_CUE_MS, rate)), max(end, limit), end_of_slot)
        if end > start:
            yield from _spread(line.text, start, end - start, plan, measure)
            free = end


def _spread(text: str, at: int, frames: int, plan: EditPlan, measure: Measure) -> Iterator[Cue]:
    """A text over a stretch of the timeline, in as many cues as it needs, each as long as its share of the characters.

    Where the stretch is too short for every cue to stay for 0.7 s, the shortest cues are lengthened as far as it goes.
    """
    texts = cues_of(text, measure)
    shortest = min(frames_of(SHORTEST_CUE_MS, plan.rate), frames // max(1, len(texts)))
    spare, weights = frames - shortest * len(texts), [len(each) for each in texts]
    total, done, start = sum(weights), 0, at
    for number, (each, weight) in enumerate(zip(texts, weights, strict=True), 1):
        done += weight
        end = at + shortest * number + spare * done // total
        if end > start:
            yield Cue(text=each, at=start, frames=end - start)
        start = end


def caption_of(plan: EditPlan, pick: Pick, record: ClipRecord) -> str:
    """The words that go with a pick: what is heard, else the line of its beat."""
    heard = said_in(record, pick.trim, plan.script.language)
    if heard:
        return ("" if plan.script.language == "zh" else " ").join(line.text for line in heard)
    return next((beat.line for beat in plan.script.beats if beat.id == pick.beat), "")


def seconds_of(timeline: Timeline) -> float:
    """Length of the film in seconds."""
    return millis_of(timeline.frames, timeline.rate) / 1000
