"""Hearing: subtitles before engines, silence before calls."""

from pathlib import Path

import numpy as np

from cliplib.engines.scripted import ScriptedSpeech
from cliplib.media.probe import probe
from cliplib.records import Line, Word
from cliplib.values import Span
from ingest.speech import clipped, find_speech, hear, hear_mark, shifted, sound_level, sound_note
from tests.conftest import MakeVideo
from tests.ingest.conftest import MakeJob, MakeNumbered

TIMES = ("00:00:00,200 --> 00:00:01,000", "00:00:01,500 --> 00:00:09,000", "00:00:08,000 --> 00:00:09,000")
SRT = "\n".join(
    f"{k}\n{time}\n{text}\n" for k, time, text in zip("123", TIMES, ("first", "second", "never"), strict=True)
)


def line(start: int, end: int, text: str = "x") -> Line:
    return Line(text=text, span=Span(start=start, end=end))


def loud(length: int) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.full(length * 16, 1000, np.int16)


def test_subtitles_beside_the_file_win_and_end_with_the_picture(
    tmp_path: Path, make_job: MakeJob, make_video: MakeVideo
) -> None:
    path = make_video(tmp_path / "v.mp4", (2.0,))
    (tmp_path / "v.srt").write_text(SRT, "utf-8")
    speech = ScriptedSpeech()
    found = hear(path, probe(path), loud(2000), make_job(speech=speech)).transcript
    assert [(k.text, k.span.start, k.span.end) for k in found.lines] == [("first", 200, 1000), ("second", 1500, 2000)]
    assert found.engine == "sidecar:srt" and speech.requests == []


def test_subtitles_count_from_where_a_player_begins(
    tmp_path: Path, make_job: MakeJob, make_numbered: MakeNumbered
) -> None:
    """The picture starts 0.84 s after the sound, and the subtitle 1.50 s after the sound: 0.66 s after the picture."""
    path = make_numbered(tmp_path / "v.mp4", 75, late=0.84)
    (tmp_path / "v.srt").write_text(SRT, "utf-8")
    found = hear(path, probe(path), loud(3000), make_job()).transcript
    assert [(k.text, k.span.start) for k in found.lines] == [("first", 0), ("second", 660)]


def test_an_engine_is_asked_only_when_there_is_something_to_hear(
    tmp_path: Path, make_job: MakeJob, make_video: MakeVideo
) -> None:
    speech = ScriptedSpeech()
    job = make_job(speech=speech)
    mute = make_video(tmp_path / "mute.mp4", (1.2,), sound=False)
    assert "no sound track" in hear(mute, probe(mute), np.zeros(0, np.int16), job).transcript.reason
    voiced = make_video(tmp_path / "voiced.mp4", (1.2,))
    assert "silent" in hear(voiced, probe(voiced), np.zeros(1200 * 16, np.int16), job).transcript.reason
    assert speech.requests == []
    assert hear(voiced, probe(voiced), loud(1200), job).transcript.lines[0].text == "scripted line 1."
    assert len(speech.requests) == 1


def test_words_that_all_lie_beyond_the_picture_are_none_and_it_says_so(
    tmp_path: Path, make_job: MakeJob, make_video: MakeVideo
) -> None:
    path = make_video(tmp_path / "v.mp4", (1.2,))
    (tmp_path / "v.srt").write_text("1\n00:00:02,000 --> 00:00:03,000\nlate\n", "utf-8")
    found = hear(path, probe(path), loud(1200), make_job()).transcript
    assert found.lines == () and "beyond the picture" in found.reason


def test_sound_that_ends_early_is_worth_a_note(tmp_path: Path, make_video: MakeVideo) -> None:
    found = probe(make_video(tmp_path / "v.mp4", (2.0,)))
    assert sound_note(1200, found) == "the sound ends at 1.2 s, the picture at 2.0 s"
    assert sound_note(1500, found) == "" == sound_note(0, found.model_copy(update={"audio": ()}))


def test_a_changed_subtitle_or_engine_is_heard_again(tmp_path: Path, make_job: MakeJob) -> None:
    path = tmp_path / "v.mp4"
    marks = [hear_mark(path, make_job())]
    for text in ("one", "two"):
        (tmp_path / "v.srt").write_text(text, "utf-8")
        marks.append(hear_mark(path, make_job()))
    marks.append(hear_mark(path, make_job(speech=ScriptedSpeech())))
    assert len(set(marks)) == 4
    assert marks[-1] == hear_mark(path, make_job(speech=ScriptedSpeech()))


def test_lines_are_shifted_with_their_words() -> None:
    word = Word(text="w", span=Span(start=100, end=400))
    early = Line(text="a", span=Span(start=0, end=400), words=(word,))
    moved = shifted([early, line(0, 200), early.model_copy(update={"span": Span(start=0, end=900)})], -300)
    assert [k.span for k in moved] == [Span(start=0, end=100), Span(start=0, end=600)]
    assert moved[0].words[0].span == Span(start=0, end=100)
    cut_off = clipped([Line(text="a", span=Span(start=0, end=900), words=(word, word))], 200)[0]
    assert cut_off.span.end == 200 and cut_off.words[0].span.end == 200


def test_no_speech_is_found_in_silence_or_a_tone() -> None:
    tone = (8000 * np.sin(np.arange(32_000) / 5)).astype(np.int16)
    assert find_speech(np.zeros(0, np.int16)) == () == find_speech(np.zeros(16_000, np.int16)) == find_speech(tone)


def test_sound_level_is_that_of_each_picture() -> None:
    audio = np.concatenate([np.zeros(640, np.int16), np.full(640, 500, np.int16)])
    assert sound_level(audio, np.array([0, 40]), 80).tolist() == [0.0, 500.0]
    assert sound_level(np.zeros(0, np.int16), np.array([0, 40]), 80).tolist() == [0.0, 0.0]
