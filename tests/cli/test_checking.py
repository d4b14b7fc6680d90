"""`check`: what is missing, changed or orphaned is named, made anew, found again by its bytes, or removed."""

import shutil
from pathlib import Path

import av
import pytest

from cliplib.errors import ExitCode
from tests.cli.conftest import Answer, Call


def troubles(answer: Answer) -> list[str]:
    return [finding["trouble"] for finding in answer.data["findings"]]


@pytest.fixture
def own(place: Path, stocked: Path, call: Call) -> Path:
    """The library with footage of its own, so that a test may move or change it."""
    shutil.copytree(stocked / "footage", place / "footage")
    shutil.move(stocked / "footage" / "film.mp4", stocked / "film.aside")
    try:
        assert call("check", "--relink", place / "footage", "-L", place / "lib").code == ExitCode.OK
    finally:
        shutil.move(stocked / "film.aside", stocked / "footage" / "film.mp4")
    return place


def test_a_sound_library_is_said_to_be(place: Path, call: Call) -> None:
    answer = call("check", "--read-data", "-L", place / "lib", "--json")
    assert answer.code == ExitCode.OK and troubles(answer) == []
    assert (answer.data["footage"], answer.data["clips"]) == (1, 3)


def test_media_are_made_again_as_they_were(own: Path, call: Call) -> None:
    clips = sorted((own / "lib" / "media").glob("c_*"))
    before = [_pictures(clip / "clip.mp4") for clip in clips]
    poster = (clips[2] / "poster.jpg").read_bytes()
    shutil.rmtree(clips[0])
    (clips[1] / "clip.mp4").write_bytes((clips[1] / "clip.mp4").read_bytes()[:3000])
    (clips[2] / "poster.jpg").write_bytes(b"")
    quick = call("check", "-L", own / "lib", "--json")
    assert quick.code == ExitCode.PARTIAL and troubles(quick) == ["media missing", "media damaged"]
    whole = call("check", "--read-data", "-L", own / "lib", "--json")
    assert troubles(whole) == ["media missing", "media damaged", "media damaged"]
    mended = call("check", "--read-data", "--repair", "-L", own / "lib", "--json")
    assert mended.code == ExitCode.OK and len(mended.data["mended"]) == 3
    assert call("check", "--read-data", "-L", own / "lib").code == ExitCode.OK
    assert [_pictures(clip / "clip.mp4") for clip in clips] == before
    assert (clips[2] / "poster.jpg").read_bytes() == poster


def test_what_belongs_to_nothing_is_removed_only_when_asked(own: Path, call: Call) -> None:
    media = own / "lib" / "media"
    stray = media / "c_0123456789abcdef_000000-002000"
    stray.mkdir()
    (stray / "clip.mp4").write_bytes(b"x")
    half = next(media.glob("c_*/clip.mp4")).with_name(".tmp-clip.mp4")
    half.write_bytes(b"x")
    (media / "notes").mkdir()
    assert troubles(call("check", "-L", own / "lib", "--json")) == ["stray", "stray"] and stray.exists()
    assert call("check", "--repair", "-L", own / "lib").code == ExitCode.OK
    assert not stray.exists() and not half.exists() and (media / "notes").exists()


def test_a_moved_source_is_found_by_its_bytes(own: Path, call: Call) -> None:
    (own / "elsewhere" / "deep").mkdir(parents=True)
    shutil.move(own / "footage" / "film.mp4", own / "elsewhere" / "deep" / "renamed.mp4")
    (own / "elsewhere" / "other.mp4").write_bytes(b"no film")
    missing = call("check", "-L", own / "lib", "--json")
    assert missing.code == ExitCode.PARTIAL and troubles(missing) == ["source missing"]
    nowhere = call("check", "--relink", own / "footage", "-L", own / "lib", "--json")
    assert nowhere.code == ExitCode.PARTIAL and "same bytes" in nowhere.data["failed"][0]["error"]
    assert call("check", "--relink", own / "elsewhere", "-L", own / "lib").code == ExitCode.OK
    assert call("check", "--read-data", "-L", own / "lib").code == ExitCode.OK


def test_a_changed_source_is_noticed_and_nothing_is_made_of_it(own: Path, call: Call) -> None:
    film = own / "footage" / "film.mp4"
    film.write_bytes(film.read_bytes() + b"more")
    shutil.rmtree(next((own / "lib" / "media").glob("c_*")))
    answer = call("check", "--read-data", "--repair", "-L", own / "lib", "--json")
    assert answer.code == ExitCode.PARTIAL and troubles(answer) == ["source changed", "media missing"]
    assert answer.data["failed"][0]["error"].startswith("E_CHANGED")
    text = call("check", "--repair", "-L", own / "lib").out
    assert "media missing" in text and "E_CHANGED" in text


def _pictures(path: Path) -> int:
    with av.open(str(path)) as opened:
        return sum(1 for _ in opened.decode(video=0))
