"""A counter in the pictures proves the first and last picture of every clip, in all ways of making it and on demand."""

from dataclasses import replace
from pathlib import Path

import ffmpeg as graph
import pytest

from cliplib.config import ClipWay, Settings
from cliplib.engines.scripted import ScriptedVision
from cliplib.errors import SourceChanged, SourceMissing
from cliplib.library import Library
from cliplib.media.clips import VIDEO, made_how, wanted
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.media.frames import image_of
from cliplib.media.probe import probe
from cliplib.plans import Source
from cliplib.values import Span
from compose.reading import as_stamped, picture_of
from ingest.cut import copying_note, cut, frame_moments, is_cut
from ingest.draft import ClipJob
from ingest.pipeline import ingest
from tests.ingest.conftest import MakeJob, Watch
from tests.ingest.counters import FORMS, counted, number_in, numbers_by_av, numbers_by_opencv
from tests.ingest.test_cut import clip_job, draft_of, span_of

EXACT = ("cfr25", "vfr", "29.97", "59.94", "b-frames", "late", "edit list", "matroska")
PIECES = ((0, 40), (13, 76), (31, 99))


@pytest.fixture(scope="module", params=EXACT)
def footage(request: pytest.FixtureRequest, ffmpeg: Ffmpeg, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return FORMS[request.param](ffmpeg, tmp_path_factory.mktemp("counted"))


def job_for(path: Path, make_job: MakeJob, way: ClipWay) -> ClipJob:
    job = clip_job(path, make_job)
    return replace(job, job=replace(job.job, settings=Settings(clips=way)))


def test_every_picture_of_a_clip_is_the_one_of_its_span(footage: Path, make_job: MakeJob) -> None:
    """Catches one picture too few, too many or beside at either end, at a join, and in another reader."""
    true = numbers_by_av(footage)
    job = job_for(footage, make_job, "smart")
    assert len(job.scan.times) == len(true)
    for first, last in PIECES:
        draft = cut(draft_of(job, span_of(job.scan, first, last)), job)
        clip = job.folder(draft) / VIDEO
        assert made_how(clip) == ""
        assert numbers_by_av(clip) == numbers_by_opencv(clip) == true[first : last + 1]
        assert abs(probe(clip).length - draft.span.length) <= 1
        frames = [number_in(image_of(frame.jpeg)[:, :, 1]) for frame in draft.frames]
        assert frames == [true[k] for k in frame_moments(job.scan, draft.span, job.reach)]


def test_an_encoded_clip_has_the_same_pictures(footage: Path, make_job: MakeJob) -> None:
    true = numbers_by_av(footage)
    job = job_for(footage, make_job, "encode")
    first, last = PIECES[1]
    draft = cut(draft_of(job, span_of(job.scan, first, last)), job)
    clip = job.folder(draft) / VIDEO
    assert numbers_by_av(clip) == numbers_by_opencv(clip) == true[first : last + 1]


def test_a_virtual_clip_shows_its_span_when_it_is_composed_and_when_it_is_wanted(
    footage: Path, make_job: MakeJob, tmp_path: Path
) -> None:
    true = numbers_by_av(footage)
    job = job_for(footage, make_job, "virtual")
    first, last = PIECES[1]
    span = span_of(job.scan, first, last)
    draft = cut(draft_of(job, span), job)
    assert [path.name for path in job.folder(draft).iterdir()] == ["poster.jpg"] and is_cut(draft, job)
    assert true[first] <= number_in(image_of((job.folder(draft) / "poster.jpg").read_bytes())[:, :, 1]) <= true[last]
    shown = composed(job, span, tmp_path / "composed.mkv")
    assert (shown[0], shown[-1]) == (true[first], true[last]) and shown == sorted(set(shown))
    clip = wanted(job.job.ffmpeg, job.footage, span, tmp_path / "c" / VIDEO, "virtual")
    assert numbers_by_av(clip) == true[first : last + 1]
    assert [path.name for path in clip.parent.iterdir()] == [VIDEO]


def composed(job: ClipJob, span: Span, target: Path) -> list[int]:
    """The numbers in the pictures that composing takes for a span."""
    origin = Source(footage=job.footage.id, path=str(job.path), start=job.footage.probe.start)
    picture = picture_of(origin, span.start, span.length)
    output = graph.output(picture, str(target), vcodec="libx264", preset="ultrafast", fps_mode="passthrough")
    job.job.ffmpeg.make(as_stamped(output))
    return numbers_by_av(target)


@pytest.mark.parametrize(
    ("form", "why"),
    [("transport", "no avcC header"), ("open groups", "no key picture inside"), ("one group", "no key picture inside")],
)
def test_what_cannot_be_copied_is_encoded_and_says_so(
    ffmpeg: Ffmpeg, tmp_path: Path, make_job: MakeJob, form: str, why: str
) -> None:
    path = FORMS[form](ffmpeg, tmp_path)
    job = job_for(path, make_job, "smart")
    first, last = PIECES[2]
    draft = cut(draft_of(job, span_of(job.scan, first, last)), job)
    clip = job.folder(draft) / VIDEO
    assert made_how(clip) == why
    assert numbers_by_av(clip) == numbers_by_av(path)[first : last + 1]
    assert copying_note([draft], job) == f"1 of 1 clips encoded whole: {why} (1)"


def test_a_wanted_clip_whose_footage_is_gone_or_another_is_refused(
    ffmpeg: Ffmpeg, tmp_path: Path, make_job: MakeJob
) -> None:
    path = counted(ffmpeg, tmp_path / "n.mp4", 60)
    job = job_for(path, make_job, "virtual")
    span, target = Span(start=0, end=1200), tmp_path / "c" / VIDEO
    path.rename(tmp_path / "moved.mp4")
    with pytest.raises(SourceMissing) as missing:
        wanted(ffmpeg, job.footage, span, target, "virtual")
    assert "ingest it from its new place" in missing.value.next_step
    counted(ffmpeg, path, 90)
    with pytest.raises(SourceChanged, match=r"lasts 3\.6 s, 2\.4 s when"):
        wanted(ffmpeg, job.footage, span, target, "virtual")
    assert not target.exists()


def test_another_way_makes_media_anew_but_takes_no_other_step_again(
    ffmpeg: Ffmpeg, library: Library, tmp_path: Path, make_job: MakeJob
) -> None:
    """From virtual to copied clips: nothing that a model said is paid for a second time."""
    path = counted(ffmpeg, tmp_path / "n.mp4", 70)
    virtual = ingest([path], make_job(vision=ScriptedVision(), settings=Settings(clips="virtual")), Watch())
    assert not list(library.media.rglob(VIDEO)) and virtual.clips_added
    before = library.records()
    again = ScriptedVision()
    report = ingest([path], make_job(vision=again, settings=Settings(clips="smart")), Watch())
    assert report.footage[0].status == "kept" and report.clips_added == 0
    assert len(list(library.media.rglob(VIDEO))) == len(before) and library.records() == before
    assert again.requests == []
