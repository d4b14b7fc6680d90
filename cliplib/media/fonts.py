"""Find the font for burned subtitles and sheets: one bold face that has every character, before anything is drawn."""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTCollection, TTFont, TTLibError

from cliplib import assets
from cliplib.errors import GlyphMissing, SettingsError
from cliplib.media.run import run

FAMILY = "Cliplib Sans SC"
KNOWN_FAMILIES = ("Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "HarmonyOS Sans SC")
"""Installed families that are asked, in this order, when the shipped font lacks a character."""

UNDRAWN = frozenset("\n\r\t\u200b\u2060\ufeff")
"""Characters that need no glyph."""


@dataclass(frozen=True, slots=True)
class _Metrics:
    """What is needed of a font file: advance widths of code points and the line height, both in em."""

    advances: Mapping[int, float]
    line_height: float


@dataclass(frozen=True)
class FontFace:
    """One face of a font file. `index` counts inside a collection (.ttc), 0 for a single font."""

    path: Path
    family: str
    full_name: str
    index: int = 0

    @cached_property
    def _metrics(self) -> _Metrics:
        with TTFont(self.path, fontNumber=self.index, lazy=True) as font:
            units, widths, windows = font["head"].unitsPerEm, font["hmtx"].metrics, font["OS/2"]
            height = windows.usWinAscent + windows.usWinDescent or font["hhea"].ascent - font["hhea"].descent
            advances = {code: widths[glyph][0] / units for code, glyph in (font.getBestCmap() or {}).items()}
            return _Metrics(advances, height / units)

    def missing(self, text: str) -> str:
        """The characters of the text that this face cannot draw, each once, in order."""
        advances = self._metrics.advances
        return "".join(dict.fromkeys(c for c in text if c not in UNDRAWN and ord(c) not in advances))

    def width(self, text: str) -> float:
        """Advance width of one line of text, in em. A character without a glyph counts as one em."""
        advances = self._metrics.advances
        return sum(advances.get(ord(c), 1.0) for c in text if c not in UNDRAWN)

    @property
    def line_height(self) -> float:
        """Ascent and descent together, in em. ASS sizes fonts by this height, not by the em.

        Source: libass `ass_font.c`, which follows VSFilter: OS/2 winAscent + winDescent, else hhea.
        """
        return self._metrics.line_height


def find_font(text: str, configured: str = "") -> FontFace:
    """The face to draw a text with.

    Args:
        text: everything that will be drawn.
        configured: the family that the user wants; empty: the shipped font, so that a film looks the same everywhere,
            and an installed one only where the shipped font lacks a character.

    Raises:
        SettingsError: the configured family is not installed.
        GlyphMissing: no face has every character; the message names those that are missing.
    """
    shipped = FontFace(assets.font_folder() / assets.FONT, FAMILY, f"{FAMILY} Bold")
    if configured and configured.casefold() != FAMILY.casefold():
        face = installed(configured)
        if face is None:
            raise SettingsError(
                f"font family {configured!r} is not installed", "Install it, or leave `font` empty for the shipped one."
            )
        faces: Iterable[FontFace] = (face,)
    else:
        faces = _shipped_then_installed(shipped)
    lacking: dict[str, str] = {}
    for face in faces:
        if not (missing := face.missing(text)):
            return face
        lacking[face.family] = missing
    family, missing = min(lacking.items(), key=lambda entry: len(entry[1]))
    named = ", ".join(f"{c} (U+{ord(c):04X})" if c.isprintable() else f"U+{ord(c):04X}" for c in missing[:12])
    more = f" and {len(missing) - 12} more" if len(missing) > 12 else ""
    raise GlyphMissing(f"no font draws {named}{more}; asked {', '.join(lacking)}, nearest was {family}")


def _shipped_then_installed(shipped: FontFace) -> Iterator[FontFace]:
    yield shipped
    for family in KNOWN_FAMILIES:
        if face := installed(family):
            yield face


def installed(family: str) -> FontFace | None:
    """The bold face of an installed family as fontconfig knows it; None where it is not there, or fontconfig is not."""
    program = shutil.which("fc-match")
    if program is None:
        return None
    pattern = "".join(c for c in family if c.isalnum() or c in " _") + ":weight=bold"
    said = run([program, "-f", "%{file}\n%{family}\n%{index}\n", pattern], stall_seconds=20).stdout.splitlines()
    # fc-match always answers with something; only the family that was asked for is an answer.
    if len(said) < 3 or family.casefold() not in (name.strip().casefold() for name in said[1].split(",")):
        return None
    return _face(Path(said[0]), family)


def _face(path: Path, family: str) -> FontFace | None:
    """The face of that family in a file, by the names inside it: index numbers of fontconfig are not file indices."""
    try:
        with path.open("rb") as file:
            opened: Any = TTCollection(file, lazy=True) if file.read(4) == b"ttcf" else None
            for index, font in enumerate(opened.fonts if opened else [TTFont(file, lazy=True)]):
                names = font["name"]
                families = {str(names.getDebugName(1)).casefold(), str(names.getDebugName(16)).casefold()}
                if family.casefold() in families:
                    return FontFace(path, family, str(names.getDebugName(4) or family), index)
    except (OSError, TTLibError):
        return None
    return None
