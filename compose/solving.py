"""Choose clips and their parts for the beats so that the film has its length and nothing repeats (OR-Tools CP-SAT).

Hard: every beat with an offer is filled, in the order of the script; the total is within 0.5 s of the target; no clip
twice; no two clips that overlap on their footage or share a near-duplicate group; no two that name different figures of
one thing; one speaker where the script asks for it; what the editor has locked and what must be used; a beat with a
length of its own is met within 30 % where its clips can be cut to that. As strong as a rule, but given up before the
film is: two neighbouring slots are not pieces of one take. The rest is a sum of points: see table, constraints and
objective.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any

from ortools.sat.python import cp_model

from cliplib.plans import Proof
from cliplib.records import ClipRecord
from compose.constraints import NEXT_TO, disagree, excluded, jump, one_take, two_speakers
from compose.objective import SAME_SOURCE
from compose.table import WEIGHTS, Option, Table

SEED = 7
EFFORT = 1.4
"""Limit in CP-SAT's deterministic time, so that the answer is the same on every machine; about as many seconds."""
SECONDS = 30.0


@dataclass(frozen=True)
class Rules:
    """Which rules are in force; all of them, except while looking for those that contradict one another."""

    filled: frozenset[str]
    """Beats that must have a clip; the others may stay empty."""
    long_enough: bool = True
    short_enough: bool = True
    unique: bool = True
    agreed: bool = True
    """No two clips that name different figures of one thing."""
    one_speaker: bool = False
    own: frozenset[str] = field(default_factory=frozenset)
    held: frozenset[str] = field(default_factory=frozenset)
    """Slots whose locks hold."""
    must: frozenset[str] = field(default_factory=frozenset)
    """Clips that must be used."""


@dataclass(frozen=True, slots=True)
class Solved:
    """The chosen options in the order of the film, and what was proven of them."""

    chosen: tuple[Option, ...]
    proof: Proof


