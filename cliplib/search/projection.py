"""The vector index of one embedder on disk: safe to share between processes, to kill at any point, and to delete.

    index/<backend>-<embedder>-<dimensions>/manifest.json   which generation is in force and how far it is
                                           /g1/             the files of the index itself
    index/<backend>-<embedder>-<dimensions>.lock            held for each operation, not longer

Chroma must not have one folder open for writing in one process and for reading in another. So every operation takes the
lock, and an index that was opened before somebody else has written is opened anew: the stamp in the manifest tells.
"""

import hashlib
import re
import shutil
import sys
import threading
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout
from pydantic import Field, ValidationError

from cliplib.engines.base import Embedder
from cliplib.errors import IndexDamaged, LibraryLocked, SettingsError
from cliplib.index.base import Entry, Hit, Vector, VectorIndex
from cliplib.index.exact import ExactIndex
from cliplib.library import Library
from cliplib.media.run import run
from cliplib.values import Value

BACKENDS = ("chroma", "exact")
PATIENCE = 60.0
"""Seconds to wait for another process's operation on the same index."""
VERIFY_SECONDS = 600.0


_QUIET = {"PYTHONWARNINGS": "ignore"}


class _Counted(VectorIndex, Protocol):
    """A vector index that knows how many entries it has."""

    def __len__(self) -> int: ...


class Manifest(Value):
    """What is known of an index folder; written last, so it never promises more than there is."""

    generation: str
    applied: int = 0
    """Sequence of the library's last change that the index has."""
    count: int = 0
    """Entries at the last clean close."""
    stamp: str
    """Another one after each change, so that other processes notice."""
    files: dict[str, tuple[int, int]] = Field(default_factory=dict)
    """Size and time of change (ns) of each file at the last clean close."""


