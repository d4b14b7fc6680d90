"""Words dealt to clips: each line to exactly one, and to the word where a person has set the edges."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cliplib.records import Edge, Line, Transcript, Word
from cliplib.values import Span
from ingest.dealing import deal
from ingest.segment import Piece
from ingest.speech import clipped

PAUSE, PERSON = Edge(reason="pause"), Edge(reason="person")


def line(start: int, end: int, text: str = "x") -> Line:
    return Line(text=text, span=Span(start=start, end=end))


def a_piece(span: Span, start: Edge = PAUSE, end: Edge = PAUSE) -> Piece:
    return Piece(span=span, start_edge=start, end_edge=end)


@given(
    cuts=st.lists(st.integers(1, 99), max_size=9, unique=True),
    said=st.lists(st.tuples(st.integers(0, 98), st.integers(1, 60)), max_size=20),
)
def test_every_line_goes_to_exactly_one_clip(cuts: list[int], said: list[tuple[int, int]]) -> None:
    bounds = [0, *sorted(cuts), 100]
    spans = [Span(start=a * 100, end=b * 100) for a, b in pairwise(bounds)]
    lines = clipped([line(a * 100, (a + n) * 100, f"{k}") for k, (a, n) in enumerate(said)], 10_000)
    hands = deal(Transcript(engine="e", lines=lines), [a_piece(span) for span in spans])
    dealt = [text.text for hand in hands for text in hand.lines]
    assert sorted(dealt) == sorted(text.text for text in lines) and len(dealt) == len(said)
    assert all(span.holds(text.span.middle) for span, hand in zip(spans, hands, strict=True) for text in hand.lines)
    assert all(bool(hand.lines) != bool(hand.reason) for hand in hands)


def test_a_line_in_what_is_left_out_goes_to_the_nearest_clip() -> None:
    pieces = [a_piece(Span(start=0, end=1000)), a_piece(Span(start=2000, end=4000))]
    lines = (line(900, 1500, "a"), line(1400, 2200, "b"), line(3900, 9000, "c"))
    first, second = deal(Transcript(engine="e", lines=lines), pieces)
    assert [each.text for each in first.lines] == ["a"] and [each.text for each in second.lines] == ["b", "c"]


def said(pieces: list[Piece], *lines: Line) -> list[str]:
    return [hand.text for hand in deal(Transcript(engine="e", language="en", lines=lines), pieces)]


TEXTS = ("One", "two", "three", "four")
WORDS = tuple(Word(text=text, span=Span(start=1000 * k, end=1000 * k + 900)) for k, text in enumerate(TEXTS))
SPOKEN = Line(text="One, two! three-four.", span=Span(start=0, end=3900), words=WORDS)


def test_a_line_is_divided_between_words_at_the_edges_of_pieces() -> None:
    left, right = Span(start=0, end=1900), Span(start=1900, end=6000)
    assert said([a_piece(left, end=PERSON), a_piece(right, start=PERSON)], SPOKEN) == ["One, two!", "three-four."]
    assert said([a_piece(left), a_piece(right)], SPOKEN) == ["One, two!", "three-four."]
    plain = SPOKEN.model_copy(update={"words": ()})
    assert said([a_piece(left, end=PERSON), a_piece(right, start=PERSON)], plain) == ["", plain.text], "no times"


def test_clips_that_overlap_both_have_what_is_said_in_both() -> None:
    pieces = [a_piece(Span(start=0, end=3000), end=PERSON), a_piece(Span(start=1000, end=6000), start=PERSON)]
    assert said(pieces, SPOKEN) == ["One, two! three-", "two! three-four."]
    assert said(pieces, line(1200, 2000, "short")) == ["short", "short"]


def test_what_lies_in_a_gap_that_a_person_left_is_in_no_clip() -> None:
    one, other = Span(start=0, end=1000), Span(start=5000, end=6000)
    assert said([a_piece(one, end=PERSON), a_piece(other)], line(2000, 3000)) == ["", ""]
    assert said([a_piece(one), a_piece(other, start=PERSON)], line(4500, 4900)) == ["", ""]
    assert said([a_piece(one), a_piece(other)], line(4500, 4900)) == ["", "x"]
