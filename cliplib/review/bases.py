"""What was exported, kept in the library: the base that people's files are compared with when they come back.

A file that has been through several spreadsheets, sorted and with columns removed, needs to have kept nothing but ids.

    exports/x0123456789.jsonl.gz    a line per clip: {"clip", "revision", "values"}; may be deleted when no file of this
                                    export is still out
"""

import gzip
import json
import re
import secrets
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cliplib.cells import Unfit
from cliplib.review.fields import Values

FOLDER = "exports"
VERSION = re.compile(r"(?:r(\d{1,9})\W*)?(x[0-9a-f]{10})")


@dataclass(frozen=True, slots=True)
class Base:
    """A clip as it was exported."""

    clip: str
    revision: int
    values: Values


def version_text(revision: int, export: str) -> str:
    """What stands in the cell that tells which state a row shows; letters first, so that it stays a text.

    >>> version_text(3, "x0123456789")
    'r3-x0123456789'
    """
    return f"r{revision}-{export}"


@contextmanager
def keeping(folder: Path) -> Iterator[tuple[str, Callable[[Base], None]]]:
    """A new export of the library in this folder: its id, and a function that keeps a clip's base.

    It is there when the block ends, and not at all where that fails.
    """
    export = f"x{secrets.token_hex(5)}"
    path = folder / FOLDER / f"{export}.jsonl.gz"
    path.parent.mkdir(exist_ok=True)
    unfinished = path.with_suffix(".part")
    try:
        with gzip.open(unfinished, "wt", compresslevel=3, encoding="utf-8") as file:

            def keep(base: Base) -> None:
                line = {"clip": base.clip, "revision": base.revision, "values": dict(base.values)}
                file.write(json.dumps(line, ensure_ascii=True) + "\n")

            yield export, keep
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


class Bases:
    """The exports of a library."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._lines = cache(self._read)

    def of(self, clip: str, version: str) -> Base:
        """The clip as it was exported in the version that a row names.

        Of a row that names none, the clip as all exports have it.

        Raises:
            Unfit: there is no such export of this library, it has not this clip, or exports differ.
        """
        if version:
            found = VERSION.fullmatch(version.strip().lower())
            if found is None:
                raise Unfit("no_export", f"{version!r} is no version such as {version_text(3, 'x0123456789')}")
            if (text := self._lines(found[2]).get(clip)) is None:
                raise Unfit("no_export", f"this library has no export {found[2]} of {clip}")
            return _base(text)
        paths = sorted(self._folder.glob("x*.jsonl.gz"))
        bases = [_base(text) for path in paths if (text := self._lines(path.name.partition(".")[0]).get(clip))]
        if not bases:
            raise Unfit("no_export", f"{clip} was never exported from this library")
        if any(base.values != bases[0].values for base in bases):
            raise Unfit("no_export", f"several exports show {clip} differently, and no version is named")
        return bases[0]

    def _read(self, export: str) -> dict[str, str]:
        path = self._folder / f"{export}.jsonl.gz"
        if not path.is_file():
            return {}
        try:
            with gzip.open(path, "rt", encoding="utf-8") as file:
                return {_clip(line): line for line in file}
        except (OSError, EOFError, zlib.error, ValueError) as error:
            raise Unfit("no_export", f"{path} cannot be read: {error}") from error


def _clip(line: str) -> str:
    # The id comes first in a line, so the values need not be read to know it.
    return line[len('{"clip": "') :].partition('"')[0]


def _base(line: str) -> Base:
    try:
        data = json.loads(line)
        return Base(data["clip"], data["revision"], data["values"])
    except (ValueError, KeyError) as error:
        raise Unfit("no_export", f"the kept export of {_clip(line)} is damaged") from error
