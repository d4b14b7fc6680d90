"""All hard files end as the manifest demands and docs/hard-media.md says; none hangs, crashes or leads elsewhere."""

import itertools
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import REAL_FOOTAGE
from tests.ingest import hard

pytestmark = [
    pytest.mark.footage,
    pytest.mark.skipif(REAL_FOOTAGE not in os.environ, reason=f"{REAL_FOOTAGE} names no folder with real footage"),
]

FITTING = {
    "ok": {"kept"},
    "ok_or_reject": {"kept", "partial", "refused"},
    "reject": {"refused"},
    "reject_unopened": {"refused"},
    "ignore": {"refused"},
}

SSRF_PORT = 18_999
"""Where the hostile playlists of the set point to."""


@pytest.fixture(scope="module")
def folder() -> Path:
    return Path(os.environ[REAL_FOOTAGE]) / "hard"


@pytest.fixture(scope="module")
def rows(folder: Path) -> list[hard.Row]:
    return hard.outcomes(folder, [entry["file"] for entry in hard.manifest(folder)])


def test_every_file_ends_as_its_manifest_demands(folder: Path, rows: list[hard.Row]) -> None:
    for row, entry in zip(rows, hard.manifest(folder), strict=True):
        assert row["status"] in FITTING[entry["expect"]], row
        assert bool(row["code"]) == (row["status"] != "kept"), row
        assert row["code"] in {"", *hard.TRANSLATED}, row
        assert row["status"] == "kept" or row["reason"], row
        if row["status"] == "refused":
            assert row["spans"] == [] and row["left"] == [], "a refused file leaves nothing behind"


def test_clips_follow_one_another_and_last_as_long_as_the_pictures(folder: Path, rows: list[hard.Row]) -> None:
    for row, entry in zip(rows, hard.manifest(folder), strict=True):
        if not row["spans"]:
            continue
        assert all(one[1] == other[0] for one, other in itertools.pairwise(row["spans"])), row
        assert row["spans"][0][0] == 0 and row["spans"][-1][1] == row["length"], row
        assert all(1000 <= end - start <= 10_000 for start, end in row["spans"]), row
        named = [
            s for s in entry["ffprobe"]["streams"] if s["codec_type"] == "video" and s.get("nb_frames", "1") != "1"
        ]
        if row["status"] == "kept" and named and "duration" in named[0] and "nb_frames" in named[0]:
            # Four pictures: the header of an AVI file counts the empty places before its first picture.
            assert abs(row["length"] - float(named[0]["duration"]) * 1000) < 4 * 1000 / 30, row


def test_the_page_says_how_each_file_ends(folder: Path, rows: list[hard.Row]) -> None:
    stale = "docs/hard-media.md is out of date; run `python -m tests.ingest.hard write`"
    assert hard.page(rows, hard.manifest(folder)) == hard.PAGE.read_text("utf-8"), stale


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Somebody at the address that the hostile files name."""
    with socket.create_server(("127.0.0.1", SSRF_PORT)) as server:
        server.setblocking(False)
        yield server


def test_hostile_files_open_no_other_file_and_no_connection(
    folder: Path, tmp_path: Path, listener: socket.socket
) -> None:
    """Rows R52 and R53: the files that they name are pipes here, on which a reader would hang."""
    names = [entry["file"] for entry in hard.manifest(folder) if entry["expect"] == "reject_unopened"]
    for name in names:
        shutil.copyfile(folder / name, tmp_path / name)
    for named in ("000_base.mp4", "canary.txt"):
        os.mkfifo(tmp_path / named)
    ended = hard.outcomes(tmp_path, names)
    assert {(row["status"], row["code"]) for row in ended} == {("refused", "E_NOT_MEDIA")} and len(names) >= 10
    assert not any("CANARY" in row["reason"] for row in ended)
    with pytest.raises(BlockingIOError):
        listener.accept()
