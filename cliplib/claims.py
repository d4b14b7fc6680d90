"""What an ad says of a product: claims with their evidence, findings of the claim check, and what a person allowed."""

import re
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from cliplib.values import Key, Millis, Value, told

Level = Literal["block", "needs_evidence", "warn"]
"""What a finding means: the film is not made; it needs a proof on file; it is only told."""

Status = Literal["approved", "expired", "withdrawn"]
Via = Literal["script", "spoken", "screen"]
Place = Annotated[str, StringConstraints(pattern=r"^[bs][0-9]{1,3}$")]


class Claim(Value):
    """A line of a product's fact sheet: what is claimed, as words or as a pattern, and the proof of it."""

    text: str = told("Words of the claim", "宣称文字", default="")
    pattern: str = told("Regular expression of the claim, instead of words", "宣称的正则表达式", default="")
    evidence: str = told("Number or name of the proof", "证据编号", min_length=1)
    status: Status = told("Status", "状态", default="approved")
    until: str = told("Last day it holds, YYYY-MM-DD", "有效期至", default="", pattern=r"^(\d{4}-\d{2}-\d{2})?$")

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if bool(self.text.strip()) == bool(self.pattern):
            raise ValueError("a claim has either a text or a pattern")
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise ValueError(f"the pattern {self.pattern!r} is no regular expression: {error}") from error
        return self


class Finding(Value):
    """Words that a rule or a fact sheet objects to: where they are, why, and what to do instead."""

    rule: Key
    level: Level
    place: Place = told("Beat of the script or slot of the film", "位置：段落或镜头")
    via: Via = told("Line of the script, spoken words, or text on screen", "来源：文案、口播或画面文字")
    words: str = told("The words found", "命中文字")
    text: str = told("The line they stand in", "所在文字")
    clip: str = told("Clip, empty for the script", "片段，文案为空", default="")
    at: Millis | None = told("Time in the film (ms), unknown without a plan", "影片时间（毫秒）", default=None)
    why: str
    law: str = told("Law or guideline, with its date", "依据")
    instead: str = told("What to do instead", "修改建议")
    evidence: str = told("Proof that no longer holds", "失效的证据", default="")

    @property
    def name(self) -> str:
        """What a person calls it by: the rule at the place."""
        return f"{self.rule}@{self.place}"


class Allowance(Value):
    """A finding that a person takes on: only for these words in this place."""

    rule: Key
    place: Place
    words: str
    who: str = told("Who allows it", "放行人", min_length=1)
    at: datetime = Field(strict=False)

    def covers(self, finding: Finding) -> bool:
        """Whether it is this finding that was allowed; other words in its place are another finding."""
        return (self.rule, self.place, self.words) == (finding.rule, finding.place, finding.words)
