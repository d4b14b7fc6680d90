"""Pictures out of files."""

from fractions import Fraction
from pathlib import Path

import ffmpeg as graph
import numpy as np
import pytest

from cliplib.errors import MediaError
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.media.frames import grab, image_of, shown_for
from tests.conftest import MakeVideo


@pytest.fixture(scope="module")
def stairs(tmp_path_factory: pytest.TempPathFactory, ffmpeg: Ffmpeg) -> Path:
    """Ten grey pictures, 100 ms each, every one brighter by 20."""
    path = tmp_path_factory.mktemp("stairs") / "s.mp4"
    grey = graph.input("color=black:s=320x180:r=10", f="lavfi", t=1).filter("geq", lum="20+20*N", cb=128, cr=128)
    ffmpeg.make(graph.output(grey, str(path), vcodec="libx264", qp=0, color_range="pc"))
    return path


@pytest.mark.parametrize(("at", "lasts"), [(0.3, 0.1), (0.9, 0.1), (0.95, 0.0), (7.0, 0.0)])
def test_how_long_a_picture_is_shown_is_read_from_the_file(stairs: Path, at: float, lasts: float) -> None:
    assert float(shown_for(stairs, Fraction(at))) == pytest.approx(lasts)


def test_the_picture_shown_at_each_moment_is_taken(stairs: Path) -> None:
    grabbed = grab(stairs, [0, 99, 100, 550, 5000], 320)
    assert grabbed.count == 10
    levels = [float(image_of(jpeg).mean()) for jpeg in grabbed.jpegs]
    assert levels[0] == levels[1] < levels[2] < levels[3] < levels[4]
    assert abs((levels[3] - levels[0]) - 5 * (levels[2] - levels[1])) < 8


def test_jpegs_are_never_larger_than_asked_or_than_the_source(stairs: Path) -> None:
    assert image_of(grab(stairs, [0], 100).jpegs[0]).shape == (56, 100, 3)
    assert image_of(grab(stairs, [0], 4000).jpegs[0]).shape == (180, 320, 3)
    assert grab(stairs, [], 100).jpegs == ()


def test_damaged_pictures_are_an_error(tmp_path: Path, make_video: MakeVideo) -> None:
    path = make_video(tmp_path / "v.mp4", (2.0,), sound=False)
    data = bytearray(path.read_bytes())
    start, end = data.index(b"mdat") + 4000, data.index(b"moov") - 4
    data[start:end] = bytes(end - start)
    path.write_bytes(data)
    with pytest.raises(MediaError, match="cannot be decoded"):
        grab(path, [0], 100)


def test_a_jpeg_that_cannot_be_written_is_an_error(stairs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cv2.imencode", lambda *_: (False, np.zeros(0)))
    with pytest.raises(MediaError, match="320x180"):
        grab(stairs, [0], 400)
