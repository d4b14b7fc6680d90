"""Render a timeline, and only that, to a film: segments, sound, join, measure, and only then its final name."""

import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av
import ffmpeg as graph

from cliplib.errors import SourceChanged, SourceMissing
from cliplib.media.ffmpeg import own_list, source
from cliplib.plans import Source, Timeline
from compose.check import check
from compose.segments import FOLDER, Kit, render_segments
from compose.sound import make_sound

LENGTH_TOLERANCE_MS = 500
Watch = Callable[[str, float], None]
"""Told the name of a step and the share of it that is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished film that passed its check, and notes on it."""

    output: Path
    notes: tuple[str, ...]
    segments: tuple[Path, ...]


def render(timeline: Timeline, kit: Kit, output: Path, watch: Watch) -> Rendered:
    """Make the film.

    Args:
        timeline: what to show and when.
        kit: program, job folder and font.
        output: the film's final name; its folder is made. A film that is there is replaced only by one that passed.
        watch: told of progress.

    Raises:
        SourceMissing, SourceChanged: before anything is rendered.
        MediaError: a step failed, or the film failed its check; nothing lies under the final name then.
    """
    check_sources(timeline)
    output = output.absolute()
    output.parent.mkdir(parents=True, exist_ok=True)
    place_font(kit)
    segments = render_segments(timeline, kit, lambda share: watch("picture", share))
    watch("sound", 0.0)
    sound = make_sound(timeline, kit)
    watch("check", 0.0)
    part = output.with_name(f".{output.stem[:80]}.{uuid.uuid4().hex[:8]}.part.mp4")
    try:
        _join(timeline, segments, sound, kit, part)
        notes = check(kit.ffmpeg, part, timeline)
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)
    watch("check", 1.0)
    return Rendered(output, tuple(notes), tuple(segments))


def check_sources(timeline: Timeline) -> None:
    """That every source is there and as long as it was.

    Raises:
        SourceMissing: naming all that are absent.
        SourceChanged: a file has another length than the footage that was ingested.
    """
    absent = [each.path for each in timeline.sources if not Path(each.path).is_file()]
    if absent:
        raise SourceMissing(f"not where the library knows it: {', '.join(absent)}")
    for each in timeline.sources:
        length = _length_of(each)
        if each.length and length is not None and abs(length - each.length) > LENGTH_TOLERANCE_MS:
            raise SourceChanged(
                f"{each.path} lasts {length / 1000:.1f} s, {each.length / 1000:.1f} s when it was ingested"
            )


def _length_of(origin: Source) -> int | None:
    """Milliseconds of the picture as the file states them; None where it states nothing about it alone."""
    with av.open(f"file:{origin.path}") as container:
        stream = container.streams.video[0] if container.streams.video else None
        if stream is None or stream.duration is None or stream.time_base is None:
            return None
        return round(float(stream.duration * stream.time_base) * 1000)


def place_font(kit: Kit) -> Path:
    """A folder with only the font to burn in, so that no other font of the machine is taken."""
    folder = kit.folder / "font"
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.iterdir():
        if stale.name != kit.font.path.name:
            stale.unlink()
    target = folder / kit.font.path.name
    if not target.is_file() or target.stat().st_size != kit.font.path.stat().st_size:
        shutil.copyfile(kit.font.path, target)
    return folder


def _join(timeline: Timeline, segments: list[Path], sound: Path, kit: Kit, part: Path) -> None:
    """Join segments and sound by copy."""
    listing = kit.folder / "segments.txt"
    # The length is given because the file itself states it in whole milliseconds, which would shift the next segment.
    seconds = (cut.frames / timeline.rate.fraction for cut in timeline.video)
    entries = (
        f"file '{FOLDER}/{path.name}'\nduration {float(s):.6f}\n" for path, s in zip(segments, seconds, strict=True)
    )
    listing.write_text("".join(entries), "utf-8")
    film = graph.output(
        own_list(listing).video, source(sound).audio, str(part), f="mp4", codec="copy", movflags="+faststart",
        video_track_timescale=90_000, map_metadata=-1, fflags="+bitexact",
    )  # fmt: skip
    kit.ffmpeg.make(film)
