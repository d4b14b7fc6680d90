"""Virtual clips have no video until somebody wants it; then it lies where that of others does."""

from pathlib import Path

from cliplib.errors import ExitCode
from cliplib.media.probe import probe
from tests.cli.conftest import Call
from tests.conftest import MakeVideo


def test_a_virtual_clip_gets_its_video_when_it_is_wanted(tmp_path: Path, call: Call, make_video: MakeVideo) -> None:
    film = make_video(tmp_path / "film.mp4", shots=(2.0, 2.0), sound=False)
    call("init", tmp_path / "lib")
    ways = ["--kind", "brand", "--text", "none", "--speech", "none", "-L", tmp_path / "lib", "--json"]
    clips = call("ingest", film, "--clips", "virtual", *ways).data["footage"][0]["clips"]
    assert len(clips) == 2 and not list((tmp_path / "lib").rglob("clip.mp4"))
    made = call("media", clips[1], "-L", tmp_path / "lib", "--json").data["media"]
    assert list(made) == [clips[1]] and Path(made[clips[1]]) == tmp_path / "lib" / "media" / clips[1] / "clip.mp4"
    assert probe(Path(made[clips[1]])).length == 2000
    film.rename(tmp_path / "away.mp4")
    assert call("media", clips[1], "-L", tmp_path / "lib").out.strip() == made[clips[1]]
    gone = call("media", clips[0], "-L", tmp_path / "lib", "--json")
    assert gone.code == ExitCode.FAILED and gone.data["error"]["code"] == "E_MISSING"
    assert "ingest it from its new place" in gone.data["error"]["next"]


def test_other_ways_of_making_clips_are_refused(tmp_path: Path, call: Call) -> None:
    call("init", tmp_path / "lib")
    answer = call("ingest", "x.mp4", "--kind", "brand", "--clips", "quick", "-L", tmp_path / "lib", "--json")
    assert answer.code == ExitCode.USAGE and "'clips' from the command line" in answer.data["error"]["message"]
