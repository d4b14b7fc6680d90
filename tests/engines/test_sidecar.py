"""Subtitle files beside the footage: found, decoded, stripped of styling, or refused by name."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cliplib.engines import sidecar
from cliplib.engines.base import SpeechRequest
from cliplib.engines.sidecar import SidecarSpeech, beside, decoded
from cliplib.engines.subtitling import in_turn, language_of
from cliplib.errors import MediaError
from cliplib.records import Line, Transcript
from cliplib.values import Span

SRT = (
    "1\n00:00:01,000 --> 00:00:02,500\n保温<i>十二</i>小时\n\n2\n00:00:03,000 --> 00:00:04,000\n{\\an8}倒过来\n也不漏\n"
)
VTT = "WEBVTT\n\n00:01.000 --> 00:02.500 align:start\n<v Anna><c.red>Meet</c> <00:01.500>the&nbsp;cup &amp; lid\n"
ASS = """[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,20

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,a note
Dialogue: 0,0:00:05.00,0:00:06.00,Default,,0,0,0,,{\\b1}Order{\\b0} yours\\Ntoday
Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\p1}m 0 0 l 100 0{\\p0}
Dialogue: 0,0:00:02.00,0:00:03.00,Default,,0,0,0,,First
"""


def hear(folder: Path, language: str = "") -> Transcript:
    request = SpeechRequest(folder / "clip.mp4", np.zeros(16_000, dtype=np.int16), language)
    return SidecarSpeech().transcribe(request)


def put(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_srt(tmp_path: Path) -> None:
    put(tmp_path, "clip.srt", SRT)
    heard = hear(tmp_path)
    assert [line.text for line in heard.lines] == ["保温十二小时", "倒过来也不漏"]
    assert heard.lines[0].span == Span(start=1000, end=2500) and heard.lines[0].words == ()
    assert (heard.language, heard.engine, heard.text) == ("zh", "sidecar:srt", "保温十二小时倒过来也不漏")


def test_vtt(tmp_path: Path) -> None:
    put(tmp_path, "clip.VTT", VTT)
    heard = hear(tmp_path)
    assert [line.text for line in heard.lines] == ["Meet the\u00a0cup & lid"]
    assert (heard.language, heard.engine) == ("en", "sidecar:vtt")


def test_ass_in_order_without_comments_and_drawings(tmp_path: Path) -> None:
    put(tmp_path, "clip.ass", ASS)
    assert [line.text for line in hear(tmp_path).lines] == ["First", "Order yours today"]


FORMS = {
    "srt": "1\n00:00:01,000 --> 00:00:02,500\n{0}\n\n2\n00:00:03,000 --> 00:00:04,000\n{1}\n",
    "vtt": "WEBVTT\n\n00:01.000 --> 00:02.500\n{0}\n\n00:03.000 --> 00:04.000\n{1}\n",
    "ass": "[Script Info]\nScriptType: v4.00+\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,{0}\nDialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,{1}\n",
}
SIMPLIFIED = ("这款随行杯，保温十二小时", "倒过来也不漏！")
TRADITIONAL = ("這款隨行杯，保溫十二小時", "倒過來也不漏！")


@pytest.mark.parametrize("ending", FORMS)
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("encoding", "texts"),
    [
        *((encoding, SIMPLIFIED) for encoding in ("utf-8", "utf-8-sig", "gbk", "gb18030")),
        *((encoding, SIMPLIFIED) for encoding in ("utf-16", "utf-16-le", "utf-16-be")),
        *((encoding, TRADITIONAL) for encoding in ("utf-8", "big5", "cp950", "gbk", "utf-16")),
    ],
)
def test_encodings(encoding: str, texts: tuple[str, str], ends: str, ending: str, tmp_path: Path) -> None:
    put(tmp_path, f"clip.{ending}", FORMS[ending].format(*texts).replace("\n", ends).encode(encoding))
    heard = hear(tmp_path)
    assert [line.text for line in heard.lines] == list(texts) and heard.language == "zh"
    assert [(line.span.start, line.span.end) for line in heard.lines] == [(1000, 2500), (3000, 4000)]


@pytest.mark.parametrize(
    ("text", "encodings"),
    [
        ("好的", ("gbk",)),
        ("謝謝大家收看", ("big5", "gbk")),
        ("点击下方小黄车，马上下单。库存只有三百件！", ("gbk",)),
        ("繁體中文字幕，請點擊下方購物車「立即購買」", ("big5", "gbk")),
        ("咖啡 Qingyu 99 元 ￥", ("gbk",)),
    ],
)
def test_chinese_without_a_mark_is_told_apart_by_common_characters(
    text: str, encodings: tuple[str, ...], tmp_path: Path
) -> None:
    for encoding in encodings:
        assert decoded(put(tmp_path, "a.srt", text.encode(encoding))) == text


def line(start: int, end: int, text: str) -> Line:
    return Line(text=text, span=Span(start=start, end=end))


def test_overlapping_lines_take_turns() -> None:
    little = in_turn([line(900, 2000, "two"), line(0, 1000, "one")])
    assert little == [line(0, 900, "one"), line(900, 2000, "two")]
    assert in_turn([line(0, 1000, "中文"), line(0, 1000, "English")]) == [line(0, 1000, "中文 English")]
    assert in_turn([line(0, 9000, "title"), line(1000, 2000, "a"), line(8000, 9500, "b")]) == [
        line(0, 8000, "title a"),
        line(8000, 9500, "b"),
    ]
    assert in_turn([line(0, 1000, "layer"), line(0, 1000, "layer"), line(900, 1200, "layer")]) == [
        line(0, 1200, "layer")
    ]


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 30), st.sampled_from(["甲", "乙", "c", "d e"])), max_size=25)
)
def test_no_line_overlaps_and_no_text_is_lost(given_lines: list[tuple[int, int, str]]) -> None:
    lines = [
        line(start * 100, (start + length) * 100, f"{text}{k}") for k, (start, length, text) in enumerate(given_lines)
    ]
    turns = in_turn(lines)
    assert all(a.span.end <= b.span.start for a, b in pairwise(turns))
    whole = " ".join(turn.text for turn in turns)
    assert all(line.text in whole for line in lines)
    assert sum(len(turn.text.replace(" ", "")) for turn in turns) == sum(len(k.text.replace(" ", "")) for k in lines)
    assert all(any(turn.span.overlap(line.span) and line.text in turn.text for turn in turns) for line in lines)


def test_without_a_file_there_is_a_reason(tmp_path: Path) -> None:
    put(tmp_path, "clip2.srt", SRT)
    put(tmp_path, "clip.extra.words.srt", SRT)
    put(tmp_path, "clip.txt", SRT)
    (tmp_path / "clip.srt").mkdir()
    heard = hear(tmp_path)
    assert heard.lines == () and "no subtitle file or track" in heard.reason
    assert beside(tmp_path / "gone" / "clip.mp4") is None


@pytest.mark.parametrize(
    ("files", "language", "wanted"),
    [
        (("clip.srt", "clip.zh.srt"), "zh", "clip.zh.srt"),
        (("clip.srt", "clip.zh.srt"), "en", "clip.srt"),
        (("clip.srt", "clip.zh.srt"), "", "clip.srt"),
        (("clip.en.srt", "clip.zh-CN.srt"), "zh", "clip.zh-CN.srt"),
        (("clip.ass", "clip.srt", "clip.vtt"), "", "clip.srt"),
        (("clip.en.vtt",), "zh", "clip.en.vtt"),
    ],
)
def test_which_file_wins(files: tuple[str, ...], language: str, wanted: str, tmp_path: Path) -> None:
    for name in files:
        put(tmp_path, name, SRT)
    assert beside(tmp_path / "clip.mp4", language) == tmp_path / wanted


def test_the_language_in_the_name_is_believed(tmp_path: Path) -> None:
    put(tmp_path, "clip.en.srt", SRT)
    assert hear(tmp_path).language == "en"


def test_names_with_signs_of_patterns(tmp_path: Path) -> None:
    put(tmp_path, "a[1]*?.srt", SRT)
    put(tmp_path, "a1.srt", "no")
    assert beside(tmp_path / "a[1]*?.mp4") == tmp_path / "a[1]*?.srt"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \r\n", "is empty"),
        (b"just words", "holds no subtitle"),
        (b"1\n00:00:05,000 --> 00:00:04,000\nback in time\n", "holds no subtitle"),
        (b"1\n00:00:01,000 --> 00:00:02,000\n<i></i>\n", "holds no subtitle"),
        (b"a\x00\x00\xd8a\x00\xd8", "unknown encoding"),
        (b"\x80\xff\x80\xff text", "unknown encoding"),
    ],
)
def test_a_broken_file_is_named(content: bytes, why: str, tmp_path: Path) -> None:
    path = put(tmp_path, "clip.srt", content)
    with pytest.raises(MediaError, match=why) as caught:
        hear(tmp_path)
    assert str(path) in caught.value.message and "remove the subtitle file" in caught.value.next_step


def test_a_broken_ass_is_named(tmp_path: Path) -> None:
    put(tmp_path, "clip.ass", "[Events]\nFormat: Layer, Start, End, Text\nDialogue: 0,soon,later\n")
    with pytest.raises(MediaError, match=r"clip\.ass"):
        hear(tmp_path)


def test_too_large_a_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "clip.srt", SRT)
    monkeypatch.setattr(sidecar, "LARGEST", 10)
    with pytest.raises(MediaError, match="more than 10"):
        hear(tmp_path)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("保温 Qingyu 杯", "zh"),
        ("Meet the cup", "en"),
        ("ご視聴ありがとう", "ja"),
        ("안녕하세요", "ko"),
        ("123 !", ""),
        ("The sign says 优惠 and nothing else at all", "en"),
    ],
)
def test_language_by_characters(text: str, language: str) -> None:
    assert language_of(text) == language
