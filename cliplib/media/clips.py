"""The picture of a clip out of its footage, exact to the frame: copied where that can be proven, else encoded."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ffmpeg as graph

from cliplib.config import ClipWay
from cliplib.errors import MediaError, SourceChanged
from cliplib.media import smart
from cliplib.media.ffmpeg import Ffmpeg, source
from cliplib.media.frames import grab, jpeg_of
from cliplib.media.keep import written
from cliplib.media.packets import Original, is_upright, pictures
from cliplib.media.probe import decoded, opened, picture_track, probe
from cliplib.media.steady import STEADY_NAME
from cliplib.media.tones import HDR_TRANSFERS, to_sdr
from cliplib.records import Footage, Probe
from cliplib.values import Span

SEEK_MARGIN = 1.0
"""Seconds before a clip where reading begins, at least."""

FIRST_MARGIN = 0.001

LENGTH_TOLERANCE_MS = 500
"""By so much the length of footage may differ from the one that was measured when it was ingested."""

FINEST_TICK = 90_000
"""Ticks per second that the clip's time stamps have at least."""

ENCODED = "encoded: "
"""Begins the comment inside a clip that was to be copied but is encoded; the reason follows."""


VIDEO = "clip.mp4"
"""Name of a clip's video in its folder."""

LONGEST_SIDE = 768
"""Pixels on the longer side of a sample picture, at most."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of footage, and the numbers of its pictures that are wanted as JPEG, ascending."""

    original: Original
    span: Span
    samples: tuple[int, ...] = ()
    looks_right: Callable[[Mapping[int, bytes]], bool] = lambda _: True
    """Whether sample pictures, by number, are those of the footage: a decoder entered midway may make them up."""


def wanted(ffmpeg: Ffmpeg, footage: Footage, span: Span, target: Path, way: ClipWay) -> Path:
    """The video of a clip: the file that is there, else made from its footage.

    Args:
        ffmpeg: the program.
        footage: what it is cut from.
        span: the clip's.
        target: where its video lies or shall lie.
        way: how it is made; a virtual clip that is wanted after all is copied where it can be.

    Raises:
        SourceMissing, SourceChanged: the footage is not where the library knows it, or has another length.
        MediaError, DiskFull: see `encode`.
    """
    if target.is_file():
        return target
    # A copy with a steady clock lies beside the footage's scan where the file's own clock is none.
    steady = target.parent.with_name(footage.id) / STEADY_NAME
    path = steady if steady.is_file() else Path(footage.path)
    found = probe(path).model_copy(update={"interlaced": footage.probe.interlaced})
    if abs(found.length - footage.probe.length) > LENGTH_TOLERANCE_MS:
        now, then = (f"{said.length / 1000:.1f} s" for said in (found, footage.probe))
        raise SourceChanged(f"{footage.path} lasts {now}, {then} when it was ingested")
    with written(target) as temporary:
        WAYS[way](ffmpeg, Piece(Original.of(path, found), span), temporary)
    return target


def copy_or_encode(ffmpeg: Ffmpeg, piece: Piece, target: Path) -> dict[int, bytes]:
    """Copy what can be copied and proven, see `smart`; encode the whole span where nothing can, and say so in the file.

    Returns, raises: as `encode`.
    """
    try:
        plan = smart.plan(piece.original, piece.span)
        return smart.copy(piece.original, plan, target, piece.samples, LONGEST_SIDE)
    except MediaError as error:
        why = error.message if isinstance(error, smart.CannotCopy) else "cannot be read picture by picture"
        return encode(ffmpeg, piece, target, why)


def encode(ffmpeg: Ffmpeg, piece: Piece, target: Path, why: str = "") -> dict[int, bytes]:
    """Encode a span and count its pictures; from the file's beginning if the container cannot be entered midway.

    Args:
        ffmpeg: the program.
        piece: what to cut out.
        target: the MP4 to write.
        why: what kept it from being copied; stays in the file as its comment.

    Returns:
        The wanted pictures as JPEG by number.

    Raises:
        MediaError: the footage cannot be decoded there, or the result does not have every picture of the span.
        DiskFull: no space left.
    """
    options = _encoding(piece.original.probe, why)
    if seek_point(piece.original, piece.span) is not None:
        with suppress(MediaError):
            taken = _encode_once(ffmpeg, piece, target, options, seek=True)
            if piece.looks_right(taken):
                return taken
    return _encode_once(ffmpeg, piece, target, options, seek=False)


