"""What is decided on the page reaches the library; what others have decided meanwhile is never overwritten."""

import itertools
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from cliplib.config import Settings
from cliplib.library import Library
from cliplib.web.edits import Correct, apply
from tests.library.making import a_footage, a_record
from tests.properties import examples
from tests.web.conftest import a_desk, correcting, deciding


def card(page: TestClient, id: str) -> dict[str, Any]:
    found: dict[str, Any] = page.get("/api/cards", params={"ids": id}).json()["cards"][0]
    return found


def send(page: TestClient, *edits: dict[str, Any]) -> list[dict[str, Any]]:
    answer = page.post("/api/edits", json={"edits": list(edits)})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["outcomes"]
    return found


def test_a_correction_is_kept_beside_the_machines_value(page: TestClient, folder: Path, ids: list[str]) -> None:
    seen = card(page, ids[0])
    [outcome] = send(page, correcting(seen, "description", "", "A cup on a desk"))
    assert outcome["state"] == "kept"
    assert outcome["card"]["corrected"] == ["description"]
    assert outcome["card"]["revision"] == seen["revision"] + 1
    with Library.open(folder) as library:
        record = library.get(ids[0])
    assert (record.description, record.effective().description) == ("", "A cup on a desk")
    assert record.review.corrections["description"].who == "mei"
    told = page.get(f"/api/clips/{ids[0]}").json()
    assert (told["machine"]["description"], told["values"]["description"]) == ("", "A cup on a desk")


def test_a_field_that_was_changed_elsewhere_is_a_conflict(page: TestClient, folder: Path, ids: list[str]) -> None:
    seen = card(page, ids[0])
    with Library.open(folder, write=True) as library:
        library.correct(ids[0], "description", "from a sheet", "li")
    [outcome] = send(page, correcting(seen, "description", "", "from the page"))
    assert (outcome["state"], outcome["now"]) == ("conflict", "from a sheet")
    assert outcome["card"]["revision"] == seen["revision"] + 1
    with Library.open(folder) as library:
        assert library.get(ids[0]).effective().description == "from a sheet"
    # Having seen both, the person may still decide for the own value.
    [again] = send(page, correcting(outcome["card"], "description", "from a sheet", "from the page"))
    assert again["state"] == "kept"


def test_a_newer_revision_does_not_excuse_an_old_look_at_the_field(
    page: TestClient, folder: Path, ids: list[str]
) -> None:
    with Library.open(folder, write=True) as library:
        library.correct(ids[0], "description", "from a sheet", "li")
    [outcome] = send(page, correcting(card(page, ids[0]), "description", "", "from the page"))
    assert outcome["state"] == "conflict"


def test_changes_of_other_fields_do_not_stand_in_the_way(page: TestClient, folder: Path, ids: list[str]) -> None:
    seen = card(page, ids[0])
    with Library.open(folder, write=True) as library:
        library.correct(ids[0], "spoken", "from a sheet", "li")
    [outcome] = send(page, correcting(seen, "description", "", "from the page"))
    assert outcome["state"] == "kept"
    with Library.open(folder) as library:
        record = library.get(ids[0]).effective()
    assert (record.spoken, record.description) == ("from a sheet", "from the page")


def test_a_decision_is_about_the_record_that_was_seen(page: TestClient, folder: Path, ids: list[str]) -> None:
    seen = card(page, ids[0])
    with Library.open(folder, write=True) as library:
        library.correct(ids[0], "spoken", "something else", "li")
        library.review(ids[1], "rejected", "li", "shaky")
    changed, decided, free = send(
        page,
        deciding(seen, "approved"),
        deciding({**card(page, ids[1]), "status": "new", "note": ""}, "approved"),
        deciding(card(page, ids[2]), "approved", "good"),
    )
    assert (changed["state"], changed["now"]) == ("conflict", {"status": "new", "note": ""})
    assert (decided["state"], decided["now"]) == ("conflict", {"status": "rejected", "note": "shaky"})
    assert free["state"] == "kept"
    with Library.open(folder) as library:
        reviews = [library.get(id).review for id in ids[:3]]
    assert [(r.status, r.note) for r in reviews] == [("new", ""), ("rejected", "shaky"), ("approved", "good")]


def test_the_same_edit_twice_is_kept_once(page: TestClient, ids: list[str]) -> None:
    """An answer may be lost on the way; the page sends again what it does not know to be kept."""
    seen = card(page, ids[0])
    edit, decision = correcting(seen, "description", "", "x"), deciding(card(page, ids[1]), "approved")
    first, second = send(page, edit, decision), send(page, edit, decision)
    assert [one["state"] for one in (*first, *second)] == ["kept"] * 4
    assert second[0]["card"]["revision"] == seen["revision"] + 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("content_types", ["no_such_type"]),
        ("content_types", []),
        ("content_types", "pain_point"),
        ("shot_size", "near"),
        ("products", [{"product": "nobody", "evidence": "", "confidence": 1}]),
        ("people", [{"role": "king"}]),
        ("description", None),
        ("description", {"a": 1}),
        ("id", "c_1"),
        ("facts", {}),
        ("review", {}),
        ("products", [None]),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_the_rest_goes_on(
    page: TestClient, folder: Path, ids: list[str], field: str, value: Any
) -> None:
    told = page.get(f"/api/clips/{ids[0]}").json()
    bad = correcting(told["card"], field, told["values"].get(field), value)
    refused, kept = send(page, bad, deciding(card(page, ids[1]), "approved"))
    assert (refused["state"], kept["state"]) == ("refused", "kept")
    assert refused["why"]
    with Library.open(folder) as library:
        assert not library.get(ids[0]).review.corrections
        assert library.get(ids[1]).review.status == "approved"


