"""In whatever order machines and people come: a person's word is in force, and nothing is lost."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cliplib.library import Filter, Library
from tests.library.making import a_footage, a_record
from tests.properties import examples

DESCRIPTIONS = ("red cup", "blue cup", "green cup")
TYPES = ("hook", "product_feature", "brand_story")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("machine"), st.sampled_from(DESCRIPTIONS), st.sampled_from(TYPES)),
        st.tuples(st.just("description"), st.sampled_from(DESCRIPTIONS), st.none()),
        st.tuples(st.just("content_types"), st.sampled_from(TYPES), st.none()),
    ),
    max_size=8,
)


@examples(25)
@given(steps=STEPS)
def test_a_person_always_wins(steps: list[tuple[str, str, str | None]]) -> None:
    machine = {"description": DESCRIPTIONS[0], "content_types": TYPES[0]}
    people: dict[str, str] = {}
    corrections: list[tuple[str, str]] = []
    revision = 1
    with tempfile.TemporaryDirectory() as folder:
        Library.create(Path(folder))
        with Library.open(Path(folder), write=True) as library:
            library.add_footage(a_footage())
            library.put(a_record(description=DESCRIPTIONS[0], content_types=(TYPES[0],)))
            id = a_record().id
            for who, value, kind in steps:
                if who == "machine" and kind is not None:
                    library.put(a_record(description=value, content_types=(kind,)))
                    revision += machine != {"description": value, "content_types": kind}
                    machine = {"description": value, "content_types": kind}
                else:
                    library.correct(id, who, value if who == "description" else [value], "Li")
                    if people.get(who) != value:
                        corrections.append((who, value))
                        revision += 1
                    people[who] = value
            record = library.get(id)
            force = {**machine, **people}
            assert record.effective().description == force["description"]
            assert record.effective().content_types == (force["content_types"],)
            assert (record.description, record.content_types[0]) == (machine["description"], machine["content_types"])
            assert record.revision == revision
            kept = [(c.field, c.new if c.field == "description" else c.new[0]) for c in library.history(id)]  # type: ignore[index]
            assert kept == corrections
            found = [kind for kind in TYPES if library.find(Filter(content_types=(kind,)))]
            assert found == [force["content_types"]]
