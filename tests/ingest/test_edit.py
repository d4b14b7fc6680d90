"""Clips merged, split and moved by a person: only they are made, and no later run takes the cut back."""

import json
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from cliplib.engines.scripted import ScriptedSpeech, ScriptedVision
from cliplib.errors import EngineError, SourceChanged, SourceMissing, UnknownRecord, UsageError
from cliplib.library import FootageState, Library
from cliplib.records import Edge, Line, Transcript, Word
from cliplib.values import Span
from ingest.edit import merge_clips, nudge_clip, split_clip, undo_edit
from ingest.pipeline import ingest
from ingest.recut import Nudge
from tests.conftest import MakeVideo
from tests.ingest.conftest import MakeJob, MakeNumbered, Watch, number_shown, state_of
from tests.ingest.test_kill import ingest_in_child

TEXTS = ("so ", "this ", "cup ", "never ", "leaks ", "at ", "all ", "buy ", "it ", "now ")
WORDS = tuple(Word(text=text, span=Span(start=400 * k + 100, end=400 * k + 480)) for k, text in enumerate(TEXTS))
SAID = Line(text="so this cup never leaks at all, buy it now.", span=Span(start=100, end=4080), words=WORDS)
HEARD = Transcript(language="en", engine="scripted", lines=(SAID,))


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory, make_video: MakeVideo) -> Path:
    """Three shots with a tone: the first 4 s long, the others 2 s."""
    return make_video(tmp_path_factory.mktemp("video") / "three.mp4", (4.2, 2.0, 2.0), "96x64")


def spans(library: Library) -> list[tuple[int, int]]:
    return [(record.span.start, record.span.end) for record in library.records()]


def pieces(library: Library) -> list[tuple[int, int]]:
    """The spans of the kept cut of the only footage."""
    [footage] = library.all_footage()
    cut = json.loads((library.media / footage.id / "cut.json").read_text("utf-8"))
    return [(piece["span"]["start"], piece["span"]["end"]) for piece in cut["pieces"]]


def media(library: Library, *ids: str) -> dict[str, tuple[int, bytes]]:
    files = [file for id in ids for file in sorted((library.media / id).iterdir())]
    return {str(file.relative_to(library.media)): (file.stat().st_mtime_ns, file.read_bytes()) for file in files}


def is_consistent(library: Library) -> bool:
    folders = {folder.name for folder in library.media.glob("c_*")}
    return spans(library) == pieces(library) and folders == {record.id for record in library.records()}


def look_again(video: Path, library: Library, job: Any) -> None:
    """Ingest as if something had changed."""
    [footage] = library.all_footage()
    library.set_footage_state(footage.id, FootageState("open"))
    assert ingest([video], job, Watch()).footage[0].status == "kept"


def test_only_what_is_touched_is_made_and_described(video: Path, library: Library, make_job: MakeJob) -> None:
    vision = ScriptedVision()
    job = make_job(vision=vision, speech=ScriptedSpeech([HEARD]))
    first, second, third = ingest([video], job, Watch()).footage[0].clips
    others = media(library, second, third)
    library.correct(second, "description", "by hand", "Li")
    before = library.records([second, third])
    asked = len(vision.requests)
    edited = split_clip(first, [1915], job, "Li")
    left, right = (library.get(id) for id in edited.edit.new)
    assert (left.span, right.span) == (Span(start=0, end=1920), Span(start=1920, end=4200)), "at the nearest picture"
    assert left.end_edge == right.start_edge == Edge(reason="person", detail="set to 1.92 s by Li")
    assert (left.start_edge.reason, right.end_edge.reason) == ("file_start", "shot_change")
    assert (left.spoken, right.spoken) == ("so this cup never leaks", "at all, buy it now.")
    assert (
        len(vision.requests) - asked == 2 and right.facts.sharpness > 0 and right.marks.keys() == before[0].marks.keys()
    )
    assert media(library, second, third) == others and library.records([second, third]) == before
    assert is_consistent(library)
    clips = [record.id for record in library.records()]
    after = state_of(library)
    assert ingest([video], job, Watch()).footage[0].status == "skipped"
    look_again(video, library, job)
    assert state_of(library) == after and len(vision.requests) - asked == 2
    assert [record.id for record in library.records()] == clips


def test_new_clips_hold_exactly_their_pictures(
    tmp_path: Path, library: Library, make_job: MakeJob, make_numbered: MakeNumbered
) -> None:
    """120 numbered pictures at 25 per second whose first comes late."""
    job = make_job()
    path = make_numbered(tmp_path / "v.mp4", 120, late=0.5)
    [whole] = ingest([path], job, Watch()).footage[0].clips
    parts = split_clip(whole, [1610, 3000], job, "Li").edit.new
    shown = []
    for id in parts:
        span = library.get(id).span
        shown.append([number_shown(library.media / id / "clip.mp4", at) for at in (20, span.length - 20)])
    assert shown == [[0, 39], [40, 74], [75, 119]]


