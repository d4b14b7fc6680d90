"""The room of people: what those who are seen in clips look like to the engine that found them, and their labels.

A label stands for one person of the library, is given once and never again for another.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cliplib.library.database import Room
from cliplib.library.lineage import LIVE

Figures = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody in a clip, the `number`th by size: a vector of length 1, and the label, None where there is none yet."""

    clip: str
    number: int
    look: Figures
    label: str | None


class PeopleRoom(Room):
    """Who is seen in which clip. What a person says of a clip's people is a correction like any other."""

    def keep_looks(self, clip: str, engine: str, looks: Sequence[Figures]) -> None:
        """Keep what is seen of people in a clip, whose record may come later; the same again keeps its labels."""
        known = [(seen.number, _packed(seen.look)) for seen in self._seen("clip = ?", (clip,), engine)]
        new = [(number, _packed(look)) for number, look in enumerate(looks)]
        if known == new and known:
            return
        with self._database.change() as connection:
            connection.execute("DELETE FROM looks WHERE clip = ?", (clip,))
            connection.executemany(
                "INSERT INTO looks VALUES (?, ?, ?, ?, NULL)", [(clip, number, engine, look) for number, look in new]
            )

    def seen_in(self, footage: str, engine: str) -> list[Seen]:
        """Everybody an engine has seen in the clips of one footage, in order of time."""
        return self._seen(f"clips.footage = ? AND {LIVE}", (footage,), engine)

    def seen_in_all(self, engine: str) -> list[Seen]:
        """Everybody an engine has seen in the library."""
        return self._seen(LIVE, (), engine)

    def label(self, seen: Seen, label: str | None) -> str:
        """Give somebody a label: the one of a person who was known before, or a new one."""
        with self._database.change() as connection:
            if label is None:
                made = connection.execute("INSERT INTO persons (first) VALUES (?)", (seen.clip,))
                label = f"p{made.lastrowid}"
            connection.execute(
                "UPDATE looks SET label = ? WHERE clip = ? AND number = ?", (label, seen.clip, seen.number)
            )
        return label

    def _seen(self, condition: str, values: tuple[str, ...], engine: str) -> list[Seen]:
        rows = self._database.rows(
            "SELECT looks.* FROM looks LEFT JOIN clips ON clips.id = clip "
            f"WHERE {condition} AND engine = ? ORDER BY clips.footage, clips.start_ms, clips.end_ms, looks.number",
            (*values, engine),
        )
        return [Seen(row["clip"], row["number"], _unpacked(row["look"]), row["label"]) for row in rows]


def _packed(look: Figures) -> bytes:
    """Half precision, compressed: most figures of a look at colours are zero."""
    half: bytes = look.astype("<f2").tobytes()
    return zlib.compress(half, 6)


def _unpacked(kept: bytes) -> Figures:
    return np.frombuffer(zlib.decompress(kept), "<f2").astype(np.float32)
