"""Whether pictures that a file calls interlaced really show two moments at once; broadcasters call all theirs so."""

import re
from pathlib import Path

import ffmpeg as graph

from cliplib.media.ffmpeg import Ffmpeg, source
from cliplib.media.probe import opened, picture_track
from cliplib.media.run import run

SECONDS = 20
"""How much of the beginning is looked at."""

FEW = 0.02
"""Share of pictures that may look interlaced by chance."""

SURE = 0.5
"""Share of pictures that must look progressive: in a still picture nothing tells."""

VERDICT = r"Multi frame detection: TFF:\s*(\d+) BFF:\s*(\d+) Progressive:\s*(\d+) Undetermined:\s*(\d+)"


def is_combed(ffmpeg: Ffmpeg, path: Path) -> bool:
    """Whether pictures need deinterlacing: some show two moments, or nothing shows that none does.

    Args:
        ffmpeg: decodes the beginning once, and its filter idet compares lines.
        path: a file whose pictures are marked as interlaced.

    Raises:
        NotMedia, MediaError: it cannot be opened.
        Stalled: decoding made no progress.
    """
    with opened(path) as container:
        track = picture_track(container, path).index
    looked = graph.output(source(path, t=SECONDS)[str(track)].filter("idet"), "-", format="null")
    said = run([str(ffmpeg.path), "-nostdin", "-hide_banner", *graph.get_args(looked)]).stderr
    counts = re.findall(VERDICT, said)
    if not counts:
        return True
    top, bottom, progressive, unknown = map(int, counts[-1])
    count = max(1, top + bottom + progressive + unknown)
    return top + bottom > FEW * count or progressive < SURE * count