def test_halves_merged_again_are_the_old_clip_and_cost_nothing(
    video: Path, library: Library, make_job: MakeJob
) -> None:
    vision = ScriptedVision()
    job = make_job(vision=vision, speech=ScriptedSpeech([HEARD]))
    first = ingest([video], job, Watch()).footage[0].clips[0]
    before, asked = state_of(library), len(vision.requests)
    halves = split_clip(first, [2000], job, "Li").edit.new
    assert merge_clips(halves, job, "Li").edit.new == (first,)
    assert len(vision.requests) == asked + 2
    assert state_of(library) == before and is_consistent(library)
    with pytest.raises(UnknownRecord, match="edited already"):
        merge_clips(halves, job, "Li")


def test_each_edit_can_be_undone(video: Path, library: Library, make_job: MakeJob) -> None:
    job = make_job()
    first, second, _ = ingest([video], job, Watch()).footage[0].clips
    before = state_of(library)
    with pytest.raises(UsageError, match="nothing to undo"):
        undo_edit(first, job, "Li")
    [merged] = merge_clips([second, first], job, "Li").edit.new
    assert library.get(merged).span == Span(start=0, end=6200)
    nudged = nudge_clip(merged, Nudge(start=500, end=-300, neighbours=False), job, "Li")
    assert spans(library) == [(520, 5920), (6200, 8200)] and is_consistent(library)
    assert undo_edit(nudged.edit.new[0], job, "Li").edit.new == (merged,)
    assert undo_edit(merged, job, "Li").edit.new == (first, second)
    assert state_of(library) == before and is_consistent(library)
    halves = split_clip(first, [2000], job, "Li").edit.new
    split_clip(halves[1], [3100], job, "Li")
    with pytest.raises(UsageError, match="edited since"):
        undo_edit(halves[0], job, "Li")


def test_neighbours_follow_only_when_asked(video: Path, library: Library, make_job: MakeJob) -> None:
    job = make_job()
    first, second, third = ingest([video], job, Watch()).footage[0].clips
    edited = nudge_clip(second, Nudge(start=-400, end=-200), job, "Li")
    assert spans(library) == [(0, 4200), (3800, 6000), (6200, 8200)] and is_consistent(library)
    assert edited.notes == (f"{edited.edit.new[0]} and {first} share 0.4 s",)
    look_again(video, library, job)
    assert spans(library) == [(0, 4200), (3800, 6000), (6200, 8200)] and is_consistent(library)
    with pytest.raises(UsageError, match="no clip meets"):
        nudge_clip(edited.edit.new[0], Nudge(end=400, neighbours=True), job, "Li")
    undo_edit(edited.edit.new[0], job, "Li")
    both = nudge_clip(second, Nudge(end=400, neighbours=True), job, "Li")
    assert both.edit.old == (second, third) and spans(library) == [(0, 4200), (4200, 6600), (6600, 8200)]
    assert library.get(both.edit.new[1]).start_edge.reason == "person"


def test_what_makes_no_clip_is_refused_and_nothing_changes(
    tmp_path: Path, video: Path, library: Library, make_job: MakeJob, make_video: MakeVideo
) -> None:
    job = make_job()
    first, second, third = ingest([video], job, Watch()).footage[0].clips
    [other] = ingest([make_video(tmp_path / "other.mp4", (5.0,), "64x64")], job, Watch()).footage[0].clips
    before = state_of(library)
    refused: list[tuple[Any, str]] = [
        (lambda: split_clip(first, [500], job, "Li"), "0.52 s would come of it"),
        (lambda: split_clip(first, [4200], job, "Li"), "not inside"),
        (lambda: split_clip(first, [9000], job, "Li"), "9 s is not inside"),
        (lambda: merge_clips([first, first], job, "Li"), "two different"),
        (lambda: merge_clips([first, third], job, "Li"), f"{second} lies between"),
        (lambda: merge_clips([first, other], job, "Li"), "one footage"),
        (lambda: nudge_clip(first, Nudge(), job, "Li"), "nearest pictures"),
        (lambda: nudge_clip(first, Nudge(start=5), job, "Li"), "nearest pictures"),
        (lambda: nudge_clip(first, Nudge(start=-500), job, "Li"), "nearest pictures"),
        (lambda: nudge_clip(first, Nudge(end=-3500), job, "Li"), "would come of it"),
        (lambda: nudge_clip(first, Nudge(end=-9000), job, "Li"), "cannot end at"),
        (lambda: nudge_clip(first, Nudge(start=4200, end=2000), job, "Li"), "already a clip"),
    ]
    for attempt, told in refused:
        with pytest.raises(UsageError, match=told):
            attempt()
    assert state_of(library) == before


def test_a_merge_that_is_too_long_is_refused(
    tmp_path: Path, library: Library, make_job: MakeJob, make_video: MakeVideo
) -> None:
    job = make_job()
    clips = ingest([make_video(tmp_path / "v.mp4", (6.0, 6.0), "64x64")], job, Watch()).footage[0].clips
    with pytest.raises(UsageError, match=r"12 s would come of it") as caught:
        merge_clips(clips, job, "Li")
    assert caught.value.next_step == "A clip lasts 1-10 s."


