"""The index follows the library, survives kills, deletion, damage and other processes, and never mixes embedders."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cliplib.errors import IndexDamaged, LibraryLocked, SettingsError
from cliplib.index.base import Entry
from cliplib.index.exact import ExactIndex
from cliplib.library import Filter, Library
from cliplib.media.run import Finished, run
from cliplib.search import Projection, Query, open_index, projection, rebuild, refresh, search, verify
from tests.library.making import a_record
from tests.search.making import SHELF, BagOfWords

FIRST, SECOND, THIRD = (a_record(start).id for start in (0, 2000, 4000))
BOTH = pytest.mark.parametrize("backend", ["exact", "chroma"])


@contextmanager
def an_index(library: Library, backend: str, embedder: BagOfWords) -> Iterator[Projection]:
    index = open_index(library, backend, embedder)
    try:
        yield index
    finally:
        index.close()


def near(library: Library, index: Projection, embedder: BagOfWords, text: str, n: int = 1) -> list[str]:
    return [hit.id for hit in index.nearest(embedder.embed([text])[0], n)]


def many(library: Library, count: int) -> None:
    with library.together():
        for k in range(count):
            library.put(a_record(10_000 + 10 * k, spoken=f"clip {k} word{k * 7} thing{k * 3}"))


@BOTH
def test_what_was_put_is_found_after_refresh(library: Library, backend: str, embedder: BagOfWords) -> None:
    with an_index(library, backend, embedder) as index:
        assert index.ids() == set()
        assert refresh(library, index, embedder, SHELF) == 3
        assert index.ids() == {FIRST, SECOND, THIRD} and library.pending() == []
        assert near(library, index, embedder, "六小时还是热的") == [SECOND]
        fields = {"content_types": "product_feature", "products": "cup", "kind": "product", "language": "zh"}
        assert len(index.nearest(embedder.embed(["不漏水"])[0], 9, where=fields)) == 3
        assert refresh(library, index, embedder, SHELF) == 0
    with an_index(library, backend, embedder) as index:
        assert near(library, index, embedder, "mug bag") == [THIRD]
        assert verify(library, backend, embedder, SHELF).sound


@BOTH
def test_a_correction_reaches_the_index_and_old_words_find_nothing(
    library: Library, backend: str, embedder: BagOfWords
) -> None:
    with an_index(library, backend, embedder) as index:
        refresh(library, index, embedder, SHELF)
        library.correct(FIRST, "spoken", "shiny steel", "Li")
        library.correct(FIRST, "products", [], "Li")
        assert refresh(library, index, embedder, SHELF) == 1
        assert near(library, index, embedder, "shiny steel") == [FIRST]
        before = {hit.id: hit.score for hit in index.nearest(embedder.embed(["倒过来也不漏水"])[0], 3)}
        assert before.get(FIRST, 0) < 0.1
        vector = embedder.embed(["shiny steel"])[0]
        assert {hit.id for hit in index.nearest(vector, 9, where={"products": "cup"})} == {SECOND, THIRD}


def test_only_changed_texts_are_embedded_again(library: Library, embedder: BagOfWords) -> None:
    with an_index(library, "exact", embedder) as index:
        refresh(library, index, embedder, SHELF)
        assert len(embedder.asked) == 3
        library.put(a_record(0, spoken="倒过来也不漏水", products=("cup",), camera="pan"))
        library.correct(SECOND, "spoken", "new words", "Li")
        assert refresh(library, index, embedder, SHELF) == 2
        assert len(embedder.asked) == 4 and "new words" in embedder.asked[-1]
    rebuild(library, "exact", embedder, SHELF)
    assert len(embedder.asked) == 4


@BOTH
def test_a_kill_between_index_and_settle_is_repaired(
    library: Library, backend: str, embedder: BagOfWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with an_index(library, backend, embedder) as index:
        with monkeypatch.context() as patch:
            patch.setattr(Library, "settle", killed)
            with pytest.raises(KeyboardInterrupt):
                refresh(library, index, embedder, SHELF)
        assert len(library.pending()) == 3
        library.correct(FIRST, "spoken", "shiny steel", "Li")
    with an_index(library, backend, embedder) as index:
        assert refresh(library, index, embedder, SHELF) == 3
        assert near(library, index, embedder, "shiny steel") == [FIRST]
        assert library.pending() == []


@BOTH
@pytest.mark.parametrize("step", ["_write", "_let_go"])
def test_a_kill_while_the_index_is_written_is_repaired(
    library: Library, backend: str, embedder: BagOfWords, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    with an_index(library, backend, embedder) as index:

        def killed(*_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(index, step, killed)
            refresh(library, index, embedder, SHELF)
        assert len(library.pending()) == 3
    with an_index(library, backend, embedder) as index:
        refresh(library, index, embedder, SHELF)
        assert index.ids() == {FIRST, SECOND, THIRD}
        assert near(library, index, embedder, "mug bag") == [THIRD]


@BOTH
def test_a_deleted_index_comes_back(library: Library, backend: str, embedder: BagOfWords) -> None:
    with an_index(library, backend, embedder) as index:
        refresh(library, index, embedder, SHELF)
        shutil.rmtree(index.folder)
        assert refresh(library, index, embedder, SHELF) == 3
        assert index.ids() == {FIRST, SECOND, THIRD}
    shutil.rmtree(library.folder / "index")
    assert rebuild(library, backend, embedder, SHELF) == 3
    with an_index(library, backend, embedder) as index:
        assert near(library, index, embedder, "mug bag") == [THIRD]
    assert len(embedder.asked) == 4  # three texts once, and the question


@BOTH
def test_an_emptied_generation_is_filled_again(library: Library, backend: str, embedder: BagOfWords) -> None:
    with an_index(library, backend, embedder) as index:
        refresh(library, index, embedder, SHELF)
        folder = index.folder
    shutil.rmtree(folder / "g1")
    with an_index(library, backend, embedder) as index:
        assert refresh(library, index, embedder, SHELF) == 3
        assert near(library, index, embedder, "mug bag") == [THIRD]


def cut_vectors(place: Path) -> None:
    file = max(place.rglob("data_level0.bin"), key=lambda path: path.stat().st_size)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def scramble_graph(place: Path) -> None:
    for file in place.rglob("data_level0.bin"):
        noise = np.random.default_rng(5).integers(0, 256, file.stat().st_size, np.uint8)
        file.write_bytes(noise.tobytes())


@pytest.mark.parametrize("damage", [cut_vectors, scramble_graph])
def test_damage_is_said_and_a_rebuild_repairs_it(
    library: Library, embedder: BagOfWords, damage: Callable[[Path], None]
) -> None:
    many(library, 1_200)
    with an_index(library, "chroma", embedder) as index:
        refresh(library, index, embedder, SHELF)
        folder = index.folder
    damage(folder / "g1")
    with pytest.raises(IndexDamaged) as caught:
        open_index(library, "chroma", embedder)
    assert "index rebuild" in caught.value.next_step
    asked = len(embedder.asked)
    assert rebuild(library, "chroma", embedder, SHELF) == 1_203
    assert len(embedder.asked) == asked
    assert [entry.name for entry in folder.iterdir() if entry.is_dir()] == ["g2"]
    with an_index(library, "chroma", embedder) as index:
        assert near(library, index, embedder, "clip 77 word539 thing231") == [a_record(10_770).id]


def test_a_damaged_exact_index_is_said_to_be(library: Library, embedder: BagOfWords) -> None:
    with an_index(library, "exact", embedder) as index:
        refresh(library, index, embedder, SHELF)
        file = next(index.folder.rglob("*.npy"))
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(IndexDamaged):
        open_index(library, "exact", embedder)
    assert rebuild(library, "exact", embedder, SHELF) == 3


def test_a_manifest_that_cannot_be_read_is_damage(library: Library, embedder: BagOfWords) -> None:
    with an_index(library, "exact", embedder) as index:
        refresh(library, index, embedder, SHELF)
        (index.folder / "manifest.json").write_text("{")
    with pytest.raises(IndexDamaged, match="manifest"):
        open_index(library, "exact", embedder)
    rebuild(library, "exact", embedder, SHELF)
    assert verify(library, "exact", embedder, SHELF).sound


def test_a_clean_index_is_opened_without_a_child_process(
    library: Library, embedder: BagOfWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []

    def counted(argv: list[str], **rest: Any) -> Finished:
        started.append(argv)
        return run(argv, **rest)

    monkeypatch.setattr(projection, "run", counted)
    for _ in range(3):
        with an_index(library, "chroma", embedder) as index:
            refresh(library, index, embedder, SHELF)
            assert len(index.ids()) == 3
    assert started == []
    next((index.folder / "g1").rglob("chroma.sqlite3")).touch()
    with an_index(library, "chroma", embedder) as index:
        assert len(index.ids()) == 3 and len(started) == 1


@BOTH
def test_each_embedder_has_an_index_of_its_own(library: Library, backend: str, embedder: BagOfWords) -> None:
    others = [
        BagOfWords("bag", 128),
        BagOfWords("sentence:/models/BGE 中文", 64),
        BagOfWords("sentence:/models/bge", 64),
    ]
    with an_index(library, backend, embedder) as index:
        refresh(library, index, embedder, SHELF)
    for other in others:
        with an_index(library, backend, other) as index:
            assert index.ids() == set()
            assert refresh(library, index, other, SHELF) == 3
            assert near(library, index, other, "六小时还是热的") == [SECOND]
    assert len([entry for entry in (library.folder / "index").iterdir() if entry.is_dir()]) == 4
    library.correct(FIRST, "spoken", "shiny steel", "Li")
    for engine in (*others, embedder):
        with an_index(library, backend, engine) as index:
            assert refresh(library, index, engine, SHELF) == 1
            assert near(library, index, engine, "shiny steel") == [FIRST]


@BOTH
def test_the_old_index_answers_until_the_new_one_is_complete(
    library: Library, backend: str, embedder: BagOfWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    with an_index(library, backend, embedder) as index:
        refresh(library, index, embedder, SHELF)
        library.correct(FIRST, "spoken", "shiny steel", "Li")
        seen: list[set[str]] = []
        examine = Projection._examine

        def watched(self: Projection, place: Path) -> None:
            seen.append(index.ids())
            examine(self, place)

        monkeypatch.setattr(Projection, "_examine", watched)
        assert rebuild(library, backend, embedder, SHELF) == 3
        assert seen[0] == {FIRST, SECOND, THIRD}
        assert near(library, index, embedder, "shiny steel") == [FIRST]
        assert library.pending() == [] and refresh(library, index, embedder, SHELF) == 0


def test_a_rebuild_that_fails_leaves_the_old_index(
    library: Library, embedder: BagOfWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    with an_index(library, "exact", embedder) as index:
        refresh(library, index, embedder, SHELF)

        def refuse(self: Projection, place: Path) -> None:
            raise IndexDamaged("not sound")

        with monkeypatch.context() as patch, pytest.raises(IndexDamaged):
            patch.setattr(Projection, "_examine", refuse)
            rebuild(library, "exact", embedder, SHELF)
        assert near(library, index, embedder, "mug bag") == [THIRD]
        assert rebuild(library, "exact", embedder, SHELF) == 3
        assert len([entry for entry in index.folder.iterdir() if entry.is_dir()]) == 1


def test_rebuild_takes_up_new_names(library: Library, embedder: BagOfWords) -> None:
    (library.folder / "cliplib.toml").write_text('[[product]]\nid = "cup"\nname = "Nimbus"\n', "utf-8")
    library.__dict__.pop("shelf", None)
    with an_index(library, "exact", embedder) as index:
        refresh(library, index, embedder, SHELF)
        rebuild(library, "exact", embedder, library.shelf)
        found = search(library, index, embedder, Query("nimbus"))
        assert {hit.clip for hit in found} == {FIRST, SECOND, THIRD}
        assert all({"vector", "words"} <= hit.why.keys() for hit in found)


def test_a_reader_refreshes_unless_somebody_writes(library: Library, embedder: BagOfWords) -> None:
    with Library.open(library.folder) as reader, an_index(reader, "exact", embedder) as index:
        assert refresh(reader, index, embedder, SHELF) == 0
        library.close()
        assert refresh(reader, index, embedder, SHELF) == 3
        assert index.ids() == {FIRST, SECOND, THIRD}


def test_a_busy_index_is_not_mistaken_for_a_busy_library(
    library: Library, embedder: BagOfWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection, "PATIENCE", 0.01)
    holder, other = (open_index(library, "exact", embedder) for _ in range(2))
    with holder._held(), pytest.raises(LibraryLocked, match="busy"):
        refresh(library, other, embedder, SHELF)


WRITER = """
import sys
from pathlib import Path
from cliplib.library import Library
from cliplib.search import open_index, refresh
from tests.library.making import a_record
from tests.search.making import SHELF, BagOfWords
with Library.open(Path(sys.argv[1]), write=True) as library:
    with library.together():
        for k in range(1500):
            library.put(a_record(10_000 + 10 * k, spoken=f"clip {k} word{k * 7}"))
    index = open_index(library, "chroma", BagOfWords())
    refresh(library, index, BagOfWords(), SHELF)
    index.close()
