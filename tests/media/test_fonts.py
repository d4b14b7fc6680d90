"""Which font is taken, what it measures, and what is said when no font has a character."""

import shutil
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder

from cliplib import assets
from cliplib.errors import GlyphMissing, SettingsError
from cliplib.media import fonts
from cliplib.media.fonts import FAMILY, FontFace, find_font, installed
from cliplib.media.run import Finished


def font_file(path: Path, family: str, characters: str) -> Path:
    """A font of square glyphs, 600 of 1000 units wide."""
    names = [".notdef", *(f"g{k}" for k in range(len(characters)))]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(c): f"g{k}" for k, c in enumerate(characters)})
    builder.setupGlyf({name: _empty() for name in names})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (600, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": family, "styleName": "Bold", "fullName": f"{family} Bold"})
    builder.setupOS2(usWinAscent=0, usWinDescent=0)
    builder.setupPost()
    builder.save(path)
    return path


def _empty() -> object:
    from fontTools.ttLib.tables._g_l_y_f import Glyph

    return Glyph()


def answer(monkeypatch: pytest.MonkeyPatch, lines: str) -> list[list[str]]:
    """Let fc-match be there and answer with these lines; returns what it is called with."""
    calls: list[list[str]] = []

    def run(argv: list[str], **_: object) -> Finished:
        calls.append(argv)
        return Finished(tuple(argv), 0, lines, "")

    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/fc-match")
    monkeypatch.setattr(fonts, "run", run)
    return calls


def test_the_shipped_font_is_the_first_choice() -> None:
    face = find_font("青屿随行杯 ¥99 Qingyu\n")
    assert (face.path, face.family) == (assets.font_folder() / assets.FONT, FAMILY)
    assert find_font("青", FAMILY.upper()).family == FAMILY


def test_widths_and_heights_in_em() -> None:
    face = find_font("a")
    assert face.width("青屿") == 2.0
    assert face.width("青\u2060屿\n") == 2.0
    assert 0.2 < face.width("i") < 0.4 < face.width("W") < 1.1
    assert face.width("\U0001f600") == 1.0
    assert face.line_height == pytest.approx(1.448)


def test_a_configured_family_is_taken_and_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = font_file(tmp_path / "x.ttf", "House Sans", "abc")
    calls = answer(monkeypatch, f"{path}\nHaus,House Sans\n0\n")
    face = find_font("abc", "House Sans")
    assert face == FontFace(path, "House Sans", "House Sans Bold", 0)
    assert (face.width("ab"), face.line_height) == (1.2, 1.0), "without OS/2 heights those of hhea"
    assert calls[0][-1] == "House Sans:weight=bold"
    with pytest.raises(GlyphMissing, match=r"no font draws d \(U\+0064\), U\+200D; asked House Sans"):
        find_font("abcd\u200d", "House Sans")


@pytest.mark.parametrize("lines", ["", "/x.ttf\nOther\n0\n", "/nowhere/x.ttf\nHouse Sans\n0\n"])
def test_a_family_that_is_not_there_is_refused(lines: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, lines)
    with pytest.raises(SettingsError, match="'House Sans' is not installed"):
        find_font("a", "House Sans")


def test_a_file_that_is_no_font_or_another_family_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.ttf").write_bytes(b"no font at all")
    answer(monkeypatch, f"{tmp_path / 'x.ttf'}\nHouse Sans\n0\n")
    assert installed("House Sans") is None
    font_file(tmp_path / "x.ttf", "Somebody Else", "a")
    assert installed("House Sans") is None


def test_without_fontconfig_only_the_shipped_font_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(GlyphMissing, match=r"no font draws 😀 \(U\+1F600\); asked Cliplib Sans SC"):
        find_font("好\U0001f600")


def test_an_installed_font_stands_in_where_the_shipped_one_lacks_a_character(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = font_file(tmp_path / "x.ttf", "PingFang SC", "好\u9fa5\uac00")
    answer(monkeypatch, f"{path}\nPingFang SC\n0\n")
    assert find_font("好\uac00").family == "PingFang SC"
    with pytest.raises(GlyphMissing, match="and 8 more; asked Cliplib Sans SC, PingFang SC"):
        find_font("".join(chr(0xAC01 + k) for k in range(20)))
