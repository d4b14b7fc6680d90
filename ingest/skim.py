"""The quick look: packet sizes and keyframes first; pictures are decoded only where a shot may change.

An encoder spends many bytes where a picture does not follow from those before, and many put a keyframe there. What
that leaves open is decoded, the most doubtful places first, until a part of the file is spent; the rest is judged by
sizes and keyframes alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cliplib.errors import MediaError
from cliplib.media.sizes import Ints, PacketSizes, decode_places, read_sizes
from ingest.changes import Boundary, judge
from ingest.likeness import Pictures, Unlike, compare
from ingest.reading import ROUGH, Bytes, Rough, in_units

BUDGET = 0.2
"""Share of the whole decoding that is spent on doubtful stretches."""

THRIFT, NO_THRIFT = 0.5, 0.9
"""What quick decoding costs by whole decoding, with pictures that may be left out and without."""

KEYS_AT_MOST = 0.16
"""Share of the bytes that keyframes to be looked at may have."""

REACH = 8
"""PacketSizes on each side that one is compared with."""

AFTER_MS = 260
"""Decoded beyond a doubtful place: as long as a flash or a glitch may take."""

OTHER = 0.55
"""Share of unexplained blocks from which two pictures are of different things."""

CALM = 0.3
"""... and up to which two pictures of one shot differ."""

HIGH = 0.8
"""How much a keyframe must stand out (logarithm of its size by the largest beside it) to be a cut undecoded."""

USUAL_GAP = 250
"""Pictures after which x264 and x265 set a keyframe if they are not told otherwise."""

SHIFT = 1.0
"""Change of the size of packets (logarithm) that another shot may have brought."""

LEAST_DOUBT = 0.1

SCARCE = 1.5
"""Bytes between two keyframes, by those of the second, up to which what they show cannot have come bit by bit."""


@dataclass(frozen=True, slots=True)
class Skimmed:
    """What a skim brought.

    Attributes:
        packets: times of all pictures.
        found: shot changes.
        unseen: how many of them were judged by packet sizes and keyframes alone.
        share: share of all pictures that were decoded.
    """

    packets: PacketSizes
    found: tuple[Boundary, ...]
    unseen: int
    share: float


@dataclass(frozen=True, slots=True)
class _Run:
    """Decoded pictures from a keyframe on, small: the larger ones are measured and let go."""

    small: Pictures
    ticks: Ints

    @property
    def first(self) -> int:
        return self.small.first


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A place where a shot may change: the picture, the keyframe to decode from, and how doubtful, up to 0.5."""

    number: int
    first: int
    doubt: float
    cut: bool
    """What is taken for true if it is not decoded."""


def skim(path: Path, measure: Callable[[Rough], None], report: Callable[[float], None]) -> Skimmed:
    """Find shot changes from a part of the pictures.

    Args:
        path: the file.
        measure: given what is decoded, runs of consecutive pictures or of a keyframe and one soon after; a keyframe
            may come twice.
        report: told how far through the file it is, half of it for the keyframes.

    Raises:
        MediaError: sizes and keyframes of this file do not say enough, or it cannot be decoded.
    """
    packets = read_sizes(path)
    count = 0

    def kept(numbers: Ints, planes: Bytes) -> _Run:
        nonlocal count
        rough = _rough(packets, numbers, planes)
        measure(rough)
        count += len(rough)
        return _Run(rough.small, rough.ticks)

    keys = _keys(packets)
    samples: dict[int, _Run] = {}
    for key, sample in zip(keys, _samples(path, packets, keys), strict=True):
        samples[key] = kept(*sample)
        report(0.5 * key / len(packets))
    doubts = _doubts(packets, keys, samples)
    runs = []
    for numbers, planes in _decoded(path, packets, _stretches(packets, doubts)):
        runs.append(kept(numbers, planes))
        report(0.5 + 0.5 * int(numbers[-1]) / len(packets))
    found = _exact(path, packets, [(run, boundary) for run in runs for boundary in judge(run.small)])
    begins = np.array([run.first for run in runs] or [len(packets)])
    ends = np.array([np.searchsorted(packets.ticks, run.ticks[-1]) for run in runs] or [len(packets)])
    taken = [one for one in doubts if one.cut and not ((begins < one.number) & (one.number <= ends)).any()]
    found += [_cut(packets, one.number) for one in taken]
    return Skimmed(
        packets=packets,
        found=tuple(sorted(found, key=lambda boundary: boundary.start_frame)),
        unseen=len(taken),
        share=count / len(packets),
    )


