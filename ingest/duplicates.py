"""Near-duplicate groups: each clip is signed on its way, and compared with those like it once it is in the library.

Grouping looks at signatures alone: it asks no engine, and changes nothing of a record but its group.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cliplib.library import Library
from cliplib.library.duplicates import Sketched
from ingest.cut import CLIP
from ingest.draft import ClipJob, Draft
from ingest.sameness import compare
from ingest.signature import SKETCH, VERSION, Signature, signature_of, sketch_of

LIKE = 0.8
"""Likeness of sketches from which two clips are looked at closely."""

MOST = 40
"""Clips that one is compared with closely, at most: the most alike."""

BLOCK = 65_536
"""Sketches that are compared at a time."""

SCALE = 250.0
"""A stored figure for 1; few figures of a sketch are greater than a half, and those are cut."""

Rows = NDArray[np.int8]


def sign(draft: Draft, job: ClipJob) -> Draft:
    """Keep the signature of a clip that is cut.

    Raises:
        MediaError: it cannot be decoded.
    """
    signature = signature_of(job.folder(draft) / CLIP)
    job.job.library.keep_signature(draft.id, VERSION, signature.to_bytes(), stored(signature))
    return draft


def is_signed(draft: Draft, job: ClipJob) -> bool:
    """Whether the library has the signature."""
    return job.job.library.has_signature(draft.id, VERSION)


def stored(signature: Signature) -> bytes:
    """The stored form of a clip's sketch."""
    return np.clip(np.round(sketch_of(signature) * SCALE), -127, 127).astype(np.int8).tobytes()


def group(library: Library) -> int:
    """Compare all clips that were not compared yet with those before them, and put them into groups.

    Returns:
        how many clips were compared.
    """
    if not library.has_uncompared(VERSION):
        return 0
    known = library.sketched(VERSION)
    known.sort(key=lambda clip: not clip.compared)  # stable: new ones come last, in their own order
    board = Board([clip.sketch for clip in known])
    first = sum(clip.compared for clip in known)
    for number in range(first, len(known)):
        library.join(known[number].clip, _same(library, known, board.like(number)))
    return len(known) - first


def _same(library: Library, known: Sequence[Sketched], pair: tuple[int, Sequence[int]]) -> list[str]:
    """The clips that show the same pictures; of a group that one was found of no further one is looked at."""
    number, others = pair
    own = _signature(library, known[number].clip)
    same: list[str] = []
    groups: set[int] = set()
    for other in others:
        clip = known[other].clip
        its = library.group_of(clip)
        if its is not None and its in groups:
            continue
        if compare(own, _signature(library, clip)).same:
            same.append(clip)
            groups |= {its} if its is not None else set()
    return same


def _signature(library: Library, clip: str) -> Signature:
    kept = library.signature(clip)
    assert kept is not None, "only clips with a signature are compared"
    return Signature.from_bytes(kept)


class Board:
    """The sketches of many clips, one below the other: a byte per figure, so that 100,000 clips fit in memory."""

    def __init__(self, sketched: Sequence[bytes]) -> None:
        counts = [len(sketch) // SKETCH for sketch in sketched]
        self._starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self._rows: Rows = np.frombuffer(b"".join(sketched), np.int8).reshape(-1, SKETCH)

    def like(self, number: int) -> tuple[int, Sequence[int]]:
        """A clip's number, and the numbers of clips before it that look like it, most alike first."""
        start, end = self._starts[number], self._starts[number + 1]
        own = self._rows[start:end].astype(np.float32)
        own /= np.linalg.norm(own, axis=1, keepdims=True) * SCALE
        if not start:
            return number, []
        likeness = np.concatenate(
            [
                (self._rows[k : min(k + BLOCK, start)].astype(np.float32) @ own.T).max(1)
                for k in range(0, int(start), BLOCK)
            ]
        )
        best = np.maximum.reduceat(likeness, self._starts[:number])
        near = np.flatnonzero(best >= LIKE)
        return number, [int(k) for k in near[np.argsort(-best[near], kind="stable")][:MOST]]
