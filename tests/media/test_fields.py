"""Pictures that are marked as interlaced are believed only where they look so, or cannot tell."""

from pathlib import Path

import ffmpeg as graph
import pytest

from cliplib.media.ffmpeg import Ffmpeg
from cliplib.media.fields import is_combed
from cliplib.media.probe import probe

MOVING = "nullsrc=s=160x96:r=50,geq=lum='128+60*sin((X+2*N)/23)+50*sin((Y+N)/17)':cb=128:cr=128"
WEAVE = ("tinterlace", "interleave_top")


def made(ffmpeg: Ffmpeg, path: Path, name: str, *filters: tuple[str, str]) -> Path:
    picture = graph.input(name, f="lavfi", t=1.2)
    for filter_, argument in (*filters, ("setfield", "tff")):
        picture = picture.filter(filter_, argument)
    flags = {"flags": "+ilme+ildct", "x264-params": "tff=1"}
    ffmpeg.make(graph.output(picture, str(path), vcodec="libx264", crf=4, threads=1, pix_fmt="yuv420p", **flags))
    return path


@pytest.mark.parametrize(
    ("name", "filters", "combed"),
    [
        (MOVING, (WEAVE,), True),
        (MOVING, (("fps", "25"),), False),
        ("color=gray:s=160x96:r=50", (WEAVE,), True),
    ],
)
def test_marked_pictures_are_looked_at(
    tmp_path: Path, ffmpeg: Ffmpeg, name: str, filters: tuple[tuple[str, str], ...], combed: bool
) -> None:
    """Woven fields; whole pictures that are only marked; a still, which may go on to move."""
    path = made(ffmpeg, tmp_path / "v.mp4", name, *filters)
    assert probe(path).interlaced and is_combed(ffmpeg, path) == combed
