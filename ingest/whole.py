"""What is known of a clip only when its footage is seen as a whole; no file is decoded for it.

It comes after the clips are filed, so that no clip waits for another. A run that is killed before it is made good by
the next one.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cliplib.engines.base import FaceEngine
from cliplib.library import Library
from cliplib.library.people import Seen
from cliplib.media.frames import image_of
from cliplib.records import ClipRecord, Person, Provenance
from ingest.cut import POSTER
from ingest.draft import described
from ingest.job import Job
from ingest.overlays import Look, marked

LABELS = "people.label"
"""Where the provenance of the labels of people stands: their roles are another engine's word."""


def look_over(footage: str, job: Job, clips: Sequence[str] | None = None) -> None:
    """Say of clips of one footage (all, or these) whether they show a mark, and who is seen."""
    library = job.library
    records = library.records(library.clips_of(footage))
    marks = _marks(records, library)
    seen = labelled(footage, library, job.faces)
    for record in records:
        if clips is not None and record.id not in clips:
            continue
        facts = record.facts.model_copy(update={"has_watermark": marks.get(record.id)})
        known = _with_people(record.model_copy(update={"facts": facts}), seen.get(record.id, []), job.faces)
        if known != record:
            library.put(known)


def _marks(records: Sequence[ClipRecord], library: Library) -> dict[str, bool | None]:
    posters = {record.id: library.media / record.id / POSTER for record in records}
    there = [record for record in records if posters[record.id].is_file()]
    looks = [Look(image_of(Path(posters[record.id]).read_bytes()), record.on_screen_text) for record in there]
    return dict(zip((record.id for record in there), marked(looks), strict=True))


def labelled(footage: str, library: Library, engine: FaceEngine) -> dict[str, list[str]]:
    """The labels of everybody in the clips of one footage, by clip; who is like nobody known gets a new one.

    A label that was given stays. Others are matched in order of time with all that are known by then.
    """
    here = library.seen_in(footage, engine.id)
    everywhere = library.seen_in_all(engine.id) if engine.reach == "library" else here
    known = [seen for seen in everywhere if seen.label]
    labels: dict[str, list[str]] = {}
    for seen in here:
        label = seen.label
        if label is None:
            taken = labels.get(seen.clip, [])
            label = library.label(seen, _known_as(seen, [one for one in known if one.label not in taken], engine.same))
            known.append(Seen(seen.clip, seen.number, seen.look, label))
        labels.setdefault(seen.clip, []).append(label)
    return labels


def _known_as(seen: Seen, known: Sequence[Seen], same: float) -> str | None:
    """The label of whom somebody is most like, if like enough."""
    if not known:
        return None
    likeness = np.stack([one.look for one in known]) @ seen.look
    best = int(np.argmax(likeness))
    return known[best].label if likeness[best] >= same else None


def _with_people(record: ClipRecord, labels: Sequence[str], engine: FaceEngine) -> ClipRecord:
    """A record with the labels of those who are seen: on the one described person, else beside those described."""
    people = described(record.people)
    if len(people) == len(labels) == 1:
        people = (people[0].model_copy(update={"label": labels[0]}),)
    else:
        people += tuple(Person(label=label) for label in labels)
    provenance = {field: source for field, source in record.provenance.items() if field != LABELS}
    if labels:
        provenance[LABELS] = Provenance(engine=engine.id, evidence=engine.evidence)
    return record.model_copy(update={"people": people, "provenance": provenance})
