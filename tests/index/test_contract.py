"""What every vector index does. Each test runs over all of them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from cliplib.index import chroma
from cliplib.index.base import Entry, Hit, Vector, VectorIndex
from cliplib.index.chroma import ChromaIndex
from cliplib.index.exact import ExactIndex

Open = Callable[[Path], VectorIndex]
BACKENDS: dict[str, Open] = {"exact": ExactIndex, "chroma": ChromaIndex}


def unit(*values: float) -> Vector:
    vector = np.array(values, np.float32)
    return vector / np.float32(np.linalg.norm(vector))


EAST, NORTH, NORTH_EAST = unit(1, 0, 0), unit(0, 1, 0), unit(1, 1, 0)
NOWHERE = np.zeros(3, np.float32)


def random_entries(count: int, seed: int) -> list[Entry]:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(count, 24)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    kinds = ("brand", "model", "livestream")
    return [Entry(f"c{k:04d}", vectors[k], {"kind": kinds[k % 3], "tags": ("a", f"t{k % 5}")}) for k in range(count)]


def named(hits: list[Hit]) -> list[str]:
    return [hit.id for hit in hits]


@pytest.fixture(params=BACKENDS)
def open_here(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], VectorIndex]:
    make: Open = BACKENDS[request.param]
    return lambda: make(tmp_path / "index")


@pytest.fixture
def index(open_here: Callable[[], VectorIndex]) -> Iterator[VectorIndex]:
    opened = open_here()
    yield opened
    opened.close()


class TestContract:
    """Both indexes, one promise."""

    def test_nearest_first_with_the_cosine_as_score(self, index: VectorIndex) -> None:
        index.put([Entry("north", NORTH), Entry("east", EAST), Entry("between", NORTH_EAST)])
        hits = index.nearest(EAST, 3)
        assert named(hits) == ["east", "between", "north"]
        assert [hit.score for hit in hits] == pytest.approx([1, 0.5**0.5, 0], abs=1e-5)
        assert named(index.nearest(EAST, 1)) == ["east"]
        assert index.nearest(EAST, 0) == []

    def test_an_empty_index_has_nothing(self, index: VectorIndex) -> None:
        assert index.nearest(EAST, 5) == [] and index.ids() == set()

    def test_ties_are_in_order_of_ids(self, index: VectorIndex) -> None:
        index.put([Entry(id, EAST) for id in ("d", "b", "e", "a", "c")] + [Entry("z", NORTH_EAST)])
        assert named(index.nearest(EAST, 3)) == ["a", "b", "c"]
        assert named(index.nearest(EAST, 9)) == ["a", "b", "c", "d", "e", "z"]

    def test_a_replaced_entry_is_replaced_whole(self, index: VectorIndex) -> None:
        index.put([Entry("x", EAST, {"kind": "brand", "types": ("hook", "story"), "product": "cup"})])
        index.put([Entry("x", NORTH, {"kind": "model", "types": ("story",)})])
        assert index.nearest(NORTH, 1)[0].score == pytest.approx(1, abs=1e-5)
        assert index.nearest(NORTH, 1, where={"product": "cup"}) == []
        assert index.nearest(NORTH, 1, where={"kind": "brand"}) == []
        assert index.nearest(NORTH, 1, where={"types": "hook"}) == []
        assert named(index.nearest(NORTH, 1, where={"types": "story", "kind": "model"})) == ["x"]
        index.put([Entry("x", NORTH)])
        assert index.nearest(NORTH, 1, where={"kind": "model"}) == []
        assert index.ids() == {"x"}

    def test_the_last_of_one_put_counts(self, index: VectorIndex) -> None:
        index.put([Entry("x", EAST, {"kind": "brand"}), Entry("x", NORTH, {"kind": "model"})])
        assert named(index.nearest(NORTH, 1, where={"kind": "model"})) == ["x"]
        assert index.nearest(NORTH, 1)[0].score == pytest.approx(1, abs=1e-5)

    def test_drop(self, index: VectorIndex) -> None:
        index.put([Entry("x", EAST), Entry("y", NORTH)])
        index.drop(["x", "unknown"])
        index.drop([])
        assert index.ids() == {"y"} and named(index.nearest(EAST, 5)) == ["y"]
        index.put([Entry("x", EAST)])
        assert named(index.nearest(EAST, 1)) == ["x"]

    def test_among(self, index: VectorIndex) -> None:
        index.put([Entry("x", EAST), Entry("y", NORTH_EAST), Entry("z", NORTH)])
        assert named(index.nearest(EAST, 5, among=["z", "y", "unknown"])) == ["y", "z"]
        assert index.nearest(EAST, 5, among=[]) == []
        assert index.nearest(EAST, 5, among=["unknown"]) == []
        assert named(index.nearest(EAST, 1, among={"x", "y", "z", "unknown"})) == ["x"]

    def test_where_with_one_and_several_values(self, index: VectorIndex) -> None:
        index.put(
            [
                Entry("one", EAST, {"kind": "brand", "types": "hook"}),
                Entry("two", EAST, {"kind": "brand", "types": ("hook", "story")}),
                Entry("none", EAST, {"kind": "brand", "types": ()}),
                Entry("bare", EAST),
            ]
        )
        assert named(index.nearest(EAST, 9, where={"types": "hook"})) == ["one", "two"]
        assert named(index.nearest(EAST, 9, where={"types": "story", "kind": "brand"})) == ["two"]
        assert named(index.nearest(EAST, 9, where={"kind": "brand"})) == ["none", "one", "two"]
        assert index.nearest(EAST, 9, where={"types": "hoo"}) == []
        assert index.nearest(EAST, 9, where={"unknown": "x"}) == []
        assert len(index.nearest(EAST, 9, where={})) == 4
        assert named(index.nearest(EAST, 9, among=["one", "bare"], where={"types": "hook"})) == ["one"]

    def test_a_vector_of_nothing_is_never_near(self, index: VectorIndex) -> None:
        index.put([Entry("x", EAST), Entry("empty", NOWHERE)])
        assert named(index.nearest(EAST, 5)) == ["x"] and index.ids() == {"x"}
        assert index.nearest(NOWHERE, 5) == []
        index.put([Entry("x", NOWHERE)])
        assert index.ids() == set() and index.nearest(EAST, 5) == []

    def test_it_is_the_same_after_closing(self, index: VectorIndex, open_here: Callable[[], VectorIndex]) -> None:
        index.put([Entry("x", EAST, {"kind": "brand", "types": ("hook", "故事")}), Entry("y", NORTH)])
        before = index.nearest(NORTH_EAST, 5)
        index.close()
        again = open_here()
        assert again.nearest(NORTH_EAST, 5) == before and again.ids() == {"x", "y"}
        assert named(again.nearest(EAST, 5, where={"types": "故事", "kind": "brand"})) == ["x"]
        again.close()

    def test_more_entries_than_one_write_takes(self, index: VectorIndex) -> None:
        entries = random_entries(2_500, seed=3)
        index.put(iter(entries))
        assert len(index.ids()) == 2_500
        index.drop([entry.id for entry in entries[:1_700]])
        assert index.ids() == {entry.id for entry in entries[1_700:]}

    def test_many_clips_with_the_same_words_are_all_found(self, index: VectorIndex) -> None:
        index.put(Entry(f"same{k:04d}", EAST) for k in range(1_200))
        index.put([Entry("other", NORTH)])
        assert len(index.ids()) == 1_201
        assert named(index.nearest(NORTH, 1)) == ["other"]
        assert named(index.nearest(EAST, 2)) == ["same0000", "same0001"]
        assert named(index.nearest(EAST, 5, among=["same0700", "other"])) == ["same0700", "other"]

    def test_equal_vectors_are_entries_of_their_own(self, index: VectorIndex) -> None:
        index.put([Entry("a", EAST, {"kind": "brand"}), Entry("b", EAST, {"kind": "model"})])
        index.put([Entry("c", EAST, {"kind": "model"})])
        assert named(index.nearest(EAST, 5, where={"kind": "model"})) == ["b", "c"]
        index.put([Entry("a", NORTH, {"kind": "brand"})])
        assert named(index.nearest(EAST, 2)) == ["b", "c"] and index.ids() == {"a", "b", "c"}
        index.put([Entry("b", NORTH_EAST), Entry("a", EAST)])
        index.drop(["c"])
        assert named(index.nearest(EAST, 5)) == ["a", "b"]
        assert index.nearest(EAST, 5, where={"kind": "model"}) == []


def test_what_the_graph_does_not_reach_is_found_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reach = chroma._Shelf.reached
    monkeypatch.setattr(chroma._Shelf, "reached", lambda shelf: reach(shelf) - {"lost"})
    monkeypatch.setattr(chroma, "EXACT_UP_TO", 0)
    index = ChromaIndex(tmp_path / "chroma")
    index.put([Entry("lost", EAST, {"kind": ("brand",)}), Entry("x", NORTH)])
    index.close()
    again = ChromaIndex(tmp_path / "chroma")
    assert again.ids() == again.stored() == {"lost", "x"}
    query = again._graph._collection.query
    monkeypatch.setattr(again._graph._collection, "query", lambda **rest: query(**{**rest, "ids": ["x"]}))
    assert named(again.nearest(EAST, 2)) == ["lost", "x"]
    assert named(again.nearest(EAST, 2, where={"kind": "brand"})) == ["lost"]
    assert again.nearest(EAST, 2, where={"kind": "model"}) == []
    again.close()


def test_crowded_vectors_are_all_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts that share most of their words, as those of clips with the same labels do."""
    monkeypatch.setattr(chroma, "EXACT_UP_TO", 0)
    common = unit(*[1.0] * 24)
    entries = [
        Entry(entry.id, unit(*(common + 0.2 * entry.vector)), entry.fields) for entry in random_entries(1_500, seed=6)
    ]
    exact, other = ExactIndex(), ChromaIndex(tmp_path / "chroma")
    exact.put(entries)
    other.put(entries)
    other.close()
    other = ChromaIndex(tmp_path / "chroma")
    assert other.ids() == exact.ids()
    wanted = [named(exact.nearest(entry.vector, 5)) for entry in entries[::50]]
    got = [named(other.nearest(entry.vector, 5)) for entry in entries[::50]]
    assert sum(a == b for a, b in zip(got, wanted, strict=True)) >= 29
    other.close()


@pytest.mark.parametrize("by_graph", [True, False])
def test_both_agree_on_random_vectors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_graph: bool) -> None:
    if by_graph:
        monkeypatch.setattr(chroma, "EXACT_UP_TO", 0)
    exact, other = ExactIndex(), ChromaIndex(tmp_path / "chroma")
    entries = random_entries(400, seed=1)
    for index in (exact, other):
        index.put(entries)
        index.put(random_entries(100, seed=2))
        index.drop([entry.id for entry in entries[150:200]])
    among = [entry.id for entry in entries[::2]]
    for probe in random_entries(12, seed=9):
        for where in (None, {"tags": "t3"}, {"kind": "model", "tags": "a"}):
            for chosen in (None, among):
                wanted = exact.nearest(probe.vector, 10, among=chosen, where=where)
                got = other.nearest(probe.vector, 10, among=chosen, where=where)
                assert named(got) == named(wanted) and len(got) == 10
                assert [hit.score for hit in got] == pytest.approx([hit.score for hit in wanted], abs=1e-4)
    assert exact.ids() == other.ids() and len(exact) == len(other) == 350
    other.close()
