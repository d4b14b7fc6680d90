"""Products in the settings file: written there by program without a comment lost, and refused where two would mix."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cliplib.config import Product
from cliplib.errors import SettingsError, UnknownRecord, UsageError
from cliplib.library import Filter, Library
from cliplib.library.place import SETTINGS_TEXT
from cliplib.library.products import check_product, drop_product, keep_product, products_in
from cliplib.words import tokens
from tests.library.making import a_record
from tests.properties import examples

CUP = Product(id="cup", name="青屿杯", aliases=("cup",), hotwords=("青屿",), misheard=("轻语杯", "轻语=青屿"))
LAMP = Product(id="lamp", name="台灯")
WRITTEN = """# ours
language = "en"   # labels

# first the cup
[[product]]
name = "青屿杯"  # as on the box
id = "cup"
aliases = [
  "cup",  # short
]

# then the lamp
[[product]]
id = "lamp"
name = "台灯"

# own words
[[vocabulary.content_type]]
key = "unboxing"
zh = "开箱"
en = "unboxing"
"""


def written(folder: Path, text: str = WRITTEN) -> Path:
    path = folder / "cliplib.toml"
    path.write_bytes(text.encode())
    return path


def test_a_new_product_goes_after_the_others_and_before_what_follows(tmp_path: Path) -> None:
    path = written(tmp_path)
    keep_product(tmp_path, Product(id="bag", name="Bag"))
    entry = '\n[[product]]\nid = "bag"\nname = "Bag"\n'
    assert path.read_text("utf-8") == WRITTEN.replace('name = "台灯"\n', 'name = "台灯"\n' + entry)
    assert [product.id for product in products_in(tmp_path)] == ["cup", "lamp", "bag"]
    drop_product(tmp_path, "bag")
    assert path.read_text("utf-8").split() == WRITTEN.split()


def test_a_change_touches_only_its_own_lines(tmp_path: Path) -> None:
    path = written(tmp_path)
    before = products_in(tmp_path)[0]
    keep_product(tmp_path, before.model_copy(update={"name": "青屿随行杯", "misheard": ("轻语杯",)}))
    after = path.read_text("utf-8")
    assert [line for line in WRITTEN.splitlines() if line not in after.splitlines()] == [
        'name = "青屿杯"  # as on the box'
    ]
    assert 'name = "青屿随行杯"  # as on the box\n' in after
    assert products_in(tmp_path)[0].misheard == ("轻语杯",) and products_in(tmp_path)[0].aliases == ("cup",)
    keep_product(tmp_path, products_in(tmp_path)[0])
    assert path.read_text("utf-8") == after, "the same again changes nothing"


@pytest.mark.parametrize("id", ["cup", "lamp"])
def test_a_removed_product_leaves_the_comments(id: str, tmp_path: Path) -> None:
    path = written(tmp_path)
    drop_product(tmp_path, id)
    text = path.read_text("utf-8")
    assert all(f"# {words}" in text for words in ("ours", "labels", "first the cup", "then the lamp", "own words"))
    assert [product.id for product in products_in(tmp_path)] == [{"cup": "lamp", "lamp": "cup"}[id]]
    assert tomllib.loads(text)["vocabulary"] == tomllib.loads(WRITTEN)["vocabulary"]
    with pytest.raises(UnknownRecord, match=f"'{id}'; registered: "):
        drop_product(tmp_path, id)


@pytest.mark.parametrize("text", ["", "\n", "# none", SETTINGS_TEXT.format(language="zh"), 'language = "zh"\r\n'])
def test_the_first_product_of_any_file(text: str, tmp_path: Path) -> None:
    path = written(tmp_path, text)
    keep_product(tmp_path, CUP)
    keep_product(tmp_path, LAMP)
    assert products_in(tmp_path) == (CUP, LAMP) and path.read_bytes().decode().startswith(text)
    drop_product(tmp_path, "cup")
    drop_product(tmp_path, "lamp")
    assert products_in(tmp_path) == () and path.read_bytes().decode().startswith(text)


def test_a_file_that_is_not_there_is_made(tmp_path: Path) -> None:
    keep_product(tmp_path, CUP)
    assert products_in(tmp_path) == (CUP,)


def test_inline_products_can_be_changed_and_removed_but_not_added_to(tmp_path: Path) -> None:
    path = written(tmp_path, 'product = [{id = "cup", name = "杯"}, {id = "lamp", name = "台灯"}] # all\n')
    keep_product(tmp_path, CUP)
    drop_product(tmp_path, "lamp")
    assert products_in(tmp_path) == (CUP,) and path.read_text("utf-8").endswith("# all\n")
    with pytest.raises(SettingsError, match="by program"):
        keep_product(tmp_path, LAMP)
    assert products_in(tmp_path) == (CUP,)


@pytest.mark.parametrize("text", [b"[[product]]\nid = 'cup'\nname =\n", b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_left_alone(text: bytes, tmp_path: Path) -> None:
    path = tmp_path / "cliplib.toml"
    path.write_bytes(text)
    with pytest.raises(SettingsError, match=r"cliplib\.toml"):
        keep_product(tmp_path, CUP)
    with pytest.raises(SettingsError, match=r"cliplib\.toml"):
        drop_product(tmp_path, "cup")
    assert path.read_bytes() == text


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"name": " "}, "no name"),
        ({"name": "ＣＵＰ"}, "already what product 'cup' is called"),
        ({"aliases": ("青屿杯",)}, "already what product 'cup' is called"),
        ({"misheard": ("轻语杯",)}, "already a misheard form of product 'cup'"),
        ({"misheard": ("青屿=x",)}, "a right name"),
        ({"misheard": ("台 灯", "台灯")}, "a right name"),
        ({"misheard": ("轻",)}, "too short"),
        ({"misheard": ("a-",)}, "too short"),
    ],
)
def test_what_would_mix_products_up_is_refused(changes: dict[str, object], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        check_product(LAMP.model_copy(update=changes), [CUP])


@examples(100)
@given(
    texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9), max_size=4),
    first=st.booleans(),
)
def test_any_text_comes_back_as_it_was(texts: list[str], first: bool, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("library")
    written(folder)
    product = Product(id="cup" if first else "new", name="".join(["n", *texts]), hotwords=tuple(texts))
    keep_product(folder, product)
    assert product in products_in(folder)
    drop_product(folder, product.id)
    assert product.id not in {known.id for known in products_in(folder)}


def test_clips_of_a_renamed_product_are_found_by_its_new_name(library: Library) -> None:
    """Also by a library that has read the settings before; the vector indexes are told of these clips alone."""
    library.put(a_record(0, products=("cup",)))
    library.put(a_record(2000, products=("lamp",)))
    library.settle([sequence for sequence, _ in library.pending()])
    assert library.finding(Filter(), tokens("quokka")).by_words(9) == []
    keep_product(library.folder, Product(id="cup", name="Quokka"))
    assert library.rename("cup") == 1
    assert [hit.id for hit in library.finding(Filter(), tokens("quokka")).by_words(9)] == [a_record(0).id]
    assert [clip for _, clip in library.pending()] == [a_record(0).id]
