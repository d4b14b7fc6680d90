"""Any sequence of machine runs, corrections, exports, imports, undos and cuts: a person's word is always in force."""

import json
import sqlite3
import tempfile
from contextlib import closing, suppress
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cliplib import contracts
from cliplib.errors import UsageError
from cliplib.ledger import Edit
from cliplib.library import Library
from cliplib.records import ClipRecord
from cliplib.review import plan_import, take_back, take_in
from cliplib.values import Span
from tests.library.making import a_footage, a_record
from tests.properties import examples
from tests.review.making import LEXICON, Rows, edit_records, edit_table, furnished, sent

STARTS = (0, 2000, 4000)
FIELDS = ("description", "camera", "note")
COLUMNS = {"description": "视觉描述", "camera": "运镜", "note": "备注"}
WORDS = st.sampled_from(("pan", "static", "truck"))
"""Words that any of the fields may hold: few, so that sides often agree."""

FORMS = st.sampled_from(("jsonl", "csv"))
PLACES = st.integers(0, 2)
SAID = st.lists(st.tuples(PLACES, st.sampled_from(FIELDS), WORDS), min_size=1, max_size=4)
ACTS = st.one_of(
    st.tuples(st.just("machine"), PLACES, st.sampled_from(FIELDS[:2]), WORDS),
    st.tuples(st.just("person"), PLACES, st.sampled_from(FIELDS), WORDS),
    st.tuples(st.just("export"), FORMS),
    st.tuples(st.just("import"), PLACES, SAID),
    st.tuples(st.just("undo")),
)
Words = dict[tuple[int, str], Any]


def machine_record(words: Words, place: int) -> ClipRecord:
    said = {field: words[place, field] for field in FIELDS[:2]}
    return a_record(STARTS[place]).model_copy(update=said)


def edit(path: Path, said: list[tuple[int, str, str]]) -> Words:
    """Write words into a file; gives those that stand in it then, the last word on a field being the one."""
    words = {(place, field): word for place, field, word in said}

    def change(rows: Rows) -> None:
        for (place, field), word in words.items():
            row = rows[place]
            if path.suffix == ".csv":
                shown = LEXICON.shown(field, word) if field == "camera" else word
                row[COLUMNS[field]] = shown
            elif field == "note":
                row["review"] = {**row["review"], "note": word}
            else:
                row[field] = word

    (edit_table if path.suffix == ".csv" else edit_records)(path, change)
    return words


class Model:
    """What must be in force, worked out by hand: the machine's word unless a person has said something."""

    def __init__(self) -> None:
        self.machine: Words = {(place, field): None for place in range(3) for field in FIELDS}
        self.machine.update({(place, "description"): "" for place in range(3)})
        self.machine.update({(place, "note"): "" for place in range(3)})
        self.human: Words = {}
        self.imports: list[Words] = []
        self.befores: list[Words] = []

    def force(self) -> Words:
        return {**self.machine, **self.human}

    def take(self, base: Words, said: Words) -> None:
        force = self.force()
        applied = {
            key: word for key, word in said.items() if word not in (base[key], force[key]) and force[key] == base[key]
        }
        if applied:
            self.imports.append(applied)
            self.befores.append({key: force[key] for key in applied})
        self.human.update(applied)

    def undo(self) -> None:
        force = self.force()
        after, before = self.imports.pop(), self.befores.pop()
        self.human.update({key: before[key] for key in after if force[key] == after[key]})


def in_force(library: Library) -> Words:
    words: Words = {}
    for place, record in enumerate(library.records()):
        effective = record.effective()
        said = (effective.description, effective.camera, record.review.note)
        words.update({(place, field): word for field, word in zip(FIELDS, said, strict=True)})
    return words


@examples(25)
@given(acts=st.lists(ACTS, min_size=4, max_size=14))
def test_every_word_is_where_the_rules_put_it(acts: list[Any]) -> None:
    model = Model()
    with (
        tempfile.TemporaryDirectory() as name,
        furnished(Path(name) / "library", tuple(a_record(start) for start in STARTS)) as library,
    ):
        sheets: list[tuple[Path, Words]] = []
        for number, (what, *given_) in enumerate(acts):
            if what == "machine":
                place, field, word = given_
                model.machine[place, field] = word
                library.put(machine_record(model.machine, place))
            elif what == "person":
                place, field, word = given_
                id = a_record(STARTS[place]).id
                if field == "note":
                    library.review(id, "new", "Li", word)
                else:
                    library.correct(id, field, word, "Li")
                model.human[place, field] = word
            elif what == "export":
                sheets.append((sent(library, Path(name) / str(number), given_[0]), model.force()))
            elif what == "import" and sheets:
                path, base = sheets[given_[0] % len(sheets)]
                # A file that was edited before still says that too, unless this is another word on it.
                said = edit(path, given_[1])
                base = {**base}
                known = {k: w for k, w in _standing(path, library).items() if w != base[k]}
                plan = plan_import(library, path, LEXICON)
                take_in(library, plan, path.name, "Li")
                model.take(base, {**known, **said})
                assert plan.faults == ()
            elif what == "undo" and model.imports:
                take_back(library, "Li")
                model.undo()
            assert in_force(library) == model.force(), (number, what)
        assert [plan_import(library, path, LEXICON).faults for path, _ in sheets] == [()] * len(sheets)


