"""What there is to choose from, as the solver sees it: all parts of all clips in all places, and what each is worth."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cliplib.plans import Beat, Candidate, Offer, Proposal, Script, frames_of
from cliplib.records import ClipRecord
from cliplib.values import Rate, Span
from compose.offers import Offers, likeness
from compose.script import estimated
from compose.spoken import is_voiced, lines_of
from compose.trimming import parts_of, readable

WEIGHTS = {
    "first choice": 300,  # the writer's first label for the beat
    "second choice": 160,
    "third choice": 90,
    "later choice": 40,
    "score": 300,  # times the candidate's score, 0 to 1
    "line": 80,  # times the share of the beat's words that the part says
    "as before": 4,  # the same part of the same clip as in the plan that is planned anew
    "second clip": 120,  # taken off for filling a beat with more than one clip
    "length": 1,  # taken off per frame that a beat is longer or shorter than its share
    "total": 3,  # taken off per frame that the film misses its target
}
"""What counts for and against a choice, in points."""

RANKS = ("first choice", "second choice", "third choice")
TOLERANCE_MS = 500
OWN_LENGTH_PERCENT = 30


@dataclass(frozen=True, slots=True)
class Hold:
    """A clip that the editor has fixed in a place, with the part that is used or with any."""

    slot: str
    beat: str
    place: int
    clip: str
    part: Span | None = None


@dataclass(frozen=True, slots=True)
class Hand:
    """What the editor has decided, and the film as it was: by place, the clip and its part."""

    holds: tuple[Hold, ...] = ()
    must_use: tuple[str, ...] = ()
    before: Mapping[tuple[str, int], tuple[str, Span]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Option:
    """One part of one candidate in one place; `place` is 0, or 1 and up for further clips of a beat."""

    beat: str
    place: int
    candidate: Candidate
    part: Span
    frames: int
    terms: Mapping[str, int]

    @property
    def gain(self) -> int:
        """Points of this choice for itself, whatever else is chosen."""
        return sum(self.terms.values())


@dataclass(frozen=True)
class Table:
    """A script's beats with their offers as the solver sees them: all options, wanted lengths and exclusions."""

    script: Script
    rate: Rate
    beats: tuple[Beat, ...]
    offers: Mapping[str, Offer]
    records: Mapping[str, ClipRecord]
    wanted: Mapping[str, int]
    options: tuple[Option, ...]
    places: tuple[tuple[str, int], ...]
    own: Mapping[str, tuple[int, int]]
    """Frames from and to of beats whose own length is a rule."""
    hand: Hand = field(default_factory=Hand)

    @property
    def target(self) -> int:
        """Frames that the film should have."""
        return frames_of(self.script.length, self.rate)

    @property
    def tolerance(self) -> int:
        """Frames that the film may miss its target by."""
        return int(self.rate.fraction * TOLERANCE_MS / 1000)


NO_HAND = Hand()
"""Nothing is decided beforehand."""


def tabulate(script: Script, offers: Offers, proposal: Proposal, rate: Rate, hand: Hand = NO_HAND) -> Table:
    """Everything that there is to choose from, with what each choice is worth.

    Every clip that `hand` holds must be among those offered for its beat.
    """
    beats = tuple(beat for beat in script.beats if offers.of(beat.id).candidates)
    records = {record.id: record for record in offers.clips.values()}
    draft = _Draft(script, rate, records, hand)
    wanted = _wanted(script, beats, rate)
    ranks = {choice.beat: choice.labels for choice in proposal.choices}
    options, places, own = list[Option](), list[tuple[str, int]](), {}
    for beat in beats:
        candidates = offers.of(beat.id).candidates
        count = draft.places(beat, candidates, wanted[beat.id])
        places += [(beat.id, place) for place in range(count)]
        mine = [o for c in candidates for place in range(count) for o in draft.options(beat, place, c, ranks)]
        bounds = _bounds(wanted[beat.id])
        if beat.length and _possible(mine, bounds):
            own[beat.id] = bounds
        options += mine
    by_beat = {beat.id: offers.of(beat.id) for beat in beats}
    return Table(script, rate, beats, by_beat, records, wanted, tuple(options), tuple(places), own, hand)


