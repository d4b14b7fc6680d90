"""The editor's hand: locks, swaps, forbidden clips, lines and lengths; what moves, and why."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cliplib.claims import Allowance
from cliplib.engines.scripted import ScriptedWriter
from cliplib.errors import NothingFits, ScriptError
from cliplib.plans import EditPlan
from cliplib.records import Person, Rights
from compose.explaining import explain
from compose.pipeline import Job, plan_for, planned_for, storyboard
from compose.planfile import check_rights, read_plan
from compose.replanning import Edits, replan
from tests.compose.making import clip, footage
from tests.compose.studio import TODAY, Studio

SCRIPT = """---
title: 小样
length: 9s
size: 180x320
---
## 痛点描述
咖啡很快就凉了
## 卖点
倒过来也不漏
## 行动指引
点小黄车带走
"""
LIMITED = Rights(expires="2026-05-31", channels=("douyin",), talent=("李",))
KINDS = ("pain_point", "product_feature", "cta")


@pytest.fixture
def job(studio: Studio, tmp_path: Path) -> Iterator[Job]:
    """A library with four clips of each kind, each on footage of its own; the first of a kind is the best."""
    sources, clips = [], []
    for kind in KINDS:
        for k in range(4):
            path = tmp_path / f"{kind}{k}.mp4"
            path.write_bytes(b"x")
            sources.append(footage(f"{kind}{k}", path=path, rights=LIMITED if kind == "pain_point" else None))
            clips.append(clip(sources[-1], 0, 5000 + 500 * k, types=(kind,), sharpness=0.9 - 0.2 * k))
    studio.fill(sources, clips)
    yield studio.job(SCRIPT)


def made(job: Job) -> EditPlan:
    from compose.script import read_script

    return plan_for(read_script(SCRIPT, job.settings, job.vocabulary), job)


def test_planning_anew_without_a_wish_changes_nothing_and_asks_no_writer(job: Job) -> None:
    plan = made(job)
    silent = ScriptedWriter([RuntimeError("asked")])  # any question would raise
    again = replan(plan, Edits(), replace(job, writer=silent))
    assert again.planned.plan.picks != () and not silent.requests
    assert [(p.clip, p.trim) for p in again.planned.plan.picks] == [(p.clip, p.trim) for p in plan.picks]
    assert {move.what for move in again.moves} == {"kept"}


def test_a_lock_keeps_clip_and_part_and_the_rest_ripples(job: Job) -> None:
    plan = made(job)
    locked = plan.picks[0]
    new = replan(plan, Edits(lock=("s1",), length=7000), job)
    picks = new.planned.plan.picks
    assert (picks[0].clip, picks[0].trim, picks[0].locked) == (locked.clip, locked.trim, True)
    assert abs(new.planned.plan.length - 7000) <= 540
    assert (new.moves[0].what, new.moves[0].why) == ("kept", "已锁定")
    rest = [move for move in new.moves[1:] if move.what == "trimmed"]
    assert rest and all(move.why == "目标时长从 9.0 秒改为 7.0 秒" for move in rest)
    # A lock lies in the file, and holds when the plan is planned anew from there.
    third = replan(read_plan(new.planned.plan.to_json(), job.library), Edits(length=11_000), job)
    assert (third.planned.plan.picks[0].clip, third.planned.plan.picks[0].trim) == (locked.clip, locked.trim)
    free = replan(new.planned.plan, Edits(unlock=("s1",), length=15_000), job)
    assert free.planned.plan.picks[0].trim != locked.trim and not free.planned.plan.picks[0].locked


def test_a_swap_takes_the_runner_up_and_stays(job: Job) -> None:
    plan = made(job)
    wanted = plan.picks[1].runners_up[1].clip
    new = replan(plan, Edits(swap={"s2": "2"}), job)
    assert new.planned.plan.picks[1].clip == wanted and new.planned.plan.picks[1].locked
    assert [move.what for move in new.moves] == ["kept", "replaced", "kept"]
    assert (new.moves[1].old_clip, new.moves[1].new_clip) == (plan.picks[1].clip, wanted)
    assert new.moves[1].why == new.planned.plan.picks[1].reason == "剪辑师换用了这个片段"
    by_id = replan(plan, Edits(swap={"s2": wanted}), job)
    assert by_id.planned.plan.picks == new.planned.plan.picks
    with pytest.raises(ScriptError, match="s2 has no runner-up 9"):
        replan(plan, Edits(swap={"s2": "9"}), job)
    with pytest.raises(ScriptError, match="no slot s7; it has s1, s2, s3"):
        replan(plan, Edits(lock=("s7",)), job)


def test_a_forbidden_clip_never_comes_back(job: Job) -> None:
    plan = made(job)
    worst = plan.picks[2].clip
    new = replan(plan, Edits(forbid=("s3",)), job)
    assert new.planned.plan.forbidden == (worst,) and new.moves[2].why == "被剪辑师禁用"
    later = replan(new.planned.plan, Edits(length=8000), job).planned.plan
    assert worst not in {pick.clip for pick in later.picks} | {r.clip for p in later.picks for r in p.runners_up}
    back = replan(later, Edits(allow=(worst,)), job).planned.plan
    assert back.forbidden == () and worst in {r.clip for r in back.picks[2].runners_up}


def test_a_clip_that_must_be_used_is_used_where_it_fits(job: Job) -> None:
    plan = made(job)
    wanted = plan.picks[1].runners_up[2].clip
    new = replan(plan, Edits(must_use=(wanted,)), job)
    assert new.planned.plan.picks[1].clip == wanted and new.planned.plan.must_use == (wanted,)
    assert new.moves[1].why == "剪辑师指定必用"
    assert not new.planned.plan.picks[1].locked
    with pytest.raises(NothingFits, match="locked or must be used, but: forbidden"):
        replan(plan, Edits(must_use=(wanted,), forbid=(wanted,)), job)


def test_a_new_line_is_looked_up_anew_and_only_that_one(job: Job, studio: Studio, tmp_path: Path) -> None:
    plan = made(job)
    path = tmp_path / "said.mp4"
    path.write_bytes(b"x")
    source = footage("said", path=path)
    said = clip(source, 0, 4000, types=("product_feature",), lines=[("十二小时之后还是热的", 100, 3900)])
    studio.fill([source], [said])
    writer = ScriptedWriter()
    new = replan(plan, Edits(lines={"s2": "十二小时之后还是热的"}), studio.job(SCRIPT, writer=writer))
    assert new.planned.plan.picks[1].clip == said.id
    assert new.planned.plan.script.beats[1].line == "十二小时之后还是热的"
    assert new.moves[1].why == "文案已修改"
    (request,) = writer.requests
    assert [offer.beat for offer in request.offers] == ["b2"], "what stands is not asked for again"


def test_locks_that_leave_no_way_are_named(job: Job) -> None:
    plan = made(job)
    with pytest.raises(NothingFits, match=r"with the locks on s2, s3, take at least .* target is 4\.0 s") as error:
        replan(plan, Edits(lock=("s1", "s2", "s3"), length=4000), job)
    assert "Unlock s2, s3" in error.value.next_step
    own = [pick.model_copy(update={"locked": True}) for pick in plan.picks]
    with pytest.raises(ScriptError, match="used more than once"):
        twice = own[1].model_copy(update={"clip": own[0].clip, "trim": own[0].trim})
        replan(plan.model_copy(update={"picks": (own[0], twice, own[2])}), Edits(), job)


def test_why_says_what_every_rival_would_cost(job: Job) -> None:
    from compose.script import read_script

    planned = planned_for(read_script(SCRIPT, job.settings, job.vocabulary), job)
    why = explain(planned, "s2")
    assert why.clip == planned.plan.picks[1].clip and why.weighed["first choice"] == 300
    assert [rival.clip for rival in why.rivals] == [r.clip for r in planned.plan.picks[1].runners_up]
    for number, rival in enumerate(why.rivals, 1):
        swapped = replan(planned.plan, Edits(swap={"s2": str(number)}), job)
        assert swapped.planned.plan.picks[1].clip == rival.clip
        assert rival.cost is not None and rival.cost > 0
    with pytest.raises(ScriptError, match="no slot s9"):
        explain(planned, "s9")


def test_several_orders_are_judged_by_the_solver(job: Job) -> None:
    plan = made(replace(job, orders=3))
    note = next(note for note in plan.notes if "比较了" in note)
    points = [int(text) for text in note.partition("（")[2].partition(" 分")[0].split(", ")]
    assert len(points) == 3 and plan.worth == max(points)
    one = ScriptedWriter()
    assert not any("比较了" in note for note in made(replace(job, writer=one, orders=3)).notes)
    assert len(one.requests) == 2 and len(one.requests[1].earlier) == 1, "the same order twice ends the asking"


def test_a_plan_of_an_older_program_opens(job: Job) -> None:
    data = json.loads(made(job).to_json())
    for name in ("worth", "forbidden", "must_use"):
        del data[name]
    del data["script"]["one_speaker"]
    for pick in data["picks"]:
        del pick["locked"], pick["weighed"]
    old = read_plan(json.dumps(data), job.library)
    assert {move.what for move in replan(old, Edits(), job).moves} == {"kept"}
    with pytest.raises(ScriptError, match="newer version"):
        read_plan(json.dumps({**data, "schema": "edit-plan.9"}), job.library)


def test_rights_that_ran_out_since_are_refused(job: Job, studio: Studio) -> None:
    plan = made(job)
    records = {pick.clip: studio.library.get(pick.clip) for pick in plan.picks}
    check_rights(plan, records, studio.library, TODAY)
    with pytest.raises(ScriptError, match=r"plan, s1: the clip .* may not be used: rights expired"):
        check_rights(plan, records, studio.library, date(2026, 6, 1))
    elsewhere = plan.model_copy(update={"script": plan.script.model_copy(update={"channel": "tv"})})
    with pytest.raises(ScriptError, match=r"plan, s1: .*channel not allowed"):
        check_rights(elsewhere, records, studio.library, TODAY)
    stranger = records[plan.picks[0].clip].model_copy(update={"people": (Person(role="model", name="王"),)})
    with pytest.raises(ScriptError, match=r"plan, s1: .*no contract"):
        check_rights(plan, {**records, plan.picks[0].clip: stranger}, studio.library, TODAY)


def test_the_storyboard_of_a_plan_is_drawn_without_rendering(job: Job, tmp_path: Path) -> None:
    from PIL import Image

    with Image.open(storyboard(made(job), job, tmp_path / "plan.sheet.png")) as sheet:
        assert sheet.width > 600 and len(sheet.getcolors(1 << 24) or []) > 50


def test_a_new_line_is_judged_and_what_a_person_took_on_stays(job: Job) -> None:
    plan = made(job)
    assert plan.findings == () and plan.scores is not None
    claiming = replan(plan, Edits(lines={"s2": "全国第一的保温杯，永不漏水"}), job).planned.plan
    blocked = [finding for finding in claiming.findings if finding.level == "block"]
    assert blocked and claiming.scores != plan.scores
    taken = Allowance(
        rule=blocked[0].rule, place=blocked[0].place, words=blocked[0].words, who="Li", at=datetime.now(UTC)
    )
    allowed = claiming.model_copy(update={"allowed": (taken,)})
    assert replan(allowed, Edits(lock=("s1",)), job).planned.plan.allowed == (taken,)
