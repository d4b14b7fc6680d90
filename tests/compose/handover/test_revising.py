"""Edited timelines come back: every change that a plan can say is in it, everything else is listed by name."""

import json
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cliplib.errors import MissingTool, ScriptError, UsageError
from cliplib.plans import EditPlan, Pick, RunnerUp, frames_of
from cliplib.values import Rate, Span
from compose.handover.edited import GAP, Edited, Shot, exact, path_in
from compose.handover.edited_fcpxml import read_fcpxml
from compose.handover.edited_otio import read_otio
from compose.handover.fcpxml import to_fcpxml
from compose.handover.otio import to_otio
from compose.handover.reels import Edit, Timecode, edit_of
from compose.handover.revising import in_beat_order, part_of, read_edited, revised
from compose.layout import lay_out
from tests.compose.handover.making import CODE, RATES
from tests.compose.making import beat, clip, footage, script
from tests.compose.studio import Studio
from tests.properties import examples

A, B = footage("甲 一"), footage("b&2")
CLIPS = [
    clip(A, 0, 4000), clip(A, 4000, 8000), clip(A, 8000, 11_000), clip(B, 500, 4500), clip(B, 4500, 9000),
    clip(B, 10_000, 14_000),
]  # fmt: skip
TRIMS = [(0, 1000, 3000), (1, 4000, 6500), (3, 840, 2840)]


@pytest.fixture
def stock(studio: Studio) -> Studio:
    studio.fill([A, B], CLIPS)
    studio.library.review(CLIPS[5].id, "rejected", "tester")
    return studio


def plan_of(rate: Rate = RATES[4]) -> EditPlan:
    picks = tuple(
        Pick(
            slot=f"s{n}", beat=f"b{n}", clip=CLIPS[k].id, trim=Span(start=start, end=end), reason="因", score=0.5,
            terms={}, runners_up=(RunnerUp(clip=CLIPS[2].id, score=0.1),),
        )
        for n, (k, start, end) in enumerate(TRIMS, 1)
    )  # fmt: skip
    told = script(beat(1, "一"), beat(2, "二"), beat(3, "三"), length=6500)
    return EditPlan(script=told, picks=picks, rate=rate, writer="rules", proof="optimal")


def edit_for(plan: EditPlan, stock: Studio, codes: dict[str, Timecode] | None = None) -> Edit:
    records = {pick.clip: stock.library.get(pick.clip) for pick in plan.picks}
    timeline = lay_out(plan, records, {A.id: A, B.id: B}, lambda text: len(text) / 20)
    return edit_of(timeline, {A.id: Path(A.path), B.id: Path(B.path)}, codes or {})


def shots_of(plan: EditPlan, stock: Studio) -> list[Shot]:
    """The untouched timeline of a plan."""
    return list(read_fcpxml(to_fcpxml(edit_for(plan, stock)), "x").pictures)


def back(plan: EditPlan, shots: list[Shot], stock: Studio, sounds: tuple[Shot, ...] = ()) -> Any:
    """The revision after shots were put one after the other."""
    at, placed = Fraction(0), []
    for shot in shots:
        placed.append(replace(shot, at=at))
        at += shot.length
    return revised(plan, Edited(tuple(placed), sounds), stock.library, "改.otio")


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: f"{rate.num}-{rate.den}")
def test_nothing_edited_is_nothing_changed_through_fcpxml(rate: Rate, stock: Studio) -> None:
    plan = plan_of(rate)
    text = to_fcpxml(edit_for(plan, stock, {B.id: CODE}))
    found = revised(plan, read_fcpxml(text, "x"), stock.library, "x")
    assert found.plan == plan and not found.changes and not found.unmapped


@pytest.mark.handover
@pytest.mark.parametrize("rate", RATES, ids=lambda rate: f"{rate.num}-{rate.den}")
def test_nothing_edited_is_nothing_changed_through_otio(rate: Rate, stock: Studio) -> None:
    pytest.importorskip("opentimelineio", reason="needs the extra `handover`")
    plan = plan_of(rate)
    found = revised(plan, read_otio(to_otio(edit_for(plan, stock, {B.id: CODE})), "x"), stock.library, "x")
    assert found.plan == plan and not found.changes and not found.unmapped


