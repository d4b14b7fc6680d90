"""Timelines at every rate, made so that the right answer is known before anything is computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cliplib.plans import Cue, Cut, SoundCut, Source, Timeline
from cliplib.values import Rate
from compose.handover.reels import Edit, Timecode, edit_of

RATES = tuple(
    Rate(num=num, den=den)
    for num, den in (
        (24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (50, 1), (60000, 1001), (60, 1),
    )
)  # fmt: skip
NAMES = ("新品 发布&1.mp4", 'b <"x"> %41.mov')
CODE = Timecode(1, 2, 3, 4)
"""Of the second file; the first has none."""


@dataclass(frozen=True)
class Wanted:
    """One cut as it must come out: file, picture of the file it begins with, frames of the film, whether heard."""

    file: int
    begin: int
    frames: int
    heard: bool = True


USUAL = (Wanted(0, 17, 45), Wanted(1, 100, 61, heard=False), Wanted(0, 300, 1), Wanted(1, 33, 90))


def edit(
    rate: Rate, source_rate: Rate | None = None, cuts: Sequence[Wanted] = USUAL, folder: Path = Path("/素材 库")
) -> Edit:
    """An edit of two files of 100 s; the footage's rate is the film's unless another is given."""
    own = source_rate or rate
    sources = tuple(
        Source(
            footage=f"f_{k:016x}", path=str(folder / name), start=0, audio_stream=1, length=100_000, rate=own,
            width=1920, height=1080, channels=2, sample_rate=48_000,
        )
        for k, name in enumerate(NAMES)
    )  # fmt: skip
    placed, at = [], 0
    for number, wanted in enumerate(cuts, 1):
        start = round(wanted.begin * 1000 / own.fraction)
        id = f"c_{wanted.file:016x}_{start:06d}-{start + 4000:06d}"
        placed.append(
            {"slot": f"s{number}", "clip": id, "source": sources[wanted.file].footage, "start": start, "at": at,
             "frames": wanted.frames}
        )  # fmt: skip
        at += wanted.frames
    timeline = Timeline.model_validate(
        {
            "title": "小样 & <一>", "language": "zh", "rate": rate, "width": 1080, "height": 1920, "sources": sources,
            "video": tuple(Cut.model_validate(each) for each in placed),
            "audio": tuple(
                SoundCut.model_validate({**each, "muted": not wanted.heard})
                for each, wanted in zip(placed, cuts, strict=True)
            ),
            "cues": (Cue(text="咖啡 <凉> 了 & 苦", at=0, frames=1), Cue(text="二", at=at - 1, frames=1)),
        }
    )  # fmt: skip
    return edit_of(timeline, {s.footage: Path(s.path) for s in sources}, {sources[1].footage: CODE})
