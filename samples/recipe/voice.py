"""Speaks the lines with espeak-ng and flite, trims them, places them in time and mixes the sound of a film."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

RATE = 48000
F32 = NDArray[np.float32]

# How the Chinese lines are said: pinyin with tones, grouped into words (espeak-ng's voice cmn-latn-pinyin).
PINYIN = {
    "咖啡还没喝几口，就已经凉了。": "ka1fei1 hai2 mei2 he1 ji3kou3, jiu4 yi3jing1 liang2le5.",
    "普通杯子放进包里，一不小心就漏一包。": "pu3tong1 bei1zi5 fang4jin4 bao1li3, yi2bu4xiao3xin1 jiu4 lou4 yi4bao1.",
    "青屿，十年只做一只好杯子。": "qing1yu3, shi2nian2 zhi3 zuo4 yi4zhi1 hao3 bei1zi5.",
    "这是全新的青屿随行杯。": "zhe4shi4 quan2xin1de5 qing1yu3 sui2xing2bei1.",
    "双层真空不锈钢，保温十二小时。": "shuang1ceng2 zhen1kong1 bu2xiu4gang1, bao3wen1 shi2er4 xiao3shi2.",
    "一键锁扣，倒过来也不漏。": "yi2jian4 suo3kou4, dao4guo4lai2 ye3 bu2lou4.",
    "青屿，带着温度出发。": "qing1yu3, dai4zhe5 wen1du4 chu1fa1.",
    "宝宝们，欢迎来到青屿直播间。": "bao3bao5men5, huan1ying2 lai2dao4 qing1yu3 zhi2bo1jian1.",
    "你们是不是也遇到过，包里的杯子漏了一片？": (
        "ni3men5 shi4bu2shi4 ye3 yu4dao4guo4, bao1li3de5 bei1zi5 lou4le5 yi2pian4?"
    ),
    "今天给大家看这款青屿随行杯。": "jin1tian1 gei3 da4jia1 kan4 zhe4kuan3 qing1yu3 sui2xing2bei1.",
    "我把它倒过来，使劲晃，一滴都不漏。": "wo3 ba3ta1 dao4guo4lai2, shi3jin4 huang4, yi4di1 dou1 bu2lou4.",
    "早上装的热水，到晚上还是热的。": "zao3shang5 zhuang1de5 re4shui3, dao4 wan3shang5 hai2shi4 re4de5.",
    "平时卖一百二十九，今天直播间到手价只要九十九。": (
        "ping2shi2 mai4 yi4bai3er4shi2jiu3, jin1tian1 zhi2bo1jian1 dao4shou3jia4 zhi3yao4 jiu3shi2jiu3."
    ),
    "前一百单，再送一个杯刷。": "qian2 yi4bai3 dan1, zai4 song4 yi2ge4 bei1shua1.",
    "三十天无理由退换，放心拍。": "san1shi2tian1 wu2 li3you2 tui4huan4, fang4xin1 pai1.",
    "库存只有三百件，拍完就没有了。": "ku4cun2 zhi3you3 san1bai3jian4, pai1wan2 jiu4 mei2you3le5.",
    "点击下方小黄车，马上带走它。": "dian3ji1 xia4fang1 xiao3huang2che1, ma3shang4 dai4zou3 ta1.",
}


@dataclass(frozen=True)
class Voice:
    """A speaker: the program's voice, its speed and pitch, and how ffmpeg shapes the sound."""

    program: str
    name: str
    speed: int = 0
    pitch: int = 50
    shape: str = ""


WARM = "highpass=f=90,equalizer=f=220:t=q:w=1:g=2,equalizer=f=3200:t=q:w=1.2:g=-2,lowpass=f=9000"
VOICES = {
    "narrator-zh": Voice("espeak-ng", "cmn-latn-pinyin+m3", 168, 38, WARM),
    "host-zh": Voice("espeak-ng", "cmn-latn-pinyin+f3", 166, 56, "highpass=f=130," + WARM.split(",", 1)[1]),
    "narrator-en": Voice("flite", "slt", shape=WARM),
    "model-en": Voice("flite", "slt", shape="asetrate=17600,aresample=48000,atempo=0.96,highpass=f=120,lowpass=f=8500"),
}


