"""Makes tiny Qwen2.5-VL and Qwen3-VL models: random weights, real file formats, two megabytes each."""

import json
from pathlib import Path
from typing import Any

SPECIAL = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
TEMPLATE = (
    "{% for turn in messages %}<|im_start|>{{ turn.role }}\n"
    "{% for part in turn.content %}{% if part.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% else %}{{ part.text }}{% endif %}{% endfor %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
PATCH = {"2.5": 14, "3": 16}
TEXT = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 32768,
}
VISION = {"depth": 2, "hidden_size": 32, "num_heads": 2, "intermediate_size": 64, "out_hidden_size": 32}


def tokenizer() -> Any:
    """A byte-level tokenizer without merges, with the special tokens of the family and its way of writing turns."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE(vocab={letter: k for k, letter in enumerate(letters)}, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(list(SPECIAL))
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        additional_special_tokens=list(SPECIAL[1:]),
        chat_template=TEMPLATE,
    )


def make_qwen(target: Path, version: str) -> Path:
    """Write a model of version "2.5" or "3" into a folder."""
    import torch
    import transformers

    torch.manual_seed(5)
    words = tokenizer()
    ids = {
        "image_token_id": words.convert_tokens_to_ids("<|image_pad|>"),
        "video_token_id": words.convert_tokens_to_ids("<|video_pad|>"),
        "vision_start_token_id": words.convert_tokens_to_ids("<|vision_start|>"),
        "vision_end_token_id": words.convert_tokens_to_ids("<|vision_end|>"),
    }
    text: dict[str, Any] = {
        **TEXT,
        "vocab_size": len(words),
        "pad_token_id": words.pad_token_id,
        "eos_token_id": words.eos_token_id,
    }
    vision: dict[str, Any] = {**VISION, "patch_size": PATCH[version], "spatial_merge_size": 2, "temporal_patch_size": 2}
    if version == "2.5":
        text["rope_parameters"] = {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 1e6}
        vision |= {"window_size": 112, "fullatt_block_indexes": [1]}
        name = "Qwen2_5_VL"
    else:
        rope = {"rope_type": "default", "mrope_section": [2, 1, 1], "mrope_interleaved": True, "rope_theta": 5e6}
        text |= {"head_dim": 8, "rope_parameters": rope}
        vision |= {"num_position_embeddings": 256, "deepstack_visual_indexes": [0]}
        name = "Qwen3VL"
    config = getattr(transformers, f"{name}Config")(text_config=text, vision_config=vision, **ids)
    getattr(transformers, f"{name}ForConditionalGeneration")(config).save_pretrained(target)
    words.save_pretrained(target)
    half = [0.5, 0.5, 0.5]
    pictures = {
        "image_processor_type": "Qwen2VLImageProcessor",
        "patch_size": PATCH[version],
        "merge_size": 2,
        "temporal_patch_size": 2,
        "image_mean": half,
        "image_std": half,
        "size": {"shortest_edge": 3136, "longest_edge": 602112},
    }
    (target / "preprocessor_config.json").write_text(json.dumps(pictures), "utf-8")
    return target
