"""Records in, people's word over them, history for ever; filters look at the values in force."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from cliplib.errors import UnknownRecord, UsageError
from cliplib.library import Filter, Library
from cliplib.records import Review, ReviewStatus
from tests.library.making import EVERY, a_footage, a_record


def test_put_and_get_are_the_same_record(library: Library) -> None:
    record = a_record(spoken="不漏水", products=("cup",))
    library.put(record)
    assert library.get(record.id) == record


def test_an_identical_put_changes_nothing(library: Library) -> None:
    record = a_record(spoken="不漏水")
    library.put(record)
    before = library.pending()
    library.put(record.model_copy(update={"revision": 9, "review": Review(status="approved")}))
    assert library.pending() == before and len(before) == 1
    assert (library.get(record.id).revision, library.get(record.id).review.status) == (1, "new")


def test_a_changed_put_counts_up_and_tells_the_indexes(library: Library) -> None:
    library.put(a_record(description="red cup"))
    library.put(a_record(description="blue cup"))
    id = a_record().id
    assert (library.get(id).description, library.get(id).revision) == ("blue cup", 2)
    assert [clip for _, clip in library.pending()] == [id, id]


def test_a_clip_of_unknown_footage_is_refused(library: Library) -> None:
    with pytest.raises(UnknownRecord, match="no footage"):
        library.put(a_record(footage=a_footage(2)))
    assert library.find(Filter()) == [] and library.pending() == []


def test_a_correction_wins_over_every_later_run(library: Library) -> None:
    library.put(a_record(description="red cup"))
    id = a_record().id
    corrected = library.correct(id, "description", "green cup", "Li")
    library.put(a_record(description="blue cup"))
    record = library.get(id)
    assert corrected.revision == 2 and record.revision == 3
    assert record.description == "blue cup"
    assert record.effective().description == "green cup"
    assert [(c.old, c.new, c.who) for c in library.history(id)] == [("red cup", "green cup", "Li")]


def test_repeating_a_correction_changes_nothing(library: Library) -> None:
    library.put(a_record())
    id = a_record().id
    first = library.correct(id, "content_types", ["hook"], "Li")
    waiting = library.pending()
    assert library.correct(id, "content_types", ["hook"], "Wang") == first
    assert library.pending() == waiting and len(library.history(id)) == 1


def test_confirming_the_machine_is_kept_as_a_persons_word(library: Library) -> None:
    library.put(a_record(description="red cup"))
    id = a_record().id
    library.correct(id, "description", "red cup", "Li")
    library.put(a_record(description="blue cup"))
    assert library.get(id).effective().description == "red cup"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("span", {"start": 0, "end": 1}, "cannot be edited"),
        ("content_types", [], "content_types"),
        ("content_types", "hook", "content_types"),
        ("shot_size", "enormous", "shot_size"),
        ("products", [{"product": "cup"}], "products.0.evidence"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(library: Library, field: str, value: Any, said: str) -> None:
    library.put(a_record())
    with pytest.raises(UsageError, match=said):
        library.correct(a_record().id, field, value, "Li")
    assert library.history(a_record().id) == []


def test_filters_look_at_values_in_force(library: Library) -> None:
    library.put(a_record(0, products=("cup",)))
    library.put(a_record(2000, products=("cup",)))
    first, second = a_record(0).id, a_record(2000).id
    library.correct(first, "content_types", ["hook", "brand_story"], "Li")
    library.correct(first, "forms", ["animation"], "Li")
    library.correct(first, "products", [{"product": "jug", "evidence": "seen", "confidence": 1.0}], "Li")
    assert library.find(Filter(content_types=("brand_story", "pain_point"))) == [first]
    assert library.find(Filter(content_types=("product_feature",))) == [second]
    assert library.find(Filter(products=("jug",))) == [first]
    assert library.find(Filter(products=("cup",))) == [second]
    assert library.find(Filter(forms=("animation",))) == [first]
    library.put(a_record(0, products=("cup",), description="seen again"))
    assert library.find(Filter(products=("cup",), content_types=("product_feature",))) == [second]


def test_filters_by_kind_footage_language_and_flags(library: Library) -> None:
    other = library.add_footage(a_footage(2, kind="livestream"))
    plain = a_record(0, spoken="你好", language="zh-CN")
    priced = a_record(2000, spoken="hello", language="en", facts={"has_price": True})
    looked = a_record(4000, other, facts={"has_price": False})
    for record in (looked, priced, plain):
        library.put(record)
    assert library.find(Filter()) == [plain.id, priced.id, looked.id]
    assert library.find(Filter(kinds=("livestream",))) == [looked.id]
    assert library.find(Filter(footage=(other.id,))) == [looked.id] == library.clips_of(other.id)
    assert library.find(Filter(language="zh")) == [plain.id]
    assert library.find(Filter(language="")) == [looked.id]
    assert library.find(Filter(exclude_flags=("has_price", "has_watermark"))) == [plain.id, looked.id]


@pytest.mark.parametrize("wrong", [{"kinds": ("film",)}, {"statuses": ("old",)}, {"exclude_flags": ("price",)}])
def test_a_filter_that_can_never_match_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="there is no"):
        Filter(**wrong)


def test_a_hostile_value_in_a_filter_is_only_a_value(library: Library) -> None:
    library.put(a_record())
    assert library.find(Filter(products=("' OR 1 --",))) == []
    assert library.find(Filter()) == [a_record().id]


def test_review_decides_what_is_found(library: Library) -> None:
    library.put(a_record(0))
    library.put(a_record(2000))
    first, second = a_record(0).id, a_record(2000).id
    rejected = library.review(first, "rejected", "Li", "out of focus")
    assert (rejected.review.status, rejected.review.note) == ("rejected", "out of focus")
    assert library.find(Filter()) == [second]
    assert library.find(Filter(statuses=("rejected",))) == [first]
    assert library.find(Filter(statuses=EVERY)) == [first, second]
    library.put(a_record(0, description="looked at again"))
    assert library.get(first).review.status == "rejected"
    with pytest.raises(UsageError, match="review status"):
        library.review(first, "perhaps", "Li")  # type: ignore[arg-type]


def test_every_decision_is_kept_once(library: Library) -> None:
    library.put(a_record())
    decisions: tuple[ReviewStatus, ...] = ("approved", "approved", "rejected")
    for status in decisions:
        library.review(a_record().id, status, "Li")
    with closing(sqlite3.connect(library.folder / "library.db")) as connection:
        kept = connection.execute("SELECT status, who FROM decisions ORDER BY sequence").fetchall()
    assert kept == [("approved", "Li"), ("rejected", "Li")]


def test_unknown_clips_are_named(library: Library) -> None:
    for call in (library.get, library.history, lambda id: library.correct(id, "spoken", "x", "Li")):
        with pytest.raises(UnknownRecord, match="c_0"):
            call("c_0")
    with pytest.raises(UnknownRecord, match="c_0"):
        library.review("c_0", "approved", "Li")


def test_records_come_in_the_order_asked_for(library: Library) -> None:
    ids = [a_record(start).id for start in (0, 2000, 4000)]
    for start in (4000, 0, 2000):
        library.put(a_record(start))
    assert [record.id for record in library.records([ids[2], ids[0]])] == [ids[2], ids[0]]
    assert [record.id for record in library.records()] == ids


def test_together_is_all_or_nothing(library: Library) -> None:
    library.put(a_record(0))
    with pytest.raises(UsageError), library.together():
        library.correct(a_record(0).id, "spoken", "kept?", "Li")
        library.correct(a_record(0).id, "nonsense", "x", "Li")
    assert library.history(a_record(0).id) == []
    with library.together():
        library.correct(a_record(0).id, "spoken", "kept", "Li")
    assert library.get(a_record(0).id).effective().spoken == "kept"


def test_counts(library: Library) -> None:
    library.put(a_record(0))
    library.put(a_record(2000))
    library.review(a_record(0).id, "approved", "Li")
    counts = library.counts()
    assert counts["footage"] == counts["footage_open"] == 1
    assert (counts["clips"], counts["clips_new"], counts["clips_approved"], counts["clips_rejected"]) == (2, 1, 1, 0)
    assert (counts["pending"], counts["calls"], counts["uses"]) == (2, 0, 0)
