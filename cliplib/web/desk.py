"""What the page works on: a library open for reading, a pen for single moments of writing, names in force, search."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from cliplib.config import FILE_NAME, Product, Settings, load
from cliplib.engines.base import Embedder
from cliplib.errors import CliplibError, LibraryLocked
from cliplib.library import Filter, Library, Shelf
from cliplib.records import FootageKind
from cliplib.search import Projection, Query, open_index, refresh, search
from cliplib.vocabulary import shipped
from ingest.job import Job

PEN_SECONDS = 2.0
"""How long one write of the page waits for another one of the page."""

BEST = 300
"""Hits of a search by words; what comes after them hardly has to do with the words."""


@dataclass
class Desk:
    """One library and one person at it. May be used from several threads."""

    library: Library
    settings: Settings
    embedder: Embedder
    who: str
    job_of: Callable[[FootageKind], Job]
    """Makes what clips are cut anew with; its engines are made when it is first called."""
    _pen: threading.Lock = field(default_factory=threading.Lock)
    _names: tuple[float, Shelf] | None = None
    _opening: threading.Lock = field(default_factory=threading.Lock)
    _opened: Projection | None = None

    @property
    def names(self) -> Shelf:
        """Vocabulary and products as the settings file says now: products may be added while the page is open."""
        path = self.library.folder / FILE_NAME
        stamp = path.stat().st_mtime if path.exists() else 0.0
        if self._names is None or self._names[0] != stamp:
            settings = load({}, self.library.folder)
            self._names = (stamp, Shelf(shipped().extended(settings.vocabulary), settings.product))
        return self._names[1]

    @property
    def products(self) -> tuple[Product, ...]:
        """The registered products."""
        return tuple(self.names.products)

    @contextmanager
    def writing(self) -> Iterator[Library]:
        """Be the library's writer for a moment, so that commands can work beside the page.

        Raises:
            LibraryLocked: another process is writing, or the page itself is at something long.
        """
        with self._held_pen(), Library.open(self.library.folder, write=True) as library:
            yield library

    @contextmanager
    def cutting(self) -> Iterator[Library]:
        """The same for what takes longer and asks engines, whose calls are kept in the library's journal.

        Raises:
            LibraryLocked: another process is writing, or the page itself is at something long.
        """
        with self._held_pen(), self.library.writing():
            yield self.library

    def find(self, text: str, wanted: Filter) -> list[str]:
        """Ids of the clips that pass the filter: in order of footage, or the best first where there are words.

        Raises:
            IndexDamaged: the index does not answer; only where there are words.
        """
        if not text.strip():
            return self.library.find(wanted)
        self._refresh()
        found = search(self.library, self._index, self.embedder, Query(text, wanted, BEST))
        return [hit.clip for hit in found]

    def warm_up(self) -> threading.Thread:
        """Bring the index up to date beside everything else, so that the first search need not wait for it."""
        worker = threading.Thread(target=self._warm, name="warm-up", daemon=True)
        worker.start()
        return worker

    def close(self) -> None:
        """Let go of the index, where it was opened."""
        if self._opened is not None:
            self._opened.close()

    @property
    def _index(self) -> Projection:
        with self._opening:
            if self._opened is None:
                self._opened = open_index(self.library, self.settings.index, self.embedder)
            return self._opened

    def _warm(self) -> None:
        # What is wrong with the index is said to the person who searches.
        with suppress(CliplibError):
            self._refresh()

    def _refresh(self) -> None:
        index = self._index
        try:
            with self._held_pen():
                refresh(self.library, index, self.embedder, self.names)
        except LibraryLocked:
            return  # a search without the newest changes is better than none

    @contextmanager
    def _held_pen(self) -> Iterator[None]:
        if not self._pen.acquire(timeout=PEN_SECONDS):
            raise LibraryLocked(f"{self.library.folder} is being written to by this page")
        try:
            yield
        finally:
            self._pen.release()
