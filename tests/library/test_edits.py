"""Clips replaced by others: people's word, old ids, uses and indexes follow; nothing is half done."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cliplib.errors import UnknownRecord, UsageError
from cliplib.ledger import Edit, Usage
from cliplib.library import Filter, Library
from cliplib.library.carrying import Carried
from cliplib.library.lineage import Heir
from cliplib.records import ClipRecord, Line, Transcript, Word
from cliplib.values import Span
from tests.library.making import EVERY, a_record

WORDS = ("one ", "two ", "three ", "four ", "five ", "six ", "seven ", "eight ")
"""Each is heard for half a second, the first from 0 on."""


def a_clip(start: int, end: int, **changes: Any) -> ClipRecord:
    """A clip with those of WORDS that lie in it, as one line."""
    span = Span(start=start, end=end)
    at = [(text, Span(start=500 * k, end=500 * k + 500)) for k, text in enumerate(WORDS)]
    words = tuple(Word(text=text.strip(), span=place) for text, place in at if span.holds(place.middle))
    text = " ".join(word.text for word in words)
    lines = (
        (Line(text=text, span=Span(start=words[0].span.start, end=words[-1].span.end), words=words),) if words else ()
    )
    record = a_record()
    return record.model_copy(
        update={
            "id": ClipRecord.id_of(record.footage, span),
            "span": span,
            "spoken": text,
            "transcript": Transcript(language="en", engine="test", lines=lines),
            **changes,
        }
    )


def change(library: Library, what: Any, old: list[ClipRecord], new: list[ClipRecord]) -> dict[str, Carried]:
    edit = Edit(
        what=what,
        footage=old[0].footage,
        old=tuple(record.id for record in old),
        new=tuple(record.id for record in new),
        who="Li",
        at=datetime.now(UTC),
    )
    return library.replace(edit, new)


WHOLE, LEFT, RIGHT = a_clip(0, 4000), a_clip(0, 1500), a_clip(1500, 4000)


def test_a_split_clip_hands_its_labels_to_both_halves(library: Library) -> None:
    library.put(WHOLE)
    library.correct(WHOLE.id, "content_types", ["hook"], "Li")
    library.review(WHOLE.id, "approved", "Wang", "good")
    change(library, "split", [WHOLE], [LEFT, RIGHT])
    for half in (LEFT, RIGHT):
        record = library.get(half.id)
        assert record.effective().content_types == ("hook",)
        assert (record.review.status, record.review.note) == ("approved", "good")
        assert [(c.field, c.who) for c in library.history(half.id)] == [("content_types", "Li")]
        assert [(d.status, d.who) for d in library.decisions(half.id)] == [("approved", "Wang")]
    assert library.find(Filter(statuses=EVERY)) == [LEFT.id, RIGHT.id] == library.find(Filter(content_types=("hook",)))
    assert library.counts()["clips"] == 2


def test_an_old_id_means_the_clip_with_most_of_it(library: Library) -> None:
    library.put(WHOLE)
    change(library, "split", [WHOLE], [LEFT, RIGHT])
    assert library.heirs(WHOLE.id) == [Heir(RIGHT.id, 0.625), Heir(LEFT.id, 0.375)]
    assert library.get(WHOLE.id).id == RIGHT.id == library.records([LEFT.id, WHOLE.id])[1].id
    library.correct(WHOLE.id, "description", "said of the old one", "Li")
    library.review(WHOLE.id, "rejected", "Li")
    assert library.get(RIGHT.id).effective().description == "said of the old one"
    assert library.get(LEFT.id).review.status == "new" and library.get(LEFT.id).effective().description == ""
    with pytest.raises(UnknownRecord, match=r"now .* and "):
        change(library, "nudge", [WHOLE], [a_clip(0, 3000)])
    with pytest.raises(UnknownRecord, match="no clip"):
        library.get(a_clip(0, 9000).id)


def test_chains_of_edits_lead_to_live_clips_by_what_they_share(library: Library) -> None:
    """[0-4] is split, its right half moved, that joined with the left half up to 5 s, and this divided elsewhere."""
    library.put(WHOLE)
    change(library, "split", [WHOLE], [LEFT, RIGHT])
    moved = a_clip(2000, 5000)
    change(library, "nudge", [RIGHT], [moved])
    assert library.heirs(WHOLE.id) == [Heir(moved.id, 0.5), Heir(LEFT.id, 0.375)]
    joined = a_clip(0, 5000)
    change(library, "merge", [LEFT, moved], [joined])
    for id in (WHOLE.id, LEFT.id, RIGHT.id, moved.id):
        assert library.heirs(id) == [Heir(joined.id, 1.0)]
    parts = [a_clip(0, 4200), a_clip(4200, 5200)]
    change(library, "split", [joined], parts)
    assert library.heirs(WHOLE.id) == [Heir(parts[0].id, 1.0)] == library.heirs(LEFT.id)
    assert [heir.clip for heir in library.heirs(moved.id)] == [part.id for part in parts]
    assert [edit.what for edit in library.edits(WHOLE.footage)] == ["split", "nudge", "merge", "split"]


def test_merging_the_halves_again_revives_the_old_clip_as_it_was(library: Library) -> None:
    library.put(WHOLE)
    library.correct(WHOLE.id, "description", "all of it", "Li")
    library.correct(WHOLE.id, "spoken", "one two three quite different", "Li")
    library.review(WHOLE.id, "approved", "Wang")
    before = library.get(WHOLE.id)
    change(library, "split", [WHOLE], [LEFT, RIGHT])
    assert {library.get(half.id).review.status for half in (LEFT, RIGHT)} == {"new"}
    change(library, "merge", [LEFT, RIGHT], [WHOLE])
    again = library.get(WHOLE.id)
    assert (again.review, again.effective()) == (before.review, before.effective())
    assert library.find(Filter()) == [WHOLE.id] and library.heirs(WHOLE.id) == [Heir(WHOLE.id, 1.0)]
    assert library.current(LEFT.id) == WHOLE.id == library.current(RIGHT.id)
    change(library, "split", [WHOLE], [LEFT, RIGHT])
    assert library.current(WHOLE.id) == RIGHT.id


def test_what_was_decided_meanwhile_stays_when_the_old_clip_is_revived(library: Library) -> None:
    library.put(WHOLE)
    library.review(WHOLE.id, "approved", "Wang")
    change(library, "split", [WHOLE], [LEFT, RIGHT])
    library.review(LEFT.id, "rejected", "Wang", "blurred")
    library.correct(RIGHT.id, "content_types", ["hook"], "Wang")
    change(library, "merge", [LEFT, RIGHT], [WHOLE])
    record = library.get(WHOLE.id)
    assert (record.review.status, record.review.note) == ("new", "blurred")
    assert record.effective().content_types == ("hook",)


def test_merged_clips_say_what_of_which_is_in_force(library: Library) -> None:
    for clip, kind in ((LEFT, "hook"), (RIGHT, "cta")):
        library.put(clip)
        library.correct(clip.id, "content_types", [kind], f"of {kind}")
        library.review(clip.id, "approved", "Li")
    library.correct(LEFT.id, "camera", "pan", "Li")
    given = change(library, "merge", [LEFT, RIGHT], [WHOLE])
    record = library.get(WHOLE.id)
    assert record.effective().content_types == ("cta",) and record.effective().camera == "pan", "the longer one's"
    assert sorted(c.who for c in library.history(WHOLE.id)) == ["Li", "of cta", "of hook"]
    assert record.review.status == "new" and "content_types by of hook was left out" in record.review.note
    assert len(given[WHOLE.id].look) == 1


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [(("approved", "approved"), "approved"), (("approved", "new"), "new"), (("rejected", "rejected"), "rejected")],
)
def test_a_merged_clip_is_approved_only_where_all_were(library: Library, statuses: Any, expected: str) -> None:
    for clip, status in zip((LEFT, RIGHT), statuses, strict=True):
        library.put(clip)
        library.review(clip.id, status, "Li")
    change(library, "merge", [LEFT, RIGHT], [WHOLE])
    assert library.get(WHOLE.id).review.status == expected


@pytest.mark.parametrize(
    ("wording", "left", "right"),
    [
        ("one TWO! three four five six seven ate.", "one TWO!", None),
        ("1 two three, four five six seven eight", "1 two three,", None),
        ("one two three four five six 7 8", None, "four five six 7 8"),
    ],
)
def test_corrected_words_go_where_their_words_go(
    library: Library, wording: str, left: str | None, right: str | None
) -> None:
    library.put(WHOLE)
    library.correct(WHOLE.id, "spoken", wording, "Li")
    change(library, "split", [WHOLE], [LEFT, RIGHT])
    said = [library.get(half.id).effective().spoken for half in (LEFT, RIGHT)]
    assert " ".join(said) == wording
    assert said[0].startswith(left or "one two three") and said[1] == (right or said[1])
    assert library.get(LEFT.id).review.note == ""


def test_words_that_have_no_sure_place_are_to_be_looked_at(library: Library) -> None:
    library.put(WHOLE)
    library.correct(WHOLE.id, "spoken", "one two and then something else altogether", "Li")
    library.review(WHOLE.id, "approved", "Li")
    change(library, "split", [WHOLE], [LEFT, RIGHT])
    for half in (LEFT, RIGHT):
        record = library.get(half.id)
        assert record.effective().spoken == half.spoken and record.review.status == "new"
        assert "spoken by Li has no sure place: “one two and then" in record.review.note
        assert [c.field for c in library.history(half.id)] == ["spoken"]


def test_a_moved_clip_keeps_corrected_words_and_gains_and_loses_others(library: Library) -> None:
    library.put(LEFT)
    library.correct(LEFT.id, "spoken", "One! Two! Three!", "Li")
    longer = a_clip(0, 2500)
    change(library, "nudge", [LEFT], [longer])
    assert library.get(longer.id).effective().spoken == "One! Two! Three! four five"
    shorter = a_clip(500, 2000)
    change(library, "nudge", [longer], [shorter])
    assert library.get(shorter.id).effective().spoken == "Two! Three! four"


def test_words_typed_where_no_machine_heard_any(library: Library) -> None:
    """They stay with a clip that is moved or merged; nobody knows to which half of a clip they belong."""
    mute = {"spoken": "", "transcript": Transcript(engine="none")}
    moved, other = a_clip(0, 1600, **mute), a_clip(0, 1500, **mute)
    library.put(other)
    library.correct(other.id, "spoken", "typed", "Li")
    change(library, "nudge", [other], [moved])
    assert library.get(moved.id).effective().spoken == "typed"
    heard = a_clip(2000, 4000)
    library.put(heard)
    joined = heard.model_copy(update={"id": WHOLE.id, "span": WHOLE.span})
    change(library, "merge", [moved, heard], [joined])
    assert library.get(joined.id).effective().spoken == "typed five six seven eight"
    silent = a_clip(5000, 9000, **mute)
    library.put(silent)
    library.correct(silent.id, "spoken", "typed too", "Li")
    halves = [a_clip(5000, 7000, **mute), a_clip(7000, 9000, **mute)]
    change(library, "split", [silent], halves)
    assert all("typed too" in library.get(half.id).review.note for half in halves)


def test_uses_count_for_the_clips_that_follow(library: Library) -> None:
    library.put(WHOLE)
    library.note_usage([Usage(clip=WHOLE.id, job="j", slot="s1", at=datetime.now(UTC))])
    change(library, "split", [WHOLE], [LEFT, RIGHT])
    assert [use.job for use in library.usage_of(LEFT.id)] == ["j"]
    library.note_usage([Usage(clip=WHOLE.id, job="k", slot="s1", at=datetime.now(UTC))])
    assert library.usage_counts() == {WHOLE.id: 2}


def test_indexes_and_words_drop_the_old_and_get_the_new(library: Library) -> None:
    library.put(WHOLE)
    library.settle([sequence for sequence, _ in library.pending()])
    change(library, "split", [WHOLE], [LEFT, RIGHT])
    assert {clip for _, clip in library.pending()} == {WHOLE.id, LEFT.id, RIGHT.id}
    assert [hit.id for hit in library.finding(Filter(), ["one"]).by_words(9)] == [LEFT.id]
    library.put(WHOLE.model_copy(update={"description": "a machine speaks of it again"}))
    assert library.finding(Filter(), ["machine"]).by_words(9) == [] and not library.is_live(WHOLE.id)


def test_a_failing_edit_changes_nothing(library: Library) -> None:
    for clip in (WHOLE, a_clip(5000, 8000)):
        library.put(clip)
    before = (library.records(), library.pending(), library.counts())
    with pytest.raises(UsageError, match="already a clip"):
        change(library, "split", [WHOLE], [LEFT, a_clip(5000, 8000)])
    assert (library.records(), library.pending(), library.counts()) == before
    assert library.kept(LEFT.id) is None and library.edits(WHOLE.footage) == []


def test_a_neighbour_that_gives_way_a_little_inherits_from_itself(library: Library) -> None:
    """The boundary between two clips is moved: each keeps its own word."""
    for clip, kind in ((LEFT, "hook"), (RIGHT, "cta")):
        library.put(clip)
        library.correct(clip.id, "content_types", [kind], "Li")
    change(library, "nudge", [LEFT, RIGHT], [a_clip(0, 1300), a_clip(1300, 4000)])
    records = [record.effective() for record in library.records()]
    assert [record.content_types for record in records] == [("hook",), ("cta",)]
    assert [record.review.note for record in records] == ["", ""]
    assert library.heirs(LEFT.id) == [Heir(a_clip(0, 1300).id, 0.8667)]
