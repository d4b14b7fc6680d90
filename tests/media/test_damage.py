"""Pictures that cannot be trusted are found, and good files are not suspected."""

from fractions import Fraction
from pathlib import Path

import av
import ffmpeg as graph
import pytest

from cliplib.media.damage import damaged
from cliplib.media.ffmpeg import Ffmpeg, source
from cliplib.values import Span
from tests.conftest import MakeVideo


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory, ffmpeg: Ffmpeg, make_video: MakeVideo) -> Path:
    """4 s at 25 pictures a second, a key picture each second, B frames, the index in front."""
    folder = tmp_path_factory.mktemp("damage")
    plain = make_video(folder / "plain.mp4", (4.0,))
    output = graph.output(
        source(plain), str(folder / "v.mp4"), vcodec="libx264", g=25, bf=2, sc_threshold=0, movflags="+faststart"
    )
    ffmpeg.make(output)
    return folder / "v.mp4"


def packets(path: Path) -> list[tuple[int, int, int]]:
    """Number, place in the file and size of each picture in the order of the file."""
    with av.open(str(path)) as container:
        track = container.streams.video[0]
        tick = track.time_base or 0
        return [(round(p.pts * tick * 25), p.pos or 0, p.size) for p in container.demux(track) if p.pts is not None]


def test_a_good_file_has_none(video: Path) -> None:
    assert damaged(video, Fraction(0)) == ()


def test_a_broken_picture_spoils_all_until_the_next_key_picture(video: Path, tmp_path: Path) -> None:
    data = bytearray(video.read_bytes())
    number, place, size = next(packet for packet in packets(video) if packet[0] >= 40)
    data[place + 8 : place + size] = bytes(b ^ 0x5A for b in data[place + 8 : place + size])
    path = tmp_path / "rot.mp4"
    path.write_bytes(data)
    [span] = damaged(path, Fraction(0))
    assert span.end == 2000 and (number - 3) * 40 <= span.start <= number * 40


def test_a_file_that_breaks_off_lacks_all_until_its_end(video: Path, tmp_path: Path) -> None:
    place = next(place for number, place, _ in packets(video) if number == 50)
    path = tmp_path / "cut.mp4"
    path.write_bytes(video.read_bytes()[:place])
    [span] = damaged(path, Fraction(0))
    assert span == Span(start=2000, end=4000)
