"""Judge a plan in five dimensions by numbers that follow from the plan and its clips alone."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, pairwise

from cliplib.claims import Finding
from cliplib.plans import Beat, EditPlan, Pick
from cliplib.records import ClipRecord
from cliplib.scores import Dimension, Number, Quality, ScoreCard
from cliplib.words import tokens
from compose.claims.checking import open_blocks
from compose.constraints import excluded
from compose.figures import contradicting
from compose.offers import content_fit
from compose.spoken import is_voiced, lines_of, why_muted

LENGTH_OFF_S = 0.5
OWN_LENGTH_SHARE = 0.3
FRAME_MS = 34
"""A trim is a whole number of frames; so much of a length is rounding."""

SOURCE_REPEAT = 0.5
FITTING = 0.5
FLAWED = 0.05
LOUDNESS_JUMP_LU = 10.0
WORDS_ALIKE = 6
"""Tokens of spoken words from which on the same words in two clips are taken for the same take told again."""


def score(plan: EditPlan, records: Mapping[str, ClipRecord], findings: Iterable[Finding]) -> ScoreCard:
    """The score card of a plan.

    Args:
        plan: the picks in order, with what the editor asked for.
        records: clip id to effective record.
        findings: what the claim check says of the plan now.
    """
    clips = [records[pick.clip] for pick in plan.picks]
    return ScoreCard(
        dimensions=(
            _dimension("usable", _usable(plan, clips)),
            _dimension("controllable", _controllable(plan)),
            _dimension("diverse", _diverse(clips)),
            _dimension("reasonable", _reasonable(plan, clips, findings)),
            _dimension("watchable", _watchable(plan, clips)),
        )
    )


def _dimension(name: Quality, numbers: Sequence[Number]) -> Dimension:
    return Dimension(name=name, numbers=tuple(numbers))


def _least(name: str, value: float, limit: float) -> Number:
    return Number(name=name, value=round(value, 3), limit=limit, wanted="least")


def _most(name: str, value: float, limit: float) -> Number:
    return Number(name=name, value=round(value, 3), limit=limit, wanted="most")


def _share(kept: Sequence[bool]) -> float:
    """The share that is true; all of nothing is 1."""
    return sum(kept) / len(kept) if kept else 1.0


def _usable(plan: EditPlan, clips: Sequence[ClipRecord]) -> list[Number]:
    wanted = plan.script.product
    about = [not wanted or wanted in (link.product for link in clip.products) for clip in clips]
    return [
        _least("product_share", _share(about), 1.0),
        _most("length_off_s", abs(plan.length - plan.script.length) / 1000, LENGTH_OFF_S),
    ]


def _controllable(plan: EditPlan) -> list[Number]:
    used = {pick.clip for pick in plan.picks}
    wishes = [clip in used for clip in plan.must_use] + [clip not in used for clip in plan.forbidden]
    filled = {pick.beat for pick in plan.picks}
    return [
        _least("beats_filled", _share([beat.id in filled for beat in plan.script.beats]), 1.0),
        _least("wishes_kept", _share(wishes), 1.0),
        _least("lengths_kept", _share([_length_kept(beat, plan.picks) for beat in plan.script.beats]), 1.0),
    ]


def _length_kept(beat: Beat, picks: Sequence[Pick]) -> bool:
    """Whether a beat that has clips and a length of its own is met within 30 %."""
    length = sum(pick.trim.length for pick in picks if pick.beat == beat.id)
    if not (beat.length and length):
        return True
    return abs(length - beat.length) <= OWN_LENGTH_SHARE * beat.length + FRAME_MS


def _diverse(clips: Sequence[ClipRecord]) -> list[Number]:
    repeats = sum(clip.id == other.id or _alike(clip, other) for clip, other in combinations(clips, 2))
    further = len(clips) - len({clip.footage for clip in clips})
    return [
        _most("repeated_pairs", repeats, 0),
        _most("source_repeat", further / max(1, len(clips) - 1), SOURCE_REPEAT),
    ]


def _alike(clip: ClipRecord, other: ClipRecord) -> bool:
    """Whether two clips show the same pictures, or nearly, or say the same words."""
    said = tokens(clip.spoken)
    return excluded(clip, other) or (len(said) >= WORDS_ALIKE and said == tokens(other.spoken))


def _reasonable(plan: EditPlan, clips: Sequence[ClipRecord], findings: Iterable[Finding]) -> list[Number]:
    beats = {beat.id: beat for beat in plan.script.beats}
    order = [list(beats).index(pick.beat) for pick in plan.picks]
    types = [beats[pick.beat].content_types for pick in plan.picks]
    fits = [not asked or content_fit(asked, clip.content_types) > 0 for asked, clip in zip(types, clips, strict=True)]
    return [
        _most("out_of_order", sum(later < earlier for earlier, later in pairwise(order)), 0),
        _least("content_fit", _share(fits), FITTING),
        _most("contradictions", sum(contradicting(one, other) for one, other in combinations(clips, 2)), 0),
        _most("blocked_claims", len(open_blocks(findings, plan.allowed)), 0),
    ]


def _watchable(plan: EditPlan, clips: Sequence[ClipRecord]) -> list[Number]:
    language, pairs = plan.script.language, list(zip(plan.picks, clips, strict=True))
    flawed = sum(pick.trim.length for pick, clip in pairs if clip.facts.flaw and clip.review.status != "approved")
    heard = [None if why_muted(clip, language) else clip.facts.loudness for clip in clips]
    jumps = [abs(a - b) for a, b in pairwise(heard) if a is not None and b is not None]
    cut = sum(_lines_cut(pick, clip) for pick, clip in pairs if is_voiced(clip, language))
    return [
        _most("flawed_share", flawed / plan.length, FLAWED),
        _most("loudness_jump_lu", max(jumps, default=0.0), LOUDNESS_JUMP_LU),
        _most("lines_cut", cut, 0),
    ]


def _lines_cut(pick: Pick, clip: ClipRecord) -> int:
    """Spoken lines of which a part is heard, and a part of at least a frame is not."""
    shared = [(line.span.overlap(pick.trim), line.span.length) for line in lines_of(clip)]
    return sum(FRAME_MS < heard < whole - FRAME_MS for heard, whole in shared)
