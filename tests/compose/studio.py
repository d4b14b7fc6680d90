"""A real library with real small footage and hand-made records, an exact index and the offline engines."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cliplib.config import Product, Settings
from cliplib.engines.base import Embedder, Workshop, Writer
from cliplib.engines.registry import make
from cliplib.library import Library
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.records import ClipRecord, Footage
from cliplib.search import Shelf, open_index, refresh
from cliplib.vocabulary import shipped
from compose.pipeline import Job, folder_for
from compose.script import read_script

SETTINGS = Settings(
    index="exact", embedder="ngram", writer="rules",
    product=(Product(id="qingyu-cup", name="青屿随行杯"), Product(id="mug", name="马克杯")),
)  # fmt: skip
TODAY = date(2026, 5, 1)

SCRIPT = """---
title: 小样
product: 青屿随行杯
length: 6s
size: 180x320
---
## 痛点描述
咖啡很快就凉了

## 卖点
倒过来也不漏

## 行动指引
点小黄车带走
"""


@dataclass
class Studio:
    """A library in a folder, and what a job needs."""

    library: Library
    ffmpeg: Ffmpeg
    settings: Settings = SETTINGS

    @property
    def workshop(self) -> Workshop:
        return Workshop(self.settings, shipped(), self.library)

    def fill(self, footage: Iterable[Footage], clips: Iterable[ClipRecord]) -> None:
        for each in footage:
            self.library.add_footage(each)
        for record in clips:
            self.library.put(record)

    def job(self, text: str = SCRIPT, writer: Writer | None = None, **changes: Any) -> Job:
        """A job for a script, with an index that is up to date."""
        embedder: Embedder = make("embedder", "ngram", self.workshop)
        index = open_index(self.library, "exact", embedder)
        refresh(self.library, index, embedder, Shelf(shipped(), self.settings.product))
        fields: dict[str, Any] = {
            "library": self.library, "index": index, "embedder": embedder, "ffmpeg": self.ffmpeg,
            "settings": self.settings,
            "writer": writer or make("writer", "rules", self.workshop), "vocabulary": shipped(),
            "folder": folder_for(self.library.jobs, read_script(text, self.settings, shipped())), "today": TODAY,
        }  # fmt: skip
        return Job(**{**fields, **changes})


def open_studio(folder: Path, ffmpeg: Ffmpeg) -> Studio:
    """A studio with an empty library."""
    Library.create(folder)
    return Studio(Library.open(folder, write=True), ffmpeg)
