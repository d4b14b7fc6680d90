"""Subtitle files: ASS that libass shows literally, SRT and VTT that read back as written."""

from pathlib import Path
from typing import Any

import ffmpeg as graph
import numpy as np
import pysubs2
import pytest
from PIL import Image

from cliplib.media.ffmpeg import Ffmpeg
from cliplib.media.fonts import find_font
from cliplib.plans import Cue
from cliplib.values import Rate
from compose.handover.pen import Pen
from compose.render import place_font
from compose.segments import Kit
from compose.subtitles import WORD_JOINER, Look, escaped, to_ass, to_srt, to_vtt

RATE = Rate(num=30, den=1)
NASTY = r"{\an8}50% \N 'a' \{b\}"


def burned(kit: Kit, text: str) -> Any:
    """A frame of 640x360 grey with the text burned in, as grey values."""
    place_font(kit)
    (kit.folder / "x.ass").write_text(
        to_ass([Cue(text=text, at=0, frames=30)], RATE, Look(640, 360, kit.font)), "utf-8"
    )
    picture = graph.input("color=c=gray:s=640x360:r=30", f="lavfi", t=1)
    picture = picture.filter("ass", filename="x.ass", fontsdir="font")
    kit.ffmpeg.make(graph.output(picture, "o.png", **{"frames:v": 1}), cwd=kit.folder)
    return np.asarray(Image.open(kit.folder / "o.png").convert("L"))


def extent(picture: Any) -> tuple[int, int, int, int]:
    rows, columns = np.where(picture > 240)
    return int(columns.min()), int(columns.max()), int(rows.min()), int(rows.max())


def test_text_that_looks_like_ass_is_shown_literally(kit: Kit) -> None:
    """Every character takes its room, on one line, at the bottom: measured in the picture against the font's widths."""
    left, right, top, bottom = extent(burned(kit, NASTY))
    look = Look(640, 360, kit.font)
    assert right - left == pytest.approx(look.measure(NASTY) * 640, abs=4)
    assert top > 180 and bottom - top < 1.4 * look.em
    plain = extent(burned(kit, "xan8x50% xN 'a' xxbxx"))
    assert abs(top - plain[2]) < look.em / 2, "not moved by \\an8"


def test_lines_and_place_of_subtitles(kit: Kit) -> None:
    left, right, top, bottom = extent(burned(kit, "第一行字\n第二行"))
    assert left + right == pytest.approx(640, abs=6), "in the middle"
    assert bottom == pytest.approx(360 * 0.92, abs=12) and bottom - top > 2 * Look(640, 360, kit.font).em * 0.9


def test_control_characters_and_every_kind_of_line_end() -> None:
    assert escaped("a\r\nb\u2028c\x07\x00d") == "a\\Nb\\Ncd"
    assert escaped("\\") == "\\" + WORD_JOINER


def test_the_ass_file_reads_back_and_begins_with_its_frame() -> None:
    look = Look(1080, 1920, find_font("a"))
    document = pysubs2.SSAFile.from_string(to_ass([Cue(text="a, b", at=2, frames=5)], RATE, look))
    (event,) = document.events
    assert (event.start, event.end, event.text) == (60, 230, "a, b")
    style = document.styles["Default"]
    assert (style.fontname, style.bold, style.marginv, style.alignment) == ("Cliplib Sans SC", True, 346, 2)
    assert look.em == pytest.approx(62.64) and style.fontsize == pytest.approx(62.64 * 1.448, abs=0.1)
    assert document.info["PlayResX"] == "1080"


CUES = (Cue(text="{\\an8}第一\n\n行 & <b>", at=0, frames=30), Cue(text="二", at=3_600 * 30, frames=15))


def test_srt() -> None:
    assert to_srt(CUES, RATE) == (
        "1\n00:00:00,000 --> 00:00:01,000\n{\\an8}第一\n行 & <b>\n\n2\n01:00:00,000 --> 01:00:00,500\n二\n"
    )
    assert [event.end for event in pysubs2.SSAFile.from_string(to_srt(CUES, RATE))] == [1000, 3_600_500]


def test_vtt() -> None:
    text = to_vtt(CUES, RATE)
    assert text.startswith("WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n{\\an8}第一\n行 &amp; &lt;b&gt;\n")
    assert len(pysubs2.SSAFile.from_string(text, format_="vtt")) == 2


def test_the_pen_wraps_and_cuts_to_the_room() -> None:
    pen = Pen(Image.new("RGB", (10, 10)), find_font("a"))
    assert pen.cut("青屿随行杯", 20, 70) == "青屿…"
    assert pen.wrapped("双层真空，保温。", 20, 85, 3) == ["双层真", "空，保", "温。"]
    assert pen.wrapped("一二三四五六七八九", 20, 60, 2) == ["一二三", "四五…"]
    assert pen.wrapped("", 20, 60, 2) == []


def test_the_font_folder_holds_one_font_only(kit: Kit, tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    folder = place_font(kit)
    (folder / "stale.otf").write_bytes(b"x")
    assert [path.name for path in place_font(kit).iterdir()] == ["CliplibSansSC-Bold.otf"]
