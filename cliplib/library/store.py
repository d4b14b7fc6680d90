"""The library as one object: opened on a folder, for reading or as its only writer."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from cliplib.errors import CliplibError, NoLibrary, UsageError
from cliplib.library import place
from cliplib.library.database import Database
from cliplib.library.duplicates import DuplicateRoom
from cliplib.library.edits import EditRoom
from cliplib.library.filter import FLAWED
from cliplib.library.finding import FindingRoom
from cliplib.library.footage import FootageRoom
from cliplib.library.imports import ImportRoom
from cliplib.library.journal import JournalRoom
from cliplib.library.lineage import LIVE
from cliplib.library.lock import WriterLock
from cliplib.library.outbox import IndexRoom
from cliplib.library.people import PeopleRoom
from cliplib.library.surveying import SurveyRoom
from cliplib.library.usage import UsageRoom
from cliplib.vocabulary import Language


class Library(
    FootageRoom,
    EditRoom,
    DuplicateRoom,
    FindingRoom,
    ImportRoom,
    IndexRoom,
    JournalRoom,
    PeopleRoom,
    SurveyRoom,
    UsageRoom,
):
    """All records of one library. Readers never wait for the writer; there is one writer at a time.

    Use as a context manager, or call `close`.
    """

    def __init__(self, folder: Path, database: Database, lock: WriterLock) -> None:
        self.folder = folder
        self._database = database
        self._lock = lock

    @classmethod
    def create(cls, folder: Path, language: Language = "zh") -> None:
        """Make an empty library; a settings file that is already there is kept.

        Raises:
            UsageError: there is a library in this folder.
            LibraryError: the folder lies on a network file system.
        """
        path = folder / place.DATABASE_NAME
        if path.exists():
            raise UsageError(f"there is already a library in {folder}")
        place.refuse_network(folder)
        place.furnish(folder, language)
        lock = WriterLock(folder)
        lock.take()
        try:
            # Made under another name, so that a kill on the way leaves no half library.
            fresh = path.with_suffix(".new")
            fresh.unlink(missing_ok=True)
            database = Database(fresh)
            database.writable = True
            database.migrate()
            database.close()
            fresh.replace(path)
        finally:
            lock.free()

    @classmethod
    def open(cls, folder: Path, *, write: bool = False) -> Self:
        """Open a library.

        Args:
            folder: where it lies.
            write: become its writer until `close`.

        Raises:
            NoLibrary: there is none.
            LibraryLocked: another process is writing; only with `write`, or for an old schema.
            LibraryError: a newer program has written it, or the file is damaged.
        """
        path = folder / place.DATABASE_NAME
        if not path.is_file():
            raise NoLibrary(f"there is no library in {folder}")
        place.refuse_network(folder)
        library = cls(folder, Database(path), WriterLock(folder))
        try:
            if library._database.outdated:
                with library.writing():
                    library._database.migrate()
            if write:
                library._lock.take()
                library._database.writable = True
        except CliplibError:
            library._database.close()
            raise
        return library

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database and of the lock."""
        writer = self._database.writable
        self._database.close()
        if writer:
            self._lock.free()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the writer for a moment; nothing to do where the library is open for writing.

        Raises:
            LibraryLocked: another process is writing.
        """
        if self._database.writable:
            yield
            return
        self._lock.take()
        try:
            self._database.writable = True
            yield
        finally:
            self._database.writable = False
            self._lock.free()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Several changes as one: all of them are kept, or none."""
        with self._database.change():
            yield

    @property
    def media(self) -> Path:
        """Folder of cut clips and posters: a cache."""
        return self.folder / "media"

    @property
    def jobs(self) -> Path:
        """Folder of compose jobs with all their intermediates."""
        return self.folder / "jobs"

    def counts(self) -> dict[str, int]:
        """How much there is of everything, and what waits to be done."""
        groups = (
            ("footage", "SELECT coalesce(state, 'open') AS name, count(*) AS n FROM footage GROUP BY 1", _STATES),
            ("clips", f"SELECT status AS name, count(*) AS n FROM clips WHERE {LIVE} GROUP BY 1", _STATUSES),
        )
        counts: dict[str, int] = {}
        for group, sql, names in groups:
            found = {row["name"]: row["n"] for row in self._database.rows(sql)}
            counts[group] = sum(found.values())
            counts.update({f"{group}_{name}": found.get(name, 0) for name in names})
        row = self._database.row(f"SELECT count(*) AS n FROM clips WHERE number IN ({FLAWED})")
        counts["clips_flawed"] = row["n"] if row else 0
        for name, table in (("pending", "outbox"), ("calls", "calls"), ("uses", "usage")):
            row = self._database.row(f"SELECT count(*) AS n FROM {table}")
            counts[name] = row["n"] if row else 0
        return counts


_STATES = ("open", "kept", "partial", "failed")
_STATUSES = ("new", "approved", "rejected")
