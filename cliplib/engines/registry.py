"""Which engines there are: one literal table, whose rows are imported when they are asked for, and what `auto` means.

Other packages add rows by the entry-point group "cliplib.engines": name "kind.name", value "module:Class".
"""

import importlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any, Literal, overload

from cliplib.config import without_userinfo
from cliplib.engines.base import Embedder, Engine, FaceEngine, SpeechEngine, TextEngine, VisionEngine, Workshop, Writer
from cliplib.engines.weights import local_folder
from cliplib.errors import CliplibError, MissingTool, SettingsError

Kind = Literal["speech", "text", "faces", "vision", "embedder", "writer"]
KINDS: tuple[Kind, ...] = ("speech", "text", "faces", "vision", "embedder", "writer")
GROUP = "cliplib.engines"
AUTO = "auto"

TABLE: Mapping[tuple[Kind, str], str] = {
    ("speech", "sidecar"): "cliplib.engines.sidecar:SidecarSpeech",
    ("speech", "faster-whisper"): "cliplib.engines.whisper:WhisperSpeech",
    ("speech", "transcriptions"): "cliplib.engines.transcriptions:TranscriptionSpeech",
    ("speech", "none"): "cliplib.engines.silent:NoSpeech",
    ("speech", "scripted"): "cliplib.engines.scripted:ScriptedSpeech",
    ("text", "rapidocr"): "cliplib.engines.ocr:RapidText",
    ("text", "none"): "cliplib.engines.silent:NoText",
    ("text", "scripted"): "cliplib.engines.scripted:ScriptedText",
    ("faces", "haar"): "cliplib.engines.haar:HaarFaces",
    ("faces", "sface"): "cliplib.engines.sface:SFaces",
    ("faces", "scripted"): "cliplib.engines.scripted:ScriptedFaces",
    ("vision", "facts"): "cliplib.engines.facts:FactsVision",
    ("vision", "chat"): "cliplib.engines.chat_vision:ChatVision",
    ("vision", "qwen-vl"): "cliplib.engines.qwen_vision:QwenVision",
    ("vision", "scripted"): "cliplib.engines.scripted:ScriptedVision",
    ("embedder", "ngram"): "cliplib.engines.ngram:NgramEmbedder",
    ("embedder", "sentence"): "cliplib.engines.sentence:SentenceEmbedder",
    ("embedder", "scripted"): "cliplib.engines.scripted:ScriptedEmbedder",
    ("writer", "rules"): "cliplib.engines.rules:RulesWriter",
    ("writer", "chat"): "cliplib.engines.chat_writer:ChatWriter",
    ("writer", "scripted"): "cliplib.engines.scripted:ScriptedWriter",
}

OFFLINE: Mapping[Kind, str] = {
    "speech": "sidecar",
    "text": "rapidocr",
    "faces": "haar",
    "vision": "facts",
    "embedder": "ngram",
    "writer": "rules",
}
"""What `auto` falls to where nothing better is at hand."""

SENT: Mapping[Kind, str] = {"vision": "frames and words of clips", "writer": "scripts and clip records"}
"""What leaves the machine when a chat model does the work."""

SOUND = "stretches of sound with speech"
"""What leaves the machine when a service writes down the words; `auto` never chooses that."""

LOCAL: Mapping[str, str] = {"sentence": "sentence_transformers", "qwen-vl": "transformers", "sface": "cv2"}
"""Engines that need a model of the user's choice on this machine, and the package that runs it."""

LOCAL_SPEECH = "faster-whisper:small"
LOCAL_SPEECH_SOURCE = "Systran/faster-whisper-small"

WHY: Mapping[str, str] = {
    "sidecar": "reads .srt, .vtt and .ass files beside the footage",
    "none": "gives no words",
    "rapidocr": "offline: reads text in pictures, Chinese and English",
    "haar": "offline: counts faces, and knows people by their clothes within one footage",
    "facts": "offline: measured facts in words, labels by the spoken words",
    "ngram": "offline: shared words and pieces of words, Chinese and English",
    "rules": "offline: best assignment by score, type and words",
    "scripted": "answers as told; for tests and dry runs",
}


@dataclass(frozen=True, slots=True)
class EngineState:
    """Whether an engine can work here, and why or why not."""

    kind: Kind
    spec: str
    usable: bool
    why: str


