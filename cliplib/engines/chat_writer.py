"""The writer that asks a chat model: a script and offered clips in, an order of labels per beat out."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Self

from cliplib import prompting
from cliplib.engines.assigning import assign
from cliplib.engines.base import PickRequest, Workshop
from cliplib.engines.chat import ChatClient, Found, Question
from cliplib.engines.chat_reply import closed
from cliplib.plans import Choice, Offer, Proposal
from cliplib.records import ClipRecord
from cliplib.vocabulary import Language, Vocabulary

MOST_LABELS = 3
LONGEST_TEXT = 300
LONGEST_REASON = 400
"""Characters of a clip's texts that the model is shown, and of its reasons that are kept."""


class ChatWriter:
    """A writer that asks a chat model, `chat:<model>`. It is told labels such as C01, nothing that leads to a file."""

    def __init__(self, client: ChatClient, vocabulary: Vocabulary, announce: Callable[[str], None]) -> None:
        self._client = client
        self._vocabulary = vocabulary
        self._announce = announce

    @classmethod
    def build(cls, model: str, workshop: Workshop) -> Self:
        """Make it for a model; an empty name is resolved at the first use."""
        return cls(ChatClient(model, workshop), workshop.vocabulary, workshop.announce)

    @property
    def id(self) -> str:
        """`chat:` and the model that is asked."""
        return f"chat:{self._client.model}"

    def pick(self, request: PickRequest) -> Proposal:
        """The model's choice for each beat that has an offer.

        A reply that is still wrong after one repair keeps what is right in it; a beat for which nothing remains has no
        choice, and that is announced.

        Raises:
            BadReply: nothing in the reply can be used; and all that `ChatClient.ask` raises.
        """
        offers = {offer.beat: offer for offer in request.offers if offer.candidates}
        prompt = prompting.load("pick_clips", request.script.language)
        if not offers:
            return Proposal(choices=(), writer=self.id, prompt=prompt.fingerprint)
        reply = self._client.ask(_question(request, offers, prompt, self._vocabulary))
        choices = tuple(
            Choice(beat=beat, labels=tuple(found["labels"]), reason=found["reason"].strip()[:LONGEST_REASON])
            for beat, found in reply.value.items()
            if found["labels"]
        )
        if reply.salvaged:
            left = ", ".join(beat for beat in offers if beat not in {choice.beat for choice in choices})
            self._announce(
                f"{self.id}: parts of the reply were unusable and are left out"
                + (f"; no choice for {left}" if left else "")
            )
        in_order = tuple(sorted(choices, key=lambda choice: list(offers).index(choice.beat)))
        return Proposal(choices=in_order, writer=self.id, model=reply.model, prompt=prompt.fingerprint)


def _question(
    request: PickRequest, offers: Mapping[str, Offer], prompt: prompting.Prompt, vocabulary: Vocabulary
) -> Question:
    shown = json.dumps(_shown(request, offers, vocabulary), ensure_ascii=False)
    return Question(
        task="pick",
        prompt=prompt,
        messages=({"role": "system", "content": prompt.text}, {"role": "user", "content": shown}),
        schema=pick_schema(offers),
        check=lambda found: _faults(found, offers),
        salvage=lambda found: _salvaged(found, offers),
    )


def pick_schema(offers: Mapping[str, Offer]) -> dict[str, Any]:
    """The closed schema of an answer: for each beat, labels from its own offer and a reason."""

    def beat(offer: Offer) -> dict[str, Any]:
        labels = {"type": "string", "enum": [candidate.label for candidate in offer.candidates]}
        return closed({"labels": {"type": "array", "items": labels}, "reason": {"type": "string"}})

    return closed({id: beat(offer) for id, offer in offers.items()}, "pick")


def _shown(request: PickRequest, offers: Mapping[str, Offer], vocabulary: Vocabulary) -> dict[str, Any]:
    """What the model is told: the script, the beats with what is offered for each, and each clip once."""
    script = request.script
    language = script.language
    beats = [
        {
            "beat": beat.id,
            "line": beat.line,
            "content_types": [vocabulary.label("content_type", key, language) for key in beat.content_types],
            "seconds": None if beat.length is None else beat.length / 1000,
            "offered": {c.label: round(c.score, 3) for c in offers[beat.id].candidates},
        }
        for beat in script.beats
        if beat.id in offers
    ]
    labels = {candidate.label for offer in offers.values() for candidate in offer.candidates}
    earlier = [
        {choice.beat: choice.labels[0] for choice in order.choices if choice.labels} for order in request.earlier
    ]
    return {
        **({"earlier": earlier} if earlier else {}),
        "film": {
            "title": script.title,
            "product": script.product,
            "audience": script.audience,
            "channel": script.channel,
            "seconds": script.length / 1000,
        },
        "beats": beats,
        "clips": {label: _clip(request.clips[label], vocabulary, language) for label in sorted(labels)},
    }


def _clip(clip: ClipRecord, vocabulary: Vocabulary, language: Language) -> dict[str, Any]:
    return {
        "content_types": [vocabulary.label("content_type", key, language) for key in clip.content_types],
        "forms": [vocabulary.label("form", key, language) for key in clip.forms],
        "seconds": clip.span.length / 1000,
        "shot_size": clip.shot_size and vocabulary.label("shot_size", clip.shot_size, language),
        "spoken": clip.spoken[:LONGEST_TEXT],
        "description": clip.description[:LONGEST_TEXT],
        "products": [link.product for link in clip.products],
    }


def _faults(found: Found, offers: Mapping[str, Offer]) -> list[str]:
    """What the schema cannot say: counts, repeated labels, and first choices used twice without need."""
    said = []
    for beat, choice in found.items():
        labels = choice["labels"]
        if not 1 <= len(labels) <= MOST_LABELS or len(set(labels)) != len(labels):
            said.append(f"{beat}.labels must have 1 to {MOST_LABELS} different labels, not {labels}")
    firsts: dict[str, str] = {}
    spare = _may_all_differ(offers)
    for beat, choice in found.items():
        first = choice["labels"][0] if choice["labels"] else ""
        if first and first in firsts and spare:
            said.append(
                f"{first} is the first choice of both {firsts[first]} and {beat}; choose another one for {beat}"
            )
        firsts.setdefault(first, beat)
    return said


def _may_all_differ(offers: Mapping[str, Offer]) -> bool:
    chosen = assign([{c.label: 0.0 for c in offer.candidates} for offer in offers.values()])
    return len(set(chosen)) == len(chosen)


def _salvaged(found: Found, offers: Mapping[str, Offer]) -> Found | None:
    """What is right in a wrong reply: for each beat the labels that were offered for it; None if nothing is."""
    kept: Found = {}
    for beat, offer in offers.items():
        choice = found.get(beat)
        choice = choice if isinstance(choice, dict) else {}
        labels, reason = choice.get("labels"), choice.get("reason")
        offered = {candidate.label for candidate in offer.candidates}
        named = [label for label in labels if isinstance(label, str)] if isinstance(labels, list) else []
        right = list(dict.fromkeys(label for label in named if label in offered))[:MOST_LABELS]
        # The reason is for the first label; without that label it would speak of another clip.
        meant = isinstance(reason, str) and right[:1] == named[:1]
        kept[beat] = {"labels": right, "reason": reason if meant else ""}
    return kept if any(choice["labels"] for choice in kept.values()) else None
