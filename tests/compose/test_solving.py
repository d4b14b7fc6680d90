"""The solver: rules that no plan breaks, what it prefers, and what it says of changes and when nothing fits."""

import time
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cliplib.errors import NothingFits
from cliplib.plans import Beat, Choice, EditPlan, Proposal, Script
from cliplib.records import ClipRecord
from compose.constraints import excluded, one_take
from compose.offers import Offers
from compose.picking import Picked
from compose.planning import plan
from compose.solving import all_rules, solve
from compose.table import tabulate
from tests.compose.making import RATE, beat, clip, footage, offers, proposal, script
from tests.properties import examples

A, B, C, D = (footage(name) for name in "abcd")


def planned(told: Script, given_: Offers, proposed: Proposal | None = None) -> EditPlan:
    return plan(told, given_, Picked(proposed or proposal(given_)))


def clips_of(made: EditPlan) -> list[str]:
    return [pick.clip for pick in made.picks]


@st.composite
def problems(draw: st.DrawFn) -> tuple[Script, Offers]:
    """A random library of clips on up to four pieces of footage, and a random script over random offers."""
    records = []
    for source in (A, B, C, D)[: draw(st.integers(1, 4))]:
        at = 0
        for _ in range(draw(st.integers(1, 5))):
            length = draw(st.integers(10, 80)) * 100
            lines = [("一句话", at + 100, at + length - 100)] if draw(st.booleans()) else []
            group = draw(st.sampled_from([None, None, "g1", "g2"]))
            records.append(clip(source, at, at + length, lines=lines, group=group))
            at += length - draw(st.sampled_from([0, 0, 400])) + draw(st.sampled_from([0, 2000]))
    beats, by_beat = [], {}
    for number in range(1, draw(st.integers(1, 5)) + 1):
        beats.append(beat(number, length=draw(st.one_of(st.none(), st.integers(10, 60).map(lambda n: n * 100)))))
        chosen = draw(st.lists(st.sampled_from(records), max_size=6, unique_by=lambda record: record.id))
        by_beat[f"b{number}"] = [(record, draw(st.integers(0, 100)) / 100) for record in chosen]
    return script(*beats, length=draw(st.integers(20, 250)) * 100), offers(by_beat)


@given(problems())
@examples(60)
def test_every_plan_keeps_the_rules(problem: tuple[Script, Offers]) -> None:
    told, given_ = problem
    try:
        made = planned(told, given_)
    except NothingFits as error:
        assert error.message and error.next_step
        return
    records = {record.id: record for record in given_.clips.values()}
    clips = [records[pick.clip] for pick in made.picks]
    assert len({record.id for record in clips}) == len(clips), "no clip twice"
    assert not any(excluded(one, other) for one, other in combinations(clips, 2))
    assert abs(made.length - told.length) <= 540, "half a second, and half a frame per slot for whole milliseconds"
    order = [int(pick.beat[1:]) for pick in made.picks]
    assert order == sorted(order)
    filled = {offer.beat for offer in given_.offers if offer.candidates}
    assert {pick.beat for pick in made.picks} == filled
    assert {gap.beat for gap in made.gaps} == {b.id for b in told.beats} - filled
    for pick, record in zip(made.picks, clips, strict=True):
        assert pick.clip in {c.clip for c in given_.of(pick.beat).candidates}, "only what was offered for that beat"
        assert record.span.start <= pick.trim.start and pick.trim.end <= record.span.end
        assert pick.trim.length >= min(1000, record.span.length)
        for line in record.transcript.lines:
            assert line.span.overlap(pick.trim) in (0, line.span.length), "no spoken line is cut"
        assert pick.clip not in {other.clip for other in pick.runners_up}


