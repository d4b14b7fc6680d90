"""The room of finding: which clips pass a filter and fit words best, fast in a large library."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cliplib.index.base import Hit
from cliplib.library.clips import GIVEN
from cliplib.library.database import Database, Room
from cliplib.library.filter import LIVING, Filter, quality_label
from cliplib.library.lineage import LIVE
from cliplib.library.postings import BITS, SIZE, Block, gathered, scores

PATIENCE = 256
"""Changed clips of a block that each search looks at one by one, before the block's arrays are made anew."""
SPARE = 16
"""Clips that the records are asked about beyond those that are wanted; many more where too few of them pass."""
DIGITS = 9
"""Scores that agree in so many decimals are a tie."""

LABELS = (
    "SELECT clip AS number, field || '=' || value AS label FROM clip_labels WHERE clip IN {0} UNION ALL "
    "SELECT number, 'kind=' || kind FROM clips WHERE number IN {0} UNION ALL "
    "SELECT number, 'language=' || language FROM clips WHERE number IN {0} UNION ALL "
    "SELECT number, 'status=' || status FROM clips WHERE number IN {0} UNION ALL "
    "SELECT number, 'footage=' || footage FROM clips WHERE number IN {0}"
)
"""The labels of clips as terms; no word has a = in it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one search finds, as of the moment it was asked for with `FindingRoom.finding`."""

    wanted: Filter
    terms: tuple[str, ...]
    blocks: tuple[Block, ...]
    mask: NDArray[np.bool_]
    """For each place of each block whether its clip may pass; never False for one that does."""
    _database: Database

    @property
    def share(self) -> float:
        """About which share of all live clips passes; an upper bound where conditions are not on labels."""
        live = sum(int(np.count_nonzero(block.having([LIVING]))) for block in self.blocks)
        return float(np.count_nonzero(self.mask)) / max(1, live)

    def all_ids(self, most: int) -> list[str] | None:
        """Ids of all clips that pass, in order of ids; None where that may be more than `most`."""
        chosen = np.flatnonzero(self.mask)
        return None if len(chosen) > most else sorted(self._passing(self._numbers(chosen)).values())

    def passing(self, ids: Sequence[str]) -> set[str]:
        """Those of these clips that pass."""
        condition, values = self.wanted.condition(each=True)
        sql = f"SELECT id FROM clips WHERE id IN {GIVEN} AND {LIVE} AND {condition}"
        return {row["id"] for row in self._database.rows(sql, (json.dumps(list(ids)), *values))}

    def by_words(self, n: int) -> list[Hit]:
        """The n clips that pass and whose words fit best (BM25), best first, ties by id."""
        if not self.terms or not self.blocks:
            return []
        score = np.round(np.concatenate(scores(self.blocks, self.terms)), DIGITS)
        score[~self.mask] = 0
        matching = int(np.count_nonzero(score))
        asked = n + SPARE
        while True:
            asked = min(asked, matching)
            # All that are as good as the last one asked about, so that ties are decided by id and not by place.
            least = np.partition(score, len(score) - asked)[len(score) - asked] if asked else np.inf
            chosen = np.flatnonzero(score >= least)
            numbers = self._numbers(chosen)
            passing = self._passing(numbers)
            if len(passing) >= n or len(chosen) >= matching:
                hits = [Hit(passing[k], float(s)) for k, s in zip(numbers, score[chosen], strict=True) if k in passing]
                return sorted(hits, key=lambda hit: (-hit.score, hit.id))[:n]
            asked *= 8

    def _numbers(self, places: NDArray[np.int64]) -> list[int]:
        first = np.array([block.number << BITS for block in self.blocks], np.int64)
        numbers: list[int] = (first[places // SIZE] + places % SIZE).tolist() if len(places) else []
        return numbers

    def _passing(self, numbers: Sequence[int]) -> dict[int, str]:
        condition, values = self.wanted.condition(each=True)
        sql = f"SELECT number, id FROM clips WHERE number IN {GIVEN} AND {LIVE} AND {condition}"
        rows = self._database.rows(sql, (json.dumps(list(numbers)), *values))
        return {row["number"]: row["id"] for row in rows}


class FindingRoom(Room):
    """The word index and the labels beside it. What it says is that of the records at any time."""

    def finding(self, wanted: Filter, terms: Sequence[str] = ()) -> Finding:
        """Get ready to find clips.

        Args:
            wanted: what they must pass.
            terms: as `cliplib.concepts.terms` makes them; any of them may match, and each counts once.
        """
        needed, refused = wanted.labels()
        asked = {LIVING, *terms, *refused, *(label for labels in needed for label in labels)}
        blocks = (*self._stored(asked), *self._changed(asked))
        mask = np.zeros(SIZE * len(blocks), bool)
        for k, block in enumerate(blocks):
            part = block.having([LIVING])
            for labels in needed:
                part &= block.having(labels)
            mask[k * SIZE : (k + 1) * SIZE] = part & ~block.having(refused)
        return Finding(wanted, tuple(dict.fromkeys(terms)), blocks, mask, self._database)

    def frequencies(self, terms: Sequence[str]) -> tuple[int, dict[str, int]]:
        """How many clips the word index knows, and how many of them have each term."""
        asked = set(terms)
        blocks = (*self._stored(asked), *self._changed(asked))
        clips = sum(int(np.count_nonzero(np.where(block.fresh, block.lengths, 0))) for block in blocks)
        return clips, {term: sum(len(block.held(term)[0]) for block in blocks) for term in dict.fromkeys(terms)}

    def held_terms(self, ids: Sequence[str], terms: Sequence[str]) -> dict[str, list[str]]:
        """Which of these terms each of these clips holds, in the order of the terms."""
        sql = f"SELECT id, tokens FROM texts JOIN clips ON number = clip WHERE id IN {GIVEN}"
        rows = self._database.rows(sql, (json.dumps(list(ids)),))
        held = {row["id"]: set(row["tokens"].split()) for row in rows}
        return {id: [term for term in dict.fromkeys(terms) if term in held.get(id, ())] for id in ids}

    def words_waiting(self) -> bool:
        """Whether so much has changed that `settle_words` has something to do."""
        return bool(self._crowded())

    def settle_words(self) -> None:
        """Make the arrays of those blocks anew of which much has changed; each in one transaction."""
        for number in self._crowded():
            with self._database.change() as connection:
                first, end = number << BITS, (number + 1) << BITS
                texts = self._database.rows("SELECT clip, tokens FROM texts WHERE clip >= ? AND clip < ?", (first, end))
                lengths = np.zeros(SIZE, np.uint16)
                words = [(row["clip"] - first, row["tokens"].split()) for row in texts]
                for place, held in words:
                    lengths[place] = min(len(held), 65_535)
                postings = gathered(words) | gathered(self._labels([row["clip"] for row in texts], first))
                connection.execute("DELETE FROM postings WHERE block = ?", (number,))
                connection.execute("INSERT OR REPLACE INTO blocks VALUES (?, ?)", (number, lengths.tobytes()))
                connection.executemany(
                    "INSERT INTO postings VALUES (?, ?, ?, ?)",
                    [(number, term, places.tobytes(), counts.tobytes()) for term, (places, counts) in postings.items()],
                )
                connection.execute("DELETE FROM stale WHERE clip >= ? AND clip < ?", (first, end))

    def _crowded(self) -> list[int]:
        sql = f"SELECT clip >> {BITS} AS block FROM stale GROUP BY 1 HAVING count(*) >= ? ORDER BY 1"
        return [row["block"] for row in self._database.rows(sql, (PATIENCE,))]

    def _labels(self, numbers: Sequence[int], first: int) -> list[tuple[int, list[str]]]:
        """The labels of live clips by place, each clip's in one list."""
        given = json.dumps(list(numbers))
        labels: dict[int, list[str]] = {number - first: [LIVING] for number in numbers}
        for row in self._database.rows(LABELS.format(GIVEN), (given,) * 5):
            labels[row["number"] - first].append(row["label"])
        qualities = self._database.rows(f"SELECT number, quality FROM clips WHERE number IN {GIVEN}", (given,))
        for row in qualities:
            labels[row["number"] - first].append(quality_label(row["quality"]))
        return list(labels.items())

    def _stored(self, asked: Iterable[str]) -> Iterator[Block]:
        """The blocks with the postings of the terms that are asked for, without what has changed since."""
        blocks = {
            row["block"]: Block(row["block"], np.frombuffer(row["lengths"], np.uint16), {}, np.ones(SIZE, bool))
            for row in self._database.rows("SELECT * FROM blocks ORDER BY block")
        }
        sql = f"SELECT * FROM postings WHERE block IN (SELECT block FROM blocks) AND term IN {GIVEN}"
        for row in self._database.rows(sql, (json.dumps(sorted(asked)),)):
            posting = np.frombuffer(row["places"], np.uint16), np.frombuffer(row["counts"], np.uint8)
            blocks[row["block"]].postings[row["term"]] = posting
        for row in self._database.rows("SELECT clip FROM stale"):
            if (block := blocks.get(row["clip"] >> BITS)) is not None:
                block.fresh[row["clip"] % SIZE] = False
        yield from blocks.values()

    def _changed(self, asked: set[str]) -> Iterator[Block]:
        """The same of the clips that have changed, from the records themselves."""
        changed: dict[int, list[tuple[int, list[str]]]] = {}
        for row in self._database.rows("SELECT stale.clip, tokens FROM stale JOIN texts ON texts.clip = stale.clip"):
            changed.setdefault(row["clip"] >> BITS, []).append((row["clip"], row["tokens"].split()))
        for number, rows in changed.items():
            first = number << BITS
            lengths = np.zeros(SIZE, np.uint16)
            fresh = np.zeros(SIZE, bool)
            for clip, words in rows:
                lengths[clip - first] = min(len(words), 65_535)
                fresh[clip - first] = True
            words_asked = [(clip - first, [word for word in words if word in asked]) for clip, words in rows]
            labels = self._labels([clip for clip, _ in rows], first)
            yield Block(number, lengths, gathered(words_asked) | gathered(labels), fresh)
