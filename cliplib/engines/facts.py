"""The vision engine that needs no model: says in words what was measured, and judges by the spoken words.

It sees nothing. Its labels have a confidence of at most 0.5, and its descriptions say that they are measured.
"""

from collections.abc import Callable
from typing import Self

from cliplib.engines.base import VisionRequest, Workshop
from cliplib.engines.cues import Heard, classify, mentions, sentences
from cliplib.engines.picturing import BRIGHTNESS, MOTION, SHARPNESS, SPEECH, colour_names, flaw_name, framing, in_words
from cliplib.records import Caption, FootageKind, ProductLink
from cliplib.vocabulary import Language, Vocabulary
from cliplib.words import folded, names_price

NAMED, SHOWN, FILED = 0.9, 0.7, 0.5
"""Confidence in a product that is spoken of by name, whose name is on screen, that the footage was filed under."""

CLEAR, LIKELY, BY_KIND = 0.5, 0.4, 0.2
CLEAR_WEIGHT = 3.0
FORM_CONFIDENCE = 0.3
SLOW_MOTION = 0.3
VOICED = 0.3
OPENING_MS = 1_500
"""A clip that starts within so much of its footage may be a hook."""

SPOKEN_KIND: dict[FootageKind, tuple[str, ...]] = {
    "brand": ("brand_intro",),
    "product": ("product_feature",),
    "model": ("usage_demo",),
    "livestream": ("product_intro",),
    "ugc": ("social_proof",),
    "still": ("product_intro",),
    "generated": ("other",),
}
"""What a spoken clip is taken for when its words say nothing clear."""

SILENT_KIND: dict[FootageKind, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "brand": (("transition_broll", "scenario"), ("scenario", "transition_broll")),
    "product": (("texture_closeup", "transition_broll"), ("usage_demo", "texture_closeup")),
    "model": (("usage_demo", "scenario"), ("usage_demo", "try_on_show")),
    "livestream": (("usage_demo",), ("usage_demo",)),
    "ugc": (("scenario",), ("usage_demo",)),
    "still": (("texture_closeup",), ("transition_broll",)),
    "generated": (("transition_broll",), ("transition_broll",)),
}
"""What a clip without words is taken for: with slow movement, and with more of it."""

FORMS: dict[FootageKind, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "brand": (("voice_over_broll",), ("live_action",)),
    "product": (("product_tabletop", "voice_over_broll"), ("product_tabletop",)),
    "model": (("runway_model", "voice_over_broll"), ("runway_model",)),
    "livestream": (("livestream_cut", "talking_head"), ("livestream_cut",)),
    "ugc": (("ugc_selfie", "talking_head"), ("ugc_selfie",)),
    "still": (("still_motion", "voice_over_broll"), ("still_motion",)),
    "generated": (("ai_generated", "voice_over_broll"), ("ai_generated",)),
}
"""How footage of a kind is usually made: with words, and without."""


class FactsVision:
    """Describes what was measured and classifies by words and footage kind, `facts`."""

    id = "facts"
    fingerprint = ""
    costly = False

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    @classmethod
    def build(cls, model: str, workshop: Workshop) -> Self:
        """Needs nothing but the vocabulary."""
        return cls(workshop.vocabulary)

    def describe(self, request: VisionRequest) -> Caption:
        """The caption, in the language asked for. The same request always gives the same caption."""
        spoken = request.spoken.strip()
        types, confidence, why = self._content_types(request, spoken)
        return Caption(
            content_types=types,
            forms=FORMS[request.kind][0 if _is_voiced(request) else 1],
            description=_description(request, spoken),
            products=_products(request, spoken),
            confidence={"content_types": confidence, "forms": FORM_CONFIDENCE},
            evidence={"content_types": why, "forms": _said(request.language, "form")},
        )

    def _content_types(self, request: VisionRequest, spoken: str) -> tuple[tuple[str, ...], float, str]:
        """The types, how sure that is, and why."""
        names = tuple(name for product in request.products for name in (product.name, *product.aliases))
        weights = classify(Heard(spoken, names, opens=request.span.start < OPENING_MS), self._vocabulary)
        if weights:
            sure = CLEAR if max(weights.values()) >= CLEAR_WEIGHT else LIKELY
            return tuple(weights), sure, _said(request.language, "words").format(words=spoken)
        price = next((text.text for text in request.on_screen if names_price(text.text)), None)
        if price is not None:
            return ("offer_price",), LIKELY, _said(request.language, "screen").format(words=price)
        if _is_voiced(request):
            return SPOKEN_KIND[request.kind], BY_KIND, _said(request.language, "kind")
        slow = request.facts.motion < SLOW_MOTION
        return SILENT_KIND[request.kind][0 if slow else 1], BY_KIND, _said(request.language, "silent")


