"""The pass over all pictures: times, shot changes and measurements."""

from pathlib import Path

import ffmpeg as graph
import pytest

from cliplib.media.ffmpeg import Ffmpeg
from cliplib.media.probe import probe
from ingest.shots import VERSION, Scan, scan
from tests.conftest import MakeVideo
from tests.ingest.conftest import MakeNumbered


def test_cuts_are_found_at_their_picture(tmp_path: Path, make_video: MakeVideo) -> None:
    path = make_video(tmp_path / "v.mp4", (2.0, 1.2, 2.0), sound=False)
    shares: list[float] = []
    seen = scan(path, probe(path), shares.append)
    assert seen.shots == (2000, 3200) and seen.length == 5200 and len(seen.times) == 130
    assert len(shares) == 2 and 0 < shares[0] < shares[1] < 1


@pytest.mark.parametrize("late", [0.0, 0.84])
def test_times_count_from_the_first_picture(tmp_path: Path, make_numbered: MakeNumbered, late: float) -> None:
    path = make_numbered(tmp_path / "n.mp4", 40, late=late)
    seen = scan(path, probe(path), lambda _: None)
    assert seen.times.tolist() == [k * 40 for k in range(40)]
    assert float(seen.start) == pytest.approx(late, abs=0.001)


def test_a_dissolve_does_not_hide_a_shot_change(tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    first = graph.input("testsrc=s=320x180:r=25", f="lavfi", t=3).filter("settb", "1/25")
    second = graph.input("mandelbrot=s=320x180:r=25", f="lavfi", t=3).filter("settb", "1/25")
    mixed = graph.filter([first, second], "xfade", transition="fade", duration=0.6, offset=2.4).filter(
        "format", "yuv420p"
    )
    path = tmp_path / "d.mp4"
    ffmpeg.make(graph.output(mixed, str(path), vcodec="libx264", preset="ultrafast"))
    seen = scan(path, probe(path), lambda _: None)
    assert len(seen.shots) == 1 and 2400 <= seen.shots[0] <= 3000


def test_figures_tell_sharp_from_soft_dark_from_bright_and_still_from_moving(tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    def seen(name: str, source: str, *filters: tuple[str, str]) -> Scan:
        stream = graph.input(source, f="lavfi", t=1.2)
        for filter_name, value in filters:
            stream = stream.filter(filter_name, value)
        path = tmp_path / f"{name}.mp4"
        ffmpeg.make(graph.output(stream.filter("format", "yuv420p"), str(path), vcodec="libx264", preset="ultrafast"))
        return scan(path, probe(path), lambda _: None)

    sharp = seen("sharp", "testsrc2=s=320x180:r=25")
    soft = seen("soft", "testsrc2=s=320x180:r=25", ("gblur", "8"))
    dark = seen("dark", "color=black:s=320x180:r=25")
    assert sharp.sharpness.mean() > 0.6 > 0.3 > soft.sharpness.mean()
    assert dark.brightness.mean() < 0.1 < sharp.brightness.mean()
    assert dark.motion.max() == 0.0 < sharp.motion[1:].mean()


def test_a_scan_is_kept_and_read_back_unless_another_version_wrote_it(
    tmp_path: Path, make_video: MakeVideo, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_video(tmp_path / "v.mp4", (1.2, 1.2), sound=False)
    seen = scan(path, probe(path), lambda _: None)
    kept = tmp_path / "scan.npz"
    assert Scan.load(kept) is None
    seen.save(kept)
    again = Scan.load(kept)
    assert again is not None and again.shots == seen.shots and again.start == seen.start
    assert again.times.tolist() == seen.times.tolist() and again.motion.tolist() == seen.motion.tolist()
    monkeypatch.setattr("ingest.shots.VERSION", VERSION + 1)
    assert Scan.load(kept) is None
