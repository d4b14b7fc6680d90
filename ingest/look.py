"""The one look at a file: its pictures are scanned and its sound taken in the same pass, and the scan is kept."""

from dataclasses import dataclass, replace
from pathlib import Path

from cliplib.errors import MediaError
from cliplib.media.audio import Sound, SoundWanted, mixed, read_sound
from cliplib.records import MIN_CLIP_MS, Footage, Probe
from ingest.job import Job, TooShort
from ingest.keep import written
from ingest.reading import read_rough
from ingest.shots import Figures, Report, Scan, scan_of
from ingest.skim import skim

SCAN_NAME = "scan.npz"


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at a file brought, and what an editor should know of it."""

    scan: Scan
    sound: Sound
    notes: tuple[str, ...] = ()


def look(path: Path, footage: Footage, job: Job, scratch: Path, report: Report) -> Looked:
    """The pictures and the sound of a file, from one decode; of what an earlier run has scanned, only the sound.

    Args:
        path: the file.
        footage: its id and what it holds.
        job: the library, ffmpeg and settings.
        scratch: a folder in which the sound lies as long as it is needed.
        report: told the share that is done.

    Raises:
        TooShort: there is less picture than a clip needs.
        NotMedia, MediaError, Stalled: it cannot be decoded.
    """
    kept = job.library.media / footage.id / SCAN_NAME
    raw = scratch / "sound.raw"
    scan = Scan.load(kept, job.settings.shots, job.settings.scan)
    if scan is None:
        scan = _scanned(path, SoundWanted(footage.probe, raw), job, report)
        if scan.length < MIN_CLIP_MS:
            raise TooShort(f"{path} lasts {scan.length} ms")
        with written(kept) as temporary:
            scan.save(temporary)
    report(1.0)
    sound = SoundWanted(footage.probe.model_copy(update={"length": scan.length}), raw)
    notes = (scan.note,) if job.settings.scan == "skim" else ()
    return Looked(scan, mixed(sound) if raw.exists() else read_sound(job.ffmpeg, path, sound), notes)


def _scanned(path: Path, sound: SoundWanted, job: Job, report: Report) -> Scan:
    """A new scan; one of all pictures brings the sound along."""
    finder, note = job.settings.shots, ""
    if job.settings.scan == "skim":
        try:
            if finder != "own":
                raise MediaError(f"{finder} looks at all of them")
            return skimmed_scan(path, sound.probe, report)
        except MediaError as error:
            note = f"all pictures were decoded, because {error.message}"
    pictures = read_rough(job.ffmpeg, path, threads=0, sound=sound)
    return replace(scan_of(pictures, path, sound.probe, finder, report), note=note)


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
