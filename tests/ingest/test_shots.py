"""The pass over all pictures: times, shot changes and measurements."""

from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import ffmpeg as graph
import pytest

from cliplib.config import ShotFinder, load
from cliplib.errors import SettingsError
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.media.probe import probe
from ingest.changes import Passage
from ingest.shots import VERSION, Scan, scan
from tests.conftest import MakeVideo
from tests.ingest.conftest import MakeNumbered


@pytest.mark.parametrize("finder", get_args(ShotFinder))
def test_every_finder_finds_cuts_at_their_picture(
    tmp_path: Path, ffmpeg: Ffmpeg, make_video: MakeVideo, finder: ShotFinder
) -> None:
    """What any finder must do; the figures beside it do not depend on who looked."""
    path = make_video(tmp_path / "v.mp4", (2.0, 1.2, 2.0), sound=False)
    shares: list[float] = []
    seen = scan(ffmpeg, path, probe(path), finder, shares.append)
    assert seen.shots == (2000, 3200) and seen.length == 5200 and len(seen.times) == 130
    assert seen.passages == () and seen.finder == finder
    assert seen.motion.tolist() == scan(ffmpeg, path, probe(path), "own", shares.append).motion.tolist()
    assert shares[0] == shares[1] == pytest.approx(1, abs=0.01)


def test_progress_is_told_as_pictures_come(tmp_path: Path, ffmpeg: Ffmpeg, make_video: MakeVideo) -> None:
    path = make_video(tmp_path / "v.mp4", (12.0,), size="64x64", sound=False)
    shares: list[float] = []
    scan(ffmpeg, path, probe(path), "own", shares.append)
    assert len(shares) == 2 and 0 < shares[0] < shares[1] <= 1


def test_an_unknown_finder_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"'shots' from the command line.*'own' or 'scenedetect'"):
        load({"shots": "guess"}, env={}, user_file=Path("none"))


@pytest.mark.parametrize("late", [0.0, 0.84])
def test_times_count_from_the_first_picture(
    tmp_path: Path, ffmpeg: Ffmpeg, make_numbered: MakeNumbered, late: float
) -> None:
    path = make_numbered(tmp_path / "n.mp4", 40, late=late)
    seen = scan(ffmpeg, path, probe(path), "own", lambda _: None)
    assert seen.times.tolist() == [k * 40 for k in range(40)]
    assert float(seen.start) == pytest.approx(late, abs=0.001)


def made(ffmpeg: Ffmpeg, path: Path, pictures: Any) -> Path:
    ffmpeg.make(graph.output(pictures.filter("format", "yuv420p"), str(path), vcodec="libx264", preset="ultrafast"))
    return path


