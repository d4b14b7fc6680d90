"""Whether two clips show the same pictures: after everything that is done to a copy, and not for another moment."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ffmpeg as graph
import numpy as np
import pytest

from cliplib.media.ffmpeg import Ffmpeg
from ingest.sameness import compare
from ingest.signature import Signature, signature_of

SECONDS = 4
SET = "color=0x909890:s=480x270:r=25"
"""A set that never changes; things move before it on ways of their own."""

Made = Callable[..., Signature]


def scene(start: float = 0.0, seconds: float = SECONDS, source: str = SET) -> Any:
    """Some seconds of a take from a camera that stands still: a shelf, and two things that wander."""
    take = graph.input(f"{source}:d=60", f="lavfi")
    take = take.filter("drawbox", 30, 150, 420, 12, color="0x604020", t="fill")
    take = take.filter("drawbox", 60, 60, 40, 90, color="0x2040a0", t="fill")
    for way, (size, colour) in enumerate(((46, "0xd03030"), (30, "0xf0e060"))):
        thing = graph.input(f"color={colour}:s={size}x{size}:r=25:d=60", f="lavfi")
        x = f"220+180*sin(t*{0.9 + 0.5 * way}+sin(t*{0.37 + 0.2 * way})*3)"
        take = take.overlay(thing, x=x, y=f"100+70*sin(t*{1.3 - 0.4 * way}+2*sin(t*0.51))", eval="frame")
    return take.filter("trim", start=start, duration=seconds).filter("setpts", "PTS-STARTPTS")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, ffmpeg: Ffmpeg) -> Made:
    """A function that films a stream and signs it; keyword arguments go to the encoder."""
    folder = tmp_path_factory.mktemp("scenes")

    def make(stream: Any, **options: Any) -> Signature:
        path: Path = folder / f"{len(list(folder.iterdir()))}.mp4"
        stream = stream.filter("format", "yuv420p")
        ffmpeg.make(graph.output(stream, str(path), **{"vcodec": "libx264", "preset": "ultrafast", **options}))
        return signature_of(path)

    return make


@pytest.fixture(scope="module")
def original(made: Made) -> Signature:
    return made(scene())


COPIES: dict[str, Callable[[Any], Any]] = {
    "smaller": lambda take: take.filter("scale", 240, -2).filter("fps", 12),
    "cropped": lambda take: take.filter("crop", "iw*0.82", "ih*0.82", "iw*0.03", "ih*0.12"),
    "upright": lambda take: take.filter("crop", "ih*9/16", "ih"),
    "slower": lambda take: take.filter("setpts", "PTS/0.8"),
    "faster": lambda take: take.filter("setpts", "PTS/1.25"),
    "brighter": lambda take: take.filter("eq", brightness=0.12, contrast=1.15),
    "paler": lambda take: take.filter("eq", saturation=0.7),
    "shortened": lambda take: take.filter("trim", start=1).filter("setpts", "PTS-STARTPTS"),
    "with a logo": lambda take: take.drawbox(20, 12, 70, 30, color="yellow", t="fill"),
    "with subtitles": lambda take: take.drawbox(120, 228, 240, 18, color="white", t="fill", enable="lt(mod(t,2),1)"),
    "barred": lambda take: take.filter("scale", 270, -2).filter("pad", 270, 480, 0, "(oh-ih)/2"),
}


@pytest.mark.parametrize("copy", COPIES)
def test_a_copy_is_the_same_either_way_round(made: Made, original: Signature, copy: str) -> None:
    other = made(COPIES[copy](scene()))
    assert compare(original, other).same and compare(other, original).same


def test_a_poor_encoding_is_the_same(made: Made, original: Signature) -> None:
    assert compare(original, made(scene(), crf=40)).same


@pytest.mark.parametrize("start", [4, 9, 20, 41])
def test_another_moment_before_the_same_set_is_not(made: Made, original: Signature, start: int) -> None:
    match = compare(original, made(scene(start)))
    assert not match.same and match.unlike < 0.25


def test_an_empty_set_is_not_the_same_as_one_where_something_happens(made: Made, original: Signature) -> None:
    empty = made(graph.input(f"{SET}:d=4", f="lavfi").drawbox(30, 150, 420, 12, color="0x604020", t="fill"))
    assert not compare(original, empty).same and compare(empty, empty).still


def test_the_same_movement_on_another_ground_is_not(made: Made, original: Signature) -> None:
    assert not compare(original, made(scene(source="color=0x303c78:s=480x270:r=25"))).same


def test_a_third_in_common_is_too_little(made: Made, original: Signature) -> None:
    assert compare(original, made(scene(1.0))).shared == pytest.approx(0.75, abs=0.07)
    assert not compare(original, made(scene(2.6))).same


def test_pictures_that_show_nothing_are_the_same_as_no_other(original: Signature) -> None:
    blank = Signature(np.full((8, 27, 48), 90, np.uint8), np.full((8, 2, 7, 12), 128, np.uint8))
    assert not compare(blank, blank).same and not compare(blank, original).same
