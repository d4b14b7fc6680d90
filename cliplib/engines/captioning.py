"""What is asked of any model that describes a clip, and what becomes of its answer: one contract for all of them."""

import base64
import json
from typing import Any, get_args

from cliplib import prompting
from cliplib.engines.base import TimedFrame, VisionRequest
from cliplib.engines.chat import Question, Reply
from cliplib.engines.chat_reply import closed
from cliplib.errors import EngineError
from cliplib.records import Camera, Caption, Person, ProductLink, ShotSize
from cliplib.vocabulary import Language, Vocabulary
from cliplib.words import is_chinese

MOST_FRAMES = 8
MOST_LABELS = 3
NONE = "none"
UNKNOWN = "unknown"
NOBODY = "nobody"
CONFIDENT = ("content_types", "forms", "products", "description", "shot_size", "camera")
"""Fields that the model gives a confidence for."""


def prompt_for(language: Language) -> prompting.Prompt:
    """The prompt in that language."""
    return prompting.load("caption_clip", language)


def caption_question(vocabulary: Vocabulary, request: VisionRequest) -> Question:
    """The question for a clip: what to do in the system's turn, what is known and the pictures in the user's.

    Raises:
        EngineError: there is no picture.
    """
    if not request.frames:
        raise EngineError("the clip has no picture to show to the model")
    prompt = prompt_for(request.language)
    return Question(
        task="caption",
        prompt=prompt,
        messages=(
            {"role": "system", "content": _instructions(vocabulary, prompt, request.language)},
            {"role": "user", "content": _shown(request)},
        ),
        schema=caption_schema(vocabulary, request),
        check=lambda found: _faults(found, request.language),
    )


def _instructions(words: Vocabulary, prompt: prompting.Prompt, language: Language) -> str:
    def listed(listing: str) -> str:
        return "\n".join(f"  {term.key}: {term.label(language)}" for term in words.terms(listing))

    def inline(listing: str, keys: tuple[str, ...]) -> str:
        return ", ".join(f"{key} ({words.label(listing, key, language)})" for key in keys)

    return prompt.fill(
        content_types=listed("content_type"),
        forms=listed("form"),
        shot_sizes=inline("shot_size", get_args(ShotSize)),
        cameras=inline("camera", get_args(Camera)),
        person_roles=inline("person_role", words.keys("person_role")),
    )


def caption_schema(vocabulary: Vocabulary, request: VisionRequest) -> dict[str, Any]:
    """The closed schema of an answer: flat, every key required, every label from a closed list."""

    def one(keys: tuple[str, ...]) -> dict[str, Any]:
        return {"type": "string", "enum": list(keys)}

    def several(keys: tuple[str, ...]) -> dict[str, Any]:
        return {"type": "array", "items": one(keys)}

    text = {"type": "string"}
    properties = {
        "content_types": several(vocabulary.keys("content_type")),
        "forms": several(vocabulary.keys("form")),
        "description": text,
        "products": several((*(product.id for product in request.products), NONE)),
        "product_evidence": text,
        "shot_size": one((*get_args(ShotSize), UNKNOWN)),
        "camera": one((*get_args(Camera), UNKNOWN)),
        "people_roles": several(vocabulary.keys("person_role")),
        "people_description": text,
        "content_types_evidence": text,
        **{f"confidence_{field}": {"type": "number"} for field in CONFIDENT},
    }
    return closed(properties, "caption")


def _shown(request: VisionRequest) -> list[dict[str, Any]]:
    """The user's turn: the known as one JSON object, then the pictures, each after its time."""
    known: dict[str, Any] = {
        "footage_kind": request.kind,
        "seconds": request.span.length / 1000,
        "spoken": request.spoken,
        "products": [{"id": p.id, "name": p.name, "aliases": list(p.spoken_names()[1:])} for p in request.products],
        "filed_under": list(request.filed_under),
        "measured": request.facts.model_dump(mode="json", exclude_none=True),
    }
    if request.on_screen:
        known["text_on_screen"] = list(dict.fromkeys(text.text for text in request.on_screen))
    parts: list[dict[str, Any]] = [{"type": "text", "text": json.dumps(known, ensure_ascii=False)}]
    for number, frame in enumerate(spread(request.frames, MOST_FRAMES), start=1):
        seconds = max(0, frame.at - request.span.start) / 1000
        data = base64.b64encode(frame.jpeg).decode("ascii")
        parts.append({"type": "text", "text": f"Picture {number}, at {seconds:.1f} s of the clip:"})
        parts.append({"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{data}"}})
    return parts


def spread(frames: tuple[TimedFrame, ...], most: int) -> tuple[TimedFrame, ...]:
    """At most so many of the frames, evenly over all, the first and the last among them."""
    if len(frames) <= most:
        return frames
    return tuple(frames[round(k * (len(frames) - 1) / (most - 1))] for k in range(most))


def _faults(found: dict[str, Any], language: Language) -> list[str]:
    """What the schema cannot say: counts, ranges, contradictions and the language of the description."""
    said = []
    for field in ("content_types", "forms", "products", "people_roles"):
        values = found[field]
        if not 1 <= len(values) <= MOST_LABELS or len(set(values)) != len(values):
            said.append(f"{field} must have 1 to {MOST_LABELS} different values, not {values}")
    for field, nothing in (("products", NONE), ("people_roles", NOBODY)):
        if nothing in found[field] and len(found[field]) > 1:
            said.append(f"{field} has {nothing!r} beside other values")
    said += [
        f"confidence_{field} must be from 0 to 1" for field in CONFIDENT if not 0 <= found[f"confidence_{field}"] <= 1
    ]
    if not is_written_in(language, found["description"]):
        said.append(f"description must be written in {'Chinese' if language == 'zh' else 'English'}")
    return said


def is_written_in(language: Language, text: str) -> bool:
    """Whether a description is in that language; an English one may quote some Chinese."""
    chinese = sum(is_chinese(character) for character in text)
    return chinese > 0 if language == "zh" else bool(text.strip()) and 2 * chinese < len(text)


def caption_of(reply: Reply) -> Caption:
    """A checked answer as a caption."""
    found = reply.value
    confidence = {field: float(found[f"confidence_{field}"]) for field in CONFIDENT}
    products = tuple(
        ProductLink(product=id, evidence=found["product_evidence"].strip(), confidence=confidence["products"])
        for id in found["products"]
        if id != NONE
    )
    people = tuple(
        Person(role=role, description=found["people_description"].strip())
        for role in found["people_roles"]
        if role != NOBODY
    )
    evidence = {"content_types": found["content_types_evidence"].strip(), "products": found["product_evidence"].strip()}
    return Caption(
        content_types=tuple(found["content_types"]),
        forms=tuple(found["forms"]),
        description=found["description"].strip(),
        products=products,
        shot_size=None if found["shot_size"] == UNKNOWN else found["shot_size"],
        camera=None if found["camera"] == UNKNOWN else found["camera"],
        people=people,
        confidence=confidence,
        evidence={field: text for field, text in evidence.items() if text},
        model=reply.model,
    )
