"""The chat client against a service on real sockets: every named way to fail (R75 to R92)."""

import json
import threading
import time
from typing import Any

import pytest

from cliplib.engines.chat import ChatClient, Question, Reply
from cliplib.engines.chat_line import Answer, read_answer, retry_after
from cliplib.engines.chat_reply import closed
from cliplib.engines.journal import MemoryJournal, NoJournal
from cliplib.errors import BadReply, BudgetSpent, CredentialsError, EngineError, SettingsError
from cliplib.ledger import Call
from cliplib.prompting import Prompt
from tests.engines.conftest import KEY, MakeWorkshop
from tests.faults import llm_server
from tests.faults.llm_answers import texts_of
from tests.faults.llm_server import SERVED_AS, LlmServer

SCHEMA = closed(
    {
        "content_types": {"type": "array", "items": {"type": "string", "enum": ["hook", "cta"]}},
        "note": {"type": "string"},
    },
    "thing",
)


def question(text: str = "which?", **changes: Any) -> Question:
    messages = ({"role": "system", "content": "answer in JSON"}, {"role": "user", "content": text})
    given: dict[str, Any] = {"schema": SCHEMA, "check": lambda _: [], **changes}
    return Question(task="thing", prompt=Prompt("p.en", "answer in JSON"), messages=messages, **given)


def journal_of(shop: Any) -> MemoryJournal:
    assert isinstance(shop.journal, MemoryJournal)
    return shop.journal


def test_asks_and_keeps_what_was_answered(server: LlmServer, workshop: MakeWorkshop) -> None:
    shop = workshop(server)
    reply = ChatClient("", shop).ask(question())
    assert reply == Reply({"content_types": ["hook"], "note": "made up"}, SERVED_AS)
    (call,) = journal_of(shop).calls("thing")
    assert (call.outcome, call.model, call.engine) == ("ok", SERVED_AS, "chat:test-model")
    assert (call.tokens_in, call.tokens_out, call.prompt) == (11, 7, Prompt("p.en", "answer in JSON").fingerprint)
    (request,) = server.requests
    assert request["temperature"] == 0
    assert request["response_format"]["json_schema"]["strict"] is True


def test_the_same_question_is_not_asked_twice(server: LlmServer, workshop: MakeWorkshop) -> None:
    """R86."""
    shop = workshop(server)
    first = ChatClient("", shop).ask(question())
    assert ChatClient("", shop).ask(question()) == first
    assert server.calls["thing"] == 1
    ChatClient("", shop).ask(question("another?"))
    ChatClient("other-model", shop).ask(question())
    assert server.calls["thing"] == 3


def test_a_recalled_answer_that_no_longer_passes_is_asked_anew(server: LlmServer, workshop: MakeWorkshop) -> None:
    shop = workshop(server)
    ChatClient("", shop).ask(question())
    ChatClient("", shop).ask(question(check=lambda found: [] if server.calls["thing"] > 1 else ["stale"]))
    assert server.calls["thing"] == 2


@pytest.mark.parametrize("behaviour", ["fences", "prose", "thoughts", "no_usage"])
def test_tolerates_what_can_be_read_for_certain(behaviour: str, server: LlmServer, workshop: MakeWorkshop) -> None:
    server.script(behaviour)
    assert ChatClient("", workshop(server)).ask(question()).value["note"] == "made up"
    assert server.calls["thing"] == 1


@pytest.mark.parametrize(
    "behaviour",
    [
        *("two_objects", "truncated", "unknown_label", "duplicate_key", "extra_key", "nan", "wrong_types"),
        *("empty", "no_json", "length"),
    ],
)
def test_one_repair_and_then_a_bad_reply(behaviour: str, server: LlmServer, workshop: MakeWorkshop) -> None:
    """R80 to R83: one repair round that names the faults; a second bad answer ends it, and its text is kept."""
    shop = workshop(server)
    server.script(behaviour)
    assert ChatClient("", shop).ask(question()).value["note"] == "made up"
    assert [call.outcome for call in journal_of(shop).calls()] == ["E_BAD_REPLY", "ok"]
    assert "faults" in texts_of(server.requests[1])[-1]
    assert len(server.requests[1]["messages"]) == 2, "the repair starts afresh, without the bad answer as a turn"
    server.script(behaviour, behaviour)
    with pytest.raises(BadReply) as caught:
        ChatClient("", shop).ask(question("again?"))
    assert server.calls["thing"] == 4
    assert caught.value.raw == journal_of(shop).calls()[-1].reply


def test_a_repaired_answer_is_recalled(server: LlmServer, workshop: MakeWorkshop) -> None:
    shop = workshop(server)
    server.script("truncated")
    first = ChatClient("", shop).ask(question())
    assert ChatClient("", shop).ask(question()) == first
    assert server.calls["thing"] == 2


