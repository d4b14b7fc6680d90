"""Cut H.264 by copying: only what lies before the first and after the last copied picture is encoded; all is checked.

All parameter sets stand in the one header of the file, those of the encoded pictures under a number that the footage
does not use. So a player that never looks for parameter sets between pictures plays the joined stream as well.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from cliplib.errors import MediaError
from cliplib.media import h264
from cliplib.media.frames import jpeg_of
from cliplib.media.packets import Original, is_upright, pictures
from cliplib.media.probe import opened, picture_track, probe
from cliplib.media.tones import HDR_TRANSFERS
from cliplib.values import Span

CRF = 18
"""Finer than for whole clips: the picture changes hands within a shot, and nobody shall see where."""

LOOKED_AT = 3
"""Copied pictures behind a join that must come out as they do from the footage."""

LEAST_COPIED = 3
"""Pictures from which copying is worth two joins."""

THUMB = 32
FURTHEST = 8.0
"""Grey levels by which a thumbnail of an encoded picture may differ from the footage in the mean."""

JPEG_RANGE = 2
"""AVCOL_RANGE_JPEG: pictures that use all 256 levels."""


class CannotCopy(MediaError):
    """A stretch that has to be encoded whole; the message says why, in a few words."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Numbers of the pictures before, among and after those that are copied, and the places of the copied packets."""

    head: range
    copied: range
    tail: range
    packets: range

    def compared(self) -> set[int]:
        """Numbers of the copied pictures that are compared with the footage."""
        return {*self.copied[:LOOKED_AT], *(self.copied[-1:] if self.tail else ())}

    def proving(self) -> list[int]:
        """Numbers of the encoded pictures that are compared with the footage."""
        return sorted({*self.head[:1], *self.head[-1:], *self.tail[:1], *self.tail[-1:]})


def unfit(original: Original) -> str:
    """Why no stretch of a file can be copied, in a few words; empty where one may be."""
    probe, packets = original.probe, original.packets
    if probe.codec != "h264":
        return probe.codec
    if probe.pixel_format != "yuv420p":
        return probe.pixel_format
    if original.damaged:
        return "damaged"
    if probe.transfer in HDR_TRANSFERS or probe.rotation or probe.width % 2 or probe.height % 2:
        return "turned, high dynamic range or odd sides"
    sets = h264.parameter_sets(packets.header) if h264.is_framed(packets.header) else None
    if sets is None or sets.profile not in h264.PROFILES or sets.free_id() is None:
        return "no avcC header"
    return "" if len(np.unique(packets.pts)) == len(packets.pts) else "time stamps"


def plan(original: Original, span: Span) -> Plan:
    """What of a span is copied: from its first key picture to the last one after which nothing is missing.

    Raises:
        CannotCopy: nothing of it.
    """
    if why := unfit(original):
        raise CannotCopy(why)
    numbers, packets = original.numbers(span), original.packets
    inside = original.keys(numbers)
    if not len(inside):
        raise CannotCopy("no key picture inside")
    begin = int(inside[0])
    first = original.number(begin)
    shown = np.searchsorted(original.ticks, packets.pts[begin : begin + 2 * len(numbers) + 64])
    # Copying may end where as many pictures were read as are shown up to the latest of them: none is missing then.
    whole = np.maximum.accumulate(shown) - first + 1 == np.arange(1, len(shown) + 1)
    fitting = whole & (np.maximum.accumulate(shown) < numbers.stop)
    count = int(np.flatnonzero(fitting)[-1]) + 1 if fitting.any() else 0
    if count < LEAST_COPIED:
        raise CannotCopy("key picture near the end")
    copied = range(first, first + count)
    return Plan(range(numbers.start, first), copied, range(copied.stop, numbers.stop), range(begin, begin + count))


