"""An import is taken back: as one more word of a person, and not over what somebody has said since."""

from pathlib import Path

import pytest

from cliplib.errors import UsageError
from cliplib.library import Library
from cliplib.review import take_back
from tests.review.making import FIRST, THIRD, described, edit_table, in_force, merged, sent


def test_an_import_is_taken_back_and_the_history_keeps_both(library: Library, tmp_path: Path) -> None:
    library.review(THIRD, "approved", "Wang", "gut")
    library.correct(FIRST, "description", "zuvor", "Wang")
    before = in_force(library)
    path = sent(library, tmp_path, "csv")
    edit_table(path, lambda rows: rows[0].update({"视觉描述": "neu", "运镜": "pan"}))
    edit_table(path, lambda rows: rows[2].update({"审核": "否决", "备注": "schlecht"}))
    merged(library, path)
    library.correct(FIRST, "camera", "static", "Wang")
    undone = take_back(library, "Li")
    assert undone.file == "r.csv"
    assert [(c.clip, c.field) for c in undone.conflicts] == [(FIRST, "camera")]
    assert {(c.clip, c.field) for c in undone.changes} == {
        (FIRST, "description"),
        (THIRD, "status"),
        (THIRD, "note"),
    }
    first, third = library.get(FIRST).effective(), library.get(THIRD)
    assert (first.description, first.camera) == ("zuvor", "static")
    assert (third.review.status, third.review.note) == ("approved", "gut")
    assert [c.new for c in library.history(FIRST)] == ["zuvor", "neu", "pan", "static", "zuvor"]
    assert [d.status for d in library.decisions(THIRD)] == ["approved", "rejected", "approved"]
    with pytest.raises(UsageError, match="no import"):
        take_back(library, "Li")
    library.correct(FIRST, "camera", None, "Wang")
    for now, then in zip(in_force(library), before, strict=True):
        now.pop("revision"), then.pop("revision"), now["review"].pop("corrections"), then["review"].pop("corrections")
        assert now == then


def test_imports_are_taken_back_one_by_one_from_the_last_on(library: Library, tmp_path: Path) -> None:
    for text in ("eins", "zwei"):
        path = sent(library, tmp_path, "csv")
        described(path, text)
        merged(library, path)
    assert take_back(library, "Li").conflicts == () and library.get(FIRST).effective().description == "eins"
    assert take_back(library, "Li").conflicts == () and library.get(FIRST).effective().description == ""
