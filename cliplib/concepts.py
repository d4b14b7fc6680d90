"""Concepts behind words: what lets "一位女士" find "a woman smiles" without a model."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

from cliplib.words import folded, is_chinese, stems, tokens

MARK = "c0"
"""Put before a concept's name, so that no word is taken for it."""


def concepts(text: str) -> list[str]:
    """The names of the concepts that a text speaks of, in order, once for each time.

    >>> concepts("a lady with coffee")
    ['female', 'coffee']
    >>> concepts("女士喝咖啡")
    ['female', 'drink', 'coffee']
    """
    return _concepts(text, tokens(text))


def _concepts(text: str, found: Sequence[str]) -> list[str]:
    known = _known()
    return [name for word in _words(folded(text), found, known) for name in known[word]]


def terms(text: str) -> list[str]:
    """What the word index keeps of a text and is asked for: its tokens, and a mark for each concept.

    >>> terms("hot coffee")
    ['hot', 'coffee', 'c0hot', 'c0coffee']
    """
    found = tokens(text)
    return [*found, *(f"{MARK}{name}" for name in _concepts(text, found))]


def _words(text: str, found: Sequence[str], known: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Known words of a text: stems of alphabetic scripts, and for Chinese the longest word from the left on."""
    yield from (stem for stem in found if stem in known and not is_chinese(stem))
    lengths = _lengths()
    at = 0
    while at < len(text):
        length = next((n for n in lengths.get(text[at], ()) if text[at : at + n] in known), 0)
        if length:
            yield text[at : at + length]
        at += max(1, length)


@cache
def _lengths() -> Mapping[str, tuple[int, ...]]:
    """How long the Chinese words are that start with a character, longest first."""
    found: dict[str, set[int]] = {}
    for word in _known():
        if is_chinese(word):
            found.setdefault(word[0], set()).add(len(word))
    return {first: tuple(sorted(lengths, reverse=True)) for first, lengths in found.items()}


@cache
def _known() -> Mapping[str, tuple[str, ...]]:
    """Word to the names of its concepts."""
    found: dict[str, tuple[str, ...]] = {}
    table = tomllib.loads(files("cliplib").joinpath("concepts.toml").read_text("utf-8"))
    for group in table.values():
        for name, words in group.items():
            for word in words.split():
                key = word if is_chinese(word) else stems(word)[0]
                if name not in found.get(key, ()):
                    found[key] = (*found.get(key, ()), name)
    return found
