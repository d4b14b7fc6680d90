"""Search: the vector index as a projection of the library, and words and vectors fused into one answer."""

from cliplib.library.wording import Shelf, index_text
from cliplib.search.filling import Health, rebuild, refresh, verify
from cliplib.search.hybrid import Found, Query, like, search
from cliplib.search.projection import Projection, open_index

__all__ = [
    "Found",
    "Health",
    "Projection",
    "Query",
    "Shelf",
    "index_text",
    "like",
    "open_index",
    "rebuild",
    "refresh",
    "search",
    "verify",
]
