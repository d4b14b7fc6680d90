"""Footage whose pictures carry their number, in the forms that put cutters one picture off; and how to read it back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import cv2
import ffmpeg as graph
import numpy as np

from cliplib.media.ffmpeg import Ffmpeg, source

BITS = 10
WIDTH, HEIGHT = 320, 96

Command = dict[str, Any]


def counted(ffmpeg: Ffmpeg, path: Path, pictures: int, rate: str = "25", **options: Any) -> Path:
    """A video whose pictures show their number as ten bars, over a texture that moves; `options` go to ffmpeg.

    `late` seconds pass before the first picture, `jitter` makes every third picture last twice as long.
    """
    late, jitter = options.pop("late", 0.0), options.pop("jitter", False)
    digit = f"mod(floor(N/pow(2,floor(X*{BITS}/W))),2)"
    moving = "12*sin((X+3*N)/9)*sin((Y+2*N)/7)"
    numbered = graph.input(f"color=s={WIDTH}x{HEIGHT}:r={rate}", f="lavfi").filter("trim", end_frame=pictures)
    numbered = numbered.filter("format", "gray").filter("geq", lum=f"50+150*{digit}+{moving}")
    numbered = numbered.filter("format", "yuv420p")
    if jitter:
        numbered = numbered.filter("settb", "1/90000").filter("setpts", "(N+floor(N/3))*3000")
        options |= {"enc_time_base": "1:90000"}
    numbered = numbered.filter("setpts", f"PTS+{late}/TB")
    usual: Command = {"vcodec": "libx264", "preset": "veryfast", "g": 30, "bf": 3, "fps_mode": "passthrough"}
    usual |= {"x264-params": "b-pyramid=normal:scenecut=0"}
    ffmpeg.make(graph.output(numbered, str(path), **{**usual, **options}))
    return path


def numbers_by_av(clip: Path) -> list[int]:
    """The number in every picture, as PyAV decodes them."""
    with av.open(str(clip)) as container:
        return [number_in(frame.to_ndarray(format="gray")) for frame in container.decode(video=0)]


def numbers_by_opencv(clip: Path) -> list[int]:
    """The same, as OpenCV's own reader decodes them."""
    found: list[int] = []
    reader = cv2.VideoCapture(str(clip))
    try:
        while True:
            there, image = reader.read()
            if not there:
                return found
            found.append(number_in(image[:, :, 1]))
    finally:
        reader.release()


def number_in(image: np.ndarray[Any, Any]) -> int:
    """The number that a picture shows."""
    bars = np.array_split(image, BITS, axis=1)
    return sum(int(bar[:, 6:-6].mean() > 125) << place for place, bar in enumerate(bars))


def trimmed_by_edit_list(ffmpeg: Ffmpeg, path: Path) -> Path:
    """Footage whose edit list hides its first pictures: copied from the middle of a group of pictures."""
    whole = counted(ffmpeg, path.with_name("whole.mp4"), 160)
    ffmpeg.make(graph.output(source(whole, ss=0.5).video, str(path), c="copy"))
    return path


Maker = Callable[[Ffmpeg, Path], Path]

FORMS: dict[str, Maker] = {
    "cfr25": lambda f, at: counted(f, at / "cfr.mp4", 150),
    "vfr": lambda f, at: counted(f, at / "vfr.mp4", 150, jitter=True),
    "29.97": lambda f, at: counted(f, at / "ntsc.mp4", 150, "30000/1001"),
    "59.94": lambda f, at: counted(f, at / "fast.mp4", 200, "60000/1001"),
    "b-frames": lambda f, at: counted(f, at / "b.mp4", 150, bf=7, **{"x264-params": "b-adapt=0:b-pyramid=strict"}),
    "late": lambda f, at: counted(f, at / "late.mp4", 150, late=1.5),
    "edit list": lambda f, at: trimmed_by_edit_list(f, at / "edit.mp4"),
    "matroska": lambda f, at: counted(f, at / "m.mkv", 150, "30000/1001"),
    "transport": lambda f, at: counted(f, at / "t.ts", 150),
    "open groups": lambda f, at: counted(f, at / "o.mp4", 150, **{"x264-params": "open-gop=1:scenecut=0:bframes=3"}),
    "one group": lambda f, at: counted(f, at / "g.mp4", 150, g=400),
    "all key": lambda f, at: counted(f, at / "k.mp4", 150, g=1),
}
"""Name to maker; each has at least 147 pictures."""
