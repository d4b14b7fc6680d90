"""Marks over footage: found where they stay while places change, and nowhere else."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from cliplib.library import Filter, Library
from cliplib.media.frames import Image
from cliplib.records import ScreenText
from cliplib.values import Box, Span
from ingest.overlays import Look, marked
from ingest.pipeline import ingest
from tests.conftest import MakeVideo
from tests.ingest.conftest import MakeJob, Watch

HEIGHT, WIDTH = 270, 480


def place(number: int) -> Image:
    """A picture with shapes of its own everywhere."""
    rng = np.random.default_rng(number)
    picture = np.full((HEIGHT, WIDTH, 3), rng.integers(40, 215, 3), np.uint8)
    for _ in range(60):
        corner, size = rng.integers(0, (WIDTH, HEIGHT)), rng.integers(10, 120, 2)
        colour = tuple(int(level) for level in rng.integers(0, 255, 3))
        cv2.ellipse(picture, tuple(map(int, corner)), tuple(map(int, size)), int(rng.integers(180)), 0, 360, colour, -1)
    return picture


def with_logo(picture: Image, at: tuple[int, int] = (370, 40), opacity: float = 1.0) -> Image:
    over = picture.copy()
    cv2.putText(over, "QINGYU", at, cv2.FONT_HERSHEY_DUPLEX, 0.8, (255, 255, 255), 2)
    mixed: Image = cv2.addWeighted(over, opacity, picture, 1 - opacity, 0).astype(np.uint8)
    return mixed


def text(said: str, x: float, y: float) -> ScreenText:
    box = Box(x=x, y=y, width=0.15, height=0.06)
    return ScreenText(text=said, box=box, span=Span(start=0, end=1000), confidence=0.9)


def judged(pictures: list[Image]) -> list[bool | None]:
    return marked([Look(picture) for picture in pictures])


@pytest.mark.parametrize("opacity", [1.0, 0.5])
@pytest.mark.parametrize("at", [(20, 40), (370, 40), (20, 255), (370, 255)])
def test_a_logo_in_a_corner_is_found(at: tuple[int, int], opacity: float) -> None:
    pictures = [place(number) for number in range(7)]
    assert judged(pictures) == [False] * 7
    assert judged([with_logo(picture, at, opacity) for picture in pictures]).count(True) >= 6


def test_a_clip_without_the_logo_of_the_others_has_none() -> None:
    pictures = [with_logo(place(number)) for number in range(7)]
    assert judged([*pictures, place(7)]) == [True] * 7 + [False]


def test_what_stands_in_the_middle_or_once_is_no_mark() -> None:
    assert judged([with_logo(place(number), (180, 140)) for number in range(7)]) == [False] * 7
    assert judged([with_logo(place(0)), *(place(number) for number in range(1, 7))]) == [False] * 7


def test_black_bars_are_no_mark() -> None:
    barred = [place(number) for number in range(7)]
    for picture in barred:
        picture[:30] = picture[-30:] = 0
    assert judged(barred) == [False] * 7


def test_one_place_tells_nothing() -> None:
    """A poster on the wall stays as a logo does, whoever stands before it."""
    room = with_logo(place(1))
    takes = [room.copy() for _ in range(6)]
    for number, take in enumerate(takes):
        take[60:, 120:360] = place(number + 10)[60:, 120:360]
    assert judged(takes) == [None] * 6
    assert judged([place(0), place(1)]) == [None, None] and marked([]) == []


def test_a_text_that_stays_near_the_rim_is_a_mark() -> None:
    pictures = [place(number) for number in range(4)]

    def said(*texts: ScreenText) -> list[bool | None]:
        return marked([Look(picture, (one,)) for picture, one in zip(pictures, texts, strict=True)])

    assert said(*[text("青屿旗舰店", 0.8, 0.05)] * 4) == [True] * 4
    assert said(*[text("青屿旗舰店", 0.4, 0.5)] * 4) == [False] * 4, "on the product"
    assert said(*(text("青屿旗舰店", 0.05 + 0.2 * k, 0.05) for k in range(4))) == [False] * 4, "wherever the product is"
    lines = ("保温十二小时", "一个装下一整天", "今天只要九十九", "点击下方链接")
    assert said(*(text(line, 0.42, 0.9) for line in lines)) == [False] * 4, "subtitles"


def test_clips_of_marked_footage_can_be_left_out(
    tmp_path: Path, library: Library, make_job: MakeJob, make_video: MakeVideo, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_video(tmp_path / "a.mp4", (1.5, 1.5, 1.5), sound=False)
    monkeypatch.setattr("ingest.whole.marked", lambda looks: [True] + [False] * (len(looks) - 1))
    ingest([path], make_job(), Watch())
    first, *others = library.records()
    assert first.facts.has_watermark is True and {other.facts.has_watermark for other in others} == {False}
    assert library.find(Filter(exclude_flags=("has_watermark",))) == [other.id for other in others]
    before = library.records()
    ingest([path], make_job(), Watch())
    assert library.records() == before
