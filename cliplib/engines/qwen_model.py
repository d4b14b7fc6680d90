"""A Qwen vision-language model of transformers: messages with pictures in, text out.

Pictures are prepared in one of two ways that give the model the same: by the model's own processor with qwen-vl-utils
where that package works (it needs torchvision), else by the image processor and tokenizer alone.
"""

import base64
import importlib.util
import io
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cliplib.engines.chat_line import Answer
from cliplib.errors import EngineError, MissingTool

MOST_TOKENS = 1024
"""Tokens of an answer, at most; a caption takes about 400."""

PAD = "<|image_pad|>"
UTILITIES = "qwen_vl_utils"

Messages = Sequence[Mapping[str, Any]]
Prepared = Mapping[str, Any]
"""What `generate` takes: tensors by name."""


class QwenModel:
    """Weights in a folder, loaded at the first question. One question is answered at a time.

    Args:
        folder: with config, tokenizer, image processor and weights, as `save_pretrained` writes them.
        announce: told how pictures are prepared if not in the usual way.
    """

    def __init__(self, folder: Path, announce: Callable[[str], None]) -> None:
        self._folder = folder
        self._announce = announce
        self._lock = threading.Lock()
        self._model: Any = None
        self._prepare: Callable[[Messages], Prepared] | None = None
        self._tokenizer: Any = None

    def answer(self, messages: Messages) -> Answer:
        """What the model writes after these messages, which have the form of the OpenAI API.

        Raises:
            MissingTool: the packages do not work here.
            EngineError: the model cannot be loaded, or fails.
        """
        with self._lock:
            self._load()
            assert self._prepare is not None
            try:
                inputs = self._prepare(safe(messages))
                return self._generated(inputs)
            except (RuntimeError, ValueError, OSError) as error:
                raise EngineError(f"qwen-vl: {self._folder.name} failed: {error}") from error

    def _generated(self, inputs: Prepared) -> Answer:
        import torch

        asked = int(inputs["input_ids"].shape[1])
        here = {name: tensor.to(self._model.device) for name, tensor in inputs.items()}
        with torch.inference_mode():
            out = self._model.generate(**here, max_new_tokens=MOST_TOKENS, do_sample=False)
        written = out[0, asked:]
        text = self._tokenizer.decode(written, skip_special_tokens=True)
        return Answer(str(text), self._folder.name, tokens_in=asked, tokens_out=len(written))

    def _load(self) -> None:
        if self._model is not None:
            return
        try:
            import torch
            from safetensors import SafetensorError
            from transformers import AutoModelForImageTextToText, AutoTokenizer
        except (ImportError, RuntimeError) as error:
            raise _broken(error) from error
        try:
            tokenizer = AutoTokenizer.from_pretrained(self._folder, local_files_only=True)
            model = AutoModelForImageTextToText.from_pretrained(self._folder, dtype="auto", local_files_only=True)
            prepare = self._by_processor() or self._by_hand(tokenizer)
        except ImportError as error:
            raise _broken(error) from error
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            raise EngineError(f"qwen-vl: the model in {self._folder} cannot be loaded: {error}") from error
        if tokenizer.chat_template is None:
            raise EngineError(f"qwen-vl: the tokenizer in {self._folder} has no chat template")
        self._tokenizer, self._prepare = tokenizer, prepare
        self._model = model.to("cuda" if torch.cuda.is_available() else "cpu").eval()

    def _by_processor(self) -> Callable[[Messages], Prepared] | None:
        """The way through qwen-vl-utils; None where it does not work."""
        if importlib.util.find_spec(UTILITIES) is None:
            return None
        try:
            from qwen_vl_utils import process_vision_info
            from transformers import AutoProcessor

            processor = AutoProcessor.from_pretrained(self._folder, local_files_only=True)
        except (ImportError, RuntimeError, AttributeError) as error:
            self._announce(f"qwen-vl: qwen-vl-utils does not work here ({error}); pictures are prepared without it")
            return None
        patch = int(processor.image_processor.patch_size)

        def prepared(messages: Messages) -> Prepared:
            turns = [{**turn, "content": [_opened(part) for part in parts_of(turn)]} for turn in messages]
            text = processor.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
            images, _ = process_vision_info(turns, image_patch_size=patch)
            made: Prepared = processor(text=[text], images=images, do_resize=False, return_tensors="pt")
            return made

        return prepared

    def _by_hand(self, tokenizer: Any) -> Callable[[Messages], Prepared]:
        """The way that needs neither qwen-vl-utils nor torchvision."""
        from transformers import AutoImageProcessor

        images = AutoImageProcessor.from_pretrained(self._folder, local_files_only=True)

        def prepared(messages: Messages) -> Prepared:
            parts = [[_opened(part) for part in parts_of(turn)] for turn in messages]
            turns = [
                {**turn, "content": [_named(part) for part in own]} for turn, own in zip(messages, parts, strict=True)
            ]
            text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
            pixels = images(
                images=[part["image"] for own in parts for part in own if "image" in part], return_tensors="pt"
            )
            counts = [int(grid.prod()) // images.merge_size**2 for grid in pixels["image_grid_thw"]]
            encoded = tokenizer(_filled(text, counts), return_tensors="pt")
            encoded.pop("token_type_ids", None)
            # Without it Qwen3-VL takes pictures for text when it counts positions.
            here = encoded["input_ids"] == tokenizer.convert_tokens_to_ids(PAD)
            return {**encoded, **pixels, "mm_token_type_ids": here.long()}

        return prepared


def _broken(error: Exception) -> MissingTool:
    return MissingTool(
        f"torch and transformers do not work here: {error}",
        "A torchvision that does not belong to the torch beside it breaks transformers: remove it, or install both "
        "from one index.",
    )


def parts_of(turn: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The content of a turn as parts."""
    content = turn["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def safe(messages: Messages) -> list[dict[str, Any]]:
    """The messages without control tokens: words of footage must neither end a turn nor pose as a picture."""

    def harmless(part: dict[str, Any]) -> dict[str, Any]:
        return {**part, "text": part["text"].replace("<|", "< |")} if part["type"] == "text" else part

    return [{**turn, "content": [harmless(part) for part in parts_of(turn)]} for turn in messages]


def _opened(part: dict[str, Any]) -> dict[str, Any]:
    """A part of the OpenAI form as one of transformers, its picture opened."""
    if part["type"] != "image_url":
        return part
    from PIL import Image

    data = base64.b64decode(part["image_url"]["url"].partition(",")[2])
    return {"type": "image", "image": Image.open(io.BytesIO(data)).convert("RGB")}


def _named(part: dict[str, Any]) -> dict[str, Any]:
    return {"type": "image"} if part["type"] == "image" else part


def _filled(text: str, counts: Sequence[int]) -> str:
    """The text with each picture's place repeated as often as the picture has tokens."""
    pieces = text.split(PAD)
    if len(pieces) != len(counts) + 1:
        raise ValueError(f"the chat template has {len(pieces) - 1} places for {len(counts)} pictures")
    return "".join(piece + PAD * count for piece, count in zip(pieces, [*counts, 0], strict=True))
