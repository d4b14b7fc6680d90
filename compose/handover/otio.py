"""Write a timeline as OpenTimelineIO: the fullest of the forms, with our ids, and the one that comes back best."""

import json
from collections.abc import Iterable
from typing import Any

from cliplib.plans import Cue
from cliplib.values import Rate
from compose.handover.edl import reel_names
from compose.handover.reels import Edit, Event, Reel, over_the_end, spaced

OURS = "cliplib"
"""Key of our metadata: footage, clip, slot."""


def to_otio(edit: Edit) -> str:
    """The edit as OpenTimelineIO JSON: a picture track, a sound track, subtitles as markers.

    Every clip names its footage file with the whole of it as available range, so that it can be trimmed outwards.
    """
    line = edit.timeline
    told = {
        "title": line.title, "language": line.language, "width": line.width, "height": line.height, "fit": line.fit,
        "rate": [line.rate.num, line.rate.den],
    }  # fmt: skip
    stack = _item(
        "Stack.1", "tracks", children=[_track(edit, "Video"), _track(edit, "Audio")],
        markers=[_subtitle(cue, line.rate) for cue in line.cues],
    )  # fmt: skip
    data = {
        "OTIO_SCHEMA": "Timeline.1", "metadata": {OURS: told}, "name": line.title, "global_start_time": None,
        "tracks": stack,
    }  # fmt: skip
    return json.dumps(data, ensure_ascii=False, indent=1)


def not_in_otio(edit: Edit) -> list[str]:
    """What an OTIO file of this edit does not carry."""
    return ["framing, colour and loudness: programs apply their own", *over_the_end(edit)]


def _track(edit: Edit, kind: str) -> dict[str, Any]:
    children: list[dict[str, Any]] = []
    reels = reel_names(edit.reels)
    for gap, event in spaced(edit.picture if kind == "Video" else edit.sound):
        if gap > 0:
            children.append(_item("Gap.1", "", source_range=_range(0, edit.rate, gap, edit.rate)))
        children.append(_clip(event, edit.rate, kind, reels[event.reel.source.footage]))
    return _item("Track.1", kind, kind=kind, children=children)


def _clip(event: Event, rate: Rate, kind: str, short: str) -> dict[str, Any]:
    """A clip; `short` names its reel to programs that make an EDL of the file."""
    reel = event.reel
    ids = {"slot": event.slot, "clip": event.clip, "footage": reel.source.footage}
    return _item(
        "Clip.2", reel.name, metadata={OURS: ids, "cmx_3600": {"reel": short}}, enabled=event.heard,
        source_range=_range(reel.first + event.begin, reel.rate, event.frames, rate),
        media_references={"DEFAULT_MEDIA": _media(reel)}, active_media_reference_key="DEFAULT_MEDIA",
        markers=_markers([f"{event.slot} {event.clip}"], event, rate) if kind == "Video" else [],
    )  # fmt: skip


def _media(reel: Reel) -> dict[str, Any]:
    there = _range(reel.first, reel.rate, reel.frames, reel.rate) if reel.frames else None
    return {
        "OTIO_SCHEMA": "ExternalReference.1", "metadata": {OURS: {"footage": reel.source.footage}}, "name": reel.name,
        "available_range": there, "available_image_bounds": None, "target_url": reel.path.absolute().as_uri(),
    }  # fmt: skip


def _markers(texts: Iterable[str], event: Event, rate: Rate) -> list[dict[str, Any]]:
    """Notes on the first picture of a clip, in the clip's own time."""
    reel = event.reel
    return [_marker(text, _range(reel.first + event.begin, reel.rate, 1, rate), "CYAN", {}) for text in texts]


def _subtitle(cue: Cue, rate: Rate) -> dict[str, Any]:
    return _marker(cue.text, _range(cue.at, rate, cue.frames, rate), "GREEN", {OURS: {"subtitle": True}})


def _marker(name: str, where: dict[str, Any], colour: str, metadata: dict[str, Any]) -> dict[str, Any]:
    return {
        "OTIO_SCHEMA": "Marker.2", "metadata": metadata, "name": name, "color": colour, "marked_range": where,
        "comment": "",
    }  # fmt: skip


def _item(schema: str, name: str, **fields: Any) -> dict[str, Any]:
    """What all things on a timeline have in common."""
    usual: dict[str, Any] = {
        "metadata": {},
        "name": name,
        "source_range": None,
        "effects": [],
        "markers": [],
        "enabled": True,
    }
    return {"OTIO_SCHEMA": schema, **usual, **fields}


def _range(start: int, start_rate: Rate, frames: int, rate: Rate) -> dict[str, Any]:
    return {
        "OTIO_SCHEMA": "TimeRange.1", "start_time": _time(start, start_rate), "duration": _time(frames, rate),
    }  # fmt: skip


def _time(value: int, rate: Rate) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "RationalTime.1", "value": float(value), "rate": rate.num / rate.den}
