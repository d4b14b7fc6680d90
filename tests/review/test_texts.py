"""Whatever text stands in a record: it goes out and comes back in any form without becoming a change."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cliplib.review import plan_import
from tests.library.making import a_record
from tests.properties import examples
from tests.review.making import FILES, LEXICON, furnished, sent

TRICKY = (*"=+-@'\"\t\r\n ,;、＝", "_x0041_", "_x000D_")
TEXTS = st.lists(st.one_of(st.sampled_from(TRICKY), st.characters(exclude_categories=["Cs"])), max_size=8).map("".join)


@pytest.mark.parametrize("form", FILES)
@examples(12)
@given(texts=st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=3, max_size=3))
def test_any_text_comes_back_as_it_was(form: str, texts: list[tuple[str, str, str]]) -> None:
    clips = tuple(
        a_record(k * 2000, description=description, spoken=spoken) for k, (description, spoken, _) in enumerate(texts)
    )
    with tempfile.TemporaryDirectory() as name, furnished(Path(name) / "library", clips) as library:
        for clip, (_, _, note) in zip(clips, texts, strict=True):
            library.review(clip.id, "new", "Li", note)
        plan = plan_import(library, sent(library, Path(name), form), LEXICON)
        assert (plan.rows, plan.changes, plan.conflicts, plan.faults) == (3, (), (), ())
