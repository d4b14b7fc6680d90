"""What a chat model wrote, read with care: exactly one JSON object, checked against the schema it was asked for."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

LONGEST = 1_000_000
"""Characters of a reply that are looked at; a longer one is not what was asked for."""

_THOUGHTS = re.compile(r"<think>.*?</think>", re.DOTALL)
_FENCE = re.compile(r"```[a-zA-Z]*\s*\n(.*?)```", re.DOTALL)
_OBJECT_START = re.compile(r"\{\s*(?=[\"}])")
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
}


class Unreadable(ValueError):
    """A reply that does not hold exactly one sound JSON object; the text says why."""


def read_object(text: str) -> dict[str, Any]:
    """The one JSON object of a reply, which may stand in a code fence or between sentences.

    Nothing is repaired: a broken object, a second one, a repeated key and a number that is none are all refused.

    Raises:
        Unreadable: saying what is wrong with the reply.
    """
    if len(text) > LONGEST:
        raise Unreadable(f"the reply has {len(text)} characters, more than {LONGEST}")
    plain = _THOUGHTS.sub("", text).strip()
    if plain.startswith("{"):
        value, end = _decoded(plain, 0)
        if not plain[end:].strip():
            return value
    fenced = [block for block in _FENCE.findall(plain) if block.strip().startswith("{")]
    found = [value for block in fenced or [plain] for value in _objects_in(block)]
    if len(found) != 1:
        raise Unreadable(f"the reply holds {len(found)} JSON objects instead of one")
    return found[0]


def _objects_in(text: str) -> list[dict[str, Any]]:
    found, at = [], 0
    while start := _OBJECT_START.search(text, at):
        value, at = _decoded(text, start.start())
        found.append(value)
    return found


def _decoded(text: str, start: int) -> tuple[dict[str, Any], int]:
    try:
        value, end = _DECODER.raw_decode(text, start)
    except RecursionError as error:
        raise Unreadable("the JSON object is nested too deeply") from error
    except Unreadable:
        raise
    except ValueError as error:
        raise Unreadable(f"the JSON object is broken: {error}") from error
    return value, end


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Unreadable("the JSON object has the same key twice")
    return value


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise Unreadable(f"{text} is not a number that can be used")
    return number


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_number, parse_constant=_number)


def misfits(value: Any, schema: Mapping[str, Any], where: str = "") -> list[str]:
    """What of a value does not fit a schema, each with its path; empty where all fits.

    Knows the words that our own schemas use: type, enum, properties, required, items. Objects are closed.
    """
    place = where or "the object"
    expected = _TYPES[schema["type"]]
    if not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected):
        return [f"{place} must be of type {schema['type']}, not {type(value).__name__}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{place}: {json.dumps(value, ensure_ascii=False)} is not one of the values allowed there"]
    if isinstance(value, dict):
        return _object_misfits(value, schema, where)
    if isinstance(value, list):
        return [said for k, item in enumerate(value) for said in misfits(item, schema["items"], f"{place}[{k}]")]
    return []


def _object_misfits(value: dict[str, Any], schema: Mapping[str, Any], where: str) -> list[str]:
    known: Mapping[str, Any] = schema["properties"]
    found = [f"{where or 'the object'} lacks the key {key!r}" for key in known if key not in value]
    found += [f"{where or 'the object'} has the unknown key {key!r}" for key in value if key not in known]
    for key, rules in known.items():
        if key in value:
            found += misfits(value[key], rules, f"{where}.{key}" if where else key)
    return found


def closed(properties: Mapping[str, Any], title: str = "") -> dict[str, Any]:
    """A schema of an object with all these keys and no others, as strict structured output wants it."""
    named = {"title": title} if title else {}
    return {
        **named,
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
