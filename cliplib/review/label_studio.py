"""Label Studio: tasks with what is in force as predictions, the labelling page for them, and its own export read back.

A task is found again by our id in its data; the numbers that Label Studio gives to tasks mean nothing here.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

from pydantic import JsonValue

from cliplib.cells import Fault
from cliplib.review.fields import REVIEWED, Lexicon
from cliplib.review.row import Cover, Row, Said
from cliplib.sheets import Cell, cell_of

VIDEO = "video"
CHOSEN = ("content_types", "forms", "products", "shot_size", "camera", "status")
SEVERAL = ("content_types", "forms", "products")


def write_tasks(rows: Iterable[Row], target: Path, cover: Cover) -> None:
    """A JSON list of tasks, and beside it the labelling page as `<name>.config.xml`."""
    choices = {field: dict.fromkeys(cover.lexicon.choices(field)) for field in CHOSEN}
    with target.open("w", encoding="utf-8") as file:
        file.write("[")
        for number, row in enumerate(rows):
            task = json.dumps(_task(row, cover.lexicon), ensure_ascii=False)
            file.write((",\n" if number else "\n") + task)
            # What a page does not offer, Label Studio leaves out of the annotation without a word.
            for field, known in choices.items():
                known.update(dict.fromkeys(cover.lexicon.items(field, row.values[field])))
        file.write("\n]\n")
    name = target.name.removeprefix(".").removesuffix(".part")
    page = target.with_name(f"{Path(name).stem}.config.xml")
    page.write_text(config_of(cover.lexicon, choices), "utf-8")


def config_of(lexicon: Lexicon, choices: Mapping[str, Iterable[str]]) -> str:
    """The labelling page: the video, choices of words, and boxes for text."""
    view = Xml.Element("View")
    Xml.SubElement(view, "Video", name=VIDEO, value="$video")
    for field in REVIEWED:
        Xml.SubElement(view, "Header", value=lexicon.title(field))
        if field in CHOSEN:
            many = "multiple" if field in SEVERAL else "single-radio"
            box = Xml.SubElement(view, "Choices", name=field, toName=VIDEO, choice=many, showInline="true")
            for label in choices[field]:
                Xml.SubElement(box, "Choice", value=label)
        else:
            Xml.SubElement(view, "TextArea", name=field, toName=VIDEO, editable="true", maxSubmissions="1", rows="2")
    Xml.indent(view)
    return Xml.tostring(view, encoding="unicode") + "\n"


def _task(row: Row, lexicon: Lexicon) -> dict[str, Any]:
    record = row.record
    return {
        "data": {
            "clip_id": record.id,
            "revision": record.revision,
            "version": row.version,
            VIDEO: row.media.get("clip", ""),
            "name": record.name,
        },
        "predictions": [
            {
                "model_version": "cliplib",
                "result": [_result(field, row.values[field], lexicon) for field in REVIEWED if row.values[field]],
            }
        ],
    }


def _result(field: str, value: JsonValue, lexicon: Lexicon) -> dict[str, Any]:
    if field in CHOSEN:
        said = {"type": "choices", "value": {"choices": lexicon.items(field, value)}}
    else:
        said = {"type": "textarea", "value": {"text": [lexicon.shown(field, value)]}}
    return {"id": field, "from_name": field, "to_name": VIDEO, **said}


def read_tasks(tasks: list[Any]) -> Iterator[Said]:
    """What the newest annotation of each task says; a field that it does not name is not spoken of."""
    for number, task in enumerate(tasks, start=1):
        data = task.get("data") if isinstance(task, dict) else None
        if not isinstance(data, dict) or not isinstance(data.get("clip_id"), str):
            why = "no task with a clip_id in its data"
            yield Said(number, "", "", faults=(Fault(number, "data", "row", why),))
            continue
        given = task.get("annotations") or []
        annotations = [each for each in given if isinstance(each, dict) and not each.get("was_cancelled")]
        newest = max(annotations, key=_moment, default={})
        cells, faults = _cells(number, newest.get("result") or [])
        yield Said(number, data["clip_id"], str(data.get("version") or ""), cells, ordered=False, faults=faults)


def _moment(annotation: dict[str, Any]) -> str:
    return str(annotation.get("updated_at") or annotation.get("created_at") or "")


def _cells(row: int, results: list[Any]) -> tuple[dict[str, Cell], tuple[Fault, ...]]:
    cells: dict[str, Cell] = {}
    faults = []
    for result in results:
        field = result.get("from_name") if isinstance(result, dict) else None
        value = result.get("value") if isinstance(result, dict) else None
        if field not in REVIEWED:
            faults.append(Fault(row, str(field), "unknown_header", "no field of a review is called so"))
        elif not isinstance(value, dict) or (words := _words(value)) is None:
            faults.append(Fault(row, str(field), "value", "neither choices nor a text"))
        elif "choices" in value:
            cells[field] = cell_of(field, "、".join(words), tuple(words))
        else:
            cells[field] = cell_of(field, "\n".join(words))
    return cells, tuple(faults)


def _words(value: dict[str, Any]) -> list[str] | None:
    found = value.get("choices", value.get("text"))
    found = [found] if isinstance(found, str) else found
    return found if isinstance(found, list) and all(isinstance(word, str) for word in found) else None
