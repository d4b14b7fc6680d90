"""A library for each test, open for writing and holding one footage."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cliplib.library import Library
from tests.library.making import a_footage


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    Library.create(tmp_path / "library")
    with Library.open(tmp_path / "library", write=True) as opened:
        opened.add_footage(a_footage())
        yield opened
