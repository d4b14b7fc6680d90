"""Damage to a Chroma folder is seen by a child process; the process that asks survives."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cliplib.errors import IndexDamaged
from cliplib.index import verify
from cliplib.index.base import Entry
from cliplib.index.chroma import ChromaIndex
from cliplib.media.run import run

ENTRIES = 1_500


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Chroma folder large enough that its graph lies in files."""
    folder = tmp_path_factory.mktemp("chroma") / "sound"
    vectors = np.random.default_rng(4).normal(size=(ENTRIES, 16)).astype(np.float32)
    index = ChromaIndex(folder)
    index.put(Entry(f"c{k}", vectors[k] / np.linalg.norm(vectors[k]), {"kind": "brand"}) for k in range(ENTRIES))
    index.close()
    return folder


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "index"))


def cut_vectors(folder: Path) -> None:
    file = next(folder.rglob("data_level0.bin"))
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def remove_graph(folder: Path) -> None:
    shutil.rmtree(next(folder.rglob("data_level0.bin")).parent)


def cut_pickle(folder: Path) -> None:
    file = next(folder.rglob("index_metadata.pickle"))
    file.write_bytes(file.read_bytes()[:100])


def scramble_graph(folder: Path) -> None:
    file = next(folder.rglob("data_level0.bin"))
    noise = np.random.default_rng(5).integers(0, 256, file.stat().st_size, np.uint8)
    file.write_bytes(noise.tobytes())


def cut_database(folder: Path) -> None:
    file = folder / "chroma.sqlite3"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 3])


def child(folder: Path) -> tuple[int, str]:
    ended = run([sys.executable, "-m", "cliplib.index.verify", str(folder)])
    return ended.returncode, ended.stdout


def test_a_sound_folder_passes(folder: Path) -> None:
    code, said = child(folder)
    assert code == 0
    assert json.loads(said) == {"sound": True, "stored": ENTRIES, "found": ENTRIES, "why": ""}


@pytest.mark.parametrize("damage", [cut_vectors, remove_graph, cut_pickle, scramble_graph, cut_database])
def test_damage_is_seen_in_the_child(folder: Path, damage: Callable[[Path], None]) -> None:
    damage(folder)
    code, _ = child(folder)
    assert code != 0


def test_what_was_seen_is_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify.main([str(folder)]) == 0
    remove_graph(folder)
    assert verify.main([str(folder)]) == 1
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["sound"] and not second["sound"] and second["why"]


def test_errors_of_chroma_are_damage(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import chromadb.errors

    def failing(*_: object, **__: object) -> None:
        raise chromadb.errors.InternalError("broken inside")

    with monkeypatch.context() as patch:
        patch.setattr(ChromaIndex, "ids", failing)
        with pytest.raises(chromadb.errors.InternalError):
            verify.examine(folder)
    with monkeypatch.context() as patch:
        patch.setattr(chromadb.Collection, "get", failing)
        with pytest.raises(IndexDamaged, match="broken inside"):
            ChromaIndex(folder)
        assert verify.examine(folder) == {"sound": False, "why": f"{folder}: broken inside"}
