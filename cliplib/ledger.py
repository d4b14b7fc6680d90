"""What is kept of work done: each call of a model, and each use of a clip in a finished film."""

from datetime import datetime

from pydantic import Field

from cliplib.records import ClipId
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
