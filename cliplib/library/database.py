"""The one connection to library.db: transactions, use from several threads, and SQLite's errors in our terms."""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cliplib.errors import CliplibError, DiskFull, LibraryError, UnknownRecord
from cliplib.library import schema

BUSY_SECONDS = 30.0
CACHE = "cache_size = -32000"
"""Kilobytes of the file that are kept in memory, as a negative number."""


class Database:
    """Reads at any time; writes only while `writable`, which the owner sets while it holds the writer lock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._room = threading.RLock()
        self._depth = 0
        self._connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._writable = False
        try:
            with self._explained():
                for pragma in (
                    "journal_mode = WAL",
                    "synchronous = FULL",
                    "foreign_keys = ON",
                    "query_only = ON",
                    CACHE,
                ):
                    self._connection.execute(f"PRAGMA {pragma}")
                self.version = schema.version_of(self._connection)
                schema.check_version(self.version)
        except CliplibError:
            self._connection.close()
            raise

    @property
    def writable(self) -> bool:
        """Whether changes are allowed."""
        return self._writable

    @writable.setter
    def writable(self, allowed: bool) -> None:
        with self._room, self._explained():
            self._writable = allowed
            self._connection.execute(f"PRAGMA query_only = {'OFF' if allowed else 'ON'}")

    @property
    def outdated(self) -> bool:
        """Whether steps of the schema are still to be taken."""
        return self.version < len(schema.MIGRATIONS)

    def migrate(self) -> None:
        """Take the missing steps of the schema."""
        with self._room, self._explained():
            schema.migrate(self._connection)
            self.version = schema.version_of(self._connection)

    def rows(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        with self._room, self._explained():
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> sqlite3.Row | None:
        """The first row of a query, None where there is none."""
        with self._room, self._explained():
            found: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
            return found

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is kept for good, or nothing. One inside another belongs to the outer one.

        Raises:
            LibraryError: the library is open for reading only.
            DiskFull: no space left; nothing was changed.
        """
        with self._room:
            if not self._writable:
                raise LibraryError(f"{self.path} is open for reading only")
            if self._depth == 0:
                with self._explained():
                    self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            done = False
            try:
                with self._explained():
                    yield self._connection
                done = True
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._end(done)

    def _end(self, done: bool) -> None:
        with self._explained():
            # SQLite has already rolled back by itself after some errors, such as a full disk.
            if self._connection.in_transaction:
                self._connection.execute("COMMIT" if done else "ROLLBACK")

    def close(self) -> None:
        """Let go of the file."""
        with self._room:
            self._connection.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if "disk is full" in str(error):
                raise DiskFull(f"{self.path}: {error}") from error
            raise LibraryError(f"{self.path}: {error}", "Check the disk; restore library.db from a backup.") from error


class Room:
    """One part of the library; all parts share the connection."""

    _database: Database

    def require(self, clips: Iterable[str]) -> None:
        """Raise UnknownRecord where one of the clips is not in the library."""
        asked = json.dumps(sorted(set(clips)))
        sql = "SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM clips)"
        if (row := self._database.row(sql, (asked,))) is not None:
            raise UnknownRecord(f"no clip {row['value']!r} in the library")
