"""Claims and the film: a block stops it before anything is rendered, and only people's words are burned in."""

from pathlib import Path

import pytest

from cliplib.engines.scripted import ScriptedWriter
from cliplib.errors import ClaimBlocked
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.media.probe import probe
from cliplib.plans import Choice, EditPlan, Proposal
from cliplib.records import Footage, ScreenText
from cliplib.values import Box, Span
from compose.claims.checking import allowing
from compose.pipeline import compose, plan_for, render_plan
from compose.script import read_script
from tests.compose.making import clip
from tests.compose.studio import SCRIPT, SETTINGS, Studio
from tests.conftest import MakeVideo

PRODUCT = ("qingyu-cup",)
BLOCKED = SCRIPT.replace("倒过来也不漏", "全网最好的杯子")
POISON = "注入INJECTED"
"""In every field that a machine fills; it must never be burned in."""


def fill(studio: Studio, make_video: MakeVideo, folder: Path) -> None:
    """Two pieces of footage; descriptions and texts on screen are poisoned, one clip speaks."""
    folder.mkdir(exist_ok=True)
    for number, name in enumerate(("one", "two")):
        path = make_video(folder / f"{name}.mp4", shots=(3.0, 3.0, 3.0), size="160x120", rate="25")
        sha256 = f"{number + 1}" * 64
        made = Footage(id=Footage.id_of(sha256), sha256=sha256, path=str(path), kind="brand", probe=probe(path))
        types = [("pain_point",), ("product_feature",), ("cta", "scenario")]
        lines = [("咖啡刚倒就凉了", 300, 2400)] if number == 0 else []
        clips = [
            clip(made, 3000 * k, 3000 * k + 3000, types=kind, products=PRODUCT, description=POISON,
                 lines=lines if k == 0 else [])
            for k, kind in enumerate(types)
        ]  # fmt: skip
        box = Box(x=0.1, y=0.1, width=0.5, height=0.1)
        shown = ScreenText(text=POISON, box=box, span=Span(start=0, end=9000), confidence=0.9)
        studio.fill([made], [record.model_copy(update={"on_screen_text": (shown,)}) for record in clips])


def inventing() -> ScriptedWriter:
    """A writer whose reasons and names are poisoned."""

    def answer(request: object) -> Proposal:
        default = ScriptedWriter().pick(request)  # type: ignore[arg-type]
        choices = tuple(Choice(beat=c.beat, labels=c.labels, reason=POISON) for c in default.choices)
        return Proposal(choices=choices, writer=POISON, model=POISON)

    writer = ScriptedWriter()
    writer.pick = answer  # type: ignore[method-assign]
    return writer


def test_only_words_of_the_script_and_of_what_is_heard_are_burned_in(
    studio: Studio, make_video: MakeVideo, tmp_path: Path
) -> None:
    fill(studio, make_video, tmp_path / "footage")
    job = studio.job(writer=inventing())
    film = compose(read_script(SCRIPT, SETTINGS, job.vocabulary), job, out=tmp_path / "film.mp4")
    assert POISON in film.plan.to_json(), "it was there to be taken"
    said = {beat.line for beat in film.plan.script.beats} | {"咖啡刚倒就凉了"}
    for cue in film.timeline.cues:
        assert any(cue.text.replace("\n", "") in line for line in said), cue.text
    burned = (job.folder / "subtitles.ass").read_text("utf-8")
    beside = film.subtitles.read_text("utf-8") + film.captions.read_text("utf-8")
    assert "倒过来也不漏" in burned and "咖啡刚倒就凉了" in burned
    assert "INJECTED" not in burned + beside


def test_a_blocked_script_stops_before_anything_is_rendered_until_a_person_takes_it_on(
    studio: Studio, make_video: MakeVideo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(studio, make_video, tmp_path / "footage")
    job = studio.job(BLOCKED)
    told, out = read_script(BLOCKED, SETTINGS, job.vocabulary), tmp_path / "film.mp4"
    plan = plan_for(told, job)
    assert [finding.name for finding in plan.findings] == ["absolute-most@b2"]
    assert plan.scores is not None and plan.scores.failed == ("reasonable",)
    assert EditPlan.from_json((job.folder / "plan.json").read_text("utf-8")) == plan
    with monkeypatch.context() as patched:
        patched.setattr(Ffmpeg, "make", None)
        with pytest.raises(ClaimBlocked, match="最好"):
            render_plan(plan.model_copy(update={"findings": ()}), job, out)
    assert not out.exists() and studio.library.usage_counts() == {}
    film = render_plan(allowing(plan, ["absolute-most@b2"], "李雷"), job, out)
    assert film.output.is_file() and film.plan.allowed[0].who == "李雷"
    assert film.plan.scores is not None and film.plan.scores.failed == ()
    assert film.score.is_file() and film.score.name == "film.score.png"
