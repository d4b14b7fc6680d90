"""Words from a subtitle file that lies beside the footage: .srt, .vtt, .ass or .ssa with the same name."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from cliplib.engines.base import SpeechRequest, Workshop
from cliplib.errors import MediaError
from cliplib.records import Line, Span, Transcript
from cliplib.words import is_chinese

if TYPE_CHECKING:
    import pysubs2

FORMATS = {".srt": "srt", ".vtt": "vtt", ".ass": "ass", ".ssa": "ssa"}
LARGEST = 8_000_000
"""Bytes of a subtitle file; no film has more."""

LATEST_MS = 48 * 3_600_000
CHINESE_SHARE = 0.2
"""From this share of Chinese among its letters on, a text is Chinese: names and brands are often written in Latin."""

ASR_REASON = "no subtitle file lies beside the footage"
_TAGS = re.compile(r"</?[a-zA-Z][^>]{0,80}>|<\d[\d:.]*>")


class SidecarSpeech:
    """Reads the subtitle file of the footage, `sidecar`."""

    id = "sidecar"

    @classmethod
    def build(cls, model: str, workshop: Workshop) -> Self:
        """Needs nothing."""
        return cls()

    def transcribe(self, request: SpeechRequest) -> Transcript:
        """The lines of the subtitle file, with times as the file gives them; no lines and a reason without a file.

        Raises:
            MediaError: there is a file, and it is empty, too large, or cannot be read as subtitles.
        """
        found = beside(request.path, request.language)
        if found is None:
            return Transcript(engine=self.id, reason=ASR_REASON)
        lines = tuple(read_lines(found))
        text = "\n".join(line.text for line in lines)
        language = _tag(found, request.path) or language_of(text)
        return Transcript(language=language, engine=f"{self.id}:{found.suffix.lower()[1:]}", lines=lines)


def beside(footage: Path, language: str = "") -> Path | None:
    """The subtitle file of a footage file: with exactly its name, or with a language before the ending.

    Of several, one in the language asked for wins, then one without a language; then the order of FORMATS.
    """
    if not footage.parent.is_dir():
        return None
    ranks: list[tuple[int, int, str]] = []
    for path in footage.parent.iterdir():
        if path.suffix.lower() in FORMATS and (path.stem == footage.stem or _tag(path, footage)):
            tag = _tag(path, footage)
            rank = 0 if tag and tag == language[:2] else 1 if not tag else 2
            ranks.append((rank, list(FORMATS).index(path.suffix.lower()), path.name))
    files = [footage.parent / name for _, _, name in sorted(ranks)]
    return next((path for path in files if path.is_file()), None)


def _tag(path: Path, footage: Path) -> str:
    """The language in "name.zh.srt" or "name.zh-CN.srt", as two letters; empty without one."""
    found = re.fullmatch(rf"{re.escape(footage.stem)}\.([a-zA-Z]{{2}})([-_][a-zA-Z]{{2,4}})?", path.stem)
    return found[1].lower() if found else ""


def read_lines(path: Path) -> Iterator[Line]:
    """The subtitles of a file without styling, in order of time.

    Raises:
        MediaError: naming the file and what is wrong with it.
    """
    if path.stat().st_size > LARGEST:
        raise _broken(path, f"has {path.stat().st_size} bytes, more than {LARGEST}")
    events = _events(path, decoded(path))
    lines = []
    for event in events:
        text = _plain(event.plaintext)
        start, end = max(0, event.start), min(event.end, LATEST_MS)
        if text and end > start and not event.is_comment and not event.is_drawing:
            lines.append(Line(text=text, span=Span(start=start, end=end)))
    if not lines:
        raise _broken(path, "holds no subtitle with a text and a time")
    yield from sorted(lines, key=lambda line: (line.span.start, line.span.end))


def _events(path: Path, text: str) -> "list[pysubs2.SSAEvent]":
    import pysubs2

    try:
        subtitles: Any = pysubs2.SSAFile.from_string(text, format_=FORMATS[path.suffix.lower()])
    except (pysubs2.Pysubs2Error, ValueError, IndexError, KeyError) as error:
        raise _broken(path, f"cannot be read as subtitles ({type(error).__name__})") from error
    return list(subtitles)


def decoded(path: Path) -> str:
    """The text of a file in UTF-8, UTF-16 or GB 18030, with or without a byte order mark.

    Raises:
        MediaError: it is empty, or in none of them.
    """
    raw = path.read_bytes()
    if not raw.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise _broken(path, "is empty")
    for encoding in _encodings(raw):
        try:
            return raw.decode(encoding).lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    raise _broken(path, "is in an unknown encoding; save it as UTF-8")


def _encodings(raw: bytes) -> tuple[str, ...]:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if b"\0" in raw[:400]:  # subtitles have digits and line ends, whose high bytes are zero in UTF-16
        return ("utf-16-le", "utf-16-be") if raw[1:2] == b"\0" else ("utf-16-be", "utf-16-le")
    return ("utf-8", "gb18030")


def _plain(text: str) -> str:
    """A subtitle on one line: without tags; broken Chinese lines join without a space."""
    pieces = [piece.strip() for piece in _TAGS.sub("", text).splitlines() if piece.strip()]
    joined = ""
    for piece in pieces:
        gap = "" if not joined or (is_chinese(joined[-1]) and is_chinese(piece[0])) else " "
        joined += gap + piece
    return joined


def language_of(text: str) -> str:
    """The language that the characters of a text suggest: "zh", "ja", "ko" or "en"; empty without letters."""
    letters = [character for character in text if character.isalpha()]
    if not letters:
        return ""
    if any("\u3040" <= c <= "\u30ff" for c in letters):
        return "ja"
    if any("\uac00" <= c <= "\ud7af" for c in letters):
        return "ko"
    return "zh" if sum(map(is_chinese, letters)) >= CHINESE_SHARE * len(letters) else "en"


def _broken(path: Path, why: str) -> MediaError:
    return MediaError(f"{path}: {why}", "Correct or remove the subtitle file; without it the sound is transcribed.")
