"""The word index: Chinese and English, best first, restricted to any number of clips, and always what is in force."""

from cliplib.library import Filter, Library
from cliplib.words import tokens
from tests.library.making import a_record


def found(library: Library, text: str, n: int = 10, wanted: Filter | None = None) -> list[str]:
    return [hit.id for hit in library.finding(wanted or Filter(), tokens(text)).by_words(n)]


def test_chinese_and_english_words_find_their_clip(library: Library) -> None:
    library.put(a_record(0, spoken="倒过来也不漏水", description="A hand turns the cup upside down"))
    library.put(a_record(2000, spoken="六小时还是热的", description="Steam rises from coffee"))
    leak, hot = a_record(0).id, a_record(2000).id
    assert found(library, "不漏") == [leak]
    assert found(library, "hot coffee steaming") == [hot]
    assert sorted(found(library, "产品特性")) == sorted([leak, hot])
    assert found(library, "elephant") == [] == found(library, "")


def test_the_better_match_comes_first(library: Library) -> None:
    library.put(a_record(0, description="a cup on a table beside a window with a long view over hills and a river"))
    library.put(a_record(2000, description="cup cup"))
    library.put(a_record(4000, description="a table"))
    assert found(library, "cup") == [a_record(2000).id, a_record(0).id]
    scores = [hit.score for hit in library.finding(Filter(), tokens("cup")).by_words(10)]
    assert scores == sorted(scores, reverse=True)
    assert found(library, "cup", n=1) == [a_record(2000).id]


def test_only_those_that_pass_the_filter(library: Library) -> None:
    for start, product in ((0, "jug"), (2000, "cup"), (4000, "cup")):
        library.put(a_record(start, description="cup", products=(product,)))
    ids = [a_record(start).id for start in (0, 2000, 4000)]
    assert found(library, "cup", wanted=Filter(products=("cup",))) == ids[1:]
    assert found(library, "cup", wanted=Filter(products=("bag",))) == []
    library.review(ids[1], "rejected", "Li")
    assert found(library, "cup", wanted=Filter(products=("cup",))) == ids[2:]


def test_a_correction_changes_what_is_found(library: Library) -> None:
    library.put(a_record(0, spoken="不漏水"))
    library.correct(a_record(0).id, "spoken", "很保温", "Li")
    assert found(library, "保温") == [a_record(0).id]
    assert found(library, "漏水") == []


def test_operators_in_a_query_are_words(library: Library) -> None:
    library.put(a_record(0, description='the "near" cup'))
    assert library.finding(Filter(), ['" OR tokens:*', "NEAR(", "cup"]).by_words(5)[0].id == a_record(0).id


def test_products_are_found_by_every_name(library: Library) -> None:
    settings = library.folder / "cliplib.toml"
    settings.write_text('[[product]]\nid = "cup"\nname = "随行杯"\naliases = ["travel mug"]\n', "utf-8")
    library.put(a_record(0, products=("cup", "unlisted-jug")))
    assert (
        found(library, "travel mug") == found(library, "随行杯") == found(library, "unlisted jug") == [a_record(0).id]
    )


def test_reword_takes_up_new_names(library: Library) -> None:
    library.put(a_record(0, products=("cup",)))
    assert found(library, "随行杯") == []
    (library.folder / "cliplib.toml").write_text('[[product]]\nid = "cup"\nname = "随行杯"\n', "utf-8")
    library.close()
    with Library.open(library.folder, write=True) as fresh:
        fresh.reword()
        assert found(fresh, "随行杯") == [a_record(0).id]


def test_the_name_that_an_editor_gave_the_file_is_found(library: Library) -> None:
    first = a_record(name="coffee_pour take2")
    second = a_record(2_000, name="dog_play")
    for record in (first, second):
        library.put(record)
    assert found(library, "pouring coffee") == [first.id]
    assert found(library, "dog") == [second.id]
