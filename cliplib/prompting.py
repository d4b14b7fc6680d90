"""Prompts are text files with `$slots`: load one, fill it (strict both ways) and give its fingerprint."""

import hashlib
from dataclasses import dataclass
from string import Template

from cliplib import assets
from cliplib.errors import CliplibError


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt text and its name, such as "caption_clip.zh"."""

    name: str
    text: str

    @property
    def fingerprint(self) -> str:
        """Changes whenever the text does: name and the first 12 hex digits of its SHA-256."""
        return f"{self.name}@{hashlib.sha256(self.text.encode()).hexdigest()[:12]}"

    def slots(self) -> frozenset[str]:
        """The names that must be filled; `$$` stands for a dollar sign."""
        return frozenset(Template(self.text).get_identifiers())

    def fill(self, **values: str) -> str:
        """The text with every slot filled.

        Raises:
            CliplibError: a slot is missing, or a value has no slot.
        """
        missing, unused = self.slots() - values.keys(), values.keys() - self.slots()
        if missing or unused:
            raise CliplibError(
                f"prompt {self.name}: missing slots {sorted(missing)}, values without a slot {sorted(unused)}"
            )
        return Template(self.text).substitute(values)


def load(name: str, language: str) -> Prompt:
    """The shipped prompt of that name in that language."""
    return Prompt(f"{name}.{language}", assets.text("prompts", f"{name}.{language}.txt"))
