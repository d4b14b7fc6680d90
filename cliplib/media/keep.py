"""Files that appear under their name only when they are complete."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cliplib.errors import DiskFull, MediaError

TEMPORARY = ".tmp-"


@contextmanager
def written(target: Path) -> Iterator[Path]:
    """A name to write under, in the folder of the target; when all went well the file gets its own name.

    Raises:
        DiskFull, MediaError: it cannot be written.
    """
    temporary = target.with_name(TEMPORARY + target.name)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(target)
    except OSError as error:
        kind = DiskFull if error.errno == errno.ENOSPC else MediaError
        raise kind(f"{target} cannot be written: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)