def test_the_writers_first_choice_is_kept_where_it_fits() -> None:
    good, better = clip(A, 0, 4000), clip(B, 0, 4000)
    given_ = offers({"b1": [(good, 0.5), (better, 0.9)]})
    label = next(c.label for c in given_.of("b1").candidates if c.clip == good.id)
    wanted = Proposal(choices=(Choice(beat="b1", labels=(label,), reason="因为"),), writer="w", model="m", prompt="p@1")
    made = planned(script(beat(1), length=3000), given_, wanted)
    assert clips_of(made) == [good.id]
    assert made.picks[0].reason == "因为"
    assert (made.writer, made.model, made.prompt, made.proof) == ("w", "m", "p@1", "optimal")
    assert made.changed_by_solver == ()
    assert [r.clip for r in made.picks[0].runners_up] == [better.id]


def test_without_a_writers_choice_the_score_decides_and_the_reason_names_it() -> None:
    given_ = offers({"b1": [(clip(A, 0, 4000), 0.5), (clip(B, 0, 4000), 0.9)]})
    made = planned(script(beat(1), length=3000), given_, Proposal(choices=(), writer="w"))
    assert made.picks[0].score == 0.9
    assert made.picks[0].reason == "评分 0.90：内容类型吻合"
    assert made.changed_by_solver[0].proposed is None and made.changed_by_solver[0].why == "模型没有为它选片"


def first(given_: Offers, **clips: ClipRecord) -> Proposal:
    """A proposal of one clip per beat."""
    labels = {record.id: label for label, record in given_.clips.items()}
    return Proposal(choices=tuple(Choice(beat=b, labels=(labels[r.id],)) for b, r in clips.items()), writer="w")


@pytest.mark.parametrize(
    ("second", "why"),
    [
        ("same", "提议的片段已用于 b1"),
        ("overlap", "提议的片段与 b1 的片段重叠或近重复"),
        ("group", "提议的片段与 b1 的片段重叠或近重复"),
        ("neighbour", "提议的片段与相邻镜头出自同一条拍摄"),
    ],
)
def test_what_the_solver_changed_is_told_with_why(second: str, why: str) -> None:
    one, other = clip(A, 0, 4000, group="g"), clip(D, 0, 4000)
    proposed = {
        "same": one,
        "overlap": clip(A, 3500, 7000),
        "group": clip(B, 0, 4000, group="g"),
        "neighbour": clip(A, 4500, 8000),
    }[second]
    given_ = offers({"b1": [(one, 0.9)], "b2": [(proposed, 0.8), (other, 0.3)]})
    made = planned(script(beat(1), beat(2), length=6000), given_, first(given_, b1=one, b2=proposed))
    assert clips_of(made) == [one.id, other.id]
    (change,) = made.changed_by_solver
    assert (change.beat, change.proposed, change.chosen, change.why) == ("b2", proposed.id, other.id, why)


def test_a_clip_that_cannot_have_the_length_asked_for_is_changed() -> None:
    long = clip(A, 0, 8000, lines=[("很长的一句", 100, 7900)])
    short = clip(B, 0, 4000)
    given_ = offers({"b1": [(long, 0.9), (short, 0.2)]})
    made = planned(script(beat(1, length=3000), length=3000), given_, first(given_, b1=long))
    assert clips_of(made) == [short.id]
    assert made.changed_by_solver[0].why == "提议的片段无法剪成 2.1-3.9 秒"


def test_pieces_of_one_take_are_neighbours_only_where_nothing_else_is_offered() -> None:
    one, near, far = clip(A, 0, 4000), clip(A, 4500, 8500), clip(A, 20_000, 24_000)
    told = script(beat(1), beat(2), length=6000)
    assert one_take(one, near) and one_take(near, one) and not one_take(one, far)
    assert not one_take(one, clip(A, 4500, 8500, edge="shot_change")), "another shot"
    given_ = offers({"b1": [(one, 0.9)], "b2": [(near, 0.9), (far, 0.0)]})
    assert clips_of(planned(told, given_)) == [one.id, far.id]
    made = planned(told, offers({"b1": [(one, 0.9)], "b2": [(near, 0.9)]}))
    assert clips_of(made) == [one.id, near.id]
    assert any("s1 与 s2 是同一条拍摄" in note for note in made.notes)


