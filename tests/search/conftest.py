"""A library with three clips, open for writing, and an embedder that counts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cliplib.library import Library
from tests.library.making import a_footage, a_record
from tests.search.making import BagOfWords

SAID = ("倒过来也不漏水", "六小时还是热的", "this mug fits every bag")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    Library.create(tmp_path / "library")
    with Library.open(tmp_path / "library", write=True) as opened:
        opened.add_footage(a_footage())
        for k, spoken in enumerate(SAID):
            opened.put(a_record(2000 * k, spoken=spoken, products=("cup",)))
        yield opened


@pytest.fixture
def embedder() -> BagOfWords:
    return BagOfWords()
