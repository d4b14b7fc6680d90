"""What is decided: script, offers, picks, edit plan and timeline.

The source side counts milliseconds, the timeline side counts frames; `frames_of` is the only way from one to the other.
"""

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from cliplib.claims import Allowance, Finding
from cliplib.records import ClipId, FootageId, Rights
from cliplib.scores import ScoreCard
from cliplib.values import Key, Millis, Rate, Span, Value, told

BeatId = Annotated[str, StringConstraints(pattern=r"^b[0-9]{1,3}$")]
Label = Annotated[str, StringConstraints(pattern=r"^C[0-9]{2,4}$")]
Proof = Literal["optimal", "feasible"]
Fit = Literal["cover", "pad"]


def frames_of(millis: int, rate: Rate) -> int:
    """Whole frames nearest to a length in milliseconds.

    >>> frames_of(1000, Rate(num=30000, den=1001))
    30
    """
    return round(Fraction(millis, 1000) * rate.fraction)


def millis_of(frames: int, rate: Rate) -> int:
    """Milliseconds nearest to a length in frames."""
    return round(Fraction(frames * 1000) / rate.fraction)


class Beat(Value):
    """One step of the story: what it is for, what is said or shown, how long."""

    id: BeatId
    content_types: tuple[Key, ...] = told("Content types allowed, empty for any", "允许的视频内容", default=())
    line: str = told("The line to say or show", "文案")
    length: Millis | None = told("Wanted length (ms)", "目标时长", default=None)


class Script(Value):
    """What the film should tell, beat by beat."""

    schema_: Literal["script.1"] = Field(default="script.1", alias="schema")
    title: str = told("Title", "标题")
    product: str = told("Product id, empty for any", "产品", default="")
    audience: str = told("Audience", "人群", default="")
    channel: str = told("Channel", "渠道", default="")
    language: Literal["zh", "en"] = told("Language", "语言")
    length: int = told("Target length (ms)", "目标时长（毫秒）", gt=0)
    width: int = told("Width", "宽", default=1080, gt=0)
    height: int = told("Height", "高", default=1920, gt=0)
    one_speaker: bool = told("Only one person speaks", "全片同一人说话", default=False)
    beats: tuple[Beat, ...] = Field(min_length=1)


class Candidate(Value):
    """A clip that is offered for a beat; `terms` says what its score is made of."""

    label: Label
    clip: ClipId
    score: float
    terms: dict[str, float]


class Offer(Value):
    """The clips offered for one beat, best first. An empty offer is a gap; `refused` says what emptied it."""

    beat: BeatId
    candidates: tuple[Candidate, ...]
    refused: dict[str, int] = Field(default={})


class Choice(Value):
    """What a writer proposes for one beat: labels in order of preference, and why the first."""

    beat: BeatId
    labels: tuple[Label, ...]
    reason: str = ""


class Proposal(Value):
    """What a writer proposes for the whole script, in the order of the film."""

    choices: tuple[Choice, ...]
    writer: str
    model: str = ""
    prompt: str = ""


class RunnerUp(Value):
    """A clip that could stand in for a pick."""

    clip: ClipId
    score: float


class Pick(Value):
    """The clip of one slot: which part of it, why, and what else would do."""

    slot: Annotated[str, StringConstraints(pattern=r"^s[0-9]{1,3}$")]
    beat: BeatId
    clip: ClipId
    trim: Span = told("Part used, on the footage (ms)", "使用区间")
    reason: str = told("Why this clip", "选用理由")
    score: float
    terms: dict[str, float]
    weighed: dict[str, float] = told("What the solver counted for and against it", "求解器计分", default={})
    runners_up: tuple[RunnerUp, ...] = ()
    locked: bool = told("Locked: a new plan keeps clip and part", "锁定：重排时保留", default=False)


class Change(Value):
    """Where the solver departed from the writer, and why."""

    beat: BeatId
    proposed: ClipId | None
    chosen: ClipId | None
    why: str


