"""What the program prints: results on standard output, the rest on standard error; one JSON object with --json."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from cliplib.errors import CliplibError


def note(text: str) -> None:
    """Tell the person something that is not the result."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def result(data: Mapping[str, Any], text: str, as_json: bool) -> None:
    """Print the result: `data` as one JSON object, or `text` for people."""
    print(json.dumps(data, ensure_ascii=False, indent=2) if as_json else text, flush=True)  # noqa: T201


def failure(error: CliplibError, as_json: bool) -> None:
    """Print why the program stops and what can be done: to people on standard error, to programs on standard output."""
    if as_json:
        result({"error": error.as_dict()}, "", as_json=True)
        return
    note(f"cliplib: {error.message}")
    if error.next_step:
        note(f"  → {error.next_step}")


def table(rows: Sequence[tuple[str, ...]], heading: tuple[str, ...]) -> str:
    """Rows as aligned columns; wide characters count double."""
    widths = [max(_width(row[column]) for row in [heading, *rows]) for column in range(len(heading))]
    lines = [heading, tuple("-" * width for width in widths), *rows]
    return "\n".join(
        "  ".join(_filled(cell, width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _width(text: str) -> int:
    return sum(2 if ord(character) >= 0x1100 else 1 for character in text)


def _filled(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
