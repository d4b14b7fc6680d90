"""What is measured of a clip."""

import cv2
import numpy as np

from cliplib.engines.base import TimedFrame
from cliplib.values import Span
from ingest.facts import main_colours, speech_share


def frame(*colours: tuple[int, int, int]) -> TimedFrame:
    """A picture of equal stripes, colours as red, green, blue."""
    stripes = [np.full((96, 96 // len(colours), 3), colour[::-1], np.uint8) for colour in colours]
    return TimedFrame(0, cv2.imencode(".png", np.concatenate(stripes, axis=1))[1].tobytes())


def test_main_colours_are_the_largest_first() -> None:
    found = main_colours([frame((250, 10, 10), (10, 10, 250)), frame((250, 10, 10), (250, 10, 10))])
    assert found == ("#fa0a0a", "#0a0afa")


def test_a_picture_without_a_common_colour_still_has_one() -> None:
    ramp = np.stack(np.meshgrid(np.arange(0, 256, 4), np.arange(0, 256, 4), indexing="ij"), -1)
    image = np.concatenate([ramp, ramp[..., :1] ^ ramp[..., 1:]], axis=2).astype(np.uint8)
    assert len(main_colours([TimedFrame(0, cv2.imencode(".png", image)[1].tobytes())])) >= 1


def test_speech_that_overlaps_counts_once() -> None:
    speech = [Span(start=500, end=1500), Span(start=1000, end=2000), Span(start=3900, end=9000)]
    assert speech_share(Span(start=1000, end=5000), speech) == 0.525
    assert speech_share(Span(start=0, end=100), []) == 0.0
