"""The whole way of files into a real library, with the facts engine and the voice detector that users have."""

import dataclasses
import json
import os
import wave
from pathlib import Path

import pytest

from cliplib.config import Product, Settings
from cliplib.engines.base import SpeechEngine, SpeechRequest
from cliplib.engines.scripted import ScriptedSpeech, ScriptedVision
from cliplib.engines.sidecar import NO_WORDS, SidecarSpeech
from cliplib.engines.silent import NoSpeech
from cliplib.errors import BudgetSpent, CliplibError, CredentialsError, EngineError, LibraryLocked
from cliplib.library import FootageState, Library
from cliplib.media.audio import read_audio
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.media.probe import probe
from cliplib.records import Caption, Edge, Line, ProductLink, Transcript
from cliplib.values import Span
from ingest.cut import frame_numbers
from ingest.dealing import ELSEWHERE
from ingest.pipeline import STEPS, ingest
from ingest.segment import segment
from ingest.settle import material_of
from ingest.shots import Scan, scan
from ingest.speech import find_speech
from tests.conftest import MakeVideo
from tests.ingest.conftest import MakeJob, Watch, state_of

SRT = "1\n00:00:00,500 --> 00:00:01,500\n这款杯子不漏水\n\n2\n00:00:02,100 --> 00:00:03,000\nsecond line\n"


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory, make_video: MakeVideo) -> Path:
    """Two shots of 2 s with a tone."""
    return make_video(tmp_path_factory.mktemp("video") / "two.mp4", (2.0, 2.0))


def test_a_file_becomes_clips_with_media_facts_words_and_reasons(
    tmp_path: Path, video: Path, library: Library, make_job: MakeJob
) -> None:
    path = tmp_path / "two.mp4"
    path.write_bytes(video.read_bytes())
    (tmp_path / "two.srt").write_text(SRT, "utf-8")
    watch = Watch()
    report = ingest([tmp_path], make_job(), watch)
    outcome = report.footage[0]
    assert (outcome.status, outcome.code, len(outcome.clips), report.clips_added) == ("kept", "", 2, 2)
    first, second = (library.get(id) for id in outcome.clips)
    assert (first.span, second.span) == (Span(start=0, end=2000), Span(start=2000, end=4000))
    assert (first.spoken, second.spoken) == ("这款杯子不漏水", "second line")
    assert second.transcript.lines[0].span.start == 2100
    assert first.end_edge.reason == second.start_edge.reason == "shot_change"
    assert first.facts.has_sound and first.facts.loudness is not None and len(first.facts.colours) >= 1
    assert first.facts.sharpness != second.facts.sharpness
    assert first.provenance["description"].engine == "facts" and first.provenance["spoken"].engine == "sidecar:srt"
    assert first.provenance["content_types"].confidence is not None and first.provenance["content_types"].evidence
    assert sorted(first.marks) == sorted(step.name for step in STEPS)
    for clip in (first, second):
        assert sorted(p.name for p in (library.media / clip.id).iterdir()) == ["clip.mp4", "poster.jpg", "voice.wav"]
        with wave.open(str(library.media / clip.id / "voice.wav")) as file:
            assert file.getnframes() == clip.span.length * 16
    footage = library.footage(outcome.id)
    assert footage.path == str(path) and footage.probe.length == 4000
    assert watch.files == [path] and watch.outcomes == [outcome]
    assert {step for _, step, share in watch.shares if share == 1.0} == {"check", "scan", "listen", "clips"}


SAMPLE = Path(__file__).parents[2] / "samples" / "footage"


