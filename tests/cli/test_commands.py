"""The commands as people and programs call them: results, JSON forms, exit codes, and errors with a next step."""

import json
import shutil
from pathlib import Path

import av
import ffmpeg as graph
import pytest

from cliplib.errors import ExitCode
from cliplib.media.ffmpeg import Ffmpeg
from tests.cli.conftest import Call


def test_ingest_again_adds_nothing(place: Path, stocked: Path, call: Call) -> None:
    answer = call(
        "ingest", stocked / "footage", "--kind", "品牌视频", "--product", "cup", "-L", place / "lib", "--json"
    )
    assert answer.code == ExitCode.OK
    assert answer.data["clips_added"] == 0
    [film] = answer.data["footage"]
    assert film["status"] == "skipped" and film["reason"] == "already in the library"
    assert len(film["clips"]) == 3


def test_a_broken_file_is_named_and_the_rest_goes_on(tmp_path: Path, stocked: Path, call: Call) -> None:
    (tmp_path / "bad.mp4").write_text("not a film")
    call("init", tmp_path / "lib")
    answer = call(
        "ingest",
        tmp_path / "bad.mp4",
        stocked / "footage",
        "--kind",
        "brand",
        "-L",
        tmp_path / "lib",
        "--vision",
        "facts",
        "--json",
    )
    assert answer.code == ExitCode.PARTIAL
    by_name = {Path(entry["path"]).name: entry for entry in answer.data["footage"]}
    assert by_name["bad.mp4"]["status"] == "refused" and by_name["bad.mp4"]["reason"].startswith("E_NOT_MEDIA")
    assert by_name["film.mp4"]["status"] == "kept" and answer.data["clips_added"] == 3
    assert call("ingest", tmp_path / "bad.mp4", "--kind", "brand", "-L", tmp_path / "lib").code == ExitCode.FAILED


def test_search_says_why_and_obeys_filters(place: Path, call: Call) -> None:
    hits = call("search", "咖啡凉了", "-L", place / "lib", "--json").data["hits"]
    assert len(hits) == 3 and hits[0]["why"]["rank_words"] == 1
    first = call("show", hits[0]["clip"], "-L", place / "lib", "--json").data
    assert "咖啡" in first["spoken"] and first["content_types"][0] == "pain_point"
    only = call("search", "咖啡凉了", "--content-type", "行动指引", "-L", place / "lib", "--json").data["hits"]
    assert [hit["clip"].split("_")[2] for hit in only] == ["006000-009000"]
    assert call("search", "咖啡", "--kind", "livestream", "-L", place / "lib").out.strip() == "nothing found"
    assert len(call("search", "咖啡凉了", "--flawed", "-L", place / "lib", "--json").data["hits"]) == 3
    unknown = call("search", "咖啡", "--exclude", "has_hat", "-L", place / "lib", "--json")
    assert unknown.code == ExitCode.USAGE and "watermark" in unknown.data["error"]["message"]
    wrong = call("search", "咖啡", "--content-type", "菜谱", "-L", place / "lib", "--json")
    assert wrong.code == ExitCode.USAGE and wrong.data["error"]["code"] == "E_SETTINGS"


def test_near_duplicates_are_listed_shown_and_told_apart_by_a_person(
    tmp_path: Path, place: Path, stocked: Path, call: Call, ffmpeg: Ffmpeg
) -> None:
    assert call("duplicates", "-L", place / "lib").out.strip() == "no near-duplicates"
    small = tmp_path / "small.mp4"
    film = graph.input(str(stocked / "footage" / "film.mp4")).video.filter("scale", 240, -2)
    ffmpeg.make(graph.output(film, str(small), vcodec="libx264", preset="ultrafast", crf=32))
    shutil.copy(stocked / "footage" / "film.srt", small.with_suffix(".srt"))
    call("ingest", small, "--kind", "brand", "-L", place / "lib")
    groups = call("duplicates", "-L", place / "lib", "--json").data["groups"]
    assert [entry["group"] for entry in groups] == ["g1", "g2", "g3"]
    assert all(len(entry["clips"]) == 2 for entry in groups)
    first = groups[0]["clips"][0]
    assert f"g1     {first}" in call("duplicates", "-L", place / "lib").out
    assert call("show", first, "-L", place / "lib", "--json").data["near_duplicates"] == "g1"
    hits = call("search", "咖啡凉了", "-L", place / "lib", "--json").data["hits"]
    assert {hit["clip"]: hit["near_duplicates"] for hit in hits}[first] == "g1"
    call("review", "correct", first, "near_duplicates", "", "-L", place / "lib")
    assert call("show", first, "-L", place / "lib", "--json").data["near_duplicates"] is None
    assert len(call("duplicates", "-L", place / "lib", "--json").data["groups"]) == 2


