"""What `--why SLOT` prints, and lists of names as they are given on the command line."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from compose.explaining import Why
    from compose.planning import Planned


def split(given: Iterable[str] | None) -> tuple[str, ...]:
    """Values that were given one by one or with commas between."""
    return tuple(part.strip() for entry in given or () for part in entry.split(",") if part.strip())


def explained(planned: "Planned", slots: Iterable[str]) -> list["Why"]:
    """The explanation of each slot that was asked for."""
    from compose.explaining import explain

    return [explain(planned, slot) for slot in slots]


def why_data(told: Iterable["Why"]) -> dict[str, Any]:
    """Explanations for other programs; nothing where none was asked for."""
    found = [json.loads(why.to_json()) for why in told]
    return {"why": found} if found else {}


def why_lines(told: Iterable["Why"]) -> list[str]:
    """Explanations for people."""
    from compose.explaining import why_text

    return [why_text(why) for why in told]
