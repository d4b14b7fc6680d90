"""From the plan to the timeline: whole frames, cues that never overlap and always fit, sound muted for a reason."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cliplib.media.fonts import find_font
from cliplib.plans import EditPlan, Pick, Timeline, frames_of
from cliplib.records import ClipRecord, Correction
from cliplib.values import Rate, Span
from compose.layout import caption_of, lay_out, seconds_of
from compose.spoken import language_of, lines_of, why_muted
from compose.subtitles import Look
from compose.trimming import parts_of, readable
from compose.wrapping import WIDEST_LINE, cues_of, units
from tests.compose.making import beat, clip, footage, script

A, B = footage("a", start=1400), footage("b", sound=False)
NTSC = Rate(num=30000, den=1001)
THIRTY = Rate(num=30, den=1)
LOOK = Look(1080, 1920, find_font("a"))


def edit(
    *uses: tuple[ClipRecord, int, int],
    lines: tuple[str, ...] = (),
    rate: Rate = THIRTY,
    language: str = "zh",
    beats: tuple[int, ...] = (),
) -> tuple[EditPlan, Timeline]:
    numbers = beats or tuple(range(1, len(uses) + 1))
    told = lines or tuple("字幕" for _ in set(numbers))
    plan = EditPlan(
        script=script(*(beat(k, line) for k, line in enumerate(told, 1)), length=10_000, language=language),
        picks=tuple(
            Pick(
                slot=f"s{k}", beat=f"b{number}", clip=record.id, trim=Span(start=start, end=end), reason="",
                score=0.5, terms={},
            )
            for k, ((record, start, end), number) in enumerate(zip(uses, numbers, strict=True), 1)
        ),
        rate=rate,
        proof="optimal",
        writer="t",
    )  # fmt: skip
    records = {record.id: record for record, _, _ in uses}
    return plan, lay_out(plan, records, {A.id: A, B.id: B}, LOOK.measure)


@pytest.mark.parametrize("rate", [THIRTY, NTSC])
@given(lengths=st.lists(st.integers(1000, 9999), min_size=1, max_size=9))
def test_frames_are_whole_and_sum_exactly(rate: Rate, lengths: list[int]) -> None:
    uses = [
        (clip(A, 20_000 * k, 20_000 * k + length), 20_000 * k, 20_000 * k + length) for k, length in enumerate(lengths)
    ]
    _, made = edit(*uses, rate=rate)
    assert [cut.frames for cut in made.video] == [frames_of(length, rate) for length in lengths]
    for one, other in pairwise(made.video):
        assert other.at == one.at + one.frames
    assert made.frames == made.video[-1].at + made.video[-1].frames
    assert [(c.at, c.frames, c.start) for c in made.audio] == [(c.at, c.frames, c.start) for c in made.video]
    exact = Fraction(sum(lengths), 1000)
    assert abs(made.frames / rate.fraction - exact) <= Fraction(len(lengths)) / (2 * rate.fraction)
    assert seconds_of(made) == pytest.approx(float(made.frames / rate.fraction), abs=0.001)


def test_arithmetic_of_both_rates() -> None:
    record = clip(A, 0, 4000)
    assert edit((record, 0, 4000))[1].frames == 120
    assert edit((record, 0, 4000), rate=NTSC)[1].frames == 120
    assert edit((record, 0, 3350), rate=THIRTY)[1].frames == 100
    assert edit((record, 0, 3353), rate=NTSC)[1].frames == 100
    assert edit((record, 0, 3354), rate=NTSC)[1].frames == 101


def test_sources_carry_what_rendering_needs() -> None:
    _, made = edit((clip(A, 0, 2000), 0, 2000), (clip(B, 0, 2000), 0, 2000), (clip(A, 5000, 7000), 5000, 7000))
    assert [(s.footage, s.start, s.audio_stream, s.length) for s in made.sources] == [
        (A.id, 1400, 1, 60_000), (B.id, 0, None, 60_000),
    ]  # fmt: skip


def test_a_voice_is_subtitled_with_its_own_words_at_its_own_times() -> None:
    record = clip(
        A, 10_000, 16_000, lines=[("第一句", 10_200, 11_900), ("第二句", 12_100, 14_000), ("第三句", 14_500, 15_900)]
    )
    _, made = edit((clip(B, 0, 2000), 0, 2000), (record, 12_000, 16_000), lines=("画面字幕", "不会出现"))
    assert [(c.text, c.at, c.frames) for c in made.cues] == [
        ("画面字幕", 0, 60),
        ("第二句", 63, 57),
        ("第三句", 135, 42),
    ]


def test_a_short_line_stays_for_0_7_seconds_where_there_is_room() -> None:
    record = clip(A, 0, 4000, lines=[("好", 100, 300), ("一句", 500, 2000), ("嗯", 3800, 3950)])
    _, made = edit((record, 0, 4000))
    assert [(c.text, c.at, c.frames) for c in made.cues] == [("好", 3, 12), ("一句", 15, 45), ("嗯", 114, 6)]


def test_lines_that_overlap_become_cues_that_do_not() -> None:
    record = clip(A, 0, 4000, lines=[("两个人", 0, 2000), ("同时说", 1500, 3000)])
    _, made = edit((record, 0, 4000))
    assert [(c.text, c.at, c.frames) for c in made.cues] == [("两个人", 0, 60), ("同时说", 60, 30)]


def test_two_slots_of_one_beat_share_its_line() -> None:
    _, made = edit((clip(B, 0, 2000), 0, 2000), (clip(A, 0, 2000), 0, 2000), beats=(1, 1), lines=("一句字幕",))
    assert [(c.text, c.at, c.frames) for c in made.cues] == [("一句字幕", 0, 120)]


@pytest.mark.parametrize(
    ("record", "language", "muted"),
    [
        (clip(A, 0, 2000, lines=[("你好", 0, 1900)]), "zh", False),
        (clip(A, 0, 2000, lines=[("你好", 0, 1900)]), "en", True),
        (clip(A, 0, 2000, lines=[("你好", 0, 1900)], language="yue"), "zh", False),
        (clip(A, 0, 2000, lines=[("hello", 0, 1900)], language="en-US"), "en", False),
        (clip(A, 0, 2000, speech=0.16), "zh", True),
        (clip(A, 0, 2000, speech=0.15), "zh", False),
        (clip(A, 0, 2000), "en", False),
    ],
)
def test_sound_is_muted_where_its_words_cannot_be_used(record: ClipRecord, language: str, muted: bool) -> None:
    plan, made = edit((record, 0, 2000), language=language)
    assert made.audio[0].muted is muted
    assert bool(why_muted(record, plan.script.language)) is muted
    if muted:
        assert [c.text for c in made.cues] == ["字幕"]


def corrected(record: ClipRecord, spoken: str) -> ClipRecord:
    change = Correction.model_validate(
        {"field": "spoken", "old": record.spoken, "new": spoken, "who": "e", "at": "2026-01-01T00:00:00Z"}
    )
    return record.model_copy(
        update={"review": record.review.model_copy(update={"corrections": {"spoken": change}})}
    ).effective()


def test_a_persons_words_replace_those_that_were_heard() -> None:
    record = corrected(clip(A, 0, 4000, lines=[("轻雨杯", 500, 1500), ("不露", 1800, 2600)]), "青屿杯，不漏")
    assert [(line.text, line.span.start, line.span.end) for line in lines_of(record)] == [("青屿杯，不漏", 500, 2600)]
    plan, made = edit((record, 0, 4000))
    assert [c.text for c in made.cues] == ["青屿杯，不漏"]
    assert caption_of(plan, plan.picks[0], record) == "青屿杯，不漏"
    typed = corrected(clip(A, 0, 4000, speech=0.9), "Hello there")
    assert (language_of(typed), lines_of(typed)[0].span) == ("en", typed.span)
    silenced = corrected(clip(A, 0, 4000, lines=[("错", 0, 900)]), "")
    assert lines_of(silenced) == () and language_of(silenced) == ""


TEXT = st.text(st.sampled_from("青屿随行杯保温十二小时，。！？、 abcABC12'-（）《》\n"), max_size=160)


@given(TEXT)
def test_every_cue_fits_in_two_lines_and_no_character_is_lost(text: str) -> None:
    cues = cues_of(text, LOOK.measure)
    for cue in cues:
        lines = cue.split("\n")
        assert len(lines) <= 2
        assert all(LOOK.measure(line) <= WIDEST_LINE for line in lines)
    assert "".join("".join(cues).split()) == "".join(text.split())


@given(TEXT, st.integers(1000, 10_000))
def test_cues_follow_one_another_inside_the_slot(text: str, length: int) -> None:
    _, made = edit((clip(B, 0, length), 0, length), lines=(text,))
    for one, other in pairwise(made.cues):
        assert one.at + one.frames <= other.at
    assert all(c.frames > 0 and c.text for c in made.cues)
    assert all(c.at + c.frames <= made.frames for c in made.cues)
    if len(made.cues) * 21 <= made.frames:
        assert all(c.frames >= 21 for c in made.cues), "0.7 s at least"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("青屿随行杯" * 14, 3),
        ("a powder coat that never slips and a lid that opens with one hand " * 3, 4),
        ("x" * 100, 2),
        ("保温12.5小时" * 3 + "，" + "倒过来也不漏" * 4, 2),
    ],
)
def test_what_has_no_sentence_ends_is_divided_between_words(text: str, count: int) -> None:
    cues = cues_of(text, LOOK.measure)
    assert len(cues) == count
    assert all(LOOK.measure(line) <= WIDEST_LINE for cue in cues for line in cue.split("\n"))
    words = " ".join(cues).split() if " " in text else ["".join("".join(cues).split())]
    assert words == text.split(), "no word is divided that fits, and no space is added"


def test_breaks_keep_words_and_closing_marks_together() -> None:
    assert units("《青屿》保温12小时，don't leak.") == [
        "《青",
        "屿》",
        "保",
        "温",
        "12",
        "小",
        "时，",
        "don't",
        " ",
        "leak.",
    ]
    (one,) = cues_of("双层真空不锈钢内胆，十二小时之后还是热的", LOOK.measure)
    assert one == "双层真空不锈钢内胆，\n十二小时之后还是热的"
    assert cues_of("第一句话在这里说完了。第二句话也在这里说完了，而且它还要长一些。第三句。", LOOK.measure) == [
        "第一句话在这里说完了。", "第二句话也在这里说完了，\n而且它还要长一些。", "第三句。",
    ]  # fmt: skip


def test_parts_of_a_voice_keep_whole_lines_with_padding() -> None:
    record = clip(A, 0, 9000, lines=[("一", 500, 2400), ("二", 2500, 4500), ("三", 6000, 8000)])
    parts = {(part.start, part.end) for part in parts_of(record, "zh", THIRTY)}
    assert (0, 9000) in parts and (2400, 4620) in parts and (5880, 9000) in parts and (380, 2500) in parts
    assert all(
        part.overlap(line.span) in (0, line.span.length)
        for part in parts_of(record, "zh", THIRTY)
        for line in record.transcript.lines
    )
    assert len(parts) == 13


def test_a_line_that_is_shown_stays_long_enough_to_read() -> None:
    parts = parts_of(clip(A, 0, 6000), "zh", THIRTY)
    assert min(part.length for part in readable(parts, "锁扣一按，倒过来晃也一滴不漏")) >= 1600
    assert readable(parts, "") == parts
    assert readable(parts, "很长的一句话" * 20) == parts[:1], "longer than the clip: all of it"


def test_parts_of_a_silent_clip_lie_round_its_middle() -> None:
    record = clip(A, 2000, 7000)
    parts = parts_of(record, "zh", THIRTY)
    assert parts[0] == record.span
    assert min(part.length for part in parts) == 1000
    assert all(abs(part.middle - record.span.middle) <= 1 for part in parts)
    assert all(parts_of(record, "zh", THIRTY)[k].length > parts[k + 1].length for k in range(len(parts) - 1))
    assert parts_of(clip(A, 0, 1000), "zh", THIRTY) == (Span(start=0, end=1000),)
