"""Schemas: the published files are those of the types, speak both languages, and old data is lifted."""

import json
from pathlib import Path

import jsonschema
import pytest

from cliplib import contracts
from cliplib.errors import LibraryError
from tests.test_records import record


def test_the_published_schemas_are_up_to_date() -> None:
    assert contracts.outdated() == [], "run `make schemas`"


@pytest.mark.parametrize("name", sorted(contracts.PUBLISHED))
def test_a_schema_is_valid_and_names_itself(name: str) -> None:
    schema = contracts.schema_of(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"cliplib:{name}"
    assert schema["additionalProperties"] is False


def test_a_record_fits_its_schema_and_a_wrong_one_does_not() -> None:
    schema = contracts.schema_of("clip-record.1")
    validator = jsonschema.Draft202012Validator(schema)
    data = json.loads(record().to_json())
    assert list(validator.iter_errors(data)) == []
    assert list(validator.iter_errors(data | {"kind": "film"}))
    assert "片段编号" in schema["properties"]["id"]["title"]


def test_writing_removes_what_no_type_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone.1.json").write_text("{}")
    monkeypatch.setattr("cliplib.assets.folder", lambda name: tmp_path)
    assert contracts.main(["check"]) == 1
    assert contracts.main(["write"]) == 0
    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted(contracts.PUBLISHED)
    assert contracts.main(["check"]) == 0


def test_old_data_is_lifted_and_newer_data_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        contracts.UPGRADES, "clip-record.0", lambda data: {**data, "schema": "clip-record.1", "revision": 1}
    )
    assert contracts.lifted({"schema": "clip-record.0"}) == {"schema": "clip-record.1", "revision": 1}
    with pytest.raises(LibraryError, match=r"clip-record\.99"):
        contracts.lifted({"schema": "clip-record.99"})