@pytest.mark.handover
def test_an_editor_works_on_the_otio_file(stock: Studio, tmp_path: Path) -> None:
    """Trims, order, a swap and a removal made with OpenTimelineIO itself, written in its own hand."""
    otio = pytest.importorskip("opentimelineio", reason="needs the extra `handover`")
    plan = plan_of()
    line = otio.adapters.read_from_string(to_otio(edit_for(plan, stock)), "otio_json")
    picture, sound = line.video_tracks()[0], line.audio_tracks()[0]
    sound[:] = []
    first, second, third = list(picture)
    picture[:] = []
    first.source_range = otio.opentime.TimeRange(
        first.source_range.start_time + otio.opentime.RationalTime(10, 25), otio.opentime.RationalTime(30, 30)
    )
    second.metadata["cliplib"]["clip"] = CLIPS[2].id
    second.source_range = otio.opentime.TimeRange(
        otio.opentime.RationalTime(25 * 9, 25), otio.opentime.RationalTime(45, 30)
    )
    picture.extend([second, first])
    file = tmp_path / "改.otio"
    otio.adapters.write_to_file(line, str(file))
    found = revised(plan, read_edited(file), stock.library, file.name)
    assert [(p.slot, p.clip, p.trim.start, p.trim.end) for p in found.plan.picks] == [
        ("s2", CLIPS[2].id, 9000, 10_500), ("s1", CLIPS[0].id, 1400, 2400),
    ]  # fmt: skip
    assert not found.unmapped and len(found.changes) == 4
    del third


@pytest.mark.handover
def test_effects_nests_and_other_tracks_of_otio_are_listed(stock: Studio) -> None:
    otio = pytest.importorskip("opentimelineio", reason="needs the extra `handover`")
    plan = plan_of()
    line = otio.adapters.read_from_string(to_otio(edit_for(plan, stock)), "otio_json")
    picture = line.video_tracks()[0]
    line.audio_tracks()[0][:] = []
    picture[0].effects.append(otio.schema.LinearTimeWarp(time_scalar=2.0))
    picture[1].enabled = False
    picture.append(
        otio.schema.Stack(
            name="nest",
            children=[
                otio.schema.Clip(
                    name="inner", source_range=otio.opentime.TimeRange(duration=otio.opentime.RationalTime(30, 30))
                )
            ],
        )
    )
    above = otio.schema.Track(kind="Video", children=[picture[2].clone()])
    line.tracks.insert(1, above)
    found = revised(plan, read_otio(line.to_json_string(), "x"), stock.library, "x")
    assert sorted(each.why for each in found.unmapped) == [
        "a compound clip", "it is switched off", "it lies on a picture track above the first", "its speed was changed",
    ]  # fmt: skip
    assert [pick.slot for pick in found.plan.picks] == ["s3"]


def test_a_trim_is_taken_to_the_frame(stock: Studio) -> None:
    plan = plan_of()
    shots = shots_of(plan, stock)
    shots[0] = replace(shots[0], begin=Fraction(30, 25), length=Fraction(40, 30))
    found = back(plan, shots, stock)
    first = found.plan.picks[0]
    assert (first.trim.start, frames_of(first.trim.length, plan.rate)) == (1200, 40)
    assert first.model_copy(update={"trim": plan.picks[0].trim}) == plan.picks[0]
    assert found.plan.picks[1:] == plan.picks[1:] and found.changes == ("s1: 1000-3000 ms is now 1200-2533 ms",)
    assert found.plan.proof == "feasible" and "改.otio" in found.plan.notes[-1]


