"""Flaws: which clips are of no use, that good ones are not taken for bad, and what becomes of the bad ones."""

from fractions import Fraction
from pathlib import Path

import cv2
import ffmpeg as graph
import numpy as np
import pytest

from benchmarks.gates import SAMPLES, clips, judged
from cliplib.engines.scripted import ScriptedVision
from cliplib.library import Filter, Library
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.values import Span
from ingest.changes import Passage
from ingest.flaws import SOFT, edge_width, flaw_seen, is_frozen
from ingest.pipeline import ingest
from ingest.shots import Scan
from tests.conftest import SHOTS
from tests.ingest.conftest import MakeJob, Watch

FILM = SAMPLES / "model" / "qingyu_model_shots.mp4"


def test_spoilt_clips_are_stopped_and_good_ones_are_not() -> None:
    results = [result for name, images in clips([FILM]) for result in judged(name, [images[1]])]
    good = [result for result in results if result.wanted is None]
    bad = [result for result in results if result.wanted is not None]
    assert len(good) >= 48 and not [result for result in good if result.found]
    assert len([result for result in bad if result.found == result.wanted]) >= 0.95 * len(bad)


def test_one_good_picture_saves_a_clip() -> None:
    black = np.zeros((90, 160, 3), np.uint8)
    board = np.kron(np.indices((9, 16)).sum(0) % 2, np.ones((10, 10)))[..., None].repeat(3, 2).astype(np.uint8) * 255
    assert flaw_seen([black, black]) == "black"
    assert flaw_seen([black, board]) is None
    assert flaw_seen([]) is None


def test_a_title_on_black_is_no_black_picture() -> None:
    title = cv2.putText(np.zeros((432, 768, 3), np.uint8), "SALE", (330, 220), 0, 1.0, (255, 255, 255), 2)
    assert flaw_seen([title.astype(np.uint8)]) is None


def test_the_width_of_edges_grows_with_the_blur() -> None:
    edge = np.zeros((432, 768), np.uint8)
    edge[:, 384:] = 220
    widths = [edge_width(cv2.GaussianBlur(edge, (0, 0), soft).astype(np.uint8)) for soft in (0.5, 1.5, 4, 8)]
    assert widths == sorted(widths) and widths[1] < SOFT < widths[3]
    assert edge_width(np.full((200, 300), 90, np.uint8)) == 0.0


def scanned(still: slice, shots: tuple[int, ...] = (), passages: tuple[Passage, ...] = ()) -> Scan:
    """Ten seconds at 25 pictures a second, a part of which repeats one picture."""
    motion = np.full(250, 0.05, np.float32)
    motion[still] = 0.0
    even = np.full(250, 0.5, np.float32)
    times = np.arange(250, dtype=np.int64) * 40
    return Scan(Fraction(0), times, 10_000, shots, even, even, motion, passages)


@pytest.mark.parametrize(
    ("scan", "frozen"),
    [
        (scanned(slice(100, 200)), True),
        (scanned(slice(100, 200), shots=(8_000,)), True),
        (scanned(slice(100, 200), shots=(4_000,)), True),
        (scanned(slice(100, 200), shots=(3_960, 8_000)), False),
        (scanned(slice(100, 200), passages=(Passage(3_500, 4_000, "dissolve"), Passage(8_000, 8_400, "fade"))), False),
        (scanned(slice(100, 200, 2)), False),
        (scanned(slice(100, 130)), False),
        (scanned(slice(0, 250)), False),
        (scanned(slice(0, 0)), False),
    ],
)
def test_a_shot_that_stops_is_frozen_and_a_still_one_is_not(scan: Scan, frozen: bool) -> None:
    assert is_frozen(scan, Span(start=4_000, end=8_000)) is frozen


@pytest.fixture(scope="session")
def spoilt(ffmpeg: Ffmpeg, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four shots of 3 s: a moving one, black, one out of focus, a moving one."""
    path = tmp_path_factory.mktemp("spoilt") / "spoilt.mp4"
    sources = [SHOTS[0], "color=black:s={size}:r={rate}", "testsrc=s={size}:r={rate}", SHOTS[1]]
    parts = [
        graph.input(one.format(size="640x360", rate=25), f="lavfi", t=3).filter("format", "yuv420p") for one in sources
    ]
    parts[2] = parts[2].filter("gblur", sigma=8)
    joined = graph.concat(*[part.filter("setsar", 1) for part in parts])
    ffmpeg.make(graph.output(joined, str(path), vcodec="libx264", preset="ultrafast"))
    return path


def test_flawed_clips_cost_no_call_and_are_found_only_when_asked_for(
    spoilt: Path, library: Library, make_job: MakeJob
) -> None:
    vision = ScriptedVision()
    watch = Watch()
    ingest([spoilt], make_job(vision=vision), watch)
    records = {record.span.start: record for record in library.records()}
    flaws = {start: record.facts.flaw for start, record in records.items()}
    assert sorted(filter(None, flaws.values())) == ["black", "blurred"]
    good = [record for record in records.values() if record.facts.flaw is None]
    bad = [record for record in records.values() if record.facts.flaw is not None]
    assert len(vision.requests) == len(good) == 2
    assert {record.provenance["description"].engine for record in bad} == {"facts"}
    assert all("不可用" in record.description for record in bad)
    assert watch.outcomes[0].reason.endswith("2 of 4 clips are of no use: 1 black, 1 blurred")
    assert library.find(Filter()) == [record.id for record in good]
    assert len(library.find(Filter(flawed=True))) == len(library.clips_of(good[0].footage)) == 4
    assert library.counts()["clips_flawed"] == 2
    library.review(bad[0].id, "approved", "editor")
    assert bad[0].id in library.find(Filter())


def test_a_flawed_clip_is_judged_once(spoilt: Path, library: Library, make_job: MakeJob) -> None:
    ingest([spoilt], make_job(), Watch())
    before = [record.to_json() for record in library.records()]
    watch = Watch()
    ingest([spoilt], make_job(), watch)
    assert watch.outcomes[0].status == "skipped"
    assert [record.to_json() for record in library.records()] == before
