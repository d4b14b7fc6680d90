"""Plans: the one way from milliseconds to frames, and storage of an edit plan."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from cliplib.plans import frames_of, millis_of
from cliplib.values import Rate

RATES = st.sampled_from(
    [Rate(num=30, den=1), Rate(num=25, den=1), Rate(num=30_000, den=1_001), Rate(num=24_000, den=1_001)]
)


@given(st.integers(0, 10**7), RATES)
def test_a_length_in_frames_is_within_half_a_frame(millis: int, rate: Rate) -> None:
    exact = Fraction(millis, 1000) * rate.fraction
    assert abs(frames_of(millis, rate) - exact) <= Fraction(1, 2)


@given(st.integers(0, 10**6), RATES)
def test_frames_survive_the_way_to_milliseconds_and_back(frames: int, rate: Rate) -> None:
    assert frames_of(millis_of(frames, rate), rate) == frames