class Gap(Value):
    """A beat that nothing in the library can carry."""

    beat: BeatId
    line: str
    content_types: tuple[Key, ...]
    why: str


class EditPlan(Value):
    """The edit as decided: one pick per slot in order. A person may change it, plan anew from it and render from it."""

    schema_: Literal["edit-plan.1"] = Field(default="edit-plan.1", alias="schema")
    script: Script
    picks: tuple[Pick, ...] = Field(min_length=1)
    rate: Rate = Rate(num=30, den=1)
    writer: str = told("Who proposed", "方案来源")
    model: str = told("Model as it named itself", "模型", default="")
    prompt: str = told("Prompt fingerprint", "提示词指纹", default="")
    proof: Proof = told("What the solver proved", "求解结论")
    worth: float = told("What the solver counted for the whole film", "求解器总分", default=0.0)
    forbidden: tuple[ClipId, ...] = told("Clips that must not be used", "禁用片段", default=())
    must_use: tuple[ClipId, ...] = told("Clips that must be used", "必用片段", default=())
    changed_by_solver: tuple[Change, ...] = told("Changes by the solver", "求解器改动", default=())
    gaps: tuple[Gap, ...] = told("What is missing", "缺口", default=())
    notes: tuple[str, ...] = told("What else to know", "说明", default=())
    findings: tuple[Finding, ...] = told("What the claim check found when it was planned", "宣称检查结果", default=())
    scores: ScoreCard | None = told("Score card when it was planned", "五维评分", default=None)
    allowed: tuple[Allowance, ...] = told("Findings that a person allowed", "人工放行", default=())

    @property
    def length(self) -> int:
        """Milliseconds of all picks together."""
        return sum(pick.trim.length for pick in self.picks)


class Source(Value):
    """A file that the timeline takes pictures and sound from."""

    footage: FootageId
    path: str
    start: int = told("Time stamp of the first picture (ms)", "首帧时间戳（毫秒）")
    audio_stream: int | None = told("Sound stream to use, None for silence", "音轨序号", default=None)
    length: Millis = told("Length of the file (ms), 0 if unknown", "文件时长（毫秒），未知为 0", default=0)
    transfer: str = told("Colour transfer", "传输特性", default="")
    rights: Rights = Rights()
    rate: Rate | None = told("Frame rate", "帧率", default=None)
    width: Millis = told("Width as shown, 0 if unknown", "显示宽度，未知为 0", default=0)
    height: Millis = told("Height as shown, 0 if unknown", "显示高度，未知为 0", default=0)
    channels: Millis = told("Channels of the sound stream", "声道数", default=0)
    sample_rate: Millis = told("Sample rate of the sound stream (Hz)", "采样率", default=0)


class Cut(Value):
    """Pictures or sound from a source, placed on the timeline."""

    slot: str
    clip: ClipId
    source: FootageId
    start: Millis = told("Start on the footage (ms)", "素材起点（毫秒）")
    at: Millis = told("Position (frames)", "时间线位置（帧）")
    frames: int = told("Length (frames)", "长度（帧）", gt=0)


class SoundCut(Cut):
    """Sound of a cut; muted where its words are unknown or in another language."""

    muted: bool = False


class Cue(Value):
    """A subtitle on the timeline."""

    text: str
    at: Millis = told("Position (frames)", "时间线位置（帧）")
    frames: int = told("Length (frames)", "长度（帧）", gt=0)


class Timeline(Value):
    """The finished edit: all that renderers and hand-over writers read."""

    schema_: Literal["timeline.1"] = Field(default="timeline.1", alias="schema")
    title: str
    language: str
    rate: Rate
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    fit: Fit = "cover"
    loudness: float = told("Target loudness (LUFS)", "目标响度", default=-14.0)
    sources: tuple[Source, ...]
    video: tuple[Cut, ...] = Field(min_length=1)
    audio: tuple[SoundCut, ...]
    cues: tuple[Cue, ...] = ()

    @property
    def frames(self) -> int:
        """Length of the film in frames."""
        return sum(cut.frames for cut in self.video)