def test_the_dissolve_of_the_sample_film_lies_in_no_clip(ffmpeg: Ffmpeg) -> None:
    """Pictures 370-389; the lines and the voice beside it are those that an ingest has."""
    path = SAMPLE / "brand" / "qingyu_brand_film.mp4"
    [dissolve] = json.loads((SAMPLE / "truth.json").read_text("utf-8"))["brand/qingyu_brand_film.mp4"]["dissolves"]
    found = probe(path)
    seen = scan(ffmpeg, path, found, "own", lambda _: None)
    audio = read_audio(ffmpeg, path, found)
    heard = SidecarSpeech().transcribe(SpeechRequest(path, audio))
    pieces = segment(material_of(seen, audio, heard, find_speech(audio), ()), "brand")
    shown = {number for piece in pieces for number in frame_numbers(seen, piece.span)}
    assert shown == set(range(895)) - set(range(dissolve["first"], dissolve["last"] + 1))
    [after] = [piece for piece in pieces if piece.span.start == (dissolve["last"] + 1) * 40]
    assert after.start_edge == Edge(reason="gradual_change", detail="a dissolve of 0.8 s ends here")


def test_kinds_of_footage_cut_one_file_differently_and_say_why(
    tmp_path: Path, library: Library, make_job: MakeJob, make_video: MakeVideo
) -> None:
    """Two sentences under two seconds and a half each, over one take."""
    path = make_video(tmp_path / "talk.mp4", (6.2,), size="64x64")
    cues = ((0.2, 2.6, "first"), (3.4, 5.8, "second"))
    blocks = [f"{k}\n00:00:0{a:.3f} --> 00:00:0{b:.3f}\n{text}\n" for k, (a, b, text) in enumerate(cues, 1)]
    path.with_suffix(".srt").write_text("\n".join(blocks).replace(".", ","), "utf-8")
    other = tmp_path / "other"
    Library.create(other)
    live = ingest([path], make_job(kind="livestream"), Watch()).footage[0]
    with Library.open(other, write=True) as second:
        shop = ingest([path], make_job(kind="product", library=second), Watch()).footage[0]
    assert (len(live.clips), len(shop.clips)) == (2, 1)
    one, two = (library.get(id) for id in live.clips)
    assert (one.spoken, two.spoken) == ("first", "second")
    assert one.end_edge == two.start_edge == Edge(reason="pause", detail="pause of 0.80 s")


def test_shots_under_a_second_become_a_record_marked_as_montage(
    tmp_path: Path, library: Library, make_job: MakeJob, make_video: MakeVideo
) -> None:
    path = make_video(tmp_path / "fast.mp4", (0.6, 0.64, 2.4), sound=False)
    records = [library.get(id) for id in ingest([path], make_job(), Watch()).footage[0].clips]
    assert [record.montage for record in records] == [True, False]
    assert records[0].span == Span(start=0, end=1240)


def test_another_finder_never_cuts_kept_footage_anew(video: Path, library: Library, make_job: MakeJob) -> None:
    first = ingest([video], make_job(), Watch()).footage[0]
    before = state_of(library)["records"]
    again = ingest([video], make_job(settings=Settings(shots="scenedetect")), Watch()).footage[0]
    assert (again.status, again.clips) == ("kept", first.clips)
    assert state_of(library)["records"] == before
    assert Scan.load(library.media / first.id / "scan.npz", "scenedetect") is not None


def test_silent_footage_has_no_voice_and_says_why_there_are_no_words(
    tmp_path: Path, library: Library, make_job: MakeJob, make_video: MakeVideo
) -> None:
    path = make_video(tmp_path / "mute.mp4", (1.5,), sound=False)
    outcome = ingest([path], make_job(), Watch()).footage[0]
    record = library.get(outcome.clips[0])
    assert not record.facts.has_sound and record.facts.loudness is None and record.spoken == ""
    assert record.transcript.reason == "the file has no sound track"
    assert not (library.media / record.id / "voice.wav").exists()


