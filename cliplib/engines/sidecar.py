"""Words from a subtitle file that lies beside the footage: .srt, .vtt, .ass or .ssa with the same name."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from cliplib.engines.base import SpeechRequest, Workshop
from cliplib.engines.subtitling import LATEST_MS, in_turn, language_of, plain
from cliplib.errors import MediaError
from cliplib.records import Line, Transcript
from cliplib.values import Span

if TYPE_CHECKING:
    import pysubs2

FORMATS = {".srt": "srt", ".vtt": "vtt", ".ass": "ass", ".ssa": "ssa"}
LARGEST = 8_000_000
"""Bytes of a subtitle file; no film has more."""

NO_WORDS = "no words: there is no subtitle file or track, and no speech engine that listens is set"
COMMON_HAN = ("gb2312", "big5")
"""Encodings whose first levels hold the common characters, simplified and traditional."""


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
            return Transcript(engine=self.id, reason=NO_WORDS)
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
    """The subtitles of a file without styling, in order of time, none overlapping the next.

    Raises:
        MediaError: naming the file and what is wrong with it.
    """
    if path.stat().st_size > LARGEST:
        raise _broken(path, f"has {path.stat().st_size} bytes, more than {LARGEST}")
    events = _events(path, decoded(path))
    lines = []
    for event in events:
        text = plain(event.plaintext)
        start, end = max(0, event.start), min(event.end, LATEST_MS)
        if text and end > start and not event.is_comment and not event.is_drawing:
            lines.append(Line(text=text, span=Span(start=start, end=end)))
    if not lines:
        raise _broken(path, "holds no subtitle with a text and a time")
    yield from in_turn(lines)


def _events(path: Path, text: str) -> "list[pysubs2.SSAEvent]":
    import pysubs2

    try:
        subtitles: Any = pysubs2.SSAFile.from_string(text, format_=FORMATS[path.suffix.lower()])
    except (pysubs2.Pysubs2Error, ValueError, IndexError, KeyError) as error:
        raise _broken(path, f"cannot be read as subtitles ({type(error).__name__})") from error
    return list(subtitles)


def decoded(path: Path) -> str:
    """The text of a file in UTF-8, UTF-16, GB 18030 or Big5, with or without a byte order mark.

    Raises:
        MediaError: it is empty, or in none of them.
    """
    raw = path.read_bytes()
    if not raw.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise _broken(path, "is empty")
    texts = list(_readings(raw))
    if not texts:
        raise _broken(path, "is in an unknown encoding; save it as UTF-8")
    best = max(texts, key=commonness)
    return best.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _readings(raw: bytes) -> Iterator[str]:
    """What the bytes may say: one reading where that is certain, several for Chinese without a mark."""
    for encoding in _encodings(raw):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        yield text
        if encoding.startswith("utf"):
            return


def commonness(text: str) -> float:
    """Share of common characters among those beyond ASCII; text that was decoded wrongly is full of rare ones."""
    beyond = [character for character in text if character > "\x7f"]
    return sum(map(_is_common, beyond)) / len(beyond) if beyond else 1.0


def _is_common(character: str) -> bool:
    """Whether a character is a mark of Chinese writing, or is in the first level of GB 2312 or of Big5."""
    if "\u3000" <= character <= "\u303f" or "\uff00" <= character <= "\uff5e" or "\u2010" <= character <= "\u2027":
        return True
    simplified, traditional = (character.encode(name, "ignore") for name in COMMON_HAN)
    return b"\xb0\xa1" <= simplified <= b"\xd7\xf9" or b"\xa4\x40" <= traditional <= b"\xc6\x7e"


def _encodings(raw: bytes) -> tuple[str, ...]:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if b"\0" in raw[:400]:  # subtitles have digits and line ends, whose high bytes are zero in UTF-16
        return ("utf-16-le", "utf-16-be") if raw[1:2] == b"\0" else ("utf-16-be", "utf-16-le")
    return ("utf-8", "gb18030", "big5hkscs")


def _broken(path: Path, why: str) -> MediaError:
    return MediaError(f"{path}: {why}", "Correct or remove the subtitle file; without it the sound is transcribed.")
