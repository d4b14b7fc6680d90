"""Records as the page shows them: short for the grid, whole for the panel."""

from collections.abc import Sequence
from pathlib import PureWindowsPath
from typing import Any

from cliplib.library import Library
from cliplib.library.filter import FLAGS
from cliplib.records import EDITABLE, ClipRecord

EXCERPT = 120


def card(library: Library, record: ClipRecord) -> dict[str, Any]:
    """What the grid needs of a clip, and what changes of several clips start from; values are those in force."""
    data = record.effective().model_dump(mode="json", by_alias=True)
    kept = ("id", "revision", "kind", "name", "montage", "content_types", "forms", "products", "people")
    folder = library.media / record.id
    return {
        **{name: data[name] for name in kept},
        "status": record.review.status,
        "note": record.review.note,
        "length": record.span.length,
        "spoken": data["spoken"][:EXCERPT],
        "description": data["description"][:EXCERPT],
        "flags": [flag for flag in FLAGS if getattr(record.facts, flag) is True],
        "group": data["near_duplicates"],
        "corrected": sorted(record.review.corrections),
        "media": [name for name in ("poster.jpg", "clip.mp4", "voice.wav") if (folder / name).is_file()],
    }


def cards(library: Library, ids: Sequence[str]) -> list[dict[str, Any]]:
    """The cards of several clips in their order; raises UnknownRecord."""
    return [card(library, record) for record in library.records(ids)]


def details(library: Library, id: str) -> dict[str, Any]:
    """All that is known of a clip: values in force and the machine's, whose they are and why; raises UnknownRecord."""
    record = library.get(id)
    machine = record.model_dump(mode="json", by_alias=True)
    in_force = record.effective().model_dump(mode="json", by_alias=True)
    footage = library.footage(record.footage)
    group = in_force["near_duplicates"]
    whole = ("span", "start_edge", "end_edge", "transcript", "on_screen_text", "facts", "provenance")
    return {
        "card": card(library, record),
        "machine": {field: machine[field] for field in EDITABLE},
        "values": {field: in_force[field] for field in EDITABLE},
        "corrections": machine["review"]["corrections"],
        **{name: in_force[name] for name in whole},
        # The name only: where footage lies on this machine is of no use on the page. Windows paths end alike.
        "file": PureWindowsPath(footage.path).name,
        "rights": footage.rights.model_dump(mode="json"),
        "uses": [{"job": use.job, "slot": use.slot} for use in library.usage_of(id)],
        "group": [] if group is None else library.near_duplicates().get(group, []),
    }
