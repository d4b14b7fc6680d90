"""Speech whose words are known to the millisecond, over random layouts: none is cut, lost, doubled or misplaced."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import get_args

import ffmpeg as graph
import pytest

from benchmarks.words import CUP, Layout, Tally, count, heard, planted, run, words_of
from cliplib.config import Settings
from cliplib.engines.scripted import ScriptedSpeech
from cliplib.library import Library
from cliplib.media.audio import write_wav
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.records import Edge, FootageKind, Line, Transcript, Word
from cliplib.values import Span
from ingest.dealing import deal, divided
from ingest.pipeline import ingest
from ingest.segment import Piece
from tests.ingest.conftest import MakeJob, Watch


@pytest.mark.parametrize("kind", get_args(FootageKind))
def test_no_word_is_broken_or_misplaced_and_offers_stay_whole(kind: FootageKind) -> None:
    tally = run(5, kind)
    assert tally.words > 300 and tally.sentences > 10
    assert tally.good, tally


def test_the_tally_would_notice() -> None:
    layout = planted(0)
    word = layout.words[3]
    bounds, edge = [0, word.span.middle, layout.length], Edge(reason="pause")
    pieces = [Piece(span=Span(start=a, end=b), start_edge=edge, end_edge=edge) for a, b in pairwise(bounds)]
    tally = Tally()
    count(layout, pieces, tally)
    assert tally.broken == 1 and tally.off_length >= 1 and not tally.good


def said(text: str, *words: tuple[str, int, int]) -> Line:
    spans = [Word(text=word, span=Span(start=start, end=end)) for word, start, end in words]
    return Line(text=text, span=Span(start=words[0][1], end=words[-1][2]), words=tuple(spans))


EDGE = Edge(reason="pause")
HALVES = [Piece(span=Span(start=a, end=b), start_edge=EDGE, end_edge=EDGE) for a, b in ((0, 5000), (5000, 9000))]
LONG = said(
    "保温十二小时，倒过来 也不漏。",
    ("保温", 100, 900),
    ("十二小时，", 900, 4800),
    ("倒过来", 4900, 6000),
    ("也不漏。", 6000, 8000),
)


def test_a_line_across_two_clips_is_divided_at_its_words() -> None:
    one, other = deal(Transcript(language="zh", engine="e", lines=(LONG,)), HALVES)
    assert [(line.text, line.span) for line in one.lines] == [("保温十二小时，", Span(start=100, end=4800))]
    assert [(line.text, line.span) for line in other.lines] == [("倒过来 也不漏。", Span(start=4900, end=8000))]
    assert words_of(one) + words_of(other) == list(LONG.words)


@pytest.mark.parametrize(
    "line",
    [
        LONG.model_copy(update={"words": ()}),
        LONG.model_copy(update={"text": "别的文字"}),
        LONG.model_copy(update={"words": LONG.words[:2]}),
    ],
    ids=["without words", "other text", "in one clip"],
)
def test_a_line_that_cannot_be_divided_stays_whole(line: Line) -> None:
    assert [part for _, part in divided(line, HALVES)] == [line]


@pytest.fixture
def film(ffmpeg: Ffmpeg, tmp_path: Path) -> Callable[[Layout], Path]:
    """A function that makes a real file of a layout: moving pictures, and a burst of sound for every word."""

    def make(layout: Layout) -> Path:
        write_wav(tmp_path / "words.wav", heard(layout))
        pictures = graph.input("mandelbrot=s=160x90:r=25", f="lavfi", t=layout.length / 1000)
        sound = graph.input(str(tmp_path / "words.wav"))
        path = tmp_path / "take.mp4"
        ffmpeg.make(graph.output(pictures, sound, str(path), vcodec="libx264", preset="ultrafast", acodec="aac"))
        return path

    return make


def test_every_word_of_a_real_file_is_in_the_record_of_the_one_clip_that_it_is_heard_in(
    library: Library, make_job: MakeJob, film: Callable[[Layout], Path]
) -> None:
    layout = planted(7)
    transcript = Transcript(language="en", engine="planted", lines=layout.lines)
    job = make_job(kind="livestream", speech=ScriptedSpeech([transcript]), settings=Settings(product=(CUP,)))
    [outcome] = ingest([film(layout)], job, Watch()).footage
    assert outcome.status == "kept", outcome.reason
    records = library.records()
    found = sorted((word for record in records for word in words_of(record.transcript)), key=lambda w: w.span.start)
    assert found == layout.words
    for record in records:
        assert all(record.span.holds(word.span.middle) for word in words_of(record.transcript))
        assert all(word.text in record.spoken for word in words_of(record.transcript))
    edges = {at for record in records for at in (record.span.start, record.span.end)}
    assert not [w for w in layout.words for at in edges if w.span.start + 20 < at < w.span.end - 20]
