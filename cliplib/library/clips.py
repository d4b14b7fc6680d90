"""The room of clips: machine records, people's word over them, and the columns that hold what is in force."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import get_args

from pydantic import JsonValue, ValidationError

from cliplib.concepts import terms
from cliplib.config import load
from cliplib.contracts import lifted
from cliplib.errors import UnknownRecord, UsageError
from cliplib.ledger import Decision
from cliplib.library.filter import FLAGS, Filter, primary
from cliplib.library.lineage import LIVE, LineageRoom
from cliplib.library.wording import Shelf, index_text
from cliplib.records import EDITABLE, ClipRecord, Correction, Review, ReviewStatus, fitted, plain
from cliplib.vocabulary import shipped

GIVEN = "(SELECT value FROM json_each(?))"
"""A list of any length as one bound value."""

APART = {"review", "revision", "near_duplicates"}
"""Fields of a record that are kept beside it."""

ASSEMBLED = "SELECT clips.*, duplicates.number AS duplicate FROM clips LEFT JOIN duplicates ON clip = clips.id"

NEWEST = f'{{"schema":"{ClipRecord.model_fields["schema_"].default}",'
"""How a machine record begins that needs no upgrade: its schema is its first field, so the rest need not be read."""

BATCH = 500
"""Records in memory at the same time."""


class ClipRoom(LineageRoom):
    """Clip records by id. The machine's value and a person's never overwrite each other.

    The id of a clip that a person has replaced stands for the clip that holds most of it now.
    """

    folder: Path

    @cached_property
    def shelf(self) -> Shelf:
        """The names of things: shipped words, and products and words of the library's own settings."""
        settings = load({}, self.folder, env={})
        return Shelf(shipped().extended(settings.vocabulary), settings.product)

    def put(self, record: ClipRecord) -> None:
        """Keep a machine record, its words and a note for the indexes in one transaction.

        The revision counts up when the machine's value has changed; an identical record changes nothing. `review`,
        `revision` and `near_duplicates` of the given record are not looked at: they live on their own.

        Raises:
            UnknownRecord: its footage is not in the library.
        """
        with self._database.change() as connection:
            if self._keep(connection, record):
                self._put_in_force(connection, record.id)

    def get(self, id: str) -> ClipRecord:
        """The machine's record with the review assembled; `.effective()` gives the values in force."""
        return self.records([id])[0]

    def kept(self, id: str) -> ClipRecord | None:
        """The record of exactly this id, also of a clip that was replaced; None where there never was one."""
        return self._rows([id]).get(id)

    def records(self, ids: Sequence[str] | None = None) -> list[ClipRecord]:
        """Several records in the order of the ids; all in order of footage and start where None.

        Raises:
            UnknownRecord: one of the ids is not in the library.
        """
        if ids is None:
            chosen = self.find(Filter(statuses=()))
        else:
            replaced = f"SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM clips WHERE {LIVE})"
            now = {row["value"]: self.current(row["value"]) for row in self._database.rows(replaced, (_list(ids),))}
            chosen = [now.get(id, id) for id in ids]
        found = self._rows(chosen)
        return [found[id] for id in chosen]

    def find(self, wanted: Filter, n: int | None = None) -> list[str]:
        """Ids of the clips whose values in force pass the filter, the first n in order of footage and start."""
        condition, values = wanted.condition()
        sql = f"SELECT id FROM clips WHERE {LIVE} AND {condition} ORDER BY clips.footage, clips.start_ms, clips.end_ms"
        return [row["id"] for row in self._database.rows(f"{sql} LIMIT ?", (*values, -1 if n is None else n))]

    def clips_of(self, footage: str) -> list[str]:
        """Ids of all clips of one footage by their start, rejected ones too."""
        return self.find(Filter(footage=(footage,), statuses=()))

    def correct(self, id: str, field: str, value: JsonValue, who: str) -> ClipRecord:
        """Put a person's value over the machine's; it stays in force whatever a machine says later.

        Args:
            id: the clip.
            field: one of records.EDITABLE.
            value: the new value in its JSON form; the caller has checked keys against the vocabulary.
            who: the person.

        Returns:
            the record with the correction. Repeating a correction changes nothing.

        Raises:
            UsageError: the field cannot be edited, or the value does not fit it.
        """
        self.amend({id: {field: value}}, who)
        return self.get(id)

    def amend(self, words: Mapping[str, Mapping[str, JsonValue]], who: str) -> None:
        """Correct fields of many clips at once: all of it is kept, or nothing.

        Args:
            words: new values by field, by clip.
            who: the person.

        Raises:
            UsageError: as for `correct`.
        """
        asked = list(words.items())
        with self._database.change() as connection:
            for start in range(0, len(asked), BATCH):
                batch = asked[start : start + BATCH]
                known = {record.id: record for record in self.records([id for id, _ in batch])}
                for id, values in batch:
                    record = known[id] if id in known else known[self.current(id)]
                    known[record.id] = self._amended(connection, record, fitting(values), who)

    def _amended(
        self, connection: sqlite3.Connection, record: ClipRecord, values: Mapping[str, JsonValue], who: str
    ) -> ClipRecord:
        standing = record.review.corrections
        news = {f: new for f, new in values.items() if f not in standing or standing[f].new != new}
        if not news:
            return record
        effective, at = record.effective(), datetime.now(UTC)
        entries = {
            f: Correction(field=f, old=plain(f, getattr(effective, f)), new=new, who=who, at=at)
            for f, new in news.items()
        }
        connection.executemany(
            "INSERT INTO corrections (clip, field, correction) VALUES (?, ?, ?)",
            [(record.id, field, entry.to_json()) for field, entry in entries.items()],
        )
        review = record.review.model_copy(update={"corrections": {**standing, **entries}})
        record = record.model_copy(update={"review": review, "revision": record.revision + len(entries)})
        connection.execute("UPDATE clips SET revision = ? WHERE id = ?", (record.revision, record.id))
        self._write_in_force(connection, record.effective())
        return record

    def review(self, id: str, status: ReviewStatus, who: str, note: str = "") -> ClipRecord:
        """Note a person's decision on a clip; every decision is kept, the last one is in force."""
        if status not in get_args(ReviewStatus):
            raise UsageError(f"there is no review status {status!r}; there are {', '.join(get_args(ReviewStatus))}")
        with self._database.change() as connection:
            id = self.current(id)
            known = self.get(id).review
            if (known.status, known.note) != (status, note):
                connection.execute(
                    "INSERT INTO decisions (clip, status, note, who, at) VALUES (?, ?, ?, ?, ?)",
                    (id, status, note, who, datetime.now(UTC).isoformat()),
                )
                connection.execute("UPDATE clips SET status = ?, note = ? WHERE id = ?", (status, note, id))
            return self.get(id)

    def history(self, id: str) -> list[Correction]:
        """Every correction of a clip, and of the clips it was made of, that was ever made, oldest first.

        Raises:
            UnknownRecord: the library never held it.
        """
        sql = f"SELECT correction FROM corrections WHERE clip IN {GIVEN} ORDER BY sequence"
        rows = self._database.rows(sql, (_list(self._whole_line(id)),))
        # One that was carried over to another clip as it stands is the same one.
        return [Correction.from_json(text) for text in dict.fromkeys(row["correction"] for row in rows)]

    def decisions(self, id: str) -> list[Decision]:
        """Every decision on a clip, and on the clips it was made of, oldest first; raises UnknownRecord."""
        sql = f"SELECT status, note, who, at FROM decisions WHERE clip IN {GIVEN} ORDER BY sequence"
        rows = self._database.rows(sql, (_list(self._whole_line(id)),))
        return list(dict.fromkeys(Decision.from_json(json.dumps(dict(row))) for row in rows))

    def _whole_line(self, id: str) -> list[str]:
        current = self.current(id)
        return [current, *self.ancestors(current)]

    def reword(self) -> None:
        """Write the words of all clips anew, after names of products or labels have changed."""
        with self._database.change() as connection:
            for record in self.records():
                number = connection.execute("SELECT number FROM clips WHERE id = ?", (record.id,)).fetchone()["number"]
                self._put_words(connection, number, record.effective())

    def rename(self, product: str) -> int:
        """Write what is in force of a product's clips anew, after its names have changed in the settings file.

        Returns:
            how many clips are linked to it; the vector indexes are told of each.
        """
        self.__dict__.pop("shelf", None)  # what was read of the file before
        linked = self.find(Filter(products=(product,), statuses=()))
        with self._database.change() as connection:
            for id in linked:
                self._put_in_force(connection, id)
        return len(linked)

    def _rows(self, ids: Sequence[str]) -> dict[str, ClipRecord]:
        """Those of exactly these ids that there are, live or not."""
        asked = (_list(ids),)
        corrections: dict[str, dict[str, Correction]] = {}
        # In order of time, so that the latest correction of a field is the one that stays.
        for row in self._database.rows(f"SELECT * FROM corrections WHERE clip IN {GIVEN} ORDER BY sequence", asked):
            corrections.setdefault(row["clip"], {})[row["field"]] = Correction.from_json(row["correction"])
        rows = self._database.rows(f"{ASSEMBLED} WHERE id IN {GIVEN}", asked)
        return {row["id"]: _assembled(row, corrections.get(row["id"], {})) for row in rows}

    def _keep(self, connection: sqlite3.Connection, record: ClipRecord) -> bool:
        """Keep the machine's value; tells whether it is new."""
        machine = record.model_dump_json(by_alias=True, exclude=APART)
        known = connection.execute("SELECT machine FROM clips WHERE id = ?", (record.id,)).fetchone()
        if known is not None and json.loads(known["machine"]) == json.loads(machine):
            return False
        if known is None:
            self._insert(connection, record, machine)
        else:
            connection.execute(
                "UPDATE clips SET machine = ?, revision = revision + 1 WHERE id = ?", (machine, record.id)
            )
        return True

    def _insert(self, connection: sqlite3.Connection, record: ClipRecord, machine: str) -> None:
        if connection.execute("SELECT 1 FROM footage WHERE id = ?", (record.footage,)).fetchone() is None:
            raise UnknownRecord(f"clip {record.id}: no footage {record.footage!r} in the library")
        connection.execute(
            "INSERT INTO clips (id, footage, start_ms, end_ms, kind, language, machine) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (record.id, record.footage, record.span.start, record.span.end, record.kind, "", machine),
        )

    def _put_in_force(self, connection: sqlite3.Connection, id: str) -> None:
        """Write what is in force into columns, labels and words, and leave a note for the vector indexes."""
        self._write_in_force(connection, self._rows([id])[id].effective())

    def _write_in_force(self, connection: sqlite3.Connection, record: ClipRecord) -> None:
        """The same for an effective record."""
        id = record.id
        change = connection.execute("INSERT INTO outbox (clip) VALUES (?)", (id,)).lastrowid
        connection.execute(
            "UPDATE clips SET kind = ?, language = ?, quality = ?, change = ? WHERE id = ?",
            (record.kind, primary(record.transcript.language), record.facts.sharpness, change, id),
        )
        number = connection.execute("SELECT number FROM clips WHERE id = ?", (id,)).fetchone()["number"]
        connection.execute("DELETE FROM clip_labels WHERE clip = ?", (number,))
        connection.execute("DELETE FROM texts WHERE clip = ?", (number,))
        if not self.is_live(id):
            return
        connection.executemany(
            "INSERT OR IGNORE INTO clip_labels VALUES (?, ?, ?)", [(number, *label) for label in _labels(record)]
        )
        self._put_words(connection, number, record)

    def _put_words(self, connection: sqlite3.Connection, number: int, record: ClipRecord) -> None:
        text = index_text(record, self.shelf.vocabulary, self.shelf.products)
        connection.execute("INSERT OR REPLACE INTO texts VALUES (?, ?)", (number, " ".join(terms(text))))


