"""Read an edited timeline from OpenTimelineIO; needs the extra `handover`, which knows all versions of the format."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from cliplib.errors import MissingTool, ScriptError
from compose.handover.edited import ABOVE, GAP, OFF, SPEED, Edited, Shot, exact, path_in
from compose.handover.otio import OURS


def read_otio(text: str, name: str) -> Edited:
    """The timeline in the text of an .otio file called `name`.

    Raises:
        ScriptError: it is none, or holds more than one timeline.
        MissingTool: the extra is not installed.
    """
    otio = _package()
    try:
        return _read(otio, otio.adapters.read_from_string(text, "otio_json"), name)
    except (otio.exceptions.OTIOError, ValueError, KeyError, ArithmeticError) as error:
        raise ScriptError(f"{name} is no OTIO timeline: {error}", "Export it again as .otio.") from error


def _read(otio: Any, found: Any, name: str) -> Edited:
    kind = otio.schema.Timeline
    if isinstance(found, kind):
        timelines = [found]
    else:
        timelines = list(found.find_children(descended_from_type=kind)) if hasattr(found, "find_children") else []
    if len(timelines) != 1:
        raise ScriptError(f"{name} holds {len(timelines)} timelines, not one", "Export the edited one alone.")
    tracks = [track for track in timelines[0].video_tracks() if len(track)]
    pictures = [shot for track in tracks[:1] for shot in _shots(otio, track)]
    pictures += [shot.troubled(ABOVE) for track in tracks[1:] for shot in _shots(otio, track) if shot.trouble != GAP]
    sounds = [shot for track in timelines[0].audio_tracks() for shot in _shots(otio, track) if shot.trouble != GAP]
    return Edited(tuple(pictures), tuple(sounds))


def _package() -> Any:
    try:
        import opentimelineio
    except ImportError as error:
        raise MissingTool(
            "the package opentimelineio is absent", "Install the extra: pip install 'cliplib[handover]'."
        ) from error
    return opentimelineio


def _shots(otio: Any, track: Any) -> Iterator[Shot]:
    at = Fraction(0)
    for item in track:
        if isinstance(item, otio.schema.Transition):
            yield Shot(item.name, at, Fraction(0), trouble="a transition")
            continue
        length = _seconds(item.duration())
        if isinstance(item, otio.schema.Gap):
            if length:
                yield Shot(item.name or GAP, at, length, trouble=GAP)
        elif isinstance(item, otio.schema.Clip):
            yield _shot(otio, item, at, length)
        else:
            yield Shot(item.name, at, length, trouble="a compound clip")
        at += length


def _shot(otio: Any, clip: Any, at: Fraction, length: Fraction) -> Shot:
    media, ours = clip.media_reference, clip.metadata.get(OURS)
    known = ours if hasattr(ours, "get") else {}
    there = media.available_range if media else None
    used = clip.source_range or there
    begin = (_seconds(used.start_time) if used else Fraction(0)) - (_seconds(there.start_time) if there else 0)
    shot = Shot(
        name=clip.name, at=at, length=length, begin=begin, path=path_in(getattr(media, "target_url", "") or ""),
        slot=str(known.get("slot", "")), clip=str(known.get("clip", "")),
    )  # fmt: skip
    if any(isinstance(effect, otio.schema.TimeEffect) for effect in clip.effects):
        return shot.troubled(SPEED)
    return shot if clip.enabled else shot.troubled(OFF)


def _seconds(time: Any) -> Fraction:
    """Seconds of a rational time; where a program wrote fractions of frames they are kept."""
    return Fraction(time.value).limit_denominator(1_000_000) / exact(time.rate)
