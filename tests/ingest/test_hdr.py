"""HDR footage in SDR clips: the same scene in SDR, PQ and HLG looks alike."""

from pathlib import Path
from typing import Any

import ffmpeg as graph
import numpy as np
import pytest
from numpy.typing import NDArray

from cliplib.library import Library
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.media.frames import grab, image_of
from cliplib.media.probe import probe
from ingest.pipeline import ingest
from tests.ingest.conftest import MakeJob, Watch

WHITE = 203
"""Brightness in cd/m2 of white paper in HDR pictures (ITU-R BT.2408)."""

DARKEST = 0.7
"""Share of the mean level that may be left: tone mapping keeps room for what is brighter than white."""


def scene() -> Any:
    pictures = graph.input("testsrc2=s=320x180:r=25", f="lavfi", t=1.2).filter("scale", out_color_matrix="bt709")
    return pictures.filter("format", "yuv420p").filter(
        "setparams", color_primaries="bt709", color_trc="bt709", colorspace="bt709", range="tv"
    )


def filmed_in(transfer: str, ffmpeg: Ffmpeg, path: Path) -> Path:
    """The scene with white at 203 cd/m2, in 10 bits of BT.2020."""
    light = scene().filter("zscale", t="linear", npl=WHITE).filter("format", "gbrpf32le")
    pictures = light.filter("zscale", p="bt2020", t=transfer, m="bt2020nc", r="tv", npl=WHITE)
    tags = {"color_primaries": "bt2020", "color_trc": transfer, "colorspace": "bt2020nc"}
    quiet = {"x265-params": "log-level=error", "preset": "ultrafast", "crf": 5}
    stream = graph.output(pictures.filter("format", "yuv420p10le"), str(path), vcodec="libx265", **quiet, **tags)
    ffmpeg.make(stream)
    return path


def levels(path: Path) -> NDArray[np.float64]:
    return image_of(grab(path, [100], 320).jpegs[0]).astype(np.float64)


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
def test_an_hdr_scene_keeps_its_colours_and_loses_no_light(
    transfer: str, tmp_path: Path, library: Library, make_job: MakeJob, ffmpeg: Ffmpeg
) -> None:
    footage = filmed_in(transfer, ffmpeg, tmp_path / "hdr.mp4")
    assert probe(footage).transfer == transfer
    ffmpeg.make(graph.output(scene(), str(tmp_path / "sdr.mp4"), vcodec="libx264", crf=5))
    ingest([footage], make_job(), Watch())
    record = library.records()[0]
    clip = library.media / record.id / "clip.mp4"
    assert probe(clip).transfer != transfer
    found, wanted = levels(clip), levels(tmp_path / "sdr.mp4")
    assert DARKEST <= found.mean() / wanted.mean() <= 1.05
    assert np.corrcoef(found.ravel(), wanted.ravel())[0, 1] >= 0.95
    assert np.ptp(found.mean((0, 1)) / wanted.mean((0, 1))) <= 0.05, "no cast"
    assert record.facts.flaw is None
