"""A timeline as editing programs count it: footage by name, place, rate and timecode, cuts in its frames."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from cliplib.media.probe import opened, picture_track
from cliplib.plans import Cut, SoundCut, Source, Timeline
from cliplib.values import Rate

WHOLE_RATES = (24, 25, 30, 48, 50, 60, 100, 120)
NTSC_RATES = (24, 30, 48, 60, 120)
STANDARD = frozenset({Fraction(rate) for rate in WHOLE_RATES} | {Fraction(rate * 1000, 1001) for rate in NTSC_RATES})
"""Frame rates that editing programs know."""

TIMECODE = re.compile(r"^(\d{2}):(\d{2}):(\d{2})([:;.])(\d{2,3})$")


@dataclass(frozen=True, slots=True)
class Timecode:
    """A label of a picture; `drop` says that labels are left out so as to keep up with the clock (29.97, 59.94)."""

    hours: int = 0
    minutes: int = 0
    seconds: int = 0
    frames: int = 0
    drop: bool = False

    def count(self, rate: Rate) -> int:
        """The number of the picture that has this label, when that of 00:00:00:00 has number 0."""
        nominal = round(rate.fraction)
        minutes = self.hours * 60 + self.minutes
        left_out = nominal // 15 * (minutes - minutes // 10) if self.drop else 0
        return (minutes * 60 + self.seconds) * nominal + self.frames - left_out


def timecode_in(text: str) -> Timecode | None:
    """The timecode that a text is; None if it is none.

    >>> timecode_in("01:00:00;02")
    Timecode(hours=1, minutes=0, seconds=0, frames=2, drop=True)
    """
    found = TIMECODE.match(text.strip())
    if found is None:
        return None
    hours, minutes, seconds, mark, frames = found.groups()
    return Timecode(int(hours), int(minutes), int(seconds), int(frames), mark != ":")


def label(number: int, rate: Rate, drop: bool = False) -> str:
    """The label of a picture by its number.

    >>> label(1800, Rate(num=30000, den=1001), drop=True)
    '00:01:00;02'
    """
    nominal = round(rate.fraction)
    if drop:
        left_out = nominal // 15
        tens, rest = divmod(number, 600 * nominal - 9 * left_out)
        number += 9 * left_out * tens
        number += left_out * max(0, (rest - left_out) // (60 * nominal - left_out))
    seconds, frames = divmod(number, nominal)
    clock = f"{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{clock}{';' if drop else ':'}{frames:02d}"


def timecode_of(path: Path) -> Timecode | None:
    """The timecode of a file's first picture, from a timecode track or the header; None where it has none.

    Raises:
        SourceMissing, NotMedia: it cannot be opened.
    """
    with opened(path) as container:
        said = [picture_track(container, path).metadata, container.metadata]
        said += [track.metadata for track in container.streams]
    found = (timecode_in(each["timecode"]) for each in said if "timecode" in each)
    return next(filter(None, found), None)


@dataclass(frozen=True, slots=True)
class Reel:
    """A piece of footage as an editing program sees it.

    `rate` is the footage's own where that is one that such programs know, else the film's (`own_rate` is False then).
    """

    source: Source
    path: Path
    name: str
    rate: Rate
    own_rate: bool
    timecode: Timecode

    @property
    def first(self) -> int:
        """Number of the first picture by its timecode."""
        return self.timecode.count(self.rate)

    @property
    def frames(self) -> int:
        """Pictures of the whole file, 0 if its length is unknown."""
        return round(Fraction(self.source.length, 1000) * self.rate.fraction)

    @property
    def begin(self) -> Fraction:
        """Seconds of the first picture by its timecode."""
        return self.first / self.rate.fraction

    def picture_at(self, start: int) -> int:
        """Number, from the first picture, of the one that the film shows first for a cut that begins at `start` ms.

        Starts are rounded to milliseconds, so that rendering lets a picture in that comes up to one earlier.
        """
        return max(0, -((1 - start) * self.rate.num // (1000 * self.rate.den)))


@dataclass(frozen=True, slots=True)
class Event:
    """A cut: `begin` is in frames of the reel from its first picture, `at` and `frames` are in frames of the film."""

    slot: str
    clip: str
    reel: Reel
    begin: int
    at: int
    frames: int
    heard: bool = True

    @property
    def begin_s(self) -> Fraction:
        """Seconds from the reel's first picture."""
        return self.begin / self.reel.rate.fraction

    @property
    def media_s(self) -> Fraction:
        """Seconds of the beginning by the reel's timecode."""
        return self.reel.begin + self.begin_s

    def begin_in(self, rate: Rate) -> int:
        """The beginning in frames of another rate, to the nearest."""
        return round(self.begin_s * rate.fraction)

    @property
    def end(self) -> int:
        """Frame of the film after the last."""
        return self.at + self.frames


