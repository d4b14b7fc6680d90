"""A small library made by the program itself, shared by the tests of the command line."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cliplib.cli.app import run
from tests.conftest import MakeVideo

SUBTITLES = """1
00:00:00,300 --> 00:00:02,400
咖啡还没喝几口，就已经凉了。

2
00:00:03,300 --> 00:00:05,600
这是全新的青屿随行杯。

3
00:00:06,300 --> 00:00:08,600
点击下方小黄车，马上下单。
"""

SETTINGS = """language = "zh"
index = "exact"
[[product]]
id = "cup"
name = "青屿随行杯"
aliases = ["随行杯"]
"""

SCRIPT = """---
title: 小样
product: 随行杯
length: 6s
size: 180x320
---
## 痛点描述
咖啡凉了
## 行动指引
点击小黄车
"""


@dataclass(frozen=True)
class Answer:
    """What a call of the program gave."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        """The JSON object on standard output."""
        found: dict[str, Any] = json.loads(self.out)
        return found


Call = Callable[..., Answer]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Calls the program and gives its exit code and what it printed."""

    def called(*arguments: str | Path) -> Answer:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return called


@pytest.fixture(scope="session")
def stocked(make_video: MakeVideo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `footage/` (one film of three shots with subtitles), `script.md` and a library of it in `lib/`."""
    folder = tmp_path_factory.mktemp("stocked")
    (folder / "footage").mkdir()
    film = make_video(folder / "footage" / "film.mp4", shots=(3.0, 3.0, 3.0))
    film.with_suffix(".srt").write_text(SUBTITLES, "utf-8")
    (folder / "script.md").write_text(SCRIPT, "utf-8")
    assert run(["init", str(folder / "lib")]) == 0
    (folder / "lib" / "cliplib.toml").write_text(SETTINGS, "utf-8")
    assert (
        run(["ingest", str(folder / "footage"), "--kind", "brand", "--product", "随行杯", "-L", str(folder / "lib")])
        == 0
    )
    return folder


@pytest.fixture
def place(stocked: Path, tmp_path: Path) -> Path:
    """A copy of the stocked library that a test may change; the footage stays where it is."""
    shutil.copytree(stocked / "lib", tmp_path / "lib")
    shutil.copy(stocked / "script.md", tmp_path)
    return tmp_path