def _encode_once(
    ffmpeg: Ffmpeg, piece: Piece, target: Path, options: dict[str, Any], *, seek: bool
) -> dict[int, bytes]:
    output = graph.output(_shown(piece, seek=seek), str(target), **options)
    ffmpeg.make(output, tolerant=piece.original.damaged)
    at = [_inside(piece, number) for number in piece.samples]
    grabbed = grab(target, at, LONGEST_SIDE)
    wanted = len(piece.original.numbers(piece.span))
    if grabbed.count != wanted:
        span = piece.span
        raise MediaError(
            f"{piece.original.path}: {span.start}-{span.end} ms has {wanted} pictures, {grabbed.count} were cut"
        )
    return dict(zip(piece.samples, grabbed.jpegs, strict=True))


WAYS: dict[ClipWay, Callable[[Ffmpeg, Piece, Path], dict[int, bytes]]] = {
    "smart": copy_or_encode,
    "encode": encode,
    "virtual": copy_or_encode,
}
"""What makes the video of a clip when there is to be one."""


def sample(ffmpeg: Ffmpeg, piece: Piece) -> dict[int, bytes]:
    """The wanted pictures as JPEG by number, straight from the footage.

    Raises:
        MediaError: one cannot be decoded.
    """
    said = piece.original.probe
    if said.rotation or said.interlaced or said.transfer in HDR_TRANSFERS:
        return _sampled(ffmpeg, piece, seek=True)
    taken: dict[int, bytes] = {}
    try:
        for number, frame in pictures(piece.original, piece.samples):
            if not is_upright(frame, said):
                return _sampled(ffmpeg, piece, seek=True)
            taken[number] = jpeg_of(frame, LONGEST_SIDE)
    except MediaError:
        return _sampled(ffmpeg, piece, seek=False)
    return taken if piece.looks_right(taken) else _sampled(ffmpeg, piece, seek=False)


def _sampled(ffmpeg: Ffmpeg, piece: Piece, *, seek: bool) -> dict[int, bytes]:
    """The same by way of ffmpeg, which decodes all of the span and shows it as a viewer sees it."""
    first = piece.original.numbers(piece.span).start
    chosen = "+".join(f"eq(n,{number - first})" for number in piece.samples)
    with TemporaryDirectory(prefix="cliplib-") as folder:
        taken = Path(folder) / "samples.mkv"
        stream = _shown(piece, seek=seek).filter("select", chosen)
        ffmpeg.make(graph.output(stream, str(taken), vcodec="libx264", preset="ultrafast", crf=8, fps_mode="vfr"))
        with opened(taken) as container:
            frames = list(decoded(container, picture_track(container, taken)))
        jpegs = [jpeg_of(frame, LONGEST_SIDE) for frame in frames if frame is not None]
    if len(jpegs) != len(piece.samples):
        raise MediaError(f"{piece.original.path}: {len(jpegs)} of {len(piece.samples)} sample pictures were decoded")
    return dict(zip(piece.samples, jpegs, strict=True))


def small(ffmpeg: Ffmpeg, piece: Piece, target: Path, side: int) -> None:
    """Write a span as a small video, the longer side `side` pixels: for measuring where there is no clip to measure.

    Raises:
        MediaError: the footage cannot be decoded there.
    """
    shown = _shown(piece, seek=not piece.original.damaged)
    scaled = shown.filter("scale", side, side, force_original_aspect_ratio="decrease", force_divisible_by=2)
    output = graph.output(scaled, str(target), vcodec="libx264", preset="ultrafast", crf=12, fps_mode="passthrough")
    ffmpeg.make(output, tolerant=piece.original.damaged)


