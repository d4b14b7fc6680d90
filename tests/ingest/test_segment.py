"""Where clips begin and end: properties over random footage, and the choices on small known footage."""

import itertools
from typing import get_args

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cliplib.errors import MediaError
from cliplib.records import Edge, FootageKind, Line, Word
from cliplib.values import Span
from ingest.changes import Passage
from ingest.segment import COSTS, Material, Piece, segment
from tests.properties import examples

FRAME = 40

Stretch = tuple[int, int]


def material(
    length: int,
    shots: tuple[int, ...] = (),
    lines: tuple[Line, ...] = (),
    speech: tuple[tuple[int, int], ...] = (),
    motion: np.ndarray[tuple[int], np.dtype[np.float32]] | None = None,
    blends: tuple[tuple[int, int], ...] = (),
    offers: tuple[Span, ...] = (),
) -> Material:
    """Footage at 25 pictures per second."""
    times = np.arange(0, length, FRAME)
    flat = np.zeros(len(times), np.float32)
    spans = tuple(Span(start=a, end=b) for a, b in speech)
    passages = tuple(Passage(a, b, "dissolve") for a, b in blends)
    moving = flat if motion is None else motion
    return Material(times, length, shots, lines, spans, moving, flat, passages, offers)


def line(start: int, end: int, words: int = 0) -> Line:
    bounds = np.linspace(start, end, words + 1).astype(int).tolist() if words else []
    pieces = tuple(Word(text="w", span=Span(start=a, end=b)) for a, b in itertools.pairwise(bounds))
    return Line(text="words", span=Span(start=start, end=end), words=pieces)


def inner(pieces: tuple[Piece, ...]) -> list[int]:
    return [piece.span.start for piece in pieces[1:]]


def breaks(at: int, units: list[Stretch]) -> bool:
    return any(a < at < b for a, b in units)


def can_keep_whole(length: int, units: list[Stretch], blends: list[Stretch], *, avoid: bool = False) -> bool:
    """Whether any chain of clips of 1-10 s avoids the inside of every unit: found by plain search over all pictures.

    A blend may be left out, unless a unit lies in it. With `avoid`, no clip may hold any part of one either.
    """
    begins, ends = {0}, {0}
    for at in [*range(FRAME, length, FRAME), length]:
        if at == length or not breaks(at, units):
            clear = [a for a in begins if 1000 <= at - a <= 10_000]
            if any(not (avoid and any(a < y and at > x for x, y in blends)) for a in clear):
                begins.add(at)
                ends.add(at)
            if any(y == at and x in ends and not any(x <= u and v <= y for u, v in units) for x, y in blends):
                begins.add(at)
    return length in begins


def heard_beside(voice: Stretch, blends: list[Stretch]) -> Stretch:
    """Detected speech is unsure by 120 ms at the ends of a blend."""
    a, b = voice
    for x, y in blends:
        a, b = (y if y - 120 <= a < y < b else a), (x if a < x < b <= x + 120 else b)
    return a, b


frames = st.integers(min_value=1, max_value=1000).map(lambda k: k * FRAME)
units = st.lists(
    st.tuples(st.integers(0, 900), st.integers(5, 300)).map(lambda u: (u[0] * FRAME, (u[0] + u[1]) * FRAME)), max_size=8
)


def stretches(gaps: list[tuple[int, int]], length: int) -> list[Stretch]:
    """Blends from pairs of distance to the one before and length, in pictures, inside the file."""
    at, found = 0, []
    for gap, size in gaps:
        found.append(((at + gap) * FRAME, (at + gap + size) * FRAME))
        at += gap + size
    return [(a, b) for a, b in found if b <= length]


def blends_of(least_gap: int) -> st.SearchStrategy[list[tuple[int, int]]]:
    return st.lists(st.tuples(st.integers(least_gap, 300), st.integers(1, 60)), max_size=8)


