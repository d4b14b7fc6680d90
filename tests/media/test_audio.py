"""Sound on the time axis of the pictures."""

import re
import wave
from pathlib import Path

import ffmpeg as graph
import numpy as np
import pytest
from numpy.typing import NDArray

from cliplib.media.audio import PER_MS, RATE, SoundWanted, loudness, read_audio, read_sound, write_wav
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.media.probe import probe
from cliplib.media.run import run

SWEEP = "0.5*sin(2*PI*(300*t+150*t*t))"


def ideal(start: float, length: float) -> NDArray[np.float64]:
    """SWEEP as samples from a moment on."""
    t = start + np.arange(round(length * RATE)) / RATE
    wave_form: NDArray[np.float64] = 16_384 * np.sin(2 * np.pi * (300 * t + 150 * t * t))
    return wave_form


def lag(heard: NDArray[np.int16], wanted: NDArray[np.float64]) -> int:
    """Samples that `heard` comes too late."""
    return int(np.argmax(np.correlate(heard.astype(float), wanted, "full"))) - (len(wanted) - 1)


def make(ffmpeg: Ffmpeg, path: Path, sound: str, late_picture: float = 0, late_sound: float = 0) -> Path:
    picture = graph.input("testsrc2=s=64x64:r=25", f="lavfi", t=2).filter("setpts", f"PTS+{late_picture}/TB")
    heard = graph.input(f"aevalsrc={sound}:s=48000", f="lavfi", t=2.5).filter("asetpts", f"PTS+{late_sound}/TB")
    ffmpeg.make(graph.output(picture, heard, str(path), vcodec="libx264", acodec="pcm_s16le"))
    return path


@pytest.mark.parametrize(("picture", "sound"), [(0.0, 0.0), (0.84, 0.0), (0.0, 0.5)])
def test_sample_0_is_heard_at_the_first_picture(tmp_path: Path, ffmpeg: Ffmpeg, picture: float, sound: float) -> None:
    path = make(ffmpeg, tmp_path / "v.mkv", SWEEP, picture, sound)
    heard = read_audio(ffmpeg, path, probe(path))
    assert len(heard) == 2000 * PER_MS
    silent = round(sound * RATE)
    assert not heard[: max(0, silent - 16)].any()
    assert abs(lag(heard[silent : silent + RATE], ideal(picture, 1.0))) <= PER_MS


def test_sound_that_ends_early_goes_on_as_silence(tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    picture = graph.input("testsrc2=s=64x64:r=25", f="lavfi", t=3)
    path = tmp_path / "v.mkv"
    short = graph.input("sine", f="lavfi", t=1)
    ffmpeg.make(graph.output(picture, short, str(path), vcodec="libx264", acodec="pcm_s16le"))
    sound = read_sound(ffmpeg, path, SoundWanted(probe(path), tmp_path / "sound.raw"))
    heard = sound.samples
    assert sound.decoded == 1000
    assert len(heard) == 3000 * PER_MS and heard[: RATE // 2].any() and not heard[RATE + 400 :].any()


@pytest.mark.parametrize("sound", [f"{SWEEP}|-{SWEEP}", f"0|{SWEEP}", f"{SWEEP}|{SWEEP}"])
def test_no_channel_is_lost_in_the_mix(tmp_path: Path, ffmpeg: Ffmpeg, sound: str) -> None:
    """Opposite phases, right channel only, both channels."""
    path = make(ffmpeg, tmp_path / "v.mkv", sound)
    heard = read_audio(ffmpeg, path, probe(path)).astype(float)
    assert np.sqrt((heard**2).mean()) > 4000


def test_without_a_sound_track_there_are_no_samples(tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    path = tmp_path / "v.mp4"
    ffmpeg.make(graph.output(graph.input("testsrc2=s=64x64", f="lavfi", t=1), str(path), vcodec="libx264"))
    assert len(read_audio(ffmpeg, path, probe(path))) == 0


def test_a_wav_holds_the_samples(tmp_path: Path) -> None:
    samples = np.array([0, 1, -1, 32_767, -32_768], np.int16)
    write_wav(tmp_path / "a.wav", samples)
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert (file.getframerate(), file.getnchannels()) == (RATE, 1)
        assert np.frombuffer(file.readframes(9), "<i2").tolist() == samples.tolist()


def test_loudness_agrees_with_ffmpeg(tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    random = np.random.default_rng(3)
    rising = np.linspace(0.02, 1.0, 4 * RATE) * random.normal(0, 4000, 4 * RATE)
    for samples in (rising, ideal(0, 3.0), np.concatenate([ideal(0, 2.0), np.zeros(4 * RATE)])):
        audio = samples.clip(-32_768, 32_767).astype(np.int16)
        write_wav(tmp_path / "a.wav", audio)
        said = run([str(ffmpeg.path), "-i", str(tmp_path / "a.wav"), "-af", "ebur128", "-f", "null", "-"]).stderr
        measured = loudness(audio)
        assert measured is not None and abs(measured - float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1])) < 0.5


def test_silence_has_no_loudness() -> None:
    assert loudness(np.zeros(RATE, np.int16)) is None and loudness(np.full(100, 9000, np.int16)) is None
