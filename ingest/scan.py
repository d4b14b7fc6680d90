"""Which files to ingest, and what identifies one: the hash of its bytes."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from cliplib.errors import MediaError
from cliplib.media.probe import check_regular

SUFFIXES = frozenset((
    ".mp4", ".mov", ".m4v", ".mkv", ".webm", ".avi", ".ts", ".mts", ".m2ts", ".mpg", ".mpeg", ".vob", ".flv", ".wmv",
    ".asf", ".mxf", ".ogv", ".3gp", ".3g2", ".gif",
))  # fmt: skip
"""Name endings that are looked for in folders; a file that is named itself is tried whatever it is called."""

BLOCK = 1 << 20


def find_files(paths: Sequence[Path]) -> list[Path]:
    """The files that are meant, each once, in the order named, folders walked in order of names.

    In folders, hidden files and links that lead out of the folder are passed over. Nothing is opened.
    """
    found = (file for path in paths for file in (_walk(path) if path.is_dir() else [path]))
    return list(dict.fromkeys(found))


def _walk(root: Path) -> Iterator[Path]:
    real_root = os.path.realpath(root)  # Path.resolve fails where links lead in a circle
    for folder, inner, names in os.walk(root):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            wanted = path.suffix.lower() in SUFFIXES and not name.startswith(".")
            if wanted and Path(os.path.realpath(path)).is_relative_to(real_root):
                yield path


def fingerprint(path: Path, report: Callable[[float], None]) -> str:
    """SHA-256 of a file's bytes as hex digits.

    Raises:
        SourceMissing, NotMedia: nothing there, or not a regular file; it is not opened then.
        MediaError: it cannot be read.
    """
    check_regular(path)
    digest = hashlib.sha256()
    try:
        size = max(1, path.stat().st_size)
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
                report(min(1.0, file.tell() / size))
    except OSError as error:
        raise MediaError(f"{path} cannot be read: {error.strerror}") from error
    return digest.hexdigest()