def speak(text: str, voice: Voice) -> F32:
    """The spoken text at 48 kHz, trimmed to its sound, at an even loudness."""
    with tempfile.TemporaryDirectory() as tmp:
        wav = Path(tmp) / "line.wav"
        if voice.program == "flite":
            said = text.replace("Qingyu", "Ching-yoo")
            argv = ["flite", "--setf", "duration_stretch=1.12", "-voice", voice.name, "-t", said, "-o", str(wav)]
        else:
            said = PINYIN.get(text, text)
            argv = ["espeak-ng", "-v", voice.name, "-s", str(voice.speed), "-p", str(voice.pitch), "-w", str(wav), said]
        subprocess.run(argv, check=True, timeout=60)
        raw = subprocess.run(
            [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(wav), "-af", voice.shape or "anull", "-ac", "1",
             "-ar", str(RATE), "-f", "f32le", "-"],
            check=True, capture_output=True, timeout=60,
        ).stdout  # fmt: skip
    return even(trim(np.frombuffer(raw, dtype=np.float32).copy()))


def trim(sound: F32, floor: float = 0.012) -> F32:
    """Cuts silence off both ends (windows of 5 ms against a share of the loudest)."""
    step = RATE // 200
    n = len(sound) // step
    level = np.sqrt((sound[: n * step].reshape(n, step) ** 2).mean(1))
    loud = np.flatnonzero(level > level.max() * floor)
    cut = sound[loud[0] * step : (loud[-1] + 1) * step].copy()
    edge = RATE // 400
    ramp = np.linspace(0, 1, edge, dtype=np.float32)
    cut[:edge] *= ramp
    cut[-edge:] *= ramp[::-1]
    return cut


def even(sound: F32, rms_db: float = -19.0) -> F32:
    """Brings a line to a loudness without letting its peaks clip."""
    level = np.sqrt((sound**2).mean())
    sound = sound * (10 ** (rms_db / 20) / level)
    return np.asarray(np.tanh(sound / 0.8) * 0.8, dtype=np.float32)


def room(seconds: float, seed: int) -> F32:
    """Quiet room tone: noise with more low than high."""
    n = int(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(n))
    f = np.fft.rfftfreq(n, 1 / RATE)
    tone = np.fft.irfft(spectrum / np.maximum(f, 60) ** 0.75 * (f < 9000), n)
    return np.asarray(tone / np.sqrt((tone**2).mean()) * 10 ** (-60 / 20), dtype=np.float32)


def pad(seconds: float, level: float) -> NDArray[np.float32]:
    """A soft chord that changes every eight seconds, two channels, faded in and out."""
    t = np.arange(int(seconds * RATE)) / RATE
    out = np.zeros((len(t), 2))
    chords = ((196.0, 246.94, 293.66), (164.81, 246.94, 329.63), (174.61, 261.63, 329.63), (196.0, 261.63, 293.66))
    for k in range(int(seconds // 8) + 1):
        swell = np.clip(1.2 - np.abs(t - (k * 8 + 4)) / 5.0, 0, 1) ** 2
        for i, f in enumerate(chords[k % 4]):
            for side in (0, 1):
                wave = np.sin(2 * np.pi * (f + (0.35 if side else -0.35)) * t + i)
                wave += 0.25 * np.sin(4 * np.pi * f * t + i + side)
                out[:, side] += wave * swell * (0.75 + 0.25 * np.sin(2 * np.pi * 0.11 * t + i + side))
    fade = np.clip(np.minimum(t / 1.5, (seconds - t) / 2.0), 0, 1)[:, None]
    out = out * fade / np.sqrt((out**2).mean())
    return np.asarray(out * level, dtype=np.float32)


def mixed(seconds: float, lines: list[tuple[float, F32]], pad_level: float, seed: int) -> F32:
    """The two-channel sound of a film: lines at their times over room tone and, if wanted, a pad."""
    n = round(seconds * RATE)
    out = np.stack([room(seconds + 0.1, seed)[:n], room(seconds + 0.1, seed + 1)[:n]], axis=1)
    if pad_level:
        out += pad(seconds + 0.1, pad_level)[:n]
    for at, sound in lines:
        i = round(at * RATE)
        out[i : i + len(sound)] += sound[: n - i, None]
    return np.asarray(np.clip(out, -1, 1), dtype=np.float32)
