"""Text in pictures, read by the real models of the package."""

import importlib.util
import io
import socket
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import pytest

from cliplib.engines.base import TimedFrame
from cliplib.engines.ocr import RapidText
from cliplib.errors import EngineError, MissingTool
from cliplib.media.fonts import find_font
from tests.engines.conftest import MakeWorkshop

PRICE, LINE = "到手价¥129.9", "HYDRATING FACE MASK"


@pytest.fixture(scope="module")
def written() -> bytes:
    """A picture of 360x640 with a price near the top and a line of English near the foot."""
    from PIL import Image, ImageDraw, ImageFont

    face = find_font(PRICE + LINE, "")
    font = ImageFont.truetype(str(face.path), 28, index=face.index)
    picture = Image.new("RGB", (360, 640), (40, 70, 60))
    draw = ImageDraw.Draw(picture)
    draw.text((180, 96), PRICE, font=font, fill="white", anchor="mm")
    draw.text((180, 560), LINE, font=font, fill="yellow", anchor="mm")
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=90)
    return file.getvalue()


@pytest.fixture
def engine(workshop: MakeWorkshop) -> RapidText:
    return RapidText.build("", workshop())


def test_text_is_read_where_it_stands_without_a_network_or_a_word(
    engine: RapidText, written: bytes, jpeg: bytes, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked for")

    monkeypatch.setattr(socket, "socket", refused)
    found = engine.read([TimedFrame(700, written), TimedFrame(900, jpeg), TimedFrame(1500, written)])
    assert [text.text.replace(" ", "") for text in found] == [PRICE, LINE.replace(" ", "")] * 2
    assert [text.span.start for text in found] == [700, 700, 1500, 1500]
    assert all(text.span.length == 1 and text.confidence > 0.9 for text in found)
    price, line = found[:2]
    for text, middle in ((price, 0.15), (line, 0.875)):
        assert text.box.y + text.box.height / 2 == pytest.approx(middle, abs=0.02)
        assert text.box.x + text.box.width / 2 == pytest.approx(0.5, abs=0.03)
        assert 0.02 < text.box.height < 0.1
    assert capfd.readouterr() == ("", "")


def test_what_is_no_picture_is_named_by_its_time(engine: RapidText) -> None:
    for broken in (b"", b"words"):
        with pytest.raises(EngineError, match="1200 ms"):
            engine.read([TimedFrame(1200, broken)])


def test_a_failure_of_the_models_is_an_engine_error(engine: RapidText, jpeg: bytes, tmp_path: Path) -> None:
    broken = tmp_path / "x_det_x.onnx"
    broken.write_bytes(b"no model")
    engine._models = broken, broken
    with pytest.raises(EngineError, match="rapidocr failed at 5 ms"):
        engine.read([TimedFrame(5, jpeg)])


def test_without_the_package_or_its_models(
    workshop: MakeWorkshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = ModuleSpec("rapidocr", None, origin=str(tmp_path / "__init__.py"))
    for found, said in ((None, "absent"), (empty, "no text models")):
        answer: Any = found
        monkeypatch.setattr(importlib.util, "find_spec", lambda _, answer=answer: answer)
        with pytest.raises(MissingTool, match=said) as caught:
            RapidText.build("", workshop())
        assert "`text` to none" in caught.value.next_step