def test_the_zh_view_is_six_lines(place: Path, call: Call) -> None:
    clip = call("search", "全新 随行杯", "-L", place / "lib", "--json").data["hits"][0]["clip"]
    lines = call("show", clip, "--view", "zh", "-L", place / "lib").out.strip().splitlines()
    names = [line.split("：")[0] for line in lines]
    assert names == ["视频内容", "视频形式", "视频时长", "相关产品", "音频文字", "视觉描述"]
    assert (
        lines[2] == "视频时长：3秒"
        and lines[3] == "相关产品：青屿随行杯"
        and lines[4].endswith("这是全新的青屿随行杯。")
    )


def test_a_correction_is_in_force_everywhere_and_survives_ingest(place: Path, stocked: Path, call: Call) -> None:
    library = place / "lib"
    clip = call("search", "咖啡", "-L", library, "--json").data["hits"][0]["clip"]
    changed = call("review", "correct", clip, "content_types", "黄金三秒、痛点", "--who", "李", "-L", library, "--json")
    assert changed.data["content_types"] == ["hook", "pain_point"]
    assert changed.data["review"]["corrections"]["content_types"]["who"] == "李"
    call("review", "correct", clip, "description", "一只旧马克杯", "-L", library)
    assert call("search", "旧马克杯", "-L", library, "--json").data["hits"][0]["why"]["rank_words"] == 1
    call("ingest", stocked / "footage", "--kind", "brand", "--vision", "scripted:", "-L", library)
    assert call("show", clip, "-L", library, "--json").data["description"] == "一只旧马克杯"
    assert call("review", "correct", clip, "content_types", "菜谱", "-L", library).code == ExitCode.USAGE
    assert call("review", "correct", clip, "span", "1", "-L", library).code == ExitCode.USAGE
    assert (
        call("review", "correct", "c_0000000000000000_000000-001000", "spoken", "x", "-L", library).code
        == ExitCode.USAGE
    )


def test_plan_then_render_is_compose(place: Path, call: Call) -> None:
    library, plan, film = place / "lib", place / "plan.json", place / "ad.mp4"
    planned = call("plan", place / "script.md", "-o", plan, "-L", library, "--json")
    assert planned.code == ExitCode.OK and planned.data["plan"] == str(plan) and planned.data["gaps"] == []
    rendered = call("render", plan, "-o", film, "-L", library, "--json")
    assert rendered.code == ExitCode.OK, rendered.err
    assert rendered.data["picks"] == planned.data["picks"]
    assert abs(rendered.data["seconds"] - 6) <= 0.5
    with av.open(str(film)) as opened:
        picture = opened.streams.video[0]
        assert (picture.width, picture.height) == (180, 320) and picture.average_rate == 30
    whole = call("compose", place / "script.md", "-o", place / "again.mp4", "-L", library, "--json")
    assert whole.data["picks"] == planned.data["picks"]
    from_plan = call("compose", "--from", plan, "-o", place / "third.mp4", "-L", library, "--json")
    assert from_plan.data["picks"] == planned.data["picks"]
    stopped = call("compose", place / "script.md", "--stop-at", "plan", "-o", place / "stop.json", "-L", library)
    assert (
        stopped.code == ExitCode.OK and json.loads((place / "stop.json").read_text("utf-8"))["schema"] == "edit-plan.1"
    )


def test_nothing_fits_exits_with_4_and_makes_no_film(place: Path, call: Call) -> None:
    (place / "long.md").write_text((place / "script.md").read_text("utf-8").replace("6s", "60s"), "utf-8")
    answer = call("compose", place / "long.md", "-o", place / "ad.mp4", "-L", place / "lib", "--json")
    assert answer.code == ExitCode.NOTHING_FITS
    assert answer.data["error"]["code"] == "E_NOTHING_FITS" and answer.data["error"]["next"]
    assert not (place / "ad.mp4").exists()


def test_a_rejected_clip_is_never_used(place: Path, call: Call) -> None:
    library = place / "lib"
    before = call("plan", place / "script.md", "-o", place / "plan.json", "-L", library, "--json").data["picks"]
    assert (
        call("review", "approve", before[0]["clip"], "--reject", "--note", "blurred", "-L", library).code == ExitCode.OK
    )
    after = call("plan", place / "script.md", "-o", place / "plan2.json", "-L", library, "--json")
    chosen = [pick["clip"] for pick in after.data.get("picks", [])]
    assert before[0]["clip"] not in chosen
    refused = call("render", place / "plan.json", "-o", place / "ad.mp4", "-L", library)
    assert refused.code == ExitCode.USAGE and "rejected" in refused.err


