"""`report`: coverage with what to shoot next, use, rights that end, and what records lack."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from PIL import Image

from cliplib.errors import ExitCode
from cliplib.ledger import Usage
from cliplib.library import Library
from cliplib.records import Rights
from tests.cli.conftest import Call
from tests.library.making import a_footage, a_record


def test_coverage_counts_and_names_what_to_shoot(place: Path, call: Call) -> None:
    library = place / "lib"
    clip = call("search", "咖啡", "-L", library, "--json").data["hits"][0]["clip"]
    call("review", "correct", clip, "content_types", "hook", "-L", library)
    call("review", "correct", clip, "forms", '["live_action", "motion_graphics"]', "-L", library)
    target = place / "map.png"
    data = call("report", "coverage", "--plot", target, "-L", library, "--json").data
    hooks = [cell for cell in data["cells"] if cell["content_type"] == "hook"]
    assert sorted(cell["form"] for cell in hooks) == ["live_action", "motion_graphics"]
    assert {cell["product"] for cell in data["cells"]} == {"cup"}
    few = {(row["product"], row["content_type"]): row["clips"] for row in data["too_few"]}
    assert few["cup", "hook"] == 1, "a clip with two forms is one clip"
    assert few["cup", "unboxing"] == 0
    with Image.open(target) as drawn:
        assert drawn.width > 2000 and drawn.height > 600
    call("review", "approve", clip, "--reject", "-L", library)
    after = call("report", "coverage", "--least", "1", "-L", library, "--json").data
    assert {"product": "cup", "content_type": "hook", "clips": 0} in after["too_few"]
    assert "shoot for 青屿随行杯" in call("report", "coverage", "-L", library).out


def test_usage_tells_the_worn_from_the_unused(place: Path, call: Call) -> None:
    library = place / "lib"
    clips = [hit["clip"] for hit in call("search", "--product", "cup", "-L", library, "--json").data["hits"]]
    with Library.open(library, write=True) as opened:
        for job in ("a", "b"):
            opened.note_usage([Usage(clip=clips[1], job=job, slot="s", at=datetime(2026, 3, 5, tzinfo=UTC))])
    data = call("report", "usage", "-L", library, "--json").data
    assert data["most_used"] == [{"clip": clips[1], "uses": 2, "last": "2026-03-05"}]
    assert data["never_used"] == [clips[0], clips[2]] and (data["used"], data["unused"]) == (1, 2)


def test_uses_of_the_clips_that_a_clip_was_made_of_count_once(tmp_path: Path, call: Call) -> None:
    Library.create(tmp_path / "lib")
    with Library.open(tmp_path / "lib", write=True) as library:
        library.add_footage(a_footage())
        old, older, new = (a_record(start) for start in (0, 2000, 4000))
        for record in (old, older, new):
            library.put(record)
        for record in (old, new):
            library.note_usage([Usage(clip=record.id, job="a", slot="s", at=datetime(2026, 3, 5, tzinfo=UTC))])
        with library._database.change() as connection:
            for record in (old, older):
                connection.execute("INSERT INTO heirs VALUES (?, ?, 1.0)", (record.id, new.id))
        assert [(one.clip, one.uses) for one in library.wear()] == [(new.id, 2)]


def test_rights_that_end_soon_or_have_ended(tmp_path: Path, call: Call) -> None:
    Library.create(tmp_path / "lib")
    today = date.today()
    with Library.open(tmp_path / "lib", write=True) as library:
        for number, days in ((1, -3), (2, 10), (3, 90)):
            rights = Rights(expires=str(today + timedelta(days=days)))
            footage = library.add_footage(a_footage(number, f"/footage/{number}.mp4", rights=rights))
            library.put(a_record(footage=footage))
        library.add_footage(a_footage(4))
    found = call("report", "rights", "-L", tmp_path / "lib", "--json").data["expiring"]
    assert [(one["days"], one["clips"]) for one in found] == [(-3, 1), (10, 1)]
    assert len(call("report", "rights", "--days", "100", "-L", tmp_path / "lib", "--json").data["expiring"]) == 3
    assert "none within 5" in call("report", "rights", "--days", "5", "-L", place_without(tmp_path, call)).out


def place_without(tmp_path: Path, call: Call) -> Path:
    assert call("init", tmp_path / "empty").code == ExitCode.OK
    return tmp_path / "empty"


def test_fields_tell_what_records_lack_and_who_made_them(place: Path, call: Call) -> None:
    before = call("report", "fields", "-L", place / "lib", "--json").data
    clip = call("search", "咖啡", "-L", place / "lib", "--json").data["hits"][0]["clip"]
    call("review", "correct", clip, "products", "[]", "-L", place / "lib")
    after = call("report", "fields", "-L", place / "lib", "--json").data
    assert before["missing"]["products"] == 0 and after["missing"]["products"] == 1
    assert after["clips"] == 3 and after["made_by"]["products"]["a person"] == 1
    assert "missing" in call("report", "fields", "-L", place / "lib").out
