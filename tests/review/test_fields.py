"""Values as people type them become values as records hold them, or a clear refusal."""

import pytest
from pydantic import JsonValue

from cliplib.errors import UsageError
from cliplib.review import parsed_value
from cliplib.vocabulary import shipped


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("content_types", "痛点、行动指引", ["pain_point", "cta"]),
        ("content_types", '["hook", "USP"]', ["hook", "product_feature"]),
        ("forms", "口播, 直播切片", ["talking_head", "livestream_cut"]),
        ("shot_size", "特写", "close_up"),
        ("shot_size", " ", None),
        ("camera", "push_in", "push_in"),
        ("spoken", "咖啡，凉了", "咖啡，凉了"),
        ("products", '[{"product": "cup", "evidence": "seen", "confidence": 1.0}]',
         [{"product": "cup", "evidence": "seen", "confidence": 1.0}]),
    ],
)  # fmt: skip
def test_what_a_person_types_is_understood(field: str, text: str, value: JsonValue) -> None:
    assert parsed_value(field, text, shipped()) == value


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("span", "1-2", "cannot be corrected"),
        ("content_types", "菜谱", "not in the list"),
        ("content_types", "[oops", "written as JSON"),
        ("camera", "drone", "not in the list"),
        ("people", "host", "written as JSON"),
    ],
)
def test_what_cannot_be_meant_is_refused(field: str, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parsed_value(field, text, shipped())
