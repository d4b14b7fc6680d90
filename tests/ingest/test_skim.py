"""The quick look: what it finds, what it says of itself, and where it gives way to the full one."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import ffmpeg as graph
import numpy as np
import pytest

from cliplib.config import Settings
from cliplib.errors import MediaError
from cliplib.library import Library
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.media.probe import probe
from cliplib.media.sizes import decode_places, read_sizes
from ingest import look
from ingest.look import skimmed_scan
from ingest.pipeline import ingest
from ingest.shots import Scan, scan
from ingest.skim import skim
from tests.ingest.conftest import MakeJob, Watch

FILMS = (
    "testsrc2=s=320x180:r=25",
    "mandelbrot=s=320x180:r=25",
    "smptebars=s=320x180:r=25",
    "cellauto=s=320x180:r=25:random_seed=7",
)


def spliced(ffmpeg: Ffmpeg, path: Path, seconds: float, **encoding: Any) -> Path:
    """Four shots of so many seconds, with sound."""
    parts = [graph.input(film, f="lavfi", t=seconds).filter("format", "yuv420p") for film in FILMS]
    tone = graph.input("sine=sample_rate=48000", f="lavfi", t=len(FILMS) * seconds)
    ffmpeg.make(graph.output(graph.concat(*parts), tone, str(path), **{"vcodec": "libx264", "threads": 1, **encoding}))
    return path


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, ffmpeg: Ffmpeg) -> Path:
    return spliced(ffmpeg, tmp_path_factory.mktemp("skim") / "film.mp4", 6.0, preset="veryfast", g=100)


def test_a_skim_finds_the_cuts_and_the_exact_times_of_a_full_scan(ffmpeg: Ffmpeg, film: Path) -> None:
    whole = scan(ffmpeg, film, probe(film), "own", lambda _: None)
    shares: list[float] = []
    quick = skimmed_scan(film, probe(film), shares.append)
    assert quick.shots == whole.shots == (6000, 12_000, 18_000)
    assert quick.times.tolist() == whole.times.tolist()
    assert (quick.start, quick.length, quick.mode) == (whole.start, whole.length, "skim")
    assert shares == sorted(shares) and 0 <= shares[0] <= shares[-1] <= 1
    assert "% of the pictures decoded" in quick.note


def test_a_skim_decodes_a_part_only_and_figures_between_are_even(ffmpeg: Ffmpeg, film: Path) -> None:
    decoded: set[int] = set()
    ticks = read_sizes(film).ticks
    seen = skim(film, lambda run: decoded.update(np.searchsorted(ticks, run.ticks).tolist()), lambda _: None)
    assert 0 < seen.share < 0.5
    whole = scan(ffmpeg, film, probe(film), "own", lambda _: None)
    quick = skimmed_scan(film, probe(film), lambda _: None)
    known = sorted(decoded)
    assert np.abs(quick.brightness[known] - whole.brightness[known]).max() < 0.02
    assert len(quick.sharpness) == len(quick.motion) == len(whole.times)
    a, b = next((a, b) for a, b in pairwise(known) if b - a > 4)
    assert quick.brightness[a : b + 1] == pytest.approx(
        np.linspace(quick.brightness[a], quick.brightness[b], b - a + 1)
    )


@pytest.mark.parametrize("frames", [0, 3])
def test_a_cut_between_keyframes_in_regular_distance_is_found_at_its_picture(
    tmp_path: Path, ffmpeg: Ffmpeg, frames: int
) -> None:
    """An encoder that sets keyframes by the clock only, with and without pictures that a quick look leaves out."""
    path = spliced(ffmpeg, tmp_path / "v.mp4", 8.4, g=50, sc_threshold=0, bf=frames, preset="veryfast")
    assert {number % 50 for number in read_sizes(path).keys} == {0}
    assert [one.at_ms for one in skim(path, lambda _: None, lambda _: None).found if one.kind == "cut"] == [
        8400,
        16_800,
        25_200,
    ]


def test_chosen_pictures_are_those_of_the_whole_file(film: Path) -> None:
    packets = read_sizes(film)
    [(_, numbers, planes)] = decode_places(film, packets, [(0, len(packets) - 1)], 32)
    assert numbers.tolist() == list(range(600)) and planes.shape == (600, 48, 32)
    key = packets.keys[2]
    place = int(packets.place[key])
    [(_, few, again)] = decode_places(film, packets, [(place, place + 30)], 32)
    assert few[0] == key and set(range(key, key + 20)) <= set(few.tolist())
    assert np.abs(again[:20].astype(int) - planes[key : key + 20]).max() <= 2


@pytest.mark.parametrize(
    ("encoding", "why"),
    [({"vcodec": "mpeg4"}, "say nothing of changes"), ({"g": 1, "preset": "ultrafast"}, "too few or too many")],
)
def test_what_a_skim_cannot_judge_is_decoded_in_full_and_said(
    tmp_path: Path, ffmpeg: Ffmpeg, make_job: MakeJob, encoding: dict[str, Any], why: str
) -> None:
    path = spliced(ffmpeg, tmp_path / "v.mp4", 1.2, **encoding)
    with pytest.raises(MediaError, match=why):
        skim(path, lambda _: None, lambda _: None)
    [outcome] = ingest([path], make_job(settings=Settings(scan="skim")), Watch()).footage
    assert outcome.status == "kept" and why in outcome.reason
    assert outcome.reason.startswith("all pictures were decoded, because")


def test_an_ingest_may_skim_and_a_full_one_looks_again(
    tmp_path: Path, ffmpeg: Ffmpeg, library: Library, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = spliced(ffmpeg, tmp_path / "v.mp4", 1.6, preset="veryfast", g=100)
    [quick] = ingest([film], make_job(settings=Settings(scan="skim")), Watch()).footage
    assert quick.reason.startswith("skimmed: ") and "gradual changes may be missed" in quick.reason
    kept = library.media / quick.id / look.SCAN_NAME
    assert Scan.load(kept, "own") is None and Scan.load(kept, "own", "skim") is not None
    first = library.get(quick.clips[0])
    assert first.facts is not None and first.facts.loudness is not None
    [whole] = ingest([film], make_job(), Watch()).footage
    assert whole.clips == quick.clips and whole.reason == "" and Scan.load(kept, "own") is not None

    def never(*_: object) -> None:
        raise AssertionError("a full scan is there")

    monkeypatch.setattr(look, "skim", never)
    assert ingest([film], make_job(settings=Settings(scan="skim")), Watch()).footage[0].status == "kept"
