"""Read an edited timeline from FCPXML: the spine of its one project, and what is connected to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from xml.etree import ElementTree as Xml

from cliplib.errors import ScriptError
from compose.handover.edited import ABOVE, GAP, IDS, OFF, SPEED, Edited, Shot, path_in

NOT_PLAIN = {
    "ref-clip": "a compound clip", "sync-clip": "a synchronised clip", "mc-clip": "a multicam clip",
    "audition": "an audition", "title": "a title", "transition": "a transition", "spine": "a secondary storyline",
}  # fmt: skip
PLAIN = ("asset-clip", "clip", "video", "audio")


@dataclass(frozen=True, slots=True)
class _Asset:
    start: Fraction
    path: str


def read_fcpxml(text: str, name: str) -> Edited:
    """The timeline in the text of an .fcpxml file called `name`.

    Raises:
        ScriptError: it is none, or holds more than one project.
    """
    if "<!ENTITY" in text:
        raise ScriptError(f"{name} declares entities, which no editing program does", "Export it again.")
    try:
        root = Xml.fromstring(text)
        return _read(root, name)
    except (Xml.ParseError, ValueError, ZeroDivisionError) as error:
        raise ScriptError(f"{name} is no FCPXML timeline: {error}", "Export it again as .fcpxml.") from error


def _read(root: Xml.Element, name: str) -> Edited:
    sequences = root.findall(".//project/sequence")
    spine = sequences[0].find("spine") if len(sequences) == 1 else None
    if spine is None:
        raise ScriptError(f"{name} holds {len(sequences)} projects, not one", "Export the edited one alone.")
    begin, assets = _time(sequences[0].get("tcStart")), _assets(root)
    pictures: list[Shot] = []
    sounds: list[Shot] = []
    for item in spine:
        if item.tag not in PLAIN and item.tag not in NOT_PLAIN and item.tag != "gap":
            continue
        shot = _shot(item, assets, _time(item.get("offset")) - begin)
        pictures.append(shot)
        for child, placed in _connected(item, assets, shot):
            (sounds if _is_sound(child) else pictures).append(placed)
    return Edited(tuple(pictures), tuple(sounds))


def _assets(root: Xml.Element) -> dict[str, _Asset]:
    found = {}
    for each in root.iterfind("./resources/asset"):
        media = each.find("media-rep")
        url = (media.get("src") if media is not None else None) or each.get("src") or ""
        found[each.get("id", "")] = _Asset(_time(each.get("start")), path_in(url))
    return found


def _connected(item: Xml.Element, assets: dict[str, _Asset], parent: Shot) -> Iterator[tuple[Xml.Element, Shot]]:
    """What is connected to an item of the spine, each with its place on the film; captions are none of it."""
    asset = assets.get(item.get("ref", ""))
    own = _time(item.get("start")) if item.get("start") else (asset.start if asset else Fraction(0))
    for child in item:
        if "lane" in child.attrib and (child.tag in PLAIN or child.tag in NOT_PLAIN):
            shot = _shot(child, assets, parent.at + _time(child.get("offset")) - own)
            yield child, shot if _is_sound(child) else shot.troubled(ABOVE)


def _is_sound(item: Xml.Element) -> bool:
    return item.get("srcEnable") == "audio" or item.tag == "audio" or item.find("./audio") is not None


def _shot(item: Xml.Element, assets: dict[str, _Asset], at: Fraction) -> Shot:
    length, name = _time(item.get("duration")), item.get("name", item.tag)
    if item.tag == "gap":
        return Shot(name, at, length, trouble=GAP)
    if item.tag in NOT_PLAIN:
        return Shot(name, at, length, trouble=NOT_PLAIN[item.tag])
    used, begin = _used(item)
    asset = assets.get(used.get("ref", ""))
    if asset is None:
        return Shot(name, at, length, trouble="its footage is not named")
    ids = IDS.search(item.findtext("note", ""))
    slot, clip = ids.groups() if ids else ("", "")
    start = asset.start if begin is None else begin
    shot = Shot(name, at, length, start - asset.start, asset.path, slot, clip)
    if item.find("timeMap") is not None:
        return shot.troubled(SPEED)
    return shot.troubled(OFF) if item.get("enabled") == "0" and not _is_sound(item) else shot


def _used(item: Xml.Element) -> tuple[Xml.Element, Fraction | None]:
    """The element that names the footage, and where it begins there; None where it does not say."""
    start = _time(item.get("start")) if item.get("start") else None
    inner = next((child for child in item if child.tag in ("video", "audio") and "lane" not in child.attrib), None)
    if item.tag != "clip" or inner is None:
        return item, start
    return inner, (start or Fraction(0)) - _time(inner.get("offset")) + _time(inner.get("start"))


def _time(text: str | None) -> Fraction:
    return Fraction((text or "0s").strip().removesuffix("s"))
