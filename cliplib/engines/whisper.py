"""Speech to words with faster-whisper, on the CPU or a GPU. Sound without speech never reaches the model."""

import importlib.util
import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Self

from cliplib.engines.base import SpeechRequest, Workshop
from cliplib.engines.silero import as_float, find_speech
from cliplib.engines.weights import local_folder
from cliplib.errors import EngineError, MissingTool, SettingsError
from cliplib.records import Line, Transcript, Word
from cliplib.values import Span
from cliplib.words import folded

DEFAULT_MODEL = "small"
NEEDED = "model.bin"
PROMPT_ZH = "以下是普通话的句子，使用简体中文和标点符号。"
"""Makes the model write simplified characters with punctuation."""

SENTENCE_ENDS = ("。", "！", "？", "!", "?", ".", "…", "；", ";")
SURE_OF_SILENCE = 0.5
"""From this probability of "no speech" on, a polite phrase is taken for one that the model made up."""

NEVER_SAID = (
    "请不吝点赞", "明镜与点点", "字幕由amara", "amara.org", "字幕志愿者", "字幕组", "由社群提供的字幕",
    "subtitles by the", "transcribed by", "以下是普通话的句子",
    "优优独播剧场", "yoyo television", "本字幕由", "字幕制作",
)  # fmt: skip
"""Phrases from the subtitles that the models learned from. Nobody says them; they come up on music and noise."""

SELDOM_SAID = (
    "谢谢观看", "谢谢大家", "感谢观看", "谢谢收看", "感谢收看", "thanks for watching", "thank you for watching",
    "thank you", "please subscribe", "bye", "you", "订阅", "点赞", "下期再见", "我们下期再见",
    "ご視聴ありがとうございました",
)  # fmt: skip
"""Phrases that people do say, and that the models make up where nobody speaks."""

REPOSITORIES = {
    **{size: f"Systran/faster-whisper-{size}" for size in ("tiny", "base", "small", "medium", "large-v1", "large-v2")},
    **{f"{size}.en": f"Systran/faster-whisper-{size}.en" for size in ("tiny", "base", "small", "medium")},
    **dict.fromkeys(("large-v3", "large"), "Systran/faster-whisper-large-v3"),
    **dict.fromkeys(("large-v3-turbo", "turbo"), "mobiuslabsgmbh/faster-whisper-large-v3-turbo"),
}
"""Where the weights of a size come from."""


def weights_of(model: str) -> Path | None:
    """The folder of a model's weights, or None where they are not on this machine."""
    return local_folder(REPOSITORIES.get(model, model), NEEDED)


