"""Cutting by copying: what may be copied is told from the stream, and what was written is compared with the footage."""

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cliplib.media import h264, smart
from cliplib.media.clips import Piece, copy_or_encode, made_how
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.media.packets import Original, pictures
from cliplib.media.probe import opened, probe
from cliplib.values import Span
from tests.ingest.counters import counted, number_in, numbers_by_av
from tests.properties import examples


@pytest.fixture(scope="module")
def footage(ffmpeg: Ffmpeg, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return counted(ffmpeg, tmp_path_factory.mktemp("counted") / "n.mp4", 100)


@pytest.fixture
def original(footage: Path) -> Original:
    return Original.of(footage, probe(footage))


def span_of(original: Original, first: int, last: int) -> Span:
    return Span(start=int(original.times[first]), end=int(original.times[last]) + 40)


def test_a_plan_copies_from_the_first_key_picture_to_the_last_whole_one(original: Original) -> None:
    plan = smart.plan(original, span_of(original, 10, 80))
    assert (plan.head, plan.copied.start, plan.tail.stop) == (range(10, 30), 30, 81)
    assert len(plan.copied) == len(plan.packets) and plan.copied.stop == plan.tail.start
    shown = sorted(original.packets.pts[plan.packets.start : plan.packets.stop])
    assert shown == list(original.ticks[30 : plan.copied.stop]), "a picture in between is missing"
    with pytest.raises(smart.CannotCopy, match="no key picture inside"):
        smart.plan(original, span_of(original, 31, 58))
    with pytest.raises(smart.CannotCopy, match="near the end"):
        smart.plan(original, span_of(original, 31, 60))


def test_copied_packets_are_the_bytes_of_the_footage_and_all_sets_stand_in_the_header(
    original: Original, tmp_path: Path
) -> None:
    plan, clip = smart.plan(original, span_of(original, 10, 80)), tmp_path / "c.mp4"
    smart.copy(original, plan, clip, (), 768)
    there, here = packets_of(original.path), packets_of(clip)
    ours = [here[int(original.ticks[k] - original.ticks[10])] for k in plan.copied]
    assert ours == [there[int(original.ticks[k])] for k in plan.copied]
    sets = h264.parameter_sets(Original.of(clip, probe(clip)).packets.header)
    assert sets is not None and len(sets.sequence) == len(sets.picture) == 2
    assert not any(h264.kind(u) in (7, 8) for data in here.values() for u in h264.units_of(data) if data not in ours)


def packets_of(path: Path) -> dict[int, bytes]:
    with opened(path) as container:
        return {int(packet.pts or 0): bytes(packet) for packet in container.demux(video=0) if packet.size}


@pytest.mark.parametrize("spoil", ["drop", "swap", "beside"])
def test_a_wrong_result_is_noticed_and_encoded_instead(
    ffmpeg: Ffmpeg, original: Original, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil: str
) -> None:
    """Each damage is one that a faulty join would do: a picture lost, others in their place, all one beside."""
    honest = smart._copied

    def faulty(original: Original, plan: smart.Plan, known: h264.ParameterSets) -> list[smart._Unit]:
        units = honest(original, plan, known)
        if spoil == "drop":
            return units[:-1]
        if spoil == "swap":  # the second group of pictures under the times of the first
            return [smart._Unit(a.pts, b.data, b.key) for a, b in zip(units, units[30:] + units[:30], strict=True)]
        return [smart._Unit(unit.pts + 512, unit.data, unit.key) for unit in units]

    monkeypatch.setattr(smart, "_copied", faulty)
    span, clip = span_of(original, 10, 91), tmp_path / "c.mp4"
    copy_or_encode(ffmpeg, Piece(original, span), clip)
    assert made_how(clip).startswith("check of ")
    assert numbers_by_av(clip) == numbers_by_av(original.path)[10:92]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"vcodec": "libx265"}, "hevc"),
        ({"pix_fmt": "yuv444p", "profile:v": "high444"}, "yuv444p"),
        ({"s": "321x97", "pix_fmt": "yuv444p"}, "yuv444p"),
        ({"flags": "+ilme+ildct"}, "interlaced, full range or not upright"),
        ({"aspect": "4:1"}, "interlaced, full range or not upright"),
    ],
)
def test_streams_that_are_not_copied(ffmpeg: Ffmpeg, tmp_path: Path, options: dict[str, str], why: str) -> None:
    path = counted(ffmpeg, tmp_path / "n.mp4", 70, **options)
    original = Original.of(path, probe(path))
    with pytest.raises(smart.CannotCopy, match=why):
        smart.copy(original, smart.plan(original, span_of(original, 5, 65)), tmp_path / "c.mp4", (), 768)


def test_pictures_come_by_number_in_any_choice(original: Original) -> None:
    chosen = sorted(random.Random(3).sample(range(100), 12))
    found = {number: number_in(frame.to_ndarray(format="gray")) for number, frame in pictures(original, chosen)}
    assert found == {number: number for number in chosen}


@given(st.lists(st.integers(1, 9), min_size=1, max_size=30), st.randoms(use_true_random=False))
@examples(60)
def test_decoding_times_rise_and_never_come_after_showing(steps: list[int], chance: random.Random) -> None:
    stamps = np.cumsum(steps)
    order = sorted(range(len(stamps)), key=lambda k: k + chance.uniform(0, 4))
    shown = stamps[order]
    times = smart.decoding_times(shown)
    assert (np.diff(times) > 0).all() and (times <= shown).all()
    assert len(times) == len(shown)


def test_parameter_sets_survive_their_box(original: Original) -> None:
    sets = h264.parameter_sets(original.packets.header)
    assert sets is not None and sets.free_id() == 1
    assert h264.parameter_sets(sets.to_avcc()) == sets
    assert h264.parameter_sets(original.packets.header[:-9]) is None
    assert h264.parameter_sets(b"\x01") is None