def _list(ids: Sequence[str]) -> str:
    """Ids as the value of GIVEN."""
    return json.dumps(list(ids))


def _assembled(row: sqlite3.Row, corrections: dict[str, Correction]) -> ClipRecord:
    text: str = row["machine"]
    if not text.startswith(NEWEST):
        text = json.dumps(lifted(json.loads(text)))
    review = Review(status=row["status"], note=row["note"], corrections=corrections)
    group = None if row["duplicate"] is None else f"g{row['duplicate']}"
    kept = {"review": review, "revision": row["revision"], "near_duplicates": group}
    return ClipRecord.from_json(text).model_copy(update=kept)


def fitting(values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Values of fields in the form in which a record holds them.

    Raises:
        UsageError: one of the fields cannot be edited, or a value does not fit it.
    """
    if unknown := [field for field in values if field not in EDITABLE]:
        raise UsageError(f"{unknown[0]!r} cannot be edited; {', '.join(EDITABLE)} can")
    found = {}
    for field, value in values.items():
        try:
            found[field] = plain(field, fitted(field, value))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in (field, *first["loc"]))
            raise UsageError(f"{place}: {first['msg']}") from error
    return found


def _labels(record: ClipRecord) -> list[tuple[str, str]]:
    labels = [("content_types", key) for key in record.content_types]
    labels += [("forms", key) for key in record.forms]
    labels += [("products", link.product) for link in record.products]
    labels += [("people", known) for person in record.people for known in (person.label, person.name) if known]
    labels += [("near_duplicates", record.near_duplicates)] if record.near_duplicates else []
    labels += [("flaw", record.facts.flaw)] if record.facts.flaw else []
    labels += [("shot_size", record.shot_size)] if record.shot_size else []
    labels += [("camera", record.camera)] if record.camera else []
    return labels + [("flags", flag) for flag in FLAGS if getattr(record.facts, flag) is True]
