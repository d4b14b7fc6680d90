"""Captions from a Qwen vision-language model on this machine; needs the extra `local`."""

import importlib.util
from pathlib import Path
from typing import Self

from cliplib.engines.base import VisionRequest, Workshop
from cliplib.engines.captioning import caption_of, caption_question, prompt_for
from cliplib.engines.chat import Asked, Question, Reply, examined, key_of, with_repair, with_schema
from cliplib.engines.chat_line import Answer
from cliplib.engines.qwen_model import QwenModel
from cliplib.engines.weights import local_folder
from cliplib.errors import BadReply, MissingTool, SettingsError
from cliplib.records import Caption

CONFIG, WEIGHTS = "config.json", "*.safetensors"
OWNER = "Qwen"
"""Whose repository is meant by a name without an owner."""


class QwenVision:
    """A vision engine that runs Qwen2.5-VL or Qwen3-VL here, `qwen-vl:<folder or name>`."""

    costly = True

    def __init__(self, name: str, model: QwenModel, workshop: Workshop) -> None:
        self.id = f"qwen-vl:{name}"
        self._name = name
        self._model = model
        self._workshop = workshop
        self._prompt = prompt_for(workshop.settings.language)

    @classmethod
    def build(cls, model: str, workshop: Workshop) -> Self:
        """Make it for a folder or a repository name whose files are in the hub's cache; loads nothing yet.

        Raises:
            SettingsError: no model is named.
            MissingTool: a package or the weights are absent. Nothing is downloaded.
        """
        name = model or workshop.settings.model
        if not name:
            raise SettingsError("vision 'qwen-vl' needs a model: qwen-vl:<folder or owner/name>")
        for package in ("torch", "transformers"):
            if importlib.util.find_spec(package) is None:
                raise MissingTool(
                    f"the package {package} is absent", "Install the extra: pip install 'cliplib[local]'."
                )
        source = name if "/" in name or Path(name).exists() else f"{OWNER}/{name}"
        folder = local_folder(source, CONFIG)
        if folder is None or not any(folder.glob(WEIGHTS)):
            raise MissingTool(
                f"the model {name} is not on this machine: no {CONFIG} and {WEIGHTS} in a folder or cache of that name",
                f"Fetch it once with `hf download {source}`, or name a folder.",
            )
        return cls(name, QwenModel(folder, workshop.announce), workshop)

    @property
    def fingerprint(self) -> str:
        """Of the prompt in the library's language."""
        return self._prompt.fingerprint

    def describe(self, request: VisionRequest) -> Caption:
        """The caption; all labels are from the vocabulary, all products are known ones.

        Raises:
            BadReply: the answer was unusable twice; the raw text is kept.
            EngineError: there is no picture, or the model failed.
            MissingTool: the packages are broken.
        """
        return caption_of(self._ask(caption_question(self._workshop.vocabulary, request)))

    def _ask(self, question: Question) -> Reply:
        """The checked answer; from the journal where the same was answered before."""
        key = key_of(self.id, question)
        if (call := self._workshop.journal.recall(key)) is not None:
            value, _ = examined(Answer(call.reply), question, last=True)
            if value is not None:
                return Reply(value, call.model)
        messages = with_schema(question.messages, question.schema)
        for last in (False, True):
            asked = Asked(self.id, key, question)
            answer = self._model.answer(messages)
            value, faults = examined(answer, question, last=last)
            self._workshop.journal.record(asked.call(answer, usable=value is not None))
            if value is not None:
                return Reply(value, answer.model)
            messages = with_repair(messages, faults, answer.text, self._workshop.settings.language)
        raise BadReply(f"{self.id} on {question.task}: {'; '.join(faults[:5])}", answer.text)
