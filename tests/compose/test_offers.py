"""What is offered for a beat: what is refused and why, how it is scored and ordered, and when nothing is offered."""

from pathlib import Path

import pytest

from cliplib.ledger import Usage
from cliplib.plans import Candidate
from cliplib.records import Footage, Rights
from compose.offers import WEIGHTS, content_fit, gather, likeness, ranked
from tests.compose.making import beat, clip, footage, script
from tests.compose.studio import TODAY, Studio


def there(tmp_path: Path, name: str, rights: Rights | None = None) -> Footage:
    """Footage whose file is there."""
    path = tmp_path / f"{name}.mp4"
    path.write_bytes(b"x")
    return footage(name, path=path, rights=rights)


def candidate(clip_id: str, score: float) -> Candidate:
    return Candidate(label="C00", clip=clip_id, score=score, terms={})


def test_order_is_by_score_and_then_by_clip() -> None:
    a, b, c = (f"c_{'0' * 16}_00{k}000-00{k}900" for k in (1, 2, 3))
    unordered = [candidate(c, 0.5), candidate(b, 0.9), candidate(a, 0.5)]
    assert [(x.clip, x.score) for x in ranked(unordered)] == [(b, 0.9), (a, 0.5), (c, 0.5)]


def test_refused_is_counted_with_why(studio: Studio, tmp_path: Path) -> None:
    good = there(tmp_path, "good")
    old = there(tmp_path, "old", Rights(expires="2026-04-30"))
    last_day = there(tmp_path, "last", Rights(expires=TODAY.isoformat()))
    tv = there(tmp_path, "tv", Rights(channels=("tv",)))
    gone = footage("gone", path=tmp_path / "gone.mp4")
    kinds = ("pain_point",)
    records = [clip(each, 0, 3000, types=kinds, products=("qingyu-cup",)) for each in (good, old, last_day, tv, gone)]
    records += [
        clip(good, 4000, 7000, types=kinds, products=("mug",)),
        clip(good, 8000, 11_000, types=kinds, products=("qingyu-cup",)),
        clip(good, 12_000, 15_000, types=("cta",), products=("qingyu-cup",), description="别的"),
    ]
    studio.fill((good, old, last_day, tv, gone), records)
    studio.library.review(records[6].id, "rejected", "editor")
    told = script(beat(1, "凉了", kinds), length=3000, product="qingyu-cup", channel="douyin")
    (offer,) = gather(told, studio.job()).offers
    assert [c.clip for c in offer.candidates] == sorted([records[0].id, records[2].id])
    assert offer.refused == {
        "rights expired": 1, "channel not allowed": 1, "source missing": 1, "other product": 1, "rejected in review": 1,
        "does not fit the beat": 1,
    }  # fmt: skip


def test_without_usable_footage_every_beat_is_a_gap(studio: Studio, tmp_path: Path) -> None:
    gone = footage("gone", path=tmp_path / "gone.mp4")
    studio.fill([gone], [clip(gone, 0, 3000, types=("cta",))])
    found = gather(script(beat(1, "x", ("cta",)), length=3000), studio.job())
    assert found.offers[0].candidates == () and found.clips == {}
    assert found.offers[0].refused == {"source missing": 1}


def test_scores_are_sums_of_their_terms_and_best_comes_first(studio: Studio, tmp_path: Path) -> None:
    good = there(tmp_path, "good")
    kinds = ("product_feature",)
    primary = clip(good, 0, 3000, types=kinds, lines=[("倒过来也不漏", 0, 2500)], products=("qingyu-cup",))
    second = clip(good, 4000, 7000, types=("cta", "product_feature"))
    foreign = clip(good, 8000, 11_000, types=kinds, lines=[("no leaks", 8100, 9000)], language="en")
    unknown = clip(good, 12_000, 15_000, types=("cta",))
    near = clip(good, 16_000, 19_000, types=("cta",), lines=[("倒过来也不漏", 16_000, 18_000)])
    studio.fill([good], [primary, second, foreign, unknown, near])
    found = gather(script(beat(1, "倒过来也不漏", kinds), length=3000), studio.job())
    (offer,) = found.offers
    assert {c.clip for c in offer.candidates} == {primary.id, second.id, foreign.id, near.id}
    assert offer.candidates[0].clip == primary.id
    assert [c.label for c in offer.candidates] == [f"C{k:02d}" for k in range(1, 5)]
    assert [c.score for c in offer.candidates] == sorted((c.score for c in offer.candidates), reverse=True)
    for each in offer.candidates:
        assert each.score == pytest.approx(sum(each.terms.values()), abs=1e-3)
        assert all(0 <= each.terms[name] <= weight for name, weight in WEIGHTS.items())
    terms = {c.clip: c.terms for c in offer.candidates}
    assert terms[primary.id]["content"] == WEIGHTS["content"]
    assert terms[second.id]["content"] == pytest.approx(0.6 * WEIGHTS["content"])
    assert terms[near.id]["content"] == 0
    assert terms[primary.id]["language"] > terms[second.id]["language"] > terms[foreign.id]["language"]
    assert terms[primary.id]["product"] == pytest.approx(0.9 * WEIGHTS["product"])
    assert terms[primary.id]["words"] == WEIGHTS["words"]


