"""The writer that needs no model: gives each beat the best clip of its own, from the scores, and says why."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from cliplib.engines.assigning import assign
from cliplib.engines.base import PickRequest, Workshop
from cliplib.plans import Beat, Candidate, Choice, Offer, Proposal
from cliplib.records import ClipRecord
from cliplib.vocabulary import Language, Vocabulary
from cliplib.words import tokens

MOST_LABELS = 3
PRIMARY_FIT, SECONDARY_FIT = 0.2, 0.08
SAYS_IT = 0.2
TOO_SHORT = 0.15
"""What is added to or taken from a candidate's score: type as asked for, words as written, length not reached."""

TAKEN_BEFORE = 0.1
"""Taken off for each earlier order that has the clip first in the beat."""

QUOTED = 28
"""Characters of spoken words that a reason quotes."""

SAID: dict[str, dict[Language, str]] = {
    "primary": {
        "zh": "主要内容是{types}，正是本段所需",
        "en": "its main content is the {types} that the beat asks for",
    },
    "secondary": {"zh": "内容包含{types}", "en": "it also has the {types} that the beat asks for"},
    "says": {"zh": "口播与文案相近：“{words}”", "en": 'it says nearly the line: "{words}"'},
    "shows": {"zh": "画面描述与文案相近", "en": "what it shows is near the line"},
    "score": {
        "zh": "在可选片段中综合得分最高（{score}）",
        "en": "it has the best score of all that is offered ({score})",
    },
    "free": {
        "zh": "得分更高的片段留给了别的段落（本片段 {score}）",
        "en": "clips with a better score serve other beats (this one: {score})",
    },
    "join": {"zh": "；", "en": "; "},
    "end": {"zh": "。", "en": "."},
    "or": {"zh": "、", "en": " and "},
}


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A beat, what was offered for it, and the label and clip that it got."""

    beat: Beat
    offer: Offer
    label: str
    clip: ClipRecord
    language: Language


class RulesWriter:
    """Chooses by score, type, words and length; never uses a clip twice where there is another way."""

    id = "rules"

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    @classmethod
    def build(cls, model: str, workshop: Workshop) -> Self:
        """Needs nothing but the vocabulary."""
        return cls(workshop.vocabulary)

    def pick(self, request: PickRequest) -> Proposal:
        """A choice for each beat that has an offer: the assigned clip first, then the next best ones."""
        beats = {beat.id: beat for beat in request.script.beats}
        offers = [offer for offer in request.offers if offer.candidates]
        firsts = Counter((c.beat, c.labels[0]) for order in request.earlier for c in order.choices if c.labels)
        values = [
            {
                c.label: _value(c, beats[offer.beat], request.clips[c.label])
                - TAKEN_BEFORE * firsts[offer.beat, c.label]
                for c in offer.candidates
            }
            for offer in offers
        ]
        choices = []
        for offer, first, worth in zip(offers, assign(values), values, strict=True):
            others = sorted((label for label in worth if label != first), key=lambda label: (-worth[label], label))
            chosen = _Chosen(beats[offer.beat], offer, first, request.clips[first], request.script.language)
            labels = (first, *others[: MOST_LABELS - 1])
            choices.append(Choice(beat=offer.beat, labels=labels, reason=self._reason(chosen)))
        return Proposal(choices=tuple(choices), writer=self.id)

    def _reason(self, chosen: "_Chosen") -> str:
        language = chosen.language
        parts = [*self._fit_told(chosen.beat, chosen.clip, language), *_words_told(chosen.beat, chosen.clip, language)]
        scores = {candidate.label: candidate.score for candidate in chosen.offer.candidates}
        is_best = scores[chosen.label] >= max(scores.values())
        if is_best or not parts:
            parts.append(SAID["score" if is_best else "free"][language].format(score=f"{scores[chosen.label]:.2f}"))
        text = SAID["join"][language].join(parts) + SAID["end"][language]
        return text[0].upper() + text[1:]

    def _fit_told(self, beat: Beat, clip: ClipRecord, language: Language) -> list[str]:
        shared = [key for key in clip.content_types if key in beat.content_types]
        if not shared:
            return []
        names = SAID["or"][language].join(self._vocabulary.label("content_type", key, language) for key in shared[:2])
        how = "primary" if clip.content_types[0] in beat.content_types else "secondary"
        return [SAID[how][language].format(types=names)]


def _value(candidate: Candidate, beat: Beat, clip: ClipRecord) -> float:
    """What a candidate is worth to a beat: its score, and what the rules here add to it."""
    value = candidate.score
    if clip.content_types[0] in beat.content_types:
        value += PRIMARY_FIT
    elif set(clip.content_types) & set(beat.content_types):
        value += SECONDARY_FIT
    value += SAYS_IT * likeness(beat.line, clip.spoken)
    if beat.length is not None and clip.span.length < beat.length:
        value -= TOO_SHORT * (1 - clip.span.length / beat.length)
    return value


def likeness(line: str, text: str) -> float:
    """How much two texts share, from 0 to 1: shared tokens over all tokens of both."""
    ours, theirs = set(tokens(line)), set(tokens(text))
    return len(ours & theirs) / len(ours | theirs) if ours and theirs else 0.0


def _words_told(beat: Beat, clip: ClipRecord, language: Language) -> Sequence[str]:
    if likeness(beat.line, clip.spoken) >= 0.3:
        words = clip.spoken.strip()
        short = words if len(words) <= QUOTED else words[:QUOTED].rstrip() + "…"
        return [SAID["says"][language].format(words=short)]
    if likeness(beat.line, clip.description) >= 0.3:
        return [SAID["shows"][language]]
    return []
