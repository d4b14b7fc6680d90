"""What may be spent on services and how fast they are asked, by all engines and threads of a command together."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cliplib.config import Price
from cliplib.engines.chat import ChatClient
from cliplib.engines.chat_vision import ChatVision
from cliplib.engines.limits import Pace, Purse
from cliplib.engines.transcriptions import TranscriptionSpeech
from cliplib.errors import BudgetSpent, EngineError, SettingsError
from tests.engines.conftest import MakeVision, MakeWorkshop
from tests.engines.test_chat import journal_of, question
from tests.faults.llm_server import MODEL, LlmServer
from tests.properties import examples

PRICED = (Price(model=MODEL, input=1_000_000, output=2_000_000),)
"""One answer of the service has 11 tokens in and 7 out, so it costs 25."""


def test_the_cost_is_checked_before_the_call_and_kept_by_the_purse(server: LlmServer, workshop: MakeWorkshop) -> None:
    shop = workshop(server, max_cost=70, price=PRICED)
    client = ChatClient("", shop)
    client.ask(question("1"))
    client.ask(question("2"))
    with pytest.raises(BudgetSpent, match="2 calls have cost 50 of 70"):
        client.ask(question("3"))
    assert shop.purse.cost == 50 and len(server.requests) == 2
    client.ask(question("1"))
    assert len(server.requests) == 2, "what was paid is answered without a call"
    with pytest.raises(BudgetSpent):
        ChatClient("", workshop(server, max_cost=0, price=PRICED)).ask(question("4"))


def test_a_repair_costs_too_and_a_refusal_at_the_door_nothing(server: LlmServer, workshop: MakeWorkshop) -> None:
    server.refuses = {"json_schema"}
    shop = workshop(server, max_cost=1000, price=PRICED)
    server.script("ok", "truncated", "500", "429:0")
    ChatClient("", shop).ask(question("1"))
    assert len(server.requests) == 5 and shop.purse.cost == 75, "three answers; a 5xx as dear as the dearest"


@pytest.mark.parametrize("build", [ChatVision.build, TranscriptionSpeech.build], ids=["vision", "speech"])
def test_a_model_without_a_price_is_refused_before_any_work(
    build: Any, server: LlmServer, workshop: MakeWorkshop
) -> None:
    with pytest.raises(SettingsError, match=r"max_cost.*'other'") as caught:
        build("other", workshop(server, max_cost=5, price=PRICED))
    assert "[[price]]" in caught.value.next_step
    assert build("other", workshop(server, price=PRICED)).id.endswith(":other")


def test_a_model_that_the_service_names_needs_a_price_too(server: LlmServer, workshop: MakeWorkshop) -> None:
    server.models = ["alpha"]
    with pytest.raises(SettingsError, match="'alpha'"):
        ChatClient("", workshop(server, model="", max_cost=5)).ask(question())
    assert not server.requests


def test_an_answer_that_does_not_say_its_tokens_is_kept_and_ends_the_spending(
    server: LlmServer, workshop: MakeWorkshop
) -> None:
    shop = workshop(server, max_cost=100, price=PRICED)
    server.script("no_usage")
    client = ChatClient("", shop)
    assert client.ask(question("1")).value and len(journal_of(shop).calls()) == 1
    with pytest.raises(EngineError, match="max_cost cannot be kept") as caught:
        client.ask(question("2"))
    assert "max_calls" in caught.value.next_step and len(server.requests) == 1


@examples(60)
@given(costs=st.lists(st.integers(1, 9), min_size=1, max_size=40), most=st.integers(0, 60), at_once=st.integers(1, 4))
def test_no_more_is_spent_than_allowed_but_for_the_first_ones(costs: list[int], most: int, at_once: int) -> None:
    purse = Purse()
    spent: list[int] = []
    try:
        for k in range(0, len(costs), at_once):
            batch = costs[k : k + at_once]
            begun = []
            for cost in batch:
                purse.pay(None, most)
                begun.append(cost)
            for cost in begun:
                purse.settle(cost)
            spent += begun
    except BudgetSpent:
        for cost in begun:
            purse.settle(cost)
        spent += begun
    assert purse.cost == sum(spent)
    dearest_known = max(spent[:at_once], default=0)
    allowed = most + sum(max(0, cost - dearest_known) for cost in spent[at_once:]) + max(0, sum(spent[:at_once]) - most)
    assert purse.cost <= allowed
    assert most > 0 or not spent


def test_requests_keep_their_distance_and_waiting_for_a_turn_is_not_the_services_time(
    server: LlmServer, workshop: MakeWorkshop
) -> None:
    client = ChatClient("", workshop(server, requests_per_minute=200, timeout=0.6))
    started = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda k: client.ask(question(str(k))), range(5)))
    assert time.monotonic() - started >= 4 * 0.3, "five requests, four gaps: longer than the time for one call"
    assert server.calls["thing"] == 5


def test_a_pause_that_the_service_asks_for_holds_back_all_engines(server: LlmServer, workshop: MakeWorkshop) -> None:
    shop = workshop(server)
    server.script("429:1")
    first = threading.Thread(target=lambda: ChatClient("", shop).ask(question("1")))
    first.start()
    while first.is_alive() and not shop.pace.closed():
        time.sleep(0.005)
    started = time.monotonic()
    ChatClient("other", shop).ask(question("2"))
    first.join()
    assert time.monotonic() - started > 0.7 and len(server.requests) == 3


def test_while_a_service_is_closed_for_long_nobody_asks_it(server: LlmServer, workshop: MakeWorkshop) -> None:
    shop = workshop(server)
    server.script("429:3600")
    for text in ("1", "2"):
        with pytest.raises(EngineError, match=r"3600\.0 s|another 3[56]\d\d\.\d s"):
            ChatClient("", shop).ask(question(text))
    assert len(server.requests) == 1


def test_a_turn_without_a_limit_is_at_once() -> None:
    pace = Pace()
    assert [pace.turn(None) for _ in range(1000)] == [0.0] * 1000 and pace.closed() == 0.0


def test_the_shape_that_a_service_takes_is_remembered_across_clients(server: LlmServer, workshop: MakeWorkshop) -> None:
    shop = workshop(server)
    server.refuses = {"json_schema", "json_object"}
    ChatClient("", shop).ask(question("1"))
    assert len(server.requests) == 3
    ChatClient("", shop).ask(question("2"))
    assert len(server.requests) == 4, "another client of the same library asks for text at once"
    ChatClient("other", shop).ask(question("3"))
    assert len(server.requests) == 7, "another model is another matter"


def test_a_remembered_shape_is_forgotten_after_a_month(
    server: LlmServer, workshop: MakeWorkshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = workshop(server)
    server.refuses = {"json_schema"}
    ChatClient("", shop).ask(question("1"))
    server.refuses = set()
    ChatClient("", shop).ask(question("2"))
    assert server.requests[-1]["response_format"]["type"] == "json_object"
    monkeypatch.setattr("cliplib.engines.chat.REMEMBERED", timedelta(days=-1))
    ChatClient("", shop).ask(question("3"))
    assert server.requests[-1]["response_format"]["type"] == "json_schema"


def test_one_call_per_clip_with_three_to_eight_timed_frames(
    server: LlmServer, workshop: MakeWorkshop, look: MakeVision
) -> None:
    ChatVision.build("", workshop(server)).describe(look())
    [request] = server.requests
    pictures = [part for part in request["messages"][-1]["content"] if part["type"] == "image_url"]
    assert 3 <= len(pictures) <= 8
