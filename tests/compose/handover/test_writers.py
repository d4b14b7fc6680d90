"""What is written is read back without our code, or with other people's, and compared cut by cut."""

import json
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cliplib.plans import Timeline
from cliplib.values import Rate
from compose.handover.edl import reel_names, to_edl
from compose.handover.fcp7 import TICKS, to_fcp7
from compose.handover.fcpxml import to_fcpxml
from compose.handover.otio import to_otio
from compose.handover.package import FORMS
from compose.handover.reels import Edit, edit_of, label, timecode_in
from tests.compose.handover.making import CODE, NAMES, RATES, USUAL, Wanted, edit
from tests.properties import examples

Read = list[tuple[str, Fraction, int, int]]
"""Per cut: file, seconds from its first picture, first frame of the film, frames."""


def wanted(of: tuple[Wanted, ...], source_rate: Rate) -> Read:
    """What must be read, from what was asked for alone."""
    found, at = [], 0
    for cut in of:
        found.append((NAMES[cut.file], cut.begin / source_rate.fraction, at, cut.frames))
        at += cut.frames
    return found


def file_in(url: str) -> str:
    assert url.startswith("file://") and url.isascii() and " " not in url
    return unquote(url).rsplit("/", 1)[-1]


def from_otio(text: str, rate: Rate, kind: str = "Video") -> Read:
    tracks = json.loads(text)["tracks"]["children"]
    track = next(each for each in tracks if each["kind"] == kind)
    found, at = [], 0
    for clip in track["children"]:
        media, used = clip["media_references"]["DEFAULT_MEDIA"], clip["source_range"]
        begin = used["start_time"]["value"] - media["available_range"]["start_time"]["value"]
        frames = used["duration"]["value"]
        assert used["duration"]["rate"] == rate.num / rate.den and begin == int(begin)
        own = Fraction(used["start_time"]["rate"]).limit_denominator(1001)
        found.append((file_in(media["target_url"]), int(begin) / own, at, int(frames)))
        at += int(frames)
    return found


def seconds(text: str | None) -> Fraction:
    assert text is not None and re.fullmatch(r"\d+(/\d+)?s", text)
    return Fraction(text.removesuffix("s"))


def from_fcpxml(text: str, rate: Rate, kind: str = "Video") -> Read:
    root = Xml.fromstring(text)
    assets = {each.get("id"): each for each in root.iter("asset")}
    formats = {each.get("id"): seconds(each.get("frameDuration")) for each in root.iter("format")}
    sequence = root.find(".//sequence")
    assert sequence is not None and formats[sequence.get("format")] == 1 / rate.fraction
    found = []
    for top in root.findall(".//spine/asset-clip"):
        for clip in [top] if kind == "Video" else top.findall("asset-clip[@srcEnable='audio']"):
            asset = assets[clip.get("ref")]
            source = asset.find("media-rep")
            assert source is not None
            at = seconds(top.get("offset"))
            at += 0 if clip is top else seconds(clip.get("offset")) - seconds(top.get("start"))
            frames, first = seconds(clip.get("duration")) * rate.fraction, at * rate.fraction
            assert frames.denominator == first.denominator == 1
            begin = seconds(clip.get("start")) - seconds(asset.get("start"))
            found.append((file_in(source.get("src", "")), begin, int(first), int(frames)))
    return found


def from_fcp7(text: str, rate: Rate, track: str = "video") -> Read:
    root = Xml.fromstring(text)
    files = {each.get("id"): each for each in root.iter("file") if len(each)}
    found = []
    for clip in root.findall(f".//sequence/media/{track}/track[1]/clipitem"):
        told = {each.tag: each.text or "" for each in clip}
        start, end, first, last = (int(told[name]) for name in ("start", "end", "in", "out"))
        assert last - first == end - start
        named = clip.find("file")
        assert named is not None
        begin = Fraction(int(told["pproTicksIn"]), TICKS)
        assert abs(begin - first / rate.fraction) <= 1 / rate.fraction / 2
        found.append((file_in(files[named.get("id")].findtext("pathurl", "")), begin, start, end - start))
    return found


