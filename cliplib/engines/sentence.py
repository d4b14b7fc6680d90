"""Embeddings from a sentence-transformers model that lies on this machine; needs the extra `local`."""

import importlib.util
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cliplib.engines.base import Workshop
from cliplib.engines.weights import local_folder
from cliplib.errors import MissingTool, SettingsError

NEEDED = "modules.json"


class SentenceEmbedder:
    """A sentence-transformers model, `sentence:<folder or name>`."""

    lexical = False

    def __init__(self, model: str, folder: Path) -> None:
        self.id = f"sentence:{model}"
        self._folder = folder
        self._lock = threading.Lock()
        self._loaded: Any = None

    @classmethod
    def build(cls, model: str, workshop: Workshop) -> Self:
        """Make it for a folder or a repository name whose files are in the hub's cache.

        Nothing is downloaded: a name that is not there fails here, not after a minute of tries.

        Raises:
            SettingsError: no model is named.
            MissingTool: the package or the weights are absent.
        """
        if not model:
            raise SettingsError("embedder 'sentence' needs a model: sentence:<folder or owner/name>")
        if importlib.util.find_spec("sentence_transformers") is None:
            raise MissingTool(
                "the package sentence-transformers is absent", "Install the extra: pip install 'cliplib[local]'."
            )
        name = model if "/" in model or Path(model).exists() else f"sentence-transformers/{model}"
        folder = local_folder(name, NEEDED)
        if folder is None:
            raise MissingTool(
                f"the model {model} is not on this machine (no {NEEDED} in a folder or cache of that name)",
                f"Fetch it once with `hf download {name}`, or name a folder.",
            )
        return cls(model, folder)

    @property
    def dimensions(self) -> int:
        """Length of each vector, as the model says; loads it."""
        model = self._model()
        named = getattr(model, "get_embedding_dimension", None) or model.get_sentence_embedding_dimension
        return int(named())

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(texts), dimensions); zeros for a text without any letter or digit."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        rows = [row for row, text in enumerate(texts) if any(character.isalnum() for character in text)]
        if rows:
            with self._lock:
                found = self._model().encode(
                    [texts[row] for row in rows], normalize_embeddings=True, show_progress_bar=False
                )
            vectors[rows] = np.asarray(found, dtype=np.float32)
        return vectors

    def _model(self) -> Any:
        if self._loaded is None:
            from sentence_transformers import SentenceTransformer

            self._loaded = SentenceTransformer(str(self._folder), local_files_only=True)
        return self._loaded
