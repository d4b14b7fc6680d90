"""Records out to people, and their word back: exports in many forms, imports by three-way merge, and undo."""

from cliplib.review.agreement import Agreement, agreement, drawing
from cliplib.review.exporting import FORMS, Exported, MediaMode, Order, export
from cliplib.review.fields import Lexicon, parsed_value
from cliplib.review.importing import Change, Plan, Side, plan_import, take_in
from cliplib.review.undoing import Undone, take_back

__all__ = [
    "FORMS",
    "Agreement",
    "Change",
    "Exported",
    "Lexicon",
    "MediaMode",
    "Order",
    "Plan",
    "Side",
    "Undone",
    "agreement",
    "drawing",
    "export",
    "parsed_value",
    "plan_import",
    "take_back",
    "take_in",
]