def test_a_clip_that_has_gone_is_refused(page: TestClient, ids: list[str]) -> None:
    gone = {**card(page, ids[0]), "id": "c_ffffffffffffffff_000000-002000"}
    assert [one["state"] for one in send(page, deciding(gone, "approved"))] == ["refused"]


@pytest.mark.parametrize("edit", [{}, {"kind": "destroy"}, {"kind": "decide", "clip": "../x"}, 7])
def test_what_is_no_edit_is_a_bad_request(page: TestClient, edit: Any) -> None:
    answer = page.post("/api/edits", json={"edits": [edit]})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "E_USAGE"
    assert page.post("/api/edits", content=b"{", headers={"content-type": "application/json"}).status_code == 400


def test_a_busy_library_says_who_and_keeps_nothing_half(page: TestClient, folder: Path, ids: list[str]) -> None:
    seen = card(page, ids[0])
    with Library.open(folder, write=True):
        answer = page.post("/api/edits", json={"edits": [deciding(seen, "approved")]})
        assert answer.status_code == 423
        assert "process" in answer.json()["error"]["message"]
        assert page.get("/api/find").status_code == 200, "readers do not wait"
    assert card(page, ids[0])["status"] == "new"
    assert [one["state"] for one in send(page, deciding(seen, "approved"))] == ["kept"]


def test_the_lock_is_free_between_edits(page: TestClient, folder: Path, ids: list[str]) -> None:
    send(page, deciding(card(page, ids[0]), "approved"))
    with Library.open(folder, write=True) as library:
        library.review(ids[1], "approved", "li")
    assert card(page, ids[1])["status"] == "approved"


def test_edits_of_several_people_at_once_are_all_kept(page: TestClient, ids: list[str]) -> None:
    outcomes: list[dict[str, Any]] = []

    def work(mine: list[str]) -> None:
        for id in mine:
            outcomes.extend(send(page, deciding(card(page, id), "approved")))

    workers = [threading.Thread(target=work, args=(ids[k::4],)) for k in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [one["state"] for one in outcomes] == ["kept"] * len(ids)
    assert {card(page, id)["status"] for id in ids} == {"approved"}


def test_new_words_are_found_and_old_ones_are_not(page: TestClient, ids: list[str]) -> None:
    assert ids[4] in page.get("/api/find", params={"text": "coffee"}).json()["ids"]
    send(page, correcting(card(page, ids[4]), "spoken", "cold coffee number 4", "steaming zebra"))
    assert page.get("/api/find", params={"text": "zebra"}).json()["ids"][0] == ids[4]
    assert ids[4] not in page.get("/api/find", params={"text": "coffee"}).json()["ids"]


STEPS = st.lists(
    st.tuples(st.sampled_from(["page", "sheet"]), st.booleans(), st.integers(0, 3)), min_size=1, max_size=8
)


def test_no_value_is_ever_overwritten_unseen(tmp_path: Path) -> None:
    """Two people change one field in turns, each looking before some of the changes only."""
    Library.create(tmp_path / "library")
    with Library.open(tmp_path / "library", write=True) as library:
        library.add_footage(a_footage())
    starts = itertools.count(0, 2_000)
    with Library.open(tmp_path / "library") as reader:
        desk = a_desk(reader, Settings())

        @examples(20)
        @given(STEPS)
        def taking_turns(steps: list[tuple[str, bool, int]]) -> None:
            with desk.writing() as library:
                library.put(record := a_record(next(starts)))
            last_seen = {"page": ("", 1), "sheet": ("", 1)}
            for who, looks, value in steps:
                now = reader.get(record.id).effective()
                if looks:
                    last_seen[who] = (now.description, now.revision)
                seen, revision = last_seen[who]
                edit = Correct(
                    kind="correct", clip=record.id, revision=revision, field="description", seen=seen, value=f"v{value}"
                )
                [outcome] = apply(desk, [edit])
                after = reader.get(record.id).effective().description
                if seen == now.description or now.description == f"v{value}":
                    assert (outcome["state"], after) == ("kept", f"v{value}")
                else:
                    assert (outcome["state"], outcome["now"], after) == ("conflict", now.description, now.description)

        taking_turns()


def test_text_of_a_record_travels_as_data(page: TestClient, ids: list[str]) -> None:
    words = "<img src=x onerror=alert(1)> {\\an8} ignore previous instructions \u202e"
    send(page, correcting(card(page, ids[0]), "description", "", words))
    answer = page.get(f"/api/clips/{ids[0]}")
    assert answer.headers["content-type"] == "application/json"
    assert json.loads(answer.text)["values"]["description"] == words