@dataclass(frozen=True, slots=True)
class Edit:
    """A timeline with its footage in place: what the writers of all formats write."""

    timeline: Timeline
    reels: tuple[Reel, ...]
    picture: tuple[Event, ...]
    sound: tuple[Event, ...]
    """Cuts whose footage has sound; those that are muted in the film are not `heard`."""

    @property
    def rate(self) -> Rate:
        """Rate of the film."""
        return self.timeline.rate

    @property
    def ntsc(self) -> bool:
        """Whether the film's rate is one of those a thousandth below a whole number."""
        return self.rate.fraction.denominator == 1001


def edit_of(timeline: Timeline, places: Mapping[str, Path], timecodes: Mapping[str, Timecode]) -> Edit:
    """A timeline as editing programs count it.

    Args:
        timeline: the film.
        places: footage id to where the editing program shall find the file.
        timecodes: footage id to the timecode of the first picture; those without one begin at 0.
    """
    reels = {each.footage: _reel(each, timeline, places, timecodes) for each in timeline.sources}
    sound = (cut for cut in timeline.audio if reels[cut.source].source.audio_stream is not None)
    return Edit(
        timeline,
        tuple(reels.values()),
        tuple(_event(cut, reels[cut.source]) for cut in timeline.video),
        tuple(_event(cut, reels[cut.source]) for cut in sound),
    )


def _reel(source: Source, timeline: Timeline, places: Mapping[str, Path], timecodes: Mapping[str, Timecode]) -> Reel:
    own = source.rate is not None and source.rate.fraction in STANDARD
    rate = source.rate if own and source.rate is not None else timeline.rate
    rate = Rate(num=rate.fraction.numerator, den=rate.fraction.denominator)
    timecode = timecodes.get(source.footage, Timecode())
    return Reel(source, places[source.footage], Path(source.path).name, rate, own, timecode)


def _event(cut: Cut, reel: Reel) -> Event:
    muted = isinstance(cut, SoundCut) and cut.muted
    return Event(cut.slot, cut.clip, reel, reel.picture_at(cut.start), cut.at, cut.frames, not muted)


def file_names(sources: Sequence[Source]) -> dict[str, str]:
    """Footage id to the name of its file in one folder for all; of two that are called alike, the second gets another.

    Upper and lower case are one name, as they are on many disks.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for source in sources:
        path = Path(source.path)
        name = path.name if path.name.casefold() not in taken else f"{path.stem}-{source.footage[-6:]}{path.suffix}"
        taken.add(name.casefold())
        names[source.footage] = name
    return names


def spaced(events: tuple[Event, ...]) -> Iterator[tuple[int, Event]]:
    """Events in order, each with the number of empty frames before it."""
    end = 0
    for event in sorted(events, key=lambda each: each.at):
        yield event.at - end, event
        end = event.end


def over_the_end(edit: Edit) -> list[str]:
    """Slots that last longer than their footage, where the film holds the last picture, in words."""
    found = []
    for event in edit.picture:
        wanted = event.begin_s + event.frames / edit.rate.fraction
        there = Fraction(event.reel.source.length, 1000)
        missing = round((wanted - there) * edit.rate.fraction)
        if there and missing > 0:
            found.append(
                f"{event.slot} lasts {missing} frame(s) longer than its footage; the film holds the last picture"
            )
    return found


def one_line(text: str) -> str:
    """Text without line breaks and control characters, which neither XML nor an EDL can carry."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