def test_order_and_removal_are_taken_and_beats_follow(stock: Studio) -> None:
    plan = plan_of()
    first, second, third = shots_of(plan, stock)
    found = back(plan, [third, first], stock)
    assert [pick.slot for pick in found.plan.picks] == ["s3", "s1"]
    assert found.changes == ("s2: removed", "order: s3, s1")
    assert [each.id for each in found.plan.script.beats] == ["b3", "b1", "b2"]
    assert second.slot == "s2"


def test_footage_that_was_swapped_is_found_by_file_and_time(stock: Studio) -> None:
    """The editor put another stretch of another file in place; the program kept our note, or dropped it."""
    plan = plan_of()
    shots = shots_of(plan, stock)
    for id in (CLIPS[1].id, ""):
        shots[1] = replace(shots[1], path=B.path, begin=Fraction(5), length=Fraction(2), clip=id)
        found = back(plan, shots, stock)
        swapped = found.plan.picks[1]
        assert (swapped.slot, swapped.beat, swapped.clip) == ("s2", "b2", CLIPS[4].id)
        assert (swapped.trim.start, swapped.trim.end, swapped.runners_up) == (5000, 7000, ())
        assert not found.unmapped


def test_clips_without_our_notes_are_known_by_what_they_show(stock: Studio) -> None:
    plan = plan_of()
    bare = [replace(shot, slot="", clip="") for shot in shots_of(plan, stock)]
    assert back(plan, bare, stock).plan == plan
    new = replace(bare[0], path=A.path, begin=Fraction(9), length=Fraction(1))
    found = back(plan, [bare[0], new, *bare[1:]], stock)
    assert [(p.slot, p.beat) for p in found.plan.picks] == [("s1", "b1"), ("s4", "b1"), ("s2", "b2"), ("s3", "b3")]
    assert found.changes == (f"s4: added, {CLIPS[2].id}",)


def test_footage_that_was_copied_is_known_by_its_name(stock: Studio) -> None:
    plan = plan_of()
    moved = [
        replace(shot, path=f"D:\\素材\\{Path(shot.path).name}", slot="", clip="") for shot in shots_of(plan, stock)
    ]
    assert back(plan, moved, stock).plan == plan
    beside = [replace(s, path=s.path.replace(".mp4", f"-{A.id[-6:]}.mp4")) if s.path == A.path else s for s in moved]
    assert back(plan, beside, stock).plan == plan


def test_a_name_that_two_files_have_is_not_guessed(stock: Studio) -> None:
    twin = footage("甲 二", path=Path("/other/甲 一.mp4"))
    stock.fill([twin], [])
    plan = plan_of()
    shots = [replace(shot, path=f"/moved/{Path(shot.path).name}", slot="", clip="") for shot in shots_of(plan, stock)]
    found = back(plan, shots, stock)
    assert [each.why for each in found.unmapped] == ["its footage is not in the library"] * 2


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"begin": Fraction(3), "length": Fraction(2)}, "leaves the clip"),
        ({"path": "/x/unknown.mp4", "clip": "", "slot": ""}, "not in the library"),
        ({"path": B.path, "begin": Fraction(4), "length": Fraction(1), "clip": ""}, "no clip of b&2.mp4 holds"),
        ({"path": B.path, "begin": Fraction(11), "length": Fraction(1), "clip": ""}, "was rejected"),
        ({"clip": CLIPS[4].id}, "it names the clip"),
        ({"length": Fraction(1, 100)}, "shorter than a frame"),
        ({"trouble": GAP}, GAP),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_mapped_is_listed_and_the_rest_is_kept(change: dict[str, Any], why: str, stock: Studio) -> None:
    plan = plan_of()
    shots = shots_of(plan, stock)
    shots[0] = replace(shots[0], name="改过的", **change)
    found = back(plan, shots, stock)
    assert [(each.name, each.at) for each in found.unmapped] == [("改过的", 0.0)]
    assert why in found.unmapped[0].why
    assert found.plan.picks == plan.picks[1:]


