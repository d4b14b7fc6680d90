"""A library of plain records for benchmarks: footage that was never shot, clips of given words."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from cliplib.library import Library
from cliplib.records import ClipRecord, Edge, Facts, Footage, Probe, ProductLink, Transcript
from cliplib.values import Rate, Span
from cliplib.vocabulary import shipped

CLIP_MS = 4000
PER_FOOTAGE = 1000

KINDS = ("brand", "product", "model", "livestream", "ugc")
TYPES = shipped().keys("content_type")
FORMS = shipped().keys("form")
PRODUCTS = tuple(f"product-{k:02d}" for k in range(50))


def filled_library(folder: Path, texts: Sequence[tuple[str, str]], language: str) -> tuple[Library, dict[str, str]]:
    """A library, open for writing, with a clip for each (name, description), and the clip's id by name."""
    Library.create(folder / "library", "zh" if language == "zh" else "en")
    library = Library.open(folder / "library", write=True)
    ids: dict[str, str] = {}
    with library.together():
        for start in range(0, len(texts), PER_FOOTAGE):
            footage = library.add_footage(footage_of(start))
            for place, (name, text) in enumerate(texts[start : start + PER_FOOTAGE]):
                record = clip_of(footage, place, text, language)
                library.put(record)
                ids[name] = record.id
    return library, ids


def many_clips(folder: Path, texts: Iterable[str]) -> None:
    """A library of clips with these descriptions, whose labels, products and figures are spread over all there are."""
    Library.create(folder, "zh")
    with Library.open(folder, write=True) as library:
        for number, text in enumerate(texts):
            if number % PER_FOOTAGE == 0:
                kind = KINDS[number // PER_FOOTAGE % len(KINDS)]
                footage = library.add_footage(footage_of(number).model_copy(update={"kind": kind}))
                records: list[ClipRecord] = []
            plain = clip_of(footage, number % PER_FOOTAGE, text, "zh" if number % 2 == 0 else "en")
            # Multiples of numbers without a common factor, so that every combination of labels occurs.
            link = ProductLink(product=PRODUCTS[number * 7 % 50], evidence="filed", confidence=1.0)
            facts = {"sharpness": number * 37 % 100 / 100, "has_price": number % 11 == 0}
            records.append(
                plain.model_copy(
                    update={
                        "content_types": (TYPES[number // 3 % len(TYPES)],),
                        "forms": (FORMS[number // 7 % len(FORMS)],),
                        "products": (link,),
                        "facts": plain.facts.model_copy(update=facts),
                    }
                )
            )
            if len(records) == PER_FOOTAGE:
                _put(library, records)
        _put(library, records)


def _put(library: Library, records: list[ClipRecord]) -> None:
    with library.together():
        for record in records:
            library.put(record)
    records.clear()


def clip_of(footage: Footage, place: int, text: str, language: str) -> ClipRecord:
    """The clip at a place of footage, of which only the description tells."""
    span = Span(start=place * CLIP_MS, end=(place + 1) * CLIP_MS)
    edge = Edge(reason="shot_change")
    return ClipRecord(
        id=ClipRecord.id_of(footage.id, span),
        footage=footage.id,
        kind=footage.kind,
        span=span,
        start_edge=edge,
        end_edge=edge,
        content_types=("feature",),
        forms=("lifestyle",),
        transcript=Transcript(engine="none", language=language, reason="no sound"),
        description=text,
        facts=Facts(sharpness=0.5, brightness=0.5, motion=0.1, speech=0.0, has_sound=False),
    )


def footage_of(number: int) -> Footage:
    """Footage number so and so."""
    sha256 = hashlib.sha256(f"benchmark {number}".encode()).hexdigest()
    return Footage(
        id=Footage.id_of(sha256),
        sha256=sha256,
        path=f"/nowhere/{number}.mp4",
        kind="brand",
        probe=Probe(
            length=PER_FOOTAGE * CLIP_MS,
            rate=Rate(num=25, den=1),
            width=1920,
            height=1080,
            rotation=0,
            codec="h264",
            pixel_format="yuv420p",
            start=0,
            audio=(),
        ),
    )
