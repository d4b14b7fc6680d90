"""What files hold: measured, not believed."""

import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg as graph
import pytest

from cliplib.errors import MediaError, NotMedia, SourceMissing
from cliplib.media import probe as module
from cliplib.media.ffmpeg import Ffmpeg, source
from cliplib.media.probe import lead_in, millis, opened, picture_track, probe, sound_track
from cliplib.values import Rate
from tests.conftest import MakeVideo


def pictures(rate: str = "25", length: float = 1.6, size: str = "160x90") -> Any:
    return graph.input(f"testsrc2=s={size}:r={rate}", f="lavfi", t=length)


def tone(length: float = 1.6) -> Any:
    return graph.input("sine=frequency=440:sample_rate=48000", f="lavfi", t=length)


def test_a_plain_file(tmp_path: Path, make_video: MakeVideo) -> None:
    found = probe(make_video(tmp_path / "v.mp4", (1.6,)))
    assert (found.length, found.width, found.height, found.rotation, found.start) == (1600, 320, 180, 0, 0)
    assert found.rate == Rate(num=25, den=1) and (found.codec, found.pixel_format) == ("h264", "yuv420p")
    assert [(a.index, a.codec, a.channels) for a in found.audio] == [(1, "aac", 1)]


def test_the_exact_rate_is_kept(tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    ffmpeg.make(graph.output(pictures("24000/1001"), str(tmp_path / "v.mp4"), vcodec="libx264"))
    assert probe(tmp_path / "v.mp4").rate.fraction == Fraction(24000, 1001)


def test_a_changing_rate_is_averaged_and_the_length_is_that_of_the_pictures(tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    halved = pictures(length=2).filter("select", "lt(t,1)+not(mod(n,5))")
    path = tmp_path / "v.mkv"
    ffmpeg.make(graph.output(halved, str(path), vcodec="libx264", fps_mode="passthrough"))
    found = probe(path)
    assert 14 < found.rate.fraction < 17 and 1800 <= found.length <= 2000


def test_turned_pictures_are_shown_upright(tmp_path: Path, ffmpeg: Ffmpeg, make_video: MakeVideo) -> None:
    make_video(tmp_path / "v.mp4", (1.0,))
    turned = graph.output(source(tmp_path / "v.mp4", display_rotation=90), str(tmp_path / "r.mp4"), c="copy")
    ffmpeg.make(turned)
    found = probe(tmp_path / "r.mp4")
    assert (found.width, found.height, found.rotation) == (180, 320, 270)


def test_pixels_that_are_not_square_widen_the_picture(tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    wide = pictures(size="120x90").filter("setsar", "4/3")
    ffmpeg.make(graph.output(wide, str(tmp_path / "v.mp4"), vcodec="libx264"))
    assert (probe(tmp_path / "v.mp4").width, probe(tmp_path / "v.mp4").height) == (160, 90)


def test_a_picture_that_starts_late(tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    late = pictures().filter("setpts", "PTS+0.84/TB")
    ffmpeg.make(graph.output(late, tone(3), str(tmp_path / "v.mp4"), vcodec="libx264", acodec="aac"))
    found = probe(tmp_path / "v.mp4")
    assert (found.start, found.length) == (840, 1600)
    assert lead_in(tmp_path / "v.mp4", found) == 840


def test_a_stream_that_starts_at_ten_seconds_has_no_lead_in(tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    path = tmp_path / "v.ts"
    ffmpeg.make(graph.output(pictures(), str(path), vcodec="libx264", output_ts_offset=10, muxdelay=0))
    found = probe(path)
    assert 10_000 <= found.start < 10_200 and found.length == 1600 and lead_in(path, found) < 50


def test_the_default_tracks_win_and_covers_are_no_pictures(tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    cover = graph.input("color=red:s=400x400", f="lavfi", t=0.04)
    path = tmp_path / "v.mp4"
    stream = graph.output(cover, pictures(), tone(), tone(), str(path), acodec="aac", **{
        "c:v:0": "mjpeg", "c:v:1": "libx264", "strict": "unofficial",
        "disposition:v:0": "attached_pic", "disposition:a:0": "0", "disposition:a:1": "default",
    })  # fmt: skip
    ffmpeg.make(stream)
    found = probe(path)
    assert (found.width, found.height, found.codec, len(found.audio)) == (160, 90, "h264", 2)
    with opened(path) as container:
        assert picture_track(container, path).codec_context.name == "h264"
        assert sound_track(container) == found.audio[1].index


def test_high_dynamic_range_is_told(tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    marked = {"color_trc": "smpte2084", "color_primaries": "bt2020", "colorspace": "bt2020nc"}
    stream = pictures().filter("setparams", **{"color_trc": "smpte2084"})
    ffmpeg.make(graph.output(stream, str(tmp_path / "v.mp4"), vcodec="libx264", **marked))
    assert probe(tmp_path / "v.mp4").transfer == "smpte2084"


def test_a_header_that_lies_about_the_length(tmp_path: Path, make_video: MakeVideo) -> None:
    path = make_video(tmp_path / "v.mp4", (1.6,), sound=False)
    data = path.read_bytes()
    at = data.index(b"mvhd") + 4 + 16
    path.write_bytes(data[:at] + (2_000_000_000).to_bytes(4, "big") + data[at + 4 :])
    assert probe(path).length == 1600


def test_what_holds_no_pictures_is_refused(tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    ffmpeg.make(graph.output(tone(), str(tmp_path / "sound.mp4"), acodec="aac"))
    ffmpeg.make(graph.output(pictures(), str(tmp_path / "one.png"), vframes=1))
    (tmp_path / "text.mp4").write_text("hello")
    (tmp_path / "empty.mp4").touch()
    os.mkfifo(tmp_path / "pipe.mp4")
    for name in ("sound.mp4", "one.png", "text.mp4", "empty.mp4", "pipe.mp4"):
        with pytest.raises(NotMedia, match=name):
            probe(tmp_path / name)
    with pytest.raises(NotMedia):
        probe(tmp_path)
    with pytest.raises(SourceMissing):
        probe(tmp_path / "none.mp4")


def test_pictures_without_time_are_damaged(tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    ffmpeg.make(graph.output(pictures(), str(tmp_path / "v.h264"), vcodec="libx264", bf=0))
    with pytest.raises(MediaError, match="time stamps"):
        probe(tmp_path / "v.h264")


def test_pictures_that_cannot_be_decoded_are_damaged(tmp_path: Path, make_video: MakeVideo) -> None:
    path = make_video(tmp_path / "v.mp4", (1.0,), sound=False)
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    end = data.index(b"moov") - 4
    data[start:end] = bytes(end - start)
    path.write_bytes(data)
    with pytest.raises(MediaError, match="no picture can be decoded"):
        probe(path)


def test_limits_on_streams_and_size(tmp_path: Path, make_video: MakeVideo, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_video(tmp_path / "v.mp4", (1.0,))
    monkeypatch.setattr(module, "MOST_STREAMS", 1)
    with pytest.raises(NotMedia, match="2 streams"):
        probe(path)
    monkeypatch.setattr(module, "MOST_STREAMS", 64)
    monkeypatch.setattr(module, "MOST_SIDE", 200)
    with pytest.raises(NotMedia, match="320x180"):
        probe(path)


def test_milliseconds_round_halves_up() -> None:
    assert [millis(Fraction(k, 2000)) for k in (0, 1, 2, 3, -1)] == [0, 1, 1, 2, 0]