def test_other_footage_is_preferred_to_more_of_the_same() -> None:
    one, same, other = clip(A, 0, 4000), clip(A, 9000, 13_000), clip(B, 0, 4000)
    given_ = offers({"b1": [(one, 0.5)], "b2": [(same, 0.55), (other, 0.5)]})
    assert clips_of(planned(script(beat(1), beat(2), length=6000), given_, Proposal(choices=(), writer="w"))) == [
        one.id, other.id,
    ]  # fmt: skip


def test_a_line_that_is_shown_over_silence_stays_as_long_as_it_takes_to_read() -> None:
    line = "锁扣一按，倒过来使劲晃也是一滴都不会漏出来"
    told = script(beat(1, line), beat(2), length=4_000)
    silent, voiced = clip(A, 0, 6_000), clip(B, 0, 2_800, lines=[("一句话", 100, 2_700)])
    with pytest.raises(NothingFits):
        planned(told, offers({"b1": [(silent, 0.5)], "b2": [(voiced, 0.5)]}))
    made = planned(told.model_copy(update={"length": 5_500}), offers({"b1": [(silent, 0.5)], "b2": [(voiced, 0.5)]}))
    assert made.picks[0].trim.length >= 2_500, "20 characters at 7.5 a second"


def test_a_beat_longer_than_any_clip_takes_two() -> None:
    given_ = offers({"b1": [(clip(A, 0, 3000), 0.5), (clip(B, 0, 3000), 0.4), (clip(C, 0, 3000), 0.3)]})
    made = planned(script(beat(1, length=6000), length=6000), given_)
    assert [(p.slot, p.beat) for p in made.picks] == [("s1", "b1"), ("s2", "b1")]
    assert made.length == 6000
    single = planned(script(beat(1), length=3000), given_)
    assert len(single.picks) == 1


def test_own_lengths_hold_within_30_percent_where_possible() -> None:
    given_ = offers({"b1": [(clip(A, 0, 9000), 0.5)], "b2": [(clip(B, 0, 9000), 0.5)]})
    made = planned(script(beat(1, length=2000), beat(2), length=9000), given_)
    assert 1400 <= made.picks[0].trim.length <= 2600
    spoken = clip(A, 0, 9000, lines=[("很长", 0, 9000)])
    made = planned(script(beat(1, length=2000), length=9000), offers({"b1": [(spoken, 0.5)]}))
    assert any("b1 要求 2.0 秒，可选片段只能做到 9.0-9.0 秒" in note for note in made.notes)


def test_the_part_that_says_the_line_is_used() -> None:
    record = clip(
        A, 0, 9000,
        lines=[("宝宝们欢迎来到直播间", 200, 2800), ("倒过来也不漏", 3200, 5200), ("三十天无理由退换", 5800, 8800)],
    )  # fmt: skip
    made = planned(script(beat(1, "倒过来，一滴都不漏"), length=2200), offers({"b1": [(record, 0.5)]}))
    trim = made.picks[0].trim
    assert (trim.start, trim.end) == (3080, 5320)


def test_gaps_are_listed_with_why() -> None:
    given_ = offers({"b1": [(clip(A, 0, 4000), 0.5)], "b2": []})
    empty = given_.of("b2").model_copy(update={"refused": {"source missing": 3}})
    made = planned(
        script(beat(1), beat(2, "缺的", ("cta",)), length=3000), Offers((given_.of("b1"), empty), given_.clips)
    )
    (gap,) = made.gaps
    assert (gap.beat, gap.line, gap.content_types) == ("b2", "缺的", ("cta",))
    assert gap.why == "库中没有可用片段；已排除：素材文件缺失 3"


def test_muted_slots_are_noted() -> None:
    unknown = clip(A, 0, 4000, speech=0.7)
    made = planned(script(beat(1), length=3000), offers({"b1": [(unknown, 0.5)]}))
    assert "s1 静音：70% 的时间有人声，但没有文字" in made.notes


