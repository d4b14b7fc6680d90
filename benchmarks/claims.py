"""How many planted violations the claim rules find, and how many ordinary lines they block.

`python -m benchmarks.claims` prints both halves of benchmarks/claims.toml; with `-v` every miss and false alarm. Exit
code 1 where the held-out half has less than 95 % found or more than 3 % of its ordinary lines blocked.
"""

import sys
import tomllib
from pathlib import Path
from typing import Any

from compose.claims.rules import broken, shipped

LINES = Path(__file__).with_name("claims.toml")
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
    print(f"  ordinary {len(alarms)}: blocked {blocked:.1%} ({told})")
    if verbose:
        print(*(f"    missed {family}: {line}" for family, line in missed), sep="\n")
        print(*(f"    alarm {sorted(levels)}: {line}" for line, levels in alarms.items() if levels), sep="\n")
    return found, blocked


def _families(line: str) -> set[str]:
    """The classes of what is found in a line, warnings left out."""
    return {hit.rule.family for hit in broken(line, shipped()) if hit.level != "warn"}


def main(arguments: list[str]) -> int:
    """Measure both halves; the held-out one decides."""
    halves = tomllib.loads(LINES.read_text("utf-8"))
    found, blocked = 0.0, 1.0
    for name, half in halves.items():
        print(name)
        found, blocked = measured(half, "-v" in arguments and name != "held")
    return int(found < FOUND or blocked > BLOCKED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
