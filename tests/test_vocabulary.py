"""The vocabulary: names find keys, lists are complete, a library can extend them."""

import pytest

from cliplib.errors import SettingsError
from cliplib.vocabulary import shipped

LISTS = [name for name in type(shipped()).model_fields if name != "structure"]


@pytest.mark.parametrize("listing", LISTS)
def test_every_name_of_a_term_finds_it(listing: str) -> None:
    for term in shipped().terms(listing):
        for name in (term.key, term.zh, term.en, term.zh.upper(), f" {term.en.upper()} "):
            assert shipped().find(listing, name) == term.key, name


@pytest.mark.parametrize("listing", LISTS)
def test_no_name_means_two_things(listing: str) -> None:
    owners: dict[str, str] = {}
    for term in shipped().terms(listing):
        for name in {name.casefold() for name in term.names()}:
            assert owners.setdefault(name, term.key) == term.key, name


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("痛点", "pain_point"),
        ("行动指引", "cta"),
        ("USP", "product_feature"),
        ("b-roll", "transition_broll"),
        ("菜谱", None),
    ],
)
def test_aliases_are_understood(name: str, key: str | None) -> None:
    assert shipped().find("content_type", name) == key


def test_labels_come_in_both_languages() -> None:
    assert shipped().label("content_type", "pain_point", "zh") == "痛点描述"
    assert shipped().label("content_type", "pain_point", "en") == "pain point"
    assert shipped().label("content_type", "unheard_of", "en") == "unheard_of"


def test_structures_use_known_content_types_and_share_out_the_whole() -> None:
    for structure in shipped().structure:
        assert sum(slot.share for slot in structure.slots) == pytest.approx(1)
        for slot in structure.slots:
            assert not shipped().unknown("content_type", slot.content_types)


def test_a_library_adds_and_renames_terms() -> None:
    longer = shipped().extended(
        {
            "content_type": [
                {"key": "recipe", "zh": "菜谱", "en": "recipe"},
                {"key": "hook", "zh": "开场", "en": "opener"},
            ]
        }
    )
    assert longer.find("content_type", "菜谱") == "recipe"
    assert longer.label("content_type", "hook", "zh") == "开场"
    assert len(longer.content_type) == len(shipped().content_type) + 1
    assert shipped().find("content_type", "菜谱") is None


@pytest.mark.parametrize(
    "tables", [{"flavour": []}, {"form": [{"key": "Bad Key", "zh": "坏", "en": "bad"}]}, {"form": [{"zh": "坏"}]}]
)
def test_a_wrong_extension_is_named(tables: dict[str, list[dict[str, str]]]) -> None:
    with pytest.raises(SettingsError, match=r"flavour|form"):
        shipped().extended(tables)