def _standing(path: Path, library: Library) -> Words:
    """What stands in a file now."""
    found: Words = {}

    def look(rows: Rows) -> None:
        for place, row in enumerate(rows):
            for field in FIELDS:
                if path.suffix == ".csv":
                    text = row[COLUMNS[field]]
                    found[place, field] = LEXICON.vocabulary.find("camera", text) if field == "camera" else text
                else:
                    found[place, field] = row["review"]["note"] if field == "note" else row[field]

    (edit_table if path.suffix == ".csv" else edit_records)(path, look)
    return found


CUTS = st.one_of(
    ACTS,
    ACTS,
    st.tuples(st.sampled_from(("merge", "split", "nudge")), PLACES),
    st.tuples(st.just("upgrade")),
)


def cut(library: Library, what: str, place: int) -> None:
    """An editor's own cut, as `clip` files it."""
    clips = library.records()
    old = clips[place % len(clips) :][: 2 if what == "merge" else 1]
    start, end = old[0].span.start, old[-1].span.end
    edges = {"merge": [start, end], "split": [start, (start + end) // 2, end], "nudge": [start, end - 100]}[what]
    kind: Any = what
    footage = a_footage()
    new = []
    for a, b in pairwise(edges):
        span = Span(start=a, end=b)
        new.append(old[0].model_copy(update={"id": ClipRecord.id_of(footage.id, span), "span": span}))
    now = datetime.now(UTC)
    ids = tuple(record.id for record in old), tuple(record.id for record in new)
    with suppress(UsageError):  # there is such a clip already
        library.replace(Edit(what=kind, footage=footage.id, old=ids[0], new=ids[1], who="Li", at=now), new)


@pytest.fixture(scope="module", autouse=True)
def _an_older_schema() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(contracts.UPGRADES, "clip-record.0", lambda data: {**data, "schema": "clip-record.1"})
        yield


def age(library: Library) -> None:
    """Have all machine records be of an older schema."""
    with closing(sqlite3.connect(library.folder / "library.db")) as connection:
        connection.execute("UPDATE clips SET machine = replace(machine, 'clip-record.1', 'clip-record.0')")
        connection.commit()


@examples(25)
@given(acts=st.lists(CUTS, min_size=4, max_size=14))
def test_no_word_is_lost_whatever_is_cut_or_upgraded(acts: list[Any]) -> None:
    with (
        tempfile.TemporaryDirectory() as name,
        furnished(Path(name) / "library", tuple(a_record(start) for start in STARTS)) as library,
    ):
        sheets: list[Path] = []
        words: set[str] = set()
        for number, (what, *given_) in enumerate(acts):
            if what == "export":
                sheets.append(sent(library, Path(name) / str(number), given_[0]))
            elif what == "import" and sheets:
                words |= _imported(library, sheets[given_[0] % len(sheets)], f"{number} words")
            else:
                words |= _acted(library, what, given_, f"{number} words")
            live = library.records()
            assert {str(c.new) for clip in live for c in library.history(clip.id)} >= words
            assert all(_latest_in_force(library, clip) for clip in live)


def _acted(library: Library, what: str, given_: list[Any], word: str) -> set[str]:
    """Do what a person, the machine or time does; gives the words that a person has said."""
    clips = library.records()
    before = {clip.id: clip.effective() for clip in clips}
    if what == "machine":
        clip = clips[given_[0] % len(clips)]
        library.put(clip.model_copy(update={"description": word, "camera": given_[2]}))
        _corrected_stay(library, before)
    elif what == "person":
        library.correct(clips[given_[0] % len(clips)].id, "description", word, "Li")
        return {word}
    elif what == "undo" and library.last_import():
        take_back(library, "Li")
    elif what == "upgrade":
        age(library)
        assert {clip.id: clip.effective() for clip in library.records()} == before
    elif what in ("merge", "split", "nudge"):
        cut(library, what, given_[0])
    return set()


def _imported(library: Library, path: Path, word: str) -> set[str]:
    """Write a word into the first row of a file and take it in; gives the words that went in."""

    def change(rows: Rows) -> None:
        rows[0]["视觉描述" if path.suffix == ".csv" else "description"] = word

    (edit_table if path.suffix == ".csv" else edit_records)(path, change)
    plan = plan_import(library, path, LEXICON)
    assert plan.faults == () and len(plan.changes) + len(plan.conflicts) <= 1
    take_in(library, plan, path.name, "Li")
    return {str(change.said) for change in plan.changes}


def _corrected_stay(library: Library, before: dict[str, ClipRecord]) -> None:
    for clip in library.records():
        for field in clip.review.corrections:
            assert getattr(clip.effective(), field) == getattr(before[clip.id], field)


def _latest_in_force(library: Library, clip: ClipRecord) -> bool:
    """Whether every correction of a clip is what one reads of it."""
    data = json.loads(clip.effective().to_json())
    return all(data[field] == correction.new for field, correction in clip.review.corrections.items())