def test_a_clip_cut_in_two_is_used_once(stock: Studio) -> None:
    plan = plan_of()
    first, *others = shots_of(plan, stock)
    halves = [replace(first, length=Fraction(1)), replace(first, begin=first.begin + 1, length=Fraction(1))]
    found = back(plan, [*halves, *others], stock)
    assert [pick.slot for pick in found.plan.picks] == ["s1", "s2", "s3"]
    assert ["in the film already" in each.why for each in found.unmapped] == [True]


def test_sound_that_was_moved_is_listed(stock: Studio) -> None:
    plan = plan_of()
    edited = read_fcpxml(to_fcpxml(edit_for(plan, stock)), "x")
    moved = replace(edited.sounds[1], at=edited.sounds[1].at + Fraction(1, 2))
    found = revised(plan, replace(edited, sounds=(edited.sounds[0], moved, edited.sounds[2])), stock.library, "x")
    assert found.plan == plan and [each.at for each in found.unmapped] == [float(moved.at)]


def test_a_timeline_with_nothing_of_ours_is_refused(stock: Studio) -> None:
    with pytest.raises(ScriptError, match="not in the library"):
        back(plan_of(), [Shot("x", Fraction(0), Fraction(1), path="/y.mp4")], stock)


def test_beats_that_were_torn_apart_say_nothing_twice(stock: Studio) -> None:
    plan = plan_of()
    told = script(beat(1, "一"), beat(2, "二"), length=6500)
    picks = tuple(
        pick.model_copy(update={"beat": name}) for pick, name in zip(plan.picks, ("b1", "b1", "b2"), strict=True)
    )
    plan = plan.model_copy(update={"script": told, "picks": picks})
    first, second, third = shots_of(plan, stock)
    found = back(plan, [first, third, second], stock)
    assert [pick.beat for pick in found.plan.picks] == ["b1", "b2", "b3"]
    assert [each.line for each in found.plan.script.beats] == ["一", "二", ""]


@examples(60)
@given(st.permutations([0, 1, 2, 3]), st.lists(st.integers(1, 3), min_size=4, max_size=4), st.integers(1, 4))
def test_beats_are_always_in_the_order_of_picks(order: list[int], of: list[int], kept: int) -> None:
    beats = tuple(beat(number) for number in range(1, 4))
    picks = [
        Pick(slot=f"s{n}", beat=f"b{of[n]}", clip=CLIPS[n].id, trim=CLIPS[n].span, reason="", score=0, terms={})
        for n in order[:kept]
    ]
    after, moved = in_beat_order(beats, picks)
    names = [each.id for each in after]
    assert len(set(names)) == len(names) and {each.id for each in beats} <= set(names)
    places = [names.index(pick.beat) for pick in moved]
    assert places == sorted(places) and [pick.slot for pick in moved] == [pick.slot for pick in picks]


@examples(100)
@given(
    rate=st.sampled_from(RATES), own=st.sampled_from(RATES), start=st.integers(0, 9000), begin=st.integers(0, 400),
    frames=st.integers(1, 300),
)  # fmt: skip
def test_a_part_lies_in_its_clip_and_has_all_its_frames(
    rate: Rate, own: Rate, start: int, begin: int, frames: int
) -> None:
    span, at = Span(start=start, end=start + 4000), begin / own.fraction
    part = part_of(span, at, frames, rate, 1 / own.fraction)
    inside = start <= at * 1000 and at * 1000 + frames * 1000 / rate.fraction <= span.end
    assert part is not None or not inside
    if part is not None:
        assert span.start <= part.start < part.end <= span.end
        assert max(1, frames_of(part.length, rate)) == frames
        assert abs(part.start - at * 1000) <= 1000 / own.fraction + 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<fcpxml", "no FCPXML"), ("<fcpxml/>", "0 projects"), ('<!DOCTYPE x [<!ENTITY a "b">]><fcpxml/>', "entities"),
        ("<fcpxml><project><sequence tcStart='x'><spine/></sequence></project></fcpxml>", "no FCPXML"),
    ],
)  # fmt: skip
def test_broken_fcpxml_is_refused(text: str, why: str) -> None:
    with pytest.raises(ScriptError, match=why):
        read_fcpxml(text, "x.fcpxml")


