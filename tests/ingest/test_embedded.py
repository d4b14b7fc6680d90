"""Subtitle tracks inside a file: each text codec, without styling, on the clock of the pictures; pictures are noted."""

import struct
from pathlib import Path

import ffmpeg as graph
import numpy as np
import pytest

from cliplib.engines.scripted import ScriptedSpeech
from cliplib.media.ffmpeg import Ffmpeg, source
from cliplib.media.probe import probe
from cliplib.records import Line
from cliplib.values import Span
from ingest.embedded import code_of, read_embedded
from ingest.speech import hear
from tests.conftest import MakeVideo
from tests.ingest.conftest import MakeJob

SRT = (
    "1\n00:00:00,200 --> 00:00:01,000\n<i>第一</i>句\n\n"
    "2\n00:00:01,200 --> 00:00:02,500\nsecond <font color=red>line</font>\nand &amp; more\n"
)
LINES = (
    Line(text="第一句", span=Span(start=200, end=1000)),
    Line(text="second line and & more", span=Span(start=1200, end=2500)),
)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, make_video: MakeVideo) -> Path:
    return make_video(tmp_path_factory.mktemp("film") / "film.mp4", (3.0,))


def muxed(ffmpeg: Ffmpeg, film: Path, target: Path, *tracks: tuple[str, str, str], late: float = 0.0) -> Path:
    """The film with subtitle tracks (codec, language, text) and everything `late` seconds later."""
    inputs = [source(film, itsoffset=late)] if late else [source(film)]
    named: dict[str, str] = {}
    for k, (codec, language, text) in enumerate(tracks):
        subtitles = target.with_name(f"{target.stem}-{k}.srt")
        subtitles.write_text(text, "utf-8")
        inputs.append(source(subtitles, itsoffset=late) if late else source(subtitles))
        named |= {f"c:s:{k}": codec, f"metadata:s:s:{k}": f"language={language}"}
    streams = [inputs[0]["v"], inputs[0]["a"], *(one["s"] for one in inputs[1:])]
    ffmpeg.make(graph.output(*streams, str(target), vcodec="copy", acodec="copy", **named))
    return target


@pytest.mark.parametrize(
    ("name", "codec", "engine"),
    [
        ("a.mp4", "mov_text", "embedded:mov_text"),
        ("b.mov", "mov_text", "embedded:mov_text"),
        ("c.mkv", "subrip", "embedded:subrip"),
        ("d.mkv", "ass", "embedded:ass"),
        ("e.mkv", "webvtt", "embedded:webvtt"),
    ],
)
def test_each_text_codec(name: str, codec: str, engine: str, film: Path, ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    path = muxed(ffmpeg, film, tmp_path / name, (codec, "chi", SRT))
    transcript, notes = read_embedded(path, probe(path))
    assert transcript is not None and notes == ()
    assert (transcript.engine, transcript.language, transcript.lines) == (engine, "zh", LINES)


def test_times_count_from_the_first_picture(film: Path, ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    path = muxed(ffmpeg, film, tmp_path / "late.mkv", ("subrip", "und", SRT), late=1.5)
    found = probe(path)
    transcript, _ = read_embedded(path, found)
    assert found.start == 1500
    assert transcript is not None and transcript.lines == LINES and transcript.language == "en"


def test_the_language_of_the_sound_wins_then_the_first(film: Path, ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    english = SRT.replace("第一", "first ")
    path = muxed(ffmpeg, film, tmp_path / "two.mkv", ("subrip", "eng", english), ("subrip", "chi", SRT))
    found = probe(path)
    assert _engine_and_language(path) == ("embedded:subrip", "en")
    chinese = found.model_copy(update={"audio": tuple(t.model_copy(update={"language": "zho"}) for t in found.audio)})
    transcript, _ = read_embedded(path, chinese)
    assert transcript is not None and transcript.language == "zh" and transcript.lines == LINES


def _engine_and_language(path: Path) -> tuple[str, str]:
    transcript, _ = read_embedded(path, probe(path))
    assert transcript is not None
    return transcript.engine, transcript.language


def test_an_empty_track_gives_way_to_one_with_words(film: Path, ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    empty = "1\n00:00:00,200 --> 00:00:01,000\n{\\an8}\n"
    path = muxed(ffmpeg, film, tmp_path / "e.mkv", ("subrip", "eng", empty), ("ass", "chi", SRT))
    assert _engine_and_language(path) == ("embedded:ass", "zh")


def pictures(path: Path) -> Path:
    """A PGS file with one empty display."""
    shown = struct.pack(">HHBHBBBB", 320, 180, 0x10, 0, 0x80, 0, 0, 0)
    parts = ((0x16, shown), (0x80, b""))
    path.write_bytes(b"".join(b"PG" + struct.pack(">IIBH", 9000, 0, kind, len(data)) + data for kind, data in parts))
    return path


def test_a_track_of_pictures_is_noted_and_the_engine_is_asked(
    film: Path, ffmpeg: Ffmpeg, tmp_path: Path, make_job: MakeJob
) -> None:
    path = tmp_path / "p.mkv"
    drawn = graph.input(str(pictures(tmp_path / "p.sup")), f="sup")
    ffmpeg.make(graph.output(source(film)["v"], source(film)["a"], drawn["s"], str(path), c="copy"))
    transcript, notes = read_embedded(path, probe(path))
    assert transcript is None
    assert notes == ("subtitle track 2 (pgssub) is made of pictures and is not read",)
    speech = ScriptedSpeech()
    heard = hear(path, probe(path), np.full(48_000, 1000, np.int16), make_job(speech=speech))
    assert len(speech.requests) == 1 and heard.transcript.lines and heard.notes == notes


def test_sidecars_come_before_tracks_and_tracks_before_engines(
    film: Path, ffmpeg: Ffmpeg, tmp_path: Path, make_job: MakeJob
) -> None:
    path = muxed(ffmpeg, film, tmp_path / "v.mp4", ("mov_text", "chi", SRT))
    speech = ScriptedSpeech()
    audio = np.full(48_000, 1000, np.int16)
    assert hear(path, probe(path), audio, make_job(speech=speech)).transcript.engine == "embedded:mov_text"
    (tmp_path / "v.srt").write_text("1\n00:00:00,200 --> 00:00:01,000\nbeside\n", "utf-8")
    heard = hear(path, probe(path), audio, make_job(speech=speech)).transcript
    assert heard.engine == "sidecar:srt" and heard.text == "beside" and speech.requests == []


@pytest.mark.parametrize(
    ("tag", "code"),
    [("chi", "zh"), ("zh-CN", "zh"), ("eng", "en"), ("und", ""), ("", ""), (None, ""), ("JPN", "ja"), ("swa", "swa")],
)
def test_language_tags(tag: str | None, code: str) -> None:
    assert code_of(tag) == code


def test_a_file_without_tracks_has_neither_words_nor_notes(film: Path) -> None:
    assert read_embedded(film, probe(film)) == (None, ())