def _keys(packets: PacketSizes) -> list[int]:
    """The keyframes to look at: all that came early, and of those in regular distance as many as are cheap.

    Raises:
        MediaError: there are too few, or all pictures are keyframes.
    """
    keys = packets.keys
    gaps = np.diff(keys)
    if len(keys) < 3 or len(keys) > len(packets) / 4:
        raise MediaError("it has too few or too many keyframes")
    early = {key for key, gap in zip(keys[1:], gaps, strict=True) if gap < _regular(keys)}
    spacing = 1
    while True:
        chosen = [key for number, key in enumerate(keys) if number == 0 or key in early or number % spacing == 0]
        if packets.size[chosen].sum() <= KEYS_AT_MOST * packets.size.sum() or spacing > len(keys):
            return chosen
        spacing *= 2


def _regular(keys: list[int]) -> int:
    """From how many pictures on a keyframe came because it was time for one, not because the encoder saw a change."""
    gaps = np.diff(keys)
    longest = int(gaps.max())
    return longest - 1 if longest == USUAL_GAP or (gaps >= longest - 1).sum() > 1 else longest + 1


def _samples(path: Path, packets: PacketSizes, keys: list[int]) -> Iterator[tuple[Ints, Bytes]]:
    """Each keyframe and the next packet's picture, which is shown a few pictures later."""
    places = packets.place[keys]
    spans = [(int(at), int(min(at + 1, len(packets) - 1))) for at in places]
    for _, numbers, planes in decode_places(path, packets, spans, ROUGH):
        yield numbers, planes


def _decoded(
    path: Path, packets: PacketSizes, stretches: list[tuple[int, int]], *, quick: bool = True
) -> Iterator[tuple[Ints, Bytes]]:
    """The pictures of stretches given by first (a keyframe) and last number; joined where they meet."""
    spans: list[tuple[int, int]] = []
    lasts: list[int] = []
    for first, last in stretches:
        begin, end = int(packets.place[first]), int(packets.place[first : last + 1].max())
        if spans and begin <= spans[-1][1] + 1:
            spans[-1], lasts[-1] = (spans[-1][0], max(end, spans[-1][1])), max(last, lasts[-1])
        else:
            spans.append((begin, end))
            lasts.append(last)
    for which, numbers, planes in decode_places(path, packets, spans, ROUGH, quick=quick):
        yield numbers[numbers <= lasts[which]], planes[numbers <= lasts[which]]


def _rough(packets: PacketSizes, numbers: Ints, planes: Bytes) -> Rough:
    ticks = packets.ticks[numbers]
    at_ms = in_units(ticks - packets.ticks[0], packets.tick * 1000)
    return Rough(planes, ticks, packets.tick, at_ms, int(numbers[0]))


def _doubts(packets: PacketSizes, keys: list[int], samples: dict[int, _Run]) -> list[_Doubt]:
    """Places where a shot may change, in order."""
    logs = np.log(packets.size.astype(np.float64))
    high, shift = _high(logs, packets.key), _shift(logs, packets.key)
    regular = _regular(packets.keys)
    all_keys = np.array(packets.keys)
    found: list[_Doubt] = []
    for before, key in pairwise(keys):
        unlike = _unlike(samples[before].small, -1, samples[key].small, 0)
        from_key = int(all_keys[np.searchsorted(all_keys, key) - 1])
        inside = [int(at) for at in np.flatnonzero(high[before + 1 : key] > 0.4) + before + 1 if not packets.key[at]]
        if key - from_key < regular:
            found.append(_at_key(key, from_key, unlike, float(high[key]), samples[key]))
        elif unlike.share >= OTHER:
            spent = float(packets.size[before + 1 : key].sum() / packets.size[key])
            found.append(_Doubt(key, from_key, 0.3 if spent < 3 * SCARCE else 0.1, spent < SCARCE and not inside))
        if unlike.share >= OTHER and not inside and shift[before + 1 : key].max(initial=0.0) > SHIFT:
            at = before + 1 + int(shift[before + 1 : key].argmax())
            found.append(_Doubt(at, int(all_keys[np.searchsorted(all_keys, at) - 1]), 0.2, False))
        for at in inside:
            first = int(all_keys[np.searchsorted(all_keys, at) - 1])
            found.append(_inside(packets, at, first, unlike, float(high[at])))
    return sorted(found, key=lambda one: one.number)


def _at_key(key: int, first: int, unlike: Unlike, high: float, sample: _Run) -> _Doubt:
    """A keyframe that came early: the encoder saw a change."""
    if unlike.share < OTHER:
        return _Doubt(key, first, 0.4 if high > 2 * HIGH else 0.05, False)
    calm = _unlike(sample.small, 0, sample.small, -1).share <= CALM
    doubt = 0.45 if high < HIGH or not calm else 0.15 if high < 2 * HIGH else 0.03
    return _Doubt(key, first, doubt, calm and high >= HIGH)


