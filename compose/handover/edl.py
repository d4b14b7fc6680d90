"""Write a timeline as a CMX 3600 edit decision list, which nearly every editing program reads."""

import re
import unicodedata
from collections.abc import Iterator

from cliplib.values import Rate
from compose.handover.reels import Edit, Event, Reel, label, one_line, over_the_end

FIRST_HOUR = 1
"""Films begin at 01:00:00:00 in such lists."""

REEL_LENGTH, SHORTEST_REEL = 8, 3


def to_edl(edit: Edit) -> str:
    """The edit as CMX 3600: one event per picture, then one per sound that is heard.

    The film is counted without drop frames, footage with them where its timecode has them.
    """
    heard = [cut for cut in edit.sound if cut.heard]
    reels = reel_names(edit.reels)
    events = [*(("V", cut) for cut in edit.picture), *(("A", cut) for cut in heard)]
    lines = [f"TITLE: {one_line(edit.timeline.title)[:70]}", "FCM: NON-DROP FRAME", ""]
    for number, (channel, cut) in enumerate(events, 1):
        lines += _event(number, channel, cut, edit, reels[cut.reel.source.footage])
    return "\n".join(lines) + "\n"


def not_in_edl(edit: Edit) -> list[str]:
    """What a CMX 3600 list of this edit does not carry."""
    other = [r.name for r in edit.reels if r.rate.fraction != edit.rate.fraction or not r.own_rate]
    return [
        "subtitles: import the .srt",
        "size and framing of the picture, fades of the sound, levelling to the target loudness",
        "file names in the reel column, which holds 8 plain letters: they follow as comments",
        "more than one sound track; muted sound",
        *([f"exact starts where footage has another rate ({', '.join(other)}): to the nearest frame of the film"]
          if other else []),
        *over_the_end(edit),
    ]  # fmt: skip


def reel_names(reels: tuple[Reel, ...]) -> dict[str, str]:
    """A name of at most 8 plain letters for each footage, no two the same."""
    found: dict[str, str] = {}
    for number, reel in enumerate(reels, 1):
        plain = unicodedata.normalize("NFKD", reel.name.rsplit(".", 1)[0]).encode("ascii", "ignore").decode()
        name = re.sub(r"[^A-Z0-9_]", "", plain.upper())[:REEL_LENGTH]
        if len(name) < SHORTEST_REEL:
            name = f"REEL{number:03d}"
        if name in found.values():
            name = f"{name[: REEL_LENGTH - 3]}{number:03d}"
        found[reel.source.footage] = name
    return found


def _event(number: int, channel: str, cut: Event, edit: Edit, reel: str) -> Iterator[str]:
    rate, start = edit.rate, _source_start(cut, edit.rate)
    film = FIRST_HOUR * 3600 * round(rate.fraction) + cut.at
    drop = cut.reel.timecode.drop and cut.reel.rate.fraction == rate.fraction
    times = ((start, drop), (start + cut.frames, drop), (film, False), (film + cut.frames, False))
    told = " ".join(label(time, rate, dropped) for time, dropped in times)
    yield f"{number:03d}  {reel:<8} {channel:<5} C        {told}"
    yield f"* FROM CLIP NAME: {one_line(cut.reel.name)}"
    yield f"* SOURCE FILE: {one_line(str(cut.reel.path.absolute()))}"
    yield f"* COMMENT: CLIPLIB {cut.slot} {cut.clip}"
    yield ""


def _source_start(cut: Event, rate: Rate) -> int:
    """Where a cut begins by the footage's timecode, in frames of the film's rate."""
    reel, nominal = cut.reel, round(rate.fraction)
    if reel.rate.fraction == rate.fraction:
        return reel.first + cut.begin
    code = reel.timecode
    seconds = (code.hours * 60 + code.minutes) * 60 + code.seconds
    return seconds * nominal + round(code.frames * rate.fraction / reel.rate.fraction) + cut.begin_in(rate)
