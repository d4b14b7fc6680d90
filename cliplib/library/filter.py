"""Which clips are wanted, as a value, and the same as a condition of SQL."""

from dataclasses import dataclass
from datetime import date
from typing import get_args

from cliplib.errors import UsageError
from cliplib.records import Camera, Facts, FootageKind, ReviewStatus, ShotSize

FLAGS = tuple(name for name in Facts.model_fields if name.startswith("has_"))

LIVING = "="
"""The label that every live clip has in the word index."""


UNUSED = (
    "NOT EXISTS (SELECT 1 FROM usage WHERE json_extract(record, '$.at') >= ? AND "
    "(usage.clip = clips.id OR usage.clip IN (SELECT old FROM heirs WHERE new = clips.id)))"
)

FLAWED = "SELECT clip FROM clip_labels WHERE field = 'flaw'"
"""The numbers of clips with a flaw."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions on the values in force. Several values of one field mean any of them, an empty field no condition.

    Raises:
        UsageError: a kind, status or flag that does not exist: a slip of the pen must not empty a result silently.
    """

    products: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    content_types: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    """Labels or names of people on screen."""
    footage: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ("new", "approved")
    flawed: bool = False
    """Whether clips with a flaw pass that no person has approved. Without a condition on the status they do."""
    language: str | None = None
    """Language of the spoken words, such as "zh"; "" for clips without words; None for any."""
    exclude_flags: tuple[str, ...] = ()
    """Names of Facts.has_* that must not be true; one that was not looked at passes."""
    shot_sizes: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()
    min_quality: float = 0.0
    """How sharp the picture must be, 0 to 1 (Facts.sharpness)."""
    not_used_since: date | None = None
    """No use in a finished film on this day or later, neither of the clip nor of one that it was made of."""

    def __post_init__(self) -> None:
        closed = (
            ("kind", self.kinds, get_args(FootageKind)),
            ("status", self.statuses, get_args(ReviewStatus)),
            ("flag", self.exclude_flags, FLAGS),
            ("shot size", self.shot_sizes, get_args(ShotSize)),
            ("camera movement", self.cameras, get_args(Camera)),
        )
        for what, given, accepted in closed:
            if unknown := [value for value in given if value not in accepted]:
                raise UsageError(f"there is no {what} {unknown[0]!r}; there are {', '.join(accepted)}")

    def condition(self, *, each: bool = False) -> tuple[str, list[str | float]]:
        """A WHERE condition on the table clips, and its values.

        Args:
            each: written for looking at some given clips; otherwise for going through all.
        """
        parts: list[str] = []
        values: list[str | float] = []
        columns = (("kind", self.kinds), ("status", self.statuses), ("footage", self.footage))
        for column, wanted in (held for held in columns if held[1]):
            parts.append(f"clips.{column} IN ({_marks(wanted)})")
            values.extend(wanted)
        these = "clip = clips.number AND " if each else ""
        if self.statuses and not self.flawed:
            flaws = f"SELECT clip FROM clip_labels WHERE {these}field = 'flaw'"
            parts.append(f"(clips.status = 'approved' OR clips.number NOT IN ({flaws}))")
        if self.language is not None:
            parts.append("clips.language = ?")
            values.append(primary(self.language))
        if self.min_quality > 0:
            parts.append("clips.quality >= ?")
            values.append(self.min_quality)
        if self.not_used_since is not None:
            parts.append(UNUSED)
            values.append(self.not_used_since.isoformat())
        for field, wanted, relation in (
            *((*held, "IN") for held in self._held()),
            ("flags", self.exclude_flags, "NOT IN"),
        ):
            if wanted:
                labelled = f"SELECT clip FROM clip_labels WHERE {these}field = ? AND value IN ({_marks(wanted)})"
                parts.append(f"clips.number {relation} ({labelled})")
                values.extend((field, *wanted))
        return " AND ".join(parts) or "1", values

    def labels(self) -> tuple[list[list[str]], list[str]]:
        """The same as labels of the word index, as far as they go: groups of which a clip has one each, and none of."""
        columns = (("kind", self.kinds), ("status", self.statuses), ("footage", self.footage))
        needed = [[f"{field}={value}" for value in wanted] for field, wanted in (*columns, *self._held()) if wanted]
        if self.language is not None:
            needed.append([f"language={primary(self.language)}"])
        if self.min_quality > 0:
            needed.append([f"quality={tenth}" for tenth in range(int(min(1, self.min_quality) * 10), 11)])
        return needed, [f"flags={flag}" for flag in self.exclude_flags]

    def _held(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Fields of clip_labels, and which values of each are wanted."""
        return (
            ("products", self.products),
            ("content_types", self.content_types),
            ("forms", self.forms),
            ("people", self.people),
            ("shot_size", self.shot_sizes),
            ("camera", self.cameras),
        )


def quality_label(quality: float) -> str:
    """The label of the tenth that a quality from 0 to 1 lies in.

    >>> quality_label(0.57)
    'quality=5'
    """
    return f"quality={int(quality * 10)}"


def primary(language: str) -> str:
    """The language without region: zh of zh-CN."""
    return language.replace("_", "-").partition("-")[0].casefold()


def _marks(values: tuple[str, ...]) -> str:
    return ", ".join("?" * len(values))
