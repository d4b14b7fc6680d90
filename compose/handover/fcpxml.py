"""Write a timeline as FCPXML 1.10 for Final Cut Pro and DaVinci Resolve, in exact fractions of a second."""

from fractions import Fraction
from xml.etree import ElementTree as Xml

from cliplib.plans import Cue
from cliplib.values import Rate
from compose.handover.reels import Edit, Event, Reel, one_line, over_the_end

SRC_RATES = {
    Fraction(24000, 1001): "23.98", Fraction(24): "24", Fraction(25): "25", Fraction(30000, 1001): "29.97",
    Fraction(30): "30", Fraction(48000, 1001): "47.95", Fraction(48): "48", Fraction(50): "50",
    Fraction(60000, 1001): "59.94", Fraction(60): "60",
}  # fmt: skip
"""The rates that `conform-rate` has names for; a file with another name is refused."""


def to_fcpxml(edit: Edit) -> str:
    """The edit as FCPXML: pictures in the spine, sound and captions connected to the picture they begin under."""
    root = Xml.Element("fcpxml", version="1.10")
    resources = Xml.SubElement(root, "resources")
    line, formats = edit.timeline, _Formats(resources)
    film = formats.named(line.width, line.height, line.rate)
    assets = {reel.source.footage: _asset(resources, reel, formats, k) for k, reel in enumerate(edit.reels, 1)}
    event = Xml.SubElement(Xml.SubElement(root, "library"), "event", name=one_line(line.title))
    project = Xml.SubElement(event, "project", name=one_line(line.title))
    sequence = Xml.SubElement(
        project, "sequence", format=film, duration=_seconds(line.frames, line.rate), tcStart="0s", tcFormat="NDF",
        audioLayout="stereo", audioRate="48k",
    )  # fmt: skip
    spine = Xml.SubElement(sequence, "spine")
    for cut in edit.picture:
        made = _clip(spine, cut, edit, assets, offset=cut.at / line.rate.fraction)
        _subordinate(made, cut, edit, assets)
        Xml.SubElement(
            made, "marker", start=_time(cut.media_s), duration=_seconds(1, line.rate), value=f"{cut.slot} {cut.clip}"
        )
    Xml.indent(root, " ")
    for text in root.iter("text"):  # white space is part of a caption
        text.text = text[0].tail = None
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n{Xml.tostring(root, encoding="unicode")}\n'


def not_in_fcpxml(edit: Edit) -> list[str]:
    """What an FCPXML file of this edit does not carry."""
    return [
        "fades of the sound and levelling to the target loudness",
        "the look of the subtitles: they are captions in the program's own style",
        *(f"the rate of {r.name}, which is no usual one: its times are to the nearest frame of the film"
          for r in edit.reels if not r.own_rate),
        *over_the_end(edit),
    ]  # fmt: skip


class _Formats:
    """Picture formats, each declared once."""

    def __init__(self, resources: Xml.Element) -> None:
        self._resources = resources
        self._made: dict[tuple[int, int, Fraction], str] = {}

    def named(self, width: int, height: int, rate: Rate) -> str:
        """The id of a format; declared when first asked for."""
        key = (width, height, rate.fraction)
        if key not in self._made:
            self._made[key] = f"f{len(self._made) + 1}"
            made = Xml.SubElement(
                self._resources, "format", id=self._made[key], frameDuration=f"{rate.den}/{rate.num}s",
                colorSpace="1-1-1 (Rec. 709)",
            )  # fmt: skip
            if width and height:
                made.attrib.update(width=str(width), height=str(height))
        return self._made[key]


def _asset(resources: Xml.Element, reel: Reel, formats: _Formats, number: int) -> str:
    source, id = reel.source, f"a{number}"
    asset = Xml.SubElement(
        resources, "asset", id=id, name=one_line(reel.name), start=_time(reel.begin),
        duration=_seconds(reel.frames, reel.rate), hasVideo="1",
        format=formats.named(source.width, source.height, reel.rate), videoSources="1",
    )  # fmt: skip
    if source.audio_stream is not None:
        asset.attrib.update(hasAudio="1", audioSources="1", audioChannels=str(source.channels or 2))
        asset.set("audioRate", str(source.sample_rate or 48_000))
    Xml.SubElement(asset, "media-rep", kind="original-media", src=reel.path.absolute().as_uri())
    return id


def _clip(parent: Xml.Element, cut: Event, edit: Edit, assets: dict[str, str], offset: Fraction) -> Xml.Element:
    """One use of an asset; `offset` is in the time of what it lies on."""
    reel = cut.reel
    made = Xml.SubElement(
        parent, "asset-clip", ref=assets[reel.source.footage], name=one_line(reel.name), offset=_time(offset),
        start=_time(cut.media_s), duration=_seconds(cut.frames, edit.rate),
        tcFormat="DF" if reel.timecode.drop else "NDF", srcEnable="video",
    )  # fmt: skip
    Xml.SubElement(made, "note").text = f"cliplib slot={cut.slot} clip={cut.clip}"
    if reel.rate.fraction != edit.rate.fraction:
        # scaleEnabled="0": the clip keeps its speed where rates differ by a thousandth.
        conform = Xml.SubElement(made, "conform-rate", scaleEnabled="0")
        if name := SRC_RATES.get(reel.rate.fraction):
            conform.set("srcFrameRate", name)
    return made


def _subordinate(made: Xml.Element, cut: Event, edit: Edit, assets: dict[str, str]) -> None:
    """Put under a picture what begins with it: how it fills the frame, its captions, its sound."""
    Xml.SubElement(made, "adjust-conform", type="fill" if edit.timeline.fit == "cover" else "fit")
    last = cut is edit.picture[-1]
    for cue in edit.timeline.cues:
        if cut.at <= cue.at and (cue.at < cut.end or last):
            _caption(made, cue, cut, edit)
    for heard in edit.sound:
        if cut.at <= heard.at and (heard.at < cut.end or last):
            sound = _clip(made, heard, edit, assets, cut.media_s + (heard.at - cut.at) / edit.rate.fraction)
            sound.attrib.update(lane="-1", srcEnable="audio", audioRole="dialogue")
            if not heard.heard:
                sound.set("enabled", "0")


def _caption(made: Xml.Element, cue: Cue, cut: Event, edit: Edit) -> None:
    role = {"zh": "zh-Hans"}.get(edit.timeline.language, edit.timeline.language)
    caption = Xml.SubElement(
        made, "caption", lane="1", offset=_time(cut.media_s + (cue.at - cut.at) / edit.rate.fraction),
        name=one_line(cue.text), start="3600s", duration=_seconds(cue.frames, edit.rate),
        role=f"iTT?captionFormat=ITT.{role}",
    )  # fmt: skip
    Xml.SubElement(Xml.SubElement(caption, "text", placement="bottom"), "text-style").text = one_line(cue.text)


def _seconds(frames: int, rate: Rate) -> str:
    return _time(frames / rate.fraction)


def _time(seconds: Fraction) -> str:
    whole = seconds.denominator == 1
    return f"{seconds.numerator}s" if whole else f"{seconds.numerator}/{seconds.denominator}s"
