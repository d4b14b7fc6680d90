"""Sensible made-up answers: a JSON schema filled with values that fit it and go with the words of the request."""

import json
from typing import Any

from cliplib.engines.cues import Heard, classify
from cliplib.vocabulary import shipped
from cliplib.words import is_chinese, tokens

SCHEMA_MARK = "JSON Schema:\n"


def schema_of(request: dict[str, Any]) -> dict[str, Any]:
    """The schema that a request wants its answer to fit, beside the messages or in their text; empty without one."""
    form = request.get("response_format", {})
    if form.get("type") == "json_schema":
        schema: dict[str, Any] = form["json_schema"]["schema"]
        return schema
    for text in reversed(texts_of(request)):
        if SCHEMA_MARK in text:
            found: dict[str, Any] = json.loads(text.split(SCHEMA_MARK, 1)[1])
            return found
    return {}


def texts_of(request: dict[str, Any]) -> list[str]:
    """All texts of all messages, in order."""
    texts = []
    for message in request["messages"]:
        content = message["content"]
        parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
        texts += [part["text"] for part in parts if part["type"] == "text"]
    return texts


def pictures_of(request: dict[str, Any]) -> list[str]:
    """The addresses of all pictures."""
    contents = [m["content"] for m in request["messages"] if isinstance(m["content"], list)]
    return [part["image_url"]["url"] for content in contents for part in content if part["type"] == "image_url"]


def known_of(request: dict[str, Any]) -> dict[str, Any]:
    """The JSON object that the user's turn begins with."""
    user = next(message for message in request["messages"] if message["role"] == "user")
    text = user["content"] if isinstance(user["content"], str) else user["content"][0]["text"]
    found: dict[str, Any] = json.loads(text)
    return found


def answer_for(request: dict[str, Any]) -> dict[str, Any]:
    """An answer that fits the request's schema."""
    schema = schema_of(request)
    if schema.get("title") == "caption":
        return _caption(request, schema)
    if schema.get("title") == "pick":
        return _pick(request, schema)
    filled: dict[str, Any] = fill(schema) if schema else {}
    return filled


def fill(schema: dict[str, Any]) -> Any:
    """Some value that fits a schema: the first of a closed list, half of a number, a short text."""
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema["type"]
    if kind == "object":
        return {key: fill(rules) for key, rules in schema["properties"].items()}
    if kind == "array":
        return [fill(schema["items"])]
    return {"string": "made up", "number": 0.5, "integer": 1, "boolean": False}[kind]


def _caption(request: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    known = known_of(request)
    chinese = is_chinese(texts_of(request)[0])
    spoken = str(known["spoken"])
    allowed = schema["properties"]["content_types"]["items"]["enum"]
    types = [key for key in classify(Heard(spoken), shipped()) if key in allowed] or ["product_feature"]
    kind = known["footage_kind"]
    form = {"livestream": "livestream_cut", "model": "runway_model", "product": "product_tabletop"}.get(kind)
    products = [
        product["id"]
        for product in known["products"]
        if product["id"] in known["filed_under"] or product["name"] in spoken
    ]
    number = len(request["messages"][1]["content"]) // 2
    return {
        **fill(schema),
        "content_types": types[:2],
        "forms": [form or "live_action"],
        "description": f"{number} 张画面：主体居中，光线柔和"
        if chinese
        else f"{number} pictures: subject in the middle",
        "products": products or ["none"],
        "product_evidence": "filed under it" if products else "",
        "people_roles": ["nobody"],
        "people_description": "",
    }


def _pick(request: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """For each beat the clips whose texts share most with its line; no first choice twice where that can be."""
    known = known_of(request)
    beats = {beat["beat"]: beat for beat in known["beats"]}
    used: set[str] = set()
    picks = {}
    for beat, rules in schema["properties"].items():
        labels: list[str] = rules["properties"]["labels"]["items"]["enum"]
        wanted = set(tokens(beats[beat]["line"]))

        def rank(label: str, wanted: set[str] = wanted, beat: str = beat) -> tuple[bool, float]:
            clip = known["clips"][label]
            shared = len(wanted & set(tokens(f"{clip['spoken']} {clip['description']}")))
            fits = bool(set(clip["content_types"][:1]) & set(beats[beat]["content_types"]))
            return label in used, -(shared + 3 * fits)

        ordered = sorted(labels, key=rank)
        used.add(ordered[0])
        reason = "与文案最接近" if is_chinese(beats[beat]["line"]) else "its words are nearest to the line"
        picks[beat] = {"labels": ordered[:3], "reason": reason}
    return picks
