"""The one ffmpeg: found, checked, called safely, and heard when it fails."""

import sys
from pathlib import Path

import ffmpeg as graph
import pytest

from cliplib.errors import DiskFull, MediaError, MissingTool
from cliplib.media.ffmpeg import DEMUXERS, Ffmpeg, failure, locate, source
from cliplib.media.run import Finished
from tests.conftest import MakeVideo


def fake(path: Path, text: str) -> Path:
    """A program that prints a text whatever it is asked."""
    path.write_text(f"#!{sys.executable}\nprint({text!r})\n")
    path.chmod(0o755)
    return path


def test_the_one_in_use_has_all_that_is_needed(ffmpeg: Ffmpeg) -> None:
    assert ffmpeg.missing == ()


def test_a_build_that_lacks_something_says_what(tmp_path: Path) -> None:
    poor = Ffmpeg(fake(tmp_path / "ffmpeg", " TS scale   V->V  Scale\n V..... libx264  H.264"), "setting", "7.0")
    assert "crop" in poor.missing and "aac" in poor.missing
    assert "scale" not in poor.missing and "libx264" not in poor.missing


def test_a_configured_path_wins_over_the_system_and_that_over_the_bundled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = fake(tmp_path / "own", "ffmpeg version 7.1 own")
    system = fake(tmp_path / "system", "ffmpeg version n8.0-3 system")
    monkeypatch.setattr("shutil.which", lambda _: str(system))
    assert (locate(str(own)).origin, locate(str(own)).version) == ("setting", "7.1")
    assert (locate().origin, locate().version) == ("system", "n8.0-3")
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert locate().origin == "imageio-ffmpeg"


def test_an_old_one_and_one_that_is_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingTool, match=r"3\.4.*older"):
        locate(str(fake(tmp_path / "old", "ffmpeg version 3.4 old")))
    with pytest.raises(MissingTool, match="does not answer"):
        locate(str(fake(tmp_path / "other", "hello")))


def test_without_any_the_message_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(MissingTool) as caught:
        locate()
    assert "imageio-ffmpeg" in caught.value.next_step


def test_progress_is_told_in_milliseconds(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    times: list[int] = []
    picture = graph.input("testsrc=s=64x64:r=25", f="lavfi", t=2)
    ffmpeg.make(graph.output(picture, str(tmp_path / "o.mp4"), vcodec="libx264"), on_time=times.append)
    assert times == sorted(times) and 1900 <= times[-1] <= 2000


def test_a_failure_brings_the_last_words_of_the_program(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no video")
    with pytest.raises(MediaError, match="Invalid data"):
        ffmpeg.make(graph.output(source(tmp_path / "text.mp4"), str(tmp_path / "o.mp4")))


def test_damaged_pictures_are_a_failure(ffmpeg: Ffmpeg, tmp_path: Path, make_video: MakeVideo) -> None:
    """Row R36: without -xerror this ends with code 0."""
    path = make_video(tmp_path / "v.mp4", (2.0,), sound=False)
    data = bytearray(path.read_bytes())
    for at in range(len(data) // 3, len(data) // 3 + 3000):
        data[at] = at * 7 % 256
    path.write_bytes(data)
    with pytest.raises(MediaError):
        ffmpeg.make(graph.output(source(path), "-", format="null"))


def test_a_full_disk_is_told_apart() -> None:
    assert isinstance(failure(Finished(("ffmpeg",), 1, "", "write: No space left on device")), DiskFull)
    assert "said nothing" in failure(Finished(("ffmpeg",), 1, "", "")).message


@pytest.mark.parametrize(
    "text",
    [
        "ffconcat version 1.0\nfile other.mp4\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nother.mp4\n#EXT-X-ENDLIST\n",
    ],
)
def test_a_list_of_other_files_opens_none_of_them(
    ffmpeg: Ffmpeg, tmp_path: Path, make_video: MakeVideo, text: str
) -> None:
    """Row R52."""
    make_video(tmp_path / "other.mp4", (1.0,))
    (tmp_path / "list.mp4").write_text(text)
    with pytest.raises(MediaError):
        ffmpeg.make(graph.output(source(tmp_path / "list.mp4"), str(tmp_path / "o.mp4")))
    assert not {"hls", "concat", "dash", "sdp", "image2pipe"} & set(DEMUXERS.split(","))


@pytest.mark.parametrize("name", ["a:b.mp4", "concat:x.mp4", "-y.mp4", "%03d.mp4", "it's 100% [ok].mp4"])
def test_strange_names_are_names(ffmpeg: Ffmpeg, tmp_path: Path, make_video: MakeVideo, name: str) -> None:
    """Row R55."""
    plain = make_video(tmp_path / "plain.mp4", (1.0,), sound=False)
    plain.rename(tmp_path / name)
    ffmpeg.make(graph.output(source(tmp_path / name), "-", format="null"))
