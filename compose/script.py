"""Read an editor's script: Markdown with optional front matter, beats as headings or as plain paragraphs.

Front matter (all optional): title, product, audience, channel, language (zh or en), length (`24s`, `24`, `0:24`), size
(`1080x1920`), speakers (`one` or `any`). Beats are `## pain point (3s)` with the line below, or one paragraph each,
with or without a leading `[pain point]`. `<!-- -->` and `>` lines are notes.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import yaml

from cliplib.config import Settings
from cliplib.errors import ScriptError
from cliplib.plans import Beat, Script
from cliplib.vocabulary import Language, Vocabulary
from cliplib.words import is_chinese

FIELDS = ("title", "product", "audience", "length", "channel", "language", "size", "speakers")
ZH_CHARACTERS_PER_SECOND = 4.5
EN_WORDS_PER_SECOND = 2.5
SHORTEST_BEAT_MS = 2_000
MOST_BEATS = 99
NO_LENGTH = "is not a time from 1 s to 1 h such as 24s or 0:24"
LENGTH_RULE = (
    f"A beat without a length of its own is taken to need {ZH_CHARACTERS_PER_SECOND} Chinese characters or "
    f"{EN_WORDS_PER_SECOND} English words per second, and at least {SHORTEST_BEAT_MS // 1000} s."
)

_SECONDS = re.compile(r"\s*[(（]\s*(\d+(?:\.\d+)?)\s*(?:s|sec|seconds?|秒)?\s*[)）]\s*$", re.IGNORECASE)
_DURATION = re.compile(r"(?:(\d+)\s*[:：]\s*)?(\d+(?:\.\d+)?)\s*(?:s|sec|seconds?|秒)?", re.IGNORECASE)
_SIZE = re.compile(r"(\d{2,4})\s*[xX×*]\s*(\d{2,4})")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)、])\s+")
_TYPED = re.compile(r"^[\[【]([^\]】]+)[\]】]\s*(.*)$", re.DOTALL)
_CJK_WORDS = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LATIN_WORDS = re.compile(r"[A-Za-z0-9]+(?:['’.,-][A-Za-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class _Front:
    """The fields of the front matter as text, and the line number of each."""

    values: Mapping[str, str]
    numbers: Mapping[str, int]

    def get(self, field: str, default: str = "") -> str:
        """The text of a field."""
        return self.values.get(field, default)

    def refusal(self, field: str, why: str) -> ScriptError:
        """The error for a field that does not hold what it should."""
        return ScriptError(f"line {self.numbers.get(field, 1)}: {field} {self.get(field)!r} {why}")


@dataclass(frozen=True, slots=True)
class _Part:
    """A beat as written: the line number, its heading or bracket, and the text."""

    number: int
    heading: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines as one: Chinese joins without spaces."""
        return _joined(self.lines)


def read_script(text: str, settings: Settings, vocabulary: Vocabulary) -> Script:
    """The script that a text tells.

    Without a length in the front matter the film is as long as its beats' own lengths together; a beat without one is
    estimated at 4.5 Chinese characters or 2.5 English words per second, at least 2 s.

    Args:
        text: the file's text.
        settings: the library's products are named there.
        vocabulary: content types that headings may name by key, label or alias.

    Raises:
        ScriptError: naming the line and what is accepted there.
    """
    lines = text.lstrip("\ufeff").splitlines()
    front, start = _front_matter(lines)
    title, parts = _parts(_without_comments(lines), start)
    if not parts:
        raise ScriptError("the script has no beats", "Write a heading such as `## pain point` with the line below it.")
    if len(parts) > MOST_BEATS:
        raise ScriptError(f"line {parts[MOST_BEATS].number}: more than {MOST_BEATS} beats")
    language = _language(front, " ".join(part.text or part.heading for part in parts))
    beats = tuple(_beat(k, part, vocabulary, language) for k, part in enumerate(parts, 1))
    width, height = _size(front)
    return Script(
        title=front.get("title") or title or next((b.line for b in beats if b.line), "")[:24] or "untitled",
        product=_product(front, settings),
        audience=front.get("audience"),
        channel=front.get("channel"),
        language=language,
        length=_length(front) or sum(wanted_length(beat) for beat in beats),
        width=width,
        height=height,
        one_speaker=_one_speaker(front),
        beats=beats,
    )


