"""The one ffmpeg: found once, checked, and called with safe inputs. Argument lists are built with ffmpeg-python."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import ffmpeg

from cliplib.errors import DiskFull, MediaError, MissingTool
from cliplib.media.run import STALL_SECONDS, Finished, run

NEEDED_FILTERS = (
    "scale", "crop", "pad", "setsar", "fps", "setpts", "ass", "format", "concat", "trim", "atrim", "asetpts", "afade",
    "apad", "aresample", "aformat", "volume", "adelay", "amix", "loudnorm", "ebur128", "blackdetect", "freezedetect",
    "silencedetect", "anullsrc", "zscale", "tonemap", "select", "bwdif", "idet",
)  # fmt: skip
NEEDED_ENCODERS = ("libx264", "aac", "mjpeg")
OLDEST = (5, 1)  # the first with -fps_mode

# Only containers of real media: no playlists, no lists of files, nothing that makes ffmpeg open a second file.
DEMUXERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,mxf,ogg,gif,h264,hevc,mp3,wav,flac,aac,image2,"
    "png_pipe,jpeg_pipe,ass,srt,webvtt,s16le,f32le,lavfi"
)


@dataclass(frozen=True)
class Ffmpeg:
    """A resolved ffmpeg program: where it is, where it was found, and its version."""

    path: Path
    origin: str
    version: str

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """Names of needed filters and encoders that this build lacks."""
        filters = set(
            re.findall(r"^ [A-Z.|]{2,3} (\w+) ", run([str(self.path), "-hide_banner", "-filters"]).stdout, re.MULTILINE)
        )
        encoders = set(
            re.findall(r"^ [A-Z.]{6} (\w+)", run([str(self.path), "-hide_banner", "-encoders"]).stdout, re.MULTILINE)
        )
        return tuple(f for f in NEEDED_FILTERS if f not in filters) + tuple(
            e for e in NEEDED_ENCODERS if e not in encoders
        )

    def make(
        self,
        stream: Any,
        *,
        cwd: Path | None = None,
        on_time: Callable[[int], None] | None = None,
        stall_seconds: float = STALL_SECONDS,
        tolerant: bool = False,
    ) -> Finished:
        """Run a graph built with ffmpeg-python to its end; decode errors are failures unless it is `tolerant`.

        Args:
            stream: what `ffmpeg.output(...)` returned; its inputs come from `source`.
            cwd: folder to run in; lets filters name files without a path that needs escaping.
            on_time: called with the milliseconds written so far.
            stall_seconds: end the program after so long without progress.
            tolerant: what cannot be decoded is left out, or patched up by the decoder; the caller checks the result.

        Raises:
            MediaError: it failed; the message holds the last lines it wrote.
        """
        argv = [
            str(self.path),
            "-nostdin",
            "-hide_banner",
            "-v",
            "error",
            *(("-max_error_rate", "1") if tolerant else ("-xerror",)),
            "-progress",
            "pipe:1",
            "-stats_period",
            "0.5",
        ]
        argv += ffmpeg.get_args(stream.overwrite_output())

        def on_line(line: str) -> None:
            key, _, value = line.partition("=")
            if on_time is not None and key == "out_time_us" and value.lstrip("-").isdigit():
                on_time(max(0, int(value) // 1000))

        done = run(argv, cwd=cwd, on_line=on_line, stall_seconds=stall_seconds)
        if done.returncode != 0:
            raise failure(done)
        return done


def source(path: Path, **options: Any) -> Any:
    """A file as an ffmpeg-python input that cannot lead elsewhere: `file:` prefix, allowed demuxers and protocols."""
    return ffmpeg.input(f"file:{path}", protocol_whitelist="file,pipe", format_whitelist=DEMUXERS, **options)


def own_list(path: Path) -> Any:
    """A list of files to be joined, written by cliplib itself; never one that came from outside.

    The list names files beside or below it by plain relative names; `safe` refuses anything else.
    """
    return ffmpeg.input(f"file:{path}", format="concat", safe=1, protocol_whitelist="file")


def failure(done: Finished) -> MediaError:
    """The error for an ffmpeg that ended badly."""
    said = done.last_lines()
    if "No space left on device" in said:
        return DiskFull(f"ffmpeg: {said}")
    return MediaError(f"ffmpeg ended with {done.returncode}: {said or 'it said nothing'}")


def locate(configured: str = "") -> Ffmpeg:
    """The ffmpeg to use: the configured path, else the system's, else the one inside the imageio-ffmpeg package.

    Raises:
        MissingTool: none is there, or the one found is too old.
    """
    path, origin = _candidate(configured)
    said = run([str(path), "-hide_banner", "-version"]).stdout
    found = re.search(r"ffmpeg version (\S+)", said)
    if found is None:
        raise MissingTool(
            f"{path} ({origin}) does not answer as ffmpeg", "Set `ffmpeg` in the settings to the right program."
        )
    number = re.match(r"n?(\d+)\.(\d+)", found[1])
    if number and (int(number[1]), int(number[2])) < OLDEST:
        raise MissingTool(
            f"ffmpeg {found[1]} at {path} is older than {OLDEST[0]}.{OLDEST[1]}", "Install a newer ffmpeg."
        )
    return Ffmpeg(path, origin, found[1])


def _candidate(configured: str) -> tuple[Path, str]:
    if configured:
        return Path(configured).expanduser(), "setting"
    if system := shutil.which("ffmpeg"):
        return Path(system), "system"
    try:
        import imageio_ffmpeg  # carries a binary of about 70 MB; asked only when there is no other

        return Path(imageio_ffmpeg.get_ffmpeg_exe()), "imageio-ffmpeg"
    except (ImportError, RuntimeError) as error:
        raise MissingTool("there is no ffmpeg", "Install ffmpeg, or the package imageio-ffmpeg.") from error
