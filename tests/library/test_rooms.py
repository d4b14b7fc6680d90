"""Footage, journal, uses and kept vectors."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from cliplib.errors import LibraryError, UnknownRecord
from cliplib.ledger import Call, Usage
from cliplib.library import FootageState, Library
from cliplib.records import Rights
from tests.library.making import a_footage, a_record

NOW = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)


def a_call(key: str, outcome: str = "ok", reply: str = "", task: str = "caption") -> Call:
    return Call(key=key, task=task, engine="chat:m", seconds=0.5, outcome=outcome, reply=reply, at=NOW)


def test_footage_that_moved_is_followed_and_products_are_united(library: Library, tmp_path: Path) -> None:
    here = tmp_path / "here.mp4"
    here.write_bytes(b"x")
    first = library.add_footage(a_footage(2, str(here), products=("cup",), rights=Rights(licence="own")))
    again = library.add_footage(a_footage(2, "/elsewhere.mp4", products=("jug", "cup"), kind="brand"))
    assert (again.path, again.products, again.kind) == (str(here), ("cup", "jug"), "product")
    assert again.rights == first.rights
    here.unlink()
    assert library.add_footage(a_footage(2, "/elsewhere.mp4")).path == "/elsewhere.mp4"
    assert library.footage(first.id).products == ("cup", "jug")
    assert [footage.id for footage in library.all_footage()] == [a_footage().id, first.id]


def test_two_files_with_one_id_are_refused(library: Library) -> None:
    twin = a_footage().model_copy(update={"sha256": a_footage().sha256[:16] + "0" * 48})
    with pytest.raises(LibraryError, match="share the id"):
        library.add_footage(twin)


def test_footage_state(library: Library) -> None:
    id = a_footage().id
    assert library.footage_state(id) is None
    library.set_footage_state(id, FootageState("partial", "1 of 3 clips failed", "mark"))
    assert library.footage_state(id) == FootageState("partial", "1 of 3 clips failed", "mark")
    assert library.counts()["footage_partial"] == 1
    for call in (library.footage, library.footage_state):
        with pytest.raises(UnknownRecord, match="f_0"):
            call("f_0")
    with pytest.raises(UnknownRecord, match="f_0"):
        library.set_footage_state("f_0", FootageState("kept"))


def test_only_successful_calls_are_recalled(library: Library) -> None:
    library.record(a_call("k", "E_ENGINE"))
    assert library.recall("k") is None
    library.record(a_call("k", reply="first"))
    library.record(a_call("k", reply="second"))
    library.record(a_call("k", "E_BAD_REPLY", reply="bad"))
    recalled = library.recall("k")
    assert recalled is not None and recalled.reply == "second"
    library.record(a_call("other", task="pick"))
    assert [call.outcome for call in library.calls("caption")] == ["E_ENGINE", "ok", "ok", "E_BAD_REPLY"]
    assert len(library.calls()) == 5 == library.counts()["calls"]


def test_threads_record_calls_side_by_side(library: Library) -> None:
    def work(name: str) -> None:
        for k in range(25):
            library.record(a_call(f"{name}{k}"))
            library.put(a_record(2000 * k, description=name))

    threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {call.key for call in library.calls()} == {f"{name}{k}" for name in "ab" for k in range(25)}
    assert library.counts()["clips"] == 25


def test_uses_are_counted_once(library: Library) -> None:
    library.put(a_record(0))
    id = a_record(0).id
    uses = [Usage(clip=id, job="j1", slot="s1", at=NOW), Usage(clip=id, job="j1", slot="s2", at=NOW)]
    library.note_usage(uses)
    library.note_usage(uses)
    library.note_usage([*uses, Usage(clip=id, job="j2", slot="s1", at=NOW)])
    assert library.usage_counts() == {id: 3}
    assert [(use.job, use.slot) for use in library.usage_of(id)] == [("j1", "s1"), ("j1", "s2"), ("j2", "s1")]
    with pytest.raises(UnknownRecord):
        library.note_usage([Usage(clip=a_record(2000).id, job="j1", slot="s1", at=NOW)])


def test_vectors_are_kept_per_embedder(library: Library) -> None:
    vector = np.array([0.6, 0.8], np.float32)
    library.keep_vectors("a/2", {"hash": vector})
    kept = library.vector("a/2", "hash")
    assert kept is not None and kept.dtype == np.float32 and np.array_equal(kept, vector)
    assert library.vector("b/2", "hash") is None


def test_settled_changes_are_struck_off_and_no_others(library: Library) -> None:
    for start in (0, 2000, 4000):
        library.put(a_record(start))
    first, second, third = library.pending()
    library.settle([first[0], third[0]])
    assert library.pending() == [second]
    assert library.changed_since(first[0]) == [second, third]
    library.settle(range(100_000))
    library.put(a_record(6000))
    assert library.pending()[0][0] > third[0]
