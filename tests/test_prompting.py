"""Prompts: strict slots both ways, and a fingerprint that follows the text."""

import pytest

from cliplib import assets
from cliplib.errors import CliplibError
from cliplib.prompting import Prompt, load


def test_slots_are_filled_and_dollars_kept() -> None:
    prompt = Prompt("greet.en", "Hello $name, that is $$5.")
    assert prompt.slots() == {"name"}
    assert prompt.fill(name="$other") == "Hello $other, that is $5."


@pytest.mark.parametrize("values", [{}, {"name": "a", "extra": "b"}])
def test_missing_and_unused_slots_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(CliplibError, match=r"name|extra"):
        Prompt("greet.en", "Hello $name").fill(**values)


def test_the_fingerprint_follows_the_text() -> None:
    assert Prompt("a", "x").fingerprint != Prompt("a", "y").fingerprint
    assert Prompt("a", "x").fingerprint == Prompt("a", "x").fingerprint


def test_every_shipped_prompt_exists_in_both_languages_with_the_same_slots() -> None:
    names = {
        entry.name.rsplit(".", 2)[0] for entry in assets.folder("prompts").iterdir() if entry.name.endswith(".txt")
    }
    assert names
    for name in names:
        assert load(name, "zh").slots() == load(name, "en").slots(), name
