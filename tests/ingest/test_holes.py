"""A file that is bad in one place: the good parts become clips, and it is said what is left out."""

from fractions import Fraction
from pathlib import Path

import ffmpeg as graph
import numpy as np
import pytest

from cliplib.library import Library
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.media.frames import grab
from cliplib.records import Line, Word
from cliplib.values import Span
from ingest.changes import Passage
from ingest.holes import holes_in, segment_around, stretches, told
from ingest.layout import Material
from ingest.pipeline import ingest
from ingest.shots import Scan
from tests.conftest import MakeVideo
from tests.ingest.conftest import MakeJob, MakeNumbered, Watch, number_shown


def scan_of(pictures: int, damage: tuple[Span, ...] = (), times: list[int] | None = None) -> Scan:
    at = np.array(times if times is not None else range(0, pictures * 40, 40), np.int64)
    flat = np.full(len(at), 0.5, np.float32)
    return Scan(Fraction(0), at, int(at[-1]) + 40, (), flat, flat, flat, damage=damage)


def material_of(scan: Scan, **known: object) -> Material:
    flat = np.zeros(len(scan.times), np.float32)
    parts: dict[str, object] = {"shots": (), "lines": (), "speech": (), **known}
    return Material(times=scan.times, length=scan.length, motion=flat, level=flat, **parts)  # type: ignore[arg-type]


def test_clips_lie_around_damage_and_their_edges_say_so() -> None:
    scan = scan_of(250, (Span(start=3000, end=4000), Span(start=4480, end=4960)))
    pieces = segment_around(material_of(scan, shots=(1800, 7000)), "brand", scan)
    spans = [(piece.span.start, piece.span.end) for piece in pieces]
    assert spans == [(0, 1800), (1800, 3000), (4960, 7000), (7000, 10_000)]
    assert pieces[1].end_edge.reason == pieces[2].start_edge.reason == "left_out"
    assert pieces[1].end_edge.detail == "the pictures at 3.0-4.0 s are damaged or missing"
    assert (pieces[0].start_edge.reason, pieces[-1].end_edge.reason) == ("file_start", "file_end")


def test_what_is_missing_at_the_end_is_named_from_the_last_picture_on() -> None:
    scan = scan_of(50, (Span(start=2120, end=4000),))
    assert told(holes_in(scan)) == "the pictures at 2.0-4.0 s are damaged or missing"
    [piece] = segment_around(material_of(scan), "brand", scan)
    assert piece.span == Span(start=0, end=2000) and piece.end_edge.reason == "left_out"


def test_a_picture_that_is_held_too_long_is_left_out() -> None:
    times = [*range(0, 2000, 40), *range(14_000, 16_000, 40)]
    scan = scan_of(0, times=times)
    pieces = segment_around(material_of(scan), "brand", scan)
    assert [(piece.span.start, piece.span.end) for piece in pieces] == [(0, 1960), (14_000, 16_000)]
    assert "stands from 2.0 s to 14.0 s" in pieces[0].end_edge.detail


def test_words_and_passages_of_a_stretch_count_from_its_beginning() -> None:
    """A word that a clip could hold is not broken behind a hole either."""
    scan = scan_of(500, (Span(start=2000, end=4000),))
    word = Word(text="kettle", span=Span(start=13_000, end=14_400))
    line = Line(text="kettle", span=word.span, words=(word,))
    passage = Passage(8000, 8800, "dissolve")
    pieces = segment_around(material_of(scan, lines=(line,), passages=(passage,)), "brand", scan)
    starts = {piece.span.start for piece in pieces}
    assert 8800 in starts and not any(word.span.start < at < word.span.end for at in starts)


def test_without_a_good_second_there_is_no_stretch() -> None:
    scan = scan_of(50, (Span(start=600, end=1200),))
    assert stretches(scan) == ()


def broken(path: Path, target: Path, first: float, last: float) -> Path:
    """The same file with a share of its bytes turned around."""
    data = bytearray(path.read_bytes())
    start, end = int(len(data) * first), int(len(data) * last)
    data[start:end] = bytes(b ^ 0x5A for b in data[start:end])
    target.write_bytes(data)
    return target


def test_a_file_damaged_in_the_middle_keeps_its_good_part(
    tmp_path: Path, library: Library, make_job: MakeJob, make_numbered: MakeNumbered
) -> None:
    path = broken(make_numbered(tmp_path / "n.mp4", 400), tmp_path / "rot.mp4", 0.42, 0.46)
    outcome = ingest([path], make_job(), Watch()).footage[0]
    assert (outcome.status, outcome.code) == ("partial", "E_DAMAGED"), outcome
    assert "damaged or missing" in outcome.reason and len(outcome.clips) >= 2
    for id in outcome.clips:
        record = library.get(id)
        clip = library.media / id / "clip.mp4"
        assert number_shown(clip, 20) == record.span.start // 40
        assert number_shown(clip, record.span.length - 20) == record.span.end // 40 - 1
        assert grab(clip, [0], 64).count == record.span.length // 40
    again = ingest([path], make_job(), Watch()).footage[0]
    assert (again.status, again.clips) == ("skipped", outcome.clips)


def test_sound_that_is_damaged_is_silent_there_and_noted(
    tmp_path: Path, library: Library, make_job: MakeJob, ffmpeg: Ffmpeg
) -> None:
    picture = graph.input("testsrc2=s=64x64:r=25", f="lavfi", t=3)
    tone = graph.input("sine=frequency=440:sample_rate=48000", f="lavfi", t=3)
    path = tmp_path / "v.mkv"
    ffmpeg.make(graph.output(picture, tone, str(path), vcodec="libx264", acodec="aac"))
    import av

    data = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        sound = [(p.pos, p.size) for p in container.demux(container.streams.audio[0]) if p.size and p.pos]
    for place, size in sound[40:60]:
        data[place + 10 : place + size] = bytes(b ^ 0xA5 for b in data[place + 10 : place + size])
    path.write_bytes(data)
    outcome = ingest([path], make_job(), Watch()).footage[0]
    assert outcome.status == "kept" and "sound is damaged" in outcome.reason


@pytest.mark.parametrize("joined", [True, False])
def test_a_recording_whose_clock_starts_again_is_kept_whole(
    tmp_path: Path, library: Library, make_job: MakeJob, make_video: MakeVideo, joined: bool
) -> None:
    part = make_video(tmp_path / "a.ts", (2.0,), sound=False).read_bytes()
    path = tmp_path / "joined.ts"
    path.write_bytes(part * (2 if joined else 1))
    outcome = ingest([path], make_job(), Watch()).footage[0]
    assert outcome.status == "kept" and ("clock starts again 1 times" in outcome.reason) == joined
    assert library.footage(outcome.id).probe.length == (4000 if joined else 2000)
