"""A library with three clips of every kind of value, and the words to show them in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cliplib.library import Library
from tests.review.making import CLIPS, furnished


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with furnished(tmp_path / "library", CLIPS) as opened:
        yield opened