def test_footage_that_is_gone_or_another_changes_nothing(
    tmp_path: Path, video: Path, library: Library, make_job: MakeJob
) -> None:
    job = make_job()
    path = tmp_path / "v.mp4"
    path.write_bytes(video.read_bytes())
    first = ingest([path], job, Watch()).footage[0].clips[0]
    before = state_of(library)
    path.write_bytes(video.read_bytes() + b"\0")
    with pytest.raises(SourceChanged):
        split_clip(first, [2000], job, "Li")
    path.unlink()
    with pytest.raises(SourceMissing):
        split_clip(first, [2000], job, "Li")
    assert state_of(library) == before


def test_a_failing_engine_changes_nothing_and_the_next_try_goes_on(
    video: Path, library: Library, make_job: MakeJob
) -> None:
    vision = ScriptedVision()
    job = make_job(vision=vision)
    first = ingest([video], job, Watch()).footage[0].clips[0]
    before = (library.records(), pieces(library))
    vision._answers = [EngineError("down")]
    with pytest.raises(EngineError):
        split_clip(first, [2000], job, "Li")
    assert (library.records(), pieces(library)) == before
    split_clip(first, [2000], job, "Li")
    assert spans(library)[:2] == [(0, 2000), (2000, 4200)] and is_consistent(library)


def test_other_engines_than_those_of_the_file_are_noticed_by_the_next_ingest(
    video: Path, library: Library, make_job: MakeJob
) -> None:
    vision = ScriptedVision()
    first = ingest([video], make_job(vision=vision), Watch()).footage[0].clips[0]
    split_clip(first, [2000], make_job(), "Li")
    asked = len(vision.requests)
    assert ingest([video], make_job(vision=vision), Watch()).footage[0].status == "kept"
    assert len(vision.requests) == asked + 2
    assert {record.provenance["description"].engine for record in library.records()} == {vision.id}


@pytest.mark.parametrize("file", ["lost", "stale"])
def test_the_library_knows_the_cut_when_its_file_does_not(
    video: Path, library: Library, make_job: MakeJob, file: str
) -> None:
    """Killed before the file was written, or somebody has emptied the media folder."""
    job = make_job()
    first, second, _ = ingest([video], job, Watch()).footage[0].clips
    kept = library.media / library.all_footage()[0].id / "cut.json"
    stale = kept.read_bytes()
    split_clip(first, [1400, 2800], job, "Li")
    library.correct(library.records()[1].id, "description", "by hand", "Li")
    before = state_of(library)
    kept.write_bytes(stale) if file == "stale" else shutil.rmtree(library.media)
    look_again(video, library, job)
    assert state_of(library) == before and is_consistent(library)
    kept.write_bytes(stale)
    edited = merge_clips([library.records()[2].id, second], job, "Li")
    assert spans(library) == [(0, 1400), (1400, 2800), (2800, 6200), (6200, 8200)] and is_consistent(library)
    assert edited.edit.what == "merge"
    kept.unlink()
    with pytest.raises(UsageError, match="no longer kept") as caught:
        undo_edit(edited.edit.new[0], job, "Li")
    assert f"cliplib ingest {video} --kind brand" in caught.value.next_step


@pytest.fixture(scope="module")
def divided(tmp_path_factory: pytest.TempPathFactory, make_video: MakeVideo) -> tuple[Path, Path, int, dict[str, Any]]:
    """A video of one clip, a library of it, how many dangerous moments dividing it has, and what that leaves."""
    folder = tmp_path_factory.mktemp("divided")
    video = make_video(folder / "v.mp4", (2.6,), "96x64")
    Library.create(folder / "before")
    assert ingest_in_child(folder / "before", video, 0).returncode == 0
    shutil.copytree(folder / "before", folder / "after")
    done = ingest_in_child(folder / "after", video, 0, 1300)
    assert done.returncode == 0, done.stderr
    with Library.open(folder / "after") as library:
        return video, folder / "before", int(done.stdout), state_of(library)


@pytest.mark.parametrize("part", [0.2, 0.6, 0.8, 1.0])
def test_killed_at_any_moment_the_old_or_the_new_clips_are_there(
    tmp_path: Path, divided: tuple[Path, Path, int, dict[str, Any]], make_job: MakeJob, part: float
) -> None:
    video, before, moments, expected = divided
    folder = tmp_path / "killed"
    shutil.copytree(before, folder)
    fatal = 1 + round(part * (moments - 1))
    assert ingest_in_child(folder, video, fatal, 1300).returncode == -signal.SIGKILL
    with Library.open(folder, write=True) as library:
        assert spans(library) in ([(0, 2600)], [(0, 1320), (1320, 2600)])
        if len(library.records()) == 1:
            split_clip(library.records()[0].id, [1300], make_job(library=library), "Li")
        else:
            look_again(video, library, make_job(library=library))
        assert state_of(library) == expected and is_consistent(library)
