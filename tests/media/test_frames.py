"""Pictures out of files."""

from pathlib import Path

import ffmpeg as graph
import numpy as np
import pytest

from cliplib.errors import MediaError
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.media.frames import SMALL, grab, image_of, pictures
from tests.conftest import MakeVideo


@pytest.fixture(scope="module")
def stairs(tmp_path_factory: pytest.TempPathFactory, ffmpeg: Ffmpeg) -> Path:
    """Ten grey pictures, 100 ms each, every one brighter by 20."""
    path = tmp_path_factory.mktemp("stairs") / "s.mp4"
    grey = graph.input("color=black:s=320x180:r=10", f="lavfi", t=1).filter("geq", lum="20+20*N", cb=128, cr=128)
    ffmpeg.make(graph.output(grey, str(path), vcodec="libx264", qp=0, color_range="pc"))
    return path


def test_every_picture_comes_small_with_its_time(stairs: Path) -> None:
    found = list(pictures(stairs))
    assert [float(p.at) for p in found] == pytest.approx([k / 10 for k in range(10)])
    assert all(p.image.shape == (144, SMALL, 3) and float(p.lasts) == pytest.approx(0.1) for p in found)
    means = [float(p.image.mean()) for p in found]
    assert means == sorted(means) and means[0] + 100 < means[-1]


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
        list(pictures(path))
    with pytest.raises(MediaError, match="cannot be decoded"):
        grab(path, [0], 100)


def test_a_jpeg_that_cannot_be_written_is_an_error(stairs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cv2.imencode", lambda *_: (False, np.zeros(0)))
    with pytest.raises(MediaError, match="320x180"):
        grab(stairs, [0], 400)


def test_a_clock_that_starts_again_is_not_followed(tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    """Two recordings joined byte for byte: only what has increasing times is kept."""
    parts = []
    for name in ("a", "b"):
        path = tmp_path / f"{name}.ts"
        ffmpeg.make(graph.output(graph.input("testsrc2=s=64x64:r=25", f="lavfi", t=1), str(path), vcodec="libx264"))
        parts.append(path.read_bytes())
    joined = tmp_path / "joined.ts"
    joined.write_bytes(b"".join(parts))
    times = [p.at for p in pictures(joined)]
    assert times == sorted(set(times)) and len(times) >= 25
