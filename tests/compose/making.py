"""Records, scripts, offers and timelines made by hand for the tests of compose."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from cliplib.plans import Beat, Candidate, Choice, Offer, Proposal, Script
from cliplib.records import (
    AudioTrack,
    ClipRecord,
    Edge,
    EdgeReason,
    Facts,
    Footage,
    Line,
    Probe,
    ProductLink,
    Review,
    Rights,
    Transcript,
)
from cliplib.values import Rate, Span
from compose.offers import Offers

RATE = Rate(num=30, den=1)


def footage(
    name: str = "a", *, path: Path | None = None, length: int = 60_000, sound: bool = True, start: int = 0,
    rights: Rights | None = None,
) -> Footage:  # fmt: skip
    """A piece of footage; its id depends on the name only."""
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    probe = Probe(
        length=length, rate=Rate(num=25, den=1), width=320, height=180, rotation=0, codec="h264",
        pixel_format="yuv420p", start=start,
        audio=(AudioTrack(index=1, codec="aac", sample_rate=48_000, channels=1),) if sound else (),
    )  # fmt: skip
    return Footage(
        id=Footage.id_of(sha256), sha256=sha256, path=str(path or f"/nowhere/{name}.mp4"), kind="brand",
        rights=rights or Rights(), probe=probe,
    )  # fmt: skip


def clip(
    of: Footage, start: int, end: int, *, types: Sequence[str] = ("product_feature",),
    lines: Sequence[tuple[str, int, int]] = (), language: str = "zh", speech: float | None = None,
    group: str | None = None, products: Sequence[str] = (), sharpness: float = 0.5, description: str = "",
    status: str = "new", edge: EdgeReason = "pause",
) -> ClipRecord:  # fmt: skip
    """A clip record; `lines` are (text, start, end) on the footage."""
    span = Span(start=start, end=end)
    spoken = tuple(Line(text=text, span=Span(start=a, end=b)) for text, a, b in lines)
    transcript = Transcript(language=language if lines else "", engine="sidecar", lines=spoken)
    share = speech if speech is not None else (0.8 if lines else 0.0)
    return ClipRecord(
        id=ClipRecord.id_of(of.id, span), footage=of.id, kind=of.kind, span=span,
        start_edge=Edge(reason=edge), end_edge=Edge(reason=edge),
        content_types=tuple(types), forms=("live_action",),
        products=tuple(ProductLink(product=p, evidence="spoken", confidence=0.9) for p in products),
        spoken=transcript.text, transcript=transcript, description=description,
        facts=Facts(sharpness=sharpness, brightness=0.5, motion=0.3, speech=share, has_sound=True),
        near_duplicates=group, review=Review.model_validate({"status": status}),
    )  # fmt: skip


def script(*beats: Beat, length: int, language: str = "zh", **fields: object) -> Script:
    """A script of a small picture."""
    return Script.model_validate(
        {"title": "片子", "language": language, "length": length, "width": 180, "height": 320, "beats": beats, **fields}
    )


def beat(number: int, line: str = "一句话", types: Sequence[str] = (), length: int | None = None) -> Beat:
    """A beat b<number>."""
    return Beat(id=f"b{number}", content_types=tuple(types), line=line, length=length)


def offers(by_beat: Mapping[str, Sequence[tuple[ClipRecord, float]]]) -> Offers:
    """Offers as `gather` makes them: labels unique per clip, best first."""
    labels: dict[str, str] = {}
    records: dict[str, ClipRecord] = {}
    made = []
    for name, entries in by_beat.items():
        candidates = []
        for record, score in sorted(entries, key=lambda entry: (-entry[1], entry[0].id)):
            label = labels.setdefault(record.id, f"C{len(labels) + 1:02d}")
            records[label] = record
            candidates.append(Candidate(label=label, clip=record.id, score=score, terms={"content": score}))
        made.append(Offer(beat=name, candidates=tuple(candidates)))
    return Offers(tuple(made), records)


def proposal(given: Offers, *, reason: str = "") -> Proposal:
    """A proposal that takes every offer as it stands."""
    return Proposal(
        choices=tuple(
            Choice(beat=o.beat, labels=tuple(c.label for c in o.candidates), reason=reason)
            for o in given.offers
            if o.candidates
        ),
        writer="test",
    )
