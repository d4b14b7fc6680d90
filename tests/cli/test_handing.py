"""`handover` and `import-timeline` as a person calls them: out to an editing program and back to a film."""

import json
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from cliplib.errors import ExitCode, MediaError
from cliplib.library import Library
from cliplib.media.probe import probe
from compose.handover.package import FORMS
from tests.cli.conftest import Call


@pytest.fixture
def planned(place: Path, call: Call) -> Path:
    """A copy of the stocked library with a plan beside it."""
    made = call("plan", place / "script.md", "-o", place / "plan.json", "-L", place / "lib", "--json")
    assert made.code == ExitCode.OK, made.err
    return place


def test_every_format_that_needs_no_extra_is_written(planned: Path, call: Call) -> None:
    out = planned / "交 接"
    told = call("handover", planned / "plan.json", "-o", out, "-L", planned / "lib", "--json")
    assert told.code == ExitCode.OK, told.err
    assert {each["format"] for each in told.data["handover"]} == set(FORMS)
    for each in told.data["handover"]:
        assert Path(each["path"]).stat().st_size > 0 and each["not_exported"]
    assert json.loads((out / "handover.json").read_text("utf-8")) == told.data["handover"]
    assert json.loads((out / "plan.json").read_text("utf-8")) == json.loads((planned / "plan.json").read_text("utf-8"))
    page = (out / "小样.html").read_text("utf-8")
    assert page.count("data:image/jpeg;base64,") == page.count("<tr>") - 1 and "咖啡" in page


def test_a_job_is_handed_over_by_its_name(planned: Path, call: Call) -> None:
    job = next((planned / "lib" / "jobs").iterdir()).name
    told = call("handover", job, "--format", "edl", "-o", planned / "out", "-L", planned / "lib")
    assert told.code == ExitCode.OK and "not carried" in told.out
    assert (planned / "out" / "小样.edl").read_text("utf-8").startswith("TITLE: 小样\n")


@pytest.mark.parametrize(
    "wrong",
    [("--format", "aaf"), ("--format", ""), ("--media", "move"), ("nothing",)],
    ids=lambda wrong: " ".join(wrong),
)
def test_what_there_is_not_is_refused(wrong: tuple[str, ...], planned: Path, call: Call) -> None:
    plan = wrong if len(wrong) == 1 else (planned / "plan.json", *wrong)
    told = call("handover", *plan, "-o", planned / "out", "-L", planned / "lib", "--json")
    assert told.code == ExitCode.USAGE and told.data["error"]["code"] == "E_USAGE"
    assert not (planned / "out").exists()


@pytest.mark.handover
def test_a_jianying_draft_is_made_and_made_again(planned: Path, call: Call) -> None:
    pytest.importorskip("pyJianYingDraft", reason="needs the extra `handover`")
    out = planned / "out"
    for _ in range(2):
        told = call(
            "handover", planned / "plan.json", "--format", "jianying", "-o", out, "-L", planned / "lib", "--json"
        )
        assert told.code == ExitCode.OK, told.err
    (draft,) = (Path(each["path"]) for each in told.data["handover"])
    content = json.loads((draft / "draft_content.json").read_text("utf-8"))
    picks = json.loads((planned / "plan.json").read_text("utf-8"))["picks"]
    video = next(track for track in content["tracks"] if track["type"] == "video")["segments"]
    lengths = [(pick["trim"]["end"] - pick["trim"]["start"]) * 1000 for pick in picks]
    assert all(abs(each["target_timerange"]["duration"] - us) < 17_000 for each, us in zip(video, lengths, strict=True))
    assert {each.name for each in out.iterdir()} == {draft.name, "plan.json", "handover.json"}


