"""Files appear complete or not at all."""

import errno
from pathlib import Path

import pytest

from cliplib.errors import DiskFull, MediaError
from ingest.keep import sweep, written


def test_a_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "c_1" / "x.txt"
    with written(target) as temporary:
        temporary.write_text("done")
        assert not target.exists() and temporary.parent == target.parent
    assert target.read_text() == "done" and list(target.parent.iterdir()) == [target]


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "x.txt"
    target.write_text("old")
    with pytest.raises(MediaError, match="boom"), written(target) as temporary:
        temporary.write_text("half")
        raise MediaError("boom")
    assert target.read_text() == "old" and list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, DiskFull), (errno.EROFS, MediaError)])
def test_trouble_of_the_disk_is_named(tmp_path: Path, number: int, kind: type[MediaError]) -> None:
    with pytest.raises(MediaError, match="cannot be written") as caught, written(tmp_path / "x"):
        raise OSError(number, "trouble")
    assert type(caught.value) is kind


def test_sweep_removes_leftovers_and_nothing_else(tmp_path: Path) -> None:
    for name in ("c_1/.tmp-clip.mp4", "c_1/clip.mp4", "c_2/.tmp-voice.wav", "other/keep.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    sweep(tmp_path)
    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*")) == [
        "c_1",
        "c_1/clip.mp4",
        "other",
        "other/keep.txt",
    ]
