"""What is kept of work done: calls of models, uses of clips in finished films, and what people did to clips."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from cliplib.records import ClipId, FootageId, ReviewStatus
from cliplib.values import Value, told


class Call(Value):
    """One call of a model, as the journal keeps it."""

    key: str = told("Hash of the whole request", "请求哈希")
    task: str = told("What it was for: caption, pick, read", "用途")
    engine: str
    model: str = told("Model as it named itself", "模型", default="")
    prompt: str = told("Prompt fingerprint", "提示词指纹", default="")
    tokens_in: int | None = None
    tokens_out: int | None = None
    seconds: float
    outcome: str = told("ok, or an error code", "结果")
    reply: str = told("The answer as it came", "原始回答", default="")
    at: datetime = Field(strict=False)


class Usage(Value):
    """One use of a clip in a finished film."""

    clip: ClipId
    job: str
    slot: str
    at: datetime = Field(strict=False)


class Decision(Value):
    """What a person decided on a clip."""

    status: ReviewStatus
    note: str = ""
    who: str
    at: datetime = Field(strict=False)


class Edit(Value):
    """Clips that a person has replaced by others of the same footage."""

    what: Literal["merge", "split", "nudge", "undo"]
    footage: FootageId
    old: tuple[ClipId, ...] = Field(min_length=1)
    new: tuple[ClipId, ...] = Field(min_length=1)
    who: str
    at: datetime = Field(strict=False)