def _is_voiced(request: VisionRequest) -> bool:
    """Whether somebody speaks in it, also where nobody wrote down what."""
    return bool(request.spoken.strip()) or request.facts.speech >= VOICED


def _products(request: VisionRequest, spoken: str) -> tuple[ProductLink, ...]:
    """Products that the words name, and those that the footage was filed under."""
    links = []
    plain = sentences(spoken)
    for product in request.products:
        names = (product.name, *product.aliases)
        heard = next((said for said in plain if any(mentions(said, name) for name in names)), None)
        if heard is not None:
            evidence = _said(request.language, "words").format(words=_as_spoken(heard, spoken))
            links.append(ProductLink(product=product.id, evidence=evidence, confidence=NAMED))
        elif shown := next((text.text for text in request.on_screen if any(map(_in(text.text), names))), None):
            evidence = _said(request.language, "screen").format(words=shown)
            links.append(ProductLink(product=product.id, evidence=evidence, confidence=SHOWN))
    linked = {link.product for link in links}
    filed = _said(request.language, "filed")
    links += [
        ProductLink(product=id, evidence=filed, confidence=FILED) for id in request.filed_under if id not in linked
    ]
    return tuple(links)


def _in(text: str) -> Callable[[str], bool]:
    return lambda name: mentions(folded(text), name)


def _as_spoken(sentence: str, spoken: str) -> str:
    """A folded sentence in the letters that it was spoken with, where they can be found again."""
    at = folded(spoken).find(sentence)
    return spoken[at : at + len(sentence)] if at >= 0 and len(folded(spoken)) == len(spoken) else sentence


def _description(request: VisionRequest, spoken: str) -> str:
    """What was measured, as a sentence."""
    facts, language = request.facts, request.language
    parts = [_said(language, "flaw").format(flaw=flaw_name(facts.flaw, language))] if facts.flaw else []
    parts.append(in_words(facts.brightness, BRIGHTNESS, language))
    if colours := colour_names(facts, language):
        parts.append(_said(language, "colours").format(colours=_said(language, "and").join(colours)))
    parts += [in_words(facts.motion, MOTION, language), in_words(facts.sharpness, SHARPNESS, language)]
    if request.frames:
        parts += framing(request.frames[len(request.frames) // 2].jpeg, language)
    if facts.faces is not None:
        parts.append(_said(language, "faces" if facts.faces else "no faces").format(faces=facts.faces))
    parts.append(_sound(request, spoken))
    return _said(language, "measured").format(facts=_said(language, "join").join(parts))


def _sound(request: VisionRequest, spoken: str) -> str:
    facts, language = request.facts, request.language
    if not facts.has_sound:
        return _said(language, "no sound")
    said = in_words(max(facts.speech, 0.05 if spoken else 0.0), SPEECH, language)
    if facts.loudness is None:
        return said
    return said + _said(language, "loudness").format(loudness=facts.loudness)


def _said(language: Language, key: str) -> str:
    return _WORDING[key][0 if language == "zh" else 1]


_WORDING: dict[str, tuple[str, str]] = {
    "measured": ("由测量得出，未看画面：{facts}。", "Measured, not seen: {facts}."),
    "flaw": ("不可用：{flaw}", "of no use: {flaw}"),
    "join": ("；", "; "),
    "and": ("、", ", "),
    "colours": ("以{colours}为主", "mainly {colours}"),
    "faces": ("检测到 {faces} 张人脸", "faces found: {faces}"),
    "no faces": ("未检测到人脸", "no face found"),
    "no sound": ("没有声音", "no sound"),
    "loudness": ("（响度 {loudness:.0f} LUFS）", " (loudness {loudness:.0f} LUFS)"),
    "words": ("口播：“{words}”", 'spoken: "{words}"'),
    "screen": ("画面文字：“{words}”", 'on screen: "{words}"'),
    "kind": ("口播内容没有明确线索，按素材类别推断", "no clear words; judged by the kind of footage"),
    "silent": ("没有口播，按素材类别和运动量推断", "no words; judged by the kind of footage and its movement"),
    "form": ("按素材类别推断", "judged by the kind of footage"),
    "filed": ("素材归档时登记的产品，未在口播中出现", "the footage was filed under it; it is not named in the words"),
}
