"""Picture and sound of a clip belong together: each flash and its beep are found at the same moment of the clip."""

import itertools
import wave
from pathlib import Path
from typing import Any

import av
import ffmpeg as graph
import numpy as np
import pytest

from cliplib.library import Library
from cliplib.media.ffmpeg import Ffmpeg
from ingest.pipeline import ingest
from tests.ingest.conftest import MakeJob, Watch

FRAME = 0.04
EVENTS = (1.0, 2.4, 4.2, 7.0, 9.6, 11.0)
LENGTH = 12.0


def beeping(ffmpeg: Ffmpeg, path: Path, *, sound_from: float = 0, picture_from: float = 0, **options: Any) -> Path:
    """A grey film that is white for one picture at each event, with a beep that begins with it."""
    white = "+".join(f"between(T,{at - 0.001},{at + FRAME - 0.001})" for at in EVENTS)
    heard = "+".join(f"between(t,{at},{at + 0.1})" for at in EVENTS)
    picture = graph.input(f"color=gray:s=64x64:r=25:d={LENGTH}", f="lavfi").filter("geq", lum=f"60+170*({white})")
    sound = graph.input(f"aevalsrc='0.5*sin(2*PI*1000*t)*({heard})':s=48000:d={LENGTH}", f="lavfi")
    streams = [picture.filter("trim", start=picture_from), sound.filter("atrim", start=sound_from)]
    usual = {"vcodec": "libx264", "pix_fmt": "yuv420p", "g": 30, "acodec": "aac"}
    ffmpeg.make(graph.output(*streams, str(path), **{**usual, **options}))
    return path


def flashes(clip: Path) -> list[float]:
    with av.open(str(clip)) as container:
        lit = [(frame.time or 0.0, frame.to_ndarray(format="gray").mean() > 150) for frame in container.decode(video=0)]
    return [time for (time, now), (_, before) in zip(lit[1:], lit, strict=False) if now and not before]


def beeps(voice: Path) -> list[float]:
    with wave.open(str(voice)) as file:
        samples = np.abs(np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32))
    loud = np.flatnonzero(samples > 3000) / 16_000
    return [float(at) for at, before in zip(loud, [-1.0, *loud[:-1]], strict=True) if at - before > 0.2]


CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "plain": ("mp4", {}),
    "the sound begins late": ("mp4", {"sound_from": 0.75}),
    "the sound begins late, in Matroska": ("mkv", {"sound_from": 0.75}),
    "the picture begins late": ("mp4", {"picture_from": 0.84}),
    "a clock that begins at 10 s": ("ts", {"output_ts_offset": 10}),
    "AVI": ("avi", {"bf": 0, "acodec": "mp3"}),
    "Flash": ("flv", {"ar": 44_100}),
}


@pytest.mark.parametrize("case", CASES)
def test_each_beep_is_heard_with_its_flash(
    tmp_path: Path, library: Library, make_job: MakeJob, ffmpeg: Ffmpeg, case: str
) -> None:
    suffix, options = CASES[case]
    path = beeping(ffmpeg, tmp_path / f"v.{suffix}", **options)
    outcome = ingest([path], make_job(), Watch()).footage[0]
    assert outcome.status == "kept", outcome
    found = 0
    for id in outcome.clips:
        seen, heard = flashes(library.media / id / "clip.mp4"), beeps(library.media / id / "voice.wav")
        assert len(seen) == len(heard), (seen, heard)
        assert all(abs(a - b) <= FRAME for a, b in zip(seen, heard, strict=True)), (seen, heard)
        found += len(seen)
    assert found == len(EVENTS)
    spans = [library.get(id).span for id in outcome.clips]
    assert all(one.end == other.start for one, other in itertools.pairwise(spans))
