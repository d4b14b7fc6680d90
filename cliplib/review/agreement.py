"""How often people keep what a machine said: counted per field and engine, as values and as a drawing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as Xml

from cliplib.records import EDITABLE, ClipRecord, plain

UNNAMED = "unnamed"
"""Stands for the engine of a value that says of none where it comes from."""

LABEL, BAR, FIGURES, LINE, TOP = 300, 360, 120, 26, 44
"""Widths of the columns of the drawing, height of a line and of the heading, in pixels."""

KEPT, CHANGED = "#3b7d88", "#d98850"


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of one field and engine: how many values people have kept, and how many they have changed."""

    field: str
    engine: str
    kept: int
    changed: int

    @property
    def share(self) -> float:
        """The share of values that were kept, 0 to 1."""
        return self.kept / (self.kept + self.changed)


def agreement(records: Iterable[ClipRecord]) -> list[Agreement]:
    """What people made of the machine's values, by field and engine.

    A correction is a person's word on its field: kept where it says what the machine says now, changed otherwise.
    Approval of a clip keeps its other fields. A field that nobody has judged does not count.

    Args:
        records: with their reviews; not effective ones.
    """
    counts: dict[tuple[str, str], list[int]] = {}
    for record in records:
        for field, kept in _judged(record):
            source = record.provenance.get(field)
            counts.setdefault((field, source.engine if source else UNNAMED), [0, 0])[not kept] += 1
    ordered = sorted(counts, key=lambda key: (EDITABLE.index(key[0]), key[1]))
    return [Agreement(*key, *counts[key]) for key in ordered]


def _judged(record: ClipRecord) -> Iterator[tuple[str, bool]]:
    for field in EDITABLE:
        correction = record.review.corrections.get(field)
        if correction is not None:
            yield field, _same(field, correction.new, plain(field, getattr(record, field)))
        elif record.review.status == "approved":
            yield field, True


def _same(field: str, one: object, other: object) -> bool:
    """Whether two values say the same; of products which they are, not how one knows."""
    if field == "products" and isinstance(one, list) and isinstance(other, list):
        return [link["product"] for link in one] == [link["product"] for link in other]
    return one == other


def drawing(found: Iterable[Agreement]) -> str:
    """The counts as an SVG drawing: a bar for each field and engine, kept before changed."""
    rows = list(found)
    width, height = LABEL + BAR + FIGURES, TOP + LINE * max(1, len(rows)) + 10
    size = {"width": str(width), "height": str(height), "viewBox": f"0 0 {width} {height}"}
    root = Xml.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "font-family": "sans-serif", **size})
    Xml.SubElement(root, "rect", {"width": "100%", "height": "100%", "fill": "#fff"})
    for x, colour, text in ((LABEL, KEPT, "kept"), (LABEL + 80, CHANGED, "changed")):
        _box(root, x, 14, 12, colour)
        _text(root, x + 18, 25, text)
    for number, row in enumerate(rows):
        top = TOP + number * LINE
        _text(root, LABEL - 12, top + 15, f"{row.field} · {row.engine}", anchor="end")
        kept = round(BAR * row.share)
        _box(root, LABEL, top, kept, KEPT)
        _box(root, LABEL + kept, top, BAR - kept, CHANGED)
        _text(root, LABEL + BAR + 10, top + 15, f"{row.share:.0%} of {row.kept + row.changed}")
    if not rows:
        _text(root, 20, TOP + 15, "nobody has judged a value yet")
    return Xml.tostring(root, encoding="unicode") + "\n"


def _box(root: Xml.Element, x: int, y: int, width: int, colour: str) -> None:
    Xml.SubElement(root, "rect", {"x": str(x), "y": str(y), "width": str(width), "height": "18", "fill": colour})


def _text(root: Xml.Element, x: int, y: int, text: str, anchor: str = "start") -> None:
    Xml.SubElement(root, "text", {"x": str(x), "y": str(y), "font-size": "13", "text-anchor": anchor}).text = text