def all_rules(table: Table) -> Rules:
    """Every rule in force."""
    return Rules(
        filled=frozenset(beat.id for beat in table.beats),
        own=frozenset(table.own),
        one_speaker=table.script.one_speaker,
        held=frozenset(hold.slot for hold in table.hand.holds),
        must=frozenset(table.hand.must_use),
    )


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
    solver.parameters.linearization_level = 2  # the costs of neighbours are weak bounds otherwise: three times as fast
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
        self._uses: dict[str, Any] = {}
        for option, taken in self.taken:
            self._at[option.beat, option.place].append((option, taken))
            self._of[option.candidate.clip].append(taken)
        self._fill(rules)
        self._follow_the_hand(rules)
        self._exclude(rules)

    def total(self) -> Any:
        """Frames of the film."""
        return sum(option.frames * taken for option, taken in self.taken)

    def objective(self) -> Any:
        """What the selection is worth; `compose.objective.worth` counts the same of an answer."""
        table, goal = self.table, sum(option.gain * taken for option, taken in self.taken)
        goal -= WEIGHTS["total"] * self._distance(self.total(), table.target)
        for beat in table.beats:
            if self._at.get((beat.id, 1)):
                goal -= WEIGHTS["length"] * self._distance(self._length(beat.id), table.wanted[beat.id])
            else:
                goal -= sum(
                    WEIGHTS["length"] * abs(option.frames - table.wanted[beat.id]) * taken
                    for option, taken in self._at[beat.id, 0]
                )
        return goal - self._repeated_sources() - self._one_takes() - self._jumps()

    def _fill(self, rules: Rules) -> None:
        table, model = self.table, self.model
        for (beat, place), entries in self._at.items():
            count = sum(taken for _, taken in entries)
            model.add(count == 1) if place == 0 and beat in rules.filled else model.add(
                count <= self._open(beat, place)
            )
        for beat in sorted(rules.own):
            low, high = table.own[beat]
            model.add(self._length(beat) >= low * self._count((beat, 0)))
            model.add(self._length(beat) <= high)
        if rules.long_enough:
            model.add(self.total() >= table.target - table.tolerance)
        if rules.short_enough:
            model.add(self.total() <= table.target + table.tolerance)

    def _open(self, beat: str, place: int) -> Any:
        """How many clips a place may take: one, for a further clip only where there is one before it."""
        return self._count((beat, place - 1)) if place else 1

    def _count(self, place: tuple[str, int]) -> Any:
        return sum(taken for _, taken in self._at[place])

    def _length(self, beat: str) -> Any:
        return sum(option.frames * taken for option, taken in self.taken if option.beat == beat)

    def _distance(self, value: Any, goal: int) -> Any:
        distance = self.model.new_int_var(0, 10_000_000, "")
        self.model.add(distance >= value - goal)
        self.model.add(distance >= goal - value)
        return distance

    def _follow_the_hand(self, rules: Rules) -> None:
        for hold in self.table.hand.holds:
            if hold.slot in rules.held:
                held = [
                    taken
                    for option, taken in self._at[hold.beat, hold.place]
                    if option.candidate.clip == hold.clip and hold.part in (None, option.part)
                ]
                self.model.add(sum(held) == 1)
        for clip in sorted(rules.must):
            self.model.add(sum(self._of[clip]) == 1)

    def _exclude(self, rules: Rules) -> None:
        apart = list[Callable[[ClipRecord, ClipRecord], bool]]()
        if rules.unique:
            apart.append(excluded)
            for taken in self._of.values():
                self.model.add_at_most_one(taken)
        if rules.agreed:
            apart.append(disagree)
        if rules.one_speaker:
            apart.append(lambda one, other: two_speakers(one, other, self.table.script.language))
        for one, other in combinations(sorted(self._of), 2):
            pair = self.table.records[one], self.table.records[other]
            if any(rule(*pair) for rule in apart):
                self.model.add_at_most_one([self._used(one), self._used(other)])

    def _used(self, clip: str) -> Any:
        """What is 1 where a clip is used at all."""
        if clip not in self._uses:
            self._uses[clip] = self.model.new_bool_var("")
            for taken in self._of[clip]:
                self.model.add_implication(taken, self._uses[clip])
        return self._uses[clip]

    def _repeated_sources(self) -> Any:
        by_source: dict[str, list[Any]] = defaultdict(list)
        for clip, taken in sorted(self._of.items()):
            by_source[self.table.records[clip].footage] += taken
        cost: Any = 0
        for taken in by_source.values():
            further = self.model.new_int_var(0, len(self.table.places), "")
            self.model.add(further >= sum(taken) - 1)
            cost += SAME_SOURCE * further
        return cost

    def _one_takes(self) -> Any:
        """The cost of neighbouring slots that are pieces of one take."""
        cost: Any = 0
        for first, second, between in self._neighbours():
            for one, other in self._pairs(first, second):
                if one_take(self.table.records[one], self.table.records[other]):
                    both = self.model.new_bool_var("")
                    self.model.add(
                        both >= self._stands(first, one) + self._stands(second, other) - 1 - self._amount(between)
                    )
                    cost += NEXT_TO["one take"] * both
        return cost

    def _jumps(self) -> Any:
        """The cost of what changes or stays between neighbouring slots: one number per pair of places."""
        cost: Any = 0
        for first, second, between in self._neighbours():
            matrix: dict[str, dict[str, int]] = defaultdict(dict)
            for one, other in self._pairs(first, second):
                if points := sum(jump(self.table.records[one], self.table.records[other]).values()):
                    matrix[one][other] = points
            if not matrix:
                continue
            most = max(max(row.values()) for row in matrix.values())
            felt = self.model.new_int_var(0, most, "")
            for one, row in matrix.items():
                there = sum(points * self._stands(second, other) for other, points in row.items())
                top = max(row.values())
                away = 1 - self._stands(first, one) + self._amount(between)
                self.model.add(felt >= there - top * away)
            cost += felt
        return cost

    def _pairs(self, first: tuple[str, int], second: tuple[str, int]) -> Iterator[tuple[str, str]]:
        clips = [dict.fromkeys(option.candidate.clip for option, _ in self._at[place]) for place in (first, second)]
        return ((one, other) for one in clips[0] for other in clips[1] if one != other)

    def _neighbours(self) -> list[tuple[tuple[str, int], tuple[str, int], Sequence[tuple[str, int]]]]:
        """Pairs of places that may follow one another, and the places between that must be empty for it."""
        places, found = self.table.places, list[tuple[tuple[str, int], tuple[str, int], Sequence[tuple[str, int]]]]()
        for at, first in enumerate(places):
            for further in range(at + 1, len(places)):
                between = places[at + 1 : further]
                if all(place for _, place in between):
                    found.append((first, places[further], between))
        return found

    def _amount(self, between: Sequence[tuple[str, int]]) -> Any:
        return sum((self._count(place) for place in between), 0)

    def _stands(self, place: tuple[str, int], clip: str) -> Any:
        """Whether a clip stands in a place: the sum of its parts there."""
        return self._standing[place][clip]

    @cached_property
    def _standing(self) -> dict[tuple[str, int], dict[str, Any]]:
        standing: dict[tuple[str, int], dict[str, Any]] = {}
        for place, entries in self._at.items():
            by_clip: dict[str, list[Any]] = defaultdict(list)
            for option, taken in entries:
                by_clip[option.candidate.clip].append(taken)
            standing[place] = {}
            for clip, taken in by_clip.items():
                there = self.model.new_bool_var("")
                self.model.add(sum(taken) == there)
                standing[place][clip] = there
        return standing
