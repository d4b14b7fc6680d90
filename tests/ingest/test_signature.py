"""Signatures: small pictures four a second, without bars, the same after they were stored."""

from pathlib import Path

import ffmpeg as graph
import numpy as np
import pytest

from cliplib.errors import MediaError
from cliplib.media.ffmpeg import Ffmpeg
from ingest.signature import LONGEST, RATE, SHADES, Signature, signature_of, sketch_of
from tests.conftest import MakeVideo
from tests.ingest.conftest import MakeNumbered


def test_a_clip_has_four_samples_a_second_of_its_own_shape(tmp_path: Path, make_video: MakeVideo) -> None:
    found = signature_of(make_video(tmp_path / "tall.mp4", (2.5,), size="180x320", sound=False))
    assert len(found) == 2.5 * RATE
    assert found.luma.shape[1:] == (LONGEST, 27) and found.chroma.shape[1:] == (2, 12, 7)
    assert found.luma.std() > 20


def test_pictures_that_stay_long_fill_every_quarter_second(tmp_path: Path, make_numbered: MakeNumbered) -> None:
    """One picture a second: each stands for four samples, the last for its own."""
    found = signature_of(make_numbered(tmp_path / "slow.mp4", 3, rate="1"))
    assert len(found) == 2 * RATE + 1
    same = [bool((a == b).all()) for a, b in zip(found.luma, found.luma[1:], strict=False)]
    assert same == [True, True, True, False] * 2


def test_black_bars_are_left_out(tmp_path: Path, ffmpeg: Ffmpeg, make_video: MakeVideo) -> None:
    plain = make_video(tmp_path / "plain.mp4", (1.0,), sound=False)
    barred = tmp_path / "barred.mp4"
    stream = graph.input(str(plain)).filter("scale", 180, -2).filter("pad", 180, 320, 0, "(oh-ih)/2")
    ffmpeg.make(graph.output(stream, str(barred), vcodec="libx264", preset="ultrafast"))
    height, width = signature_of(barred).luma.shape[1:]
    assert (width, height) == (27, pytest.approx(15, abs=2))
    assert signature_of(plain).luma.shape[1:] == (27, 48)


def test_black_pictures_keep_their_size(tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    path = tmp_path / "black.mp4"
    ffmpeg.make(graph.output(graph.input("color=black:s=320x180:r=25:d=1", f="lavfi"), str(path), vcodec="libx264"))
    assert signature_of(path).luma.shape == (4, 27, 48)


def test_what_is_stored_comes_back_within_the_shades_kept(tmp_path: Path, make_video: MakeVideo) -> None:
    found = signature_of(make_video(tmp_path / "a.mp4", (1.5, 1.0), sound=False))
    again = Signature.from_bytes(found.to_bytes())
    for one, other in ((found.luma, again.luma), (found.chroma, again.chroma)):
        assert one.shape == other.shape
        assert np.abs(one.astype(int) - other.astype(int)).max() < SHADES
    assert again.to_bytes() == found.to_bytes()


def test_a_wide_picture_has_a_second_sketch_like_that_of_its_upright_middle(tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    wide, tall = tmp_path / "wide.mp4", tmp_path / "tall.mp4"
    stream = graph.input("mandelbrot=s=640x360:r=10", f="lavfi", t=1).filter("format", "yuv420p")
    ffmpeg.make(graph.output(stream, str(wide), vcodec="libx264", preset="ultrafast"))
    middle = graph.input(str(wide)).filter("crop", 202, 360)
    ffmpeg.make(graph.output(middle, str(tall), vcodec="libx264", preset="ultrafast"))
    (whole, part), (upright,) = sketch_of(signature_of(wide)), sketch_of(signature_of(tall))
    assert part @ upright > 0.97 > 0.95 > whole @ upright
    assert np.linalg.norm(sketch_of(signature_of(wide)), axis=1) == pytest.approx(1)


def test_the_noise_in_a_grey_film_is_no_colour() -> None:
    """One level more or less of colour must not decide which clips are looked at."""
    luma = np.indices((8, 27, 48)).sum(0).astype(np.uint8) * 3
    reddish, greenish = (np.full((8, 2, 7, 12), level, np.uint8) for level in (126, 130))
    one, other = (sketch_of(Signature(luma, colour)) for colour in (reddish, greenish))
    assert np.diag(one @ other.T) == pytest.approx(1, abs=0.15)


def test_a_file_without_pictures_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"no video")
    with pytest.raises(MediaError):
        signature_of(path)