@examples(80)
@given(
    length=st.integers(25, 1000).map(lambda k: k * FRAME),
    shots=st.lists(frames, max_size=30),
    said=units,
    heard=units,
    gaps=blends_of(0),
    kind=st.sampled_from(get_args(FootageKind)),
)
@example(11_040, [], [], [(1000, 1200), (1040, 10_080)], [(25, 4)], "brand")  # speech begins where a blend does
def test_clips_cover_all_but_blends_and_break_nothing_that_can_be_kept_whole(
    length: int,
    shots: list[int],
    said: list[Stretch],
    heard: list[Stretch],
    gaps: list[tuple[int, int]],
    kind: FootageKind,
) -> None:
    inside = [(a, min(b, length)) for a, b in said if a < length - FRAME]
    voices = [(a, min(b, length)) for a, b in heard if a < length - FRAME]
    blends = apart(stretches(gaps, length))
    given_material = material(
        length,
        tuple(sorted({at for at in shots if at < length})),
        tuple(line(a, b) for a, b in sorted(inside)),
        tuple(sorted(voices)),
        blends=tuple(blends),
    )
    pieces = segment(given_material, kind)
    assert pieces == segment(given_material, kind)
    ends = [0, *(at for piece in pieces for at in (piece.span.start, piece.span.end)), length]
    left_out = [(a, b) for a, b in zip(ends[::2], ends[1::2], strict=True) if a != b]
    assert all(covered(hole, blends) for hole in left_out)
    for one, other in itertools.pairwise(pieces):
        reason = one.end_edge.reason
        assert reason == other.start_edge.reason
        assert one.span.end == other.span.start or reason == "gradual_change"
    assert all(1000 <= piece.span.length <= 10_000 for piece in pieces)
    assert all(at % FRAME == 0 for at in inner(pieces))
    whole = [(a, b) for a, b in inside + [heard_beside(each, blends) for each in voices] if b - a <= 10_000]
    if can_keep_whole(length, whole, blends):
        assert not [at for at in ends[1:-1] if at != length and breaks(at, whole)]
        assert not [unit for unit in whole if any(a <= unit[0] and unit[1] <= b for a, b in left_out)]
    broken = [piece for piece in pieces[1:] if breaks(piece.span.start, whole)]
    after_a_hole = {b for _, b in left_out}
    assert all(piece.start_edge.reason == "length_limit" for piece in broken if piece.span.start not in after_a_hole)


def apart(blends: list[Stretch]) -> list[Stretch]:
    """Blends that do not touch, as passages never do."""
    return [(a, b) for number, (a, b) in enumerate(blends) if number == 0 or a > blends[number - 1][1]]


def covered(hole: Stretch, blends: list[Stretch]) -> bool:
    return hole in blends


@examples(60)
@given(
    length=st.integers(50, 1000).map(lambda k: k * FRAME),
    said=units,
    gaps=blends_of(25),
    kind=st.sampled_from(get_args(FootageKind)),
)
def test_no_blend_lies_in_a_clip_where_that_can_be_avoided(
    length: int, said: list[Stretch], gaps: list[tuple[int, int]], kind: FootageKind
) -> None:
    """All shots last a second or more here, so that no run of short ones excuses a blend."""
    inside = [(a, min(b, length)) for a, b in said if a < length - FRAME]
    blends = [(a, b) for a, b in stretches(gaps, length) if b == length or b <= length - 1000]
    pieces = segment(material(length, (), tuple(line(a, b) for a, b in sorted(inside)), blends=tuple(blends)), kind)
    held = [piece for piece in pieces if any(piece.span.start < b and piece.span.end > a for a, b in blends)]
    whole = [unit for unit in inside if unit[1] - unit[0] <= 10_000]
    if can_keep_whole(length, whole, blends, avoid=True):
        assert held == []
    assert all("lies inside, because" in piece.start_edge.detail for piece in held)


def test_shot_changes_are_boundaries_and_the_edges_say_so() -> None:
    pieces = segment(material(9000, shots=(3000, 5000)), "brand")
    assert inner(pieces) == [3000, 5000]
    assert [p.start_edge.reason for p in pieces] == ["file_start", "shot_change", "shot_change"]
    assert [p.end_edge.reason for p in pieces] == ["shot_change", "shot_change", "file_end"]


def test_a_line_that_runs_across_a_shot_change_stays_whole() -> None:
    pieces = segment(material(9000, shots=(4000,), lines=(line(3000, 6000),)), "brand")
    assert not breaks(4000, [(p.span.start, p.span.end) for p in pieces]) or 4000 not in inner(pieces)
    assert all(not 3000 < at < 6000 for at in inner(pieces))


def test_a_shot_under_a_second_goes_with_a_neighbour() -> None:
    pieces = segment(material(8000, shots=(4000, 4600)), "brand")
    assert len(pieces) == 2 and inner(pieces)[0] in (4000, 4600)


