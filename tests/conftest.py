"""Fixtures for all tests: an isolated home, the resolved ffmpeg, and footage made on the spot."""

from collections.abc import Callable
from pathlib import Path

import ffmpeg as graph
import pytest

from cliplib.media.ffmpeg import Ffmpeg, locate
from tests import properties

properties.set_up()

REAL_FOOTAGE = "CLIPLIB_FOOTAGE"

SHOTS = (
    "testsrc2=s={size}:r={rate}",
    "mandelbrot=s={size}:r={rate}",
    "gradients=s={size}:r={rate}:speed=0.05:c0=orange:c1=navy:seed=7",
    "life=s={size}:r={rate}:mold=10:ratio=0.3:seed=5:death_color=#203060:life_color=#e0c060",
)
"""Moving pictures that look nothing like one another, as ffmpeg sources."""

MakeVideo = Callable[..., Path]


@pytest.fixture(autouse=True)
def _isolated(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the user's settings, keys or caches."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "CLIPLIB_LIBRARY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def ffmpeg() -> Ffmpeg:
    """The ffmpeg that all tests share."""
    return locate()


@pytest.fixture(scope="session")
def make_video(ffmpeg: Ffmpeg) -> MakeVideo:
    """A function that makes a video of distinct shots with a tone.

    Called as `make_video(path, shots=(2.0, 3.0), size="320x180", rate="25", sound=True)`; `shots` are lengths
    in seconds, and shot k shows source k of SHOTS. Returns the path.
    """

    def make(
        path: Path, shots: tuple[float, ...] = (2.0, 3.0), size: str = "320x180", rate: str = "25", sound: bool = True
    ) -> Path:
        pictures = [
            graph.input(SHOTS[k % len(SHOTS)].format(size=size, rate=rate), f="lavfi", t=length)
            .filter("setsar", "1")
            .filter("format", "yuv420p")
            for k, length in enumerate(shots)
        ]
        streams = [graph.concat(*pictures, v=1, a=0)]
        if sound:
            streams.append(graph.input("sine=frequency=440:sample_rate=48000", f="lavfi", t=sum(shots)))
        ffmpeg.make(graph.output(*streams, str(path), vcodec="libx264", preset="ultrafast", acodec="aac", g=50))
        return path

    return make
