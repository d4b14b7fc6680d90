"""Which clips are wanted, as a value, and the same as a condition of SQL."""

from dataclasses import dataclass
from typing import get_args

from cliplib.errors import UsageError
from cliplib.records import Facts, FootageKind, ReviewStatus

FLAGS = tuple(name for name in Facts.model_fields if name.startswith("has_"))

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

    def __post_init__(self) -> None:
        closed = (
            ("kind", self.kinds, get_args(FootageKind)),
            ("status", self.statuses, get_args(ReviewStatus)),
            ("flag", self.exclude_flags, FLAGS),
        )
        for what, given, accepted in closed:
            if unknown := [value for value in given if value not in accepted]:
                raise UsageError(f"there is no {what} {unknown[0]!r}; there are {', '.join(accepted)}")

    def condition(self) -> tuple[str, list[str]]:
        """A WHERE condition on the table clips, and its values."""
        parts: list[str] = []
        values: list[str] = []
        for column, wanted in (("kind", self.kinds), ("status", self.statuses), ("footage", self.footage)):
            if wanted:
                parts.append(f"clips.{column} IN ({_marks(wanted)})")
                values.extend(wanted)
        if self.statuses and not self.flawed:
            parts.append(f"(clips.status = 'approved' OR clips.number NOT IN ({FLAWED}))")
        if self.language is not None:
            parts.append("clips.language = ?")
            values.append(primary(self.language))
        labelled = (
            ("products", self.products, "IN"),
            ("content_types", self.content_types, "IN"),
            ("forms", self.forms, "IN"),
            ("people", self.people, "IN"),
            ("flags", self.exclude_flags, "NOT IN"),
        )
        for field, wanted, relation in labelled:
            if wanted:
                labelled_so = f"SELECT clip FROM clip_labels WHERE field = ? AND value IN ({_marks(wanted)})"
                parts.append(f"clips.number {relation} ({labelled_so})")
                values.extend((field, *wanted))
        return " AND ".join(parts) or "1", values


def primary(language: str) -> str:
    """The language without region: zh of zh-CN."""
    return language.replace("_", "-").partition("-")[0].casefold()


def _marks(values: tuple[str, ...]) -> str:
    return ", ".join("?" * len(values))
