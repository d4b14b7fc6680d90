"""Clips are exact to the frame: every picture shows its number, and the numbers are read back from the clips."""

import wave
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from cliplib.errors import MediaError
from cliplib.media.audio import PER_MS, excerpt, read_audio
from cliplib.media.ffmpeg import Ffmpeg, source
from cliplib.media.fields import is_combed
from cliplib.media.frames import grab
from cliplib.media.probe import probe
from cliplib.records import Edge, Footage, Transcript
from cliplib.values import Span
from ingest.cut import cut, frame_moments, frame_numbers, frames_of, is_cut, poster_moment
from ingest.draft import ClipJob, Draft
from ingest.shots import Scan, scan
from tests.conftest import MakeVideo
from tests.ingest.conftest import MakeJob, MakeNumbered, number_shown

HASH = "ab" * 32
EDGE = Edge(reason="person")


def clip_job(path: Path, make_job: MakeJob, seen: Scan | None = None) -> ClipJob:
    from threading import BoundedSemaphore

    job, found = make_job(), probe(path)
    footage = Footage(id=Footage.id_of(HASH), sha256=HASH, path=str(path), kind="brand", probe=found)
    pictures = seen or scan(job.ffmpeg, path, found, "own", lambda _: None)
    return ClipJob(job, footage, path, pictures, read_audio(job.ffmpeg, path, found), (), BoundedSemaphore(1))


def draft_of(job: ClipJob, span: Span) -> Draft:
    from cliplib.records import ClipRecord

    return Draft(
        id=ClipRecord.id_of(job.footage.id, span),
        span=span,
        start_edge=EDGE,
        end_edge=EDGE,
        transcript=Transcript(engine="none"),
    )


def span_of(seen: Scan, first: int, last: int) -> Span:
    """From the beginning of one picture to the end of another."""
    times = [*(int(at) for at in seen.times), seen.length]
    return Span(start=times[first], end=times[last + 1])