@dataclass(frozen=True, slots=True)
class _Draft:
    """What a table's options are made from."""

    script: Script
    rate: Rate
    records: Mapping[str, ClipRecord]
    hand: Hand
    _parts: dict[str, tuple[Span, ...]] = field(default_factory=dict)

    def parts(self, clip: str) -> tuple[Span, ...]:
        """The parts of a clip that may be used, the whole first."""
        if clip not in self._parts:
            self._parts[clip] = parts_of(self.records[clip], self.script.language, self.rate)
        return self._parts[clip]

    def places(self, beat: Beat, candidates: Sequence[Candidate], wanted: int) -> int:
        """How many clips a beat may have: two where none is long enough, and as many as the editor has given it."""
        longest = max(frames_of(self.parts(c.clip)[0].length, self.rate) for c in candidates)
        needed = 2 if wanted > longest and len(candidates) > 1 else 1
        given = [place for name, place in self.hand.before if name == beat.id]
        given += [hold.place for hold in self.hand.holds if hold.beat == beat.id]
        return max(needed, *(place + 1 for place in given), 1)

    def options(
        self, beat: Beat, place: int, candidate: Candidate, ranks: Mapping[str, Sequence[str]]
    ) -> Iterator[Option]:
        """The parts of a candidate that may stand in a place."""
        record = self.records[candidate.clip]
        shown = "" if is_voiced(record, self.script.language) else beat.line
        usable = list(readable(self.parts(candidate.clip), shown))
        before = self.hand.before.get((beat.id, place))
        for hold in self.hand.holds:
            if (hold.beat, hold.place, hold.clip) == (beat.id, place, candidate.clip) and hold.part:
                usable += [hold.part] if hold.part not in usable else []
        worth = _worth(candidate, ranks.get(beat.id, ()), place)
        for part in usable:
            said = 0 if place else round(WEIGHTS["line"] * _said(beat, record, part))
            kept = WEIGHTS["as before"] if before == (candidate.clip, part) else 0
            terms = {name: points for name, points in {**worth, "line": said, "as before": kept}.items() if points}
            yield Option(beat.id, place, candidate, part, frames_of(part.length, self.rate), terms)


def _wanted(script: Script, beats: Sequence[Beat], rate: Rate) -> dict[str, int]:
    """Frames per beat: its own length, else its share of what is left of the film."""
    left = script.length - sum(beat.length or 0 for beat in beats)
    estimates = sum(estimated(beat.line) for beat in beats if not beat.length)
    return {
        b.id: frames_of(b.length or max(1_000, estimated(b.line) * max(0, left) // max(1, estimates)), rate)
        for b in beats
    }


def _bounds(frames: int) -> tuple[int, int]:
    return -(-frames * (100 - OWN_LENGTH_PERCENT) // 100), frames * (100 + OWN_LENGTH_PERCENT) // 100


def _possible(options: Sequence[Option], bounds: tuple[int, int]) -> bool:
    """Whether one clip, or two where a beat may have two, can be cut to a length within the bounds."""
    low, high = bounds
    if any(low <= option.frames <= high for option in options):
        return True
    second = [option for option in options if option.place == 1]
    return any(
        low <= a.frames + b.frames <= high
        for a in options
        for b in second
        if a.place == 0 and a.candidate.clip != b.candidate.clip
    )


def _worth(candidate: Candidate, ranks: Sequence[str], place: int) -> dict[str, int]:
    score = round(WEIGHTS["score"] * candidate.score)
    if place:
        return {"score": score // 4, "second clip": -WEIGHTS["second clip"]}
    if candidate.label not in ranks:
        return {"score": score}
    rank = ranks.index(candidate.label)
    name = RANKS[rank] if rank < len(RANKS) else "later choice"
    return {name: WEIGHTS[name], "score": score}


def _said(beat: Beat, record: ClipRecord, part: Span) -> float:
    """The share of the beat's words that are heard in a part."""
    heard = " ".join(line.text for line in lines_of(record) if line.span.overlap(part) == line.span.length)
    return likeness(beat.line, heard)
