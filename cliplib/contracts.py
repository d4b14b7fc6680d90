"""The stored types as JSON Schemas (2020-12) in `schemas/`: write them, compare them, lift old data to the newest form.

`python -m cliplib.contracts write` makes the files, `python -m cliplib.contracts check` compares them.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cliplib import assets
from cliplib.errors import LibraryError
from cliplib.plans import EditPlan, Script, Timeline
from cliplib.records import ClipRecord, Footage, Review
from cliplib.values import Value

DRAFT = "https://json-schema.org/draft/2020-12/schema"
PUBLISHED: dict[str, type[Value]] = {
    "clip-record.1": ClipRecord,
    "edit-plan.1": EditPlan,
    "footage.1": Footage,
    "review.1": Review,
    "script.1": Script,
    "timeline.1": Timeline,
}

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]
UPGRADES: dict[str, Upgrade] = {}
"""Old schema name to the function that makes the next version of the data; append only."""


def schema_of(name: str) -> dict[str, Any]:
    """The JSON Schema of one published type."""
    return {"$schema": DRAFT, "$id": f"cliplib:{name}", **PUBLISHED[name].model_json_schema(by_alias=True)}


def schema_text(name: str) -> str:
    """The schema as its file holds it."""
    return json.dumps(schema_of(name), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def lifted(data: dict[str, Any]) -> dict[str, Any]:
    """Stored data in its newest version.

    Raises:
        LibraryError: the data names a schema that this program does not know, so a newer one wrote it.
    """
    while (name := str(data.get("schema"))) not in PUBLISHED:
        if name not in UPGRADES:
            raise LibraryError(f"data of schema {name!r} was written by a newer version of cliplib")
        data = UPGRADES[name](data)
    return data


def outdated() -> list[str]:
    """File names under `schemas/` that differ from the types, are missing, or should not be there."""
    there = {
        entry.name: entry.read_text("utf-8")
        for entry in assets.folder("schemas").iterdir()
        if entry.name.endswith(".json")
    }
    wanted = {f"{name}.json": schema_text(name) for name in PUBLISHED}
    return sorted(name for name in there.keys() | wanted.keys() if there.get(name) != wanted.get(name))


def write(target: Path) -> None:
    """Write all schemas into a folder and remove those that no type has any more."""
    for stale in outdated():
        (target / stale).unlink(missing_ok=True)
    for name in PUBLISHED:
        (target / f"{name}.json").write_text(schema_text(name), "utf-8")


def main(arguments: list[str]) -> int:
    """`write` or `check`; the exit code says whether all is up to date."""
    if arguments == ["write"]:
        write(Path(str(assets.folder("schemas"))))
        return 0
    if stale := outdated():
        sys.stderr.write(f"schemas out of date: {', '.join(stale)}; run `make schemas`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
