"""HDR footage in SDR clips: the same scene in SDR, PQ and HLG looks alike."""

from pathlib import Path
from typing import Any

import cv2
import ffmpeg as graph
import numpy as np
import pytest
from numpy.typing import NDArray

from cliplib.library import Library
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.media.frames import grab, image_of
from cliplib.media.probe import probe
from cliplib.media.tones import WHITE, to_sdr
from ingest.pipeline import ingest
from tests.ingest.conftest import MakeJob, Watch

NITS = (10, 50, 100, WHITE, 400, 1000)
"""Brightness of the stripes of a chart, dark to light."""


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
    assert 0.95 <= found.mean() / wanted.mean() <= 1.02
    assert np.corrcoef(found.ravel(), wanted.ravel())[0, 1] >= 0.95
    assert np.ptp(found.mean((0, 1)) / wanted.mean((0, 1))) <= 0.05, "no cast"
    assert record.facts.flaw is None
    luma = (16 + cv2.cvtColor(wanted.astype(np.uint8), cv2.COLOR_BGR2GRAY).mean() * 219 / 255) / 255
    assert record.facts.brightness == pytest.approx(luma, abs=0.02), "as it looks, not as the file codes it"


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
def test_white_is_white_and_what_is_brighter_keeps_its_steps(transfer: str, tmp_path: Path, ffmpeg: Ffmpeg) -> None:
    wide = 40
    light = "+".join(f"{nits / 1000}*between(X,{k * wide},{k * wide + wide - 1})" for k, nits in enumerate(NITS))
    chart = graph.input(f"color=s={wide * len(NITS)}x64:r=25", f="lavfi", t=0.2).filter("format", "gbrpf32le")
    chart = chart.filter("geq", r=light, g=light, b=light)
    chart = chart.filter("setparams", color_primaries="bt709", color_trc="linear", colorspace="gbr", range="pc")
    chart = chart.filter("zscale", p="bt2020", t=transfer, m="bt2020nc", r="tv", npl=1000).filter(
        "format", "yuv420p10le"
    )
    shown = tmp_path / "sdr.mp4"
    ffmpeg.make(graph.output(to_sdr(chart, transfer).filter("format", "yuv420p"), str(shown), vcodec="libx264", crf=5))
    found = levels(shown)[32, wide // 2 :: wide].mean(1)
    dark, low, middle, white, bright, brightest = found.tolist()
    # By the curve of BT.709: what is darker than paper keeps its levels.
    assert [dark, low, middle] == pytest.approx([73, 142, 189], abs=3)
    assert 0.9 * 255 <= white <= 0.97 * 255
    assert white + 6 <= bright <= brightest - 2 and brightest >= 253
