"""The whole way on real footage: all real videos in, a film of a script written for what is in them out."""

import os
from pathlib import Path

import pytest

from cliplib.cli.app import run
from cliplib.errors import ExitCode
from cliplib.library import Library
from cliplib.media.ffmpeg import Ffmpeg
from compose.check import decode
from tests.cli.conftest import Call
from tests.conftest import REAL_FOOTAGE

SCRIPT = Path(__file__).parent / "a_slow_morning.md"
WANTED = ("his_girl", "flower", "coffee", "dog", "bottles", "people", "big_buck_bunny")

pytestmark = [
    pytest.mark.footage,
    pytest.mark.skipif(not os.environ.get(REAL_FOOTAGE), reason=f"real footage is not here: set {REAL_FOOTAGE}"),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of all real videos."""
    folder = tmp_path_factory.mktemp("real") / "lib"
    assert run(["init", str(folder), "--language", "en"]) == 0
    videos = Path(os.environ[REAL_FOOTAGE]) / "videos"
    assert run(["ingest", str(videos), "--kind", "brand", "-L", str(folder)]) == ExitCode.OK
    return folder


def test_every_video_is_kept_and_every_clip_lasts_1_to_10_seconds(library: Path) -> None:
    with Library.open(library) as opened:
        names = {Path(footage.path).name for footage in opened.all_footage()}
        records = opened.records()
    there = {
        path.name for path in (Path(os.environ[REAL_FOOTAGE]) / "videos").iterdir() if path.suffix in (".mp4", ".mkv")
    }
    assert names == there
    assert all(1_000 <= record.span.length <= 10_000 for record in records)
    for record in records:
        folder = library / "media" / record.id
        assert (folder / "clip.mp4").is_file() and (folder / "poster.jpg").is_file()
        assert (folder / "voice.wav").is_file() == record.facts.has_sound


def test_the_film_shows_what_its_script_says(library: Path, tmp_path: Path, call: Call, ffmpeg: Ffmpeg) -> None:
    film = tmp_path / "film.mp4"
    answer = call("compose", SCRIPT, "-o", film, "-L", library, "--json")
    assert answer.code == ExitCode.OK, answer.err
    assert answer.data["gaps"] == [] and abs(answer.data["seconds"] - 24) <= 0.5
    with Library.open(library) as opened:
        shown = [opened.get(pick["clip"]).name for pick in answer.data["picks"]]
    assert all(name.startswith(wanted) for name, wanted in zip(shown, WANTED, strict=True)), shown
    measured = decode(ffmpeg, film)
    assert measured.frames == round(answer.data["seconds"] * 30)
    assert abs(measured.loudness + 14) <= 1 and not measured.black
