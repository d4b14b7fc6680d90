"""Why a clip begins or ends at a picture, in words."""

from cliplib.records import Edge, EdgeReason
from ingest.changes import Passage
from ingest.layout import Hole, Layout, Unit
from ingest.prices import gaps


def edge_at(number: int, layout: Layout) -> Edge:
    """Why two clips meet at this picture, or one ends there."""
    units = layout.units()
    broken = [unit for unit in units if unit.first < number < unit.last]
    short = next((unit for unit in broken if unit.fits), None)
    if short is not None:
        what = "line" if short.kind == "offer" else short.kind
        detail = f"no place within 10 s keeps this {what} of {short.length / 1000:.1f} s whole"
        return Edge(reason="length_limit", detail=detail)
    if number in layout.cuts:
        return Edge(reason="shot_change", detail="the shot changes here")
    beside = next((hole for hole in layout.holes if number in (hole.first, hole.last)), None)
    if beside is not None:
        return edge_beside(beside.passage, "begins" if number == beside.first else "ends")
    if broken:
        return _inside(number, max(broken, key=lambda unit: unit.length), units)
    pause = next(((a, b) for a, b in gaps(units) if a <= number <= b), None)
    if pause is not None:
        return _between(*(int(layout.marks[k]) for k in pause))
    return Edge(reason="still_moment", detail="the picture is calmer here than around")


def edge_beside(passage: Passage, does: str) -> Edge:
    """Why a clip begins where a passage ends, or ends where it begins; `does` is which of both."""
    return Edge(reason="gradual_change", detail=f"{in_words(passage)} {does} here")


def in_words(passage: Passage) -> str:
    """As "a dissolve of 0.8 s"."""
    return f"a {passage.way} of {(passage.end - passage.start) / 1000:.1f} s"


def with_blend(edge: Edge, hole: Hole, layout: Layout) -> Edge:
    """The edge at which a clip begins that has a gradual change inside, saying so and why."""
    over = [unit for unit in layout.units() if unit.fits and unit.first < hole.last and unit.last > hole.first]
    if over:
        longest = max(over, key=lambda unit: unit.length)
        why = "speech" if longest.kind == "speech" else "a line"
        why = f"{why} of {longest.length / 1000:.1f} s runs across it"
    else:
        why = "no clips of 1-10 s can be made beside it"
    inside = f"{in_words(hole.passage)} at {hole.passage.start / 1000:.1f} s lies inside, because {why}"
    return edge.model_copy(update={"detail": "; ".join(part for part in (edge.detail, inside) if part)})


def _inside(number: int, broken: Unit, units: list[Unit]) -> Edge:
    what = "line" if broken.kind == "offer" else broken.kind
    where = f"inside a {what} of {broken.length / 1000:.1f} s, which no clip can hold"
    at_word = any(number in (unit.first, unit.last) for unit in units if unit.kind == "word")
    at_line = any(number in (unit.first, unit.last) for unit in units if unit.kind in ("line", "offer"))
    how = "between two words" if at_word else "between two lines" if at_line else "at a quiet moment"
    return Edge(reason="length_limit", detail=f"{where}; {how}")


def _between(start: int, end: int) -> Edge:
    reason: EdgeReason = "pause" if end > start else "line_end"
    detail = f"pause of {(end - start) / 1000:.2f} s" if end > start else "one line ends and the next begins"
    return Edge(reason=reason, detail=detail)