def length_of(text: str) -> int:
    """Milliseconds of a film's length as people write it.

    Raises:
        ScriptError: it is none, or not from 1 s to 1 h.

    >>> length_of("24s"), length_of("0:24")
    (24000, 24000)
    """
    found = _DURATION.fullmatch(text.strip())
    length = round((int(found[1] or 0) * 60 + float(found[2])) * 1000) if found else 0
    if length < 1000 or length > 3_600_000:
        raise ScriptError(f"{text!r} {NO_LENGTH}")
    return length


def wanted_length(beat: Beat) -> int:
    """Milliseconds that a beat asks for: its own length, else the estimate from its line."""
    return beat.length or estimated(beat.line)


def estimated(line: str) -> int:
    """Milliseconds needed to say a line: 4.5 Chinese characters or 2.5 English words per second, at least 2 s.

    >>> estimated("咖啡还没喝几口，就已经凉了，真的很可惜")
    3778
    """
    seconds = len(_CJK_WORDS.findall(line)) / ZH_CHARACTERS_PER_SECOND
    seconds += len(_LATIN_WORDS.findall(line)) / EN_WORDS_PER_SECOND
    return max(SHORTEST_BEAT_MS, round(seconds * 1000))


def _front_matter(lines: list[str]) -> tuple[_Front, int]:
    """The fields between two `---` lines, and the index of the first line after them."""
    first = next((k for k, line in enumerate(lines) if line.strip()), len(lines))
    if first == len(lines) or lines[first].strip() != "---":
        return _Front({}, {}), first
    end = next((k for k in range(first + 1, len(lines)) if lines[k].strip() == "---"), None)
    if end is None:
        raise ScriptError(f"line {first + 1}: the front matter is not closed by a line `---`")
    try:
        # BaseLoader keeps every value as text: YAML would read 0:24 as 24 and `no` as false.
        read: Any = yaml.load("\n".join(lines[first + 1 : end]), Loader=yaml.BaseLoader) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = first + 2 + (mark.line if mark else 0)
        raise ScriptError(f"line {at}: the front matter is not YAML: {getattr(error, 'problem', error)}") from error
    if not isinstance(read, Mapping):
        raise ScriptError(f"line {first + 2}: the front matter must be lines of `name: value`")
    numbers = {line.partition(":")[0].strip(): first + 2 + k for k, line in enumerate(lines[first + 1 : end])}
    for key, value in read.items():
        at = numbers.get(str(key), first + 1)
        if key not in FIELDS:
            raise ScriptError(f"line {at}: no field {key!r} in the front matter; there are {', '.join(FIELDS)}")
        if not isinstance(value, str):
            raise ScriptError(f"line {at}: {key} must be one value")
    return _Front({key: value.strip() for key, value in read.items()}, numbers), end + 1


def _without_comments(lines: list[str]) -> list[str]:
    """The lines with `<!-- -->` and `>` notes emptied; line numbers stay."""
    blanked = re.sub(r"<!--.*?(-->|\Z)", lambda note: "\n" * note[0].count("\n"), "\n".join(lines), flags=re.DOTALL)
    return ["" if line.lstrip().startswith(">") else line for line in blanked.split("\n")]


def _parts(lines: list[str], start: int) -> tuple[str, list[_Part]]:
    """The title in a `# heading`, and the beats as written."""
    title, body = "", list(enumerate(lines[start:], start + 1))
    for place, (number, line) in enumerate(body):
        if line.startswith("# "):
            title = line[2:].strip()
            body[place] = (number, "")
            break
    if any(line.startswith("##") for _, line in body):
        return title, list(_headed(body))
    return title, list(_plain(body))


def _headed(body: list[tuple[int, str]]) -> Iterator[_Part]:
    part: _Part | None = None
    for number, line in body:
        if line.startswith("#"):
            if part:
                yield part
            part = _Part(number, line.lstrip("#").strip(), ())
        elif line.strip():
            if part is None:
                raise ScriptError(
                    f"line {number}: text before the first heading",
                    "Put it below a heading, or mark it as a note with `>`.",
                )
            part = replace(part, lines=(*part.lines, _ITEM.sub("", line).strip()))
    if part:
        yield part


def _plain(body: list[tuple[int, str]]) -> Iterator[_Part]:
    first, gathered = 0, list[str]()
    for number, line in [*body, (0, "")]:
        if (not line.strip() or _ITEM.match(line)) and gathered:
            yield _bracketed(_Part(first, "", tuple(gathered)))
            gathered = []
        if line.strip():
            first = number if not gathered else first
            gathered.append(_ITEM.sub("", line).strip())