def counted(code: str, rate: Rate) -> int:
    hours, minutes, whole, frames = map(int, code.split(":"))
    return ((hours * 60 + minutes) * 60 + whole) * round(rate.fraction) + frames


EVENT = re.compile(r"^\d{3}  (\w{1,8}) +([VA]) +C +(\S+) (\S+) (\S+) (\S+)\n\* FROM CLIP NAME: (.*)$", re.MULTILINE)


def from_edl(text: str, rate: Rate, channel: str = "V") -> Read:
    found = []
    for _, kind, *codes, name in EVENT.findall(text):
        if kind == channel:
            first, last, start, end = (counted(code, rate) for code in codes)
            assert last - first == end - start
            hour = counted("01:00:00:00", rate)
            coded = counted("01:02:03:04", rate) if name == NAMES[1] else 0
            found.append((name, (first - coded) / rate.fraction, start - hour, end - start))
    return found


READERS: dict[str, tuple[Callable[[Edit], str], Callable[..., Read], str, bool]] = {
    "otio": (to_otio, from_otio, "Audio", False),
    "fcpxml": (to_fcpxml, from_fcpxml, "Audio", False),
    "fcp7xml": (to_fcp7, from_fcp7, "audio", False),
    "edl": (to_edl, from_edl, "A", True),
}
"""Writer, reader, what the reader calls sound, and whether sound that is not heard is left out."""


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: f"{rate.num}-{rate.den}")
@pytest.mark.parametrize("name", READERS)
def test_every_cut_is_exact_to_the_frame(name: str, rate: Rate) -> None:
    write, read, sound, heard_only = READERS[name]
    text, must = write(edit(rate)), wanted(USUAL, rate)
    assert read(text, rate) == must
    heard = [cut for cut, of in zip(must, USUAL, strict=True) if of.heard or not heard_only]
    assert read(text, rate, sound) == heard


@pytest.mark.parametrize("name", ["otio", "fcpxml", "fcp7xml"])
@examples(40)
@given(
    rate=st.sampled_from(RATES),
    own=st.sampled_from(RATES),
    cuts=st.lists(st.builds(Wanted, st.integers(0, 1), st.integers(0, 2_000), st.integers(1, 300)), min_size=1),
)
def test_footage_of_another_rate_begins_with_the_very_picture(
    name: str, rate: Rate, own: Rate, cuts: list[Wanted]
) -> None:
    write, read, _, _ = READERS[name]
    assert read(write(edit(rate, own, cuts)), rate) == wanted(tuple(cuts), own)


@examples(40)
@given(rate=st.sampled_from(RATES), own=st.sampled_from(RATES), begin=st.integers(0, 2_000))
def test_a_list_counts_footage_of_another_rate_to_the_nearest_frame(rate: Rate, own: Rate, begin: int) -> None:
    cut = (Wanted(0, begin, 30),)
    ((_, found, _, _),) = from_edl(to_edl(edit(rate, own, cut)), rate)
    assert abs(found - begin / own.fraction) <= 1 / rate.fraction / 2


def test_ids_words_and_muted_sound_are_there() -> None:
    made = edit(RATES[3])
    otio = json.loads(to_otio(made))
    track = otio["tracks"]["children"][0]["children"]
    assert [each["metadata"]["cliplib"]["clip"] for each in track] == [cut.clip for cut in made.timeline.video]
    assert [each["name"] for each in otio["tracks"]["markers"]] == ["咖啡 <凉> 了 & 苦", "二"]
    assert [each["enabled"] for each in otio["tracks"]["children"][1]["children"]] == [True, False, True, True]
    fcpxml = Xml.fromstring(to_fcpxml(made))
    assert ["".join(each.itertext()) for each in fcpxml.findall(".//caption/text")] == ["咖啡 <凉> 了 & 苦", "二"]
    assert [each.get("enabled", "1") for each in fcpxml.findall(".//asset-clip[@lane='-1']")] == ["1", "0", "1", "1"]
    fcp7 = Xml.fromstring(to_fcp7(made))
    assert [each.findtext("name") for each in fcp7.findall("./sequence/marker")] == ["咖啡 <凉> 了 & 苦", "二"]
    muted = [each.findtext("enabled") for each in fcp7.findall(".//audio/track[2]/clipitem")]
    assert muted == ["TRUE", "FALSE", "TRUE", "TRUE"]
    assert "CLIPLIB s1 c_" in to_edl(made)


