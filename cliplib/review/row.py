"""One clip on its way out to people, and what has come back of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cliplib.cells import Fault
from cliplib.records import ClipRecord
from cliplib.review.fields import Lexicon, Values
from cliplib.sheets import Cell


@dataclass(frozen=True, slots=True)
class Row:
    """A clip as it is exported.

    `record` has corrections in force, `values` is what people may change, `version` names this state, `media` are paths
    from the folder of the export by what they are (clip, voice, poster).
    """

    record: ClipRecord
    values: Values
    version: str
    media: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Cover:
    """What an export says of itself: its id, the library it is of, and the words it is written in."""

    export: str
    library: str
    lexicon: Lexicon


@dataclass(frozen=True, slots=True)
class Said:
    """What a row of a file says of a clip: cells to be read, or values as records hold them, by field.

    What is in neither is not spoken of. `ordered` is false where the order of items says nothing.
    """

    row: int
    clip: str
    version: str
    cells: Mapping[str, Cell] = field(default_factory=dict)
    values: Values = field(default_factory=dict)
    ordered: bool = True
    faults: tuple[Fault, ...] = ()
