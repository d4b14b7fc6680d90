"""What is kept: footage, spans, words, captions, measured facts, clip records and what people say of them.

Times on the source side are whole milliseconds from the first picture of the file. A span does not include its end.
All values are frozen and closed; a record is changed by making a new one.
"""

import json
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, StringConstraints, TypeAdapter

from cliplib.values import Box, Key, Millis, Rate, Share, Span, Value, told

FootageKind = Literal["brand", "product", "model", "livestream", "ugc", "still", "generated"]
ReviewStatus = Literal["new", "approved", "rejected"]
EdgeReason = Literal[
    "file_start",
    "file_end",
    "shot_change",
    "gradual_change",
    "pause",
    "line_end",
    "still_moment",
    "length_limit",
    "left_out",
    "person",
    "adopted",
]
ShotSize = Literal["extreme_long", "long", "medium", "medium_close", "close_up", "macro"]
Flaw = Literal["no_picture", "black", "one_colour", "dark", "blurred", "frozen"]
Camera = Literal["static", "push_in", "pull_out", "pan", "truck", "follow", "orbit", "handheld"]

FootageId = Annotated[str, StringConstraints(pattern=r"^f_[0-9a-f]{16}$")]
ClipId = Annotated[str, StringConstraints(pattern=r"^c_[0-9a-f]{16}_[0-9]{6,9}-[0-9]{6,9}$")]

MIN_CLIP_MS = 1_000
MAX_CLIP_MS = 10_000

EDITABLE = (
    "content_types",
    "forms",
    "products",
    "spoken",
    "description",
    "people",
    "shot_size",
    "camera",
    "near_duplicates",
)
"""The fields of a record that a person may correct."""


class AudioTrack(Value):
    """One sound track of a file."""

    index: Millis = told("Stream index", "流序号")
    codec: str
    sample_rate: int
    channels: int
    language: str = ""


class Probe(Value):
    """What a file says of itself and what a look at its packets confirms."""

    length: int = told("Length (ms)", "时长（毫秒）", gt=0)
    rate: Rate = told("Frame rate", "帧率")
    width: int = told("Width as shown", "显示宽度", gt=0)
    height: int = told("Height as shown", "显示高度", gt=0)
    rotation: int = told("Rotation (degrees)", "旋转角度")
    codec: str = told("Video codec", "视频编码")
    pixel_format: str = told("Pixel format", "像素格式")
    transfer: str = told("Colour transfer", "传输特性", default="")
    start: int = told("Time stamp of the first picture (ms)", "首帧时间戳（毫秒）")
    interlaced: bool = told("Interlaced", "隔行扫描", default=False)
    audio: tuple[AudioTrack, ...] = told("Sound tracks", "音轨")


class Rights(Value):
    """Until when and where footage may be used."""

    talent: tuple[str, ...] = told("People with a contract", "肖像权人", default=())
    licence: str = told("Licence", "授权", default="")
    channels: tuple[str, ...] = told("Channels allowed, empty for all", "可投渠道，空为不限", default=())
    expires: str = told("Last day of use, YYYY-MM-DD", "到期日", default="", pattern=r"^(\d{4}-\d{2}-\d{2})?$")


class Footage(Value):
    """A source file as the library knows it; the file itself is never changed."""

    schema_: Literal["footage.1"] = Field(default="footage.1", alias="schema")
    id: FootageId = told("Footage id", "素材编号")
    sha256: str = told("SHA-256 of the bytes", "内容哈希", pattern=r"^[0-9a-f]{64}$")
    path: str = told("Where it was found", "原始路径")
    kind: FootageKind = told("Footage kind", "素材来源类别")
    products: tuple[str, ...] = told("Products it was filed under", "相关产品", default=())
    rights: Rights = Rights()
    probe: Probe

    @staticmethod
    def id_of(sha256: str) -> str:
        """The id of the file with this hash."""
        return f"f_{sha256[:16]}"


class Word(Value):
    """One spoken word and when it is heard."""

    text: str
    span: Span
    confidence: Share | None = None
    heard: str = told("What the engine wrote, where it was corrected", "识别原文（已更正时）", default="")


class Line(Value):
    """One sentence or subtitle line; `words` is empty where only the line has times."""

    text: str
    span: Span
    words: tuple[Word, ...] = ()
    heard: str = told("What the engine wrote, where it was corrected", "识别原文（已更正时）", default="")


class Transcript(Value):
    """What is said, with times on the source. Without speech there are no lines and `reason` says why."""

    language: str = told("Language, empty if unknown", "语言，未知为空", default="")
    engine: str = told("Where the words come from", "文字来源")
    lines: tuple[Line, ...] = ()
    reason: str = told("Why there are no words", "无文字的原因", default="")

    @property
    def text(self) -> str:
        """All lines as one text; Chinese lines join without spaces."""
        texts = [line.text.strip() for line in self.lines]
        return ("" if self.language.startswith("zh") else " ").join(texts)


class ScreenText(Value):
    """Text seen in the picture."""

    text: str
    box: Box
    span: Span
    confidence: Share


class Person(Value):
    """Somebody on screen, as described or named."""

    role: Key | None = told("Role, none if unknown", "角色，未知为空", default=None)
    description: str = ""
    name: str = ""
    label: str = told("Label of the same person throughout the library", "库内人物标签", default="")


class ProductLink(Value):
    """A product that the clip is about, and how one knows."""

    product: str = told("Product id", "产品编号")
    evidence: str = told("Evidence", "依据")
    confidence: Share