def test_the_index_is_verified_and_rebuilt(place: Path, call: Call) -> None:
    library = place / "lib"
    before = call("search", "随行杯", "-L", library, "--json").data
    shutil.rmtree(library / "index")
    assert call("index", "rebuild", "-L", library, "--json").data == {"clips": 3, "embedder": "ngram-2:1024"}
    assert call("index", "verify", "-L", library, "--json").data == {"clips": 3, "sound": True}
    assert call("search", "随行杯", "-L", library, "--json").data == before


def test_the_index_of_another_embedder_is_made_beside_the_one_in_force(place: Path, call: Call) -> None:
    library = place / "lib"
    before = call("search", "随行杯", "-L", library, "--json").data
    made = call("index", "rebuild", "--embedder", "scripted:", "-L", library, "--json")
    assert made.code == ExitCode.OK and made.data["clips"] == 3 and made.data["embedder"] != "ngram-2:1024"
    assert "cliplib.toml" in made.err
    assert call("search", "随行杯", "-L", library, "--json").data == before
    assert len([entry for entry in (library / "index").iterdir() if entry.is_dir()]) == 2


def test_records_are_exported_as_they_are_in_force(place: Path, call: Call) -> None:
    library, target = place / "lib", place / "out" / "records.json"
    clip = call("search", "咖啡", "-L", library, "--json").data["hits"][0]["clip"]
    call("review", "correct", clip, "spoken", "咖啡冷了", "-L", library)
    assert call("review", "export", "-o", target, "-L", library, "--json").data["records"] == 3
    exported = json.loads(target.read_text("utf-8"))
    assert exported["schema"] == "review-export.1"
    assert {record["id"]: record["spoken"] for record in exported["records"]}[clip] == "咖啡冷了"


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (["status", "-L", "nowhere"], ExitCode.NO_LIBRARY, "E_NO_LIBRARY"),
        (["ingst"], ExitCode.USAGE, "E_USAGE"),
        (["search", "x", "--colour", "red"], ExitCode.USAGE, "E_USAGE"),
        (["compose"], ExitCode.USAGE, "E_USAGE"),
        (["compose", "none.md", "-L", "{lib}"], ExitCode.USAGE, "E_SCRIPT"),
        (["show", "c_0000000000000000_000000-001000", "-L", "{lib}"], ExitCode.USAGE, "E_UNKNOWN_ID"),
        (["show", "../../etc/passwd", "-L", "{lib}"], ExitCode.USAGE, "E_UNKNOWN_ID"),
        (["ingest", "x.mp4", "--kind", "cinema", "-L", "{lib}"], ExitCode.USAGE, "E_SETTINGS"),
        (["ingest", "x.mp4", "--kind", "brand", "--product", "mug", "-L", "{lib}"], ExitCode.USAGE, "E_SETTINGS"),
        (
            ["ingest", "x.mp4", "--kind", "brand", "--vision", "crystal:ball", "-L", "{lib}"],
            ExitCode.USAGE,
            "E_SETTINGS",
        ),
        (["init", "{lib}"], ExitCode.USAGE, "E_USAGE"),
        (["demo", "--samples", "nowhere"], ExitCode.USAGE, "E_USAGE"),
    ],
)
def test_errors_are_one_object_with_a_next_step(
    place: Path, call: Call, arguments: list[str], code: int, error: str
) -> None:
    answer = call(*[argument.format(lib=place / "lib") for argument in arguments], "--json")
    assert answer.code == code
    assert answer.data["error"]["code"] == error
    assert answer.data["error"]["message"] and answer.data["error"]["next"]


def test_people_read_errors_on_standard_error(call: Call) -> None:
    answer = call("status", "-L", "nowhere")
    assert answer.out == "" and "nowhere" in answer.err and "cliplib init" in answer.err


def test_the_library_is_found_from_a_folder_below(place: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place / "lib" / "media")
    assert call("status", "--json").data["counts"]["clips"] == 3
    monkeypatch.chdir(place)
    assert call("status").code == ExitCode.NO_LIBRARY
    monkeypatch.setenv("CLIPLIB_LIBRARY", str(place / "lib"))
    assert call("status", "--json").data["counts"]["footage_kept"] == 1


def test_doctor_names_what_works(place: Path, call: Call) -> None:
    answer = call("doctor", "-L", place / "lib", "--json")
    assert answer.code == ExitCode.OK
    assert {program["name"] for program in answer.data["programs"]} == {"ffmpeg", "font"}
    engines = {(engine["kind"], engine["spec"]): engine for engine in answer.data["engines"]}
    assert engines["embedder", "ngram"]["usable"] and not engines["writer", "chat:<model>"]["usable"]
    assert answer.data["settings"]["index"] == "exact"


def test_doctor_says_what_is_wrong_with_ffmpeg(tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIPLIB_FFMPEG", str(tmp_path / "absent"))
    answer = call("doctor")
    assert answer.code == ExitCode.FAILED and "absent" in answer.out
