"""A child program that ingests and kills itself with SIGKILL at the n-th dangerous moment; without n it counts them.

Dangerous moments: an ffmpeg just started, before and after a file gets its name, before and after a record is put.
Given a moment of the first clip (ms) it divides that clip there instead, with the change of records as one more.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cliplib.config import Settings
from cliplib.engines.facts import FactsVision
from cliplib.engines.silent import NoSpeech
from cliplib.library import Filter, Library
from cliplib.media.ffmpeg import Ffmpeg, locate
from cliplib.vocabulary import shipped
from ingest.edit import split_clip
from ingest.pipeline import FootageOutcome, Job, ingest


class Moments:
    """Counts moments and dies at the chosen one."""

    def __init__(self, fatal: int) -> None:
        self.count = 0
        self._fatal = fatal
        self._lock = threading.Lock()

    def pass_one(self, delay: float = 0.0) -> None:
        """One moment; with a delay death comes that much later, in the middle of what is begun now."""
        with self._lock:
            self.count += 1
            if self.count != self._fatal:
                return
        if not delay:
            os.kill(os.getpid(), signal.SIGKILL)
        threading.Timer(delay, os.kill, (os.getpid(), signal.SIGKILL)).start()

    def around(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same function with a moment before and one after."""

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self.pass_one()
            result = work(*args, **kwargs)
            self.pass_one()
            return result

        return wrapped

    def during(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same function with a moment shortly after it has begun."""

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            self.pass_one(delay=0.03)
            return work(*args, **kwargs)

        return wrapped


class Nobody:
    """Watches nothing."""

    def found(self, paths: Sequence[Path]) -> None:
        """Ignored."""

    def progress(self, path: Path, step: str, share: float) -> None:
        """Ignored."""

    def finished(self, outcome: FootageOutcome) -> None:
        """Ignored."""


def main(folder: str, video: str, fatal: int, at: int = 0) -> None:
    """Ingest with the facts engine, one clip at a time, so that moments come in the same order in every run."""
    moments = Moments(fatal)
    patched: Any = Path
    patched.replace = moments.around(Path.replace)
    library_class: Any = Library
    library_class.put = moments.around(Library.put)
    library_class.replace = moments.around(Library.replace)
    ffmpeg_class: Any = Ffmpeg
    ffmpeg_class.make = moments.during(Ffmpeg.make)
    words = shipped()
    with Library.open(Path(folder), write=True) as library:
        settings = Settings(concurrency=1)
        job = Job(library, locate(), NoSpeech(), FactsVision(words), settings, words, "brand")
        if at:
            split_clip(library.find(Filter())[0], [at], job, "Li")
        else:
            ingest([Path(video)], job, Nobody())
    print(moments.count)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
