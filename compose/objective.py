"""What a selection is worth, term by term: the sum that the solver makes as large as it can."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from compose.constraints import NEXT_TO, jump, one_take
from compose.table import WEIGHTS, Option, Table

SAME_SOURCE = 25
"""Points that each further clip of one footage costs, wherever it stands."""


@dataclass(frozen=True, slots=True)
class Worth:
    """Points of a selection: for each chosen option by name, and for the film as a whole."""

    each: tuple[dict[str, int], ...]
    film: dict[str, int]

    @property
    def total(self) -> int:
        """All points together."""
        return sum(self.film.values()) + sum(sum(terms.values()) for terms in self.each)


def worth(table: Table, chosen: Sequence[Option]) -> Worth:
    """The points of a selection, in the order of the film.

    What two neighbours cost is counted for the later one; a beat's length for its first clip; a further clip of one
    footage for the later clip.
    """
    each = [dict(option.terms) for option in chosen]
    lengths = Counter[str]()
    for option in chosen:
        lengths[option.beat] += option.frames
    seen = Counter[str]()
    for place, option in enumerate(chosen):
        record, terms = table.records[option.candidate.clip], each[place]
        if option.place == 0:
            terms["length"] = -WEIGHTS["length"] * abs(lengths[option.beat] - table.wanted[option.beat])
        if seen[record.footage]:
            terms["same source"] = -SAME_SOURCE
        seen[record.footage] += 1
        if place:
            before = table.records[chosen[place - 1].candidate.clip]
            terms.update({name: -cost for name, cost in jump(before, record).items()})
            if one_take(before, record):
                terms["one take"] = -NEXT_TO["one take"]
    missed = abs(sum(lengths.values()) - table.target)
    kept = tuple({name: points for name, points in terms.items() if points} for terms in each)
    return Worth(kept, {"total": -WEIGHTS["total"] * missed} if missed else {})
