"""`search` with conditions, by likeness, and as a contact sheet."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from cliplib.errors import ExitCode
from cliplib.ledger import Usage
from cliplib.library import Library
from tests.cli.conftest import Call


def spans(call: Call, place: Path, *arguments: str) -> list[str]:
    answer = call("search", *arguments, "-L", place / "lib", "--json")
    assert answer.code == ExitCode.OK, answer.err
    return [hit["clip"].split("_")[2] for hit in answer.data["hits"]]


def test_conditions_alone_list_what_passes(place: Path, call: Call) -> None:
    every = ["000000-003000", "003000-006000", "006000-009000"]
    assert spans(call, place, "--product", "随行杯") == every
    assert spans(call, place, "--product", "cup", "--limit", "2") == every[:2]
    assert spans(call, place, "--footage", "film.mp4", "--content-type", "行动指引") == every[2:]
    assert spans(call, place, "--language", "zh") == every and spans(call, place, "--language", "en") == []
    assert spans(call, place, "--min-quality", "1") == []
    assert spans(call, place, "--exclude", "price,watermark") == every


def test_every_field_that_people_correct_can_be_asked_for(place: Path, call: Call) -> None:
    clip = call("search", "咖啡", "-L", place / "lib", "--json").data["hits"][0]["clip"]
    for field, value in (("shot_size", "close_up"), ("camera", "pan"), ("forms", "motion_graphics")):
        assert call("review", "correct", clip, field, value, "-L", place / "lib").code == ExitCode.OK
        option = {"forms": "--form"}.get(field, f"--{field.replace('_', '-')}")
        assert spans(call, place, option, value) == ["000000-003000"] == spans(call, place, "咖啡", option, value)
    call("review", "approve", clip, "-L", place / "lib")
    assert spans(call, place, "--status", "approved") == ["000000-003000"]
    call("review", "approve", clip, "--reject", "-L", place / "lib")
    assert "000000-003000" not in spans(call, place, "咖啡 随行杯 小黄车")
    assert spans(call, place, "咖啡", "--status", "rejected") == ["000000-003000"]


def test_clips_in_films_since_a_day_are_left_out(place: Path, call: Call) -> None:
    clip = call("search", "咖啡", "-L", place / "lib", "--json").data["hits"][0]["clip"]
    with Library.open(place / "lib", write=True) as library:
        library.note_usage([Usage(clip=clip, job="a", slot="s1", at=datetime(2026, 3, 5, tzinfo=UTC))])
    assert len(spans(call, place, "--not-used-since", "2026-03-06")) == 3
    assert spans(call, place, "--not-used-since", "2026-03-05") == ["003000-006000", "006000-009000"]
    assert call("search", "--not-used-since", "spring", "-L", place / "lib").code == ExitCode.USAGE


def test_a_clip_finds_those_like_it_and_not_itself(place: Path, call: Call) -> None:
    clip = call("search", "咖啡", "-L", place / "lib", "--json").data["hits"][0]["clip"]
    assert set(spans(call, place, "--like", clip)) == {"003000-006000", "006000-009000"}
    assert spans(call, place, "--like", clip, "--content-type", "行动指引") == ["006000-009000"]
    assert call("search", "--like", "c_0000000000000000_000000-001000", "-L", place / "lib").code == ExitCode.USAGE


def test_every_hit_names_the_words_that_hit(place: Path, call: Call) -> None:
    hit = call("search", "咖啡 凉了", "-L", place / "lib", "--json").data["hits"][0]
    assert {"咖啡", "凉", "~coffee"} <= set(hit["why"]["terms"]) and hit["why"]["rank_words"] == 1
    line = call("search", "咖啡 凉了", "-L", place / "lib").out.splitlines()[2]
    assert "咖啡" in line and "words 1" in line


def test_the_hits_as_a_sheet(place: Path, call: Call) -> None:
    target = place / "hits.png"
    assert call("search", "随行杯", "--sheet", target, "-L", place / "lib").code == ExitCode.OK
    with Image.open(target) as page, Image.open(next((place / "lib" / "media").glob("*/poster.jpg"))) as poster:
        assert page.width > 3 * 292 and page.height > 232
        whole = page.convert("RGB").getcolors(1 << 24)
        assert whole is not None and len(whole) > len(poster.convert("RGB").quantize(64).getcolors() or [])
    for folder in (place / "lib" / "media").iterdir():
        (folder / "poster.jpg").unlink(missing_ok=True)
    assert call("search", "随行杯", "--sheet", target, "-L", place / "lib").code == ExitCode.OK


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("咖啡", "--like", "c_1"),
        ("--exclude", "people"),
        ("--footage", "other.mp4"),
        ("--status", "good"),
        ("--camera", "spinning"),
    ],
)
def test_what_cannot_be_asked_is_said(place: Path, call: Call, arguments: tuple[str, ...]) -> None:
    answer = call("search", *arguments, "-L", place / "lib", "--json")
    assert answer.code == ExitCode.USAGE and answer.data["error"]["message"]
