"""Media by clip id only, whole or in parts."""

import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from cliplib.web.media import OutOfRange, part_of, peaks
from tests.properties import examples


def test_a_clip_comes_whole_or_in_parts(page: TestClient, ids: list[str], clip_media: Path) -> None:
    whole = (clip_media / "clip.mp4").read_bytes()
    address = f"/media/{ids[0]}/clip.mp4"
    answer = page.get(address)
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, whole, "video/mp4")
    assert answer.headers["accept-ranges"] == "bytes"
    part = page.get(address, headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole)}"
    assert page.get(address, headers={"range": "bytes=-7"}).content == whole[-7:]
    beyond = page.get(address, headers={"range": f"bytes=10-{10**15}"})
    assert (beyond.status_code, beyond.content) == (206, whole[10:])


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=99999999-",
        "bytes=5-2",
        "bytes=-0",
        "bytes=0-1,3-4",
        "bytes=" + "0-,1-," * 5_000,
        "bytes=a-b",
        "lines=0-1",
        "bytes=" + "9" * 4_301 + "-",
        "bytes=-",
        "bytes=١-٢".encode().decode("latin-1"),
    ],
)
def test_a_range_that_is_not_one_part_of_the_file_is_refused(page: TestClient, ids: list[str], asked: str) -> None:
    answer = page.get(f"/media/{ids[0]}/clip.mp4", headers={"range": asked.encode("latin-1")})  # type: ignore[arg-type]
    assert answer.status_code == 416
    assert answer.headers["content-range"].startswith("bytes */")
    assert answer.content == b""


@examples(200)
@given(st.integers(0, 300), st.integers(0, 300), st.integers(1, 200))
def test_a_part_is_what_a_slice_is(first: int, last: int, size: int) -> None:
    whole = bytes(k % 251 for k in range(size))
    try:
        part = part_of(f"bytes={first}-{last}", size)
    except OutOfRange:
        assert first >= size or last < first
    else:
        assert part is not None
        assert whole[part[0] : part[1]] == whole[first : last + 1] != b""


def test_an_unchanged_file_is_not_sent_again(page: TestClient, ids: list[str]) -> None:
    address = f"/media/{ids[0]}/poster.jpg"
    tag = page.get(address).headers["etag"]
    assert page.get(address, headers={"if-none-match": tag}).status_code == 304
    changed = page.get(address, headers={"if-range": '"old"', "range": "bytes=0-1"})
    assert changed.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/media/../library.db",
        "/media/..%2f..%2flibrary.db/clip.mp4",
        "/media/%2e%2e/library.db",
        "/media/{id}/..%2fclip.mp4",
        "/media/{id}/../../library.db",
        "/media/{id}/",
        "/media/{id}/library.db",
        "/media/{id}%00/clip.mp4",
        "/media//etc/passwd",
        "/media/file:%2f%2f%2fetc%2fpasswd/clip.mp4",
        "/media/C:%5cwindows/clip.mp4",
        "/media/{id}/POSTER.JPG",
        "/media/{id}%0a/clip.mp4",
    ],
)
def test_no_path_leads_to_another_file(page: TestClient, ids: list[str], path: str) -> None:
    assert page.get(path.replace("{id}", ids[0])).status_code in (400, 404)


def test_other_files_of_a_clip_are_not_served(page: TestClient, folder: Path, ids: list[str]) -> None:
    (folder / "media" / ids[0] / "notes.txt").write_text("secret", "utf-8")
    (folder / "media" / ids[0] / "voice.wav.part").write_text("secret", "utf-8")
    assert page.get(f"/media/{ids[0]}/notes.txt").status_code == 404
    assert page.get(f"/media/{ids[0]}/voice.wav.part").status_code == 404


def test_a_folder_of_media_without_a_record_is_not_served(page: TestClient, folder: Path, ids: list[str]) -> None:
    other = "c_ffffffffffffffff_000000-002000"
    (folder / "media" / ids[0]).rename(folder / "media" / other)
    assert page.get(f"/media/{other}/clip.mp4").status_code == 404
    assert page.get(f"/media/{ids[0]}/clip.mp4").status_code == 404, "its file has gone"


def test_the_outline_of_a_voice_rises_with_it(page: TestClient, ids: list[str]) -> None:
    told = page.get(f"/api/clips/{ids[0]}/peaks").json()
    assert told["per_second"] == 100
    assert len(told["peaks"]) == 200
    assert told["peaks"][-1] in range(49, 51)
    assert told["peaks"][20] < told["peaks"][100] < told["peaks"][180]


def test_a_silent_clip_has_no_outline(page: TestClient, folder: Path, ids: list[str], tmp_path: Path) -> None:
    (folder / "media" / ids[0] / "voice.wav").unlink()
    assert page.get(f"/api/clips/{ids[0]}/peaks").json()["peaks"] == []
    assert page.get(f"/media/{ids[0]}/voice.wav").status_code == 404
    with wave.open(str(tmp_path / "empty.wav"), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
    assert peaks(tmp_path / "empty.wav") == []
