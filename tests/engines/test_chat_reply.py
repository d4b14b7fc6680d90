"""Replies of chat models: what is read, what is refused, and what is said to be wrong (R81, R82)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cliplib.engines.chat_reply import Unreadable, closed, misfits, read_object
from tests.properties import examples

SCHEMA = closed(
    {
        "kind": {"type": "string", "enum": ["a", "b"]},
        "tags": {"type": "array", "items": {"type": "string", "enum": ["x", "y"]}},
        "share": {"type": "number"},
        "count": {"type": "integer"},
        "yes": {"type": "boolean"},
    },
    "thing",
)
GOOD = {"kind": "a", "tags": ["x"], "share": 0.5, "count": 2, "yes": True}


@pytest.mark.parametrize(
    "text",
    [
        '{"a": {"b": 1}}',
        '  \n{"a": {"b": 1}}\n',
        '```json\n{"a": {"b": 1}}\n```',
        'Sure {friend}:\n```\n{"a": {"b": 1}}\n```\nBye.',
        'Of course! {"a": {"b": 1}} That is all.',
        '<think>{"a": 2} or {"b": 3}?</think>{"a": {"b": 1}}',
        '{"a": {"b": 1}} Is {that} fine?',
    ],
)
def test_reads_the_one_object(text: str) -> None:
    assert read_object(text) == {"a": {"b": 1}}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "0 JSON objects"),
        ("no object here", "0 JSON objects"),
        ("[1, 2]", "0 JSON objects"),
        ('{"a": 1}{"a": 1}', "2 JSON objects"),
        ('one {"a": 1} two {"a": 2}', "2 JSON objects"),
        ('{"a": {"b": 1}, "c":', "broken"),
        ('text {"a": {"b": 1}, "c":', "broken"),
        ('{"a": 1,}', "broken"),
        ('{"a": 1, "a": 2}', "same key twice"),
        ('{"a": NaN}', "not a number"),
        ('{"a": -Infinity}', "not a number"),
        ('{"a": 1e999}', "not a number"),
        ('{"a": ' + "9" * 5000 + "}", "broken"),
        ('{"a": ' * 100_000, "too deeply"),
        ("x" * 1_000_001, "characters"),
    ],
)
def test_refuses_with_a_reason(text: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read_object(text)


@examples(40)
@given(st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=8) | st.lists(st.booleans()), max_size=4))
def test_reads_back_any_object(value: dict[str, object]) -> None:
    assert read_object(f"```json\n{json.dumps(value, ensure_ascii=False)}\n```") == value


@examples(60)
@given(st.text(alphabet='{}[]":,a1 \\`\n', max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert isinstance(read_object("{" + text), dict)
    except Unreadable as error:
        assert str(error)


def test_a_fitting_value_has_no_faults() -> None:
    assert misfits(GOOD, SCHEMA) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "c"}, 'kind: "c" is not one of'),
        ({"kind": 1}, "kind must be of type string, not int"),
        ({"tags": ["x", "z"]}, 'tags[1]: "z"'),
        ({"tags": "x"}, "tags must be of type array"),
        ({"share": "0.5"}, "share must be of type number, not str"),
        ({"share": True}, "share must be of type number, not bool"),
        ({"count": 2.5}, "count must be of type integer"),
        ({"yes": 1}, "yes must be of type boolean"),
        ({"shell": "rm"}, "the object has the unknown key 'shell'"),
    ],
)
def test_faults_name_their_place(change: dict[str, object], said: str) -> None:
    faults = misfits({**GOOD, **change}, SCHEMA)
    assert len(faults) == 1 and said in faults[0]


def test_a_missing_key_and_a_fault_deep_inside() -> None:
    nested = closed({"outer": SCHEMA})
    value = {"outer": {key: GOOD[key] for key in GOOD if key != "kind"}}
    assert misfits(value, nested) == ["outer lacks the key 'kind'"]
    assert misfits([], nested) == ["the object must be of type object, not list"]
