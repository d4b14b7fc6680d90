"""The exact index's file: written whole, refused when damaged, never pickled."""

from pathlib import Path

import numpy as np
import pytest

from cliplib.errors import IndexDamaged
from cliplib.index.base import Entry
from cliplib.index.exact import FILE_NAME, ExactIndex

EAST = np.array([1, 0], np.float32)


def test_in_memory_it_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    index = ExactIndex()
    index.put([Entry("x", EAST)])
    index.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 no archive", None])
def test_a_damaged_file_is_said_to_be(tmp_path: Path, damage: bytes | None) -> None:
    index = ExactIndex(tmp_path)
    index.put([Entry("x", EAST)])
    index.close()
    file = tmp_path / FILE_NAME
    file.write_bytes(file.read_bytes()[:-40] if damage is None else damage)
    with pytest.raises(IndexDamaged, match=FILE_NAME):
        ExactIndex(tmp_path)


def test_a_pickle_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / FILE_NAME).open("wb") as target:
        np.savez(target, ids=np.array(["x"]), vectors=np.zeros((1, 2)), fields=np.array([{"a": 1}], object))
    with pytest.raises(IndexDamaged):
        ExactIndex(tmp_path)


def test_a_kill_while_writing_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = ExactIndex(tmp_path)
    index.put([Entry("x", EAST)])
    index.close()

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez", killed)
    index.put([Entry("y", EAST)])
    with pytest.raises(KeyboardInterrupt):
        index.close()
    assert ExactIndex(tmp_path).ids() == {"x"}
