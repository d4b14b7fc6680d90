"""The room of near-duplicates: what clips are compared by, and which of them show the same pictures.

A group is named by its number, which is never given twice. Clips join groups; where two groups turn out to be one, the
older number stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cliplib.library.clips import ClipRoom
from cliplib.library.lineage import LIVE

FIELD = "near_duplicates"


@dataclass(frozen=True, slots=True)
class Sketched:
    """A clip with the stored form of its sketch, and whether it has been compared with the clips before it."""

    clip: str
    sketch: bytes
    compared: bool


class DuplicateRoom(ClipRoom):
    """Signatures by clip, and groups. What a person says of a clip's group is a correction like any other."""

    def keep_signature(self, clip: str, version: int, signature: bytes, sketch: bytes) -> None:
        """Keep what a clip is compared by; it counts as not yet compared. The clip's record may come later."""
        with self._database.change() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO signatures VALUES (?, ?, ?, ?, 0)", (clip, version, signature, sketch)
            )

    def has_signature(self, clip: str, version: int) -> bool:
        """Whether a signature of this version is kept."""
        sql = "SELECT 1 FROM signatures WHERE clip = ? AND version = ?"
        return self._database.row(sql, (clip, version)) is not None

    def signature(self, clip: str) -> bytes | None:
        """The stored form of a clip's signature; None where it has none."""
        row = self._database.row("SELECT signature FROM signatures WHERE clip = ?", (clip,))
        return None if row is None else bytes(row["signature"])

    def has_uncompared(self, version: int) -> bool:
        """Whether a clip of the library is still to be compared with the others."""
        sql = f"SELECT 1 FROM signatures JOIN clips ON clips.id = clip WHERE version = ? AND NOT compared AND {LIVE}"
        return self._database.row(sql, (version,)) is not None

    def sketched(self, version: int) -> list[Sketched]:
        """All clips of the library with a signature of this version, in order of footage and start."""
        rows = self._database.rows(
            "SELECT signatures.clip, sketch, compared FROM signatures JOIN clips ON clips.id = signatures.clip "
            f"JOIN footage ON footage.id = clips.footage WHERE version = ? AND {LIVE} "
            "ORDER BY footage.number, clips.start_ms, clips.end_ms",
            (version,),
        )
        return [Sketched(row["clip"], row["sketch"], bool(row["compared"])) for row in rows]

    def join(self, clip: str, same: Sequence[str]) -> None:
        """Note that a clip has been compared, and with which clips it shows the same pictures.

        All of them and the groups they are in become one group, under the oldest number there is among them.
        """
        with self._database.change() as connection:
            connection.execute("UPDATE signatures SET compared = 1 WHERE clip = ?", (clip,))
            if not same:
                return
            groups = {id: self.group_of(id) for id in (clip, *same)}
            numbers = sorted(number for number in set(groups.values()) if number is not None)
            if numbers:
                oldest = numbers[0]
            else:
                made = connection.execute("INSERT INTO duplicate_groups (first) VALUES (?)", (min(groups),))
                oldest = int(made.lastrowid or 0)
            joining = [id for id, number in groups.items() if number is None]
            for number in numbers[1:]:
                joining += [row["clip"] for row in self._members(number)]
            connection.executemany(
                "INSERT OR REPLACE INTO duplicates VALUES (?, ?)", [(id, oldest) for id in dict.fromkeys(joining)]
            )
            for id in dict.fromkeys(joining):
                self._put_in_force(connection, id)

    def group_of(self, clip: str) -> int | None:
        """The number of the group that a clip was put into; None where it is in none."""
        row = self._database.row("SELECT number FROM duplicates WHERE clip = ?", (clip,))
        return None if row is None else int(row["number"])

    def near_duplicates(self) -> dict[str, list[str]]:
        """The groups in force with more than one clip, and their clips in order of id; the largest groups first."""
        found: dict[str, list[str]] = {}
        rows = self._database.rows(
            "SELECT value, id FROM clip_labels JOIN clips ON clips.number = clip "
            f"WHERE field = ? AND {LIVE} ORDER BY value, id",
            (FIELD,),
        )
        for row in rows:
            found.setdefault(row["value"], []).append(row["id"])
        several = [(group, clips) for group, clips in found.items() if len(clips) > 1]
        return dict(sorted(several, key=lambda entry: (-len(entry[1]), entry[0])))

    def _members(self, number: int) -> list[dict[str, str]]:
        return [dict(row) for row in self._database.rows("SELECT clip FROM duplicates WHERE number = ?", (number,))]