def test_a_dissolve_is_a_passage_between_two_shots(tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    first = graph.input("testsrc=s=320x180:r=25", f="lavfi", t=3).filter("settb", "1/25")
    second = graph.input("mandelbrot=s=320x180:r=25", f="lavfi", t=3).filter("settb", "1/25")
    mixed = graph.filter([first, second], "xfade", transition="fade", duration=0.6, offset=2.4)
    path = made(ffmpeg, tmp_path / "d.mp4", mixed)
    seen = scan(ffmpeg, path, probe(path), "own", lambda _: None)
    [passage] = seen.passages
    assert seen.shots == () and passage.way == "dissolve"
    assert abs(passage.start - 2400) <= 80 and abs(passage.end - 3000) <= 80
    by_peer = scan(ffmpeg, path, probe(path), "scenedetect", lambda _: None)
    assert by_peer.passages == () and len(by_peer.shots) == 1 and 2400 <= by_peer.shots[0] <= 3000


def test_black_and_fades_at_the_ends_belong_to_no_shot(tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    """0.4 s of black, half a second of fading in; at the end 0.6 s of fading out and 0.4 s of black."""
    film = graph.input("testsrc2=s=320x180:r=25", f="lavfi", t=5)
    faded = film.filter("fade", t="in", st=0.4, d=0.48).filter("fade", t="out", st=4, d=0.6)
    path = made(ffmpeg, tmp_path / "f.mp4", faded)
    seen = scan(ffmpeg, path, probe(path), "own", lambda _: None)
    before, after = seen.passages
    assert (before.start, before.way, after.end, after.way) == (0, "fade", seen.length, "fade")
    assert 720 <= before.end <= 960 and 3920 <= after.start <= 4240


def test_footage_that_is_black_throughout_is_a_shot(tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    path = made(ffmpeg, tmp_path / "b.mp4", graph.input("color=black:s=320x180:r=25", f="lavfi", t=2))
    assert scan(ffmpeg, path, probe(path), "own", lambda _: None).passages == ()


def test_pictures_after_a_clock_that_starts_again_are_not_followed(tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    """Two recordings joined byte for byte: only what has increasing times is kept."""
    parts = []
    for name in ("a", "b"):
        path = tmp_path / f"{name}.ts"
        parts.append(made(ffmpeg, path, graph.input("testsrc2=s=64x64:r=25", f="lavfi", t=1)).read_bytes())
    joined = tmp_path / "joined.ts"
    joined.write_bytes(b"".join(parts))
    times = scan(ffmpeg, joined, probe(tmp_path / "a.ts"), "own", lambda _: None).times.tolist()
    assert times == sorted(set(times)) and len(times) >= 25


def test_where_pictures_are_damaged_is_kept_with_the_scan(
    tmp_path: Path, ffmpeg: Ffmpeg, make_video: MakeVideo
) -> None:
    path = make_video(tmp_path / "v.mp4", (2.0,), sound=False)
    found = probe(path)
    data = bytearray(path.read_bytes())
    start, end = data.index(b"mdat") + 4000, data.index(b"moov") - 4
    data[start:end] = bytes(end - start)
    path.write_bytes(data)
    seen = scan(ffmpeg, path, found, "own", lambda _: None)
    [damage] = seen.damage
    assert damage.start <= 120 and damage.end == 2000
    seen.save(tmp_path / "scan.npz")
    again = Scan.load(tmp_path / "scan.npz", "own")
    assert again is not None and again.damage == seen.damage


def test_the_last_picture_lasts_as_long_as_the_file_says(tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    slow = graph.input("testsrc2=s=64x64:r=25", f="lavfi", t=2).filter("select", "lt(n,20)+eq(n,30)+eq(n,45)")
    path = tmp_path / "vfr.mp4"
    ffmpeg.make(graph.output(slow, str(path), vcodec="libx264", bf=2, fps_mode="passthrough"))
    found = probe(path)
    assert scan(ffmpeg, path, found, "own", lambda _: None).length == found.length


def test_figures_tell_sharp_from_soft_dark_from_bright_and_still_from_moving(tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    def seen(name: str, source: str, *filters: tuple[str, str]) -> Scan:
        stream = graph.input(source, f="lavfi", t=1.2)
        for filter_name, value in filters:
            stream = stream.filter(filter_name, value)
        path = tmp_path / f"{name}.mp4"
        ffmpeg.make(graph.output(stream.filter("format", "yuv420p"), str(path), vcodec="libx264", preset="ultrafast"))
        return scan(ffmpeg, path, probe(path), "own", lambda _: None)

    sharp = seen("sharp", "testsrc2=s=320x180:r=25")
    soft = seen("soft", "testsrc2=s=320x180:r=25", ("gblur", "8"))
    dark = seen("dark", "color=black:s=320x180:r=25")
    assert sharp.sharpness.mean() > 0.6 > 0.3 > soft.sharpness.mean()
    assert dark.brightness.mean() < 0.1 < sharp.brightness.mean()
    assert dark.motion.max() == 0.0 < sharp.motion[1:].mean()


def test_a_scan_is_kept_and_read_back_unless_another_version_wrote_it(
    tmp_path: Path, ffmpeg: Ffmpeg, make_video: MakeVideo, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_video(tmp_path / "v.mp4", (1.2, 1.2), sound=False)
    seen = replace(
        scan(ffmpeg, path, probe(path), "own", lambda _: None),
        passages=(Passage(0, 80, "fade"), Passage(90, 99, "wipe")),
    )
    kept = tmp_path / "scan.npz"
    assert Scan.load(kept, "own") is None
    seen.save(kept)
    again = Scan.load(kept, "own")
    assert again is not None and again.shots == seen.shots and again.start == seen.start
    assert again.passages == seen.passages and Scan.load(kept, "scenedetect") is None
    assert again.times.tolist() == seen.times.tolist() and again.motion.tolist() == seen.motion.tolist()
    monkeypatch.setattr("ingest.shots.VERSION", VERSION + 1)
    assert Scan.load(kept, "own") is None
