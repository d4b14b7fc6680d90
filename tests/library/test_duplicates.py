"""Near-duplicate groups in a library: who joins which, what the records say, and that a person's word wins."""

from itertools import permutations

import pytest

from cliplib.library import Library
from cliplib.records import ClipRecord
from cliplib.review import parsed_value
from cliplib.vocabulary import shipped
from tests.library.making import a_record

A, B, C, D, E = (a_record(start).id for start in (0, 3_000, 6_000, 9_000, 12_000))


@pytest.fixture
def stocked(library: Library) -> Library:
    for start in (0, 3_000, 6_000, 9_000, 12_000):
        library.put(a_record(start))
        library.keep_signature(a_record(start).id, 1, b"samples", b"sketch")
    return library


def groups(library: Library) -> list[str | None]:
    return [record.near_duplicates for record in library.records([A, B, C, D, E])]


def test_a_clip_joins_the_group_of_those_it_is_the_same_as(stocked: Library) -> None:
    stocked.join(B, [A])
    stocked.join(D, [C])
    assert groups(stocked) == ["g1", "g1", "g2", "g2", None]
    stocked.join(E, [D])
    assert groups(stocked) == ["g1", "g1", "g2", "g2", "g2"]
    assert stocked.near_duplicates() == {"g2": [C, D, E], "g1": [A, B]}


@pytest.mark.parametrize("same", list(permutations([A, D])))
def test_two_groups_that_meet_keep_the_older_name(stocked: Library, same: tuple[str, ...]) -> None:
    stocked.join(D, [C])
    stocked.join(B, [A])
    stocked.join(E, same)
    assert groups(stocked) == ["g1"] * 5
    assert stocked.near_duplicates() == {"g1": [A, B, C, D, E]}


def test_the_name_of_a_group_that_has_gone_is_not_given_again(stocked: Library) -> None:
    stocked.join(B, [A])
    stocked.join(D, [C])
    stocked.join(C, [A])
    stocked.put(a_record(15_000))
    stocked.join(a_record(15_000).id, [E])
    assert stocked.get(E).near_duplicates == "g3"


def test_a_clip_like_no_other_is_compared_and_in_no_group(stocked: Library) -> None:
    stocked.join(A, [])
    assert [(one.clip, one.compared) for one in stocked.sketched(1)][:2] == [(A, True), (B, False)]
    assert stocked.has_uncompared(1) and not stocked.has_uncompared(2)
    assert groups(stocked) == [None] * 5


def test_a_machine_record_put_again_stays_in_its_group(stocked: Library) -> None:
    stocked.join(B, [A])
    before = stocked.get(A)
    stocked.put(before.model_copy(update={"near_duplicates": "g99"}))
    assert stocked.get(A) == before
    stocked.put(a_record(0, description="new"))
    assert (stocked.get(A).near_duplicates, stocked.get(A).description) == ("g1", "new")
    assert stocked.near_duplicates() == {"g1": [A, B]}


def test_a_person_takes_a_clip_out_of_its_group_for_good(stocked: Library) -> None:
    def in_force(clip: str) -> ClipRecord:
        return stocked.get(clip).effective()

    stocked.join(B, [A])
    stocked.correct(B, "near_duplicates", parsed_value("near_duplicates", "", shipped()), "Li")
    assert in_force(B).near_duplicates is None and stocked.near_duplicates() == {}
    stocked.join(C, [B])
    assert in_force(B).near_duplicates is None and in_force(C).near_duplicates == "g1"
    assert stocked.near_duplicates() == {"g1": [A, C]}
    stocked.correct(D, "near_duplicates", parsed_value("near_duplicates", "g1", shipped()), "Li")
    assert stocked.near_duplicates() == {"g1": [A, C, D]}


def test_a_signature_waits_for_its_record_and_is_known_by_its_version(library: Library) -> None:
    library.keep_signature(A, 1, b"samples", b"sketch")
    assert library.sketched(1) == [] and not library.has_uncompared(1)
    library.put(a_record(0))
    assert [one.sketch for one in library.sketched(1)] == [b"sketch"] and library.signature(A) == b"samples"
    library.join(A, [])
    library.keep_signature(A, 2, b"new", b"other")
    assert not library.has_signature(A, 1) and library.has_signature(A, 2) and library.has_uncompared(2)
    assert library.signature(B) is None