"""


def test_an_open_reader_sees_what_another_process_writes(library: Library, embedder: BagOfWords) -> None:
    """Chroma alone would go on answering from its old view, or end the process."""
    with an_index(library, "chroma", embedder) as index:
        refresh(library, index, embedder, SHELF)
        library.close()
        assert len(index.ids()) == 3
        subprocess.run([sys.executable, "-c", WRITER, str(library.folder)], check=True)
        assert len(index.ids()) == 1_503
        assert near(library, index, embedder, "clip 77 word539") == [a_record(10_770).id]


def test_a_bare_index_is_given_what_it_lacks(library: Library, embedder: BagOfWords) -> None:
    with an_index(library, "exact", embedder) as index:
        refresh(library, index, embedder, SHELF)
    bare = ExactIndex()
    assert refresh(library, bare, embedder, SHELF) == 3
    assert bare.ids() == {FIRST, SECOND, THIRD}
    library.correct(FIRST, "spoken", "shiny steel", "Li")
    assert refresh(library, bare, embedder, SHELF) == 1
    assert bare.nearest(embedder.embed(["shiny steel"])[0], 1)[0].id == FIRST


def test_verify_names_what_differs(library: Library, embedder: BagOfWords) -> None:
    with an_index(library, "exact", embedder) as index:
        refresh(library, index, embedder, SHELF)
        index.put([Entry("stray", embedder.embed(["stray"])[0])])
        index.drop([FIRST])
    health = verify(library, "exact", embedder, SHELF)
    assert (health.missing, health.surplus, health.sound, health.clips) == ((FIRST,), ("stray",), False, 3)


def test_an_outbox_row_of_a_clip_that_is_gone_drops_it(library: Library, embedder: BagOfWords) -> None:
    with an_index(library, "exact", embedder) as index:
        refresh(library, index, embedder, SHELF)
        index.put([Entry("gone", embedder.embed(["gone"])[0])])
        with library._database.change() as connection:
            connection.execute("INSERT INTO outbox (clip) VALUES ('gone')")
        refresh(library, index, embedder, SHELF)
        assert index.ids() == {FIRST, SECOND, THIRD} and library.pending() == []


def test_large_changes_go_in_strides(library: Library, embedder: BagOfWords, monkeypatch: pytest.MonkeyPatch) -> None:
    from cliplib.search import filling

    monkeypatch.setattr(filling, "STRIDE", 10)
    monkeypatch.setattr(filling, "BATCH", 4)
    many(library, 22)
    applied: list[int] = []
    apply = Projection.apply

    def counted(self: Projection, entries: Iterable[Entry], dropped: list[str], applied_: int | None = None) -> None:
        applied.append(len(library.pending()))
        apply(self, entries, dropped, applied_)

    monkeypatch.setattr(
        Projection, "apply", lambda self, entries, dropped, applied=None: counted(self, entries, dropped, applied)
    )
    with an_index(library, "exact", embedder) as index:
        assert refresh(library, index, embedder, SHELF) == 25
        assert applied == [25, 15, 5] and len(index.ids()) == 25


def test_an_unknown_backend_is_refused(library: Library, embedder: BagOfWords) -> None:
    with pytest.raises(SettingsError, match="chroma, exact"):
        open_index(library, "pinecone", embedder)


def test_rejected_clips_stay_in_the_index_but_are_not_found(library: Library, embedder: BagOfWords) -> None:
    with an_index(library, "exact", embedder) as index:
        refresh(library, index, embedder, SHELF)
        library.review(SECOND, "rejected", "Li")
        assert SECOND in index.ids()
        assert SECOND not in {hit.clip for hit in search(library, index, embedder, Query("六小时还是热的"))}
        everything = Query("六小时还是热的", Filter(statuses=()))
        assert search(library, index, embedder, everything)[0].clip == SECOND