def test_every_clip_without_words_says_why(tmp_path: Path, video: Path, library: Library, make_job: MakeJob) -> None:
    """No engine; nothing heard by an engine; words of another clip; sound that has ended before the clip."""
    import ffmpeg as graph

    job = make_job(speech=NoSpeech())

    def reasons(path: Path, speech: SpeechEngine) -> list[str]:
        outcome = ingest([path], dataclasses.replace(job, speech=speech), Watch()).footage[0]
        assert outcome.status == "kept"
        records = [library.get(id) for id in outcome.clips]
        assert all(bool(record.spoken) != bool(record.transcript.reason) for record in records)
        return [record.transcript.reason for record in records]

    assert reasons(video, NoSpeech()) == ["transcription is switched off"] * 2
    assert reasons(video, SidecarSpeech()) == [NO_WORDS] * 2
    unheard = Transcript(engine="x", reason="no speech was detected in the sound")
    assert reasons(video, RenamedSpeech("deaf", unheard)) == [unheard.reason] * 2
    line = Line(text="only here", span=Span(start=200, end=1800))
    assert reasons(video, RenamedSpeech("half", Transcript(engine="x", lines=(line,)))) == ["", ELSEWHERE]

    short = tmp_path / "short.mp4"
    picture, sound = graph.input(str(video))["v"], graph.input(str(video), t=1.4)["a"]
    job.ffmpeg.make(graph.output(picture, sound, str(short), vcodec="copy", acodec="aac"))
    said = RenamedSpeech("half", Transcript(engine="x", lines=(line,)))
    first, second = reasons(short, said)
    assert first == "" and second.startswith("the sound ends at 1.") and second.endswith("the picture at 4.0 s")
    states = [library.footage_state(footage.id) for footage in library.all_footage()]
    assert {state.reason for state in states if state} == {"", second}


class RenamedSpeech(ScriptedSpeech):
    """A scripted engine with an id and one answer for any request."""

    def __init__(self, id: str, answer: Transcript) -> None:
        super().__init__([answer])
        self.id = id


def test_a_second_run_adds_nothing_and_asks_no_engine(video: Path, library: Library, make_job: MakeJob) -> None:
    vision, speech = ScriptedVision(), ScriptedSpeech()
    job = make_job(vision=vision, speech=speech)
    first = ingest([video], job, Watch())
    before, asked = state_of(library), (len(vision.requests), len(speech.requests))
    pending = library.pending()
    again = ingest([video], job, Watch())
    assert again.footage[0].status == "skipped" and again.footage[0].reason == "already in the library"
    assert again.footage[0].clips == first.footage[0].clips and again.clips_added == 0
    assert (len(vision.requests), len(speech.requests)) == asked == (len(first.footage[0].clips), 1)
    assert state_of(library) == before and library.pending() == pending


def test_the_vision_engine_gets_frames_inside_the_span_and_all_that_is_known(
    video: Path, library: Library, make_job: MakeJob
) -> None:
    cup = Product(id="cup", name="Cup")
    vision = ScriptedVision()
    settings = Settings(product=(cup,), language="en")
    job = make_job(vision=vision, speech=ScriptedSpeech(), settings=settings, products=(cup,), kind="product")
    ingest([video], job, Watch())
    for request in vision.requests:
        assert 3 <= len(request.frames) <= 8
        assert all(request.span.holds(frame.at) and frame.jpeg[:2] == b"\xff\xd8" for frame in request.frames)
        assert (request.kind, request.language) == ("product", "en")
        assert request.products == (cup,) and request.filed_under == ("cup",)
    assert any("scripted line" in request.spoken for request in vision.requests)


def test_links_of_the_caption_become_products_of_the_record(video: Path, library: Library, make_job: MakeJob) -> None:
    link = ProductLink(product="cup", evidence="seen", confidence=0.8)
    caption = Caption(content_types=("hook",), forms=("talking_head",), description="d", products=(link,))
    report = ingest([video], make_job(vision=ScriptedVision([caption, caption])), Watch())
    assert library.get(report.footage[0].clips[0]).products == (link,)


