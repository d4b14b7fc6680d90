"""The score card of a plan: five dimensions, each with the numbers that it was judged by."""

from typing import Literal

from pydantic import Field

from cliplib.values import Key, Value, told

Quality = Literal["usable", "controllable", "diverse", "reasonable", "watchable"]


class Number(Value):
    """One number of a dimension; `limit` is the last value that is good, the least or the most."""

    name: Key
    value: float
    limit: float
    wanted: Literal["least", "most"] = told("Whether the limit is the least or the most", "下限或上限")

    @property
    def good(self) -> bool:
        """Whether the value is within the limit."""
        return self.value >= self.limit if self.wanted == "least" else self.value <= self.limit

    @property
    def rule(self) -> str:
        """The limit as it is written: "≤ 0.5"."""
        return f"{'≥' if self.wanted == 'least' else '≤'} {self.limit:g}"


class Dimension(Value):
    """One of the five: good where all its numbers are."""

    name: Quality
    numbers: tuple[Number, ...] = Field(min_length=2)

    @property
    def good(self) -> bool:
        """Whether every number is within its limit."""
        return all(number.good for number in self.numbers)


class ScoreCard(Value):
    """A plan as judged: usable 可用, controllable 可控, diverse 多样, reasonable 合理, watchable 可看."""

    dimensions: tuple[Dimension, ...] = told("Dimensions", "五个维度")

    @property
    def failed(self) -> tuple[str, ...]:
        """Names of the dimensions that are not good."""
        return tuple(dimension.name for dimension in self.dimensions if not dimension.good)
