"""Cues as subtitle files: ASS to be burned in (text always shown literally), SRT and VTT to go beside the film."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import pysubs2

from cliplib.media.fonts import FontFace
from cliplib.plans import Cue, millis_of
from cliplib.values import Rate

FONT_SHARE = 0.058
"""Size of an em as a share of the picture's width, or of 0.9 times its height where that is less (wide pictures)."""
BOTTOM_SHARE = 0.18
"""Free space below the subtitles as a share of the height, clear of what apps draw over a vertical film."""
BOTTOM_SHARE_WIDE = 0.08
OUTLINE_SHARE = 0.07
WORD_JOINER = "\u2060"


@dataclass(frozen=True, slots=True)
class Look:
    """How subtitles look in a picture of one size with one font."""

    width: int
    height: int
    font: FontFace

    @property
    def em(self) -> float:
        """Size of the letters in pixels."""
        return FONT_SHARE * min(self.width, 0.9 * self.height)

    def measure(self, text: str) -> float:
        """Width of a line as a share of the picture's width."""
        return self.font.width(text) * self.em / self.width

    def style(self) -> pysubs2.SSAStyle:
        """Bold white with a dark outline in the bottom third."""
        low = BOTTOM_SHARE if self.height > self.width else BOTTOM_SHARE_WIDE
        side = round(self.width * 0.05)
        return pysubs2.SSAStyle(
            fontname=self.font.family,
            # ASS sizes a font by ascent and descent together.
            fontsize=round(self.em * self.font.line_height, 1),
            bold=True,
            primarycolor=pysubs2.Color(255, 255, 255),
            outlinecolor=pysubs2.Color(20, 20, 24, 30),
            backcolor=pysubs2.Color(0, 0, 0, 120),
            outline=round(max(1.0, self.em * OUTLINE_SHARE), 1),
            shadow=round(self.em * 0.03, 1),
            alignment=pysubs2.Alignment.BOTTOM_CENTER,
            marginl=side,
            marginr=side,
            marginv=round(self.height * low),
        )


def escaped(text: str) -> str:
    r"""Text for an ASS event that is shown as it is written.

    Braces are escaped as libass knows them; a backslash is parted from what follows by a word joiner, which is not
    drawn, so that `\N` or `\an8` in a line are just characters.

    >>> escaped("a{b}\n").encode("unicode_escape")
    b'a\\\\{b\\\\}\\\\N'
    """
    lines = re.split(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", text)
    clean = ("".join(c for c in line if unicodedata.category(c) != "Cc") for line in lines)
    safe = (line.replace("\\", "\\" + WORD_JOINER).replace("{", "\\{").replace("}", "\\}") for line in clean)
    return "\\N".join(safe)


def to_ass(cues: Sequence[Cue], rate: Rate, look: Look) -> str:
    """The cues as an ASS file for a picture of this look."""
    document = pysubs2.SSAFile()
    document.info.update(
        {
            "PlayResX": str(look.width),
            "PlayResY": str(look.height),
            "WrapStyle": "2",
            "ScaledBorderAndShadow": "yes",
            "YCbCr Matrix": "TV.709",
        }
    )
    document.styles = {"Default": look.style()}
    for cue in cues:
        # ASS counts hundredths: rounded down, a cue begins and ends with its very frames.
        start, end = (at // 10 * 10 for at in _times(cue, rate))
        document.append(pysubs2.SSAEvent(start=start, end=end, text=escaped(cue.text)))
    return str(document.to_string("ass"))


def to_srt(cues: Sequence[Cue], rate: Rate) -> str:
    """The cues as SubRip. Text is written as it is: pysubs2 would take braces for ASS tags and drop them."""
    blocks = [
        f"{number}\n{_stamp(start, ',')} --> {_stamp(end, ',')}\n{_kept_together(cue.text)}\n"
        for number, (cue, (start, end)) in enumerate(((cue, _times(cue, rate)) for cue in cues), 1)
    ]
    return "\n".join(blocks)


def to_vtt(cues: Sequence[Cue], rate: Rate) -> str:
    """The cues as WebVTT; `&`, `<` and `>` are written as entities, as the format wants."""
    blocks = ["WEBVTT\n"]
    for cue in cues:
        start, end = _times(cue, rate)
        text = _kept_together(cue.text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        blocks.append(f"{_stamp(start, '.')} --> {_stamp(end, '.')}\n{text}\n")
    return "\n".join(blocks)


def _times(cue: Cue, rate: Rate) -> tuple[int, int]:
    return millis_of(cue.at, rate), millis_of(cue.at + cue.frames, rate)


def _kept_together(text: str) -> str:
    """The text without empty lines, which would end the block."""
    return "\n".join(line for line in text.splitlines() if line.strip())


def _stamp(millis: int, mark: str) -> str:
    seconds, rest = divmod(millis, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{mark}{rest:03d}"