def test_a_broken_file_among_good_ones_is_named_and_the_others_are_kept(
    tmp_path: Path, video: Path, library: Library, make_job: MakeJob
) -> None:
    (tmp_path / "a.mp4").write_bytes(video.read_bytes())
    (tmp_path / "b.mp4").write_bytes(video.read_bytes()[: len(video.read_bytes()) // 3])
    (tmp_path / "c.mp4").write_text("words")
    (tmp_path / "d.mp4").write_bytes(video.read_bytes())
    report = ingest([tmp_path], make_job(), Watch())
    assert [o.status for o in report.footage] == ["kept", "refused", "refused", "skipped"]
    assert all(o.code and o.reason for o in report.footage[1:3])
    assert report.footage[0].id == report.footage[3].id and report.clips_added == 2


def test_what_is_no_footage_is_refused_and_nothing_else_is_read(
    tmp_path: Path, video: Path, library: Library, make_job: MakeJob, make_video: MakeVideo, ffmpeg: object
) -> None:
    import ffmpeg as graph

    (tmp_path / "other.mp4").write_bytes(video.read_bytes())
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "text.mp4").write_text("hello")
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "list.mp4").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nother.mp4\n#EXT-X-ENDLIST\n")
    (tmp_path / "concat.mp4").write_text("ffconcat version 1.0\nfile other.mp4\n")
    job = make_job()
    job.ffmpeg.make(graph.output(graph.input("testsrc=s=64x64", f="lavfi"), str(tmp_path / "p.png"), vframes=1))
    (tmp_path / "p.png").rename(tmp_path / "picture.mp4")
    job.ffmpeg.make(graph.output(graph.input("sine", f="lavfi", t=2), str(tmp_path / "sound.mp4"), acodec="aac"))
    make_video(tmp_path / "short.mp4", (0.6,))
    names = ["pipe", "text", "empty", "list", "concat", "picture", "sound", "short", "none"]
    report = ingest([tmp_path / f"{name}.mp4" for name in names], job, Watch())
    assert {o.path.stem: (o.status, o.code) for o in report.footage} == {
        **dict.fromkeys(names, ("refused", "E_NOT_MEDIA")),
        "sound": ("refused", "E_NO_PICTURE"),
        "short": ("refused", "E_TOO_SHORT"),
        "none": ("refused", "E_MISSING"),
    }
    assert "600 ms" in report.footage[-2].reason
    assert library.records() == [] and list(library.media.iterdir()) == []


def test_known_footage_of_another_kind_is_refused(video: Path, library: Library, make_job: MakeJob) -> None:
    ingest([video], make_job(), Watch())
    before = state_of(library)
    outcome = ingest([video], make_job(kind="livestream"), Watch()).footage[0]
    assert (outcome.status, outcome.code) == ("refused", "E_USAGE")
    assert "'brand'" in outcome.reason and "--kind brand" in outcome.reason and len(outcome.clips) == 2
    assert state_of(library) == before


def test_a_moved_file_is_recognised_and_products_are_united(
    tmp_path: Path, video: Path, library: Library, make_job: MakeJob
) -> None:
    old, new = tmp_path / "old.mp4", tmp_path / "new.mp4"
    old.write_bytes(video.read_bytes())
    id = ingest([old], make_job(products=(Product(id="a", name="A"),)), Watch()).footage[0].id
    old.rename(new)
    outcome = ingest([new], make_job(products=(Product(id="b", name="B"),)), Watch()).footage[0]
    assert outcome.status == "kept" and outcome.id == id
    assert library.footage(id).path == str(new) and library.footage(id).products == ("a", "b")


def test_a_failing_clip_leaves_the_others_and_a_later_run_makes_only_it(
    video: Path, library: Library, make_job: MakeJob
) -> None:
    vision = ScriptedVision([EngineError("down", "wait")])
    job = make_job(vision=vision, settings=Settings(concurrency=1))
    outcome = ingest([video], job, Watch()).footage[0]
    assert (outcome.status, outcome.code, len(outcome.clips)) == ("partial", "E_ENGINE", 1)
    assert "1 of 2 clips failed, first: down. wait" in outcome.reason
    state = library.footage_state(outcome.id)
    assert state is not None and (state.state, state.reason) == ("partial", outcome.reason)
    encoded = {p: p.stat().st_mtime_ns for p in library.media.rglob("clip.mp4")}
    report = ingest([video], job, Watch())
    assert report.footage[0].status == "kept" and report.clips_added == 1
    assert len(vision.requests) == 3 and len(library.records()) == 2
    assert {p: p.stat().st_mtime_ns for p in library.media.rglob("clip.mp4")} == encoded
    assert list(library.media.rglob("draft.json")) == []


