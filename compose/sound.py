"""Build the sound of a film: cuts with short fades, exactly as long as the picture, levelled to the target loudness."""

import hashlib
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ffmpeg as graph

from cliplib.errors import MediaError
from cliplib.media.ffmpeg import Ffmpeg, source
from cliplib.plans import SoundCut, Source, Timeline
from compose.reading import as_stamped, sound_of
from compose.segments import Kit

SAMPLE_RATE = 48_000
FADE_S = 0.03
TRUE_PEAK = -1.5
LOUDNESS_RANGE = 11.0
CORRECTED_FROM_LU = 0.5
MOST_CORRECTIONS = 10
"""Where few peaks stand out of quiet sound, the limiter takes back most of each raise."""
SILENCE = -70.0
"""What the meter shows when no block passed its gate."""
QUIETEST = -50.0
"""Below this (LUFS) there is only noise to hear: the sound is left as it is, because levelling would raise it."""

VERSION = 2


def samples_at(frame: int, timeline: Timeline) -> int:
    """The sample at which a frame begins."""
    return round(frame * SAMPLE_RATE / timeline.rate.fraction)


def make_sound(timeline: Timeline, kit: Kit) -> Path:
    """The film's sound as AAC in an .m4a in the job folder; made once per content.

    Raises:
        MediaError: a sound track cannot be read.
    """
    key = {
        "version": VERSION,
        "cuts": [cut.model_dump() for cut in timeline.audio],
        "sources": [[s.footage, s.start, s.audio_stream] for s in timeline.sources],
        "film": [timeline.frames, timeline.rate.num, timeline.rate.den, timeline.loudness],
    }
    name = "sound-" + hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:24]
    made = kit.folder / f"{name}.m4a"
    if made.is_file():
        return made
    raw, levelled, part = (kit.folder / f"{name}.{end}" for end in ("raw.wav", "level.wav", "part.m4a"))
    try:
        kit.ffmpeg.make(as_stamped(_assembled(timeline, raw)))
        level(kit.ffmpeg, raw, levelled, timeline.loudness)
        kit.ffmpeg.make(
            graph.output(source(levelled).audio, str(part), acodec="aac", audio_bitrate="192k", ar=SAMPLE_RATE, ac=2,
                         fflags="+bitexact", map_metadata=-1)
        )  # fmt: skip
        part.replace(made)
    finally:
        for scrap in (raw, levelled, part):
            scrap.unlink(missing_ok=True)
    return made


def _assembled(timeline: Timeline, target: Path) -> Any:
    """The graph that joins all cuts in one pass, without a sample too many or too few."""
    sources = {each.footage: each for each in timeline.sources}
    pieces = [_piece(cut, sources[cut.source], timeline) for cut in timeline.audio]
    joined = graph.concat(*pieces, v=0, a=1)
    return graph.output(joined, str(target), acodec="pcm_f32le", ar=SAMPLE_RATE, ac=2, fflags="+bitexact")


def _piece(cut: SoundCut, origin: Source, timeline: Timeline) -> Any:
    count = samples_at(cut.at + cut.frames, timeline) - samples_at(cut.at, timeline)
    seconds = count / SAMPLE_RATE
    if cut.muted or origin.audio_stream is None:
        silence = graph.input(f"anullsrc=r={SAMPLE_RATE}:cl=stereo", f="lavfi", t=f"{seconds + 0.1:.4f}")
        return silence.filter("aformat", sample_fmts="fltp").filter("atrim", end_sample=count)
    heard = sound_of(origin, cut.start, seconds * 1000)
    return (
        heard.filter("aresample", SAMPLE_RATE, **{"async": 1, "first_pts": 0})
        .filter("aformat", sample_fmts="fltp", sample_rates=SAMPLE_RATE, channel_layouts="stereo")
        .filter("apad", whole_len=count)
        .filter("atrim", end_sample=count)
        .filter("afade", t="in", d=FADE_S)
        .filter("afade", t="out", st=f"{max(0.0, seconds - FADE_S):.4f}", d=FADE_S)
    )


