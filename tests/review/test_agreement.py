"""What people made of the machine's values: counted by field and engine, and drawn."""

from pathlib import Path
from xml.etree import ElementTree as Xml

from pydantic import JsonValue

from cliplib.library import Library
from cliplib.records import Provenance
from cliplib.review import Agreement, agreement, drawing
from cliplib.review.agreement import BAR, CHANGED, KEPT
from tests.library.making import a_record
from tests.review.making import furnished

SEEN = {field: Provenance(engine="chat:a") for field in ("description", "content_types", "products")}


def judged(library: Library) -> dict[tuple[str, str], tuple[int, int]]:
    return {(row.field, row.engine): (row.kept, row.changed) for row in agreement(library.records())}


def test_kept_and_changed_are_counted_by_field_and_engine(tmp_path: Path) -> None:
    other = {"description": Provenance(engine="chat:b")}
    clips = [a_record(k * 2000, description=f"{k}", products=("cup",), provenance=SEEN) for k in range(4)]
    clips.append(a_record(8000, description="8", provenance=other))
    with furnished(tmp_path / "library", tuple(clips)) as library:
        assert agreement(library.records()) == []
        first, second, third, fourth, fifth = (clip.id for clip in clips)
        library.correct(first, "description", "else", "Li")
        library.correct(second, "description", "1", "Li")
        library.correct(fifth, "description", "else", "Li")
        assert judged(library) == {("description", "chat:a"): (1, 1), ("description", "chat:b"): (0, 1)}
        link: JsonValue = {"product": "cup", "evidence": "said in review", "confidence": 1.0}
        library.correct(third, "products", [link], "Li")
        assert judged(library)["products", "chat:a"] == (1, 0), "which product it is, not how one knows"
        library.review(first, "approved", "Li")
        library.review(fourth, "rejected", "Li")
        counts = judged(library)
        assert counts["description", "chat:a"] == (1, 1) and counts["content_types", "chat:a"] == (1, 0)
        assert counts["products", "chat:a"] == (2, 0) and counts["camera", "unnamed"] == (1, 0)
        library.put(clips[0].model_copy(update={"description": "else"}))
        assert judged(library)["description", "chat:a"] == (2, 0), "the machine has learned it"


def test_the_drawing_has_a_bar_for_each_row_in_proportion() -> None:
    root = Xml.fromstring(drawing([Agreement("forms", "chat:<a&b>", 3, 1), Agreement("camera", "facts", 0, 2)]))
    boxes = [box for box in root if box.tag.endswith("rect") and int(box.get("y", "0")) > 40]
    assert [(box.get("fill"), int(box.get("width", ""))) for box in boxes] == [
        (KEPT, BAR * 3 // 4),
        (CHANGED, BAR // 4),
        (KEPT, 0),
        (CHANGED, BAR),
    ]
    texts = [text.text for text in root if text.tag.endswith("text")]
    assert "forms · chat:<a&b>" in texts and "75% of 4" in texts
    assert "nobody has judged a value yet" in drawing([])