def _inside(packets: PacketSizes, at: int, first: int, unlike: Unlike, high: float) -> _Doubt:
    """A large packet between keyframes."""
    large = packets.size[at] > 0.05 * packets.size[first]
    if unlike.share < OTHER or not large:
        return _Doubt(at, first, 0.1, False)
    return _Doubt(at, first, 0.45, high >= HIGH)


def _high(logs: NDArray[np.float64], key: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How far each packet stands out of the largest around it that is no keyframe."""
    beside = np.where(key, -np.inf, logs)
    padded = np.pad(beside, REACH, constant_values=-np.inf)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * REACH + 1).copy()
    around[:, REACH] = -np.inf
    high: NDArray[np.float64] = logs - np.maximum(around.max(1), 0)
    return high


def _shift(logs: NDArray[np.float64], key: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How much larger or smaller packets are from each on than before it, keyframes left out."""
    sums = np.cumsum(np.pad(np.where(key, 0.0, logs), (1, 0)))
    counts = np.cumsum(np.pad(~key, (1, 0)))
    at = np.arange(len(logs))
    begin, end = np.maximum(at - REACH, 0), np.minimum(at + REACH, len(logs))
    means = [(sums[b] - sums[a]) / np.maximum(counts[b] - counts[a], 1) for a, b in ((begin, at), (at, end))]
    shift: NDArray[np.float64] = np.abs(means[1] - means[0])
    shift[(counts[at] == counts[begin]) | (counts[end] == counts[at])] = 0
    return shift


def _unlike(before: Pictures, a: int, after: Pictures, b: int) -> Unlike:
    planes = (before.luma[a], before.chroma[a], after.luma[b], after.chroma[b])
    luma_a, chroma_a, luma_b, chroma_b = (plane.astype(np.float32) for plane in planes)
    return compare(luma_a, chroma_a, luma_b, chroma_b)


def _stretches(packets: PacketSizes, doubts: list[_Doubt]) -> list[tuple[int, int]]:
    """What to decode: first (a keyframe) and last picture of each, in order, most doubt for its cost first."""
    reordered = (packets.place != np.arange(len(packets))).mean() > 0.25
    cost = np.cumsum(0.6 + 0.4 * packets.size / packets.size.mean()) / len(packets)
    cost *= THRIFT if reordered else NO_THRIFT
    after = max(6, round(AFTER_MS / max(1.0, float(np.median(np.diff(packets.ticks)) * packets.tick * 1000))))
    ends = [min(len(packets) - 1, one.number + after) for one in doubts]
    costs = [float(cost[end] - cost[one.first]) for one, end in zip(doubts, ends, strict=True)]
    spent, chosen = 0.0, []
    for number in sorted(range(len(doubts)), key=lambda k: -doubts[k].doubt / max(costs[k], 1e-6)):
        if doubts[number].doubt >= LEAST_DOUBT and spent + costs[number] <= BUDGET:
            spent += costs[number]
            chosen.append((doubts[number].first, ends[number]))
    return sorted(chosen)


def _exact(path: Path, packets: PacketSizes, found: list[tuple[_Run, Boundary]]) -> list[Boundary]:
    """Shot changes with their own numbers; a cut beside pictures that were left out is looked for among these."""
    exact: list[Boundary] = []
    unsure: list[tuple[int, int]] = []
    for run, boundary in found:
        numbers = np.searchsorted(packets.ticks, run.ticks)
        first, last = (int(numbers[at - run.first]) for at in (boundary.start_frame, boundary.end_frame))
        before = int(numbers[max(0, boundary.start_frame - run.first - 1)])
        if boundary.kind == "cut" and first - before > 1:
            unsure.append((before, first))
        else:
            exact.append(replace(boundary, start_frame=first, end_frame=last))
    keys = np.array(packets.keys)
    firsts = [int(keys[np.searchsorted(keys, before, "right") - 1]) for before, _ in unsure]
    whole = _decoded(path, packets, [(key, last) for key, (_, last) in zip(firsts, unsure, strict=True)], quick=False)
    pieces = [_rough(packets, *one).small for one in whole]
    for before, after in unsure:
        piece = next(one for one in pieces if one.first <= before and after < one.first + len(one))
        luma = piece.luma[before - piece.first : after - piece.first + 1].astype(np.float32)
        exact.append(_cut(packets, before + 1 + int(np.abs(np.diff(luma, axis=0)).mean((1, 2)).argmax())))
    return exact


def _cut(packets: PacketSizes, number: int) -> Boundary:
    at = int(in_units(packets.ticks[number : number + 1] - packets.ticks[0], packets.tick * 1000)[0])
    return Boundary("cut", number, number, at, at, 1.0)
