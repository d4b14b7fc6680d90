"""The library's media folder after a run that was killed; `written` is what makes every file of it appear whole."""

from pathlib import Path

from cliplib.media.keep import TEMPORARY, written

__all__ = ["sweep", "written"]


def sweep(media: Path) -> None:
    """Remove what an ingest that was killed left half written, and folders that are empty."""
    for temporary in media.glob(f"*/{TEMPORARY}*"):
        temporary.unlink(missing_ok=True)
    for folder in media.glob("[cf]_*/"):
        if not any(folder.iterdir()):
            folder.rmdir()