@pytest.mark.parametrize("behaviour", ["refusal", "filtered", "null_choices", "html"])
def test_what_is_no_answer_is_not_repaired(behaviour: str, server: LlmServer, workshop: MakeWorkshop) -> None:
    """R77, R80."""
    server.script(behaviour)
    with pytest.raises(BadReply) as caught:
        ChatClient("", workshop(server)).ask(question())
    assert server.calls["thing"] == 1
    assert caught.value.raw


@pytest.mark.parametrize("behaviour", ["429", "429:0", "500", "502", "reset", "cut"])
def test_passing_failures_are_tried_again(behaviour: str, server: LlmServer, workshop: MakeWorkshop) -> None:
    """R75, R76: two failures and a success are three calls."""
    server.script(behaviour, behaviour)
    shop = workshop(server)
    assert ChatClient("", shop).ask(question()).value
    assert server.calls["thing"] == 3
    assert len(journal_of(shop).calls()) == 1, "only answers are kept"


def test_lasting_failures_end_after_a_few_attempts(server: LlmServer, workshop: MakeWorkshop) -> None:
    server.script(*["500"] * 9)
    with pytest.raises(EngineError, match=r"HTTP 500.*given up after 5 attempts"):
        ChatClient("", workshop(server)).ask(question())
    assert server.calls["thing"] == 5


def test_a_wait_that_does_not_fit_is_not_begun(server: LlmServer, workshop: MakeWorkshop) -> None:
    server.script("429:3600")
    started = time.monotonic()
    with pytest.raises(EngineError, match=r"3600\.0 s"):
        ChatClient("", workshop(server)).ask(question())
    assert time.monotonic() - started < 5
    assert server.calls["thing"] == 1


@pytest.mark.parametrize("behaviour", ["quota", "400", "404", "filter", "422"])
def test_refusals_are_not_tried_again(behaviour: str, server: LlmServer, workshop: MakeWorkshop) -> None:
    server.script(behaviour)
    with pytest.raises(EngineError, match="HTTP 4"):
        ChatClient("", workshop(server)).ask(question())
    assert server.calls["thing"] == 1


@pytest.mark.parametrize("behaviour", ["hang", "trickle", "trickle_head"])
def test_nothing_outlives_the_time_limit(behaviour: str, server: LlmServer, workshop: MakeWorkshop) -> None:
    """R78: also a body or a header that comes byte by byte."""
    server.script(behaviour)
    before = threading.active_count()
    started = time.monotonic()
    with pytest.raises(EngineError, match="no complete answer within"):
        ChatClient("", workshop(server, timeout=0.6)).ask(question())
    assert time.monotonic() - started < 3
    assert threading.active_count() <= before + 2


def test_a_huge_body_is_not_read_to_its_end(server: LlmServer, workshop: MakeWorkshop) -> None:
    server.script("huge")
    assert ChatClient("", workshop(server)).ask(question()).value
    assert server.calls["thing"] == 2


@pytest.mark.parametrize("behaviour", ["401", "403"])
def test_a_refused_key_never_shows(behaviour: str, server: LlmServer, workshop: MakeWorkshop) -> None:
    """R77, R92: the service repeats the key in its message."""
    server.script(behaviour)
    with pytest.raises(CredentialsError) as caught:
        ChatClient("", workshop(server)).ask(question())
    assert "***" in caught.value.message
    assert KEY not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.as_dict()}"


def test_a_key_in_a_reply_is_not_kept(server: LlmServer, workshop: MakeWorkshop) -> None:
    shop = workshop(server)
    server.script("echo_key")
    ChatClient("", shop).ask(question())
    assert "your key is ***" in journal_of(shop).calls()[0].reply
    assert KEY not in json.dumps([call.to_json() for call in journal_of(shop).calls()])
    assert KEY not in json.dumps(server.requests)


def test_a_password_in_the_address_never_shows(server: LlmServer, workshop: MakeWorkshop) -> None:
    server.script("500", "500", "500", "500", "500")
    url = server.base_url.replace("http://", "http://user:secret-word@")
    with pytest.raises(EngineError) as caught:
        ChatClient("", workshop(server, base_url=url)).ask(question())
    assert "secret-word" not in repr(caught.value)


@pytest.mark.parametrize(
    ("refuses", "calls", "form"),
    [({"json_schema"}, 2, "json_object"), ({"json_schema", "json_object"}, 3, None)],
)
def test_steps_down_once_and_remembers(
    refuses: set[str], calls: int, form: str | None, server: LlmServer, workshop: MakeWorkshop
) -> None:
    """R85: simpler formats carry the schema in the prompt, and the word JSON, which one service asks for."""
    server.refuses = refuses
    client = ChatClient("", workshop(server))
    assert client.ask(question()).value["note"] == "made up"
    assert len(server.requests) == calls
    assert client.ask(question("next?")).value
    assert len(server.requests) == calls + 1
    last = server.requests[-1]
    assert last.get("response_format", {}).get("type") == form
    assert "JSON Schema" in texts_of(last)[-1]
    assert [message["role"] for message in last["messages"]] == ["system", "user"]


