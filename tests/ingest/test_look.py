"""The one look at a file: pictures and sound in one pass, and pictures alone where the sound cannot be had."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cliplib.errors import MediaError
from ingest import look as module
from ingest.look import look, readable
from ingest.reading import Rough, read_rough
from tests.conftest import MakeVideo
from tests.ingest.conftest import MakeJob

ID = "f_0123456789abcdef"


@pytest.mark.parametrize("broken", [False, True])
def test_sound_that_fails_beside_the_pictures_is_read_by_itself(
    tmp_path: Path, make_video: MakeVideo, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch, broken: bool
) -> None:
    passes: list[bool] = []

    def watched(*parts: Any, sound: Any = None, **rest: Any) -> Iterator[Rough]:
        passes.append(sound is not None)
        if broken and sound is not None:
            sound.raw.write_bytes(b"half of it")
            raise MediaError("the sound breaks the pass")
        yield from read_rough(*parts, sound=sound, **rest)

    monkeypatch.setattr(module, "read_rough", watched)
    job = make_job()
    file = readable(make_video(tmp_path / "v.mp4", (2.0,)), ID, job)
    seen = look(file, ID, job, tmp_path, lambda _: None)
    assert passes == [True]
    assert len(seen.scan.times) == 50 and seen.sound.decoded == pytest.approx(2000, abs=50)
    assert np.abs(seen.sound.samples).max() > 1000
    again = look(file, ID, job, tmp_path, lambda _: None)
    assert passes == [True] and np.array_equal(again.scan.times, seen.scan.times), "the scan is kept"
