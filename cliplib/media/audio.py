"""Sound as samples: 16 kHz mono on the time axis of the pictures, cut with them, measured and written as WAV."""

import tempfile
import wave
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ffmpeg as graph
import numpy as np
from numpy.typing import NDArray

from cliplib.errors import DiskFull, MediaError
from cliplib.media.ffmpeg import Ffmpeg, source
from cliplib.media.probe import opened, sound_tracks
from cliplib.records import Probe
from cliplib.values import Span

RATE = 16_000
PER_MS = RATE // 1000

BLOCK = 60 * RATE
"""Samples that are mixed to mono at a time."""

CANCELLED = 0.1
"""A mono mix this much quieter than its louder channel has lost its content: the channels are opposite in phase."""

HEARD = 33
"""A sample this far from zero (-60 dB of full scale) is more than the noise of an open input."""

OTHER_TRACK = "the first sound track is silent, so another is heard"
DAMAGED_SOUND = "the sound is damaged; what cannot be decoded is silent"

Samples = NDArray[np.int16]

SHELF_ABOVE = (1.53512485958697, -2.69169618940638, 1.19839281085285)
SHELF_BELOW = (1.0, -1.69065929318241, 0.73248077421585)
HIGH_ABOVE, HIGH_BELOW = (1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621)
"""Coefficients of the two filters of BS.1770-4, which are given for 48 kHz."""

ABSOLUTE_GATE, RELATIVE_GATE = 10 ** ((-70 + 0.691) / 10), 0.1
"""Blocks quieter than -70 LUFS, and than 10 LU under the mean of the rest, do not count."""


@dataclass(frozen=True, slots=True)
class Sound:
    """The sound of a file: `samples` as long as the pictures last, of which `decoded` ms came out of the file.

    `note` says what an editor should know of it.
    """

    samples: Samples
    decoded: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class SoundWanted:
    """The sound of a file that holds `probe` is to be written to `raw`."""

    probe: Probe
    raw: Path


def read_audio(ffmpeg: Ffmpeg, path: Path, probe: Probe) -> Samples:
    """The samples of `read_sound`, in memory."""
    with tempfile.TemporaryDirectory(prefix="cliplib-") as folder:
        return np.array(read_sound(ffmpeg, path, SoundWanted(probe, Path(folder) / "sound.raw")).samples)


def read_sound(ffmpeg: Ffmpeg, path: Path, wanted: SoundWanted) -> Sound:
    """The sound of a file: what is in `wanted.raw` already, else read in a pass of its own.

    Sound before the first picture is left out, and what is missing at the end is silence. The samples lie on disk,
    beside `wanted.raw`, as long as they are used.

    Returns:
        probe.length * 16 samples; none at all where the file has no sound track.

    Raises:
        MediaError: the sound cannot be decoded.
    """
    if not wanted.probe.audio:
        return Sound(np.zeros(0, np.int16), 0)
    with opened(path) as container:
        tracks = sound_tracks(container)
    first = _mixed(wanted) if wanted.raw.exists() else _decoded(ffmpeg, path, wanted, tracks[0])
    if _is_heard(first.samples):
        return first
    # The track to hear first may be an empty one, such as a second microphone that was not plugged in.
    for track in tracks[1:]:
        beside = replace(wanted, raw=wanted.raw.with_suffix(f".{track}.raw"))
        other = _decoded(ffmpeg, path, beside, track)
        if _is_heard(other.samples):
            return replace(other, note="; ".join(filter(None, (OTHER_TRACK, other.note))))
    return first


def stereo_of(read: Any, track: int, wanted: SoundWanted) -> Any:
    """The output of ffmpeg, as ffmpeg-python has it, that writes a sound track of an input to `wanted.raw`.

    That is 16 kHz stereo, sample 0 at the first picture; holes, and a sound track that begins late, become silence.

    Args:
        read: the file as an input, with its own time stamps (`copyts`).
        track: index of the stream.
        wanted: where from and where to.
    """
    heard = read[str(track)].filter("asetpts", f"PTS-({wanted.probe.start}/1000)/TB")
    heard = heard.filter("aresample", RATE, first_pts=0, **{"async": 1})
    return graph.output(heard, str(wanted.raw), format="s16le", ac=2, ar=RATE)