def test_a_dissolve_is_left_out_and_both_edges_say_so() -> None:
    first, second = segment(material(9000, blends=((4000, 4800),)), "brand")
    assert (first.span, second.span) == (Span(start=0, end=4000), Span(start=4800, end=9000))
    assert first.end_edge == Edge(reason="gradual_change", detail="a dissolve of 0.8 s begins here")
    assert second.start_edge == Edge(reason="gradual_change", detail="a dissolve of 0.8 s ends here")


def test_fades_at_the_ends_of_the_file_are_left_out() -> None:
    [piece] = segment(material(6000, blends=((0, 600), (5200, 6000))), "brand")
    assert piece.span == Span(start=600, end=5200)
    assert [piece.start_edge.reason, piece.end_edge.reason] == ["gradual_change"] * 2


def test_a_fade_stays_where_too_little_would_be_left() -> None:
    [piece] = segment(material(1600, blends=((0, 800),)), "brand")
    assert piece.span == Span(start=0, end=1600) and "no clips of 1-10 s" in piece.start_edge.detail


@pytest.mark.parametrize("said", [(3000, 6000), (4200, 4600)])
def test_a_line_across_or_within_a_dissolve_stays_whole_and_the_edge_says_so(said: Stretch) -> None:
    pieces = segment(material(9000, lines=(line(*said),), blends=((4000, 4800),)), "brand")
    [holder] = [piece for piece in pieces if piece.span.start <= said[0] and said[1] <= piece.span.end]
    assert "a dissolve of 0.8 s at 4.0 s lies inside, because a line of" in holder.start_edge.detail


def test_detected_speech_that_hardly_reaches_into_a_dissolve_does_not_keep_it() -> None:
    near = segment(material(9000, speech=((1000, 4100), (4700, 8000)), blends=((4000, 4800),)), "brand")
    assert [(piece.span.start, piece.span.end) for piece in near] == [(0, 4000), (4800, 9000)]
    far = segment(material(9000, speech=((1000, 4200),), blends=((4000, 4800),)), "brand")
    assert any(piece.span.start < 4000 and piece.span.end >= 4200 for piece in far)


def test_shots_under_a_second_become_one_montage() -> None:
    cuts = (4000, 4600, 5200, 5800, 6400)
    before, montage, after = segment(material(10_400, shots=cuts), "brand")
    assert montage.span == Span(start=4000, end=6400) and montage.montage
    assert not before.montage and not after.montage
    assert montage.start_edge.reason == montage.end_edge.reason == "shot_change"


def test_a_montage_longer_than_a_clip_is_parted_at_its_cuts() -> None:
    cuts = tuple(range(800, 24_000, 800))
    pieces = segment(material(24_000, shots=cuts), "brand")
    assert all(piece.montage for piece in pieces) and len(pieces) <= 5
    assert all(at in cuts for at in inner(pieces))


def test_dissolves_between_shots_under_a_second_may_lie_in_a_montage() -> None:
    [montage] = segment(material(3000, shots=(800, 2200), blends=((1500, 1700),)), "brand")
    assert montage.montage and montage.span == Span(start=0, end=3000)


def test_one_short_shot_is_no_montage() -> None:
    assert not any(piece.montage for piece in segment(material(8000, shots=(4000, 4600)), "brand"))


@pytest.mark.parametrize("offer", [0, 1])
def test_of_two_lines_that_cannot_both_be_kept_the_offer_is(offer: int) -> None:
    lines = (line(1000, 9000), line(5000, 13_000))
    pieces = segment(material(14_000, lines=lines, offers=(lines[offer].span,)), "brand")
    kept = lines[offer].span
    assert not any(kept.start < at < kept.end for at in inner(pieces))
    assert any(breaks(at, [(lines[1 - offer].span.start, lines[1 - offer].span.end)]) for at in inner(pieces))


