"""Subtitle files beside the film, named like it."""

from pathlib import Path

from cliplib.plans import Timeline
from compose.subtitles import to_srt, to_vtt


def write_subtitles(timeline: Timeline, film: Path) -> tuple[Path, Path]:
    """Write FILM.srt and FILM.vtt; returns their paths."""
    srt, vtt = film.with_suffix(".srt"), film.with_suffix(".vtt")
    srt.write_text(to_srt(timeline.cues, timeline.rate), "utf-8")
    vtt.write_text(to_vtt(timeline.cues, timeline.rate), "utf-8")
    return srt, vtt