def copy(original: Original, plan: Plan, target: Path, samples: Collection[int], longest: int) -> dict[int, bytes]:
    """Write a planned clip and prove it.

    Returns:
        The pictures with the numbers in `samples` as JPEG, the longer side at most `longest` pixels.

    Raises:
        CannotCopy: what was written is not what it should be, or the footage is not what it seemed.
        MediaError: the footage cannot be read.
    """
    known = h264.parameter_sets(original.packets.header)
    assert known is not None, "a plan is made only where there are parameter sets"
    head, tail = _Run(original, known), _Run(original, known)
    seen, sampled = _Seen(), {}
    looked_at, proving = plan.compared(), set(plan.proving())
    for number, frame in pictures(original, sorted({*plan.head, *plan.tail, *looked_at, *samples})):
        _check_kind(frame, original)
        if number in samples:
            sampled[number] = jpeg_of(frame, longest)
        if number in looked_at:
            seen.exact[number] = _digest(frame)
        if number in proving:
            seen.near[number] = _thumb(frame)
        if number in plan.head:
            head.take(frame)
        elif number in plan.tail:
            tail.take(frame)
    units = [*head.finish(), *_copied(original, plan, known), *tail.finish()]
    sets = known
    for run in (head, tail):
        sets = sets.joined(run.sets) if run.sets else sets
    _write(original, units, sets, target)
    _prove(original, plan, seen, target)
    return sampled


