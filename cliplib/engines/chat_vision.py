"""Captions from a multimodal chat model of a service."""

from typing import Self

from cliplib.engines.base import VisionRequest, Workshop
from cliplib.engines.captioning import caption_of, caption_question, prompt_for
from cliplib.engines.chat import ChatClient
from cliplib.records import Caption
from cliplib.vocabulary import Language, Vocabulary


class ChatVision:
    """A vision engine that asks a chat model, `chat:<model>`."""

    costly = True

    def __init__(self, client: ChatClient, vocabulary: Vocabulary, language: Language) -> None:
        self._client = client
        self._vocabulary = vocabulary
        self._prompt = prompt_for(language)

    @classmethod
    def build(cls, model: str, workshop: Workshop) -> Self:
        """Make it for a model; an empty name is resolved at the first use."""
        return cls(ChatClient(model, workshop), workshop.vocabulary, workshop.settings.language)

    @property
    def id(self) -> str:
        """`chat:` and the model that is asked."""
        return f"chat:{self._client.model}"

    @property
    def fingerprint(self) -> str:
        """Of the prompt in the library's language."""
        return self._prompt.fingerprint

    def describe(self, request: VisionRequest) -> Caption:
        """The caption; all labels are from the vocabulary, all products are known ones.

        Raises:
            EngineError: there is no picture; and all that `ChatClient.ask` raises.
        """
        return caption_of(self._client.ask(caption_question(self._vocabulary, request)))