@pytest.mark.parametrize(("rate", "late"), [("25", 0.0), ("30000/1001", 0.0), ("25", 0.84), ("24000/1001", 0.834)])
def test_first_and_last_picture_of_a_clip_are_those_of_its_span(
    tmp_path: Path, make_job: MakeJob, make_numbered: MakeNumbered, rate: str, late: float
) -> None:
    """Catches an end that is one picture off, a seek that lands beside, and a picture that starts late."""
    path = make_numbered(tmp_path / "n.mp4", 130, rate, late)
    job = clip_job(path, make_job)
    for first, last in ((0, 29), (30, 97), (98, 129)):
        span = span_of(job.scan, first, last)
        draft = cut(draft_of(job, span), job)
        clip = job.folder(draft) / "clip.mp4"
        grabbed = grab(clip, [0], 180)
        assert grabbed.count == last - first + 1
        frame = int(1000 / float(Fraction(rate)))
        assert number_shown(clip, frame // 2) == first
        assert number_shown(clip, span.length - frame // 2) == last


def test_a_clip_is_silent_even_sided_and_upright_with_poster_and_voice(
    tmp_path: Path, make_job: MakeJob, make_video: MakeVideo
) -> None:
    job = clip_job(make_video(tmp_path / "v.mp4", (1.6,), size="321x181"), make_job)
    draft = cut(draft_of(job, Span(start=0, end=job.scan.length)), job)
    folder = job.folder(draft)
    assert sorted(p.name for p in folder.iterdir()) == ["clip.mp4", "poster.jpg", "voice.wav"]
    with av.open(str(folder / "clip.mp4")) as container:
        assert [stream.type for stream in container.streams] == ["video"]
        assert (container.streams.video[0].width, container.streams.video[0].height) == (320, 180)
    assert is_cut(draft, job)
    (folder / "voice.wav").unlink()
    assert not is_cut(draft, job)


def test_voice_is_the_sound_of_exactly_the_span(tmp_path: Path, make_job: MakeJob, ffmpeg: object) -> None:
    path = tmp_path / "sweep.mp4"
    make_sweep(path, make_job)
    job = clip_job(path, make_job)
    span = span_of(job.scan, 30, 70)
    draft = cut(draft_of(job, span), job)
    with wave.open(str(job.folder(draft) / "voice.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
        heard = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)
    assert abs(len(heard) / PER_MS - span.length) < 1
    ideal = sweep(np.arange(span.start * PER_MS, span.end * PER_MS) / 16_000)
    lag = int(np.argmax(np.correlate(heard, ideal, "full"))) - (len(ideal) - 1)
    assert abs(lag) <= PER_MS, f"{lag} samples beside"


def sweep(seconds: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """A tone that rises, so that each moment sounds like no other."""
    return np.sin(2 * np.pi * (300 * seconds + 150 * seconds**2))


def make_sweep(path: Path, make_job: MakeJob) -> None:
    import ffmpeg as graph

    sound = graph.input("aevalsrc=0.5*sin(2*PI*(300*t+150*t*t)):s=48000", f="lavfi", t=3)
    picture = graph.input("testsrc2=s=160x90:r=25", f="lavfi", t=3)
    make_job().ffmpeg.make(graph.output(picture, sound, str(path), vcodec="libx264", acodec="aac"))


def test_a_picture_too_few_is_refused_and_leaves_nothing(
    tmp_path: Path, make_job: MakeJob, make_numbered: MakeNumbered
) -> None:
    path = make_numbered(tmp_path / "n.mp4", 60)
    real = scan(make_job().ffmpeg, path, probe(path), "own", lambda _: None)
    imagined = Scan(
        start=real.start,
        times=np.append(real.times, real.length),
        length=real.length + 40,
        shots=(),
        sharpness=np.append(real.sharpness, 0.5).astype(np.float32),
        brightness=np.append(real.brightness, 0.5).astype(np.float32),
        motion=np.append(real.motion, 0.5).astype(np.float32),
    )
    job = clip_job(path, make_job, imagined)
    draft = draft_of(job, Span(start=0, end=imagined.length))
    with pytest.raises(MediaError, match="61 pictures, 60 were cut"):
        cut(draft, job)
    assert list(job.folder(draft).iterdir()) == []


def test_a_container_that_cannot_be_entered_midway_is_read_from_its_beginning(
    tmp_path: Path, make_job: MakeJob, make_numbered: MakeNumbered, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_numbered(tmp_path / "n.mp4", 100)
    job = clip_job(path, make_job)
    beside = job.scan.length / 1000  # as if the container sent every reader to its end
    monkeypatch.setattr("cliplib.media.clips.seek_point", lambda original, span: beside)
    draft = cut(draft_of(job, span_of(job.scan, 60, 99)), job)
    assert number_shown(job.folder(draft) / "clip.mp4", 20) == 60


def test_frames_lie_inside_the_span_in_order_and_can_be_taken_again(
    tmp_path: Path, make_job: MakeJob, make_numbered: MakeNumbered
) -> None:
    job = clip_job(make_numbered(tmp_path / "n.mp4", 100), make_job)
    span = span_of(job.scan, 25, 89)
    draft = cut(draft_of(job, span), job)
    times = [frame.at for frame in draft.frames]
    assert 3 <= len(times) <= 8 and times == sorted(set(times))
    assert all(span.holds(at) for at in times)
    assert frames_of(draft, job) is draft.frames
    assert frames_of(draft.model_copy(update={"frames": ()}), job) == draft.frames


def test_moments_are_the_sharpest_and_never_more_than_there_are() -> None:
    sharpness = np.zeros(90, np.float32)
    sharpness[[12, 45, 70]] = 1.0
    seen = Scan(Fraction(0), np.arange(90) * 40, 3600, (), sharpness, sharpness, sharpness)
    whole = Span(start=0, end=3600)
    assert frame_moments(seen, whole) == [12, 45, 70]
    assert poster_moment(seen, whole) == 45
    slow = Scan(Fraction(0), np.arange(2) * 600, 1200, (), sharpness[:2], sharpness[:2], sharpness[:2])
    assert frame_moments(slow, Span(start=0, end=1200)) == [0, 1]
    assert len(frame_numbers(slow, Span(start=600, end=1200))) == 1


def test_excerpt_has_sixteen_samples_for_each_millisecond() -> None:
    audio = np.arange(160, dtype=np.int16)
    assert list(excerpt(audio, Span(start=1, end=3))) == list(range(16, 48))


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
def test_high_dynamic_range_becomes_standard(tmp_path: Path, make_job: MakeJob, transfer: str) -> None:
    import ffmpeg as graph

    path = tmp_path / "hdr.mp4"
    colours = {"color_trc": transfer, "color_primaries": "bt2020", "colorspace": "bt2020nc"}
    marked = graph.input("testsrc2=s=160x90:r=25", f="lavfi", t=1.2).filter("setparams", **colours)
    make_job().ffmpeg.make(graph.output(marked, str(path), vcodec="libx264", **colours))
    job = clip_job(path, make_job)
    assert job.footage.probe.transfer == transfer
    draft = cut(draft_of(job, Span(start=0, end=job.scan.length)), job)
    made = probe(job.folder(draft) / "clip.mp4")
    assert made.transfer == "bt709" and made.pixel_format == "yuv420p"


def test_interlaced_pictures_are_made_whole_one_for_one(tmp_path: Path, make_job: MakeJob, ffmpeg: Ffmpeg) -> None:
    """Lines of two moments differ from their neighbours; after the cut they do not, and no picture is lost or added."""
    import ffmpeg as graph

    woven = graph.input("gradients=s=320x192:r=50:speed=0.1:seed=7", f="lavfi", t=2.4).filter(
        "tinterlace", "interleave_top"
    )
    path = tmp_path / "i.mp4"
    flags = {"flags": "+ilme+ildct", "x264-params": "tff=1"}
    ffmpeg.make(graph.output(woven.filter("setfield", "tff"), str(path), vcodec="libx264", pix_fmt="yuv420p", **flags))
    job = clip_job(path, make_job)
    span = span_of(job.scan, 10, 49)
    draft = cut(draft_of(job, span), job)
    clip = job.folder(draft) / "clip.mp4"
    assert is_combed(ffmpeg, path) and not is_combed(ffmpeg, clip)
    with av.open(str(clip)) as container:
        times = [frame.time for frame in container.decode(video=0)]
    assert times == pytest.approx([k * 0.04 for k in range(40)], abs=1e-4)


@pytest.mark.parametrize(
    ("turn", "width", "corner"),
    [
        ({"display_rotation": 90}, 90, (1, 0)),
        ({"display_rotation": 180}, 160, (1, 1)),
        ({"display_rotation": 270}, 90, (0, 1)),
        ({"display_hflip": None}, 160, (0, 1)),
        ({"display_vflip": None}, 160, (1, 0)),
    ],
)
def test_turned_and_mirrored_pictures_stand_as_a_player_shows_them(
    tmp_path: Path, make_job: MakeJob, ffmpeg: Ffmpeg, turn: dict[str, object], width: int, corner: tuple[int, int]
) -> None:
    """A white box is above left in what was recorded, and in the (bottom, right) `corner` of what is shown."""
    import ffmpeg as graph

    from cliplib.media.frames import image_of

    boxed = graph.input("color=black:s=160x90:r=25", f="lavfi", t=1.2).filter("drawbox", 0, 0, 60, 30, "white", "fill")
    ffmpeg.make(graph.output(boxed, str(tmp_path / "v.mp4"), vcodec="libx264", pix_fmt="yuv420p"))
    path = tmp_path / "turned.mp4"
    ffmpeg.make(graph.output(source(tmp_path / "v.mp4", **turn), str(path), c="copy"))
    job = clip_job(path, make_job)
    draft = cut(draft_of(job, Span(start=0, end=job.scan.length)), job)
    image = image_of(grab(job.folder(draft) / "clip.mp4", [500], 160).jpegs[0])
    assert image.shape[1] == width and job.footage.probe.width == width
    bottom, right = (slice(-8, None) if side else slice(0, 8) for side in corner)
    assert image[bottom, right].mean() > 200
    assert image.mean() < 60, "and nowhere else"


@pytest.mark.parametrize("colour", [(0, 135, 0), (128, 128, 128)])
def test_garbage_after_a_seek_is_noticed_and_the_file_read_from_its_beginning(
    tmp_path: Path, make_job: MakeJob, make_video: MakeVideo, monkeypatch: pytest.MonkeyPatch, colour: tuple[int, ...]
) -> None:
    """A decoder that is entered midway gives flat pictures and no error."""
    import cv2

    from cliplib.media import clips as module
    from cliplib.media.frames import image_of

    job = clip_job(make_video(tmp_path / "v.mp4", (4.0,)), make_job)
    flat = cv2.imencode(".jpg", np.full((90, 160, 3), colour, np.uint8))[1].tobytes()
    real, seeks = module._encode_once, []

    def entered(*parts: Any, seek: bool) -> dict[int, bytes]:
        seeks.append(seek)
        taken = real(*parts, seek=seek)
        return dict.fromkeys(taken, flat) if seek else taken

    monkeypatch.setattr(module, "_encode_once", entered)
    monkeypatch.setitem(module.WAYS, "smart", module.encode)
    draft = cut(draft_of(job, Span(start=2000, end=4000)), job)
    assert seeks == [True, False] and image_of(draft.frames[0].jpeg).std() > 20


def test_good_pictures_after_a_seek_are_not_made_twice(
    tmp_path: Path, make_job: MakeJob, make_video: MakeVideo, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cliplib.media import clips as module

    job = clip_job(make_video(tmp_path / "v.mp4", (2.0, 2.0, 2.0, 2.0), size="160x90"), make_job)
    real, seeks = module._encode_once, []

    def counted(*parts: Any, seek: bool) -> dict[int, bytes]:
        seeks.append(seek)
        return real(*parts, seek=seek)

    monkeypatch.setattr(module, "_encode_once", counted)
    monkeypatch.setitem(module.WAYS, "smart", module.encode)
    for start in (2000, 4000, 6000):
        cut(draft_of(job, Span(start=start, end=start + 2000)), job)
    assert seeks == [True] * 3
