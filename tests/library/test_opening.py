"""Making, opening and locking a library; its schema, word for word."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import IO

import pytest

from cliplib.config import load
from cliplib.errors import DiskFull, ExitCode, LibraryError, LibraryLocked, NoLibrary, UsageError
from cliplib.library import Filter, Library, database, place, schema
from tests.library.making import a_footage, a_record

FINAL = """\
CREATE INDEX calls_by_key ON calls (key, outcome)
CREATE INDEX clip_labels_by_value ON clip_labels (field, value, clip)
CREATE INDEX clips_by_change ON clips (change)
CREATE INDEX clips_by_place ON clips (footage, start_ms)
CREATE INDEX corrections_by_clip ON corrections (clip)
CREATE INDEX duplicates_by_number ON duplicates (number)
CREATE INDEX heirs_by_new ON heirs (new)
CREATE TABLE blocks (block INTEGER PRIMARY KEY, lengths BLOB NOT NULL) STRICT
CREATE TABLE calls ( sequence INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, task TEXT NOT NULL, outcome TEXT NOT NULL, record TEXT NOT NULL ) STRICT
CREATE TABLE clip_labels ( clip INTEGER NOT NULL REFERENCES clips (number), field TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (clip, field, value) ) STRICT, WITHOUT ROWID
CREATE TABLE clips ( number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, footage TEXT NOT NULL REFERENCES footage (id), start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL, kind TEXT NOT NULL, language TEXT NOT NULL, machine TEXT NOT NULL, revision INTEGER NOT NULL DEFAULT 1, status TEXT NOT NULL DEFAULT 'new', note TEXT NOT NULL DEFAULT '', change INTEGER NOT NULL DEFAULT 0 , quality REAL NOT NULL DEFAULT 0) STRICT
CREATE TABLE corrections ( sequence INTEGER PRIMARY KEY AUTOINCREMENT, clip TEXT NOT NULL REFERENCES clips (id), field TEXT NOT NULL, correction TEXT NOT NULL ) STRICT
CREATE TABLE decisions ( sequence INTEGER PRIMARY KEY AUTOINCREMENT, clip TEXT NOT NULL REFERENCES clips (id), status TEXT NOT NULL, note TEXT NOT NULL, who TEXT NOT NULL, at TEXT NOT NULL ) STRICT
CREATE TABLE duplicate_groups (number INTEGER PRIMARY KEY AUTOINCREMENT, first TEXT NOT NULL) STRICT
CREATE TABLE duplicates (clip TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT
CREATE TABLE edits ( sequence INTEGER PRIMARY KEY AUTOINCREMENT, footage TEXT NOT NULL REFERENCES footage (id), record TEXT NOT NULL ) STRICT
CREATE TABLE footage ( number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, record TEXT NOT NULL, state TEXT, reason TEXT NOT NULL DEFAULT '', mark TEXT NOT NULL DEFAULT '' ) STRICT
CREATE TABLE heirs ( old TEXT NOT NULL REFERENCES clips (id), new TEXT NOT NULL REFERENCES clips (id), share REAL NOT NULL, PRIMARY KEY (old, new) ) STRICT, WITHOUT ROWID
CREATE TABLE imports ( sequence INTEGER PRIMARY KEY AUTOINCREMENT, file TEXT NOT NULL, who TEXT NOT NULL, at TEXT NOT NULL, corrections_from INTEGER NOT NULL, corrections_upto INTEGER NOT NULL, decisions_from INTEGER NOT NULL, decisions_upto INTEGER NOT NULL, undone TEXT ) STRICT
CREATE TABLE looks ( clip TEXT NOT NULL, number INTEGER NOT NULL, engine TEXT NOT NULL, look BLOB NOT NULL, label TEXT, PRIMARY KEY (clip, number) ) STRICT
CREATE TABLE migrations (number INTEGER PRIMARY KEY, at TEXT NOT NULL)
CREATE TABLE outbox (sequence INTEGER PRIMARY KEY AUTOINCREMENT, clip TEXT NOT NULL) STRICT
CREATE TABLE persons (number INTEGER PRIMARY KEY AUTOINCREMENT, first TEXT NOT NULL) STRICT
CREATE TABLE postings ( block INTEGER NOT NULL REFERENCES blocks (block) ON DELETE CASCADE, term TEXT NOT NULL, places BLOB NOT NULL, counts BLOB NOT NULL, PRIMARY KEY (block, term) ) STRICT
CREATE TABLE signatures ( clip TEXT PRIMARY KEY, version INTEGER NOT NULL, signature BLOB NOT NULL, sketch BLOB NOT NULL, compared INTEGER NOT NULL ) STRICT
CREATE TABLE stale (clip INTEGER PRIMARY KEY REFERENCES clips (number)) STRICT
CREATE TABLE texts (clip INTEGER PRIMARY KEY REFERENCES clips (number), tokens TEXT NOT NULL) STRICT
CREATE TABLE usage ( clip TEXT NOT NULL REFERENCES clips (id), job TEXT NOT NULL, slot TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (clip, job, slot) ) STRICT
CREATE TABLE vectors ( embedder TEXT NOT NULL, text_hash TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (embedder, text_hash) ) STRICT
CREATE TRIGGER clip_changed AFTER UPDATE ON clips BEGIN INSERT OR IGNORE INTO stale VALUES (new.number); END
CREATE TRIGGER clip_new AFTER INSERT ON clips BEGIN INSERT OR IGNORE INTO stale VALUES (new.number); END
CREATE TRIGGER text_gone AFTER DELETE ON texts BEGIN INSERT OR IGNORE INTO stale VALUES (old.clip); END
CREATE TRIGGER text_new AFTER INSERT ON texts BEGIN INSERT OR IGNORE INTO stale VALUES (new.clip); END
"""  # noqa: E501

HOLDER = """
import sys
from pathlib import Path
from cliplib.library import Library
with Library.open(Path(sys.argv[1]), write=True) as library:
    print("holding", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Library.create(tmp_path / "library", "en")
    return tmp_path / "library"


def hold(folder: Path) -> "subprocess.Popen[str]":
    """Another process that is the writer until its standard input ends."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert said(holder.stdout) == "holding\n"
    return holder


def said(pipe: IO[str] | None) -> str:
    assert pipe is not None
    return pipe.readline()


def end(holder: "subprocess.Popen[str]") -> None:
    holder.communicate("")


def test_create_makes_the_folders_and_readable_settings(folder: Path) -> None:
    assert sorted(entry.name for entry in folder.iterdir() if entry.is_dir()) == ["exports", "index", "jobs", "media"]
    text = (folder / "cliplib.toml").read_text("utf-8")
    assert load({}, folder, env={}).language == "en"
    examples = "\n".join(line.removeprefix("# ") for line in text.splitlines() if " = " in line or "[[" in line)
    (folder / "cliplib.toml").write_text(examples, "utf-8")
    settings = load({}, folder, env={})
    assert settings.product[0].aliases and settings.vocabulary["content_type"][0]["key"] == "unboxing"


def test_create_refuses_a_second_library_but_keeps_settings_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "cliplib.toml").write_text('language = "en"\n', "utf-8")
    Library.create(tmp_path)
    assert (tmp_path / "cliplib.toml").read_text("utf-8") == 'language = "en"\n'
    with pytest.raises(UsageError, match="already a library"):
        Library.create(tmp_path)


def test_no_library(tmp_path: Path) -> None:
    with pytest.raises(NoLibrary) as caught:
        Library.open(tmp_path)
    assert caught.value.exit_code == ExitCode.NO_LIBRARY


def test_the_schema_is_this(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "library.db")) as connection:
        rows = connection.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*'"
        ).fetchall()
        assert sorted(" ".join(sql.split()) for (sql,) in rows) == FINAL.splitlines()
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_library_of_a_newer_program_is_refused(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "library.db")) as connection, connection:
        connection.execute("INSERT INTO migrations VALUES (99, '')")
    with pytest.raises(LibraryError, match="schema 99") as caught:
        Library.open(folder)
    assert "Update" in caught.value.next_step


def test_an_older_library_is_brought_up_to_date(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, ("CREATE TABLE later (x TEXT)",)))
    with Library.open(folder) as library:
        assert library.find(Filter()) == []
    with closing(sqlite3.connect(folder / "library.db")) as connection:
        assert connection.execute("SELECT max(number) FROM migrations").fetchone() == (len(schema.MIGRATIONS),)
        assert connection.execute("SELECT count(*) FROM later").fetchone() == (0,)


def test_a_failing_step_leaves_the_old_version(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = (*schema.MIGRATIONS, ("CREATE TABLE later (x TEXT)", "CREATE TABLE clips (x TEXT)"))
    monkeypatch.setattr(schema, "MIGRATIONS", broken)
    with pytest.raises(LibraryError, match="already exists"):
        Library.open(folder)
    monkeypatch.undo()
    with closing(sqlite3.connect(folder / "library.db")) as connection:
        assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'later'").fetchall() == []
        assert connection.execute("SELECT max(number) FROM migrations").fetchone() == (len(schema.MIGRATIONS),)
    with Library.open(folder, write=True) as library:
        assert library.find(Filter()) == []


def test_a_file_that_is_no_database_is_refused(folder: Path) -> None:
    (folder / "library.db").write_bytes(b"no database at all " * 100)
    with pytest.raises(LibraryError, match="not a database"):
        Library.open(folder)


def test_a_second_writer_learns_who_holds_the_library(folder: Path) -> None:
    holder = hold(folder)
    try:
        with pytest.raises(LibraryLocked, match=f"process {holder.pid} on ") as caught:
            Library.open(folder, write=True)
        assert caught.value.exit_code == ExitCode.LOCKED
        with Library.open(folder) as reader, pytest.raises(LibraryLocked), reader.writing():
            pytest.fail("two writers")
    finally:
        end(holder)
    with Library.open(folder, write=True) as library:
        assert library.counts()["clips"] == 0


def test_a_killed_holder_holds_nothing(folder: Path) -> None:
    holder = hold(folder)
    os.kill(holder.pid, signal.SIGKILL)
    end(holder)
    assert json.loads((folder / "library.holder.json").read_text("utf-8"))["pid"] == holder.pid
    with Library.open(folder, write=True) as library:
        library.add_footage(a_footage())
        library.put(a_record())
        assert json.loads((folder / "library.holder.json").read_text("utf-8"))["pid"] == os.getpid()


def test_a_lock_without_a_holders_name_is_still_a_lock(folder: Path) -> None:
    with Library.open(folder, write=True):
        (folder / "library.holder.json").unlink()
        with pytest.raises(LibraryLocked, match="just started"):
            Library.open(folder, write=True)


def test_readers_do_not_wait_for_the_writer(folder: Path) -> None:
    with Library.open(folder, write=True) as writer, Library.open(folder) as reader:
        writer.add_footage(a_footage())
        with writer.together():
            writer.put(a_record())
            assert reader.find(Filter()) == []
        assert reader.find(Filter()) == [a_record().id]


def test_a_reader_cannot_change_anything(folder: Path) -> None:
    with Library.open(folder) as reader:
        with pytest.raises(LibraryError, match="reading only"):
            reader.add_footage(a_footage())
        with reader.writing():
            reader.add_footage(a_footage())
        with pytest.raises(LibraryError, match="reading only"):
            reader.put(a_record())
        with pytest.raises(LibraryError, match="readonly"):
            reader._database.rows("DELETE FROM footage")
        assert len(reader.all_footage()) == 1


def test_a_full_disk_is_said_and_nothing_is_half_done(folder: Path) -> None:
    with Library.open(folder, write=True) as library:
        library.add_footage(a_footage())
        pages = library._database.row("PRAGMA page_count")
        assert pages is not None
        library._database.rows(f"PRAGMA max_page_count = {pages[0]}")
        with pytest.raises(DiskFull):
            library.put(a_record(description="x" * 100_000))
        assert library.find(Filter()) == [] == library.pending()
        library._database.rows("PRAGMA max_page_count = 100000")
        library.put(a_record())
        assert library.find(Filter()) == [a_record().id]


def test_network_file_systems_are_refused(tmp_path: Path) -> None:
    table = tmp_path / "mounts"
    table.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n/dev/b {tmp_path}/in ext4 rw 0 0\n")
    with pytest.raises(LibraryError, match="network file system"):
        place.refuse_network(tmp_path / "library", table)
    place.refuse_network(tmp_path / "in" / "library", table)
    place.refuse_network(tmp_path / "library", tmp_path / "no-such-table")


def test_media_and_jobs_lie_in_the_folder(folder: Path) -> None:
    with Library.open(folder) as library:
        assert (library.media, library.jobs) == (folder / "media", folder / "jobs")


def test_damage_inside_is_a_library_error(folder: Path) -> None:
    opened = database.Database(folder / "library.db")
    with pytest.raises(LibraryError, match="no such table"):
        opened.rows("SELECT * FROM no_such")
    opened.close()
