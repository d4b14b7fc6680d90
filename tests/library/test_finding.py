"""Words and conditions find the same in arrays, in changed clips and in both at once, as plain counting does."""

import math
import random
from collections import Counter
from datetime import UTC, date, datetime

import pytest

from cliplib.concepts import terms
from cliplib.index.base import Hit
from cliplib.ledger import Usage
from cliplib.library import Filter, Library, finding, index_text, postings
from cliplib.library.postings import K1, LEAST, B
from cliplib.records import ClipRecord
from tests.library.making import EVERY, a_record

WORDS = ["cup", "lid", "steam", "pour", "table", "window", "hand", "red", "blue", "杯子", "咖啡", "不漏水"]
FILTERS = (
    Filter(),
    Filter(statuses=("rejected",)),
    Filter(products=("cup",)),
    Filter(products=("cup", "jug"), content_types=("hook",)),
    Filter(shot_sizes=("macro",), language="zh"),
    Filter(exclude_flags=("has_price",), min_quality=0.45),
    Filter(cameras=("pan",), forms=("animation",)),
    Filter(not_used_since=date(2026, 3, 1)),
    Filter(language=""),
)


def plain(library: Library, wanted: Filter, text: str) -> list[Hit]:
    """BM25 over all live clips, counted in the simplest way."""
    every = {
        record.id: terms(index_text(record.effective(), library.shelf.vocabulary, library.shelf.products))
        for record in library.records(library.find(Filter(statuses=EVERY)))
    }
    average = sum(map(len, every.values())) / len(every)
    passing = set(library.find(wanted))
    scores: dict[str, float] = {}
    for term in dict.fromkeys(terms(text)):
        held = {id: words.count(term) for id, words in every.items() if term in words}
        weight = max(LEAST, math.log((len(every) - len(held) + 0.5) / (len(held) + 0.5)))
        for id, often in held.items():
            if id in passing:
                short = K1 * (1 - B + B * len(every[id]) / average)
                scores[id] = scores.get(id, 0) + weight * often * (K1 + 1) / (often + short)
    return sorted((Hit(id, round(score, 9)) for id, score in scores.items()), key=lambda hit: (-hit.score, hit.id))


def counted(library: Library, asked: list[str]) -> tuple[int, dict[str, int]]:
    """How many live clips there are, and how many hold each term, counted in the simplest way."""
    texts = [
        set(terms(index_text(record.effective(), library.shelf.vocabulary, library.shelf.products)))
        for record in library.records(library.find(Filter(statuses=EVERY)))
    ]
    return len(texts), {term: sum(term in held for held in texts) for term in asked}


def agree(library: Library, draw: random.Random) -> None:
    asked = terms(" ".join(draw.sample(WORDS, 3)))
    assert library.frequencies(asked) == counted(library, asked)
    for wanted in FILTERS:
        text = " ".join(draw.sample(WORDS, 3))
        ready = library.finding(wanted, terms(text))
        expected = plain(library, wanted, text)
        for n in (1, 7, 1000):
            got = ready.by_words(n)
            assert [hit.id for hit in got] == [hit.id for hit in expected[:n]]
            assert [hit.score for hit in got] == pytest.approx([hit.score for hit in expected[:n]], abs=1e-8)
        assert ready.all_ids(1000) == sorted(library.find(wanted))
        assert ready.passing([hit.id for hit in plain(library, Filter(statuses=EVERY), text)]) >= {h.id for h in got}


def some_record(draw: random.Random, start: int) -> ClipRecord:
    return a_record(
        start,
        description=" ".join(draw.choices(WORDS, k=draw.randint(1, 9))),
        spoken=draw.choice(["", "咖啡", "杯子 不漏水"]),
        products=tuple(draw.sample(["cup", "jug", "bag"], draw.randint(0, 2))),
        content_types=(draw.choice(["hook", "product_feature"]),),
        forms=(draw.choice(["animation", "live_action"]),),
        shot_size=draw.choice([None, "macro", "long"]),
        camera=draw.choice([None, "pan"]),
        facts={"sharpness": draw.choice([0.2, 0.44, 0.45, 0.46, 1.0]), "has_price": draw.choice([True, False, None])},
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_same_as_plain_counting_through_all_changes(
    library: Library, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    for module in (finding, postings):
        monkeypatch.setattr(module, "SIZE", 16)
    monkeypatch.setattr(finding, "BITS", 4)
    monkeypatch.setattr(finding, "PATIENCE", 5)
    draw = random.Random(seed)
    ids = []
    for k in range(40):
        record = some_record(draw, 2000 * k)
        library.put(record)
        ids.append(record.id)
    agree(library, draw)
    library.settle_words()
    assert not library.words_waiting()
    agree(library, draw)
    for _ in range(2):
        for id in draw.sample(ids, 8):
            library.correct(id, "description", " ".join(draw.choices(WORDS, k=4)), "Li")
            library.correct(id, draw.choice(["shot_size", "camera"]), None, "Li")
            library.correct(id, "products", [{"product": "jug", "evidence": "filed", "confidence": 1.0}], "Li")
        for id in draw.sample(ids, 5):
            library.review(id, draw.choice(["rejected", "approved"]), "Li")
        library.note_usage([Usage(clip=draw.choice(ids), job=str(draw.random()), slot="s", at=datetime.now(UTC))])
        agree(library, draw)
        library.settle_words()
        agree(library, draw)
    library.reword()
    agree(library, draw)


def test_few_changes_are_left_for_later_and_found_all_the_same(library: Library) -> None:
    library.put(a_record(0, description="steam"))
    library.settle_words()
    assert library._database.rows("SELECT * FROM blocks") == []
    assert [hit.id for hit in library.finding(Filter(), ["steam"]).by_words(3)] == [a_record(0).id]


def test_how_many_may_pass_is_told_without_asking_for_them(library: Library) -> None:
    for k in range(10):
        library.put(a_record(2000 * k, products=("cup",) if k < 4 else ()))
    wanted = library.finding(Filter(products=("cup",)))
    assert wanted.share == pytest.approx(0.4)
    assert wanted.all_ids(3) is None and len(wanted.all_ids(4) or []) == 4


def test_a_word_that_half_of_all_clips_hold_weighs_next_to_nothing(library: Library) -> None:
    counts = Counter({"steam": 9, "rare": 1})
    for k in range(10):
        library.put(a_record(2000 * k, description="steam" if k else "rare steam"))
    [first, *others] = library.finding(Filter(), ["steam", "rare"]).by_words(10)
    assert first.id == a_record(0).id and len(others) == counts["steam"]
    assert all(0 < hit.score < first.score / 1000 for hit in others)


def test_which_terms_a_clip_holds(library: Library) -> None:
    library.put(a_record(0, description="a cup of hot coffee"))
    id = a_record(0).id
    assert library.held_terms([id], terms("coffee cup zebra")) == {id: ["coffee", "cup", "c0coffee", "c0cup"]}