@overload
def make(kind: Literal["speech"], spec: str, workshop: Workshop) -> SpeechEngine: ...
@overload
def make(kind: Literal["text"], spec: str, workshop: Workshop) -> TextEngine: ...
@overload
def make(kind: Literal["faces"], spec: str, workshop: Workshop) -> FaceEngine: ...
@overload
def make(kind: Literal["vision"], spec: str, workshop: Workshop) -> VisionEngine: ...
@overload
def make(kind: Literal["embedder"], spec: str, workshop: Workshop) -> Embedder: ...
@overload
def make(kind: Literal["writer"], spec: str, workshop: Workshop) -> Writer: ...
def make(kind: Kind, spec: str, workshop: Workshop) -> Any:
    """The engine of that kind that a setting such as "chat:qwen-vl-max" or "auto" means.

    Raises:
        SettingsError: no engine is called so; the message names those that there are.
        MissingTool, CredentialsError: it cannot work here, and what it needs.
    """
    chosen = automatic(kind, workshop) if spec.strip() in ("", AUTO) else spec.strip()
    name, _, model = chosen.partition(":")
    known = rows()
    if (kind, name) not in known:
        accepted = ", ".join([AUTO, *(known_name for known_kind, known_name in known if known_kind == kind)])
        raise SettingsError(f"setting {kind!r}: no engine is called {name!r}; accepted: {accepted}, each `name:model`")
    return _imported(known[kind, name]).build(model, workshop)


def automatic(kind: Kind, workshop: Workshop) -> str:
    """What `auto` means for a kind, here and now; announced where it is more than the offline engine.

    A key alone never switches a service on: footage would go to a paid service that nobody asked for.
    """
    settings = workshop.settings
    if kind == "speech" and local_folder(LOCAL_SPEECH_SOURCE, "model.bin") is not None:
        workshop.announce(f"speech: {LOCAL_SPEECH} (its weights are on this machine)")
        return LOCAL_SPEECH
    if kind in SENT and settings.base_url:
        workshop.announce(f"{kind}: chat; {SENT[kind]} are sent to {without_userinfo(settings.base_url)}")
        return f"chat:{settings.model}"
    workshop.announce(f"{kind}: {OFFLINE[kind]} ({WHY[OFFLINE[kind]]})")
    return OFFLINE[kind]


def rows() -> dict[tuple[Kind, str], str]:
    """All engines: the literal table, and the rows of other packages, which cannot replace ours."""
    found: dict[tuple[Kind, str], str] = {}
    for entry in entry_points(group=GROUP):
        kind, _, name = entry.name.partition(".")
        for known in KINDS:
            if kind == known and name:
                found[known, name] = entry.value
    return {**found, **TABLE}


def doctor(workshop: Workshop) -> list[EngineState]:
    """The state of every built-in engine. Loads no weights and calls no service."""
    return [_state(kind, name, workshop) for kind, name in TABLE]


def _state(kind: Kind, name: str, workshop: Workshop) -> EngineState:
    if name in ("chat", "transcriptions"):
        return _service_state(kind, name, workshop)
    if name in LOCAL:
        present = importlib.util.find_spec(LOCAL[name]) is not None
        why = f"needs a model: {name}:<folder or owner/name>" if present else "needs the extra `local`"
        return EngineState(kind, f"{name}:<model>", present, why)
    spec = LOCAL_SPEECH if name == "faster-whisper" else name
    said: list[str] = []
    quiet = Workshop(workshop.settings, workshop.vocabulary, workshop.journal, announce=said.append)
    try:
        make(kind, spec, quiet)
    except CliplibError as error:
        return EngineState(kind, spec, False, f"{error.message}. {error.next_step}")
    return EngineState(kind, spec, True, "; ".join(said) or WHY.get(name, "its weights are on this machine"))


def _service_state(kind: Kind, name: str, workshop: Workshop) -> EngineState:
    settings = workshop.settings
    spec = f"{name}:{settings.model if name == 'chat' and settings.model else '<model>'}"
    if not settings.base_url and not settings.api_key.get_secret_value():
        return EngineState(kind, spec, False, "neither base_url nor a key is set")
    where = without_userinfo(settings.base_url) or "the address of OpenAI"
    used = kind in SENT and settings.base_url
    how = "used by auto" if used else f"used only when named{', because base_url is not set' * (kind in SENT)}"
    return EngineState(kind, spec, True, f"{SENT.get(kind, SOUND)} go to {where}; {how}; not asked now")


def _imported(place: str) -> type[Engine]:
    module, _, name = place.partition(":")
    try:
        found: type[Engine] = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise MissingTool(f"the engine {place} cannot be imported: {error}") from error
    return found
