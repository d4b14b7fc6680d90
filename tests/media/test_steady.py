"""Clocks that start again or late are made to run steadily, without encoding anything anew."""

import itertools
from pathlib import Path
from typing import Any

import av
import ffmpeg as graph
import pytest

from cliplib.errors import UnsteadyClock
from cliplib.media.ffmpeg import Ffmpeg, source
from cliplib.media.probe import probe
from cliplib.media.steady import steady_shifts, write_steady
from tests.conftest import MakeVideo


def steadied(path: Path) -> Path:
    target = path.with_name("steady")
    write_steady(path, steady_shifts(path), target)
    return target


def stamps(path: Path, kind: str = "video") -> list[float]:
    with av.open(str(path)) as container:
        track = next(stream for stream in container.streams if stream.type == kind)
        frames: list[Any] = [frame for packet in container.demux(track) for frame in packet.decode()]
        return [float(frame.pts * frame.time_base) for frame in frames]


def test_two_recordings_joined_byte_for_byte_become_one(tmp_path: Path, ffmpeg: Ffmpeg, make_video: MakeVideo) -> None:
    one, two = make_video(tmp_path / "a.ts", (1.2,)), make_video(tmp_path / "b.ts", (2.0,), size="160x90")
    joined = tmp_path / "joined.ts"
    joined.write_bytes(one.read_bytes() + two.read_bytes())
    with pytest.raises(UnsteadyClock):
        probe(joined)
    times = stamps(steadied(joined))
    assert len(times) == 80 and times == sorted(times)
    gaps = {round(b - a, 3) for a, b in itertools.pairwise(times)}
    assert min(gaps) == 0.04 and max(gaps) < 0.2, "but for the join, where the longer of picture and sound is awaited"
    assert 3200 <= probe(tmp_path / "steady").length < 3400
    heard = stamps(tmp_path / "steady", "audio")
    assert heard == sorted(heard) and abs((times[30] - heard[0]) - 1.2) < 0.2


def test_a_leap_ahead_is_a_new_clock_in_a_live_container_and_a_held_picture_elsewhere(
    tmp_path: Path, ffmpeg: Ffmpeg, make_video: MakeVideo
) -> None:
    one = make_video(tmp_path / "a.ts", (1.2,), sound=False)
    later = graph.output(source(one), str(tmp_path / "b.ts"), c="copy", output_ts_offset=500)
    ffmpeg.make(later)
    joined = tmp_path / "joined.ts"
    joined.write_bytes(one.read_bytes() + (tmp_path / "b.ts").read_bytes())
    assert probe(steadied(joined)).length == 2400
    pictures = graph.input("testsrc2=s=64x64:r=25", f="lavfi", t=30).filter("select", "lt(t,2)+gt(t,20)")
    held = tmp_path / "held.mkv"
    ffmpeg.make(graph.output(pictures, str(held), vcodec="libx264", fps_mode="passthrough"))
    assert probe(held).length == 30_000


def test_pictures_without_any_time_cannot_be_helped(tmp_path: Path, ffmpeg: Ffmpeg, make_video: MakeVideo) -> None:
    video = make_video(tmp_path / "v.mp4", (1.0,), sound=False)
    ffmpeg.make(graph.output(source(video), str(tmp_path / "v.h264"), c="copy"))
    with pytest.raises(UnsteadyClock, match="no time stamps"):
        steady_shifts(tmp_path / "v.h264")
