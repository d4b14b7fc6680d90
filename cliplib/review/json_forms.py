"""JSON and JSON Lines: whole records as they are in force, each with its schema, revision and hash."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from cliplib.cells import Fault
from cliplib.errors import UsageError
from cliplib.records import EDITABLE
from cliplib.review.fields import hash_of
from cliplib.review.row import Cover, Row, Said

SCHEMA = "review-export.1"
MOST_BYTES = 64 << 20
"""Of a JSON file, which is read as a whole."""

MOST_LINE = 4 << 20
"""Bytes of one line of JSON Lines."""

MOST_LINES = 1_000_000


class ReviewFileError(UsageError):
    """A file that came back from review cannot be read."""

    code = "E_REVIEW_FILE"
    advice = "Import what `cliplib review export` has written: .xlsx, .csv, .json or .jsonl."


def write_json(rows: Iterable[Row], target: Path, cover: Cover) -> None:
    """`{"schema", "library", "export", "records": [...], "exported": {clip: {"schema", "revision", "hash", "media"}}}`.

    A record is exactly as its JSON Schema says; what belongs to the export stands beside.
    """
    exported = {}
    with target.open("w", encoding="utf-8") as file:
        head = json.dumps({"schema": SCHEMA, "library": cover.library, "export": cover.export}, ensure_ascii=False)
        file.write(head[:-1] + ', "records": [')
        for number, row in enumerate(rows):
            exported[row.record.id] = _about(row)
            file.write((",\n" if number else "\n") + row.record.to_json())
        file.write('\n], "exported": ' + json.dumps(exported, ensure_ascii=False, indent=1) + "}\n")


def write_lines(rows: Iterable[Row], target: Path, cover: Cover) -> None:
    """A line per clip: `{"export", "schema", "revision", "hash", "media", "record"}`."""
    with target.open("w", encoding="utf-8") as file:
        for row in rows:
            head = json.dumps({"export": cover.export, **_about(row)}, ensure_ascii=False)
            file.write(f'{head[:-1]}, "record": {row.record.to_json()}}}\n')


def _about(row: Row) -> dict[str, JsonValue]:
    return {
        "schema": f"cliplib:{row.record.schema_}",
        "revision": row.record.revision,
        "hash": hash_of(row.values),
        "media": dict(row.media),
    }


def read_lines(path: Path) -> Iterator[Said]:
    """What each line says; a line that cannot be read is a fault of its own."""
    with path.open("rb") as file:
        for number in range(1, MOST_LINES + 1):
            line = file.readline(MOST_LINE + 1)
            if not line:
                return
            if len(line) > MOST_LINE:
                while line and not line.endswith(b"\n"):
                    line = file.readline(MOST_LINE)
                yield _refused(number, f"longer than {MOST_LINE >> 20} MiB")
            elif line.strip():
                yield _line(number, line)
        if file.readline(1):
            raise ReviewFileError(f"{path.name} has more than {MOST_LINES} lines", "Split it.")


def _line(number: int, line: bytes) -> Said:
    try:
        data = parsed(line)
    except ValueError as error:
        return _refused(number, f"no JSON: {error}")
    if isinstance(data, dict) and isinstance(data.get("record"), dict):
        return said_of(number, data["record"], str(data.get("export") or ""))
    return said_of(number, data, "")


def read_document(data: Mapping[str, Any]) -> Iterator[Said]:
    """What each record of an export says."""
    records = data.get("records")
    if not isinstance(records, list):
        raise ReviewFileError("the JSON object has no list `records`")
    for number, record in enumerate(islice(records, MOST_LINES), start=1):
        yield said_of(number, record, str(data.get("export") or ""))


def said_of(number: int, record: Any, export: str) -> Said:
    """What a record says, if it is one."""
    if not isinstance(record, dict) or not isinstance(record.get("id"), str):
        return _refused(number, "no record with an id")
    review = record.get("review")
    decided = {name: review[name] for name in ("status", "note") if name in review} if isinstance(review, dict) else {}
    return Said(number, record["id"], export, values={**{f: record[f] for f in EDITABLE if f in record}, **decided})


def _refused(number: int, why: str) -> Said:
    return Said(number, "", "", faults=(Fault(number, "", "row", why),))


def read_json(path: Path) -> Any:
    """A JSON file as a whole.

    Raises:
        ReviewFileError: it is too large, or no JSON.
    """
    if path.stat().st_size > MOST_BYTES:
        raise ReviewFileError(f"{path.name} has more than {MOST_BYTES >> 20} MiB", "Use JSON Lines, or split it.")
    try:
        return parsed(path.read_bytes())
    except ValueError as error:
        raise ReviewFileError(f"{path.name} is no JSON: {error}") from error


def parsed(data: bytes) -> Any:
    """JSON as strictly as it was meant: no name twice, no NaN, no depth or figure without end; raises ValueError."""
    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("too deep") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object has a name twice")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")
