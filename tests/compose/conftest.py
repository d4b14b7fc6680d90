"""Footage of several kinds for render tests, made once per session."""

from collections.abc import Callable, Iterator
from pathlib import Path

import ffmpeg as graph
import pytest

from cliplib.media.ffmpeg import Ffmpeg
from cliplib.media.fonts import find_font
from compose.segments import Kit
from tests.compose.studio import Studio, open_studio

MakeVideo = Callable[..., Path]


@pytest.fixture(scope="session")
def reel(tmp_path_factory: pytest.TempPathFactory, make_video: MakeVideo, ffmpeg: Ffmpeg) -> dict[str, Path]:
    """Videos: "sound" and "silent" at 25 fps, "ntsc" at 29.97 with stamps from 10 s on, "rotated" by 90 degrees."""
    folder = tmp_path_factory.mktemp("reel")
    reel = {
        "sound": make_video(folder / "sound.mp4", shots=(2.0, 2.0)),
        "silent": make_video(folder / "silent.mp4", shots=(3.0,), sound=False),
    }
    plain = make_video(folder / "plain.mp4", shots=(1.0, 2.0), rate="30000/1001")
    reel["ntsc"] = folder / "ntsc.ts"
    ffmpeg.make(graph.output(graph.input(str(plain)), str(reel["ntsc"]), codec="copy", output_ts_offset=10))
    reel["rotated"] = folder / "rotated.mp4"
    turned = graph.input(str(reel["sound"]), display_rotation=90)
    ffmpeg.make(graph.output(turned, str(reel["rotated"]), codec="copy"))
    return reel


@pytest.fixture
def kit(tmp_path: Path, ffmpeg: Ffmpeg) -> Kit:
    """A kit with its own job folder and the shipped font."""
    folder = tmp_path / "job"
    folder.mkdir()
    return Kit(ffmpeg, folder, find_font("a"))


@pytest.fixture
def studio(tmp_path: Path, ffmpeg: Ffmpeg) -> Iterator[Studio]:
    """A real, empty library with the offline engines."""
    made = open_studio(tmp_path / "library", ffmpeg)
    yield made
    made.library.close()