def test_a_file_of_which_every_clip_fails_has_failed(video: Path, library: Library, make_job: MakeJob) -> None:
    outcome = ingest([video], make_job(vision=ScriptedVision([EngineError("down")] * 2)), Watch()).footage[0]
    assert (outcome.status, outcome.code, outcome.clips) == ("failed", "E_ENGINE", ())
    state = library.footage_state(outcome.id)
    assert state is not None and state.state == "failed" and "down" in state.reason


def test_another_vision_engine_describes_the_same_clips_anew(video: Path, library: Library, make_job: MakeJob) -> None:
    first = ingest([video], make_job(), Watch())
    library.correct(first.footage[0].clips[0], "description", "by hand", "ann")
    encoded = {p: p.stat().st_mtime_ns for p in library.media.rglob("clip.mp4")}
    again = ingest([video], make_job(vision=ScriptedVision()), Watch())
    assert again.footage[0].status == "kept" and again.footage[0].clips == first.footage[0].clips
    assert again.clips_added == 0
    records = library.records(again.footage[0].clips)
    assert all(record.description.startswith("预设描述") for record in records)
    assert records[0].effective().description == "by hand"
    assert {p: p.stat().st_mtime_ns for p in library.media.rglob("clip.mp4")} == encoded


def test_another_speech_engine_brings_words_but_never_other_clips(
    video: Path, library: Library, make_job: MakeJob
) -> None:
    first = ingest([video], make_job(speech=SidecarSpeech()), Watch())
    again = ingest([video], make_job(speech=ScriptedSpeech()), Watch())
    assert again.footage[0].clips == first.footage[0].clips
    assert any("scripted line" in record.spoken for record in library.records())


