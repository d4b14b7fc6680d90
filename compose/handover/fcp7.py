"""Write a timeline as FCP 7 XML (xmeml 4), which Premiere Pro and DaVinci Resolve import."""

from xml.etree import ElementTree as Xml

from cliplib.values import Rate
from compose.handover.reels import Edit, Event, Reel, label, one_line, over_the_end

TICKS = 254_016_000_000
"""Premiere's ticks per second: every usual frame is a whole number of them."""

STEREO = 2


def to_fcp7(edit: Edit) -> str:
    """The edit as xmeml: a picture track, a sound track per channel (two at most), subtitles as markers."""
    root = Xml.Element("xmeml", version="4")
    line = edit.timeline
    sequence = Xml.SubElement(root, "sequence", id="sequence-1")
    _put(sequence, name=one_line(line.title), duration=line.frames)
    _rate(sequence, line.rate)
    _timecode(sequence, line.rate, 0)
    media = Xml.SubElement(sequence, "media")
    seen: set[str] = set()
    video = Xml.SubElement(media, "video")
    _picture_format(video, line.width, line.height, line.rate)
    track = Xml.SubElement(video, "track")
    for number, cut in enumerate(edit.picture):
        _clip(track, cut, edit, seen, f"v-{number}")
    audio = Xml.SubElement(media, "audio")
    for channel in range(1, _channels(edit) + 1):
        track = Xml.SubElement(audio, "track")
        for number, cut in enumerate(edit.sound):
            if channel <= max(1, cut.reel.source.channels):
                made = _clip(track, cut, edit, seen, f"a{channel}-{number}")
                _put(Xml.SubElement(made, "sourcetrack"), mediatype="audio", trackindex=channel)
    for cue in line.cues:
        text = one_line(cue.text)
        _put(Xml.SubElement(sequence, "marker"), name=text, comment=text, **{"in": cue.at, "out": cue.at + cue.frames})
    Xml.indent(root, " ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n{Xml.tostring(root, encoding="unicode")}\n'


def not_in_fcp7(edit: Edit) -> list[str]:
    """What an xmeml file of this edit does not carry."""
    other = [r.name for r in edit.reels if r.rate.fraction != edit.rate.fraction or not r.own_rate]
    return [
        "fades of the sound and levelling to the target loudness",
        "subtitles as text: they are markers; import the .srt for captions",
        "placing of the crop: pictures are scaled to fill the frame, centred",
        *([f"exact starts for other programs than Premiere where footage has another rate ({', '.join(other)}): "
           "to the nearest frame of the film"] if other else []),
        *over_the_end(edit),
    ]  # fmt: skip


def _channels(edit: Edit) -> int:
    return min(STEREO, max((max(1, cut.reel.source.channels) for cut in edit.sound), default=0))


def _clip(track: Xml.Element, cut: Event, edit: Edit, seen: set[str], id: str) -> Xml.Element:
    """A clip item. Its times count frames of the film; the ticks give the exact place on footage of another rate."""
    item, begin = Xml.SubElement(track, "clipitem", id=f"clipitem-{id}"), cut.begin_in(edit.rate)
    length = round(cut.reel.frames / cut.reel.rate.fraction * edit.rate.fraction)
    _put(item, name=one_line(cut.reel.name), enabled="TRUE" if cut.heard else "FALSE", duration=length)
    _rate(item, edit.rate)
    end = cut.begin_s + cut.frames / edit.rate.fraction
    _put(item, start=cut.at, end=cut.end, **{"in": begin, "out": begin + cut.frames})
    _put(item, pproTicksIn=round(cut.begin_s * TICKS), pproTicksOut=round(end * TICKS))
    _file(item, cut.reel, seen)
    if id.startswith("v"):
        _scale(item, cut.reel, edit)
    _put(Xml.SubElement(item, "marker"), name=f"{cut.slot} {cut.clip}", comment="cliplib", **{"in": begin, "out": -1})
    _put(Xml.SubElement(item, "comments"), mastercomment1=f"cliplib slot={cut.slot} clip={cut.clip}")
    return item


def _file(item: Xml.Element, reel: Reel, seen: set[str]) -> None:
    """The footage of a clip; described where it is first named, named by its id afterwards."""
    file = Xml.SubElement(item, "file", id=reel.source.footage)
    if reel.source.footage in seen:
        return
    seen.add(reel.source.footage)
    url = reel.path.absolute().as_uri().replace("file:///", "file://localhost/", 1)
    _put(file, name=one_line(reel.name), pathurl=url)
    _rate(file, reel.rate)
    _put(file, duration=reel.frames)
    _timecode(file, reel.rate, reel.first, reel.timecode.drop)
    media = Xml.SubElement(file, "media")
    video = Xml.SubElement(media, "video")
    _put(video, duration=reel.frames)
    _characteristics(video, reel.source.width, reel.source.height, reel.rate)
    if reel.source.audio_stream is not None:
        audio = Xml.SubElement(media, "audio")
        _put(Xml.SubElement(audio, "samplecharacteristics"), depth=16, samplerate=reel.source.sample_rate or 48_000)
        _put(audio, channelcount=reel.source.channels or STEREO)


def _scale(item: Xml.Element, reel: Reel, edit: Edit) -> None:
    """Basic motion that makes the picture fill the frame, or fit into it."""
    line, source = edit.timeline, reel.source
    if not (source.width and source.height):
        return
    shares = line.width / source.width, line.height / source.height
    factor = max(shares) if line.fit == "cover" else min(shares)
    effect = Xml.SubElement(Xml.SubElement(item, "filter"), "effect")
    _put(effect, name="Basic Motion", effectid="basic", effectcategory="motion", effecttype="motion", mediatype="video")
    parameter = Xml.SubElement(effect, "parameter")
    _put(parameter, parameterid="scale", name="Scale", valuemin=0, valuemax=1000, value=f"{factor * 100:.3f}")


def _picture_format(video: Xml.Element, width: int, height: int, rate: Rate) -> None:
    _characteristics(Xml.SubElement(video, "format"), width, height, rate)


def _characteristics(parent: Xml.Element, width: int, height: int, rate: Rate) -> None:
    made = Xml.SubElement(parent, "samplecharacteristics")
    _rate(made, rate)
    if width and height:
        _put(made, width=width, height=height)
    _put(made, anamorphic="FALSE", pixelaspectratio="square", fielddominance="none")


def _timecode(parent: Xml.Element, rate: Rate, number: int, drop: bool = False) -> None:
    made = Xml.SubElement(parent, "timecode")
    _rate(made, rate)
    _put(made, string=label(number, rate, drop), frame=number, displayformat="DF" if drop else "NDF")


def _rate(parent: Xml.Element, rate: Rate) -> None:
    ntsc = "TRUE" if rate.fraction.denominator == 1001 else "FALSE"
    _put(Xml.SubElement(parent, "rate"), timebase=round(rate.fraction), ntsc=ntsc)


def _put(parent: Xml.Element, **fields: str | int) -> None:
    for name, value in fields.items():
        Xml.SubElement(parent, name).text = str(value)
