"""Choose one clip and one part of it per beat so that the film has its length and nothing repeats (OR-Tools CP-SAT).

Hard: every beat with an offer is filled, in the order of the script; the total is within 0.5 s of the target; no clip
twice; no two clips that overlap on their footage or share a near-duplicate group; a beat with a length of its own is
met within 30 % where its clips can be cut to that. As strong as a rule, but given up before the film is: two
neighbouring slots are not pieces of one take (the same footage, less than 1 s apart, no shot change between). The rest
is a sum of the weights below.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Any

from ortools.sat.python import cp_model

from cliplib.plans import Beat, Candidate, Offer, Proof, Proposal, Script, frames_of
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
    "score": 200,  # times the candidate's score, 0 to 1
    "line": 80,  # times the share of the beat's words that the part says
    "length": 2,  # per frame that a beat is longer or shorter than its share
    "total": 3,  # per frame that the film misses its target
    "same source": 25,  # per further clip of one footage
    "second clip": 120,  # for filling a beat with two clips
    "one take": 1_000_000,  # more than all else can add up to: neighbouring pieces of one take
}
RANKS = ("first choice", "second choice", "third choice")

TOLERANCE_MS = 500
OWN_LENGTH_PERCENT = 30
ONE_TAKE_GAP_MS = 1_000
SEED = 7
EFFORT = 2.0
"""Limit in CP-SAT's deterministic time, so that the answer is the same on every machine; about as many seconds."""
SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Option:
    """One part of one candidate in one place; `place` is 0, or 1 for the second clip of a beat."""

    beat: str
    place: int
    candidate: Candidate
    part: Span
    frames: int
    gain: int


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

    @property
    def target(self) -> int:
        """Frames that the film should have."""
        return frames_of(self.script.length, self.rate)

    @property
    def tolerance(self) -> int:
        """Frames that the film may miss its target by."""
        return int(self.rate.fraction * TOLERANCE_MS / 1000)


@dataclass(frozen=True)
class Rules:
    """Which rules are in force; all of them, except while looking for those that contradict one another."""

    filled: frozenset[str]
    """Beats that must have a clip; the others may stay empty."""
    long_enough: bool = True
    short_enough: bool = True
    unique: bool = True
    own: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Solved:
    """The chosen options in the order of the film, and what was proven of them."""

    chosen: tuple[Option, ...]
    proof: Proof


def tabulate(script: Script, offers: Offers, proposal: Proposal, rate: Rate) -> Table:
    """Everything that there is to choose from, with what each choice is worth."""
    beats = tuple(beat for beat in script.beats if offers.of(beat.id).candidates)
    by_beat = {beat.id: offers.of(beat.id) for beat in beats}
    records = {record.id: record for record in offers.clips.values()}
    parts = {id: parts_of(record, script.language, rate) for id, record in records.items()}
    wanted = _wanted(script, beats, rate)
    ranks = {choice.beat: choice.labels for choice in proposal.choices}
    options, places, own = [], [], {}
    for beat in beats:
        candidates = by_beat[beat.id].candidates
        longest = max(frames_of(parts[c.clip][0].length, rate) for c in candidates)
        doubled = wanted[beat.id] > longest and len(candidates) > 1
        places += [(beat.id, place) for place in range(1 + doubled)]
        for c in candidates:
            usable = readable(parts[c.clip], _shown(beat, records[c.clip], script))
            for place in range(1 + doubled):
                worth = _worth(beat, c, ranks.get(beat.id, ()), place)
                said = [round(WEIGHTS["line"] * _said(beat, records[c.clip], part)) for part in usable]
                options += [
                    Option(beat.id, place, c, part, frames_of(part.length, rate), worth + (0 if place else line))
                    for part, line in zip(usable, said, strict=True)
                ]
        bounds = _bounds(wanted[beat.id])
        if beat.length and _possible([o for o in options if o.beat == beat.id], bounds):
            own[beat.id] = bounds
    return Table(script, rate, beats, by_beat, records, wanted, tuple(options), tuple(places), own)


def _shown(beat: Beat, record: ClipRecord, script: Script) -> str:
    """The script's line, where the clip does not speak for itself and the line is shown over it."""
    return "" if is_voiced(record, script.language) else beat.line


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


def _worth(beat: Beat, candidate: Candidate, ranks: Sequence[str], place: int) -> int:
    score = round(WEIGHTS["score"] * candidate.score)
    if place:
        return score // 4 - WEIGHTS["second clip"]
    if candidate.label not in ranks:
        return score
    rank = ranks.index(candidate.label)
    return score + WEIGHTS[RANKS[rank] if rank < len(RANKS) else "later choice"]


def _said(beat: Beat, record: ClipRecord, part: Span) -> float:
    """The share of the beat's words that are heard in a part."""
    heard = " ".join(line.text for line in lines_of(record) if line.span.overlap(part) == line.span.length)
    return likeness(beat.line, heard)


def excluded(one: ClipRecord, other: ClipRecord) -> bool:
    """Whether two clips may not stand in one film: the same pictures, or nearly."""
    if one.footage == other.footage and one.span.overlap(other.span):
        return True
    return one.near_duplicates is not None and one.near_duplicates == other.near_duplicates


def one_take(one: ClipRecord, other: ClipRecord) -> bool:
    """Whether two clips are pieces of one take: the same footage, less than 1 s apart, and no shot change between."""
    if one.footage != other.footage:
        return False
    earlier, later = sorted((one, other), key=lambda record: record.span.start)
    if {"shot_change", "gradual_change"} & {earlier.end_edge.reason, later.start_edge.reason}:
        return False
    return later.span.start - earlier.span.end < ONE_TAKE_GAP_MS


