"""What an ingest is given and what it gives back: the job, who watches it, and the report."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from cliplib.config import Product, Settings
from cliplib.engines.base import FaceEngine, SpeechEngine, TextEngine, VisionEngine
from cliplib.engines.haar import HaarFaces
from cliplib.engines.silent import NoText
from cliplib.library import Library
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.records import FootageKind
from cliplib.vocabulary import Vocabulary

Status = Literal["kept", "skipped", "partial", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Job:
    """Where clips go, what makes them, and what the person said of the footage."""

    library: Library
    ffmpeg: Ffmpeg
    speech: SpeechEngine
    vision: VisionEngine
    settings: Settings
    vocabulary: Vocabulary
    kind: FootageKind
    products: tuple[Product, ...] = ()
    """What the footage is filed under."""
    text: TextEngine = field(default_factory=NoText)
    """What reads the text in the pictures."""
    faces: FaceEngine = field(default_factory=HaarFaces)
    """What finds faces and tells people apart."""


@dataclass(frozen=True, slots=True)
class FootageOutcome:
    """How one file ended: `code` and `reason` say why it is not kept whole; `clips` are its ids in the library."""

    path: Path
    id: str
    status: Status
    code: str = ""
    reason: str = ""
    clips: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IngestReport:
    """How all files ended, in the order in which they were found, and how many clips are new."""

    footage: tuple[FootageOutcome, ...]
    clips_added: int


class Watcher(Protocol):
    """Told how an ingest goes on; called from one thread at a time."""

    def found(self, paths: Sequence[Path]) -> None:
        """These files will be tried, in this order."""
        ...

    def progress(self, path: Path, step: str, share: float) -> None:
        """A step of a file ("check", "scan", "listen", "clips") is done to this share of 1."""
        ...

    def finished(self, outcome: FootageOutcome) -> None:
        """One file is through."""
        ...
