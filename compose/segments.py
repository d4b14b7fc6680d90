"""Render the picture of one slot as a segment that joins with the others by copy; kept by the hash of what it shows."""

import hashlib
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg as graph

from cliplib.errors import MediaError
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.media.fonts import FontFace
from cliplib.media.tones import HDR_TRANSFERS, to_sdr
from cliplib.plans import Cue, Cut, Source, Timeline
from compose.reading import as_stamped, matrix_of, picture_of
from compose.subtitles import Look, to_ass

FOLDER = "segments"
AT_ONCE = 2

ENCODER: dict[str, Any] = {
    "vcodec": "libx264",
    "preset": "veryfast",
    "crf": 20,
    "pix_fmt": "yuv420p",
    "profile:v": "high",
    # Fixed: x264 decides differently with other numbers of threads, and the film should not depend on the machine.
    "threads": 2,
    "bf": 2,
    "sc_threshold": 0,
    "color_primaries": "bt709",
    "color_trc": "bt709",
    "colorspace": "bt709",
    "color_range": "tv",
    "video_track_timescale": 90_000,
    "map_metadata": -1,
    "fflags": "+bitexact",
}
"""One set for all segments, so that they can be joined without encoding again."""

VERSION = 2
"""To be raised whenever the pictures of a segment come out differently."""


@dataclass(frozen=True, slots=True)
class Kit:
    """What rendering needs besides the timeline: the program, the job folder, and the font to burn in."""

    ffmpeg: Ffmpeg
    folder: Path
    font: FontFace


@dataclass(frozen=True, slots=True)
class Segment:
    """The picture of one slot: its file name below the job folder, and what it is made of."""

    name: str
    cut: Cut
    source: Source
    ass: str


def segments_of(timeline: Timeline, kit: Kit) -> list[Segment]:
    """The segments of a timeline in order, named after what they show."""
    look = Look(timeline.width, timeline.height, kit.font)
    font = hashlib.sha256(kit.font.path.read_bytes()).hexdigest()
    sources = {each.footage: each for each in timeline.sources}
    found = []
    for cut in timeline.video:
        cues = _within(timeline.cues, cut)
        ass = to_ass(cues, timeline.rate, look) if cues else ""
        key = {
            "version": VERSION,
            "source": [cut.source, sources[cut.source].start, sources[cut.source].transfer],
            "cut": [cut.start, cut.frames],
            "picture": [timeline.width, timeline.height, timeline.fit, timeline.rate.num, timeline.rate.den],
            "cues": [ass, font if cues else ""],
            "encoder": ENCODER,
        }
        name = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:24]
        found.append(Segment(name, cut, sources[cut.source], ass))
    return found


def _within(cues: tuple[Cue, ...], cut: Cut) -> list[Cue]:
    """The cues that are seen during a cut, counted from its first frame."""
    found = []
    for cue in cues:
        start, end = max(cue.at, cut.at), min(cue.at + cue.frames, cut.at + cut.frames)
        if start < end:
            found.append(Cue(text=cue.text, at=start - cut.at, frames=end - start))
    return found


def render_segments(timeline: Timeline, kit: Kit, done: Callable[[float], None]) -> list[Path]:
    """Make the segments that are not there yet, two at a time; returns all their files in order.

    Raises:
        MediaError: naming the slot that could not be rendered.
    """
    (kit.folder / FOLDER).mkdir(parents=True, exist_ok=True)
    segments = segments_of(timeline, kit)
    missing = list({s.name: s for s in segments if not path_of(s, kit).is_file()}.values())
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for count, _ in enumerate(pool.map(lambda segment: _render(segment, timeline, kit), missing), 1):
            done(count / len(missing))
    return [path_of(segment, kit) for segment in segments]


def path_of(segment: Segment, kit: Kit) -> Path:
    """Where the file of a segment lies."""
    return kit.folder / FOLDER / f"{segment.name}.mp4"


def _render(segment: Segment, timeline: Timeline, kit: Kit) -> None:
    folder = kit.folder / FOLDER
    part = folder / f"{segment.name}.part.mp4"
    if segment.ass:
        (folder / f"{segment.name}.ass").write_text(segment.ass, "utf-8")
    try:
        done = kit.ffmpeg.make(_graph(segment, timeline, part), cwd=folder)
        frames = frames_written(done.stdout)
        if frames != segment.cut.frames:
            raise MediaError(f"{frames} of {segment.cut.frames} pictures came from {segment.source.path}")
    except MediaError as error:
        part.unlink(missing_ok=True)
        raise type(error)(f"slot {segment.cut.slot}: {error.message}", error.next_step) from error
    part.replace(path_of(segment, kit))


def frames_written(progress: str) -> int:
    """The last number of frames that ffmpeg reported."""
    counts = re.findall(r"^frame=\s*(\d+)", progress, re.MULTILINE)
    return int(counts[-1]) if counts else 0


def _graph(segment: Segment, timeline: Timeline, part: Path) -> Any:
    cut, rate = segment.cut, f"{timeline.rate.num}/{timeline.rate.den}"
    picture = picture_of(segment.source, cut.start, cut.frames * 1000 * timeline.rate.den / timeline.rate.num)
    picture = fitted(picture, segment.source, timeline)
    if segment.source.transfer in HDR_TRANSFERS:
        picture = to_sdr(picture, segment.source.transfer)
    # start_time=0: a first picture that comes late is shown from the start. tpad: the last is held if one is missing.
    picture = picture.filter("fps", fps=rate, start_time=0).filter("tpad", stop=-1, stop_mode="clone")
    if segment.ass:
        # Relative names below the working directory: no path of the machine needs escaping inside the filter.
        picture = picture.filter("ass", filename=f"{segment.name}.ass", fontsdir="../font")
    picture = picture.filter("format", "yuv420p").filter(
        "setparams", color_primaries="bt709", color_trc="bt709", colorspace="bt709", range="tv"
    )
    gop = 2 * round(timeline.rate.fraction)
    return as_stamped(
        graph.output(picture, part.name, f="mp4", **{"frames:v": cut.frames, "g": gop, "keyint_min": gop}, **ENCODER)
    )


def fitted(picture: Any, origin: Source, timeline: Timeline) -> Any:
    """Scaled to fill (or to fit) the frame with square pixels, in the colour matrix of BT.709 unless it is HDR."""
    width, height = timeline.width, timeline.height
    choose, rounded = ("max", "ceil") if timeline.fit == "cover" else ("min", "floor")
    factor = f"{choose}({width}/(iw*sar),{height}/ih)"
    size = {"w": f"{rounded}(iw*sar*{factor}/2)*2", "h": f"{rounded}(ih*{factor}/2)*2"}
    matrix = {"in_color_matrix": matrix_of(origin), "out_color_matrix": "bt709"}
    colours = {} if origin.transfer in HDR_TRANSFERS else matrix
    picture = picture.filter("scale", flags="lanczos", out_range="tv", **size, **colours)
    if timeline.fit == "cover":
        picture = picture.filter("crop", width, height)
    else:
        picture = picture.filter("pad", width, height, "(ow-iw)/2", "(oh-ih)/2", "black")
    return picture.filter("setsar", "1")
