"""What the page is told of clips: which ones, in which order, short and whole, and what may be chosen."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest
from starlette.testclient import TestClient

from cliplib import assets
from cliplib.library import Library
from cliplib.records import EDITABLE, EdgeReason
from tests.library.making import EVERY
from tests.web.conftest import CLIPS


def found(page: TestClient, **wanted: str | list[str]) -> list[str]:
    answer = page.get("/api/find", params=wanted)
    assert answer.status_code == 200, answer.text
    ids: list[str] = answer.json()["ids"]
    return ids


def test_without_words_and_filters_everything_is_shown_in_order(page: TestClient, ids: list[str]) -> None:
    assert found(page) == ids
    assert len(ids) == CLIPS


def test_filters_are_those_of_the_library(page: TestClient, folder: Path, ids: list[str]) -> None:
    with Library.open(folder, write=True) as library:
        library.review(ids[0], "rejected", "li")
        library.correct(ids[1], "products", [{"product": "cup", "evidence": "", "confidence": 1.0}], "li")
    assert found(page, status="rejected") == [ids[0]]
    assert found(page, status=["new", "approved"]) == ids[1:]
    assert found(page, product="cup") == [ids[1]]
    assert found(page, content_type="pain_point") == ids[::4]
    assert found(page, content_type="pain_point", status="new") == ids[4::4]
    assert found(page, kind="livestream") == []
    assert found(page, form="live_action", without="has_price") == ids


def test_words_and_filters_work_together(page: TestClient, ids: list[str]) -> None:
    assert found(page, text="coffee")[0] in ids[::4]
    assert set(found(page, text="coffee number 4", content_type="product_feature")) <= set(ids) - set(ids[::4])
    assert found(page, text="   ") == ids


def test_groups_of_near_duplicates(page: TestClient, ids: list[str]) -> None:
    assert page.get("/api/groups").json()["groups"] == {"g1": ids[:3]}
    assert found(page, group="g1") == found(page, group="any") == ids[:3]
    assert found(page, group="g1", content_type="pain_point") == ids[:1]
    assert found(page, group="g2") == []
    assert page.get(f"/api/clips/{ids[1]}").json()["group"] == ids[:3]
    assert page.get(f"/api/clips/{ids[3]}").json()["group"] == []


@pytest.mark.parametrize("wanted", ["kind=film", "without=has_hat", "status=maybe", "colour=red", "text=" + "x" * 600])
def test_a_filter_that_does_not_exist_is_said_to_be_wrong(page: TestClient, wanted: str) -> None:
    answer = page.get(f"/api/find?{wanted}")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "E_USAGE"


def test_cards_say_what_is_in_force_and_which_media_there_are(page: TestClient, folder: Path, ids: list[str]) -> None:
    (folder / "media" / ids[1] / "voice.wav").unlink()
    with Library.open(folder, write=True) as library:
        library.correct(ids[0], "description", "a cup " + "very " * 100 + "near", "li")
    first, second = page.get("/api/cards", params={"ids": f"{ids[0]},{ids[1]}"}).json()["cards"]
    assert (first["id"], first["length"], first["group"]) == (ids[0], 2_000, "g1")
    assert first["description"].startswith("a cup") and len(first["description"]) == 120
    assert first["corrected"] == ["description"]
    assert first["media"] == ["poster.jpg", "clip.mp4", "voice.wav"]
    assert second["media"] == ["poster.jpg", "clip.mp4"]


def test_an_unknown_clip_is_not_found(page: TestClient, ids: list[str]) -> None:
    assert page.get("/api/clips/c_ffffffffffffffff_000000-002000").status_code == 404
    assert page.get("/api/cards", params={"ids": f"{ids[0]},c_1"}).status_code == 404
    assert page.get("/api/clips/c_1").status_code == 400


def test_details_name_the_file_but_not_where_it_lies(page: TestClient, ids: list[str]) -> None:
    answer = page.get(f"/api/clips/{ids[0]}")
    assert answer.json()["file"] == "night <b>train.mp4"
    assert "/footage/" not in answer.text
    assert set(answer.json()["values"]) == set(EDITABLE)


def test_fields_and_choices_come_from_the_schema_and_the_lists(page: TestClient, folder: Path) -> None:
    told = page.get("/api/setup").json()
    forms = {field["name"]: field["form"] for field in told["fields"]}
    known = {
        "content_types": "keys",
        "forms": "keys",
        "products": "products",
        "spoken": "text",
        "description": "text",
        "people": "people",
        "shot_size": "key",
        "camera": "key",
    }
    assert forms.items() >= known.items() and list(forms) == list(EDITABLE)
    assert told["fields"][0] | {"en": "Content types, primary first", "zh": "视频内容"} == told["fields"][0]
    choices = told["choices"]
    assert {"key": "pain_point", "zh": "痛点描述", "en": "pain point"} in choices["content_type"]
    assert [product["key"] for product in choices["product"]] == ["cup", "bag"]
    assert [status["key"] for status in choices["status"]] == list(EVERY)
    more = (
        '[[product]]\nid = "hat"\nname = "Hat"\n[[vocabulary.content_type]]\nkey = "dance"\nzh = "跳舞"\nen = "dance"\n'
    )
    with (folder / "cliplib.toml").open("a", encoding="utf-8") as settings:
        settings.write(more)
    choices = page.get("/api/setup").json()["choices"]
    assert choices["product"][-1]["key"] == "hat"
    assert choices["content_type"][-1] == {"key": "dance", "zh": "跳舞", "en": "dance"}


def test_every_string_is_there_in_both_languages_and_every_one_that_is_used_is_there() -> None:
    strings = json.loads(assets.text("web/static", "strings.json"))
    assert [name for name, words in strings.items() if set(words) != {"en", "zh"} or not all(words.values())] == []
    scripts = [entry for entry in assets.folder("web/static").iterdir() if entry.name.endswith(".js")]
    used = {name for script in scripts for name in re.findall(r"\bt\(\"([\w.]+)\"", script.read_text("utf-8"))}
    assert used - strings.keys() == set()
    edges = {f"edge.{reason}" for reason in edge_reasons()}
    assert edges - strings.keys() == set()
    keys = {f"key.{name}" for script in scripts for name in re.findall(r'name: "(\w+)"', script.read_text("utf-8"))}
    assert keys - strings.keys() == set()


def edge_reasons() -> tuple[str, ...]:
    return get_args(EdgeReason)


def test_no_script_makes_markup_out_of_text() -> None:
    for entry in assets.folder("web/static").iterdir():
        text = entry.read_text("utf-8")
        for banned in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "http://",
            "https://",
        ):
            assert banned not in text.replace("http://www.w3.org/2000/svg", ""), f"{entry.name}: {banned}"
        if entry.name.endswith(".html"):
            assert " style=" not in text and "onclick" not in text and "<script>" not in text
        assert len(text.splitlines()) <= 350, entry.name
