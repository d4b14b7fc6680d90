"""Makes the sample footage from nothing: renders the scenes, speaks the lines, writes films, subtitles and truth.

python samples/recipe/make_footage.py --out samples/footage [--only brand] [--work DIR --reuse]
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import tempfile
import wave
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import imageio_ffmpeg
import numpy as np
import overlay
import post
import shots_brand
import shots_live
import shots_model
import shots_product
from numpy.typing import NDArray
from plan import FPS, Film, Shot
from render import Renderer
from voice import RATE, VOICES, mixed, speak

Half = NDArray[np.uint16]
Said = dict[str, list[tuple[float, NDArray[np.float32], str, str]]]


def films(only: str) -> list[Film]:
    """The films to make; the livestream is timed by its speech."""
    voice = VOICES["host-zh"]
    live = shots_live.film([len(speak(s, voice)) / RATE for s, _ in shots_live.SAID])
    every = [shots_brand.FILM, shots_product.FILM, shots_model.FILM, live]
    return [f for f in every if f.path.startswith(only)]


def draw_shot(renderer: Renderer, film: Film, shot: Shot, store: Path) -> None:
    """Renders all frames of a shot at half size into a file of 16-bit pictures."""
    w, h = film.size[0] // 2, film.size[1] // 2
    part = store.with_suffix(".part")
    out = np.lib.format.open_memmap(part, "w+", np.uint16, (shot.frames, h, w, 3))

    for n in range(0, shot.frames + shot.step - 1, shot.step):
        m = min(n, shot.frames - 1)
        f = shot.move(m / FPS, m / max(shot.frames - 1, 1))
        rows = shot.moving if n else (0.0, 1.0)
        raw = renderer.frame(shot.scene, (w, h), shot.light, f, shot.defines, rows)
        out[m] = post.develop(raw, shot.focus or math.dist(f.cam, f.tgt), shot.aperture, shot.exposure)
        if m - shot.step >= 0 and shot.step == 2 and m == n:
            out[m - 1] = post.between(out[m - 2], out[m])
    out.flush()
    part.rename(store)


def shown(film: Film, shot: Shot, half: Half, n: int, number: int) -> post.F32:
    """A frame of a shot at full size with its texts."""
    picture = post.enlarge(half[n], film.size, number)
    t = n / FPS
    for text in shot.texts:
        if text.at <= t < text.end:
            post.lay_over(picture, *overlay.drawing(text.kind, film.size), min(1.0, (t - text.at) / text.fade))
    return picture


def pictures(film: Film, halves: list[Half]) -> Iterator[bytes]:
    """All frames of a film in order, dissolves mixed."""
    for k, shot in enumerate(film.shots):
        following = film.shots[k + 1].dissolve if k + 1 < len(film.shots) else 0
        for n in range(shot.frames - following):
            number = film.starts[k] + n
            picture = shown(film, shot, halves[k], n, number)
            if n < shot.dissolve:
                before = film.shots[k - 1]
                other = shown(film, before, halves[k - 1], before.frames - shot.dissolve + n, number + 50000)
                share = (n + 1) / (shot.dissolve + 1)
                picture = other * (1 - share) + picture * share
            yield cv2.convertScaleAbs(picture).tobytes()


def encode(film: Film, halves: list[Half], sound: Path, target: Path) -> None:
    """Writes the film: H.264 with BT.709 tags, AAC, a keyframe every two seconds, index in front."""
    w, h = film.size
    tags = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
    argv = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{w}x{h}",
        "-r", str(FPS), "-i", "-", "-i", str(sound),
        "-vf", f"scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,{tags}",
        "-c:v", "libx264", "-preset", "medium",
        "-crf", str(film.crf), "-g", str(2 * FPS), "-keyint_min", "12", "-profile:v", "high", "-colorspace", "bt709",
        "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv", "-c:a", "aac", "-b:a", "96k",
        "-ar", str(RATE), "-movflags", "+faststart", "-map_metadata", "-1", str(target),
    ]  # fmt: skip
    with subprocess.Popen(argv, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        with ThreadPoolExecutor(1) as pool:
            waiting = None
            for data in pictures(film, halves):
                if waiting is not None:
                    waiting.result()
                waiting = pool.submit(process.stdin.write, data)
            if waiting is not None:
                waiting.result()
        process.stdin.close()
        if process.wait() != 0:
            raise RuntimeError(f"ffmpeg failed on {target}")


def spoken(film: Film) -> list[tuple[float, NDArray[np.float32], str, str]]:
    """The lines of a film: when, what is heard, the text, the language; each must lie inside its shot."""
    out = []
    for start, shot in zip(film.starts, film.shots, strict=True):
        for line in shot.lines:
            sound = speak(line.text, VOICES[film.voice])
            if line.at + len(sound) / RATE > shot.frames / FPS - 0.05:
                raise ValueError(f"{shot.name}: the line is too long: {line.at + len(sound) / RATE:.2f} s")
            out.append((start / FPS + line.at, sound, line.text, line.language))
    return out


def stamp(ms: int) -> str:
    """A time as SubRip writes it."""
    return f"{ms // 3600000:02}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02},{ms % 1000:03}"


def truth(film: Film, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """What is true of a film: cuts, dissolves, shots, lines and texts."""
    starts = list(zip(film.starts, film.shots, strict=True))
    ends = [*film.starts[1:], film.frames]
    return {
        "fps": FPS, "frames": film.frames, "size": list(film.size), "duration_ms": film.frames * 1000 // FPS,
        "cuts": [a for a, s in starts[1:] if not s.dissolve],
        "dissolves": [{"first": a, "last": a + s.dissolve - 1} for a, s in starts if s.dissolve],
        "shots": [{"name": s.name, "first": a, "last": e - 1, "about": s.about}
                  for (a, s), e in zip(starts, ends, strict=True)],
        "lines": lines,
        "texts": [{"text": x.says, "start_ms": round((a / FPS + x.at) * 1000),
                   "end_ms": round((a + min(s.frames, x.end * FPS)) / FPS * 1000)} for a, s in starts for x in s.texts],
    }  # fmt: skip


def make(film: Film, out: Path, work: Path, reuse: bool, renderer: Renderer) -> dict[str, Any]:
    """Makes one film and its subtitles; returns its truth."""
    target = out / f"{film.path}.mp4"
    target.parent.mkdir(parents=True, exist_ok=True)
    said = spoken(film)
    halves = []
    for shot in film.shots:
        store = work / f"{film.path.split('/')[0]}-{shot.name}.npy"
        if not (reuse and store.exists()):
            draw_shot(renderer, film, shot, store)
            print("drew", shot.name, flush=True)
        halves.append(np.load(store, mmap_mode="r"))
    sound = work / f"{film.path.split('/')[0]}.wav"
    level = mixed(film.frames / FPS, [(at, x) for at, x, _, _ in said], 10 ** (-43 / 20) if film.pad else 0.0, 7)
    with wave.open(str(sound), "wb") as w:
        w.setparams((2, 2, RATE, 0, "NONE", ""))
        w.writeframes((level * 32767).astype("<i2").tobytes())
    encode(film, halves, sound, target)
    lines: list[dict[str, Any]] = [{"text": text, "language": lang, "start_ms": round(at * 1000),
              "end_ms": round((at + len(x) / RATE) * 1000)} for at, x, text, lang in said]  # fmt: skip
    if film.srt:
        cues = [f"{n}\n{stamp(c['start_ms'])} --> {stamp(c['end_ms'])}\n{c['text']}\n" for n, c in enumerate(lines, 1)]
        target.with_suffix(".srt").write_text("\n".join(cues), "utf-8")
    print("made", target, f"{target.stat().st_size / 1e6:.2f} MB", flush=True)
    return truth(film, lines)


def main() -> None:
    """Reads the command line and makes the films."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the footage")
    parser.add_argument("--only", default="", help="brand, product, model or livestream")
    parser.add_argument("--work", type=Path, help="folder that keeps rendered frames")
    parser.add_argument("--reuse", action="store_true", help="use frames that --work already holds")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as tmp:
        work = args.work or Path(tmp)
        work.mkdir(parents=True, exist_ok=True)
        renderer = Renderer(overlay.cup_logo())
        notes = args.out / "truth.json"
        for film in films(args.only):
            found = make(film, args.out, work, args.reuse, renderer)
            known = json.loads(notes.read_text("utf-8")) if notes.exists() else {}
            known[f"{film.path}.mp4"] = found
            notes.write_text(json.dumps(dict(sorted(known.items())), ensure_ascii=False, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