def _bracketed(part: _Part) -> _Part:
    """The paragraph with a leading `[content type]` taken as its heading."""
    found = _TYPED.match(part.lines[0])
    if not found:
        return part
    rest, seconds = found[2].strip(), ""
    if (own := re.match(r"^[(（][^)）]*[)）]", rest)) and _SECONDS.search(own[0]):
        seconds, rest = own[0], rest[own.end() :].strip()
    lines = (rest, *part.lines[1:]) if rest else part.lines[1:]
    return replace(part, heading=f"{found[1]} {seconds}".strip(), lines=lines)


def _beat(number: int, part: _Part, vocabulary: Vocabulary, language: Language) -> Beat:
    heading, length = part.heading, None
    if seconds := _SECONDS.search(heading):
        heading, length = heading[: seconds.start()], round(float(seconds[1]) * 1000)
        if length < 1000:
            raise ScriptError(f"line {part.number}: a beat lasts at least 1 s, this one asks for {seconds[1]} s")
    types = tuple(dict.fromkeys(_content_types(heading.strip(), part.number, vocabulary, language)))
    if not types and not part.text:
        raise ScriptError(f"line {part.number}: a beat without content type and without a line")
    return Beat(id=f"b{number}", content_types=types, line=part.text, length=length)


def _content_types(heading: str, number: int, vocabulary: Vocabulary, language: Language) -> Iterator[str]:
    """The keys that a heading names. Labels may hold the separators themselves, so the longest name wins."""
    pieces = re.split(r"([、/,，|+&])", heading) if heading else []
    at = 0
    while at < len(pieces):
        for end in range(len(pieces), at, -2):
            key = vocabulary.find("content_type", "".join(pieces[at:end]))
            if key:
                yield key
                at = end + 1
                break
        else:
            raise _unknown_type(pieces[at].strip(), number, vocabulary, language)


def _unknown_type(name: str, number: int, vocabulary: Vocabulary, language: Language) -> ScriptError:
    language = "zh" if is_chinese(name) else language
    names = {known.casefold(): term for term in vocabulary.content_type for known in term.names()}
    near = difflib.get_close_matches(name.casefold(), names, n=3, cutoff=0.4)
    labels = dict.fromkeys(names[match].label(language) for match in near)
    if not labels:
        labels = dict.fromkeys(term.label(language) for term in vocabulary.content_type)
        return ScriptError(f"line {number}: no content type {name!r}; there are {', '.join(labels)}")
    return ScriptError(f"line {number}: no content type {name!r}; the nearest are {', '.join(labels)}")


def _language(front: _Front, text: str) -> Language:
    stated = front.get("language").casefold()
    if not stated:
        return "zh" if is_chinese(text) else "en"
    if stated.startswith(("zh", "en")):
        return "zh" if stated.startswith("zh") else "en"
    raise front.refusal("language", "is not one of zh, en")


def _product(front: _Front, settings: Settings) -> str:
    name = front.get("product")
    if not name or not settings.product:
        return name
    if found := settings.product_called(name):
        return found.id
    known = ", ".join(f"{product.id} ({product.name})" for product in settings.product)
    raise front.refusal("product", f"is unknown; the library knows {known}")


def _length(front: _Front) -> int | None:
    text = front.get("length")
    try:
        return length_of(text) if text else None
    except ScriptError as error:
        raise front.refusal("length", NO_LENGTH) from error


def _size(front: _Front) -> tuple[int, int]:
    text = front.get("size", "1080x1920")
    found = _SIZE.fullmatch(text)
    width, height = (int(found[1]), int(found[2])) if found else (0, 0)
    if not found or width % 2 or height % 2 or min(width, height) < 64 or max(width, height) > 4320:
        raise front.refusal("size", "is not WIDTHxHEIGHT in even pixels from 64 to 4320")
    return width, height


def _one_speaker(front: _Front) -> bool:
    stated = front.get("speakers", "any").casefold()
    if stated not in ("one", "1", "any"):
        raise front.refusal("speakers", "is not one of one, any")
    return stated != "any"


def _joined(lines: tuple[str, ...]) -> str:
    text = ""
    for line in lines:
        glue = " " if text and not (is_chinese(text[-1]) or is_chinese(line[0]) or text[-1] in "，。！？、；：") else ""
        text += glue + line
    return text.strip()
