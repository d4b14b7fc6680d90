"""How many examples a property is tried on: the same ones in every run, or ever more new ones with CLIPLIB_EXAMPLES."""

import os

from hypothesis import settings

FACTOR = int(os.environ.get("CLIPLIB_EXAMPLES", "1"))


def set_up() -> None:
    """Without a factor the examples are fixed, so that a run tells of the change alone."""
    settings.register_profile(
        "cliplib", max_examples=100 * FACTOR, deadline=None, derandomize=FACTOR == 1, database=None
    )
    settings.load_profile("cliplib")


def examples(count: int) -> settings:
    """Settings of a property test that shall see so many examples."""
    return settings(max_examples=count * FACTOR)