class Projection:
    """A VectorIndex over a folder that other processes use as well. Make one with `open_index`."""

    def __init__(self, folder: Path, backend: str) -> None:
        self.folder = folder
        self._backend = backend
        self._lock = FileLock(folder.with_name(folder.name + ".lock"), thread_local=False)
        self._room = threading.RLock()
        self._index: _Counted | None = None
        self._stamp = ""

    def check(self) -> None:
        """Open what lies there; raises IndexDamaged."""
        with self._held():
            self._opened()

    @property
    def applied(self) -> int:
        """Sequence of the library's last change that is in the index."""
        with self._held():
            self._opened()
            return self._manifest().applied

    def put(self, entries: Iterable[Entry]) -> None:
        """Add or replace entries for good."""
        self.apply(entries, ())

    def drop(self, ids: Collection[str]) -> None:
        """Remove entries for good; unknown ids are no error."""
        self.apply((), ids)

    def apply(self, entries: Iterable[Entry], dropped: Collection[str], applied: int | None = None) -> None:
        """Change the index and close it cleanly.

        Args:
            entries: added or replaced.
            dropped: ids to remove.
            applied: the library's change up to which the index is complete afterwards; None leaves it as it was.
        """
        with self._held():
            index = self._opened()
            try:
                index.drop(dropped)
                index.put(entries)
                count = len(index)
            finally:
                self._let_go()
            before = self._manifest()
            self._write(
                Manifest(
                    generation=before.generation,
                    applied=before.applied if applied is None else applied,
                    count=count,
                    stamp=uuid.uuid4().hex,
                    files=_files(self.folder / before.generation),
                )
            )

    def nearest(
        self, vector: Vector, n: int, *, among: Collection[str] | None = None, where: Mapping[str, str] | None = None
    ) -> list[Hit]:
        """The n nearest entries, best first, ties by id."""
        with self._held():
            return self._opened().nearest(vector, n, among=among, where=where)

    def ids(self) -> set[str]:
        """The ids of all entries that can be found by a query."""
        with self._held():
            return self._opened().ids()

    def close(self) -> None:
        """Let go of the files."""
        with self._room:
            self._let_go()

    def renew(self, entries: Iterable[Entry], applied: int) -> int:
        """Make a new generation beside the one in force, verify it and put it in force by replacing one small file.

        Returns:
            how many entries it has.

        Raises:
            IndexDamaged: the new one does not answer as it should; the old one stays in force.
        """
        with self._held():
            fresh = self.folder / self._unused()
            fresh.mkdir(parents=True)
        # Not held meanwhile: the old generation answers. The library's writer lock keeps a second rebuild away.
        index = _make(self._backend, fresh)
        try:
            index.put(entries)
            count = len(index)
        finally:
            index.close()
        self._examine(fresh)
        with self._held():
            self._let_go()
            self._write(
                Manifest(
                    generation=fresh.name, applied=applied, count=count, stamp=uuid.uuid4().hex, files=_files(fresh)
                )
            )
            self._sweep(fresh.name)
            return count

    def _opened(self) -> _Counted:
        """The index in force, opened anew where somebody has changed it since."""
        if not (self.folder / "manifest.json").exists():
            self._let_go()
            self._write(Manifest(generation=self._unused(), stamp=uuid.uuid4().hex))
        manifest = self._manifest()
        if self._index is not None and self._stamp == manifest.stamp:
            return self._index
        self._let_go()
        place = self.folder / manifest.generation
        if _files(place) != manifest.files:
            self._examine(place)
        self._index, self._stamp = _make(self._backend, place), manifest.stamp
        # Fewer entries than there were, but sound: somebody has emptied it. It counts as knowing nothing.
        applied = manifest.applied if len(self._index) >= manifest.count else 0
        if (files := _files(place)) != manifest.files or applied != manifest.applied:
            # Chroma writes a little on each opening; noted, so that the next opening need not examine everything.
            self._write(manifest.model_copy(update={"files": files, "applied": applied, "count": len(self._index)}))
        return self._index

    def _examine(self, place: Path) -> None:
        """Look at a Chroma folder in a child process: damage may end the process that looks."""
        if self._backend != "chroma" or not place.exists():
            return
        seen = run([sys.executable, "-m", "cliplib.index.verify", str(place)], stall_seconds=VERIFY_SECONDS, env=_QUIET)
        if seen.returncode != 0:
            said = seen.stdout.strip() or seen.last_lines(1) or f"the examining process ended with {seen.returncode}"
            raise IndexDamaged(f"{place}: {said}")

    def _manifest(self) -> Manifest:
        path = self.folder / "manifest.json"
        try:
            return Manifest.from_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise IndexDamaged(f"{path} cannot be read") from error

    def _write(self, manifest: Manifest) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = self.folder / "manifest.new"
        fresh.write_text(manifest.to_json(), "utf-8")
        fresh.replace(self.folder / "manifest.json")

    def _unused(self) -> str:
        taken = {entry.name for entry in self.folder.iterdir()} if self.folder.exists() else set()
        return next(name for name in (f"g{k}" for k in range(1, len(taken) + 2)) if name not in taken)

    def _sweep(self, keep: str) -> None:
        for entry in self.folder.iterdir():
            if entry.is_dir() and entry.name != keep:
                shutil.rmtree(entry)

    def _let_go(self) -> None:
        index, self._index = self._index, None
        if index is not None:
            index.close()

    @contextmanager
    def _held(self) -> Iterator[None]:
        with self._room:
            try:
                Path(self._lock.lock_file).parent.mkdir(parents=True, exist_ok=True)
                self._lock.acquire(timeout=PATIENCE)
            except Timeout as error:
                raise LibraryLocked(f"{self.folder} has been busy for {PATIENCE:.0f} s") from error
            try:
                yield
            finally:
                self._lock.release()


def open_index(library: Library, backend: str, embedder: Embedder) -> Projection:
    """The index of this embedder in this library; an empty one where there is none yet, which `refresh` fills.

    Raises:
        IndexDamaged: it does not answer; `rebuild` makes it anew.
        SettingsError: there is no such backend.
    """
    projection = place_index(library, backend, embedder)
    projection.check()
    return projection


def place_index(library: Library, backend: str, embedder: Embedder) -> Projection:
    """The same without looking at what lies there.

    Each embedder and length of vector has a folder of its own, so vectors of different kinds never meet.
    """
    if backend not in BACKENDS:
        raise SettingsError(f"there is no index {backend!r}; there are {', '.join(BACKENDS)}")
    slug = re.sub(r"[^a-z0-9._-]+", "-", embedder.id.lower()).strip("-")[:40]
    if slug != embedder.id:
        # Two ids may look alike once cleaned: the name of a model may be a long path, or differ in case only.
        slug += "-" + hashlib.sha256(embedder.id.encode()).hexdigest()[:8]
    return Projection(library.folder / "index" / f"{backend}-{slug}-{embedder.dimensions}", backend)


def _make(backend: str, folder: Path) -> _Counted:
    if backend == "exact":
        return ExactIndex(folder)
    from cliplib.index.chroma import ChromaIndex  # heavy, so only when it is wanted

    return ChromaIndex(folder)


def _files(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of change (ns) of each file below a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            seen = path.stat()
            found[path.relative_to(folder).as_posix()] = (seen.st_size, seen.st_mtime_ns)
    return found
