"""The words of the plan: shots, spoken lines, on-screen texts and whole films."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from render import Frame, Light

FPS = 25
LANDSCAPE, PORTRAIT = (1280, 720), (720, 1280)
GREEN_HEX, CREAM_HEX, GOLD_HEX = "#0f4d3c", "#f7efdf", "#e8b04b"


@dataclass(frozen=True)
class Line:
    """A spoken line: text, when it starts within its shot (seconds), language."""

    text: str
    at: float
    language: str = "zh"


@dataclass(frozen=True)
class Text:
    """A text on screen: drawn by a function of overlay.py from `at` to `end` seconds of its shot."""

    kind: str
    at: float
    end: float
    says: str
    fade: float = 0.4


@dataclass(frozen=True)
class Shot:
    """One camera shot: scene, length in frames, light, what moves, and what is said and shown."""

    name: str
    scene: str
    frames: int
    light: Light
    move: Callable[[float, float], Frame]
    lines: tuple[Line, ...] = ()
    texts: tuple[Text, ...] = ()
    defines: tuple[str, ...] = ()
    focus: float = 0.0  # distance that is sharp; 0: where the camera looks
    aperture: float = 1.0
    exposure: float = 0.8
    step: int = 1  # 2: every other frame is drawn, those between are moved along the optical flow
    moving: tuple[float, float] = (0.0, 1.0)  # with a still camera: the rows (shares from the top) that change
    dissolve: int = 0  # frames over which the shot before melts into this one
    about: str = ""


@dataclass(frozen=True)
class Film:
    """A file to make: where, how large, with which voice, and its shots."""

    path: str
    size: tuple[int, int]
    voice: str
    shots: tuple[Shot, ...]
    srt: bool = True
    pad: float = 0.0  # loudness of the pad under the voice, 0 for room tone only
    crf: int = 23
    starts: tuple[int, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        """Works out the first frame of every shot."""
        at, starts = 0, []
        for shot in self.shots:
            at -= shot.dissolve
            starts.append(at)
            at += shot.frames
        object.__setattr__(self, "starts", tuple(starts))

    @property
    def frames(self) -> int:
        """How many frames the film has; a dissolve overlaps its two shots."""
        return self.starts[-1] + self.shots[-1].frames


def mix(a: tuple[float, float, float], b: tuple[float, float, float], u: float) -> tuple[float, float, float]:
    """A point between a and b."""
    x, y, z = (p + (q - p) * u for p, q in zip(a, b, strict=True))
    return (x, y, z)
