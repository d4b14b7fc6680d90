"""What is written is read by OpenTimelineIO and its adapters, which know nothing of us, and compared cut by cut."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from cliplib.values import Rate
from compose.handover.edl import to_edl
from compose.handover.fcp7 import to_fcp7
from compose.handover.fcpxml import to_fcpxml
from compose.handover.otio import to_otio
from compose.handover.reels import Edit
from tests.compose.handover.making import CODE, NAMES, RATES, USUAL, edit

pytestmark = pytest.mark.handover


@pytest.fixture(scope="module")
def otio() -> Any:
    pytest.importorskip("otio_fcp_adapter", reason="needs the extra `handover` and the group `readers`")
    return pytest.importorskip("opentimelineio", reason="needs the extra `handover`")


def cuts_in(track: Any, rate: Rate) -> list[tuple[str, int, int, int]]:
    """Per clip: name, first picture by the footage's timecode, first frame of the film, frames."""
    found = []
    for clip in track:
        used, place = clip.source_range, clip.range_in_parent()
        assert abs(used.start_time.rate - float(rate.fraction)) < 1e-6
        values = [used.start_time.value, place.start_time.value, used.duration.value]
        assert all(abs(value - round(value)) < 1e-6 for value in values)
        found.append((clip.name, *map(round, values)))
    return found


def wanted(rate: Rate, heard_only: bool = False) -> list[tuple[str, int, int, int]]:
    found, at = [], 0
    for cut in USUAL:
        coded = CODE.count(rate) if cut.file else 0
        if cut.heard or not heard_only:
            found.append((NAMES[cut.file], coded + cut.begin, at, cut.frames))
        at += cut.frames
    return found


Writer = Callable[[Edit], str]
ADAPTERS: list[tuple[str, Writer, str]] = [
    ("otio_json", to_otio, "otio"), ("fcp_xml", to_fcp7, "xml"), ("cmx_3600", to_edl, "edl"),
    ("fcpx_xml", to_fcpxml, "fcpxml"),
]  # fmt: skip


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: f"{rate.num}-{rate.den}")
@pytest.mark.parametrize(
    ("adapter", "write", "ending"), ADAPTERS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_the_picture_is_read_exactly(
    adapter: str, write: Writer, ending: str, rate: Rate, otio: Any, tmp_path: Path
) -> None:
    if adapter == "fcpx_xml" and rate.den != 1:
        pytest.skip("this adapter cuts rates to whole numbers")
    file = tmp_path / f"小样.{ending}"
    file.write_text(write(edit(rate)), "utf-8")
    options = {"rate": float(rate.fraction)} if adapter == "cmx_3600" else {}
    found = otio.adapters.read_from_file(str(file), adapter_name=adapter, **options)
    if not isinstance(found, otio.schema.Timeline):
        (found,) = found.find_children(descended_from_type=otio.schema.Timeline)
    tracks = [cuts_in(track, rate) for track in found.tracks]
    assert wanted(rate) in tracks
    sound = wanted(rate)[3:] if adapter == "cmx_3600" else wanted(rate)
    if adapter != "cmx_3600":
        assert tracks.count(sound) >= 2, "picture and sound are tracks of their own"


@pytest.mark.parametrize("adapter", ["fcp_xml", "cmx_3600"])
def test_what_otio_writes_of_our_timeline_says_the_same(adapter: str, otio: Any) -> None:
    """The other way round: their writers from our OTIO, read by their readers."""
    rate = RATES[2]
    ours = otio.adapters.read_from_string(to_otio(edit(rate)), "otio_json")
    if adapter == "cmx_3600":
        ours.tracks[:] = [track for track in ours.tracks if track.kind == "Video"]
    text = otio.adapters.write_to_string(ours, adapter, **({"rate": 25.0} if adapter == "cmx_3600" else {}))
    found = otio.adapters.read_from_string(text, adapter, **({"rate": 25.0} if adapter == "cmx_3600" else {}))
    if not isinstance(found, otio.schema.Timeline):
        (found,) = found.find_children(descended_from_type=otio.schema.Timeline)
    times = [cut[1:] for cut in cuts_in(found.video_tracks()[0], rate)]
    assert times == [cut[1:] for cut in wanted(rate)]


def test_whole_footage_is_available_to_the_reader(otio: Any) -> None:
    found = otio.adapters.read_from_string(to_otio(edit(RATES[3])), "otio_json")
    for clip in found.find_clips():
        there = clip.media_reference.available_range
        assert abs(there.duration.to_seconds() - 100) < 0.04
        assert there.contains(clip.source_range.start_time)
    assert Fraction(found.duration().value) == sum(cut.frames for cut in USUAL)
