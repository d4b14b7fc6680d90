"""Makes the tiny Whisper model of the tests: random weights, real file formats, half a megabyte.

Run `python -m tests.engines.make_tiny_models FOLDER` in an environment with torch, transformers 5 and faster-whisper.
The result is kept in tests/engines/fixtures/tiny-whisper, so that the tests need none of these but faster-whisper.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "zh", "ja")


def special_tokens() -> list[str]:
    """Whisper's special tokens in the order that its programs expect."""
    return [
        "<|endoftext|>",
        "<|startoftranscript|>",
        *(f"<|{language}|>" for language in LANGUAGES),
        "<|translate|>",
        "<|transcribe|>",
        "<|startoflm|>",
        "<|startofprev|>",
        "<|nocaptions|>",
        "<|notimestamps|>",
    ]


def tokenizer() -> Any:
    """A byte-level tokenizer without merges, with Whisper's special tokens and its 1501 time stamps."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    # CTranslate2 takes a model for multilingual only if its vocabulary has the empty token.
    made = Tokenizer(models.BPE(vocab={letter: k for k, letter in enumerate([*letters, ""])}, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(special_tokens())
    made.add_tokens([AddedToken(f"<|{k * 0.02:.2f}|>", normalized=False) for k in range(1501)])
    return made


def make_whisper(target: Path) -> None:
    """Write the model in the format of CTranslate2."""
    import torch
    from ctranslate2.converters import TransformersConverter
    from transformers import PreTrainedTokenizerFast, WhisperConfig, WhisperFeatureExtractor
    from transformers import WhisperForConditionalGeneration as Whisper

    torch.manual_seed(7)
    made = tokenizer()
    ids = {token: made.token_to_id(token) for token in special_tokens()}
    end = ids["<|endoftext|>"]
    shape = {"d_model": 16, "encoder_layers": 2, "decoder_layers": 2, "num_mel_bins": 80}
    heads = {"encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 32, "decoder_ffn_dim": 32}
    model = Whisper(
        WhisperConfig(
            vocab_size=made.get_vocab_size(),
            **shape,
            **heads,
            pad_token_id=end,
            bos_token_id=end,
            eos_token_id=end,
            decoder_start_token_id=ids["<|startoftranscript|>"],
        )
    )
    wanted = model.generation_config
    wanted._from_model_config = False
    wanted.suppress_tokens = [made.token_to_id("!")]
    wanted.begin_suppress_tokens = [end]
    wanted.alignment_heads = [[1, 0], [1, 1]]
    wanted.lang_to_id = {f"<|{language}|>": ids[f"<|{language}|>"] for language in LANGUAGES}
    wanted.no_timestamps_token_id = ids["<|notimestamps|>"]
    with tempfile.TemporaryDirectory() as scratch:
        model.save_pretrained(scratch)
        PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<|endoftext|>").save_pretrained(scratch)
        WhisperFeatureExtractor(feature_size=80).save_pretrained(scratch)
        features = Path(scratch) / "preprocessor_config.json"
        if not features.exists():  # newer versions write it inside processor_config.json
            features.write_text(json.dumps(WhisperFeatureExtractor(feature_size=80).to_dict()), "utf-8")
        copied = ["tokenizer.json", "preprocessor_config.json"]
        TransformersConverter(scratch, copy_files=copied).convert(str(target), quantization="int8", force=True)


if __name__ == "__main__":
    make_whisper(Path(sys.argv[1]))
