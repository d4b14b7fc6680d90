"""Words from subtitle tracks inside a video file: any codec of text, styling stripped, on the clock of the pictures."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import av.error

from cliplib.engines.subtitling import LATEST_MS, in_turn, language_of, plain
from cliplib.media.probe import millis, opened
from cliplib.records import Line, Probe, Transcript
from cliplib.values import Span

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.subtitles.stream import SubtitleStream

TEXT_CODECS = {"mov_text": "mov_text", "srt": "subrip", "subrip": "subrip", "text": "subrip"}
TEXT_CODECS |= {"ass": "ass", "ssa": "ass", "webvtt": "webvtt"}
"""Decoders of subtitles that are text, and the names that people know the formats by."""

PICTURE_CODECS = ("pgssub", "hdmv_pgs_subtitle", "dvdsub", "dvd_subtitle", "dvbsub", "dvb_subtitle", "xsub")

LANGUAGES = {
    **dict.fromkeys(("chi", "zho", "cmn", "yue"), "zh"),
    **{"eng": "en", "jpn": "ja", "kor": "ko", "fra": "fr", "fre": "fr", "deu": "de", "ger": "de", "spa": "es"},
    **{"por": "pt", "ita": "it", "rus": "ru", "tha": "th", "vie": "vi", "ind": "id", "may": "ms", "msa": "ms"},
}
"""Codes of ISO 639-2 as containers have them, and those of ISO 639-1."""

FIELDS_BEFORE_TEXT = 8
"""Commas before the text of a decoded subtitle, which is a line of ASS without times."""


def read_embedded(path: Path, probe: Probe) -> tuple[Transcript | None, tuple[str, ...]]:
    """The words of the file's best text subtitle track, and notes on tracks that are not read.

    The best one is in the language of the sound; then the container's default; then the first. Tracks for foreign parts
    only ("forced") come last, because they leave out most of what is said.

    Returns:
        the transcript, None where no track has a word; times in ms from the first picture on.

    Raises:
        MediaError: the file cannot be read.
    """
    spoken = next((code_of(track.language) for track in probe.audio if track.language), "")
    with opened(path) as container:
        tracks = list(container.streams.subtitles)
        notes = tuple(note for track in tracks if (note := _unread(track)))
        numbers = [track.index for track in sorted(tracks, key=lambda t: _rank(t, spoken)) if not _unread(track)]
    for number in numbers:
        # Each track in a reading of its own: packets of one are dropped while another is read.
        with opened(path) as container:
            track = next(track for track in container.streams.subtitles if track.index == number)
            lines = in_turn(_lines(container, track, probe.start))
            if lines:
                language = code_of(track.language) or language_of("\n".join(line.text for line in lines))
                engine = f"embedded:{TEXT_CODECS[_codec(track)]}"
                return Transcript(language=language, engine=engine, lines=tuple(lines)), notes
    return None, notes


def code_of(tag: str | None) -> str:
    """A container's language tag as two letters where we know them; empty for none and for "undetermined"."""
    code = (tag or "").strip().lower().replace("_", "-").partition("-")[0]
    return "" if code in ("und", "mis", "mul", "zxx") else LANGUAGES.get(code, code)


def _codec(track: "SubtitleStream") -> str:
    return track.codec_context.name if track.codec_context is not None else "unknown"


def _unread(track: "SubtitleStream") -> str:
    """Why a track is not read; empty where it is."""
    codec = _codec(track)
    if codec in TEXT_CODECS:
        return ""
    why = "is made of pictures" if codec in PICTURE_CODECS else "is in an unknown format"
    return f"subtitle track {track.index} ({codec}) {why} and is not read"


def _rank(track: "SubtitleStream", spoken: str) -> tuple[bool, bool, bool, int]:
    kinds = av.stream.Disposition
    other = bool(spoken) and code_of(track.language) != spoken
    return bool(track.disposition & kinds.forced), other, not track.disposition & kinds.default, track.index


def _lines(container: "InputContainer", track: "SubtitleStream", start: int) -> Iterator[Line]:
    for packet in container.demux(track):
        if packet.pts is None or not packet.duration or packet.time_base is None:
            continue
        begins = millis(packet.pts * packet.time_base) - start
        ends = min(begins + millis(packet.duration * packet.time_base), LATEST_MS)
        text = _text(packet)
        if text and ends > max(0, begins):
            yield Line(text=text, span=Span(start=max(0, begins), end=ends))


def _text(packet: "av.Packet[Any]") -> str:
    """The plain text of a packet; empty where it has none, or bytes that cannot be decoded."""
    import pysubs2

    try:
        found = [getattr(part, "ass", b"") for part in packet.decode()]
    except av.error.FFmpegError:
        return ""
    parts = [part.decode("utf-8", "replace").split(",", FIELDS_BEFORE_TEXT)[-1] for part in found if part]
    events = [pysubs2.SSAEvent(text=part) for part in parts]
    return plain("\n".join(event.plaintext for event in events if not event.is_drawing))
