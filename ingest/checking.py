"""Whether sources and media are where the library knows them, and whole; and how what is wrong is put right."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Literal

import av

from cliplib.errors import CliplibError, MediaError, SourceChanged, SourceMissing
from cliplib.library import Library
from cliplib.media.clips import VIDEO
from cliplib.media.keep import TEMPORARY
from cliplib.records import ClipRecord, Footage
from ingest.cut import POSTER, VOICE, cut
from ingest.draft import ClipJob, Draft
from ingest.job import Job
from ingest.keep import scratch
from ingest.look import look, readable
from ingest.scan import find_files, fingerprint

Trouble = Literal["source missing", "source changed", "media missing", "media damaged", "stray"]

JobOf = Callable[[Footage], Job]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: what, with which footage or clip (empty for a stray file), and where it lies."""

    trouble: Trouble
    id: str
    path: Path
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _How:
    """How closely media are looked at, and whether there need be none but posters."""

    read_data: bool
    virtual: bool


@dataclass(frozen=True, slots=True)
class Mended:
    """A finding and how it ended: `error` is empty where it was put right."""

    finding: Finding
    error: str = ""


def check(library: Library, *, read_data: bool, virtual: bool = False) -> Iterator[Finding]:
    """Everything that is wrong with sources and media files.

    Args:
        library: open for reading will do; nothing is changed.
        read_data: read everything: sources are compared by their hash, clips and posters are decoded whole.
        virtual: clips need no video and no sound of their own.
    """
    for footage in library.all_footage():
        yield from _source(footage, read_data)
        for record in library.records(library.clips_of(footage.id)):
            yield from _media(record, footage, library.media / record.id, _How(read_data, virtual))
    yield from _strays(library)


def relink(library: Library, findings: Sequence[Finding], folder: Path) -> list[Mended]:
    """Look in a folder for sources that are missing or changed, by their hash, and note where they lie now."""
    lost = {f.id: f for f in findings if f.trouble in ("source missing", "source changed")}
    wanted = {library.footage(id).sha256: id for id in lost}
    found: dict[str, Path] = {}
    for path in find_files([folder]):
        if len(found) == len(wanted):
            break
        try:
            id = wanted.get(fingerprint(path, lambda _: None))
        except MediaError:
            continue  # what cannot be read is not the file that is looked for
        if id is not None:
            found[id] = path.resolve()
            library.move_footage(id, str(path.resolve()))
    error = f"no file in {folder} has the same bytes"
    return [Mended(finding, "" if id in found else error) for id, finding in lost.items()]


def repair(library: Library, findings: Sequence[Finding], job_of: JobOf) -> list[Mended]:
    """Make damaged and missing media anew from their sources, and remove strays.

    Args:
        library: open for writing.
        findings: of `check`; those about sources are passed over.
        job_of: what clips of a footage are made with.
    """
    ended = []
    for finding in findings:
        if finding.trouble == "stray":
            if finding.path.is_dir():
                shutil.rmtree(finding.path)
            else:
                finding.path.unlink(missing_ok=True)
            ended.append(Mended(finding))
    broken = {f.id: f for f in findings if f.trouble in ("media missing", "media damaged")}
    by_footage: dict[str, list[ClipRecord]] = {}
    for record in library.records(list(broken)):
        by_footage.setdefault(record.footage, []).append(record)
    for id, records in by_footage.items():
        error = ""
        try:
            _make_again(library.footage(id), records, job_of(library.footage(id)))
        except CliplibError as trouble:
            error = f"{trouble.code}: {trouble.message}"
        ended += [Mended(broken[record.id], error) for record in records]
    return ended


def _make_again(footage: Footage, records: Sequence[ClipRecord], job: Job) -> None:
    path = Path(footage.path)
    if not path.is_file():
        raise SourceMissing(f"{path} is not there")
    if fingerprint(path, lambda _: None) != footage.sha256:
        raise SourceChanged(f"{path} is not the file that was ingested")
    file = readable(path, footage.id, job)
    with scratch(job.library.media) as folder:
        seen = look(file, footage.id, job, folder, lambda _: None)
        clip_job = ClipJob(job, footage, file.path, seen.scan, seen.sound.samples, (), BoundedSemaphore(1))
        for record in records:
            cut(
                Draft(
                    id=record.id,
                    span=record.span,
                    start_edge=record.start_edge,
                    end_edge=record.end_edge,
                    transcript=record.transcript,
                ),
                clip_job,
            )


def _source(footage: Footage, read_data: bool) -> Iterator[Finding]:
    path = Path(footage.path)
    if not path.is_file():
        yield Finding("source missing", footage.id, path)
    elif read_data:
        try:
            same = fingerprint(path, lambda _: None) == footage.sha256
        except MediaError as error:
            yield Finding("source changed", footage.id, path, error.message)
        else:
            if not same:
                yield Finding("source changed", footage.id, path, "other bytes than those that were ingested")


def _media(record: ClipRecord, footage: Footage, folder: Path, how: _How) -> Iterator[Finding]:
    names = (POSTER,) if how.virtual else (VIDEO, POSTER, *((VOICE,) if footage.probe.audio else ()))
    absent = [name for name in names if not (folder / name).is_file()]
    if absent:
        yield Finding("media missing", record.id, folder, ", ".join(absent))
        return
    empty = [name for name in names if (folder / name).stat().st_size == 0]
    detail = f"{', '.join(empty)} is empty" if empty else ""
    if how.read_data and not detail:
        whole = "" if how.virtual else _unreadable(folder / VIDEO, record.span.length)
        detail = whole or _unreadable(folder / POSTER, 0)
    if detail:
        yield Finding("media damaged", record.id, folder, detail)


def _unreadable(path: Path, length: int) -> str:
    """What is wrong with a file when it is decoded whole; empty if nothing is. Its pictures must cover `length` ms."""
    try:
        with av.open(f"file:{path}") as opened:
            stream = opened.streams.video[0]
            moments = [frame.time for frame in opened.decode(stream) if frame.time is not None]
            rate = float(stream.average_rate or 25)
    except (av.FFmpegError, IndexError) as error:
        return f"{path.name} cannot be decoded: {error}"
    shown = 1000 * (max(moments) - min(moments) + 1 / rate) if moments else 0.0
    if shown + 2000 / rate < length:
        return f"{path.name} shows {shown:.0f} ms of {length} ms"
    return ""


def _strays(library: Library) -> Iterator[Finding]:
    """What lies in the media folder and belongs to nothing."""
    footage = {one.id for one in library.all_footage()}
    clips = {id for one in footage for id in library.clips_of(one)}
    for folder in sorted(library.media.glob("[cf]_*/")):
        if folder.name not in footage | clips:
            yield Finding("stray", "", folder, "belongs to no clip and no footage")
        else:
            for file in sorted(folder.glob(f"{TEMPORARY}*")):
                yield Finding("stray", "", file, "left half written")
