"""A program that examines a Chroma folder: `python -m cliplib.index.verify FOLDER`.

It is run as a child process, because damage can end the process that looks at it. It prints one JSON object with the
number of entries that are stored, the number that a query finds and whether both are the same; it exits with 0 if so.
"""

import json
import sys
from pathlib import Path

from cliplib.errors import IndexDamaged


def examine(folder: Path) -> dict[str, int | bool | str]:
    """What is in the folder; `sound` means that every stored entry is found by a query, and nothing else is."""
    from cliplib.index.chroma import ChromaIndex  # late: this module is also imported for its name

    try:
        index = ChromaIndex(folder)
        try:
            stored, found = index.stored(), index.ids()
        finally:
            index.close()
    except IndexDamaged as error:
        return {"sound": False, "why": error.message}
    lost = len(stored ^ found)
    why = f"{lost} of {len(stored)} entries are stored but not found, or found but not stored" if lost else ""
    return {"sound": lost == 0, "stored": len(stored), "found": len(found), "why": why}


def main(arguments: list[str]) -> int:
    """Examine the named folder and print what was seen."""
    seen = examine(Path(arguments[0]))
    sys.stdout.write(json.dumps(seen) + "\n")
    return 0 if seen["sound"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