def test_a_record_filed_by_new_rules_says_the_same(
    video: Path, library: Library, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ingest([video], make_job(), Watch()).footage[0]
    before = [record.model_dump(exclude={"marks", "revision"}) for record in library.records()]
    changed = dataclasses.replace(STEPS[-1], version=99)
    monkeypatch.setattr("ingest.pipeline.STEPS", (*STEPS[:-1], changed))
    vision = ScriptedVision([EngineError("nobody asks")] * 2)
    monkeypatch.setattr(ScriptedVision, "id", "facts")
    assert ingest([video], make_job(vision=vision), Watch()).footage[0].clips == first.clips
    assert [record.model_dump(exclude={"marks", "revision"}) for record in library.records()] == before
    assert vision.requests == [] and all(record.revision == 2 for record in library.records())


def test_leftovers_of_a_killed_run_are_removed(library: Library, make_job: MakeJob) -> None:
    leftover = library.media / "c_0123456789abcdef_000000-002000" / ".tmp-clip.mp4"
    leftover.parent.mkdir(parents=True)
    leftover.write_text("half")
    assert ingest([], make_job(), Watch()).footage == () and list(library.media.iterdir()) == []


def test_lost_media_are_made_again(video: Path, library: Library, make_job: MakeJob) -> None:
    report = ingest([video], make_job(), Watch())
    before = state_of(library)
    (library.media / report.footage[0].clips[0] / "clip.mp4").unlink()
    library.set_footage_state(report.footage[0].id, FootageState("open"))
    assert ingest([video], make_job(), Watch()).footage[0].status == "kept"
    assert state_of(library) == before


@pytest.mark.parametrize("error", [BudgetSpent("spent"), CredentialsError("no key"), LibraryLocked("held")])
def test_what_would_fail_again_stops_the_run_and_what_is_done_stays(
    tmp_path: Path, video: Path, library: Library, make_job: MakeJob, error: CliplibError
) -> None:
    other = tmp_path / "other.mp4"
    other.write_bytes(video.read_bytes() + b"\0" * 8)
    vision = ScriptedVision()
    job = make_job(vision=vision, settings=Settings(concurrency=1))
    ingest([video], job, Watch())
    vision._answers = [error]
    watch = Watch()
    with pytest.raises(type(error)):
        ingest([other, video], job, watch)
    assert watch.outcomes == [] and len(library.records()) == 2
    assert library.footage_state(ids(library)[1]) is not None
    assert ingest([other], job, Watch()).footage[0].status == "kept"


def test_an_interrupt_stops_the_run(video: Path, library: Library, make_job: MakeJob) -> None:
    class Interrupted(Watch):
        def progress(self, path: Path, step: str, share: float) -> None:
            if step == "clips":
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest([video], make_job(), Interrupted())
    assert ingest([video], make_job(), Watch()).footage[0].status == "kept"
    assert list(library.media.rglob("draft.json")) == []


def ids(library: Library) -> list[str]:
    return [footage.id for footage in library.all_footage()]


def test_a_file_that_changes_while_it_is_read_has_failed(
    tmp_path: Path, video: Path, library: Library, make_job: MakeJob
) -> None:
    path = tmp_path / "growing.mp4"
    path.write_bytes(video.read_bytes())

    class Growing(Watch):
        def progress(self, file: Path, step: str, share: float) -> None:
            if (step, share) == ("clips", 1.0):
                with file.open("ab") as more:
                    more.write(b"x")

    outcome = ingest([path], make_job(), Growing()).footage[0]
    assert (outcome.status, outcome.code) == ("failed", "E_CHANGED")


def test_clips_are_described_at_the_same_time(video: Path, make_job: MakeJob) -> None:
    """Two describers meet: neither goes on before the other has come."""
    from threading import Barrier

    both = Barrier(2, timeout=30)

    class Meeting(ScriptedVision):
        def describe(self, request: object) -> Caption:
            both.wait()
            return Caption(content_types=("hook",), forms=("talking_head",), description="met")

    report = ingest([video], make_job(vision=Meeting(), settings=Settings(concurrency=2)), Watch())
    assert report.footage[0].status == "kept"


def test_an_earlier_kept_cut_of_another_version_is_made_anew(
    video: Path, library: Library, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = ingest([video], make_job(), Watch()).footage[0].id
    kept = library.media / id / "cut.json"
    good = kept.read_text("utf-8")
    kept.write_text(json.dumps({"schema": "cut.9"}), "utf-8")
    library.set_footage_state(id, FootageState("open"))
    assert ingest([video], make_job(), Watch()).footage[0].status == "kept"
    assert kept.read_text("utf-8") == good


def test_new_rules_of_cutting_hear_nothing_again_and_leave_kept_clips_alone(
    video: Path, library: Library, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    speech = ScriptedSpeech()
    job = make_job(speech=speech)
    first = ingest([video], job, Watch()).footage[0]
    monkeypatch.setattr("ingest.settle.VERSION", 99)
    library.set_footage_state(first.id, FootageState("open"))
    assert ingest([video], job, Watch()).footage[0].clips == first.clips
    assert len(speech.requests) == 1


def test_a_failed_speech_engine_fails_the_file_only(
    tmp_path: Path, video: Path, library: Library, make_job: MakeJob, make_video: MakeVideo
) -> None:
    mute = make_video(tmp_path / "mute.mp4", (1.2,), sound=False)
    speech = ScriptedSpeech([EngineError("no weights")])
    report = ingest([video, mute], make_job(speech=speech), Watch())
    assert [(o.status, o.code) for o in report.footage] == [("failed", "E_ENGINE"), ("kept", "")]


def test_an_older_record_stays_while_a_new_try_fails(video: Path, library: Library, make_job: MakeJob) -> None:
    first = ingest([video], make_job(), Watch()).footage[0]
    outcome = ingest([video], make_job(vision=ScriptedVision([EngineError("down")] * 2)), Watch()).footage[0]
    assert (outcome.status, outcome.clips) == ("partial", first.clips)
