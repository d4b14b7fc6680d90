"""File names that break naive command lines: footage so called is ingested, found, shown, composed and rendered."""

import json
from pathlib import Path

import pytest

from cliplib.errors import ExitCode
from cliplib.library import Library
from cliplib.media.probe import probe
from tests.cli.conftest import SCRIPT, Call
from tests.conftest import MakeVideo

NAMES = (
    "with space.mp4", "quote'single.mp4", 'quote"double.mp4', "中文 文件名（新品）.mp4", "emoji 😀.mp4",
    "-leading-dash.mp4", "percent %03d.mp4", "colon:12.mp4", "http:..127.0.0.1.mp4", "semi;touch pwned.mp4",
    "$(touch pwned).mp4",
    "back\\slash.mp4", "[glob]*.mp4", "comma,equals=x.mp4", "UPPER.MP4", "double.dot..mp4", " leading space.mp4",
    "trailing space .mp4", "new\nline.mp4", "cafe\u0301 nfd.mp4", "long" * 55 + ".mp4", ".hidden.mp4",
    "{\\an8}%{pts}'[v].mp4",
)  # fmt: skip

STRANGE = "库 it's 100% [ok];a,b=c %03d"
"""The folder of the library, and the film: these names come into filters and lists of ffmpeg."""


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory, make_video: MakeVideo) -> Path:
    """One tiny video under all names, the bytes of each different."""
    folder = tmp_path_factory.mktemp("names")
    tiny = make_video(folder / "tiny.mp4", (1.2,), size="64x64").read_bytes()
    (folder / "tiny.mp4").unlink()
    for number, name in enumerate(NAMES):
        (folder / name).write_bytes(tiny + b"\0\0\0\x0cfree" + number.to_bytes(4, "big"))
    return folder


def test_awkward_names_go_all_the_way(
    footage: Path, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    library = tmp_path / STRANGE
    call("init", library, "--language", "en")
    usual = ("-L", library, "--json")
    paths = [footage / name for name in NAMES]
    engines = ("--kind", "brand", "--speech", "none", "--text", "none", "--vision", "facts")
    taken = call("ingest", *paths, *engines, *usual)
    assert taken.code == ExitCode.OK, taken.err
    assert {(film["status"], len(film["clips"])) for film in taken.data["footage"]} == {("kept", 1)}
    clips = {Path(film["path"]).name: film["clips"][0] for film in taken.data["footage"]}
    with Library.open(library) as opened:
        assert {Path(found.path).name for found in opened.all_footage()} == set(NAMES)
        assert {name: opened.get(clip).name for name, clip in clips.items()} == {n: Path(n).stem for n in NAMES}
    for name, clip in clips.items():
        shown = call("show", clip, *usual)
        assert shown.code == ExitCode.OK and json.loads(shown.out)["name"] == Path(name).stem
    for name in ("percent %03d.mp4", "中文 文件名（新品）.mp4", "emoji 😀.mp4"):
        hits = call("search", Path(name).stem, *usual).data["hits"]
        assert hits[0]["clip"] == clips[name]
    assert [path.name for path in tmp_path.iterdir()] == [STRANGE], "nothing else was made, such as by a shell"


def test_a_folder_of_awkward_names_is_walked(footage: Path, tmp_path: Path, call: Call) -> None:
    """Hidden files, folders called like videos and links to nothing are passed over."""
    call("init", tmp_path / "lib")
    engines = ("--kind", "brand", "--speech", "none", "--text", "none", "--vision", "facts")
    some = tmp_path / "some"
    some.mkdir()
    for name in (".hidden.mp4", "-leading-dash.mp4", "UPPER.MP4"):
        (some / name).write_bytes((footage / name).read_bytes())
    (some / "directory_named.mp4").mkdir()
    (some / "broken_symlink.mp4").symlink_to("missing_target.mp4")
    taken = call("ingest", some, *engines, "-L", tmp_path / "lib", "--json")
    ended = {
        Path(film["path"]).name: (film["status"], film["reason"].split()[0])
        for film in taken.data["footage"]
        if film["reason"]
    }
    assert {Path(film["path"]).name for film in taken.data["footage"] if film["status"] == "kept"} == {
        "-leading-dash.mp4",
        "UPPER.MP4",
    }
    assert ended == {"broken_symlink.mp4": ("refused", "E_MISSING")} and taken.code == ExitCode.PARTIAL


def test_a_film_is_made_in_a_folder_and_under_a_name_that_need_care(stocked: Path, tmp_path: Path, call: Call) -> None:
    import shutil

    library = tmp_path / STRANGE
    shutil.copytree(stocked / "lib", library)
    (tmp_path / f"{STRANGE}.md").write_text(SCRIPT, "utf-8")
    film = tmp_path / f"{STRANGE}.mp4"
    made = call("compose", tmp_path / f"{STRANGE}.md", "-o", film, "-L", library, "--json")
    assert made.code == ExitCode.OK, made.err
    assert abs(probe(film).length - made.data["seconds"] * 1000) < 100