@examples(60)
@given(
    lengths=st.lists(st.tuples(st.integers(0, 40), st.integers(10, 240)), min_size=1, max_size=8),
    shots=st.lists(frames, max_size=20),
    chosen=st.integers(0, 7),
    kind=st.sampled_from(get_args(FootageKind)),
)
def test_a_sentence_that_names_a_product_is_whole_with_all_its_words(
    lengths: list[Stretch], shots: list[int], chosen: int, kind: FootageKind
) -> None:
    """Words as speech recognition gives them: sentences one after the other, the pauses long enough for a boundary."""
    bounds = [(a, b) for a, b in stretches(lengths, 10**9) if b - a <= 9600]
    lines = tuple(line(a, b, words=max(1, (b - a) // 400)) for a, b in bounds)
    length = bounds[-1][1] + 1000 if bounds else 1000
    offer = lines[chosen % len(lines)].span if lines else None
    cuts = tuple(sorted({at for at in shots if at < length}))
    pieces = segment(material(length, cuts, lines, offers=(offer,) if offer else ()), kind)
    sentences = [(each.span.start, each.span.end) for each in lines]
    if offer and can_keep_whole(length, [(offer.start, offer.end)], []):
        assert not [at for at in inner(pieces) if offer.start < at < offer.end]
    if can_keep_whole(length, sentences, []):
        assert not [at for at in inner(pieces) if breaks(at, sentences)]
    words = [word.span for each in lines for word in each.words]
    for at in inner(pieces):  # a boundary between words may lie half a picture inside one
        assert not [word for word in words if word.start + FRAME // 2 < at < word.end - FRAME // 2]


def test_a_long_silent_take_is_split_where_it_is_stillest() -> None:
    motion = np.full(300, 0.5, np.float32)
    motion[145:156] = 0.0
    pieces = segment(material(12_000, motion=motion), "brand")
    assert len(pieces) == 2 and 5880 <= inner(pieces)[0] <= 6160
    assert pieces[1].start_edge.reason == "still_moment"


def test_the_longer_pause_is_taken() -> None:
    lines = (line(200, 4000), line(4200, 7000), line(8200, 11_800))
    pieces = segment(material(12_000, lines=lines), "ugc")
    assert inner(pieces) and all(7000 <= at <= 8200 for at in inner(pieces))
    assert pieces[1].start_edge.reason == "pause" and "1.20 s" in pieces[1].start_edge.detail


def test_one_sentence_is_one_clip_in_a_livestream_and_not_elsewhere() -> None:
    lines = (line(200, 2800), line(3600, 6200), line(7000, 9600))
    film = material(9800, lines=lines)
    assert [sum(piece.span.holds(each.span.middle) for each in lines) for piece in segment(film, "livestream")] == [
        1,
        1,
        1,
    ]
    assert len(segment(film, "brand")) < 3


def test_a_sentence_too_short_for_a_clip_stays_with_its_neighbour() -> None:
    lines = (line(200, 2800), line(3000, 3500), line(3600, 6200))
    pieces = segment(material(6400, lines=lines), "livestream")
    assert len(pieces) == 2 and all(not each.span.holds(at) for at in inner(pieces) for each in lines)


def test_lines_without_a_pause_are_parted_at_a_line_end() -> None:
    pieces = segment(material(12_000, lines=(line(0, 6000), line(6000, 12_000))), "brand")
    assert inner(pieces) == [6000] and pieces[1].start_edge.reason == "line_end"


def test_speech_too_long_for_a_clip_is_cut_between_words_and_the_edge_says_so() -> None:
    pieces = segment(material(14_000, lines=(line(0, 14_000, words=10),)), "brand")
    for piece in pieces[1:]:
        nearest = min(abs(piece.span.start - k * 1400) for k in range(11))
        assert nearest <= FRAME // 2
        assert piece.start_edge.reason == "length_limit" and "between two words" in piece.start_edge.detail


def test_speech_without_words_too_long_for_a_clip_is_cut_where_it_is_quietest() -> None:
    base = material(14_000, speech=((0, 14_000),))
    level = np.full(350, 100.0, np.float32)
    level[170:181] = 1.0
    pieces = segment(Material(base.times, 14_000, (), (), base.speech, base.motion, level), "brand")
    assert len(pieces) == 2 and 170 * FRAME <= inner(pieces)[0] <= 181 * FRAME
    assert "quiet moment" in pieces[1].start_edge.detail


def test_a_line_that_cannot_be_kept_is_named_in_the_edge() -> None:
    pieces = segment(material(20_300, lines=(line(0, 9960), line(9960, 19_920))), "brand")
    reasons = [p.start_edge for p in pieces if p.start_edge.reason == "length_limit"]
    assert reasons and "keeps this line of 10.0 s whole" in reasons[0].detail


@pytest.mark.parametrize("times", [[0, 400], [0, 12_000]])
def test_what_cannot_be_cut_is_refused(times: list[int]) -> None:
    length = times[-1] + 400
    flat = np.zeros(len(times), np.float32)
    with pytest.raises(MediaError, match=r"shortest clip|too long"):
        segment(Material(np.array(times), length, (), (), (), flat, flat), "brand")


def test_every_footage_kind_has_prices() -> None:
    assert set(COSTS) == set(get_args(FootageKind))