def _is_heard(samples: Samples) -> bool:
    return bool(samples.max(initial=0) >= HEARD or samples.min(initial=0) <= -HEARD)


def _decoded(ffmpeg: Ffmpeg, path: Path, wanted: SoundWanted, track: int) -> Sound:
    """One sound track; where it cannot be decoded there is silence."""
    output = stereo_of(source(path, copyts=None), track, wanted)
    try:
        ffmpeg.make(output)
    except DiskFull:
        raise
    except MediaError:
        ffmpeg.make(output, tolerant=True)
        return replace(_mixed(wanted), note=DAMAGED_SOUND)
    return _mixed(wanted)


def _mixed(wanted: SoundWanted) -> Sound:
    """What was written to `wanted.raw`, mixed to mono beside it; memory holds a block of it at a time."""
    size = wanted.probe.length * PER_MS
    samples = np.memmap(wanted.raw.with_suffix(".mono"), np.int16, "w+", shape=(size,))
    done = 0
    with wanted.raw.open("rb") as file:
        while done < size and (block := np.fromfile(file, np.int16, 2 * min(BLOCK, size - done))).size > 1:
            stereo = block[: block.size // 2 * 2].reshape(-1, 2)
            samples[done : done + len(stereo)] = _mono(stereo)
            done += len(stereo)
    return Sound(samples, done // PER_MS)


def _mono(stereo: Samples) -> Samples:
    """Mean of both channels, or the louder one where they cancel each other out."""
    wide = stereo.astype(np.float32)
    mixed = wide.mean(axis=1)
    strength = np.sqrt((wide**2).mean(axis=0))
    if np.sqrt((mixed**2).mean()) < CANCELLED * strength.max():
        return stereo[:, int(strength.argmax())]
    mono: Samples = mixed.astype(np.int16)
    return mono


def excerpt(audio: Samples, span: Span) -> Samples:
    """The samples of a span."""
    return audio[span.start * PER_MS : span.end * PER_MS]


def write_wav(path: Path, audio: Samples) -> None:
    """Write samples as a 16 kHz mono WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(audio.astype("<i2").tobytes())


def loudness(audio: Samples) -> float | None:
    """Integrated loudness in LUFS as ITU-R BS.1770-4 defines it for one channel; None for silence or under 0.4 s.

    The K weighting is applied as a frequency response. At 16 kHz nothing above 8 kHz is heard, which for speech and
    changes the figure by a few tenths.
    """
    block, hop = int(0.4 * RATE), int(0.1 * RATE)
    if len(audio) < block:
        return None
    power = _k_weighted(audio) ** 2
    sums = np.concatenate([[0.0], np.cumsum(power)])
    starts = np.arange(0, len(power) - block + 1, hop)
    energy = (sums[starts + block] - sums[starts]) / block
    energy = energy[energy > ABSOLUTE_GATE]
    if not len(energy):
        return None
    energy = energy[energy > energy.mean() * RELATIVE_GATE]
    return round(float(-0.691 + 10 * np.log10(energy.mean())), 1)


def _k_weighted(audio: Samples) -> NDArray[np.float64]:
    """Samples in -1..1 through both filters of BS.1770-4: a shelf for the head, and a high pass."""
    padded = len(audio) + RATE
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(padded, 1 / RATE) / 48_000)
    weight = _response(turn, SHELF_ABOVE, SHELF_BELOW) * _response(turn, HIGH_ABOVE, HIGH_BELOW)
    return np.fft.irfft(np.fft.rfft(audio / 32_768, padded) * weight, padded)[: len(audio)]


def _response(
    turn: NDArray[np.complex128], above: tuple[float, float, float], below: tuple[float, float, float]
) -> NDArray[np.complex128]:
    """Frequency response of a filter of second order; `turn` is z to the power -1 at each frequency."""
    over: NDArray[np.complex128] = np.polyval(above[::-1], turn) / np.polyval(below[::-1], turn)
    return over
