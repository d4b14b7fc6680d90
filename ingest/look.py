"""The one look at a file: its pictures are scanned and its sound taken in the same pass, and the scan is kept."""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from cliplib.errors import MediaError, TooShort, UnsteadyClock
from cliplib.media.audio import Sound, SoundWanted, read_sound
from cliplib.media.fields import is_combed
from cliplib.media.probe import millis, probe
from cliplib.media.steady import STEADY_NAME, steady_shifts, write_steady
from cliplib.records import MIN_CLIP_MS, Probe
from ingest.holes import holes_in, stretches, told
from ingest.job import Job
from ingest.keep import written
from ingest.reading import read_rough
from ingest.shots import Figures, Report, Scan, scan, scan_of
from ingest.skim import skim

SCAN_NAME = "scan.npz"


@dataclass(frozen=True, slots=True)
class Readable:
    """What to read footage from, what it holds, and a note where that is not the file itself."""

    path: Path
    probe: Probe
    note: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at a file brought, and what an editor should know of it; `probe` is true to the pictures."""

    scan: Scan
    sound: Sound
    probe: Probe
    notes: tuple[str, ...] = ()


def readable(path: Path, id: str, job: Job) -> Readable:
    """How the footage of this id is to be read.

    Raises:
        SourceMissing, NotMedia: nothing there, or no footage.
        Damaged: no picture can be decoded.
        UnsteadyClock: its pictures have no time stamps at all.
    """
    found = _steady(path, id, job)
    if found.probe.interlaced and not is_combed(job.ffmpeg, found.path):
        return replace(found, probe=found.probe.model_copy(update={"interlaced": False}))
    return found


def look(file: Readable, id: str, job: Job, scratch: Path, report: Report) -> Looked:
    """The pictures and the sound of footage, from one decode; of what an earlier run has scanned, only the sound.

    Args:
        file: how to read it.
        id: of the footage.
        job: the library, ffmpeg and settings.
        scratch: a folder in which the sound lies as long as it is needed.
        report: told the share that is done.

    Raises:
        TooShort, Damaged, HeldPicture: there is less picture than a clip needs.
        NotMedia, MediaError, Stalled: it cannot be decoded.
    """
    raw = scratch / "sound.raw"
    scan = pictures(file, id, job, report, raw)
    # Two decoders may differ on the first picture; sound is put where the pictures of the clips begin.
    true = file.probe.model_copy(update={"length": scan.length, "start": millis(scan.start)})
    if true.start != file.probe.start:
        raw.unlink(missing_ok=True)
    sound = read_sound(job.ffmpeg, file.path, SoundWanted(true, raw))
    skimmed = scan.note if job.settings.scan == "skim" else ""
    return Looked(scan, sound, true, (told(holes_in(scan)), file.note, skimmed, sound.note))


def pictures(file: Readable, id: str, job: Job, report: Report, raw: Path | None = None) -> Scan:
    """The scan of an earlier run, or a new one, which is kept; that of all pictures may bring the sound to `raw`."""
    kept = job.library.media / id / SCAN_NAME
    scan = Scan.load(kept, job.settings.shots, job.settings.scan)
    if scan is None:
        scan = _scanned(file, SoundWanted(file.probe, raw) if raw else None, job, report)
        if scan.length < MIN_CLIP_MS:
            raise TooShort(f"{file.path} lasts {scan.length} ms")
        if not stretches(scan):
            holes = holes_in(scan)
            raise holes[0].why(f"{file.path}: no clip can be made: {told(holes)}")
        with written(kept) as temporary:
            scan.save(temporary)
    report(1.0)
    return scan


def _steady(path: Path, id: str, job: Job) -> Readable:
    """The file, or a copy of it whose clock is steady."""
    try:
        return Readable(path, probe(path))
    except UnsteadyClock:
        shifts = steady_shifts(path)
    again = f"its clock starts again {len(shifts) - 1} times; here it runs on"
    note = again if len(shifts) > 1 else "its first pictures have no time stamps and are left out"
    steady = job.library.media / id / STEADY_NAME
    if not steady.is_file():
        with written(steady) as temporary:
            write_steady(path, shifts, temporary)
    return Readable(steady, probe(steady), note)


def _scanned(file: Readable, sound: SoundWanted | None, job: Job, report: Report) -> Scan:
    """A new scan; one of all pictures brings the sound along, unless the decoder had something to complain of."""
    finder, note = job.settings.shots, ""
    if job.settings.scan == "skim":
        try:
            if finder != "own":
                raise MediaError(f"{finder} looks at all of them")
            return skimmed_scan(file.path, file.probe, report)
        except MediaError as error:
            note = f"all pictures were decoded, because {error.message}"
    if sound:
        with suppress(MediaError):  # sound that cannot be had must not take the pictures with it
            complaints: list[str] = []
            rough = read_rough(job.ffmpeg, file.path, threads=0, sound=sound, complain=complaints.append)
            seen = scan_of(rough, file.path, file.probe, finder, report)
            if not complaints:
                return replace(seen, note=note)
        sound.raw.unlink(missing_ok=True)
    return replace(scan(job.ffmpeg, file.path, file.probe, finder, report), note=note)


def skimmed_scan(path: Path, probe: Probe, report: Report) -> Scan:
    """A scan from a part of the pictures; its note says how much it knows.

    Raises:
        MediaError: the file does not allow it.
    """
    figures = Figures()
    seen = skim(path, lambda run: figures.take(run, apart=True), report)
    unseen = f", {seen.unseen} of {len(seen.found)} shot changes judged by packet sizes" if seen.unseen else ""
    note = f"skimmed: {seen.share:.0%} of the pictures decoded{unseen}; gradual changes may be missed"
    return replace(figures.over(seen.packets).scan(seen.found, path, probe, "own"), mode="skim", note=note)
