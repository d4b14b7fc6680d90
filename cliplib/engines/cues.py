"""What a clip is for in an ad, judged by its spoken words alone: the cues of cues.toml and how they are weighed."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from cliplib.vocabulary import Vocabulary
from cliplib.words import folded, is_chinese

PROBLEM, PROMISE = 2.2, 1.6
"""What a problem word weighs, and what a denied one weighs as a feature."""

NAME_IN_INTRO = 0.6
LIBRARY_TERM = 1.5
OPENING_HOOK = 1.2
SLOGAN = 1.0
MOST_TYPES = 3
ENOUGH = 1.0
"""A content type needs this weight to be named at all."""

NEAR_FIRST = 0.45
"""A further one needs this share of the first one's weight."""

_SENTENCE_END = re.compile(r"(?<=[。！？!?;；])|(?<=\.)\s|\n")


@dataclass(frozen=True, slots=True)
class Cue:
    """Patterns that speak for a content type, together counted once per sentence."""

    type: str
    weight: float
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Cues:
    """The whole table, compiled."""

    cues: tuple[Cue, ...]
    problems: tuple[re.Pattern[str], ...]
    denied_before: re.Pattern[str]
    denied_after: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Heard:
    """The words of a clip and what they are heard with."""

    text: str
    names: tuple[str, ...] = ()
    """What the products are called."""
    opens: bool = False
    """Whether the clip is the beginning of its footage."""


@cache
def table() -> Cues:
    """The shipped table."""
    data: dict[str, Any] = tomllib.loads((files("cliplib.engines") / "cues.toml").read_text("utf-8"))
    cues = tuple(Cue(c["type"], c["weight"], re.compile("|".join(c["patterns"]))) for c in data["cue"])
    denials = data["denials"]
    return Cues(
        cues,
        tuple(re.compile(data["problems"][language]) for language in ("zh", "en")),
        re.compile(f"{denials['zh']}|{denials['en']}"),
        re.compile(denials["en_after"]),
    )


def sentences(text: str) -> list[str]:
    """The sentences of a text, folded to one width and case, without empty ones."""
    return [piece.strip() for piece in _SENTENCE_END.split(folded(text).replace("’", "'")) if piece.strip()]


def weigh(heard: Heard, vocabulary: Vocabulary) -> dict[str, float]:
    """What the words weigh for each content type that they speak for, heaviest first."""
    scores: defaultdict[str, float] = defaultdict(float)
    for sentence in sentences(heard.text):
        for cue in table().cues:
            if cue.pattern.search(sentence):
                scores[cue.type] += cue.weight
        for type_, weight in _problems(sentence).items():
            scores[type_] += weight
        _weigh_names(sentence, heard.names, scores)
    _weigh_library_terms(heard.text, vocabulary, scores)
    if heard.opens and (scores.get("pain_point") or "?" in folded(heard.text)):
        scores["hook"] += OPENING_HOOK
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))


def classify(heard: Heard, vocabulary: Vocabulary) -> dict[str, float]:
    """The content types that the words speak for clearly, at most three, heaviest first; empty where none does."""
    scores = weigh(heard, vocabulary)
    heaviest = max(scores.values(), default=0.0)
    clear = [type_ for type_, weight in scores.items() if weight >= max(ENOUGH, NEAR_FIRST * heaviest)]
    return {type_: scores[type_] for type_ in clear[:MOST_TYPES]}


def _problems(sentence: str) -> dict[str, float]:
    """A problem that stands free is a pain; one that is denied is a promise."""
    found: dict[str, float] = {}
    for pattern in table().problems:
        for match in pattern.finditer(sentence):
            before, after = sentence[: match.start()], sentence[match.end() :]
            denied = table().denied_before.search(before) or table().denied_after.search(after)
            if denied:
                found["product_feature"] = PROMISE
            else:
                found["pain_point"] = PROBLEM
    return found


def _weigh_names(sentence: str, names: Sequence[str], scores: dict[str, float]) -> None:
    """A product's name supports an introduction; at the head of a short line it makes a slogan of a claim."""
    named = [name for name in map(folded, names) if name in sentence]
    if not named:
        return
    if scores.get("product_intro"):
        scores["product_intro"] += NAME_IN_INTRO
    if scores.get("brand_endcard") and any(sentence.startswith(name) for name in named):
        scores["brand_endcard"] += SLOGAN


def _weigh_library_terms(text: str, vocabulary: Vocabulary, scores: dict[str, float]) -> None:
    """Content types that a library added have no cues; their own names are looked for instead."""
    with_cues = {cue.type for cue in table().cues}
    plain = folded(text)
    for term in vocabulary.content_type:
        if term.key in with_cues or term.key in (
            "other",
            "transition_broll",
            "texture_closeup",
            "spokesperson_product",
        ):
            continue
        if any(mentions(plain, name) for name in (term.zh, term.en, *term.aliases)):
            scores[term.key] += LIBRARY_TERM


def mentions(text: str, name: str) -> bool:
    """Whether a folded text has a name in it; a name in Latin letters only as whole words."""
    wanted = folded(name).strip()
    if not wanted:
        return False
    if is_chinese(wanted):
        return wanted in text
    return re.search(rf"(?<![a-z0-9]){re.escape(wanted)}(?![a-z0-9])", text) is not None
