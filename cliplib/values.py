"""What all stored values are made of: the closed, frozen base, stretches of time, rates and rectangles."""

from fractions import Fraction
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$", max_length=64)]
Share = Annotated[float, Field(ge=0, le=1)]
Millis = Annotated[int, Field(ge=0)]


def told(title_en: str, title_zh: str, text: str = "", **rules: Any) -> Any:
    """A pydantic field whose schema entry is titled in both languages."""
    return Field(title=f"{title_en} · {title_zh}", description=text or None, **rules)


class Value(BaseModel):
    """Base of everything that is stored: frozen, closed, strict about types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    def to_json(self) -> str:
        """The stored form: compact JSON, UTF-8 as it is."""
        return self.model_dump_json(by_alias=True)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read the stored form back; raises pydantic.ValidationError where it does not fit."""
        return cls.model_validate_json(text)


class Span(Value):
    """A stretch of time in milliseconds; `end` is not part of it.

    >>> Span(start=0, end=4000).overlap(Span(start=3000, end=9000))
    1000
    """

    start: Millis = told("Start (ms)", "起点（毫秒）")
    end: Millis = told("End (ms), not included", "终点（毫秒，不含）")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"a span must end after it starts, got {self.start}-{self.end}")
        return self

    @property
    def length(self) -> int:
        """Milliseconds from start to end."""
        return self.end - self.start

    @property
    def middle(self) -> int:
        """The millisecond halfway, rounded down."""
        return (self.start + self.end) // 2

    def holds(self, at: int) -> bool:
        """Whether the moment `at` lies inside."""
        return self.start <= at < self.end

    def overlap(self, other: "Span") -> int:
        """Milliseconds that both share; 0 where they do not meet."""
        return max(0, min(self.end, other.end) - max(self.start, other.start))


class Rate(Value):
    """Frames per second as a fraction, so that 30000/1001 stays exact."""

    num: int = Field(gt=0)
    den: int = Field(gt=0)

    @property
    def fraction(self) -> Fraction:
        """Frames per second."""
        return Fraction(self.num, self.den)


class Box(Value):
    """A rectangle as shares of picture width and height, from the top left corner."""

    x: Share
    y: Share
    width: Share
    height: Share
