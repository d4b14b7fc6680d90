"""Which files are found, and what happens to things that are no files."""

import hashlib
import os
from pathlib import Path

import pytest

from cliplib.errors import MediaError, NotMedia, SourceMissing
from ingest.scan import find_files, fingerprint


def test_folders_are_walked_in_order_and_only_for_videos(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for name in ("b/2.MOV", "a.mp4", "b/1.mp4", ".hidden.mp4", ".git/x.mp4", "notes.txt"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    (tmp_path / "outside.mp4").touch()
    (root / "link_out.mp4").symlink_to(tmp_path / "outside.mp4")
    (root / "link_in.mp4").symlink_to(root / "a.mp4")
    found = [str(path.relative_to(root)) for path in find_files([root])]
    assert found == ["a.mp4", "link_in.mp4", "b/1.mp4", "b/2.MOV"]


def test_a_file_named_itself_is_always_tried_and_only_once(tmp_path: Path) -> None:
    path = tmp_path / ".strange.txt"
    assert find_files([path, tmp_path, path]) == [path]


def test_fingerprint_is_the_sha256_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"x" * 3_000_000)
    shares: list[float] = []
    assert fingerprint(path, shares.append) == hashlib.sha256(b"x" * 3_000_000).hexdigest()
    assert shares[-1] == 1.0 and shares == sorted(shares)


def test_what_is_no_file_is_refused_without_opening(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(NotMedia, match="not a regular file"):
        fingerprint(tmp_path / "pipe.mp4", lambda _: None)
    with pytest.raises(NotMedia):
        fingerprint(Path("/dev/null"), lambda _: None)
    with pytest.raises(SourceMissing):
        fingerprint(tmp_path / "none.mp4", lambda _: None)


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "f.mp4"
    path.touch()

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(MediaError, match=r"f\.mp4 cannot be read: Permission denied"):
        fingerprint(path, lambda _: None)


def test_links_that_lead_in_a_circle_stop_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").symlink_to(tmp_path / "b.mp4")
    (tmp_path / "b.mp4").symlink_to(tmp_path / "a.mp4")
    with pytest.raises(SourceMissing):
        fingerprint(find_files([tmp_path])[0], lambda share: None)
