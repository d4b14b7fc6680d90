"""What is seen in a clip and what it is for, as the vision engine says; and the finished record into the library."""

from collections.abc import Sequence
from pathlib import Path

from cliplib.engines.base import VisionEngine, VisionRequest
from cliplib.engines.facts import FactsVision
from cliplib.records import Caption, ClipRecord, Provenance
from ingest.camera import movement
from ingest.cut import frames_of
from ingest.draft import BY_FACES, BY_MOTION, ClipJob, Draft
from ingest.misheard import told

VERSION = 1
FILE_VERSION = 4

CAPTION_FIELDS = (
    "content_types",
    "forms",
    "products",
    "description",
    "shot_size",
    "camera",
    "people",
)


def describe(draft: Draft, job: ClipJob) -> Draft:
    """Have the vision engine describe a clip that is cut, measured and judged.

    Raises:
        EngineError: it failed.
    """
    assert draft.facts is not None, "describe comes after measure"
    request = VisionRequest(
        kind=job.footage.kind,
        span=draft.span,
        spoken=draft.transcript.text,
        facts=draft.facts,
        frames=frames_of(draft, job),
        language=job.job.settings.language,
        products=job.job.settings.product,
        filed_under=job.footage.products,
        on_screen=draft.on_screen_text,
    )
    return draft.model_copy(update={"caption": describer(draft, job).describe(request)})


def describe_inputs(draft: Draft, job: ClipJob) -> Sequence[str]:
    """Engine, prompt, and all that the engine is told beside the pictures and the facts.

    What was found in the pictures counts only where describing costs nothing: it is not worth a second payment.
    """
    vision, settings = describer(draft, job), job.job.settings
    hints = [] if vision.costly else _hints(draft)
    products = [product.to_json() for product in settings.product]
    return [
        vision.id,
        vision.fingerprint,
        settings.language,
        draft.transcript.to_json(),
        *products,
        *job.footage.products,
        *hints,
    ]


def describer(draft: Draft, job: ClipJob) -> VisionEngine:
    """The engine that describes a clip: one with a flaw is worth no model's time, and what was measured says why."""
    flawed = draft.facts is not None and draft.facts.flaw is not None
    return FactsVision(job.job.vocabulary) if flawed else job.job.vision


def _hints(draft: Draft) -> list[str]:
    assert draft.facts is not None, "describe comes after measure"
    told = {"faces": draft.facts.faces, "flaw": draft.facts.flaw}
    return [
        *(text.text for text in draft.on_screen_text),
        *(f"{name}: {value}" for name, value in told.items() if value),
    ]


def file_inputs(draft: Draft, job: ClipJob) -> Sequence[str]:
    """What was read and found, what the clip is compared by and how it was judged: no step before depends on these."""
    return [draft.marks[step] for step in ("read", "faces", "sign", "judge")]


def file(draft: Draft, job: ClipJob) -> Draft:
    """Put the finished record into the library."""
    job.job.library.put(record_of(draft, job))
    return draft


def record_of(draft: Draft, job: ClipJob) -> ClipRecord:
    """The record of a draft that is through all steps."""
    assert draft.facts is not None and draft.caption is not None, "a record is filed when it is complete"
    caption, provenance = draft.caption, _provenance(draft, draft.caption, job)
    measured = None if draft.montage else movement(job.scan.camera, draft.span)
    camera = caption.camera
    if camera is None and measured is not None:
        camera = measured.camera
        provenance["camera"] = Provenance(engine=BY_MOTION, confidence=measured.confidence, evidence=measured.evidence)
    return ClipRecord(
        id=draft.id,
        footage=job.footage.id,
        kind=job.footage.kind,
        name=Path(job.footage.path).stem,
        span=draft.span,
        start_edge=draft.start_edge,
        end_edge=draft.end_edge,
        montage=draft.montage,
        content_types=caption.content_types,
        forms=caption.forms,
        products=caption.products,
        spoken=draft.transcript.text,
        transcript=draft.transcript,
        description=caption.description,
        on_screen_text=draft.on_screen_text,
        people=caption.people,
        shot_size=caption.shot_size or draft.shot_size,
        camera=camera,
        facts=draft.facts,
        provenance=provenance,
        marks=draft.marks,
    )


def _provenance(draft: Draft, caption: Caption, job: ClipJob) -> dict[str, Provenance]:
    """Where each field comes from; fields that were left empty have no source."""
    vision = describer(draft, job)
    found = {
        field: Provenance(
            engine=vision.id,
            model=caption.model or vision.id.partition(":")[2],
            prompt=vision.fingerprint,
            confidence=caption.confidence.get(field),
            evidence=caption.evidence.get(field, ""),
        )
        for field in CAPTION_FIELDS
        if getattr(caption, field)
    }
    if draft.transcript.lines:
        engine = draft.transcript.engine
        evidence = told(draft.transcript)
        found["spoken"] = Provenance(engine=engine, model=engine.partition(":")[2], evidence=evidence)
    if draft.shot_size and not caption.shot_size:
        found["shot_size"] = Provenance(engine=BY_FACES)
    if draft.on_screen_text:
        found["on_screen_text"] = Provenance(engine=job.job.text.id)
    return found
