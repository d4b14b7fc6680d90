"""A library with two dozen clips and their media, and the page over it as a browser with the key sees it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from cliplib.cli.app import run
from cliplib.config import Settings, load
from cliplib.engines.facts import FactsVision
from cliplib.engines.sidecar import SidecarSpeech
from cliplib.library import Library
from cliplib.media.audio import write_wav
from cliplib.media.ffmpeg import locate
from cliplib.plans import Beat, EditPlan, Pick, RunnerUp, Script
from cliplib.records import ClipRecord, FootageKind
from cliplib.values import Span
from cliplib.vocabulary import shipped
from cliplib.web.app import make_app
from cliplib.web.desk import Desk
from cliplib.web.guard import DOOR
from ingest.job import Job
from tests.conftest import MakeVideo
from tests.library.making import a_footage, a_record
from tests.search.making import BagOfWords

CLIPS = 24
JOB = "随行杯-0123456789"
PORT = 8765
HOST = f"127.0.0.1:{PORT}"
KEY = "k" * 43
SETTINGS = """language = "en"
index = "exact"
[[product]]
id = "cup"
name = "Qingyu cup"
[[product]]
id = "bag"
name = "Qingyu bag"
"""
SAID = "cold coffee", "a leak in the bag", "hot for twelve hours", "tap the basket"


def clips() -> list[ClipRecord]:
    """Two seconds each, every fourth one a pain point."""
    return [
        a_record(
            2_000 * k,
            spoken=f"{SAID[k % 4]} number {k}",
            language="en",
            content_types=("pain_point",) if k % 4 == 0 else ("product_feature",),
        )
        for k in range(CLIPS)
    ]


@pytest.fixture(scope="session")
def clip_media(make_video: MakeVideo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The three files of one clip."""
    folder = tmp_path_factory.mktemp("media")
    make_video(folder / "clip.mp4", shots=(2.0,), size="96x160", sound=False)
    Image.new("RGB", (96, 160), "#806040").save(folder / "poster.jpg")
    tone = np.sin(np.arange(32_000) / 10) * np.linspace(0, 16_384, 32_000)
    write_wav(folder / "voice.wav", tone.astype(np.int16))
    return folder


@pytest.fixture
def ids() -> list[str]:
    return [record.id for record in clips()]


@pytest.fixture(scope="session")
def stocked(clip_media: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library as all tests find it."""
    place = tmp_path_factory.mktemp("stocked") / "library"
    Library.create(place)
    (place / "cliplib.toml").write_text(SETTINGS, "utf-8")
    with Library.open(place, write=True) as library, library.together():
        library.add_footage(a_footage(path="/footage/night <b>train.mp4"))
        for record in clips():
            library.put(record)
            shutil.copytree(clip_media, library.media / record.id, copy_function=os.link)
        first, *same = (record.id for record in clips()[:3])
        library.join(first, same)
    assert run(["index", "rebuild", "-L", str(place)]) == 0  # as after ingesting, so that `serve` has nothing to write
    return place


@pytest.fixture
def folder(stocked: Path, tmp_path: Path) -> Path:
    """A stocked library of the test's own; nobody has it open."""
    place = tmp_path / "library"
    shutil.copytree(stocked, place, ignore=shutil.ignore_patterns("media"))
    shutil.copytree(stocked / "media", place / "media", copy_function=os.link)
    return place


def a_desk(library: Library, settings: Settings) -> Desk:
    """Mei at a library; she cuts with engines that need nothing."""
    words = shipped()

    def job_of(kind: FootageKind) -> Job:
        return Job(library, locate(), SidecarSpeech(), FactsVision(words), settings, words, kind)

    return Desk(library, settings, BagOfWords(), "mei", job_of)


@pytest.fixture
def desk(folder: Path) -> Iterator[Desk]:
    with Library.open(folder) as library:
        desk = a_desk(library, load({}, folder))
        yield desk
        desk.close()


def stranger_to(desk: Desk) -> TestClient:
    """A client that knows the address, not the key."""
    return TestClient(make_app(desk, KEY, PORT), base_url=f"http://{HOST}", follow_redirects=False)


def let_in(client: TestClient) -> TestClient:
    """The page's own scripts: with the cookie and the origin."""
    client.get(DOOR, params={"key": KEY})
    client.headers["origin"] = f"http://{HOST}"
    return client


@pytest.fixture
def page(desk: Desk) -> TestClient:
    """The page over a library of the test's own."""
    return let_in(stranger_to(desk))


def correcting(card: dict[str, Any], field: str, seen: Any, value: Any) -> dict[str, Any]:
    """An edit of one field by somebody who saw this card."""
    return {
        "kind": "correct", "clip": card["id"], "revision": card["revision"],
        "field": field, "seen": seen, "value": value,
    }  # fmt: skip


def deciding(card: dict[str, Any], status: str, note: str = "") -> dict[str, Any]:
    """A decision by somebody who saw this card."""
    seen = {"status": card["status"], "note": card["note"]}
    return {
        "kind": "decide", "clip": card["id"], "revision": card["revision"],
        "seen": seen, "value": {"status": status, "note": note},
    }  # fmt: skip


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The program and the address that it has printed."""
    command = [sys.executable, "-m", "cliplib", "serve", "--no-open", "-L", str(folder), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def plan_file(folder: Path, ids: list[str]) -> Path:
    """A job of two slots: the first has two runners-up, one of them rejected; the second has the first one's clip."""
    beats = tuple(Beat(id=f"b{k}", line=f"line {k}", length=1_500) for k in (1, 2))
    picks = (
        Pick(
            slot="s1", beat="b1", clip=ids[0], trim=Span(start=0, end=1_500), reason="fits", score=0.9, terms={},
            runners_up=tuple(RunnerUp(clip=ids[k], score=0.8 - k / 10) for k in (1, 2, 3)),
        ),
        Pick(slot="s2", beat="b2", clip=ids[3], trim=Span(start=6_000, end=8_000), reason="fits", score=0.5, terms={}),
    )  # fmt: skip
    plan = EditPlan(
        script=Script(title="随行杯", language="en", length=3_500, beats=beats),
        picks=picks,
        writer="rules",
        proof="optimal",
    )
    path = folder / "jobs" / JOB / "plan.json"
    path.parent.mkdir(parents=True)
    path.write_text(plan.model_dump_json(by_alias=True, indent=2), "utf-8")
    with Library.open(folder, write=True) as library:
        library.review(ids[2], "rejected", "li")
    return path