@dataclass(frozen=True, slots=True)
class _Seen:
    """How the footage decodes: digests of copied pictures, thumbnails of encoded ones."""

    exact: dict[int, bytes] = field(default_factory=dict)
    near: dict[int, NDArray[np.uint8]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Unit:
    """One packet of the clip: its time stamp in ticks of the footage, and its bytes."""

    pts: int
    data: bytes
    key: bool


class _Run:
    """Neighbouring pictures that are encoded, with parameter sets under a number of their own."""

    def __init__(self, original: Original, known: h264.ParameterSets) -> None:
        self._original, self._known = original, known
        self._context: Any = None
        self._units: list[_Unit] = []
        self.sets: h264.ParameterSets | None = None

    def take(self, frame: Any) -> None:
        """Encode the next picture."""
        if self._context is None:
            self._context = self._opened(frame)
        frame.pict_type = av.video.frame.PictureType.NONE  # else x264 would take over the footage's choice
        self._keep(self._context.encode(frame))

    def finish(self) -> list[_Unit]:
        """All packets in the order of decoding; none where no picture was taken."""
        if self._context is not None:
            self._keep(self._context.encode(None))
            self.sets = h264.sets_of_stream(h264.units_between_codes(self._context.extradata))
        return self._units

    def _keep(self, packets: Sequence[Any]) -> None:
        for packet in packets:
            slices = [unit for unit in h264.units_between_codes(bytes(packet)) if h264.kind(unit) in h264.SLICES]
            self._units.append(_Unit(packet.pts, h264.framed(slices), h264.kind(slices[0]) == h264.IDR))

    def _opened(self, frame: Any) -> Any:
        context: Any = av.CodecContext.create("libx264", "w")
        context.width, context.height, context.pix_fmt = frame.width, frame.height, "yuv420p"
        context.time_base = self._original.packets.tick
        context.framerate = self._original.probe.rate.fraction
        context.color_range, context.colorspace = frame.color_range, frame.colorspace
        context.color_primaries, context.color_trc = frame.color_primaries, frame.color_trc
        context.flags |= av.codec.context.Flags.global_header | av.codec.context.Flags.closed_gop
        context.thread_count = 1  # as for whole clips: they are made side by side
        number = self._known.free_id()
        context.options = {
            "preset": "veryfast",
            "crf": str(CRF),
            "profile": h264.PROFILES[self._known.profile],
            "x264-params": f"sps-id={number}",
        }
        return context


def _check_kind(frame: Any, original: Original) -> None:
    if not is_upright(frame, original.probe) or frame.color_range == JPEG_RANGE:
        raise CannotCopy("interlaced, full range or not upright")


def _copied(original: Original, plan: Plan, known: h264.ParameterSets) -> list[_Unit]:
    """The packets as they are in the footage."""
    packets = original.packets
    units: list[_Unit] = []
    with opened(original.path) as container:
        track = picture_track(container, original.path)
        container.seek(int(packets.dts[plan.packets.start]), stream=track)
        for packet in container.demux(track):
            place = plan.packets.start + len(units)
            if packet.size and packet.pts == packets.pts[place]:
                data = bytes(packet)
                if not h264.may_be_copied(data, known):
                    raise CannotCopy("parameter sets change")
                units.append(_Unit(int(packets.pts[place]), data, h264.is_idr(data)))
                if len(units) == len(plan.packets):
                    return units
            elif units:
                break
    raise CannotCopy("packets are not where they were")


def _write(original: Original, units: Sequence[_Unit], sets: h264.ParameterSets, target: Path) -> None:
    """Write packets as an MP4 whose clock ticks as the footage's."""
    tick = original.packets.tick
    options = {"movflags": "+faststart", "fflags": "+bitexact", "video_track_timescale": str(tick.denominator)}
    stamps = np.array([unit.pts for unit in units], np.int64)
    ends = np.append(np.sort(stamps)[1:], _end(original, int(stamps.max())))
    with opened(original.path) as container, av.open(str(target), "w", format="mp4", options=options) as out:
        stream: Any = out.add_stream_from_template(picture_track(container, original.path), opaque=True)
        stream.codec_context.extradata = sets.to_avcc()
        stream.time_base = tick
        order = np.argsort(np.argsort(stamps))
        for unit, dts, rank in zip(units, decoding_times(stamps), order, strict=True):
            packet = av.Packet(unit.data)
            packet.stream, packet.time_base = stream, tick
            packet.pts, packet.dts = unit.pts - int(stamps.min()), int(dts - stamps.min())
            packet.duration = int(ends[rank]) - unit.pts
            packet.is_keyframe = unit.key
            out.mux(packet)


def _end(original: Original, last: int) -> int:
    """Time stamp of the end of a picture, in ticks."""
    number = int(np.searchsorted(original.ticks, last))
    if number + 1 < len(original.ticks):
        return int(original.ticks[number + 1])
    return last + max(1, round((original.length - int(original.times[number])) / 1000 / original.packets.tick))


def decoding_times(stamps: NDArray[np.int64]) -> NDArray[np.int64]:
    """When each packet is decoded: ever later, never after it is shown, and no earlier than that takes.

    Args:
        stamps: shape (n,), when each is shown, in the order of decoding, each time once.

    Returns:
        Shape (n,), in the same unit; below the first time shown where pictures are decoded ahead.
    """
    shown = np.sort(stamps)
    # A packet is decoded when the picture as many places before it in the order of showing is shown.
    late = int(max(0, (np.arange(len(stamps)) - np.searchsorted(shown, stamps)).max()))
    step = int(np.diff(shown).min()) if len(shown) > 1 else 1
    before = shown[0] - step * np.arange(late, 0, -1)
    times: NDArray[np.int64] = np.concatenate([before, shown[: len(shown) - late]])
    return times


def _prove(original: Original, plan: Plan, seen: _Seen, target: Path) -> None:
    """Compare a written clip with the footage: all time stamps, and the pictures about the joins."""
    clip = Original.of(target, probe(target))
    first, tick = plan.head.start if plan.head else plan.copied.start, original.packets.tick
    expected = original.ticks[first : plan.tail.stop] - original.ticks[first]
    if clip.packets.tick != tick or not np.array_equal(clip.ticks - clip.ticks[0], expected):
        raise CannotCopy("check of time stamps failed")
    joins = {*range(plan.copied.start + LOOKED_AT if plan.head else plan.copied.start), *seen.exact, *seen.near}
    if plan.tail:
        key = clip.number(int(clip.keys(range(plan.tail.start - first))[-1]))
        joins |= set(range(first + key, plan.tail.stop))
    numbers = sorted(number - first for number in joins if first <= number < plan.tail.stop)
    for number, frame in pictures(clip, numbers):
        if not _as_seen(frame, number + first, seen):
            raise CannotCopy("check of pictures failed")


def _as_seen(frame: Any, number: int, seen: _Seen) -> bool:
    if number in seen.exact:
        return _digest(frame) == seen.exact[number]
    return number not in seen.near or float(cv2.absdiff(_thumb(frame), seen.near[number]).mean()) <= FURTHEST


def _digest(frame: Any) -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(frame.to_ndarray()).data).digest()


def _thumb(frame: Any) -> NDArray[np.uint8]:
    luma = frame.to_ndarray()[: frame.height]
    thumb: NDArray[np.uint8] = cv2.resize(luma, (THUMB, THUMB), interpolation=cv2.INTER_AREA).astype(np.uint8)
    return thumb
