"""The one look at a file: its pictures are scanned and its sound taken in the same pass, and the scan is kept."""

from dataclasses import dataclass
from pathlib import Path

from cliplib.media.audio import Sound, SoundWanted, mixed, read_sound
from cliplib.records import MIN_CLIP_MS, Footage, Probe
from ingest.job import Job, TooShort
from ingest.keep import written
from ingest.reading import read_rough
from ingest.shots import Report, Scan, scan_of

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
    scan = Scan.load(kept, job.settings.shots)
    if scan is not None:
        report(1.0)
        return Looked(scan, read_sound(job.ffmpeg, path, SoundWanted(_lasting(footage.probe, scan), raw)))
    pictures = read_rough(job.ffmpeg, path, threads=0, sound=SoundWanted(footage.probe, raw))
    scan = scan_of(pictures, path, footage.probe, job.settings.shots, report)
    if scan.length < MIN_CLIP_MS:
        raise TooShort(f"{path} lasts {scan.length} ms")
    with written(kept) as temporary:
        scan.save(temporary)
    report(1.0)
    return Looked(scan, mixed(SoundWanted(_lasting(footage.probe, scan), raw)))


def _lasting(probe: Probe, scan: Scan) -> Probe:
    """What a file holds, as long as its pictures last by the scan."""
    return probe.model_copy(update={"length": scan.length})
