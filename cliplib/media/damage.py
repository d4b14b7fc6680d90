"""Which pictures of a damaged file cannot be trusted: found by decoding once more, strictly, and only where needed.

A decoder hides errors as well as it can and goes on; what it shows until the next key picture may be grey, green or
smeared, and the program ends with code 0.
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import av.error

from cliplib.media.probe import millis, opened, picture_track
from cliplib.values import Span

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream


def damaged(path: Path, begin: Fraction) -> tuple[Span, ...]:
    """Stretches that are damaged or missing, in order, in ms from the first picture.

    A stretch reaches from the picture where an error is found to the next key picture; the last one may reach past the
    last picture, to where the file says that it should end.

    Args:
        path: the file.
        begin: time stamp of its first picture in seconds.

    Raises:
        NotMedia, MediaError: it cannot be opened.
    """
    with opened(path) as container:
        track = picture_track(container, path)
        groups = _groups(container, track)
        tick = track.time_base or Fraction(1, 90_000)
        expected = track.frames if track.frames > sum(group.count for group in groups) else 0
        length = (track.duration or 0) * tick if expected else Fraction(0)
    spans = []
    for number, group in enumerate(groups):
        if group.bad is not None:
            after = groups[number + 1].first if number + 1 < len(groups) else group.end
            spans.append((millis(group.bad * tick - begin), millis(after * tick - begin)))
    if groups and length:
        spans.append((millis(groups[-1].end * tick - begin), millis(length)))
    return _joined(spans)


@dataclass(slots=True)
class _Group:
    """Pictures that hang on one key picture, in ticks: first and end time, how many, and the first one that is bad."""

    first: int
    end: int
    count: int = 0
    bad: int | None = None

    def take(self, packet: "Packet[Any]", good: bool) -> None:
        at = packet.pts if packet.pts is not None else self.end
        self.count += 1
        self.end = max(self.end, at + (packet.duration or 0))
        # Pictures that are shown before a bad one but come after it in the file may be made from it.
        if not good or self.bad is not None:
            self.bad = at if self.bad is None else min(self.bad, at)


def _groups(container: "InputContainer", track: "VideoStream") -> list[_Group]:
    track.thread_type = "NONE"  # so that an error belongs to the packet that was given
    track.codec_context.options = {"err_detect": "explode"}
    groups: list[_Group] = []
    owner: dict[int, _Group] = {}
    try:
        for packet in container.demux(track):
            if packet.size and packet.pts is not None and (packet.is_keyframe or not groups):
                groups.append(_Group(packet.pts, packet.pts))
            good, hurt = _decode(packet)
            if packet.size and groups:
                groups[-1].take(packet, good and not packet.is_corrupt)
                owner[packet.pts or 0] = groups[-1]
            for at in hurt:
                if (group := owner.get(at)) is not None:
                    group.bad = at if group.bad is None else min(group.bad, at)
    except av.error.FFmpegError:
        pass  # the file cannot be read further: what is missing at its end is found by its count of pictures
    return groups


def _decode(packet: "Packet[Any]") -> tuple[bool, list[int]]:
    """Whether a packet can be decoded, and the times of pictures that came out of it with errors."""
    try:
        return True, [frame.pts for frame in packet.decode() if frame.is_corrupt and frame.pts is not None]
    except av.error.FFmpegError:
        return False, []


def _joined(spans: list[tuple[int, int]]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for start, end in sorted((max(0, start), end) for start, end in spans if end > max(0, start)):
        if joined and start <= joined[-1].end:
            joined[-1] = Span(start=joined[-1].start, end=max(end, joined[-1].end))
        else:
            joined.append(Span(start=start, end=end))
    return tuple(joined)