def all_rules(table: Table) -> Rules:
    """Every rule in force."""
    return Rules(filled=frozenset(beat.id for beat in table.beats), own=frozenset(table.own))


def solve(table: Table, rules: Rules, aim: str = "best") -> Solved | None:
    """The best selection, or None where the rules exclude every one.

    Args:
        table: what there is to choose from.
        rules: which rules hold.
        aim: "best", or "any", "longest" and "shortest" to find out why nothing fits.
    """
    board = _Board(table, rules)
    if aim == "best":
        board.model.maximize(board.objective())
    elif aim != "any":
        total = board.total()
        board.model.maximize(total if aim == "longest" else -total)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = SEED
    solver.parameters.max_deterministic_time = EFFORT
    solver.parameters.max_time_in_seconds = SECONDS
    status = solver.solve(board.model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    order = {place: k for k, place in enumerate(table.places)}
    chosen = [option for option, taken in board.taken if solver.value(taken)]
    chosen.sort(key=lambda option: order[option.beat, option.place])
    return Solved(tuple(chosen), "optimal" if status == cp_model.OPTIMAL else "feasible")


class _Board:
    """The CP-SAT model of a table: one Boolean per option."""

    def __init__(self, table: Table, rules: Rules) -> None:
        self.table = table
        self.model = cp_model.CpModel()
        self.taken = [(option, self.model.new_bool_var("")) for option in table.options]
        self._at: dict[tuple[str, int], list[tuple[Option, Any]]] = defaultdict(list)
        self._of: dict[str, list[Any]] = defaultdict(list)
        for option, taken in self.taken:
            self._at[option.beat, option.place].append((option, taken))
            self._of[option.candidate.clip].append(taken)
        for (beat, place), entries in self._at.items():
            count = sum(taken for _, taken in entries)
            must = place == 0 and beat in rules.filled
            self.model.add(count == 1) if must else self.model.add(count <= self._first(beat, place))
        for beat in sorted(rules.own):
            low, high = table.own[beat]
            self.model.add(self._length(beat) >= low * self._first(beat, 1))
            self.model.add(self._length(beat) <= high)
        if rules.long_enough:
            self.model.add(self.total() >= table.target - table.tolerance)
        if rules.short_enough:
            self.model.add(self.total() <= table.target + table.tolerance)
        if rules.unique:
            self._exclude()

    def total(self) -> Any:
        """Frames of the film."""
        return sum(option.frames * taken for option, taken in self.taken)

    def objective(self) -> Any:
        """What the selection is worth."""
        table, goal = self.table, sum(option.gain * taken for option, taken in self.taken)
        goal -= WEIGHTS["total"] * self._distance(self.total(), table.target)
        for beat in table.beats:
            if any(option.place for option, _ in self._at.get((beat.id, 1), ())):
                goal -= WEIGHTS["length"] * self._distance(self._length(beat.id), table.wanted[beat.id])
            else:
                goal -= sum(
                    WEIGHTS["length"] * abs(option.frames - table.wanted[beat.id]) * taken
                    for option, taken in self._at[beat.id, 0]
                )
        return goal - self._repeated_sources() - self._one_takes()

    def _first(self, beat: str, place: int) -> Any:
        """How many clips a place may take: one, for a second clip only where there is a first."""
        return sum(taken for _, taken in self._at[beat, 0]) if place else 1

    def _length(self, beat: str) -> Any:
        return sum(option.frames * taken for option, taken in self.taken if option.beat == beat)

    def _distance(self, value: Any, goal: int) -> Any:
        distance = self.model.new_int_var(0, 10_000_000, "")
        self.model.add(distance >= value - goal)
        self.model.add(distance >= goal - value)
        return distance

    def _exclude(self) -> None:
        for taken in self._of.values():
            self.model.add_at_most_one(taken)
        for one, other in combinations(sorted(self._of), 2):
            if excluded(self.table.records[one], self.table.records[other]):
                self.model.add_at_most_one([*self._of[one], *self._of[other]])

    def _repeated_sources(self) -> Any:
        by_source: dict[str, list[Any]] = defaultdict(list)
        for clip, taken in sorted(self._of.items()):
            by_source[self.table.records[clip].footage] += taken
        cost: Any = 0
        for taken in by_source.values():
            further = self.model.new_int_var(0, len(self.table.places), "")
            self.model.add(further >= sum(taken) - 1)
            cost += WEIGHTS["same source"] * further
        return cost

    def _one_takes(self) -> Any:
        """The cost of neighbouring slots that are pieces of one take."""
        cost: Any = 0
        for first, second, unless in self._neighbours():
            pieces = [self._by_clip(first), self._by_clip(second)]
            for one, other in ((a, b) for a in pieces[0] for b in pieces[1] if a != b):
                if one_take(self.table.records[one], self.table.records[other]):
                    both = self.model.new_bool_var("")
                    self.model.add(both >= sum(pieces[0][one]) + sum(pieces[1][other]) - 1 - unless)
                    cost += WEIGHTS["one take"] * both
        return cost

    def _neighbours(self) -> list[tuple[tuple[str, int], tuple[str, int], Any]]:
        """Pairs of places that may follow one another, and what is 1 where a second clip stands between them."""
        found: list[tuple[tuple[str, int], tuple[str, int], Any]] = []
        for one, other in pairwise(self.table.places):
            found.append((one, other, 0))
        for one, between, other in zip(self.table.places, self.table.places[1:], self.table.places[2:], strict=False):
            if between[1] == 1:
                found.append((one, other, sum(taken for _, taken in self._at[between])))
        return found

    def _by_clip(self, place: tuple[str, int]) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = defaultdict(list)
        for option, taken in self._at[place]:
            found[option.candidate.clip].append(taken)
        return found