def test_captions_begin_when_they_are_shown() -> None:
    made = edit(RATES[0])
    root = Xml.fromstring(to_fcpxml(made))
    shown = []
    for clip in root.findall(".//spine/asset-clip"):
        for caption in clip.findall("caption"):
            at = seconds(clip.get("offset")) + seconds(caption.get("offset")) - seconds(clip.get("start"))
            shown.append((at * made.rate.fraction, seconds(caption.get("duration")) * made.rate.fraction))
    assert shown == [(Fraction(cue.at), Fraction(cue.frames)) for cue in made.timeline.cues]


def test_the_whole_footage_is_there_to_trim_into() -> None:
    otio = json.loads(to_otio(edit(RATES[2])))
    for clip in otio["tracks"]["children"][0]["children"]:
        there = clip["media_references"]["DEFAULT_MEDIA"]["available_range"]
        assert there["duration"]["value"] == 2500
    assert {a.get("duration") for a in Xml.fromstring(to_fcpxml(edit(RATES[2]))).iter("asset")} == {"100s"}


def test_timecode_of_the_footage_is_kept() -> None:
    made = edit(RATES[2])
    start = 25 * (3600 + 120 + 3) + 4
    media = json.loads(to_otio(made))["tracks"]["children"][0]["children"][1]["media_references"]["DEFAULT_MEDIA"]
    assert media["available_range"]["start_time"]["value"] == start
    assert [a.get("start") for a in Xml.fromstring(to_fcpxml(made)).iter("asset")] == ["0s", f"{start}/25s"]
    codes = [each.findtext("timecode/string") for each in Xml.fromstring(to_fcp7(made)).iter("file") if len(each)]
    assert codes == ["00:00:00:00", "01:02:03:04"]
    assert "01:02:07:04 01:02:09:15" in to_edl(made)


@examples(60)
@given(number=st.integers(0, 24 * 107_892 - 1), rate=st.sampled_from([RATES[3], RATES[6]]), drop=st.booleans())
def test_labels_with_and_without_drop_frames_name_one_picture(number: int, rate: Rate, drop: bool) -> None:
    code = timecode_in(label(number, rate, drop))
    assert code is not None and code.drop == drop and code.count(rate) == number


def test_drop_frame_labels_keep_up_with_the_clock() -> None:
    """Ten minutes of 29.97 are 17982 pictures: the label differs from the clock by less than a frame there."""
    assert label(17_982, RATES[3], drop=True) == "00:10:00;00"
    assert label(1_800, RATES[3], drop=True) == "00:01:00;02"
    assert label(35_964, RATES[6], drop=True) == "00:10:00;00"


def test_reels_have_short_plain_names_of_their_own() -> None:
    names = list(reel_names(edit(RATES[2]).reels).values())
    assert len(set(names)) == 2 and all(re.fullmatch(r"[A-Z0-9_]{3,8}", name) for name in names)


def test_a_list_names_footage_by_its_own_drop_frame_timecode() -> None:
    made = edit(RATES[3], cuts=(Wanted(1, 1797, 4),))
    code = timecode_in("01:00:00;02")
    assert code is not None
    ids = [source.footage for source in made.timeline.sources]
    places = {reel.source.footage: reel.path for reel in made.reels}
    text = to_edl(edit_of(made.timeline, places, {ids[1]: code}))
    assert "01:00:59;29 01:01:00;05 01:00:00:00 01:00:00:04" in text