NO_RATE = """{"OTIO_SCHEMA": "Timeline.1", "tracks": {"OTIO_SCHEMA": "Stack.1", "children": [{"OTIO_SCHEMA": "Track.1",
"kind": "Video", "children": [{"OTIO_SCHEMA": "Gap.1", "source_range": {"OTIO_SCHEMA": "TimeRange.1",
"start_time": {"OTIO_SCHEMA": "RationalTime.1", "value": 0, "rate": 0},
"duration": {"OTIO_SCHEMA": "RationalTime.1", "value": 5, "rate": 0}}}]}]}}"""


@pytest.mark.handover
@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"OTIO_SCHEMA": "Clip.2"}', "<fcpxml/>", NO_RATE])
def test_broken_otio_is_refused(text: str) -> None:
    pytest.importorskip("opentimelineio", reason="needs the extra `handover`")
    with pytest.raises(ScriptError):
        read_otio(text, "x.otio")


def test_otio_without_the_extra_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentimelineio", None)
    with pytest.raises(MissingTool) as error:
        read_otio("{}", "x.otio")
    assert "cliplib[handover]" in error.value.next_step


def test_files_are_known_by_their_endings(tmp_path: Path) -> None:
    bundle = tmp_path / "改.fcpxmld"
    bundle.mkdir()
    (bundle / "Info.fcpxml").write_text("<fcpxml/>", "utf-8")
    with pytest.raises(ScriptError, match="0 projects"):
        read_edited(bundle)
    with pytest.raises(UsageError, match="come back as"):
        read_edited(tmp_path / "x.xml")
    with pytest.raises(ScriptError, match="cannot read"):
        read_edited(tmp_path / "none.fcpxml")


def test_what_final_cut_writes_is_understood(stock: Studio) -> None:
    """Its own habits: assets renamed, `start` left out at the beginning of a file, timeline from an hour on, `clip`."""
    plan = plan_of()
    root = Xml.fromstring(to_fcpxml(edit_for(plan, stock, {A.id: CODE})))
    sequence = root.find(".//sequence")
    assert sequence is not None
    sequence.set("tcStart", "3600s")
    names = {}
    for number, asset in enumerate(root.iter("asset"), 7):
        names[asset.get("id")] = f"r{number}"
        asset.set("id", f"r{number}")
    for each in root.iter("asset-clip"):
        each.set("ref", names[each.get("ref")])
    for each in root.findall(".//spine/asset-clip"):
        offset = Fraction(each.get("offset", "").removesuffix("s")) + 3600
        each.set("offset", f"{offset.numerator}/{offset.denominator}s")
    first = root.findall(".//spine/asset-clip")[0]
    first.attrib.pop("start")
    for child in list(first):
        if "lane" in child.attrib:
            first.remove(child)
    edited = read_fcpxml(Xml.tostring(root, "unicode"), "x")
    assert [shot.begin for shot in edited.pictures] == [0, 4, Fraction(21, 25)]
    assert [shot.at for shot in edited.pictures] == [0, 2, Fraction(9, 2)]
    found = revised(plan, edited, stock.library, "x")
    assert found.plan.picks[0].trim == Span(start=0, end=2000) and found.plan.picks[1:] == plan.picks[1:]
    assert not found.unmapped


def test_rates_and_paths_as_programs_round_them() -> None:
    assert [exact(rate) for rate in (23.98, 29.97, 59.94, 25.0, 17.13)] == [
        Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001), 25, Fraction(1713, 100)
    ]  # fmt: skip
    assert path_in("file:///a%20b/%E6%96%B0.mp4") == "/a b/新.mp4" and path_in("media/x%20y.mp4") == "media/x y.mp4"


def test_plans_stay_what_they_are_as_files(stock: Studio) -> None:
    found = back(plan_of(), list(reversed(shots_of(plan_of(), stock))), stock)
    assert EditPlan.from_json(json.dumps(json.loads(found.plan.to_json()))) == found.plan
