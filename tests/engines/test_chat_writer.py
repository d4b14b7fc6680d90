"""Picks of a chat model: only offered labels, one repair, and what is saved of a wrong reply (R83, R93)."""

import json
from typing import Any

import pytest

from cliplib.engines.chat_writer import ChatWriter
from cliplib.errors import BadReply
from tests.engines.conftest import CLIPS, FOOTAGE, MakePick, MakeWorkshop
from tests.faults.llm_answers import known_of, texts_of
from tests.faults.llm_server import CONTENT, SERVED_AS, LlmServer


def answering(monkeypatch: pytest.MonkeyPatch, *values: dict[str, Any]) -> None:
    """Make the service answer with these, in turn; the last one for ever."""
    left = list(values)
    monkeypatch.setitem(CONTENT, "ok", lambda _: json.dumps(left.pop(0) if len(left) > 1 else left[0]))


def beat(*labels: Any, reason: Any = "因为") -> dict[str, Any]:
    return {"labels": list(labels), "reason": reason}


def test_a_choice_for_each_beat_that_has_an_offer(server: LlmServer, workshop: MakeWorkshop, to_pick: MakePick) -> None:
    writer = ChatWriter.build("", workshop(server))
    proposal = writer.pick(to_pick())
    assert [choice.beat for choice in proposal.choices] == ["b1", "b2", "b3"]
    assert [choice.labels[0] for choice in proposal.choices] == ["C01", "C02", "C03"]
    assert (proposal.writer, proposal.model) == (writer.id, SERVED_AS)
    assert proposal.prompt.startswith("pick_clips.zh@")


def test_the_model_sees_labels_and_words_but_no_ids_paths_or_times(
    server: LlmServer, workshop: MakeWorkshop, to_pick: MakePick
) -> None:
    ChatWriter.build("", workshop(server)).pick(to_pick())
    request = server.requests[0]
    assert FOOTAGE not in json.dumps(request) and CLIPS["C01"].id not in json.dumps(request)
    known = known_of(request)
    assert known["clips"]["C01"]["content_types"] == ["痛点描述"]
    assert [found["beat"] for found in known["beats"]] == ["b1", "b2", "b3"]
    schema = request["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["b2"]["properties"]["labels"]["items"]["enum"] == ["C02", "C04"]
    assert "凉了" not in request["messages"][0]["content"], "words of clips are data, not instructions"


def test_no_offers_no_call(server: LlmServer, workshop: MakeWorkshop, to_pick: MakePick) -> None:
    proposal = ChatWriter.build("", workshop(server)).pick(to_pick({"b1": {}}))
    assert proposal.choices == () and not server.requests


def test_a_first_choice_used_twice_is_sent_back(
    server: LlmServer, workshop: MakeWorkshop, to_pick: MakePick, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = {"b1": beat("C02"), "b2": beat("C04"), "b3": beat("C03")}
    answering(monkeypatch, {**good, "b2": beat("C02")}, good)
    proposal = ChatWriter.build("", workshop(server)).pick(to_pick())
    assert [choice.labels for choice in proposal.choices] == [("C02",), ("C04",), ("C03",)]
    assert "C02 is the first choice of both b1 and b2" in texts_of(server.requests[1])[-1]


def test_a_repeat_without_another_way_is_no_fault(server: LlmServer, workshop: MakeWorkshop, to_pick: MakePick) -> None:
    proposal = ChatWriter.build("", workshop(server)).pick(to_pick({"b1": {"C01": 0.8}, "b2": {"C01": 0.5}}))
    assert [choice.labels for choice in proposal.choices] == [("C01",), ("C01",)]
    assert server.calls["pick"] == 1


@pytest.mark.parametrize(
    ("wrong", "kept"),
    [
        ({"b1": beat("C99"), "b2": beat("C02"), "b3": beat("C03")}, {"b2": ("C02",), "b3": ("C03",)}),
        ({"b1": beat("C99", "C01"), "b2": beat("C02"), "b3": beat()}, {"b1": ("C01",), "b2": ("C02",)}),
        ({"b1": beat("C02", "C02"), "b2": 7, "b3": beat("C03", reason=3)}, {"b1": ("C02",), "b3": ("C03",)}),
        ({"b3": beat("C01", "C03"), "b9": beat("C01")}, {"b3": ("C01", "C03")}),
        ({"b2": beat(1, "C04", None), "b3": {"labels": "C03"}}, {"b2": ("C04",)}),
    ],
)
def test_what_is_right_in_a_wrong_reply_is_kept(
    wrong: dict[str, Any],
    kept: dict[str, tuple[str, ...]],
    server: LlmServer,
    workshop: MakeWorkshop,
    to_pick: MakePick,
    monkeypatch: pytest.MonkeyPatch,
    said: list[str],
) -> None:
    answering(monkeypatch, wrong)
    proposal = ChatWriter.build("", workshop(server)).pick(to_pick())
    assert {choice.beat: choice.labels for choice in proposal.choices} == kept
    assert server.calls["pick"] == 2
    missing = [name for name in ("b1", "b2", "b3") if name not in kept]
    assert "unusable" in said[-1] and f"no choice for {', '.join(missing)}" in said[-1]


def test_the_reason_of_a_dropped_label_goes_with_it(
    server: LlmServer, workshop: MakeWorkshop, to_pick: MakePick, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, {"b1": beat("C99", "C01"), "b2": beat("C02"), "b3": beat("C03")})
    proposal = ChatWriter.build("", workshop(server)).pick(to_pick())
    assert [choice.reason for choice in proposal.choices] == ["", "因为", "因为"]


def test_nothing_right_is_a_bad_reply(
    server: LlmServer, workshop: MakeWorkshop, to_pick: MakePick, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, {"b1": beat("C99"), "b2": beat(), "b3": 0})
    with pytest.raises(BadReply) as caught:
        ChatWriter.build("", workshop(server)).pick(to_pick())
    assert "C99" in caught.value.raw


@pytest.mark.parametrize("behaviour", ["unknown_label", "duplicate_label", "truncated", "refusal", "html"])
def test_no_label_that_was_not_offered_ever_comes_back(
    behaviour: str, server: LlmServer, workshop: MakeWorkshop, to_pick: MakePick
) -> None:
    request = to_pick()
    server.script(behaviour, behaviour)
    try:
        choices = ChatWriter.build("", workshop(server)).pick(request).choices
    except BadReply:
        assert behaviour != "duplicate_label"
        return
    offered = {offer.beat: {c.label for c in offer.candidates} for offer in request.offers}
    assert choices and all(set(choice.labels) <= offered[choice.beat] for choice in choices)
