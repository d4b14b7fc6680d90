"""Records out to people and their word back: JSON export, and the values of single fields as a person types them."""

import json
from pathlib import Path

from pydantic import JsonValue

from cliplib.errors import UsageError
from cliplib.library import Library
from cliplib.records import EDITABLE
from cliplib.vocabulary import Vocabulary

EXPORT_SCHEMA = "review-export.1"
_LISTINGS = {"content_types": "content_type", "forms": "form", "shot_size": "shot_size", "camera": "camera"}


def export_json(library: Library, target: Path) -> int:
    """Write all records in force to one JSON file and return how many.

    The form is `{"schema", "library", "records": [...]}`; the file appears complete or not at all.
    """
    records = [json.loads(record.effective().to_json()) for record in library.records()]
    data = {"schema": EXPORT_SCHEMA, "library": str(library.folder), "records": records}
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.part")
    unfinished.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", "utf-8")
    unfinished.replace(target)
    return len(records)


def parsed_value(field: str, text: str, vocabulary: Vocabulary) -> JsonValue:
    """What a person typed for a field, as the record holds it.

    Labels and aliases become keys; lists are written as JSON or joined with 、 or commas.

    Raises:
        UsageError: the field cannot be corrected, or a label is not in the vocabulary.
    """
    if field not in EDITABLE:
        raise UsageError(f"{field!r} cannot be corrected", f"These can: {', '.join(EDITABLE)}.")
    if field in ("products", "people"):
        return _json(field, text)
    if field == "near_duplicates":
        return text.strip() or None
    if field not in _LISTINGS:
        return text
    if field in ("shot_size", "camera"):
        return _key(_LISTINGS[field], text, vocabulary) if text.strip() else None
    names = _json(field, text) if text.lstrip().startswith("[") else text.replace("、", ",").split(",")
    if not isinstance(names, list):
        raise UsageError(f"{field} is a list")
    return [_key(_LISTINGS[field], str(name), vocabulary) for name in names]


def _json(field: str, text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{field} is written as JSON: {error}") from error
    return value


def _key(listing: str, name: str, vocabulary: Vocabulary) -> str:
    if (key := vocabulary.find(listing, name)) is None:
        raise UsageError(f"{name!r} is not in the list {listing}", f"It has {', '.join(vocabulary.keys(listing))}.")
    return key
