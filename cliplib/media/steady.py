"""A copy of a file whose clock runs steadily, for files whose time stamps are missing at first or start again midway.

Streams that were joined byte for byte, or whose sender reconnected, count from zero again; some recordings begin before
zero, where their container knows no times. No picture is encoded anew: packets are written into a container with times.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import av.error

from cliplib.errors import MediaError, UnsteadyClock
from cliplib.media.probe import Clock, opened, picture_track, sound_tracks

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream

STEADY_NAME = "steady.media"
"""What such a copy is called, in the footage's folder of the library."""

ONES_OWN = ("mpegts",)
"""Containers that are kept: every packet of theirs says what it is, also where the sound changes its rate midway."""


def steady_shifts(path: Path) -> list[Fraction]:
    """What to add to the times of each run of a file's clock, in seconds, so that they rise all the way.

    Raises:
        UnsteadyClock: no picture has a time stamp.
        MediaError: it cannot be read.
    """
    with opened(path) as container:
        shifts = _shifts(_stretches(container, _tracks(container, path)))
    if not shifts:
        raise UnsteadyClock(f"{path}: its pictures have no time stamps")
    return shifts


def write_steady(path: Path, shifts: Sequence[Fraction], target: Path) -> None:
    """Copy picture and sound of a file so that times rise all the way, from the first key picture that has one.

    Args:
        path: the file; it is only read.
        shifts: what `steady_shifts` said of it.
        target: where to write; MPEG-TS stays MPEG-TS, all else becomes Matroska, whatever the name.

    Raises:
        MediaError: it cannot be copied.
    """
    with opened(path) as container:
        tracks = _tracks(container, path)
        name = container.format.name if container.format.name in ONES_OWN else "matroska"
        try:
            with av.open(str(target), "w", format=name) as out:
                outlets = {track.index: out.add_stream_from_template(track) for track in tracks}
                last: dict[int, int] = {}
                for number, packet in _timed(container, tracks):
                    _move(packet, shifts[number], last)
                    packet.stream = outlets[packet.stream.index]
                    out.mux(packet)
        except (av.error.FFmpegError, ValueError) as error:
            raise MediaError(f"{path}: it cannot be given a steady clock: {error}") from error


def _tracks(container: "InputContainer", path: Path) -> list["Stream"]:
    return [picture_track(container, path), *(container.streams[index] for index in sound_tracks(container))]


def _timed(container: "InputContainer", tracks: list["Stream"]) -> Iterator[tuple[int, "Packet[Any]"]]:
    """All packets from the first timed key picture on, each with the number of its stretch."""
    clocks = {track.index: Clock(container, track) for track in tracks}
    stretch = dict.fromkeys(clocks, 0)
    begun = False
    for packet in container.demux(tracks):
        index = packet.stream.index
        if packet.size and _at(packet) is not None:
            begun |= index == tracks[0].index and packet.is_keyframe
            stretch[index] += begun and clocks[index].leaps(packet)
            if begun:
                yield stretch[index], packet


def _at(packet: "Packet[Any]") -> int | None:
    return packet.pts if packet.dts is None else packet.dts


@dataclass(slots=True)
class _Stretch:
    """Where each track begins and ends in one run of the clock, in seconds."""

    begins: dict[int, Fraction] = field(default_factory=dict)
    ends: dict[int, Fraction] = field(default_factory=dict)


def _stretches(container: "InputContainer", tracks: list["Stream"]) -> list[_Stretch]:
    found: list[_Stretch] = []
    for number, packet in _timed(container, tracks):
        if number == len(found):
            found.append(_Stretch())
        index, begin = packet.stream.index, (_at(packet) or 0) * packet.time_base
        end = begin + (packet.duration or 0) * packet.time_base
        found[number].begins.setdefault(index, begin)
        found[number].ends[index] = max(end, found[number].ends.get(index, end))
    return found


def _shifts(stretches: Sequence[_Stretch]) -> list[Fraction]:
    """Seconds to add to each stretch so that no track of it begins before it has ended in the one before."""
    shifts: list[Fraction] = []
    for number, stretch in enumerate(stretches):
        before = stretches[number - 1].ends if number else {}
        late = [before[index] + shifts[-1] - begin for index, begin in stretch.begins.items() if index in before]
        shifts.append(max(late) if late else (shifts[-1] if shifts else -min(stretch.begins.values())))
    return shifts


def _move(packet: "Packet[Any]", shift: Fraction, last: dict[int, int]) -> None:
    """Add to its times, which rise in each track; one may be missing, and the container works it out from the other."""
    moved, index = round(shift / packet.time_base), packet.stream.index
    packet.pts = None if packet.pts is None else packet.pts + moved
    if packet.dts is not None:
        packet.dts = last[index] = max(packet.dts + moved, last.get(index, packet.dts + moved - 1) + 1)
        packet.pts = None if packet.pts is None else max(packet.pts, packet.dts)
