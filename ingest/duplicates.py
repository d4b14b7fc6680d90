"""Near-duplicate groups: each clip is signed on its way, and compared with those like it once it is in the library.

Grouping looks at signatures alone: it asks no engine, and changes nothing of a record but its group.
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from cliplib.library import Library
from cliplib.media.clips import VIDEO, Piece, small
from cliplib.records import ClipRecord
from cliplib.words import tokens
from ingest.draft import ClipJob, Draft
from ingest.sameness import compare
from ingest.signature import SKETCH, VERSION, Signature, signature_of, sketch_of

SIGNED_SIDE = 192
"""Pixels of the longer side of the pictures that a virtual clip is signed by; a signature is much smaller."""

LIKE = 0.7
"""Likeness of sketches from which two clips are looked at closely."""

MOST = 40
"""Clips that one is compared with closely, at most: the most alike."""

ENOUGH_WORDS, SAME_WORDS = 4, 0.5
"""Clips with so many different words each that share less than this share of them say different things."""

BLOCK = 65_536
"""Sketches that are compared at a time."""

Rows = NDArray[np.int8]


def sign(draft: Draft, job: ClipJob) -> Draft:
    """Keep the signature of a clip that is cut.

    Raises:
        MediaError: it cannot be decoded.
    """
    signature = _of_range(draft, job) if job.virtual else signature_of(job.folder(draft) / VIDEO)
    job.job.library.keep_signature(draft.id, VERSION, signature.to_bytes(), stored(signature))
    return draft


def _of_range(draft: Draft, job: ClipJob) -> Signature:
    with TemporaryDirectory(prefix="cliplib-") as folder:
        taken = Path(folder) / "small.mkv"
        small(job.job.ffmpeg, Piece(job.original, draft.span), taken, SIGNED_SIDE)
        return signature_of(taken)


def is_signed(draft: Draft, job: ClipJob) -> bool:
    """Whether the library has the signature."""
    return job.job.library.has_signature(draft.id, VERSION)


def stored(signature: Signature) -> bytes:
    """The stored form of a clip's sketch: a byte per figure, of which only the proportions count."""
    sketch = sketch_of(signature)
    largest = np.maximum(np.abs(sketch).max(1, keepdims=True), 1e-6)
    figures: Rows = np.round(sketch / largest * 127).astype(np.int8)
    return figures.tobytes()


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
        clip, others = known[number].clip, [known[other].clip for other in board.like(number)]
        library.join(clip, _same(library, clip, others))
    return len(known) - first


def _same(library: Library, clip: str, others: Sequence[str]) -> list[str]:
    """Those that show the same pictures; of a group that one was found of no further one is looked at."""
    own, record = _signature(library, clip), library.get(clip)
    same: list[str] = []
    groups: set[int] = set()
    for other in others:
        its = library.group_of(other)
        if its in groups:
            continue
        if compare(own, _signature(library, other)).same and not says_otherwise(record, library.get(other)):
            same.append(other)
            groups |= {its} if its is not None else set()
    return same


def says_otherwise(one: ClipRecord, other: ClipRecord) -> bool:
    """Whether two clips that look the same are told apart by their words: a host may stand and talk for hours.

    Words of two languages tell nothing: a dubbed film shows the same pictures.
    """
    if one.transcript.language != other.transcript.language:
        return False
    few, many = sorted((set(tokens(one.spoken)), set(tokens(other.spoken))), key=len)
    return len(few) >= ENOUGH_WORDS and len(few & many) < SAME_WORDS * len(few)


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
        blocks = (self._rows[k : k + BLOCK].astype(np.float32) for k in range(0, len(self._rows), BLOCK))
        self._lengths = np.concatenate([np.maximum(1, np.linalg.norm(block, axis=1)) for block in blocks])

    def like(self, number: int) -> list[int]:
        """The numbers of clips before this one that look like it, most alike first."""
        start, end = (int(at) for at in self._starts[number : number + 2])
        if not start:
            return []
        own = (self._rows[start:end] / self._lengths[start:end, None]).T.astype(np.float32)
        parts = [slice(k, min(k + BLOCK, start)) for k in range(0, start, BLOCK)]
        likeness = np.concatenate([(self._rows[part].astype(np.float32) @ own).max(1) for part in parts])
        best = np.maximum.reduceat(likeness / self._lengths[:start], self._starts[:number])
        near = np.flatnonzero(best >= LIKE)
        return [int(k) for k in near[np.argsort(-best[near], kind="stable")][:MOST]]
