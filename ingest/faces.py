"""Faces in the pictures of a clip: how many are seen at once, how near the camera is by their size, and who is seen."""

from collections.abc import Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from cliplib.engines.base import Face
from cliplib.engines.captioning import spread
from cliplib.records import ShotSize
from ingest.cut import frames_of
from ingest.draft import ClipJob, Draft

VERSION = 2

MOST_FRAMES = 4
ENOUGH_FRAMES = 2
"""Frames in which a face must be found: a lone one is often none."""

MOST_PEOPLE = 3
"""People of a clip who are told apart, those seen largest."""

SIZES: tuple[tuple[float, ShotSize], ...] = (
    (0.05, "extreme_long"),
    (0.12, "long"),
    (0.22, "medium"),
    (0.38, "medium_close"),
    (0.75, "close_up"),
    (9.0, "macro"),
)
"""Share of the picture's height below which the face of that shot stays, measured from brow to chin."""

Look = NDArray[np.float32]


def look(draft: Draft, job: ClipJob) -> Draft:
    """Look for faces in a clip that is cut and measured, and keep what tells who they are.

    Raises:
        EngineError: the engine failed.
    """
    assert draft.facts is not None, "faces come after measure"
    frames = frames_of(draft, job)
    engine = job.job.faces
    found = [engine.find(frame) for frame in spread(frames, MOST_FRAMES)]
    count, size = judged([[face.box.height for face in faces] for faces in found])
    job.job.library.keep_looks(draft.id, engine.id, people(found, engine.same) if count else [])
    facts = draft.facts.model_copy(update={"faces": count})
    return draft.model_copy(update={"facts": facts, "shot_size": size, "frames": frames})


def faces_inputs(draft: Draft, job: ClipJob) -> Sequence[str]:
    """The engine."""
    return [job.job.faces.id]


def stands(draft: Draft, job: ClipJob) -> bool:
    """Whether the size of shot is known: a record does not hold it beside that of a vision engine."""
    return draft.facts is None or not draft.facts.faces or draft.shot_size is not None


def judged(heights: Sequence[Sequence[float]]) -> tuple[int, ShotSize | None]:
    """How many faces are seen at once, and the size of shot by the nearest ones; from the heights in each frame."""
    nearest = [max(found) for found in heights if found]
    if len(nearest) < min(ENOUGH_FRAMES, len(heights)):
        return 0, None
    middle = median(nearest)
    return max(map(len, heights)), next(size for limit, size in SIZES if middle < limit)


def people(frames: Sequence[Sequence[Face]], same: float) -> list[Look]:
    """A vector of length 1 for everybody who is seen in enough frames, those seen largest first.

    Args:
        frames: the faces in each frame.
        same: product of two vectors from which they are of one person.
    """
    found: list[list[tuple[float, Look]]] = []
    for faces in frames:
        free = list(found)
        for face in sorted(faces, key=lambda face: -face.box.height):
            if face.look is None:
                continue
            own: Look = face.look
            best = max(free, key=lambda seen: float(own @ seen[-1][1]), default=None)
            if best is None or float(own @ best[-1][1]) < same:
                best = []
                found.append(best)
            else:
                free = [seen for seen in free if seen is not best]
            best.append((face.box.height, own))
    enough = min(ENOUGH_FRAMES, len(frames))
    sure = [seen for seen in found if len(seen) >= enough]
    sure.sort(key=lambda seen: -max(height for height, _ in seen))
    means = [np.mean([look for _, look in seen], axis=0) for seen in sure[:MOST_PEOPLE]]
    return [(mean / np.linalg.norm(mean)).astype(np.float32) for mean in means]
