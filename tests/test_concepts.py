"""Concepts: words of both languages for one thing, and what the index keeps of them."""

import tomllib
from pathlib import Path

import pytest

import cliplib
from cliplib.concepts import MARK, concepts, terms
from cliplib.words import is_chinese, tokens

TABLE = tomllib.loads((Path(cliplib.__file__).parent / "concepts.toml").read_text("utf-8"))
GROUPS = {name: words.split() for group in TABLE.values() for name, words in group.items()}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a lady smiles", "女人在微笑"),
        ("A woman pours coffee", "女士倒咖啡"),
        ("children running", "孩子们奔跑"),
        ("the girl's mirror", "女孩照镜子"),
    ],
)
def test_the_same_thing_in_both_languages_has_common_concepts(one: str, other: str) -> None:
    assert len(set(concepts(one)) & set(concepts(other))) >= 2


def test_a_longer_word_takes_its_characters() -> None:
    assert "hand" not in concepts("手机")
    assert "phone" in concepts("手机")
    assert concepts("手") == ["hand"]


def test_what_has_no_concept_has_none() -> None:
    assert concepts("qwertz 0815 ！") == []


def test_terms_are_tokens_and_marked_concepts() -> None:
    text = "A lady with 咖啡"
    assert terms(text) == [*tokens(text), f"{MARK}female", f"{MARK}coffee"]
    assert not {term for term in terms("female coffee")[:2] if term.startswith(MARK)}


@pytest.mark.parametrize("name", GROUPS)
def test_every_concept_is_met_by_each_of_its_words(name: str) -> None:
    assert all(name in concepts(word) for word in GROUPS[name])
    assert any(is_chinese(word) for word in GROUPS[name]) and not all(is_chinese(word) for word in GROUPS[name])


def test_names_of_concepts_are_each_used_once() -> None:
    assert len(GROUPS) == sum(len(group) for group in TABLE.values())