def test_an_export_that_fails_leaves_the_old_one(planned: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    out = planned / "out"
    old = out / "小样-jianying" / "draft_content.json"
    old.parent.mkdir(parents=True)
    old.write_text("old", "utf-8")

    def failing(_edit: object, folder: Path, _name: str) -> None:
        folder.mkdir(parents=True)
        raise MediaError("no room")

    monkeypatch.setattr("compose.handover.package.write_draft", failing)
    told = call("handover", planned / "plan.json", "--format", "jianying", "-o", out, "-L", planned / "lib")
    assert told.code == ExitCode.FAILED and old.read_text("utf-8") == "old"
    assert [each.name for each in out.iterdir()] == ["小样-jianying"]


def test_missing_footage_is_named_before_anything_is_written(planned: Path, call: Call) -> None:
    with Library.open(planned / "lib", write=True) as library:
        (film,) = library.all_footage()
        moved = film.model_copy(update={"path": str(planned / "gone.mp4")})
        with library._database.change() as connection:
            connection.execute("UPDATE footage SET record = ?", (moved.to_json(),))
    told = call("handover", planned / "plan.json", "-o", planned / "out", "-L", planned / "lib", "--json")
    assert told.data["error"]["code"] == "E_MISSING" and "gone.mp4" in told.data["error"]["message"]
    assert not (planned / "out").exists()


@pytest.mark.parametrize("way", ["copy", "link"])
def test_footage_goes_along(way: str, planned: Path, call: Call) -> None:
    out = planned / "out"
    for _ in range(2):
        told = call(
            "handover", planned / "plan.json", "-o", out, "--media", way, "--format", "fcpxml", "-L", planned / "lib"
        )
        assert told.code == ExitCode.OK, told.err
    (carried,) = (out / "media").iterdir()
    assert carried.name == "film.mp4" and carried.is_symlink() == (way == "link")
    source = Xml.parse(out / "小样.fcpxml").find(".//media-rep")
    assert source is not None and source.get("src") == carried.absolute().as_uri()


def test_an_edited_timeline_comes_back_and_is_rendered(planned: Path, call: Call) -> None:
    """The order turned round and a second cut off: as an editor exports it, FCPXML needs no extra."""
    out, lib = planned / "out", planned / "lib"
    call("handover", planned / "plan.json", "-o", out, "--format", "fcpxml", "-L", lib)
    tree = Xml.parse(out / "小样.fcpxml")
    spine = tree.find(".//spine")
    assert spine is not None
    clips = list(spine)
    for clip in clips:
        spine.remove(clip)
        for child in list(clip):
            if "lane" in child.attrib:
                clip.remove(child)
    clips.reverse()
    clips[0].set("duration", "1s")
    at = 0.0
    for clip in clips:
        clip.set("offset", f"{round(at * 30)}/30s")
        text = clip.get("duration", "").removesuffix("s").split("/")
        at += int(text[0]) / int(text[1]) if len(text) == 2 else int(text[0])
        spine.append(clip)
    tree.write(out / "edit.fcpxml", "utf-8", xml_declaration=True)
    back = call("import-timeline", out / "edit.fcpxml", "-o", planned / "new.json", "-L", lib, "--json")
    assert back.code == ExitCode.OK, back.out + back.err
    before = json.loads((planned / "plan.json").read_text("utf-8"))["picks"]
    after = json.loads((planned / "new.json").read_text("utf-8"))["picks"]
    assert [pick["clip"] for pick in after] == [pick["clip"] for pick in reversed(before)]
    assert after[0]["trim"]["end"] - after[0]["trim"]["start"] == 1000
    assert [pick["trim"] for pick in after[1:]] == [pick["trim"] for pick in reversed(before[:-1])]
    film = call("render", planned / "new.json", "-o", planned / "new.mp4", "--handover", "edl,srt", "-L", lib, "--json")
    assert film.code == ExitCode.OK, film.err
    assert abs(probe(planned / "new.mp4").length - at * 1000) < 40
    assert {Path(each["path"]).parent for each in film.data["handover"]} == {planned / "new.handover"}


def test_what_cannot_be_mapped_is_listed(planned: Path, call: Call) -> None:
    out, lib = planned / "out", planned / "lib"
    call("handover", planned / "plan.json", "-o", out, "--format", "fcpxml", "-L", lib)
    tree = Xml.parse(out / "小样.fcpxml")
    spine = tree.find(".//spine")
    assert spine is not None
    Xml.SubElement(spine, "gap", name="Gap", offset="100s", duration="1s")
    tree.write(out / "edit.fcpxml", "utf-8")
    back = call("import-timeline", out / "edit.fcpxml", "-o", planned / "new.json", "-L", lib, "--json")
    assert back.code == ExitCode.PARTIAL
    assert [(each["name"], each["at"]) for each in back.data["unmapped"]] == [("Gap", 100.0)]
    assert json.loads((planned / "new.json").read_text("utf-8"))["picks"]


def test_the_plan_that_was_handed_over_is_needed(planned: Path, call: Call) -> None:
    lost = planned / "elsewhere" / "edit.fcpxml"
    lost.parent.mkdir()
    lost.write_text("<fcpxml/>", "utf-8")
    told = call("import-timeline", lost, "-L", planned / "lib", "--json")
    assert told.code == ExitCode.USAGE and "--plan" in told.data["error"]["next"]
    told = call("import-timeline", lost, "--plan", planned / "plan.json", "-L", planned / "lib", "--json")
    assert told.code == ExitCode.USAGE and told.data["error"]["code"] == "E_SCRIPT"
