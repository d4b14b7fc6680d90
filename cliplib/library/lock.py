"""The writer lock: one process at a time may change a library, and a refused one learns who holds it."""

import json
import os
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from cliplib.errors import LibraryLocked

LOCK_NAME = "library.lock"
HOLDER_NAME = "library.holder.json"


class WriterLock:
    """A lock of the operating system, so it is free as soon as its holder is gone, even after kill -9.

    The holder's name lies in a file of its own beside it; that file only informs and decides nothing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = FileLock(folder / LOCK_NAME, thread_local=False)

    def take(self) -> None:
        """Become the writer.

        Raises:
            LibraryLocked: another process is; names its pid, host, command and start.
        """
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise LibraryLocked(f"{self._folder} is in use by {self._holder()}") from error
        mine = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:200],
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        (self._folder / HOLDER_NAME).write_text(json.dumps(mine, ensure_ascii=False), "utf-8")

    def free(self) -> None:
        """Stop being the writer."""
        (self._folder / HOLDER_NAME).unlink(missing_ok=True)
        self._lock.release()

    def _holder(self) -> str:
        try:
            holder = json.loads((self._folder / HOLDER_NAME).read_text("utf-8"))
        except (OSError, ValueError):
            return "another process that has just started"
        return "process {pid} on {host} ({command}) since {since}".format(**holder)