def test_rates_without_a_name_in_final_cut_are_not_named() -> None:
    root = Xml.fromstring(to_fcpxml(edit(RATES[1], Rate(num=120, den=1))))
    assert next(each.attrib for each in root.iter("conform-rate")) == {"scaleEnabled": "0"}


def test_names_break_no_file() -> None:
    """A file name may hold a line break, and what ends an element or a comment."""
    made = edit(RATES[2], folder=Path("/a\nb"))
    assert len(EVENT.findall(to_edl(made))) == 7
    for text in (to_fcpxml(made), to_fcp7(made)):
        assert b"\0" not in text.encode() and len(Xml.fromstring(text)) > 0


def test_odd_rates_are_counted_at_the_rate_of_the_film_and_said() -> None:
    made = edit(RATES[2], Rate(num=1713, den=100))
    assert all(reel.rate.fraction == 25 and not reel.own_rate for reel in made.reels)
    assert any("no usual one" in lost for lost in FORMS["fcpxml"].lacks(made))


def test_a_cut_beyond_its_footage_is_said() -> None:
    made = edit(RATES[2], cuts=(Wanted(0, 2490, 12),))
    for form in ("otio", "fcpxml", "fcp7xml", "edl"):
        assert any("2 frame(s) longer" in lost for lost in FORMS[form].lacks(made)), form


def test_films_of_an_earlier_form_can_be_handed_over() -> None:
    """Timelines that were kept before footage had its rate in them."""
    made = edit(RATES[2])
    data: dict[str, Any] = json.loads(made.timeline.to_json())
    for each in data["sources"]:
        for field in ("rate", "width", "height", "channels", "sample_rate"):
            del each[field]
    timeline = Timeline.from_json(json.dumps(data))
    old = edit_of(timeline, {r.source.footage: r.path for r in made.reels}, {made.reels[1].source.footage: CODE})
    for write, read, _, _ in READERS.values():
        assert read(write(old), RATES[2]) == wanted(USUAL, RATES[2])


ORDER = ("note", "conform-rate", "timeMap", "adjust-conform", "caption", "asset-clip", "marker")
"""As the DTD of FCPXML wants the children of an asset-clip; captions and connected clips in any order among them."""


def test_final_cut_keeps_speed_and_fills_the_frame() -> None:
    """Without `scaleEnabled` it plays 23.976 a thousandth faster in a film of 24."""
    root = Xml.fromstring(to_fcpxml(edit(RATES[1], RATES[0])))
    for clip in root.iter("asset-clip"):
        conform = clip.find("conform-rate")
        assert conform is not None and conform.attrib == {"scaleEnabled": "0", "srcFrameRate": "23.98"}
    assert {each.get("type") for each in root.iter("adjust-conform")} == {"fill"}
    assert Xml.fromstring(to_fcpxml(edit(RATES[1]))).find(".//conform-rate") is None


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: f"{rate.num}-{rate.den}")
def test_elements_stand_in_the_order_that_final_cut_wants(rate: Rate) -> None:
    for clip in Xml.fromstring(to_fcpxml(edit(rate, RATES[2]))).iter("asset-clip"):
        places = [ORDER.index(child.tag) for child in clip]
        joined = [4 if place == 5 else place for place in places]
        assert joined == sorted(joined)


def test_premiere_scales_the_picture_to_fill_the_frame() -> None:
    """1920x1080 in 1080x1920: 1920 / 1080 of its size."""
    root = Xml.fromstring(to_fcp7(edit(RATES[2])))
    values = {each.findtext("value") for each in root.iter("parameter") if each.findtext("parameterid") == "scale"}
    assert values == {"177.778"}
    assert len(root.findall(".//video/track/clipitem/filter")) == 4 and not root.findall(
        ".//audio/track/clipitem/filter"
    )


def test_every_file_is_described_once() -> None:
    files = [each.get("id") for each in Xml.fromstring(to_fcp7(edit(RATES[2]))).iter("file") if len(each)]
    assert len(files) == len(set(files)) == 2
