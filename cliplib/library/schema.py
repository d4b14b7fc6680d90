"""The tables of a library as numbered steps. A released step is never edited; new ones are added at the end."""

import sqlite3
from datetime import UTC, datetime

from cliplib.errors import LibraryError

FIRST = (
    """CREATE TABLE footage (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        record TEXT NOT NULL,
        state TEXT,
        reason TEXT NOT NULL DEFAULT '',
        mark TEXT NOT NULL DEFAULT ''
    ) STRICT""",
    # `machine` is the record as engines made it. The other columns, clip_labels and words hold the values in force.
    """CREATE TABLE clips (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        footage TEXT NOT NULL REFERENCES footage (id),
        start_ms INTEGER NOT NULL,
        end_ms INTEGER NOT NULL,
        kind TEXT NOT NULL,
        language TEXT NOT NULL,
        machine TEXT NOT NULL,
        revision INTEGER NOT NULL DEFAULT 1,
        status TEXT NOT NULL DEFAULT 'new',
        note TEXT NOT NULL DEFAULT '',
        change INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    "CREATE INDEX clips_by_place ON clips (footage, start_ms)",
    "CREATE INDEX clips_by_change ON clips (change)",
    """CREATE TABLE clip_labels (
        clip INTEGER NOT NULL REFERENCES clips (number),
        field TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (clip, field, value)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX clip_labels_by_value ON clip_labels (field, value, clip)",
    """CREATE TABLE corrections (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        clip TEXT NOT NULL REFERENCES clips (id),
        field TEXT NOT NULL,
        correction TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX corrections_by_clip ON corrections (clip)",
    """CREATE TABLE decisions (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        clip TEXT NOT NULL REFERENCES clips (id),
        status TEXT NOT NULL,
        note TEXT NOT NULL,
        who TEXT NOT NULL,
        at TEXT NOT NULL
    ) STRICT""",
    "CREATE VIRTUAL TABLE words USING fts5 (tokens)",
    # AUTOINCREMENT: a sequence is never given twice, so an index knows what it has not seen by one number.
    "CREATE TABLE outbox (sequence INTEGER PRIMARY KEY AUTOINCREMENT, clip TEXT NOT NULL) STRICT",
    """CREATE TABLE vectors (
        embedder TEXT NOT NULL,
        text_hash TEXT NOT NULL,
        vector BLOB NOT NULL,
        PRIMARY KEY (embedder, text_hash)
    ) STRICT""",
    """CREATE TABLE calls (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL,
        task TEXT NOT NULL,
        outcome TEXT NOT NULL,
        record TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX calls_by_key ON calls (key, outcome)",
    """CREATE TABLE usage (
        clip TEXT NOT NULL REFERENCES clips (id),
        job TEXT NOT NULL,
        slot TEXT NOT NULL,
        record TEXT NOT NULL,
        PRIMARY KEY (clip, job, slot)
    ) STRICT""",
)

EDITS = (
    # A clip that stands here as `old` was merged, split or moved by a person and is no longer live; `new` always is.
    """CREATE TABLE heirs (
        old TEXT NOT NULL REFERENCES clips (id),
        new TEXT NOT NULL REFERENCES clips (id),
        share REAL NOT NULL,
        PRIMARY KEY (old, new)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX heirs_by_new ON heirs (new)",
    """CREATE TABLE edits (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        footage TEXT NOT NULL REFERENCES footage (id),
        record TEXT NOT NULL
    ) STRICT""",
)

NEAR_DUPLICATES = (
    # A signature may come before its clip's record: it is made on the way there.
    """CREATE TABLE signatures (
        clip TEXT PRIMARY KEY,
        version INTEGER NOT NULL,
        signature BLOB NOT NULL,
        sketch BLOB NOT NULL,
        compared INTEGER NOT NULL
    ) STRICT""",
    # AUTOINCREMENT: the number of a group that has gone is never given again.
    "CREATE TABLE duplicate_groups (number INTEGER PRIMARY KEY AUTOINCREMENT, first TEXT NOT NULL) STRICT",
    "CREATE TABLE duplicates (clip TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT",
    "CREATE INDEX duplicates_by_number ON duplicates (number)",
)

POSTINGS = (
    # FTS5 scores every clip that has any of a query's words, which takes seconds in a large library. Here the clips
    # that hold a term are kept as arrays, by blocks of clip numbers; see postings.py.
    "CREATE TABLE texts (clip INTEGER PRIMARY KEY REFERENCES clips (number), tokens TEXT NOT NULL) STRICT",
    "INSERT INTO texts SELECT rowid, tokens FROM words WHERE tokens IS NOT NULL",
    "DROP TABLE words",
    "CREATE TABLE blocks (block INTEGER PRIMARY KEY, lengths BLOB NOT NULL) STRICT",
    """CREATE TABLE postings (
        block INTEGER NOT NULL REFERENCES blocks (block) ON DELETE CASCADE,
        term TEXT NOT NULL,
        places BLOB NOT NULL,
        counts BLOB NOT NULL,
        PRIMARY KEY (block, term)
    ) STRICT""",
    # Clips of which the arrays do not know the newest yet; a search looks at these one by one.
    "CREATE TABLE stale (clip INTEGER PRIMARY KEY REFERENCES clips (number)) STRICT",
    "INSERT INTO stale SELECT number FROM clips",
    "CREATE TRIGGER clip_new AFTER INSERT ON clips BEGIN INSERT OR IGNORE INTO stale VALUES (new.number); END",
    "CREATE TRIGGER clip_changed AFTER UPDATE ON clips BEGIN INSERT OR IGNORE INTO stale VALUES (new.number); END",
    "CREATE TRIGGER text_new AFTER INSERT ON texts BEGIN INSERT OR IGNORE INTO stale VALUES (new.clip); END",
    "CREATE TRIGGER text_gone AFTER DELETE ON texts BEGIN INSERT OR IGNORE INTO stale VALUES (old.clip); END",
    "ALTER TABLE clips ADD COLUMN quality REAL NOT NULL DEFAULT 0",
    "UPDATE clips SET quality = coalesce(json_extract(machine, '$.facts.sharpness'), 0)",
    # What is in force: a person's last word, which may be "none", else the machine's.
    """INSERT OR IGNORE INTO clip_labels
        WITH fields (field) AS (VALUES ('shot_size'), ('camera')),
        said AS (SELECT clip, field, json_extract(correction, '$.new') AS value, max(sequence)
            FROM corrections GROUP BY clip, field)
        SELECT number, fields.field,
            CASE WHEN said.clip IS NULL THEN json_extract(machine, '$.' || fields.field) ELSE said.value END AS value
        FROM clips CROSS JOIN fields LEFT JOIN said ON said.clip = clips.id AND said.field = fields.field
        WHERE value IS NOT NULL""",
)

IMPORTS = (
    # A file of people's word that was taken in, in one transaction: the sequences of corrections and decisions that it
    # made lie above `_from` and not above `_upto`. `undone` is when it was taken back.
    """CREATE TABLE imports (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        file TEXT NOT NULL,
        who TEXT NOT NULL,
        at TEXT NOT NULL,
        corrections_from INTEGER NOT NULL,
        corrections_upto INTEGER NOT NULL,
        decisions_from INTEGER NOT NULL,
        decisions_upto INTEGER NOT NULL,
        undone TEXT
    ) STRICT""",
)

PEOPLE = (
    # What is seen of people may come before the clip's record, as a signature may.
    """CREATE TABLE looks (
        clip TEXT NOT NULL,
        number INTEGER NOT NULL,
        engine TEXT NOT NULL,
        look BLOB NOT NULL,
        label TEXT,
        PRIMARY KEY (clip, number)
    ) STRICT""",
    # AUTOINCREMENT: a label is never given to somebody else.
    "CREATE TABLE persons (number INTEGER PRIMARY KEY AUTOINCREMENT, first TEXT NOT NULL) STRICT",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (FIRST, EDITS, NEAR_DUPLICATES, POSTINGS, IMPORTS, PEOPLE)
"""Step k takes a library from version k to k + 1; append only."""


def version_of(connection: sqlite3.Connection) -> int:
    """How many steps the library has had; 0 for an empty file."""
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'migrations'").fetchone()
    if known is None:
        return 0
    return int(connection.execute("SELECT coalesce(max(number), 0) FROM migrations").fetchone()[0])


def check_version(version: int) -> None:
    """Refuse a library that a newer program has written, before anything of it is read."""
    if version > len(MIGRATIONS):
        raise LibraryError(
            f"the library has schema {version}, this program knows {len(MIGRATIONS)}: a newer cliplib has written it",
            "Update cliplib.",
        )


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a library to the newest version; each step is one transaction, so a kill leaves a whole version."""
    version = version_of(connection)
    check_version(version)
    for number, statements in enumerate(MIGRATIONS[version:], start=version + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.execute("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, at TEXT NOT NULL)")
            for statement in statements:
                connection.execute(statement)
            connection.execute("INSERT INTO migrations VALUES (?, ?)", (number, datetime.now(UTC).isoformat()))
        except sqlite3.Error:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
