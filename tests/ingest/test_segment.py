"""Where clips begin and end: properties over random footage, and the choices on small known footage."""

import itertools
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cliplib.errors import MediaError
from cliplib.records import FootageKind, Line, Span, Word
from ingest.segment import COSTS, Material, Piece, segment

FRAME = 40


def material(
    length: int,
    shots: tuple[int, ...] = (),
    lines: tuple[Line, ...] = (),
    speech: tuple[tuple[int, int], ...] = (),
    motion: np.ndarray[tuple[int], np.dtype[np.float32]] | None = None,
) -> Material:
    """Footage at 25 pictures per second."""
    times = np.arange(0, length, FRAME)
    flat = np.zeros(len(times), np.float32)
    spans = tuple(Span(start=a, end=b) for a, b in speech)
    return Material(times, length, shots, lines, spans, flat if motion is None else motion, flat)


def line(start: int, end: int, words: int = 0) -> Line:
    bounds = np.linspace(start, end, words + 1).astype(int).tolist() if words else []
    pieces = tuple(Word(text="w", span=Span(start=a, end=b)) for a, b in itertools.pairwise(bounds))
    return Line(text="words", span=Span(start=start, end=end), words=pieces)


def inner(pieces: tuple[Piece, ...]) -> list[int]:
    return [piece.span.start for piece in pieces[1:]]


def breaks(at: int, units: list[tuple[int, int]]) -> bool:
    return any(a < at < b for a, b in units)


def can_keep_whole(length: int, units: list[tuple[int, int]]) -> bool:
    """Whether any chain of clips of 1-10 s avoids the inside of every unit: found by plain search over all pictures."""
    marks = [*range(0, length, FRAME), length]
    reached = {0}
    for at in marks[1:]:
        allowed = at == length or not breaks(at, units)
        if allowed and any(1000 <= at - earlier <= 10_000 for earlier in reached):
            reached.add(at)
    return length in reached


frames = st.integers(min_value=1, max_value=1000).map(lambda k: k * FRAME)
units = st.lists(
    st.tuples(st.integers(0, 900), st.integers(5, 300)).map(lambda u: (u[0] * FRAME, (u[0] + u[1]) * FRAME)), max_size=8
)


@settings(max_examples=150, deadline=None)
@given(
    length=st.integers(25, 1000).map(lambda k: k * FRAME),
    shots=st.lists(frames, max_size=30),
    said=units,
    heard=units,
    kind=st.sampled_from(get_args(FootageKind)),
)
def test_clips_cover_the_file_and_break_nothing_that_can_be_kept_whole(
    length: int, shots: list[int], said: list[tuple[int, int]], heard: list[tuple[int, int]], kind: FootageKind
) -> None:
    inside = [(a, min(b, length)) for a, b in said if a < length - FRAME]
    voices = [(a, min(b, length)) for a, b in heard if a < length - FRAME]
    given_material = material(
        length,
        tuple(sorted({at for at in shots if at < length})),
        tuple(line(a, b) for a, b in sorted(inside)),
        tuple(sorted(voices)),
    )
    pieces = segment(given_material, kind)
    assert pieces == segment(given_material, kind)
    assert pieces[0].span.start == 0 and pieces[-1].span.end == length
    assert all(a.span.end == b.span.start and a.end_edge == b.start_edge for a, b in itertools.pairwise(pieces))
    assert all(1000 <= piece.span.length <= 10_000 for piece in pieces)
    assert all(at % FRAME == 0 for at in inner(pieces))
    whole = [unit for unit in inside + voices if unit[1] - unit[0] <= 10_000]
    if can_keep_whole(length, whole):
        assert not [at for at in inner(pieces) if breaks(at, whole)]
    broken = [piece for piece in pieces[1:] if breaks(piece.span.start, whole)]
    assert all(piece.start_edge.reason == "length_limit" for piece in broken)


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