def test_review_and_use_change_the_score_but_not_the_use_by_this_job(studio: Studio, tmp_path: Path) -> None:
    good = there(tmp_path, "good")
    records = [clip(good, 4000 * k, 4000 * k + 3000, types=("cta",)) for k in range(3)]
    studio.fill([good], records)
    studio.library.review(records[1].id, "approved", "editor")
    job = studio.job()
    used = [
        Usage.model_validate({"clip": records[2].id, "job": name, "slot": "s1", "at": "2026-01-01T00:00:00Z"})
        for name in ("other", job.folder.name)
    ]
    used.append(used[1].model_copy(update={"clip": records[0].id}))
    studio.library.note_usage(used)
    (offer,) = gather(script(beat(1, "下单", ("cta",)), length=3000), job).offers
    assert [c.clip for c in offer.candidates] == [records[1].id, records[0].id, records[2].id]
    fresh = {c.clip: c.terms["freshness"] for c in offer.candidates}
    assert fresh[records[0].id] == WEIGHTS["freshness"] == 2 * fresh[records[2].id]


def test_labels_are_one_per_clip_and_offers_are_limited(studio: Studio, tmp_path: Path) -> None:
    good = there(tmp_path, "good")
    studio.fill([good], [clip(good, 4000 * k, 4000 * k + 3000, types=("cta",)) for k in range(20)])
    found = gather(script(beat(1, "下单", ("cta",)), beat(2, "快下单", ("cta",)), length=6000), studio.job())
    assert [len(offer.candidates) for offer in found.offers] == [12, 12]
    assert [offer.refused for offer in found.offers] == [{"not among the best": 8}] * 2
    for offer in found.offers:
        assert all(found.clips[c.label].id == c.clip for c in offer.candidates)


def test_a_beat_without_content_types_needs_likeness(studio: Studio, tmp_path: Path) -> None:
    good = there(tmp_path, "good")
    like = clip(good, 0, 3000, types=("cta",), lines=[("倒过来也不漏", 0, 2500)])
    studio.fill([good], [like, clip(good, 4000, 7000, types=("cta",), description="海边日出")])
    job = studio.job()
    (offer,) = gather(script(beat(1, "倒过来也不漏水"), length=3000), job).offers
    assert [c.clip for c in offer.candidates] == [like.id]


def test_silent_footage_is_offered_by_the_name_of_its_file(studio: Studio, tmp_path: Path) -> None:
    good = there(tmp_path, "good")
    named = clip(good, 0, 3000, types=("other",)).model_copy(update={"name": "coffee_pour"})
    studio.fill([good], [named, clip(good, 4000, 7000, types=("other",))])
    (offer,) = gather(script(beat(1, "coffee is poured"), length=3000, language="en"), studio.job()).offers
    assert [c.clip for c in offer.candidates] == [named.id]


def test_corrections_count(studio: Studio, tmp_path: Path) -> None:
    good = there(tmp_path, "good")
    record = clip(good, 0, 3000, types=("other",))
    studio.fill([good], [record])
    studio.library.correct(record.id, "content_types", ["cta"], "editor")
    found = gather(script(beat(1, "下单", ("cta",)), length=3000), studio.job())
    assert found.clips["C01"].content_types == ("cta",)


def test_fit_and_likeness() -> None:
    assert content_fit(("a", "b"), ("b", "c")) == 1.0
    assert content_fit(("a",), ("b", "a")) == 0.6
    assert content_fit(("a",), ("b",)) == 0.0
    assert content_fit((), ("b",)) == 0.0
    assert likeness("", "x") == 0.0
    assert likeness("no leaks", "It leaks.") == 0.5


def test_of_a_near_duplicate_group_the_best_is_offered(studio: Studio, tmp_path: Path) -> None:
    good = there(tmp_path, "good")
    kinds = ("product_feature",)
    copies = [clip(good, at, at + 3000, types=kinds, sharpness=s) for at, s in ((0, 0.2), (4000, 0.9), (8000, 0.6))]
    other = clip(good, 12_000, 15_000, types=kinds, sharpness=0.1)
    studio.fill([good], [*copies, other])
    studio.library.join(copies[1].id, [copies[0].id])
    studio.library.join(copies[2].id, [copies[1].id])
    told = script(beat(1, "倒过来也不漏水", kinds), beat(2, "不漏水", kinds), length=6000)
    for offer in gather(told, studio.job()).offers:
        assert [c.clip for c in offer.candidates] == [copies[1].id, other.id]
        assert offer.refused == {"near-duplicate of one offered": 2}
    studio.library.correct(copies[2].id, "near_duplicates", None, "Li")
    offer = gather(told, studio.job()).offers[0]
    assert [c.clip for c in offer.candidates] == [copies[1].id, copies[2].id, other.id]
