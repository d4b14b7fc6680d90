"""From a script to a film with the real library, search, index and offline engines; and from a changed plan."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cliplib.engines.scripted import ScriptedWriter
from cliplib.errors import (
    BadReply,
    CliplibError,
    GlyphMissing,
    MediaError,
    NothingFits,
    ScriptError,
    SourceMissing,
    UnknownRecord,
)
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.media.fonts import find_font
from cliplib.media.probe import probe
from cliplib.plans import Change, EditPlan, Gap, Script, Timeline
from cliplib.records import Footage
from cliplib.values import Span
from cliplib.vocabulary import shipped
from compose.handover.contact_sheet import Sheet, draw_page
from compose.pipeline import Film, Job, compose, folder_for, plan_for, render_plan
from compose.planfile import read_plan
from compose.script import read_script
from tests.compose.making import clip
from tests.compose.studio import SCRIPT, SETTINGS, Studio, open_studio

MakeVideo = Callable[..., Path]
PRODUCT = ("qingyu-cup",)


def script() -> Script:
    return read_script(SCRIPT, SETTINGS, shipped())


def fill(studio: Studio, make_video: MakeVideo, folder: Path) -> None:
    """Two pieces of footage with a clip or two for each beat, one of them spoken, one with unknown words."""
    folder.mkdir(exist_ok=True)
    found = []
    for number, name in enumerate(("one", "two")):
        path = make_video(folder / f"{name}.mp4", shots=(3.0, 3.0, 3.0), size="160x120", rate="25")
        sha256 = f"{number + 1}" * 64
        found.append(Footage(id=Footage.id_of(sha256), sha256=sha256, path=str(path), kind="brand", probe=probe(path)))
    one, two = found
    studio.fill(
        found,
        [
            clip(one, 0, 3000, types=("pain_point",), lines=[("咖啡刚倒就凉了", 300, 2400)], products=PRODUCT),
            clip(one, 3000, 6000, types=("product_feature",), products=PRODUCT, description="杯子倒过来"),
            clip(two, 0, 3000, types=("product_feature",), lines=[("倒过来也不漏", 400, 2200)], products=PRODUCT),
            clip(two, 3000, 6000, types=("cta", "scenario"), products=PRODUCT, speech=0.6),
            clip(two, 6000, 9000, types=("scenario",), products=PRODUCT),
        ],
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, ffmpeg: Ffmpeg, make_video: MakeVideo) -> tuple[Studio, Job, Film]:
    folder = tmp_path_factory.mktemp("made")
    studio = open_studio(folder / "library", ffmpeg)
    fill(studio, make_video, folder / "footage")
    job = studio.job()
    return studio, job, compose(script(), job, out=folder / "out" / "film.mp4")


def test_the_film_and_all_that_lies_beside_it(made: tuple[Studio, Job, Film]) -> None:
    _, job, film = made
    assert film.seconds == pytest.approx(6, abs=0.5)
    assert probe(film.output).length == pytest.approx(film.seconds * 1000, abs=2)
    assert sorted(p.name for p in film.output.parent.iterdir()) == [
        "film.mp4",
        "film.score.png",
        "film.sheet.png",
        "film.srt",
        "film.vtt",
    ]
    names = {p.name for p in job.folder.iterdir()}
    assert names >= {
        "script.json", "offers.json", "proposal.json", "plan.json", "timeline.json", "subtitles.ass", "subtitles.srt",
    }  # fmt: skip
    assert Script.from_json((job.folder / "script.json").read_text("utf-8")) == script()
    assert EditPlan.from_json((job.folder / "plan.json").read_text("utf-8")) == film.plan
    assert Timeline.from_json((job.folder / "timeline.json").read_text("utf-8")) == film.timeline
    assert [offer["beat"] for offer in json.loads((job.folder / "offers.json").read_text("utf-8"))] == [
        "b1",
        "b2",
        "b3",
    ]
    assert film.subtitles.read_text("utf-8").startswith("1\n00:00:")
    assert film.folder == job.folder and film.captions.name == "film.vtt"


def test_the_choice_follows_types_words_and_voices(made: tuple[Studio, Job, Film]) -> None:
    _, _, film = made
    assert [pick.clip[-13:] for pick in film.plan.picks] == ["000000-003000", "000000-003000", "003000-006000"]
    assert [cue.text for cue in film.timeline.cues] == ["咖啡刚倒就凉了", "倒过来也不漏", "点小黄车带走"]
    assert [cut.muted for cut in film.timeline.audio] == [False, False, True]
    assert any("s3 静音" in note for note in film.notes)
    assert film.plan.writer == "rules" and film.plan.gaps == ()


def test_usage_is_noted_once_and_a_second_run_makes_nothing_again(
    made: tuple[Studio, Job, Film], monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, job, film = made
    before = studio.library.usage_counts()
    assert before == {pick.clip: 1 for pick in film.plan.picks}
    calls: list[Any] = []
    make = Ffmpeg.make

    def counted(self: Ffmpeg, stream: Any, **options: Any) -> Any:
        calls.append(stream)
        return make(self, stream, **options)

    monkeypatch.setattr(Ffmpeg, "make", counted)
    again = compose(script(), job, out=film.output)
    assert again.plan == film.plan and again.timeline == film.timeline
    assert len(calls) == 2, "joined and measured again, nothing rendered"
    assert studio.library.usage_counts() == before


def test_the_sheet_shows_a_card_per_slot(made: tuple[Studio, Job, Film]) -> None:
    _, _, film = made
    with Image.open(film.sheet) as sheet:
        assert sheet.width == 2 * 40 + 3 * 292 + 2 * 20
        for column in range(3):
            card = sheet.convert("RGB").crop((40 + column * 312, 132, 40 + column * 312 + 292, 132 + 400))
            assert len(card.getcolors(1 << 20) or ()) > 500, "a picture of the footage"


def test_the_sheet_lists_gaps_changes_and_notes(made: tuple[Studio, Job, Film]) -> None:
    _, _, film = made
    plan = film.plan.model_copy(
        update={
            "gaps": (Gap(beat="b4", line="买一送一", content_types=("offer_price",), why="没有"),),
            "changed_by_solver": (Change(beat="b2", proposed=None, chosen=film.plan.picks[1].clip, why="换了"),),
            "notes": (),
        }
    )
    records = {pick.clip: made[0].library.get(pick.clip) for pick in plan.picks}
    pictures = [Image.new("RGB", (180, 320), "orange")] * 3
    page, more = (
        draw_page(Sheet(each, film.timeline, records, find_font("a"), shipped()), pictures)
        for each in (plan.model_copy(update={"gaps": (), "changed_by_solver": ()}), plan)
    )
    assert more.height == page.height + 20 + 2 * 26
    lines = more.crop((40, page.height - 20, more.width, more.height)).getcolors(1 << 16) or []
    assert {(0xA8, 0x48, 0x1D), (0x68, 0x73, 0x6D)} <= {colour for _, colour in lines}


def test_a_plan_changed_by_a_person_is_rendered_as_it_is(made: tuple[Studio, Job, Film], tmp_path: Path) -> None:
    studio, job, film = made
    data = json.loads((job.folder / "plan.json").read_text("utf-8"))
    other = next(id for id in studio.library.find(pipeline_filter()) if id.endswith("006000-009000"))
    data["picks"][2].update({"clip": other, "trim": {"start": 6500, "end": 7500}})
    plan = read_plan(json.dumps(data), studio.library)
    again = render_plan(plan, job, tmp_path / "changed.mp4")
    assert again.timeline.video[2].frames == 30 and again.timeline.video[2].start == 6500
    assert again.timeline.frames == film.timeline.frames - film.timeline.video[2].frames + 30


def pipeline_filter() -> Any:
    from cliplib.library import Filter

    return Filter()


def broken(data: dict[str, Any], **changes: Any) -> str:
    """The plan with the second pick changed, or as a whole where the key is a field of the plan."""
    for key, value in changes.items():
        (data if key in data else data["picks"][1])[key] = value
    return json.dumps(data)


@pytest.mark.parametrize(
    ("changes", "error", "told"),
    [
        ({"clip": "c_" + "9" * 16 + "_000000-003000"}, UnknownRecord, "plan, s2: .*c_9999"),
        ({"trim": {"start": 0, "end": 9000}}, ScriptError, "plan, s2: the trim 0-9000 ms lies outside .* 0-3000 ms"),
        ({"trim": {"start": 500, "end": 400}}, ScriptError, "plan, picks.1.trim: .*must end after"),
        ({"beat": "b7"}, ScriptError, "plan, s2: the script has no beat b7; it has b1, b2, b3"),
        ({"slot": "s1"}, ScriptError, "the slot s1 is used more than once"),
        ({"beat": "b1", "picks": "swap"}, ScriptError, "not in the order"),
        ({"clip": "first"}, ScriptError, "the clip .* is used more than once"),
        ({"picks": []}, ScriptError, "plan, picks: "),
        ({"colour": "red"}, ScriptError, "plan, picks.1.colour: Extra"),
    ],
)
def test_plans_that_cannot_be_used_are_refused(
    made: tuple[Studio, Job, Film], changes: dict[str, Any], error: type[CliplibError], told: str
) -> None:
    studio, job, _ = made
    data = json.loads((job.folder / "plan.json").read_text("utf-8"))
    if changes.get("clip") == "first":
        changes = {"clip": data["picks"][0]["clip"]}
    if changes.get("picks") == "swap":
        changes = {"picks": [data["picks"][1], data["picks"][0], data["picks"][2]]}
    with pytest.raises(error, match=told):
        read_plan(broken(data, **changes), studio.library)


def test_text_that_is_no_plan_is_refused(studio: Studio) -> None:
    with pytest.raises(ScriptError, match="plan, the file: Invalid JSON"):
        read_plan("not a plan", studio.library)


def test_rejected_clips_are_not_rendered(studio: Studio, make_video: MakeVideo, tmp_path: Path) -> None:
    fill(studio, make_video, tmp_path / "footage")
    job = studio.job()
    plan = plan_for(script(), job)
    studio.library.review(plan.picks[0].clip, "rejected", "editor", "手抖")
    with pytest.raises(ScriptError, match=r"plan, s1: the clip .* was rejected in review: 手抖"):
        render_plan(plan, job, tmp_path / "film.mp4")


def test_a_failing_writer_is_announced_and_noted(studio: Studio, make_video: MakeVideo, tmp_path: Path) -> None:
    fill(studio, make_video, tmp_path / "footage")
    said: list[str] = []
    plan = plan_for(
        script(), studio.job(writer=ScriptedWriter([BadReply("no JSON in it", "...")]), announce=said.append)
    )
    assert plan.writer == "rules"
    assert said and "no JSON in it" in said[0] and said[0] in plan.notes


def test_what_fails_leaves_no_film_and_no_usage(
    studio: Studio, make_video: MakeVideo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(studio, make_video, tmp_path / "footage")
    job, out = studio.job(), tmp_path / "out" / "film.mp4"
    plan = plan_for(script(), job)

    def fail(*_: object) -> list[str]:
        raise MediaError("the finished film failed its check: it is black")

    monkeypatch.setattr("compose.render.check", fail)
    with pytest.raises(MediaError, match="black"):
        render_plan(plan, job, out)
    assert list(out.parent.iterdir()) == []
    assert studio.library.usage_counts() == {}


def test_missing_footage_and_glyphs_stop_before_rendering(
    studio: Studio, make_video: MakeVideo, tmp_path: Path
) -> None:
    fill(studio, make_video, tmp_path / "footage")
    job, out = studio.job(), tmp_path / "film.mp4"
    plan = plan_for(script(), job)
    beats = (*plan.script.beats[:2], plan.script.beats[2].model_copy(update={"line": "带走\U0001f600"}))
    odd = plan.model_copy(update={"script": plan.script.model_copy(update={"beats": beats})})
    with pytest.raises(GlyphMissing, match=r"U\+1F600"):
        render_plan(odd, job, out)
    (tmp_path / "footage" / "two.mp4").unlink()
    with pytest.raises(SourceMissing, match=r"two\.mp4"):
        render_plan(plan, job, out)
    assert not (job.folder / "segments").exists() and not out.exists()


def test_an_empty_library_fits_nothing(studio: Studio, tmp_path: Path) -> None:
    with pytest.raises(NothingFits, match="none of the 3 beats"):
        compose(script(), studio.job(), out=tmp_path / "film.mp4")


def test_the_job_folder_is_the_same_for_the_same_script(tmp_path: Path) -> None:
    folder = folder_for(tmp_path, script())
    assert folder == folder_for(tmp_path, script())
    assert folder.parent == tmp_path and folder.name.startswith("小样-")
    assert folder_for(tmp_path, script().model_copy(update={"length": 7000})) != folder
    assert folder_for(tmp_path, script().model_copy(update={"title": "../.."})).name.startswith("film-")


def test_trims_of_picks_are_frames(made: tuple[Studio, Job, Film]) -> None:
    for pick, cut in zip(made[2].plan.picks, made[2].timeline.video, strict=True):
        assert cut.frames == round(pick.trim.length * 0.03)
        assert Span(start=cut.start, end=cut.start + 1).start == pick.trim.start