def level(ffmpeg: Ffmpeg, raw: Path, target: Path, loudness: float) -> None:
    """Bring a sound file to a loudness (LUFS) with true peaks below -1.5 dB; silence is copied as it is.

    The first pass measures, the second applies one gain to all where peaks allow it, else it follows the loudness. What
    it still misses (short films with long pauses) is corrected by a gain with a limiter.
    """
    before = measured(ffmpeg, raw, loudness)
    if before["input_i"] < QUIETEST:
        ffmpeg.make(graph.output(source(raw).audio, str(target), acodec="pcm_f32le"))
        return
    settings = {
        **_aim(loudness, max(LOUDNESS_RANGE, before["input_lra"])),
        **{f"measured_{name}": f"{before[key]:.2f}" for name, key in
           (("I", "input_i"), ("TP", "input_tp"), ("LRA", "input_lra"), ("thresh", "input_thresh"))},
        "linear": "true",
    }  # fmt: skip
    sound = source(raw).audio.filter("loudnorm", **settings)
    ffmpeg.make(graph.output(_stereo(sound), str(target), acodec="pcm_f32le", ar=SAMPLE_RATE))
    for _ in range(MOST_CORRECTIONS):
        missed = loudness - integrated(ffmpeg, target)
        if abs(missed) <= CORRECTED_FROM_LU or not math.isfinite(missed):
            return
        _correct(ffmpeg, target, missed)


def _correct(ffmpeg: Ffmpeg, path: Path, missed: float) -> None:
    """Raise or lower a file by so many decibels; peaks are limited at four times the rate, so that none is missed."""
    before = path.with_name(f"{path.stem}.before.wav")
    path.replace(before)
    try:
        sound = source(before).audio.filter("volume", f"{missed:.2f}dB").filter("aresample", 4 * SAMPLE_RATE)
        sound = sound.filter("alimiter", limit=f"{10 ** (TRUE_PEAK / 20):.4f}", level="false")
        ffmpeg.make(graph.output(_stereo(sound), str(path), acodec="pcm_f32le", ar=SAMPLE_RATE))
    finally:
        before.unlink(missing_ok=True)


def integrated(ffmpeg: Ffmpeg, path: Path) -> float:
    """Integrated loudness (LUFS, EBU R 128) of a file's sound; -inf for silence.

    The film is judged by this meter. loudnorm's own differs by more than 1 LU where much of a film is just as quiet as
    the gate, so it cannot say whether the target is met.
    """
    sound = source(path).audio.filter("ebur128", framelog="verbose")
    said = ffmpeg.make(graph.output(sound, "-", f="null").global_args("-v", "info", "-nostats")).stderr
    return loudness_in(said)


def loudness_in(said: str) -> float:
    """The integrated loudness in what ffmpeg's ebur128 said; -inf where it heard nothing."""
    found = re.findall(r"I:\s+(-?[\d.]+|-?inf|nan) LUFS", said)
    value = float(found[-1]) if found else -math.inf
    return -math.inf if math.isnan(value) or value <= SILENCE else value


def measured(ffmpeg: Ffmpeg, path: Path, loudness: float) -> dict[str, float]:
    """What loudnorm measures in a file: input_i (LUFS), input_tp (dB), input_lra, input_thresh; -inf for silence."""
    sound = source(path).audio.filter("loudnorm", **_aim(loudness, LOUDNESS_RANGE))
    return _json_of(ffmpeg, graph.output(sound, "-", f="null"))


def _aim(loudness: float, spread: float) -> dict[str, str]:
    return {"I": f"{loudness}", "TP": f"{TRUE_PEAK}", "LRA": f"{min(50.0, spread):.2f}", "print_format": "json"}


def _stereo(sound: Any) -> Any:
    # `aresample` after loudnorm cannot choose a layout on ffmpeg 5.1; `aformat` works on all versions.
    return sound.filter("aformat", sample_rates=SAMPLE_RATE, channel_layouts="stereo")


def _json_of(ffmpeg: Ffmpeg, stream: Any) -> dict[str, float]:
    # The measured values are printed at level "info" only; a later -v wins over the one that `make` gives.
    said = ffmpeg.make(stream.global_args("-v", "info", "-nostats")).stderr
    blocks = re.findall(r"\{[^{}]*\"input_i\"[^{}]*\}", said)
    if not blocks:
        raise MediaError("ffmpeg measured no loudness", "Check the ffmpeg with `cliplib doctor`.")
    return dict(_numbers(json.loads(blocks[-1])))


def _numbers(values: dict[str, str]) -> Iterator[tuple[str, float]]:
    for name, value in values.items():
        if re.fullmatch(r"[-+]?(inf|nan|[\d.]+)", value):
            yield name, float(value)
