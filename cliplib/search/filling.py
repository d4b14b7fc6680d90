"""How an index comes to hold what the library says: refreshed after changes, rebuilt from nothing, compared."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from cliplib.engines.base import Embedder
from cliplib.errors import LibraryLocked
from cliplib.index.base import Entry, Vector, VectorIndex
from cliplib.library import Filter, Library, Shelf, index_text
from cliplib.records import ClipRecord
from cliplib.search.projection import Projection, open_index, place_index

BATCH = 500
"""Records whose texts are embedded in one go; their vectors are kept before the next ones are begun."""

STRIDE = 2_000
"""Changes that are applied, noted and struck off together; the index is locked only while they are written."""


@dataclass(frozen=True, slots=True)
class Health:
    """How an index compares with the library."""

    clips: int
    missing: tuple[str, ...]
    surplus: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether it holds exactly the clips it should."""
        return not self.missing and not self.surplus


def refresh(library: Library, index: VectorIndex, embedder: Embedder, shelf: Shelf) -> int:
    """Bring an index up to what the library says.

    The order makes it safe to kill anywhere: vectors are kept by the hash of their text, then the index is changed,
    then its manifest says so, and only then the changes are struck off. What was not reached is done again next time.

    Args:
        library: open for reading will do; where another process is writing just then, that one will refresh.
        index: from `open_index`; a bare index is given all clips that it lacks.
        embedder: the engine that the index was opened with.
        shelf: the names of things for the texts.

    Returns:
        how many clips were put or dropped.
    """
    if not _waiting(library, index) and not library.words_waiting():
        return 0
    with ExitStack() as held:
        try:
            held.enter_context(library.writing())
        except LibraryLocked:
            return 0
        library.settle_words()
        return _apply(library, index, embedder, shelf)


def rebuild(library: Library, backend: str, embedder: Embedder, shelf: Shelf) -> int:
    """Make the index anew beside the old one, verify it, and put it in the old one's place in one step.

    Words are written anew as well, so that new names of products and labels are found.

    Returns:
        how many clips it holds.

    Raises:
        IndexDamaged: the new index does not answer as it should; the old one stays in force.
        LibraryLocked: another process is writing.
    """
    with library.writing():
        waiting = library.pending()
        changes = library.changed_since(0)
        library.reword()
        library.settle_words()
        index = place_index(library, backend, embedder)
        live = set(library.find(Filter(statuses=())))
        entries = _entries(library, [clip for _, clip in changes if clip in live], embedder, shelf)
        count = index.renew(entries, applied=max((change for change, _ in changes), default=0))
        library.settle([sequence for sequence, _ in waiting])
        return count


def verify(library: Library, backend: str, embedder: Embedder, shelf: Shelf) -> Health:
    """Compare an index with the library; raises IndexDamaged where it does not even answer."""
    index = open_index(library, backend, embedder)
    try:
        indexed = index.ids()
    finally:
        index.close()
    clips = library.find(Filter(statuses=()))
    known = {entry.id for entry in _entries(library, clips, embedder, shelf) if np.any(entry.vector)}
    return Health(len(known), tuple(sorted(known - indexed)), tuple(sorted(indexed - known)))


def _apply(library: Library, index: VectorIndex, embedder: Embedder, shelf: Shelf) -> int:
    waiting = _waiting(library, index)
    known = set(library.find(Filter(statuses=())))
    for start in range(0, len(waiting), STRIDE):
        stride = waiting[start : start + STRIDE]
        touched = dict.fromkeys(clip for _, clip in stride)
        entries = list(_entries(library, [clip for clip in touched if clip in known], embedder, shelf))
        gone = [clip for clip in touched if clip not in known]
        if isinstance(index, Projection):
            index.apply(entries, gone, applied=max(index.applied, stride[-1][0]))
        else:
            index.drop(gone)
            index.put(entries)
        library.settle([sequence for sequence, _ in stride])
    return len({clip for _, clip in waiting})


def _waiting(library: Library, index: VectorIndex) -> list[tuple[int, str]]:
    """The outbox, and what it no longer says because another index was refreshed in the meantime."""
    if isinstance(index, Projection):
        behind = library.changed_since(index.applied)
    else:
        held, live = index.ids(), set(library.find(Filter(statuses=())))
        behind = [change for change in library.changed_since(0) if (change[1] in live) != (change[1] in held)]
    return sorted({*library.pending(), *behind})


def _entries(library: Library, clips: Sequence[str], embedder: Embedder, shelf: Shelf) -> Iterator[Entry]:
    """The entries of clips, batch by batch, so that a large library never lies in memory as a whole."""
    for start in range(0, len(clips), BATCH):
        records = [record.effective() for record in library.records(clips[start : start + BATCH])]
        texts = [index_text(record, shelf.vocabulary, shelf.products) for record in records]
        vectors = _vectors(library, texts, embedder)
        for record, text in zip(records, texts, strict=True):
            yield Entry(record.id, vectors[text], _fields(record))


def _vectors(library: Library, texts: Sequence[str], embedder: Embedder) -> dict[str, Vector]:
    """The vector of each text; a text that this embedder has seen before is not embedded again."""
    name = f"{embedder.id}/{embedder.dimensions}"
    found: dict[str, Vector] = {}
    new: dict[str, str] = {}
    for text in texts:
        text_hash = hashlib.sha256(text.encode()).hexdigest()
        vector = library.vector(name, text_hash)
        if vector is None:
            new[text] = text_hash
        else:
            found[text] = vector
    if new:
        made = embedder.embed(list(new))
        library.keep_vectors(name, {new[text]: vector for text, vector in zip(new, made, strict=True)})
        found.update(zip(new, made, strict=True))
    return found


def _fields(record: ClipRecord) -> dict[str, str | tuple[str, ...]]:
    return {
        "kind": record.kind,
        "footage": record.footage,
        "content_types": record.content_types,
        "forms": record.forms,
        "products": tuple(link.product for link in record.products),
        "language": record.transcript.language,
    }
