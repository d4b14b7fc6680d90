"""Footage and records for tests, with only what a test wants to differ."""

from typing import Any

from cliplib.records import ClipRecord, Edge, Facts, Footage, Line, Probe, ProductLink, Transcript
from cliplib.values import Rate, Span

EVERY = ("new", "approved", "rejected")


def a_footage(number: int = 1, path: str = "/footage/a.mp4", **changes: Any) -> Footage:
    """Footage number so and so, ten seconds long."""
    sha256 = f"{number:x}".rjust(64, "a")
    sha256 = sha256[-16:] + sha256[:48]
    probe = Probe(
        length=60_000,
        rate=Rate(num=25, den=1),
        width=320,
        height=180,
        rotation=0,
        codec="h264",
        pixel_format="yuv420p",
        start=0,
        audio=(),
    )
    footage = Footage(id=Footage.id_of(sha256), sha256=sha256, path=path, kind="product", probe=probe)
    return footage.model_copy(update=changes)


def a_record(start: int = 0, footage: Footage | None = None, **changes: Any) -> ClipRecord:
    """A clip of two seconds from `start` on. `spoken` and `language` also fill the transcript, `products` are ids."""
    footage = footage or a_footage()
    span = Span(start=start, end=start + 2_000)
    spoken = changes.pop("spoken", "")
    language = changes.pop("language", "zh" if spoken else "")
    products = tuple(ProductLink(product=id, evidence="filed", confidence=1.0) for id in changes.pop("products", ()))
    lines = (Line(text=spoken, span=span),) if spoken else ()
    facts = {"sharpness": 0.5, "brightness": 0.5, "motion": 0.1, "speech": 0.0, "has_sound": False}
    record = ClipRecord(
        id=ClipRecord.id_of(footage.id, span),
        footage=footage.id,
        kind=footage.kind,
        span=span,
        start_edge=Edge(reason="shot_change"),
        end_edge=Edge(reason="shot_change"),
        content_types=("product_feature",),
        forms=("live_action",),
        products=products,
        spoken=spoken,
        transcript=Transcript(language=language, engine="test", lines=lines),
        facts=Facts(**{**facts, **changes.pop("facts", {})}),
    )
    return record.model_copy(update=changes)
