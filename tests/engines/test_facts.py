"""The offline vision engine: measured values in words, labels by words and kind, products by name."""

import io
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from cliplib.engines.base import TimedFrame
from cliplib.engines.facts import FORMS, SILENT_KIND, SPOKEN_KIND, FactsVision
from cliplib.engines.picturing import (
    BRIGHTNESS,
    COLOURS,
    FLAWS,
    MOTION,
    SHARPNESS,
    SPEECH,
    colour_name,
    framing,
    in_words,
)
from cliplib.records import Flaw, FootageKind
from cliplib.values import Span
from cliplib.vocabulary import shipped
from tests.engines.conftest import MakeVision

ENGINE = FactsVision(shipped())


def test_says_what_was_measured_in_chinese(look: MakeVision) -> None:
    caption = ENGINE.describe(
        look("保温十二小时。", colours=("#0f4d3c", "#f7efdf", "#0e4c3b"), brightness=0.7, loudness=-16.2, faces=2)
    )
    assert caption.description == (
        "由测量得出，未看画面：画面明亮；以深绿色、米白色为主；运动缓慢；清晰锐利；横屏构图；主要细节在中间；"
        "检测到 2 张人脸；全程有人声（响度 -16 LUFS）。"
    )


def test_says_what_was_measured_in_english(look: MakeVision) -> None:
    caption = ENGINE.describe(look(language="en", frames=(), motion=0.6, sharpness=0.1, has_sound=False, faces=0))
    assert caption.description == (
        "Measured, not seen: a picture of medium brightness; fast movement; soft or out of focus; "
        "no face found; no sound."
    )


def test_words_decide_and_are_the_evidence(look: MakeVision) -> None:
    caption = ENGINE.describe(look("我把它倒过来，使劲晃，一滴都不漏。", kind="livestream"))
    assert caption.content_types == ("experiment", "product_feature")
    assert caption.forms == ("livestream_cut", "talking_head")
    assert caption.evidence["content_types"] == "口播：“我把它倒过来，使劲晃，一滴都不漏。”"
    assert all(share <= 0.5 for share in caption.confidence.values())


def test_more_cues_make_it_surer_but_never_sure(look: MakeVision) -> None:
    strong = ENGINE.describe(look("平时卖一百二十九，今天直播间到手价只要九十九。")).confidence["content_types"]
    weak = ENGINE.describe(look("三十天无理由退换。")).confidence["content_types"]
    none = ENGINE.describe(look("嗯嗯。")).confidence["content_types"]
    assert (strong, weak, none) == (0.5, 0.4, 0.2)


def test_only_the_opening_may_hook(look: MakeVision) -> None:
    line = "为什么杯子总是漏？"
    assert "hook" in ENGINE.describe(look(line, span=Span(start=0, end=3000))).content_types
    assert ENGINE.describe(look(line, span=Span(start=9000, end=12_000))).content_types[0] == "pain_point"


@pytest.mark.parametrize(
    ("kind", "motion", "types"),
    [
        ("product", 0.1, ("texture_closeup", "transition_broll")),
        ("product", 0.6, ("usage_demo", "texture_closeup")),
        ("model", 0.1, ("usage_demo", "scenario")),
        ("brand", 0.1, ("transition_broll", "scenario")),
    ],
)
def test_without_words_the_kind_and_the_motion_decide(
    kind: FootageKind, motion: float, types: tuple[str, ...], look: MakeVision
) -> None:
    caption = ENGINE.describe(look(kind=kind, motion=motion))
    assert caption.content_types == types
    assert caption.confidence["content_types"] == 0.2 and "没有口播" in caption.evidence["content_types"]


def test_speech_that_nobody_wrote_down_counts_as_speech(look: MakeVision) -> None:
    caption = ENGINE.describe(look(kind="livestream", speech=0.9))
    assert caption.content_types == SPOKEN_KIND["livestream"] and "talking_head" in caption.forms


@pytest.mark.parametrize("flaw", get_args(Flaw))
def test_a_flaw_comes_first(flaw: Flaw, look: MakeVision) -> None:
    chinese, english = (ENGINE.describe(look(language=language, flaw=flaw)).description for language in ("zh", "en"))
    assert chinese.startswith(f"由测量得出，未看画面：不可用：{FLAWS[flaw][0]}；")
    assert english.startswith(f"Measured, not seen: of no use: {FLAWS[flaw][1]}; ")


def test_products_by_name_and_by_filing(look: MakeVision) -> None:
    named = ENGINE.describe(look("大家好。这是 Carry Cup！", filed_under=("qingyu-cup", "lamp"))).products
    assert [link.evidence for link in named] == ["口播：“这是 Carry Cup！”", "素材归档时登记的产品，未在口播中出现"]
    assert [link.product for link in named] == ["qingyu-cup", "lamp"]
    assert [link.confidence for link in named] == [0.9, 0.5]
    assert ENGINE.describe(look("a carry cupboard")).products == ()


def test_tables_cover_all_kinds_with_known_words() -> None:
    words = shipped()
    assert get_args(FootageKind) == words.keys("footage_kind")
    for kind in get_args(FootageKind):
        types = {*SPOKEN_KIND[kind], *SILENT_KIND[kind][0], *SILENT_KIND[kind][1]}
        assert not words.unknown("content_type", types)
        assert not words.unknown("form", {*FORMS[kind][0], *FORMS[kind][1]})


@pytest.mark.parametrize("scale", [BRIGHTNESS, MOTION, SHARPNESS, SPEECH])
def test_scales_cover_every_share(scale: tuple[tuple[float, tuple[str, str]], ...]) -> None:
    wordings = [in_words(k / 100, scale, "en") for k in range(101)]
    assert list(dict.fromkeys(wordings)) == [words[1] for _, words in scale]


def test_each_named_colour_is_nearest_to_itself() -> None:
    assert [colour_name(code, "zh") for code, _ in COLOURS] == [words[0] for _, words in COLOURS]


@pytest.mark.parametrize(
    ("code", "name"),
    [("#0a0a0c", "black"), ("#d01818", "red"), ("#1c74d8", "blue"), ("#f2e8d5", "cream"), ("#123f33", "dark green")],
)
def test_near_colours(code: str, name: str) -> None:
    assert colour_name(code, "en") == name


def _jpeg(pixels: NDArray[np.uint8]) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=95)
    return file.getvalue()


@pytest.mark.parametrize(
    ("size", "at", "said"),
    [
        ((90, 160), slice(0, 40), ["a horizontal frame", "most of the detail on the left"]),
        ((160, 90), slice(65, 90), ["a vertical frame", "most of the detail on the right"]),
        ((90, 90), slice(0, 90), ["a square frame"]),
        ((90, 90), slice(0, 0), ["a square frame", "no detail to make out"]),
    ],
)
def test_framing(size: tuple[int, int], at: slice, said: list[str]) -> None:
    pixels = np.full((*size, 3), 90, dtype=np.uint8)
    noise = np.random.default_rng(1).integers(0, 255, (size[0] // 6, size[1] // 6, 3), dtype=np.uint8)
    big = np.kron(noise, np.ones((6, 6, 1), dtype=np.uint8))
    pixels[: big.shape[0], at] = big[:, : big.shape[1]][:, at][:, : pixels[:, at].shape[1]] if at.stop else 0
    assert framing(_jpeg(pixels), "en") == said


def test_a_picture_that_cannot_be_read_is_left_out(look: MakeVision) -> None:
    caption = ENGINE.describe(look(frames=(TimedFrame(10_000, b"no picture"),)))
    assert "构图" not in caption.description
