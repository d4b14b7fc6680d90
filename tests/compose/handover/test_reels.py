"""Footage as editing programs see it: real files with timecode, and the very picture that the film shows."""

from itertools import pairwise
from pathlib import Path

import av
import ffmpeg as graph
import pytest

from cliplib.media.ffmpeg import Ffmpeg
from cliplib.media.probe import probe
from cliplib.plans import Source
from cliplib.values import Rate
from compose.handover.reels import Reel, Timecode, timecode_in, timecode_of
from compose.reading import as_stamped, picture_of


@pytest.mark.parametrize("code", ["01:02:03:04", "10:00:00;02"])
@pytest.mark.parametrize("ending", ["mov", "mp4", "mxf"])
def test_timecode_is_read_from_the_file(code: str, ending: str, ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    file = tmp_path / f"带时码.{ending}"
    picture = graph.input("testsrc2=s=320x240:r=30000/1001", f="lavfi", t=0.2)
    codec = {"vcodec": "mpeg2video"} if ending == "mxf" else {"vcodec": "libx264"}
    ffmpeg.make(graph.output(picture, str(file), timecode=code, **codec))
    assert timecode_of(file) == timecode_in(code)


def test_most_files_have_none(reel: dict[str, Path]) -> None:
    assert timecode_of(reel["sound"]) is None
    assert [timecode_in(text) for text in ("", "1:2:3:4", "00:00:00", "later")] == [None] * 4


@pytest.mark.parametrize("rate", ["24000/1001", "25", "60"])
def test_a_cut_begins_with_the_picture_that_the_film_shows_first(rate: str, ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    """Every picture of the footage is different; ffmpeg is asked which one comes first for starts all over a second."""
    file = tmp_path / "numbered.mp4"
    picture = graph.input(f"testsrc2=s=64x64:r={rate}", f="lavfi", t=1.2)
    ffmpeg.make(graph.output(picture, str(file), vcodec="libx264", qp=0, g=10, bf=2))
    found = probe(file)
    source = Source(footage="f_" + "0" * 16, path=str(file), start=found.start, rate=found.rate, length=found.length)
    seen = Reel(source, file, file.name, found.rate, True, Timecode())
    shown = _pictures(file)
    assert len(set(shown)) == len(shown) > 25
    exact = [round(number * 1000 / found.rate.fraction) for number in (0, 1, 2, 7, 13)]
    for start in (*exact, 10, 333, 501):
        out = tmp_path / "first.mkv"
        command = graph.output(picture_of(source, start, 100), str(out), vcodec="rawvideo", **{"frames:v": 1})
        ffmpeg.make(as_stamped(command))
        assert seen.picture_at(start) == shown.index(_pictures(out)[0]), start
    assert [seen.picture_at(start) for start in exact] == [0, 1, 2, 7, 13]
    assert all(a <= b for a, b in pairwise(map(seen.picture_at, range(1000))))


def _pictures(file: Path) -> list[bytes]:
    with av.open(f"file:{file}") as container:
        return [frame.to_ndarray(format="gray").tobytes() for frame in container.decode(video=0)]


def test_lengths_are_counted_in_pictures_of_the_footage() -> None:
    rate = Rate(num=30000, den=1001)
    source = Source(footage="f_" + "0" * 16, path="/a.mp4", start=0, length=10_010, rate=rate)
    assert Reel(source, Path("/a.mp4"), "a.mp4", rate, True, Timecode()).frames == 300
