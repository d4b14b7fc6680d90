"""One answer from vectors and words: the filter first, ranks fused, and every hit says why."""

from collections.abc import Iterator

import pytest

from cliplib.engines.ngram import NgramEmbedder
from cliplib.index.base import Hit
from cliplib.index.exact import ExactIndex
from cliplib.library import Filter, Library
from cliplib.search import Found, Query, refresh, search
from cliplib.search.hybrid import _fused
from tests.library.making import a_record
from tests.search.making import SHELF, BagOfWords

EVEN = {"vector": 1.0, "words": 1.0}
FIRST, SECOND, THIRD = (a_record(start).id for start in (0, 2000, 4000))


@pytest.fixture
def index(library: Library, embedder: BagOfWords) -> Iterator[ExactIndex]:
    made = ExactIndex()
    refresh(library, made, embedder, SHELF)
    yield made
    made.close()


def test_ranks_are_fused() -> None:
    found = _fused({"vector": [Hit("a", 0.9), Hit("b", 0.8)], "words": [Hit("b", 7.0), Hit("c", 1.0)]}, EVEN)
    assert [hit.clip for hit in found] == ["b", "a", "c"]
    assert found[0].score == pytest.approx(1 / 62 + 1 / 61)
    assert found[0].why == {"vector": 0.8, "rank_vector": 2, "words": 7.0, "rank_words": 1}
    assert found[1].score == pytest.approx(1 / 61) and found[1].why == {"vector": 0.9, "rank_vector": 1}


def test_equal_scores_are_in_order_of_ids() -> None:
    assert [hit.clip for hit in _fused({"vector": [Hit("z", 0.9)], "words": [Hit("a", 3.0)]}, EVEN)] == ["a", "z"]


def test_shared_words_do_not_count_twice_where_the_embedder_knows_nothing_else(library: Library) -> None:
    lists = {"vector": [Hit("a", 0.9), Hit("b", 0.8)], "words": [Hit("b", 7.0), Hit("a", 1.0)]}
    assert [hit.clip for hit in _fused(lists, {"vector": 0.1, "words": 1.0})] == ["b", "a"]
    index, embedder = ExactIndex(), NgramEmbedder()
    refresh(library, index, embedder, SHELF)
    best = search(library, index, embedder, Query("漏水"))[0]
    assert best.score == pytest.approx(1.1 / 61)


def test_a_question_in_the_other_language_finds_the_clip(library: Library) -> None:
    description = "一位女士在厨房里倒咖啡"
    library.put(a_record(60_000, description=description, content_types=("scene",), spoken="", products=()))
    index, embedder = ExactIndex(), NgramEmbedder()
    refresh(library, index, embedder, SHELF)
    best = search(library, index, embedder, Query("lady pouring coffee"))[0]
    assert library.get(best.clip).description == description


@pytest.mark.parametrize(("text", "clip"), [("漏水", FIRST), ("热的", SECOND), ("fitting bags", THIRD)])
def test_chinese_and_english_questions(
    library: Library, index: ExactIndex, embedder: BagOfWords, text: str, clip: str
) -> None:
    best = search(library, index, embedder, Query(text, n=2))[0]
    assert best.clip == clip
    assert best.why["rank_vector"] == best.why["rank_words"] == 1
    assert best.score == pytest.approx(2 / 61)


def test_the_filter_is_asked_first(library: Library, index: ExactIndex, embedder: BagOfWords) -> None:
    library.correct(FIRST, "content_types", ["hook"], "Li")
    query = Query("不漏水", Filter(content_types=("product_feature",)))
    assert FIRST not in {hit.clip for hit in search(library, index, embedder, query)}
    assert search(library, index, embedder, Query("不漏水", Filter(products=("jug",)))) == []
    assert search(library, index, embedder, Query("不漏水", Filter(content_types=("hook",))))[0].clip == FIRST


def test_nothing_in_common_is_not_found(library: Library, index: ExactIndex, embedder: BagOfWords) -> None:
    assert search(library, index, embedder, Query("zebra")) == []
    assert search(library, index, embedder, Query("!?")) == []


def test_without_words_the_filter_is_the_answer(library: Library, index: ExactIndex, embedder: BagOfWords) -> None:
    found = search(library, index, embedder, Query(" ", n=2))
    assert found == [Found(FIRST, 0.0, {}), Found(SECOND, 0.0, {})]


def test_n_limits_the_answer(library: Library, index: ExactIndex, embedder: BagOfWords) -> None:
    assert len(search(library, index, embedder, Query("产品特性展示"))) == 3
    assert len(search(library, index, embedder, Query("产品特性展示", n=1))) == 1
