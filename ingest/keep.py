"""The library's media folder after a run that was killed; `written` is what makes every file of it appear whole."""

import errno
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from cliplib.errors import DiskFull, MediaError
from cliplib.media.keep import TEMPORARY, written

__all__ = ["sweep", "written"]


@contextmanager
def scratch(media: Path) -> Iterator[Path]:
    """A folder for what is needed while one file is taken in; it goes afterwards.

    Raises:
        DiskFull, MediaError: it cannot be made.
    """
    try:
        media.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=media))
    except OSError as error:
        kind = DiskFull if error.errno == errno.ENOSPC else MediaError
        raise kind(f"{media} cannot be written: {error.strerror or error}") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(media: Path) -> None:
    """Remove what an ingest that was killed left half written, and folders that are empty."""
    for folder in media.glob(f"{TEMPORARY}*/"):
        shutil.rmtree(folder, ignore_errors=True)
    for temporary in media.glob(f"*/{TEMPORARY}*"):
        temporary.unlink(missing_ok=True)
    for folder in media.glob("[cf]_*/"):
        if not any(folder.iterdir()):
            folder.rmdir()


def drop_strays(media: Path, footage: str, clips: Collection[str]) -> None:
    """Remove the media of clips of one footage but for these: they are only a cache."""
    for folder in media.glob(f"c_{footage.removeprefix('f_')}_*/"):
        if folder.name not in clips:
            shutil.rmtree(folder)
