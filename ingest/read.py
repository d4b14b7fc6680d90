"""Text burnt into the pictures of a clip: which frames are read, and how long each text stays."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

import cv2
import numpy as np

from cliplib.engines.base import TimedFrame
from cliplib.engines.captioning import spread
from cliplib.media.frames import image_of
from cliplib.records import ScreenText
from cliplib.values import Box, Span
from cliplib.words import folded
from ingest.cut import frames_of
from ingest.draft import ClipJob, Draft
from ingest.signs import signs

VERSION = 1

FEWEST_READ, MOST_READ = 2, 4
MS_PER_READ = 2_500

SURE = 0.6
"""Text that is read with less confidence is not kept: it would be searched for and shown as a fact."""

CURRENCY = "¥$€£"
"""The characters that say something when they stand alone; any other lone one is most often a shape misread."""

CHANGED = 4.0
"""Grey levels by which some part of a picture differs before it is read again."""

PARTS = 8
SAME_PLACE = 0.4
ALIKE = 0.75
DRIFT = 0.25
"""Share of the picture that a text may wander between two frames that are read."""


def read(draft: Draft, job: ClipJob) -> Draft:
    """Read what is written in a clip that is cut and measured.

    Raises:
        EngineError: the engine failed.
    """
    assert draft.facts is not None, "read comes after measure"
    wanted = max(FEWEST_READ, min(MOST_READ, round(draft.span.length / MS_PER_READ)))
    frames = frames_of(draft, job)
    shown = spread(frames, wanted)
    new = changed(shown)
    found = job.job.text.read([shown[k] for k in new])
    texts = joined(_sightings(found or (), shown, new), draft.span)
    probe = job.footage.probe
    said = signs(texts, draft.transcript, probe.width / probe.height)
    # Where nobody looked nothing is known, and None is what says so.
    facts = draft.facts.model_copy(update=said if found is not None else dict.fromkeys(said))
    return draft.model_copy(update={"on_screen_text": texts, "facts": facts, "frames": frames})


def read_inputs(draft: Draft, job: ClipJob) -> Sequence[str]:
    """The engine, and the words that a subtitle would repeat."""
    return [job.job.text.id, draft.transcript.to_json()]


def changed(frames: Sequence[TimedFrame]) -> list[int]:
    """Numbers of the frames that show something else than the last one of these: the first always does."""
    numbers: list[int] = []
    last = np.empty(0)
    for number, frame in enumerate(frames):
        grey = cv2.cvtColor(image_of(frame.jpeg), cv2.COLOR_BGR2GRAY)
        small = cv2.resize(grey, (64, 64), interpolation=cv2.INTER_AREA).astype(np.float32)
        if not numbers or _most_changed(small - last) > CHANGED:
            numbers.append(number)
            last = small
    return numbers


def _most_changed(difference: np.ndarray) -> float:
    """Mean difference in the part of the picture where it is greatest: a caption covers little of the whole."""
    parts = np.abs(difference).reshape(PARTS, 64 // PARTS, PARTS, 64 // PARTS)
    return float(parts.mean(axis=(1, 3)).max())


@dataclass(frozen=True, slots=True)
class Sighting:
    """What is to be seen in one frame: when it is shown, and the texts in it."""

    at: int
    texts: tuple[ScreenText, ...]


def _sightings(found: Sequence[ScreenText], shown: Sequence[TimedFrame], new: Sequence[int]) -> list[Sighting]:
    """What each frame shows; one that was not read shows what the last one before it did."""
    kept = [text for text in found if text.confidence >= SURE and _says_something(text.text)]
    source = [max(number for number in new if number <= k) for k in range(len(shown))]
    return [
        Sighting(frame.at, tuple(text for text in kept if text.span.start == shown[source[k]].at))
        for k, frame in enumerate(shown)
    ]


def _says_something(text: str) -> bool:
    letters = [character for character in folded(text) if character.isalnum()]
    return len(letters) > 1 or any(sign in folded(text) for sign in CURRENCY)


def joined(sightings: Sequence[Sighting], within: Span) -> tuple[ScreenText, ...]:
    """Each text once, with the time for which it stays and the reading that was surest.

    A text begins and ends halfway between the frames with it and those without: more is not known.
    """
    runs: list[tuple[int, list[ScreenText]]] = []
    open_: list[tuple[int, list[ScreenText]]] = []
    for number, sighting in enumerate(sightings):
        before, open_ = open_, []
        for text in sighting.texts:
            run = next((run for run in before if is_same(run[1][-1], text)), None)
            if run is None:
                run = number, []
                runs.append(run)
            else:
                before.remove(run)
            run[1].append(text)
            open_.append(run)
    edges = [within.start, *_halfway(sightings), within.end]
    return tuple(
        max(texts, key=lambda text: text.confidence).model_copy(
            update={"span": Span(start=edges[first], end=edges[first + len(texts)])}
        )
        for first, texts in runs
    )


def _halfway(sightings: Sequence[Sighting]) -> Iterator[int]:
    for one, other in pairwise(sightings):
        yield (one.at + other.at + 1) // 2


def is_same(one: ScreenText, other: ScreenText) -> bool:
    """Whether two sightings in neighbouring frames are one text that stays, read alike or almost alike."""
    a, b = (folded(text.text).replace(" ", "") for text in (one, other))
    if a == b:
        return (
            abs(_middle(one.box)[0] - _middle(other.box)[0]) + abs(_middle(one.box)[1] - _middle(other.box)[1]) < DRIFT
        )
    return overlap(one.box, other.box) >= SAME_PLACE and SequenceMatcher(None, a, b).ratio() >= ALIKE


def _middle(box: Box) -> tuple[float, float]:
    return box.x + box.width / 2, box.y + box.height / 2


def overlap(one: Box, other: Box) -> float:
    """What two boxes share, as a share of what they cover together."""
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (one.width * one.height + other.width * other.height - shared)