@pytest.mark.parametrize(
    ("by_beat", "beats", "length", "message", "next_step"),
    [
        (
            {"b1": [clip(A, 0, 3000)], "b2": [clip(B, 0, 4000)], "b3": [clip(C, 0, 2400)]}, (), 20_000,
            r"the 3 beats with offers reach at most 9\.4 s, the target is 20\.0 s", "Ask for 9 s",
        ),
        (
            {
                "b1": [clip(A, 0, 5000, lines=[("长", 0, 5000)])], "b2": [clip(B, 0, 6000, lines=[("长", 0, 6000)])],
                "b3": [clip(C, 0, 3000)],
            }, (), 4_000,
            r"the beat b2 takes at least 6\.0 s, the target is 4\.0 s", "or drop a beat",
        ),
        (
            {"b1": [clip(A, 0, 3000)], "b2": [clip(A, 0, 3000)], "b3": [clip(B, 0, 3000)]}, (), 6_000,
            "the beats b1, b2 cannot all be filled: the clips offered to them are the same", "Join or drop",
        ),
        (
            {"b1": [clip(A, 0, 9000)], "b2": [clip(B, 0, 9000)]}, (2000, 2000), 12_000,
            r"the 2 beats with offers, with the lengths asked for b2, reach at most 11\.\d s", "Ask for 11 s",
        ),
        (
            {"b1": [clip(A, 0, 3000, lines=[("长", 0, 3000)]), clip(B, 0, 9000, lines=[("长", 0, 9000)])]}, (), 6_000,
            r"cannot be cut to within 0\.5 s of 6\.0 s without cutting into spoken lines", "Change the length",
        ),
    ],
)  # fmt: skip
def test_when_nothing_fits_the_smallest_conflict_is_named(
    by_beat: dict[str, list[ClipRecord]], beats: tuple[int, ...], length: int, message: str, next_step: str
) -> None:
    given_ = offers({name: [(record, 0.5) for record in records] for name, records in by_beat.items()})
    own = dict(enumerate(beats, 1))
    told = script(*(beat(int(name[1:]), length=own.get(int(name[1:]))) for name in by_beat), length=length)
    with pytest.raises(NothingFits, match=message) as caught:
        planned(told, given_)
    assert next_step in caught.value.next_step


def test_without_any_offer_it_says_what_emptied_them() -> None:
    given_ = offers({"b1": []})
    empty = given_.of("b1").model_copy(update={"refused": {"rights expired": 2}})
    with pytest.raises(NothingFits, match=r"none of the 1 beats has a clip to offer \(rights expired: 2\)"):
        planned(script(beat(1), length=3000), Offers((empty,), {}))
    with pytest.raises(NothingFits, match="the library holds no clips"):
        planned(script(beat(1), length=3000), given_)


def large() -> tuple[Script, Offers]:
    sources = [footage(f"s{k}") for k in range(12)]
    records = [clip(source, 0, 3000 + 500 * (k % 9)) for k, source in enumerate(sources)]
    for k in range(36):
        start = 10_000 + 11_000 * (k // 12)
        lines = [("一句话", start + 200, start + 1900), ("第二句", start + 2300, start + 3800)]
        records.append(clip(sources[k % 12], start, start + 4000 + 300 * (k % 7), lines=lines, group=f"g{k // 2}"))
    by_beat = {f"b{n}": [(records[(5 * n + 7 * k) % 48], (k * 37 % 100) / 100) for k in range(12)] for n in range(1, 9)}
    beats: list[Beat] = [beat(n, "一句话和第二句" * (1 + n % 3)) for n in range(1, 9)]
    return script(*beats, length=24_000), offers(by_beat)


def test_eight_slots_of_twelve_candidates_in_two_seconds_and_always_the_same() -> None:
    told, given_ = large()
    table = tabulate(told, given_, proposal(given_), RATE)
    started = time.process_time()
    solved = solve(table, all_rules(table))
    assert time.process_time() - started < 2
    assert solved is not None and len(solved.chosen) == 8
    again = solve(tabulate(told, given_, proposal(given_), RATE), all_rules(table))
    assert again is not None and again.chosen == solved.chosen
    assert abs(sum(o.frames for o in solved.chosen) - 720) <= 15
    for one, other in pairwise(solved.chosen):
        assert not one_take(table.records[one.candidate.clip], table.records[other.candidate.clip])