class WhisperSpeech:
    """A Whisper model, `faster-whisper:<size, folder or repository>`."""

    def __init__(self, model: str, announce: Callable[[str], None]) -> None:
        self.id = f"faster-whisper:{model}"
        self._name = model
        self._announce = announce
        self._lock = threading.Lock()
        self._loaded: Any = None

    @classmethod
    def build(cls, model: str, workshop: Workshop) -> Self:
        """Make it for a size such as "small", a folder, or a repository. Weights are loaded at the first speech.

        Raises:
            MissingTool: the package is absent, or the weights are and may not be downloaded.
            SettingsError: a path is named that holds no model.
        """
        name = model or DEFAULT_MODEL
        if importlib.util.find_spec("faster_whisper") is None:
            raise MissingTool("the package faster-whisper is absent", "Install it: pip install faster-whisper.")
        if weights_of(name) is None:
            if name not in REPOSITORIES and (Path(name).expanduser().exists() or name.startswith(("/", ".", "~"))):
                raise SettingsError(f"speech 'faster-whisper:{name}': the folder has no {NEEDED}")
            if os.environ.get("HF_HUB_OFFLINE", "").lower() in ("1", "true", "yes", "on"):
                raise _absent(name)
            workshop.announce(f"faster-whisper: the weights of {name!r} are not here and will be downloaded once")
        return cls(name, workshop.announce)

    def transcribe(self, request: SpeechRequest) -> Transcript:
        """The words with their times, one line per sentence. Without speech: no lines, no use of the model, and why.

        Raises:
            MissingTool: the weights cannot be had.
        """
        if not find_speech(request.audio):
            return Transcript(engine=self.id, reason="no speech was detected in the sound")
        with self._lock:
            segments, language = self._heard(request)
        dropped: list[str] = []
        lines = tuple(line for segment in segments for line in _lines(segment, request.length, dropped))
        if dropped:
            self._announce(f"{self.id}: left out phrases that nobody said: {'; '.join(dropped[:5])}")
        reason = "" if lines else "the speech model found no words in the sound"
        return Transcript(language=language, engine=self.id, lines=lines, reason=reason)

    def _heard(self, request: SpeechRequest) -> tuple[list[Any], str]:
        segments, about = self._model().transcribe(
            as_float(request.audio),
            language=request.language or None,
            initial_prompt=PROMPT_ZH if request.language == "zh" else None,
            hotwords=" ".join(request.hotwords) or None,
            vad_filter=True,
            word_timestamps=True,
            condition_on_previous_text=False,
        )
        return list(segments), str(about.language)

    def _model(self) -> Any:
        if self._loaded is None:
            from faster_whisper import WhisperModel

            folder = weights_of(self._name)
            try:
                self._loaded = WhisperModel(str(folder or self._name), device="auto", compute_type="auto")
            except (OSError, ValueError, RuntimeError) as error:
                if folder is None:
                    raise _absent(self._name) from error
                raise EngineError(f"{self.id}: the model in {folder} cannot be loaded: {error}") from error
        return self._loaded


def _absent(name: str) -> MissingTool:
    source = REPOSITORIES.get(name, name)
    return MissingTool(
        f"the weights of faster-whisper:{name} are not on this machine and cannot be downloaded now",
        f"Fetch them once with `hf download {source}`, or name a folder: faster-whisper:/path/to/model.",
    )


def _lines(segment: Any, length: int, dropped: list[str]) -> Iterator[Line]:
    """The sentences of one segment of the model's output, inside the sound; made-up phrases go to `dropped`."""
    if is_made_up(segment.text, float(segment.no_speech_prob)):
        dropped.append(segment.text.strip())
        return
    words = [_word(word, length) for word in segment.words or ()]
    for sentence in by_sentence(word for word in words if word is not None):
        text = "".join(word.text for word in sentence).strip()
        if any(map(str.isalnum, text)) and not is_made_up(text, float(segment.no_speech_prob)):
            span = Span(start=sentence[0].span.start, end=max(word.span.end for word in sentence))
            trimmed = tuple(word.model_copy(update={"text": word.text.strip()}) for word in sentence)
            yield Line(text=text, span=span, words=tuple(word for word in trimmed if word.text))


def _word(word: Any, length: int) -> Word | None:
    """A word with plain numbers and a span inside the sound; None where it starts after the end."""
    start, end = round(float(word.start) * 1000), round(float(word.end) * 1000)
    if start >= length:
        return None
    span = Span(start=max(0, start), end=min(length, max(end, start + 1)))
    return Word(text=str(word.word), span=span, confidence=min(1.0, max(0.0, float(word.probability))))


def by_sentence(words: Iterable[Word]) -> Iterator[list[Word]]:
    """Words in groups, each ending with a sentence mark; a word keeps the spaces that the model wrote."""
    sentence: list[Word] = []
    for word in words:
        sentence.append(word)
        if word.text.strip().endswith(SENTENCE_ENDS):
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def is_made_up(text: str, no_speech: float) -> bool:
    """Whether a text is a stock phrase of subtitles rather than something heard.

    Args:
        text: a segment or sentence.
        no_speech: the model's own probability that nobody speaks there.
    """
    plain = folded(text).strip()
    if any(phrase in plain for phrase in NEVER_SAID):
        return True
    bare = re.sub(r"[\W_]+", "", plain)
    return no_speech >= SURE_OF_SILENCE and bare in {re.sub(r"[\W_]+", "", phrase) for phrase in SELDOM_SAID}
