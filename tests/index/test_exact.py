"""The exact index's files: written whole, in segments, refused when damaged, never pickled."""

from pathlib import Path

import numpy as np
import pytest

from cliplib.errors import IndexDamaged
from cliplib.index import exact
from cliplib.index.base import Entry
from cliplib.index.exact import ExactIndex

EAST = np.array([1, 0], np.float32)
NORTH = np.array([0, 1], np.float32)


def saved(folder: Path, *ids: str) -> None:
    index = ExactIndex(folder)
    index.put([Entry(id, EAST, {"kind": id}) for id in ids])
    index.close()


def test_in_memory_it_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    index = ExactIndex()
    index.put([Entry("x", EAST)])
    index.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["npy", "json"])
@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 nothing", None])
def test_a_damaged_file_is_said_to_be(tmp_path: Path, damage: bytes | None, kind: str) -> None:
    saved(tmp_path, "x", "y")
    for file in [path for path in tmp_path.glob(f"*.{kind}")]:
        file.write_bytes(file.read_bytes()[:-4] if damage is None else damage)
    with pytest.raises(IndexDamaged, match=tmp_path.name):
        ExactIndex(tmp_path)


def test_a_file_that_is_gone_is_damage(tmp_path: Path) -> None:
    saved(tmp_path, "x")
    next(tmp_path.glob("*.npy")).unlink()
    with pytest.raises(IndexDamaged):
        ExactIndex(tmp_path)


def test_a_pickle_is_not_read(tmp_path: Path) -> None:
    saved(tmp_path, "x")
    np.save(next(tmp_path.glob("*.npy")), np.array([[{"a": 1}]], object), allow_pickle=True)
    with pytest.raises(IndexDamaged):
        ExactIndex(tmp_path)


@pytest.mark.parametrize("step", ["_write", "_joined"])
def test_a_kill_while_writing_leaves_the_old_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    saved(tmp_path, "x")

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    index = ExactIndex(tmp_path)
    index.put([Entry("y", EAST)])
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(exact, step, killed)
        index.close()
    assert ExactIndex(tmp_path).ids() == {"x"}
    saved(tmp_path, "z")
    assert ExactIndex(tmp_path).ids() == {"x", "z"}


def test_a_kill_before_the_listing_is_in_force_leaves_the_old_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(tmp_path, "x")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    index = ExactIndex(tmp_path)
    index.put([Entry("y", EAST)])
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, "replace", killed)
        index.close()
    assert ExactIndex(tmp_path).ids() == {"x"}
    saved(tmp_path, "z")
    assert ExactIndex(tmp_path).ids() == {"x", "z"} and len(list(tmp_path.glob("*.npy"))) == 2


def test_many_small_changes_are_joined_and_nothing_is_lost(tmp_path: Path) -> None:
    for k in range(100):
        saved(tmp_path, f"c{k:03d}")
    index = ExactIndex(tmp_path)
    assert index.ids() == {f"c{k:03d}" for k in range(100)}
    assert len(list(tmp_path.glob("*.npy"))) <= 2 * exact.FANOUT
    assert [hit.id for hit in index.nearest(EAST, 3)] == ["c000", "c001", "c002"]
    assert [hit.id for hit in index.nearest(EAST, 3, where={"kind": "c077"})] == ["c077"]


def test_what_is_replaced_or_dropped_stays_so_after_joining(tmp_path: Path) -> None:
    saved(tmp_path, *(f"c{k}" for k in range(9)))
    index = ExactIndex(tmp_path)
    index.put([Entry("c3", NORTH)])
    index.drop([f"c{k}" for k in range(4, 9)])
    index.close()
    again = ExactIndex(tmp_path)
    assert again.ids() == {"c0", "c1", "c2", "c3"} and len(again) == 4
    assert [hit.id for hit in again.nearest(NORTH, 1)] == ["c3"]
    assert [hit.id for hit in again.nearest(EAST, 9)] == ["c0", "c1", "c2", "c3"]
    assert len(list(tmp_path.glob("*.npy"))) == 1, "what is mostly gone is written anew"