def test_a_service_that_refuses_every_format_is_an_error(server: LlmServer, workshop: MakeWorkshop) -> None:
    server.refuses = {"json_schema", "json_object", "text"}
    with pytest.raises(EngineError, match="HTTP 400"):
        ChatClient("", workshop(server)).ask(question())
    assert len(server.requests) == 3


def test_the_limit_is_checked_before_the_call(server: LlmServer, workshop: MakeWorkshop) -> None:
    """R87: requests that were refused at the door are not counted, repairs are."""
    server.refuses = {"json_schema"}
    client = ChatClient("", workshop(server, max_calls=2))
    client.ask(question("1"))
    server.script("truncated")
    with pytest.raises(BudgetSpent, match="2 of 2"):
        client.ask(question("2"))
    assert len(server.requests) == 3
    with pytest.raises(BudgetSpent):
        ChatClient("", workshop(server, max_calls=0)).ask(question())


def test_salvage_is_the_last_resort_and_is_recalled(server: LlmServer, workshop: MakeWorkshop) -> None:
    shop = workshop(server)
    strict = question(check=lambda _: ["never right"], salvage=lambda found: {"kept": found["note"]})
    reply = ChatClient("", shop).ask(strict)
    assert reply == Reply({"kept": "made up"}, SERVED_AS, salvaged=True)
    assert server.calls["thing"] == 2
    assert ChatClient("", shop).ask(strict) == reply
    assert server.calls["thing"] == 2


def test_the_first_listed_model_is_taken_and_announced(
    server: LlmServer, workshop: MakeWorkshop, said: list[str]
) -> None:
    server.models = ["alpha", "beta"]
    client = ChatClient("", workshop(server, model=""))
    assert server.model_requests == 0, "nothing is asked before the first use"
    assert client.model == "alpha" and client.model == "alpha"
    assert server.model_requests == 1
    assert "alpha" in said[0] and "first of 2" in said[0]


def test_no_model_to_be_had(server: LlmServer, workshop: MakeWorkshop) -> None:
    server.models = []
    with pytest.raises(SettingsError, match="lists no models"):
        _ = ChatClient("", workshop(server, model="")).model
    with pytest.raises(EngineError, match="HTTP 404") as caught:
        _ = ChatClient("", workshop(server, model="", base_url=server.base_url.removesuffix("/v1"))).model
    assert "ends in /v1" in caught.value.next_step
    with pytest.raises(EngineError, match="no list of models"):
        _ = ChatClient("", workshop(server, model="", base_url="http://127.0.0.1:9/v1")).model


def test_a_list_of_models_that_is_none(
    server: LlmServer, workshop: MakeWorkshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(llm_server._Handler, "do_GET", lambda handler: handler._send(200, b"<html>", "text/html"))
    with pytest.raises(EngineError, match="no list of models"):
        _ = ChatClient("", workshop(server, model="")).model


def test_without_address_and_key_there_is_no_client(workshop: MakeWorkshop) -> None:
    with pytest.raises(CredentialsError):
        ChatClient("m", workshop())
    assert ChatClient("m", workshop(api_key=KEY)).address == "https://api.openai.com/v1"


def test_no_service_at_the_address(workshop: MakeWorkshop) -> None:
    """R91."""
    with pytest.raises(EngineError, match="given up after 5 attempts"):
        ChatClient("m", workshop(base_url="http://127.0.0.1:9/v1")).ask(question())


def test_many_threads_share_a_client(server: LlmServer, workshop: MakeWorkshop) -> None:
    client = ChatClient("", workshop(server))
    replies: list[Reply] = []
    threads = [threading.Thread(target=lambda k=k: replies.append(client.ask(question(str(k))))) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(replies) == 8 and server.calls["thing"] == 8


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("2", 2.0), ("-1", 0.0), ("", None), ("soon", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0)],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}) == seconds


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b'{"choices": [null]}', b"\xff\xfe", b"[" * 100_000])
def test_any_body_makes_an_answer(body: bytes) -> None:
    answer = read_answer(body, str)
    assert answer.final and answer.fault


def test_odd_but_usable_bodies() -> None:
    body = {"choices": [{"message": {"content": "{}"}}], "usage": {"prompt_tokens": "x"}, "model": None}
    assert read_answer(json.dumps(body).encode(), str) == Answer("{}")


def test_journals() -> None:
    assert NoJournal().recall("k") is None
    call = Call.model_validate_json(
        '{"key": "k", "task": "t", "engine": "e", "seconds": 1, "outcome": "E_X", "at": "2024-01-01T00:00:00Z"}'
    )
    NoJournal().record(call)
    journal = MemoryJournal()
    journal.record(call)
    assert journal.recall("k") is None and journal.calls("t") == [call] and journal.calls("u") == []
    good = call.model_copy(update={"outcome": "ok"})
    journal.record(good)
    assert journal.recall("k") == good