class Facts(Value):
    """What was measured. None means that nobody looked."""

    sharpness: Share = told("Sharpness", "清晰度")
    brightness: Share = told("Brightness", "亮度")
    motion: Share = told("Motion", "运动量")
    speech: Share = told("Share of time with speech", "语音占比")
    loudness: float | None = told("Loudness (LUFS)", "响度", default=None)
    has_sound: bool = told("Has a sound track", "有音轨")
    colours: tuple[str, ...] = told("Main colours, #rrggbb", "主色", default=())
    faces: int | None = told("Faces seen at once", "人脸数", default=None)
    has_price: bool | None = told("Price on screen", "画面有价格", default=None)
    has_burned_subtitle: bool | None = told("Burned-in subtitles", "有烧录字幕", default=None)
    has_watermark: bool | None = told("Watermark", "有水印", default=None)
    flaw: Flaw | None = told("Why it is of no use as it is, if so", "不可用的原因", default=None)


class Caption(Value):
    """What a vision engine says of a clip. Confidence and evidence are given per field name."""

    content_types: tuple[Key, ...] = Field(min_length=1)
    forms: tuple[Key, ...] = Field(min_length=1)
    description: str
    products: tuple[ProductLink, ...] = ()
    shot_size: ShotSize | None = None
    camera: Camera | None = None
    people: tuple[Person, ...] = ()
    confidence: dict[str, Share] = Field(default={})
    evidence: dict[str, str] = Field(default={})
    model: str = told("Model as it named itself", "模型", default="")


class Provenance(Value):
    """Where the machine's value of one field comes from."""

    engine: str = told("Engine", "引擎")
    model: str = told("Model as it named itself", "模型", default="")
    prompt: str = told("Prompt fingerprint", "提示词指纹", default="")
    confidence: Share | None = None
    evidence: str = ""


class Edge(Value):
    """Why a clip starts or ends where it does."""

    reason: EdgeReason
    detail: str = ""


class Correction(Value):
    """One field as a person wants it. The machine's value stays beside it."""

    field: str
    old: JsonValue
    new: JsonValue
    who: str
    at: datetime = Field(strict=False)


class Review(Value):
    """What people say of a record; `corrections` holds the latest one per field."""

    status: ReviewStatus = "new"
    note: str = ""
    corrections: dict[str, Correction] = Field(default={})


class ClipRecord(Value):
    """One clip: a span of footage, what is said and seen in it, and what it is for in an ad."""

    schema_: Literal["clip-record.1"] = Field(default="clip-record.1", alias="schema")
    id: ClipId = told("Clip id", "片段编号")
    footage: FootageId = told("Footage id", "素材编号")
    kind: FootageKind = told("Footage kind", "素材来源类别")
    name: str = told("Name of the source file, without its ending", "素材文件名", default="")
    span: Span = told("Span on the footage", "在素材中的区间")
    start_edge: Edge = told("Why it starts there", "起点原因")
    end_edge: Edge = told("Why it ends there", "终点原因")
    montage: bool = told(
        "Montage: a run of shots under 1 s each", "快切片段", "Mostly shots of less than 1 s each.", default=False
    )
    content_types: tuple[Key, ...] = told("Content types, primary first", "视频内容", min_length=1)
    forms: tuple[Key, ...] = told("Forms", "视频形式", min_length=1)
    products: tuple[ProductLink, ...] = told("Products", "相关产品", default=())
    spoken: str = told("Spoken words", "音频文字", default="")
    transcript: Transcript = told("Words with times", "逐字时间")
    description: str = told("Visual description", "视觉描述", default="")
    on_screen_text: tuple[ScreenText, ...] = told("Text on screen", "画面文字", default=())
    people: tuple[Person, ...] = told("People", "人物", default=())
    shot_size: ShotSize | None = told("Shot size", "景别", default=None)
    camera: Camera | None = told("Camera movement", "运镜", default=None)
    facts: Facts = told("Measured facts", "测量值")
    near_duplicates: str | None = told("Near-duplicate group", "近重复组", default=None)
    provenance: dict[str, Provenance] = told("Provenance per field", "各字段来源", default={})
    marks: dict[str, str] = told("Steps done, with their fingerprints", "已完成步骤", default={})
    review: Review = told("Review", "审核", default=Review())
    revision: int = told("Revision", "修订号", default=1, ge=1)

    @staticmethod
    def id_of(footage: str, span: Span) -> str:
        """The id of this cut of this footage: the same cut of the same bytes is the same id."""
        return f"c_{footage.removeprefix('f_')}_{span.start:06d}-{span.end:06d}"

    def effective(self) -> "ClipRecord":
        """The record with every correction of a person in force."""
        new = {field: fitted(field, correction.new) for field, correction in self.review.corrections.items()}
        return self.model_copy(update=new) if new else self


def fitted(field: str, value: JsonValue) -> Any:
    """A value of one field of a clip record, made of its JSON form; raises pydantic.ValidationError."""
    return _form(field).validate_json(json.dumps(value), strict=True)


def plain(field: str, value: Any) -> JsonValue:
    """The JSON form of a value of one field of a clip record."""
    found: JsonValue = _form(field).dump_python(value, mode="json", by_alias=True)
    return found


@cache
def _form(field: str) -> TypeAdapter[Any]:
    known = ClipRecord.model_fields[field]
    form: Any = Annotated[known.annotation, known]
    return TypeAdapter(form)
