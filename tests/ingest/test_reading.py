"""The decode pass: pictures, times as the file says, what cannot be read, and the real footage."""

import itertools
import json
import os
import sys
from pathlib import Path

import ffmpeg as graph
import pytest

from benchmarks.cuts import Score, score
from cliplib.errors import MediaError, MissingTool, Stalled
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.media.run import stream
from ingest.likeness import SIDE
from ingest.reading import CHUNK, read_boundaries, read_pictures
from tests.conftest import MakeVideo

FOOTAGE = os.environ.get("CLIPLIB_FOOTAGE", "")


def remake(ffmpeg: Ffmpeg, source: Path, out: Path, *filters: tuple[str, str]) -> Path:
    """The pictures of a file, filtered."""
    made = graph.input(str(source)).video
    for name, argument in filters:
        made = made.filter(name, argument)
    ffmpeg.make(graph.output(made, str(out), preset="ultrafast"))
    return out


def test_cuts_of_a_file_are_found_with_their_times(ffmpeg: Ffmpeg, make_video: MakeVideo, tmp_path: Path) -> None:
    video = make_video(tmp_path / "a.mp4", shots=(1.2, 2.0, 1.0))
    found = list(read_boundaries(ffmpeg, video))
    assert [(boundary.kind, boundary.start_frame, boundary.at_ms) for boundary in found] == [
        ("cut", 30, 1200),
        ("cut", 80, 3200),
    ]


def test_times_of_uneven_footage_count_from_the_first_picture(
    ffmpeg: Ffmpeg, make_video: MakeVideo, tmp_path: Path
) -> None:
    """Two of three pictures are dropped in the first second and all times are moved by 0.8 s."""
    video = make_video(tmp_path / "a.mp4", shots=(1.2, 1.2), sound=False)
    dropped, moved = ("select", "gte(n,24)+not(mod(n,3))"), ("setpts", "PTS+0.8/TB")
    uneven = remake(ffmpeg, video, tmp_path / "uneven.mkv", dropped, moved)
    chunks = list(read_pictures(ffmpeg, uneven))
    times = list(itertools.chain.from_iterable(chunk.at_ms.tolist() for chunk in chunks))
    assert times[:4] == [0, 120, 240, 360]
    assert times[8:10] == [960, 1000]
    [boundary] = read_boundaries(ffmpeg, uneven)
    assert (boundary.start_frame, boundary.at_ms) == (14, 1200)


def test_low_rate_footage_shown_faster_gives_the_same_cut(
    ffmpeg: Ffmpeg, make_video: MakeVideo, tmp_path: Path
) -> None:
    video = make_video(tmp_path / "a.mp4", shots=(1.5, 1.5), rate="10", sound=False)
    fast = remake(ffmpeg, video, tmp_path / "fast.mp4", ("fps", "30"))
    [boundary] = read_boundaries(ffmpeg, fast)
    assert (boundary.kind, boundary.at_ms) == ("cut", 1500)


def test_pictures_come_in_chunks_that_join(ffmpeg: Ffmpeg, make_video: MakeVideo, tmp_path: Path) -> None:
    video = make_video(tmp_path / "a.mp4", shots=(6.0, 6.0), size="64x64")
    chunks = list(read_pictures(ffmpeg, video))
    assert [len(chunk) for chunk in chunks] == [CHUNK, 300 - CHUNK]
    assert [chunk.first for chunk in chunks] == [0, CHUNK]
    assert chunks[0].luma.shape == (CHUNK, SIDE, SIDE)
    assert chunks[0].chroma.shape == (CHUNK, 2, SIDE // 2, SIDE // 2)
    assert chunks[1].at_ms[0] == CHUNK * 40


def test_a_reader_that_stops_early_leaves_no_program_behind(
    ffmpeg: Ffmpeg, make_video: MakeVideo, tmp_path: Path
) -> None:
    video = make_video(tmp_path / "a.mp4", shots=(15.0,), size="64x64")
    pictures = read_pictures(ffmpeg, video)
    assert next(pictures).first == 0
    pictures.close()  # type: ignore[attr-defined]
    assert list(pictures) == []


def test_sound_alone_is_refused(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    sound = tmp_path / "sound.m4a"
    ffmpeg.make(graph.output(graph.input("sine", f="lavfi", t=1), str(sound), acodec="aac"))
    with pytest.raises(MediaError):
        list(read_pictures(ffmpeg, sound))


def test_what_is_no_video_is_refused(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("not a video " * 200)
    with pytest.raises(MediaError):
        list(read_pictures(ffmpeg, text))


def test_a_silent_program_is_stopped() -> None:
    waits = [sys.executable, "-c", "import time; time.sleep(60)"]
    with pytest.raises(Stalled), stream(waits, stall_seconds=0.2) as outflow:
        outflow.read()


def test_a_program_that_closes_its_output_and_stays_is_stopped() -> None:
    stays = [sys.executable, "-c", "import os, time; os.close(1); time.sleep(60)"]
    with pytest.raises(Stalled), stream(stays, stall_seconds=2.0) as outflow:
        assert outflow.read() == b""
        outflow.finish()


def test_output_is_read_as_it_comes_and_errors_are_kept() -> None:
    speaks = [sys.executable, "-c", "import sys; print('a' * 200_000); print('done', file=sys.stderr); sys.exit(3)"]
    with stream(speaks) as outflow:
        size = sum(len(piece) for piece in iter(outflow.read, b""))
        done = outflow.finish()
    assert (size, done.returncode, done.last_lines()) == (200_001, 3, "done")


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(MissingTool, match="no-such-program"), stream(["no-such-program"]):
        pass


@pytest.mark.footage
@pytest.mark.skipif(not FOOTAGE, reason="CLIPLIB_FOOTAGE names no folder with the real footage")
def test_the_figures_on_real_footage(ffmpeg: Ffmpeg) -> None:
    """Hard cuts F1 >= 0.95, gradual ones >= 0.85 both ways, at most one decoy, no false cut in single takes."""
    folder = Path(FOOTAGE)
    truth = json.loads((folder / "spliced/spliced_dev.json").read_text())
    spliced = score(truth, list(read_boundaries(ffmpeg, folder / "spliced" / truth["video"])))
    assert spliced.hard.f1 >= 0.95
    assert spliced.gradual.precision >= 0.85
    assert spliced.gradual.recall >= 0.85
    assert spliced.decoys <= 1
    total = Score()
    for entry in json.loads((folder / "videos_truth.json").read_text())["files"]:
        found = score(entry, list(read_boundaries(ffmpeg, folder / entry["video"])))
        if not entry["hard"]:
            assert found.hard.false == found.gradual.false == 0, entry["video"]
        if "office_tour" in entry["video"]:
            assert (found.hard.hit, found.hard.false) == (20, 0)
        total += found
    assert total.hard.f1 >= 0.95
