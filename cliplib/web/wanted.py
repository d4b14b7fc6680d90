"""What the grid is asked to show: words, filters and a group, as the address of a request says them."""

from pydantic import BaseModel, ConfigDict, Field

from cliplib.library import Filter
from cliplib.records import ReviewStatus
from cliplib.web.desk import Desk


class Wanted(BaseModel):
    """Words and filters; several values of one field mean any of them, an empty field no condition."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str = Field(default="", max_length=500)
    content_type: list[str] = Field(default=[], max_length=100)
    form: list[str] = Field(default=[], max_length=100)
    kind: list[str] = Field(default=[], max_length=20)
    product: list[str] = Field(default=[], max_length=500)
    status: list[ReviewStatus] = Field(default=[], max_length=3)
    without: list[str] = Field(default=[], max_length=20)
    """Flags that must not be true."""
    group: str = Field(default="", max_length=100)
    """One group of near-duplicates, "any" for all clips that are in one."""

    def found(self, desk: Desk) -> list[str]:
        """The ids in the order in which they are shown.

        Raises:
            UsageError: a kind or flag that does not exist.
            IndexDamaged: the index does not answer; only where there are words.
        """
        passing = desk.find(
            self.text,
            Filter(
                products=tuple(self.product),
                kinds=tuple(self.kind),
                content_types=tuple(self.content_type),
                forms=tuple(self.form),
                statuses=tuple(self.status),
                exclude_flags=tuple(self.without),
            ),
        )
        if not self.group:
            return passing
        groups = desk.library.near_duplicates()
        if self.group != "any":
            members = set(groups.get(self.group, ()))
            return [id for id in passing if id in members]
        # Groups side by side: duplicates are looked at together, wherever their footage lies.
        kept = set(passing)
        return [id for members in groups.values() for id in members if id in kept]
