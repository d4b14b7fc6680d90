"""Any sequence of edits and corrections by people and of ingests by the machine: no word of a person is ever lost."""

import contextlib
import dataclasses
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cliplib.config import Settings
from cliplib.engines.facts import FactsVision
from cliplib.engines.silent import NoSpeech
from cliplib.errors import UsageError
from cliplib.library import FootageState, Library
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.records import Caption, ClipRecord, Facts
from cliplib.vocabulary import shipped
from ingest import pipeline
from ingest.draft import ClipJob, Draft
from ingest.edit import Edited, merge_clips, nudge_clip, split_clip, undo_edit
from ingest.job import Job
from ingest.recut import Nudge
from tests.conftest import MakeVideo
from tests.ingest.conftest import Watch
from tests.ingest.test_edit import is_consistent
from tests.properties import examples

CAPTION = Caption(content_types=("hook",), forms=("talking_head",), description="seen by a machine")
FACTS = Facts(sharpness=0.5, brightness=0.5, motion=0.1, speech=0.0, has_sound=False)
ACTS = st.tuples(
    st.sampled_from(("merge", "split", "split", "nudge", "follow", "undo", "correct", "correct", "review", "ingest")),
    st.integers(0, 5),
    st.integers(-2000, 2000),
)


def _mark(draft: Draft, job: ClipJob) -> Draft:
    job.folder(draft).mkdir(parents=True, exist_ok=True)
    (job.folder(draft) / "clip.mp4").touch()
    return draft


def _stands(draft: Draft, job: ClipJob) -> bool:
    return (job.folder(draft) / "clip.mp4").exists()


def _measure(draft: Draft, job: ClipJob) -> Draft:
    return draft.model_copy(update={"facts": FACTS})


QUICK: dict[str, Callable[[Draft, ClipJob], Draft]] = {
    "cut": _mark,
    "measure": _measure,
    "read": lambda draft, _: draft,
    "faces": lambda draft, _: draft,
    "sign": lambda draft, _: draft,
    "judge": lambda draft, _: draft,
    "describe": lambda draft, _: draft.model_copy(update={"caption": CAPTION}),
}
"""Steps that take no time: what a clip looks like does not matter here."""


@pytest.fixture(scope="module", autouse=True)
def _quick() -> Iterator[None]:
    steps = tuple(
        dataclasses.replace(step, work=QUICK.get(step.name, step.work), stands=_stands, inputs=lambda *_: ())
        for step in pipeline.STEPS
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "STEPS", steps)
        yield


def a_job(library: Library, ffmpeg: Ffmpeg) -> Job:
    words = shipped()
    return Job(library, ffmpeg, NoSpeech(), FactsVision(words), Settings(concurrency=1, clips="encode"), words, "brand")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory, make_video: MakeVideo, ffmpeg: Ffmpeg) -> tuple[Path, Path]:
    """Four silent shots, and a library of them."""
    folder = tmp_path_factory.mktemp("fresh")
    video = make_video(folder / "v.mp4", (3.0, 2.0, 4.0, 3.0), "64x64", sound=False)
    Library.create(folder / "library")
    with Library.open(folder / "library", write=True) as library:
        assert pipeline.ingest([video], a_job(library, ffmpeg), Watch()).clips_added == 4
    return video, folder / "library"


def act(what: str, clip: ClipRecord, clips: list[ClipRecord], by: int, job: Job) -> Edited | None:
    """One edit of a person."""
    place = clips.index(clip)
    if what == "merge":
        return merge_clips([each.id for each in clips[place : place + 2]], job, "Li")
    if what == "split":
        return split_clip(clip.id, [clip.span.middle + by], job, "Li")
    if what == "nudge":
        return nudge_clip(clip.id, Nudge(start=by // 2, end=by), job, "Li")
    if what == "follow":
        return nudge_clip(clip.id, Nudge(end=by, neighbours=True), job, "Li")
    return undo_edit(clip.id, job, "Li") if what == "undo" else None


@examples(12)
@given(acts=st.lists(ACTS, min_size=3, max_size=8))
def test_no_word_of_a_person_is_ever_lost(
    fresh: tuple[Path, Path], ffmpeg: Ffmpeg, acts: list[tuple[str, int, int]]
) -> None:
    video, prepared = fresh
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(prepared, folder, dirs_exist_ok=True)
        with Library.open(Path(folder), write=True) as library:
            job = a_job(library, ffmpeg)
            footage = library.all_footage()[0].id
            said: set[str] = set()
            decided: set[str] = set()
            seen = {record.id for record in library.records()}
            for number, (what, place, by) in enumerate(acts):
                clips = library.records()
                clip = clips[place % len(clips)]
                if what == "correct":
                    said.add(f"words {number}")
                    library.correct(clip.id, ("description", "spoken")[by % 2], f"words {number}", "Li")
                elif what == "review":
                    decided.add(f"note {number}")
                    library.review(clip.id, "approved", "Li", f"note {number}")
                elif what == "ingest":
                    before = [record.effective() for record in clips]
                    library.set_footage_state(footage, FootageState("open"))
                    assert pipeline.ingest([video], job, Watch()).footage[0].status == "kept"
                    assert [record.effective() for record in library.records()] == before
                else:
                    with contextlib.suppress(UsageError):  # many edits make no sense; the next act goes on
                        act(what, clip, clips, by, job)
                clips = library.records()
                live = [clip.id for clip in clips]
                seen.update(live)
                assert is_consistent(library)
                assert {str(c.new) for id in live for c in library.history(id)} >= said
                assert {d.note for id in live for d in library.decisions(id)} >= decided
                assert all({heir.clip for heir in library.heirs(id)} <= set(live) for id in seen)
                assert all(1000 <= clip.span.length <= 10_000 for clip in clips)
            assert library.counts()["clips"] == len(library.records())
