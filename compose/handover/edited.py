"""What an edited timeline says: which stretch of which file lies where, and what of it a plan cannot hold."""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from urllib.parse import unquote, urlsplit

from compose.handover.reels import STANDARD

NEARLY = Fraction(1, 100)
"""Programs write 23.976 for 24000/1001."""

IDS = re.compile(r"slot=(s\d{1,3}) clip=(c_[0-9a-f]{16}_\d{6,9}-\d{6,9})")

ABOVE = "it lies on a picture track above the first"
OFF = "it is switched off"
SPEED = "its speed was changed"
GAP = "an empty stretch"


@dataclass(frozen=True, slots=True)
class Shot:
    """A stretch of a file on an edited timeline. Times are seconds, `begin` from the file's first picture.

    `slot` and `clip` are ours where the program has kept them; `trouble` says why a plan cannot hold it.
    """

    name: str
    at: Fraction
    length: Fraction
    begin: Fraction = Fraction(0)
    path: str = ""
    slot: str = ""
    clip: str = ""
    trouble: str = ""

    def troubled(self, why: str) -> "Shot":
        """The same with a reason why a plan cannot hold it, unless it has one."""
        return self if self.trouble else replace(self, trouble=why)


@dataclass(frozen=True, slots=True)
class Edited:
    """An edited timeline: the pictures in order, and the sounds that lie on tracks of their own."""

    pictures: tuple[Shot, ...]
    sounds: tuple[Shot, ...]


def path_in(url: str) -> str:
    """The path that a file URL means; anything else as it is, percent signs decoded.

    >>> path_in("file://localhost/a%20b.mp4")
    '/a b.mp4'
    """
    return unquote(urlsplit(url).path) if url.startswith("file:") else unquote(url)


def exact(rate: float) -> Fraction:
    """The frame rate that a rounded one means.

    >>> exact(29.97)
    Fraction(30000, 1001)
    """
    near = min(STANDARD, key=lambda each: abs(float(each) - rate))
    return near if abs(float(near) - rate) < NEARLY else Fraction(rate).limit_denominator(1001)
