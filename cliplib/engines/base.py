"""What each kind of engine can do: one protocol per kind, one or two methods each, values in and values out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from cliplib.config import Product, Settings
from cliplib.engines.limits import Pace, Purse
from cliplib.ledger import Call
from cliplib.plans import Offer, Proposal, Script
from cliplib.records import Caption, ClipRecord, Facts, FootageKind, ScreenText, Transcript
from cliplib.values import Box, Span
from cliplib.vocabulary import Language, Vocabulary

Audio = NDArray[np.int16]
"""Mono sound at 16 kHz, one value per sample."""

AUDIO_RATE = 16_000


class Journal(Protocol):
    """Where model calls are kept: each one is recorded at once, and an answer is never paid for twice."""

    def recall(self, key: str) -> Call | None:
        """The successful call with this request hash, if there was one."""
        ...

    def record(self, call: Call) -> None:
        """Keep a call for good before its answer is used."""
        ...


@dataclass(frozen=True, slots=True)
class Workshop:
    """What an engine is built from: settings, the library's words, and the journal."""

    settings: Settings
    vocabulary: Vocabulary
    journal: Journal
    announce: Callable[[str], None] = field(default=lambda _: None)
    """Told in one line when a choice was made that the user should know of."""
    purse: Purse = field(default_factory=Purse)
    pace: Pace = field(default_factory=Pace)


class Engine(Protocol):
    """What all engines share."""

    @property
    def id(self) -> str:
        """Name and model, such as "chat:qwen-vl-max"; part of the fingerprint of the work done with it."""
        ...

    @classmethod
    def build(cls, model: str, workshop: Workshop) -> Self:
        """Make the engine for a model name (may be empty). Loads nothing heavy: that happens at the first use.

        Raises:
            MissingTool, SettingsError, CredentialsError: it cannot work here, and why.
        """
        ...


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """Sound to be written down: the file it is from (for sidecars) and its samples from the first picture on."""

    path: Path
    audio: Audio
    language: str = ""
    hotwords: tuple[str, ...] = ()

    @property
    def length(self) -> int:
        """Milliseconds of sound."""
        return round(len(self.audio) * 1000 / AUDIO_RATE)


class SpeechEngine(Engine, Protocol):
    """Sound to words."""

    def transcribe(self, request: SpeechRequest) -> Transcript:
        """The words with their times. Without speech: no lines, and a reason."""
        ...


@dataclass(frozen=True, slots=True)
class TimedFrame:
    """A picture of a clip as JPEG, and when it is shown (ms on the footage)."""

    at: int
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class VisionRequest:
    """One clip to be described: its pictures and all that is already known of it."""

    kind: FootageKind
    span: Span
    spoken: str
    facts: Facts
    frames: tuple[TimedFrame, ...]
    language: Language
    products: tuple[Product, ...] = ()
    """The products that the library knows."""
    filed_under: tuple[str, ...] = ()
    """Ids of products the footage was ingested for."""
    on_screen: tuple[ScreenText, ...] = ()
    """Text that was read in the pictures."""


class TextEngine(Engine, Protocol):
    """Pictures to the words burnt into them."""

    def read(self, frames: Sequence[TimedFrame]) -> tuple[ScreenText, ...] | None:
        """What is written in each frame, in order; None from an engine that does not look.

        The span of each text is the one millisecond of its frame: how long it stays is not the engine's to say.
        """
        ...


class VisionEngine(Engine, Protocol):
    """Pictures to words and labels."""

    def describe(self, request: VisionRequest) -> Caption:
        """The caption; all its keys are in the vocabulary."""
        ...

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the prompt in use; empty for an engine without one."""
        ...

    @property
    def costly(self) -> bool:
        """Whether a description costs money or minutes, so that none is asked for without need."""
        ...


@dataclass(frozen=True, slots=True)
class Face:
    """A face in a picture: where it is, and a vector of length 1 to tell people by, None where they cannot be told."""

    box: Box
    look: NDArray[np.float32] | None


class FaceEngine(Engine, Protocol):
    """Pictures to faces, and which of them are of one person."""

    def find(self, frame: TimedFrame) -> tuple[Face, ...]:
        """The faces in a picture, from left to right."""
        ...

    @property
    def same(self) -> float:
        """Product of two looks from which they are of one person."""
        ...

    @property
    def reach(self) -> Literal["footage", "library"]:
        """How far somebody is known again: what tells people by their clothes knows nobody in another footage."""
        ...

    @property
    def evidence(self) -> str:
        """How people are told apart and with what limits, in a few words."""
        ...


class Embedder(Engine, Protocol):
    """Text to vectors."""

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        ...

    @property
    def lexical(self) -> bool:
        """Whether nearness comes from shared words alone, which the word index knows too."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(texts), dimensions). A text without any content gives a zero vector."""
        ...


@dataclass(frozen=True, slots=True)
class PickRequest:
    """A script and what may be chosen for each of its beats; `clips` has the effective record of each label.

    After `earlier` proposals for the same script another order is asked for.
    """

    script: Script
    offers: tuple[Offer, ...]
    clips: Mapping[str, ClipRecord]
    earlier: tuple[Proposal, ...] = ()


class Writer(Engine, Protocol):
    """Chooses and orders clips for a script."""

    def pick(self, request: PickRequest) -> Proposal:
        """A choice per beat that has an offer; only labels that were offered for that beat."""
        ...
