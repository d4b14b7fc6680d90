"""The library: SQLite owns the records; the vector index is a projection of it."""

from cliplib.library.clips import fitting
from cliplib.library.filter import Filter
from cliplib.library.finding import Finding
from cliplib.library.footage import FootageState
from cliplib.library.store import Library
from cliplib.library.wording import Shelf, index_text

__all__ = ["Filter", "Finding", "FootageState", "Library", "Shelf", "fitting", "index_text"]
