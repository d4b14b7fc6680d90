"""How many planted violations the claim rules find, and how many ordinary lines they block.

`python -m benchmarks.claims` prints every part of benchmarks/claims.toml; with `-v` the misses and false alarms of the
parts that the rules were tuned on. Where CLIPLIB_FOOTAGE names the real footage, the captions of its retrieval sets
(written by other people, about pictures) count as ordinary lines too. Exit code 1 where the held-out half has less than
95 % found, or where more than 3 % of its ordinary lines are blocked.
"""

import json
import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from compose.claims.rules import broken, shipped

LINES = Path(__file__).with_name("claims.toml")
SHORT = 8
"""Characters of what is rather a name than a caption."""
TUNED = ("dev", "published", "blind")
FOUND, BLOCKED = 0.95, 0.03


def measured(half: dict[str, Any], verbose: bool) -> tuple[float, float]:
    """The share of planted lines found under their class, and the share of ordinary lines blocked; prints both."""
    alarms = {line: {hit.level for hit in broken(line, shipped())} for line in half["ordinary"]}
    planted = [(family, line) for family, lines in half["planted"].items() for line in lines]
    missed = [(family, line) for family, line in planted if family not in _families(line)]
    count = {level: sum(level in found for found in alarms.values()) for level in ("block", "needs_evidence", "warn")}
    found, blocked = 1 - len(missed) / len(planted), count["block"] / max(1, len(alarms))
    print(f"  planted {len(planted)}: found {found:.1%}")
    for family, lines in half["planted"].items():
        print(f"    {family:14} {sum(family in _families(line) for line in lines)} of {len(lines)}")
    told = ", ".join(f"{level} {n}" for level, n in count.items())
    if alarms:
        print(f"  ordinary {len(alarms)}: blocked {blocked:.1%} ({told})")
    told_lines = [f"    missed {family}: {line}" for family, line in missed]
    told_lines += [f"    alarm {sorted(levels)}: {line}" for line, levels in alarms.items() if levels]
    print(*(told_lines if verbose else ()), sep="\n", end="\n" if verbose and told_lines else "")
    return found, blocked


def _families(line: str) -> set[str]:
    """The classes of what is found in a line, warnings left out."""
    return {hit.rule.family for hit in broken(line, shipped()) if hit.level != "warn"}


def main(arguments: list[str]) -> int:
    """Measure both halves; the held-out one decides."""
    parts = tomllib.loads(LINES.read_text("utf-8"))
    shares = {}
    for name, part in parts.items():
        print(name)
        shares[name] = measured(part, "-v" in arguments and name in TUNED)
    if footage := os.environ.get("CLIPLIB_FOOTAGE"):
        lines = sorted(set(captions(Path(footage) / "retrieval")))
        blocked = sum(any(hit.level == "block" for hit in broken(line, shipped())) for line in lines)
        print(f"captions of other people: {blocked} of {len(lines)} blocked")
    return int(shares["held"][0] < FOUND or shares["held"][1] > BLOCKED)


def captions(folder: Path) -> Iterator[str]:
    """The texts of the retrieval sets of the real footage."""
    for path in sorted(folder.glob("*.json")):
        yield from _texts(json.loads(path.read_text("utf-8")))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if len(value) > SHORT:
            yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