def made_how(clip: Path) -> str:
    """What kept a clip from being copied, in a few words; empty where nothing did or nobody tried."""
    with opened(clip) as container:
        comment = container.metadata.get("comment", "")
    return comment.removeprefix(ENCODED) if comment.startswith(ENCODED) else ""


def _inside(piece: Piece, number: int) -> int:
    """A moment of the clip at which this picture is shown, away from its edges."""
    times, length = piece.original.times, piece.original.length
    end = int(times[number + 1]) if number + 1 < len(times) else length
    return (int(times[number]) + end) // 2 - piece.span.start


def _shown(piece: Piece, *, seek: bool) -> Any:
    """The pictures of a span as a viewer sees them."""
    original = piece.original
    with opened(original.path) as container:
        track = picture_track(container, original.path).index
    entry = seek_point(original, piece.span) if seek else None
    # Time stamps stay those of the file, so that a picture is told by the same figure as in the scan.
    where = {} if entry is None else {"ss": f"{entry:.6f}", "seek_timestamp": 1, "noaccurate_seek": None}
    read = source(original.path, copyts=None, reinit_filter=0, **where)[str(track)]
    return upright(trimmed(read, original, piece.span), original.probe)


def seek_point(original: Original, span: Span) -> float | None:
    """The time stamp in seconds from which to read; None for the beginning."""
    return None if span.start < SEEK_MARGIN * 1000 else float(original.start) + span.start / 1000 - SEEK_MARGIN


def trimmed(pictures: Any, original: Original, span: Span) -> Any:
    """Exactly the pictures of a span: the borders lie halfway between two pictures, where no rounding can reach."""
    numbers = original.numbers(span)
    # A bound at the first picture too: some files have pictures without a time stamp before it.
    begin = _between(original, numbers.start) if numbers.start else float(original.start) - FIRST_MARGIN
    bounds = {"start": f"{begin:.6f}"}
    if numbers.stop < len(original.times):
        bounds["end"] = f"{_between(original, numbers.stop):.6f}"
    return pictures.filter("trim", **bounds).filter("setpts", "PTS-STARTPTS")


def _between(original: Original, number: int) -> float:
    return float(original.start) + int(original.times[number - 1] + original.times[number]) / 2000


def upright(pictures: Any, said: Probe) -> Any:
    """Pictures as a viewer sees them: square pixels, even sides, standard range. ffmpeg itself turns them upright."""
    if said.interlaced:
        # One picture for one, so that times stay; pictures that say that they are not interlaced are left as they are.
        pictures = pictures.filter("bwdif", mode="send_frame", deint="interlaced")
    if said.transfer in HDR_TRANSFERS:
        pictures = to_sdr(pictures, said.transfer)
    width, height = (max(2, side // 2 * 2) for side in (said.width, said.height))
    pictures = pictures.filter("scale", width, height, flags="bicubic", out_range="tv")
    return pictures.filter("setsar", "1").filter("format", "yuv420p")


def _encoding(said: Probe, why: str) -> dict[str, Any]:
    """Output options: H.264 with closed groups of pictures, no sound, nothing of the source's metadata."""
    ticks = -(-FINEST_TICK // said.rate.num) * said.rate.num
    return {
        "vcodec": "libx264",
        "preset": "veryfast",
        # With several threads x264 writes other bytes now and then; clips are encoded side by side instead.
        "threads": 1,
        "crf": 20,
        "pix_fmt": "yuv420p",
        "flags": "+cgop",
        "g": max(2, round(2 * said.rate.num / said.rate.den)),
        "fps_mode": "passthrough",
        "enc_time_base": f"1:{ticks}",
        "video_track_timescale": ticks,
        "color_range": "tv",
        "movflags": "+faststart",
        "fflags": "+bitexact",
        "map_metadata": -1,
        "map_chapters": -1,
        "an": None,
        "format": "mp4",
        **({"metadata": f"comment={ENCODED}{why}"} if why else {}),
    }
