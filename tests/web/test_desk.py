"""The desk: search over what the page has just changed, also beside another writer."""

from pathlib import Path

from starlette.testclient import TestClient

from cliplib.library import Filter, Library
from cliplib.search import open_index
from cliplib.web.desk import Desk


def indexed(desk: Desk) -> set[str]:
    index = open_index(desk.library, "exact", desk.embedder)
    try:
        return index.ids()
    finally:
        index.close()


def test_a_search_brings_the_index_up_to_date_first(desk: Desk, ids: list[str]) -> None:
    assert indexed(desk) == set()
    assert desk.find("coffee", Filter())[0] in ids[::4]
    assert indexed(desk) == set(ids)


def test_the_index_is_warmed_up_beside_everything_else(desk: Desk, ids: list[str]) -> None:
    desk.warm_up().join()
    assert indexed(desk) == set(ids)


def test_beside_another_writer_the_search_goes_by_what_there_is(desk: Desk, folder: Path, ids: list[str]) -> None:
    with Library.open(folder, write=True):
        assert set(desk.find("coffee", Filter())) == set(ids[::4]), "found by their words"
    assert indexed(desk) == set()


def test_a_damaged_index_is_said_to_the_one_who_searches(desk: Desk, page: TestClient, folder: Path) -> None:
    desk.find("coffee", Filter())
    [manifest] = (folder / "index").glob("exact-bag*/manifest.json")
    manifest.write_text("{", "utf-8")
    desk.warm_up().join()
    assert page.get("/api/find").status_code == 200, "a list needs no index"
    answer = page.get("/api/find", params={"text": "coffee"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "E_INDEX")
