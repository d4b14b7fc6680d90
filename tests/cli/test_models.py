"""The same commands with models behind a real socket: used when an address is set, paid once, not believed blindly."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from cliplib.errors import ExitCode
from cliplib.library import Library
from cliplib.plans import EditPlan
from tests.cli.conftest import SETTINGS, Call
from tests.faults.llm_server import MODEL, SERVED_AS, LlmServer

KEY = "sk-canary-7777"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LlmServer]:
    """A chat service that the environment points to."""
    with LlmServer() as running:
        monkeypatch.setenv("OPENAI_BASE_URL", running.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        yield running


def test_models_are_used_announced_and_paid_once(server: LlmServer, tmp_path: Path, stocked: Path, call: Call) -> None:
    library, film = tmp_path / "lib", tmp_path / "ad.mp4"
    call("init", library)
    (library / "cliplib.toml").write_text(SETTINGS, "utf-8")
    take_in = ("ingest", stocked / "footage", "--kind", "brand", "--product", "cup", "-L", library, "--json")
    make = ("compose", stocked / "script.md", "-o", film, "-L", library, "--json")
    first = call(*take_in)
    assert first.code == ExitCode.OK, first.err
    assert f"model {MODEL}" in first.err and server.base_url in first.err
    composed = call(*make)
    assert composed.code == ExitCode.OK and film.is_file()
    assert composed.data["writer"] == f"chat:{MODEL}" and composed.data["changed_by_solver"] == []
    assert call(*take_in).data["clips_added"] == 0 and call(*make).code == ExitCode.OK
    with Library.open(library) as opened:
        calls, records = opened.calls(), opened.records()
    assert Counter(made.task for made in calls) == {"caption": 3, "pick": 1}
    assert len(server.requests) == 4
    assert {made.model for made in calls} == {SERVED_AS} and all(made.outcome == "ok" for made in calls)
    assert {record.provenance["description"].engine for record in records} == {f"chat:{MODEL}"}
    kept = b"".join(path.read_bytes() for path in library.rglob("*") if path.is_file())
    assert KEY.encode() not in kept and KEY not in first.err + first.out + composed.err + composed.out


def test_a_key_alone_switches_nothing_on(
    place: Path, stocked: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    answer = call("plan", place / "script.md", "-o", place / "p.json", "-L", place / "lib", "--json")
    assert answer.data["writer"] == "rules"


RECOVERED = (
    "fences", "prose", "truncated", "unknown_label", "duplicate_label", "refusal", "empty", "null_choices", "html",
    "429:0", "500", "wrong_types", "extra_key", "no_json", "reset", "length",
)  # fmt: skip


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "for ever"])
@pytest.mark.parametrize("fault", [*RECOVERED, "hang", "trickle"])
def test_no_bad_reply_makes_a_wrong_plan(
    server: LlmServer, place: Path, call: Call, monkeypatch: pytest.MonkeyPatch, fault: str, lasting: bool
) -> None:
    if fault in ("hang", "trickle") and not lasting:
        pytest.skip("a hang that ends is not a hang: the wall clock is tested with the lasting one")
    monkeypatch.setenv("CLIPLIB_TIMEOUT", "2")
    server.script(*[fault] * (40 if lasting else 1))
    answer = call("plan", place / "script.md", "-o", place / "plan.json", "-L", place / "lib", "--json")
    assert answer.code == ExitCode.OK, answer.err
    plan = EditPlan.from_json((place / "plan.json").read_bytes())
    [job] = (place / "lib" / "jobs").iterdir()
    offered = {
        offer["beat"]: {candidate["clip"] for candidate in offer["candidates"]}
        for offer in json.loads((job / "offers.json").read_text("utf-8"))
    }
    assert [pick.beat for pick in plan.picks] == sorted(pick.beat for pick in plan.picks)
    assert all(pick.clip in offered[pick.beat] for pick in plan.picks)
    assert len({pick.clip for pick in plan.picks}) == len(plan.picks)
    assert abs(plan.length - 6_000) <= 500
    if plan.writer == "rules":
        assert any("rules" in note for note in plan.notes) and "rules" in answer.err, "a downgrade is announced"


@pytest.mark.parametrize("fault", ["401", "403"])
def test_a_refused_key_is_an_error_of_its_own(server: LlmServer, place: Path, call: Call, fault: str) -> None:
    server.script(fault)
    answer = call("compose", place / "script.md", "-o", place / "ad.mp4", "-L", place / "lib", "--json")
    assert answer.code == ExitCode.CREDENTIALS and answer.data["error"]["code"] == "E_CREDENTIALS"
    assert KEY not in answer.out + answer.err and not (place / "ad.mp4").exists()


def test_the_call_limit_stops_before_the_call_and_a_later_run_goes_on(
    server: LlmServer, tmp_path: Path, stocked: Path, call: Call
) -> None:
    call("init", tmp_path / "lib")
    take_in = ("ingest", stocked / "footage", "--kind", "brand", "-L", tmp_path / "lib", "--json")
    stopped = call(*take_in, "--max-calls", "2")
    assert stopped.code == ExitCode.BUDGET and len(server.requests) == 2
    assert call(*take_in).code == ExitCode.OK and len(server.requests) == 3


def test_the_cost_limit_stops_and_a_later_run_goes_on_without_paying_twice(
    server: LlmServer, tmp_path: Path, stocked: Path, call: Call
) -> None:
    call("init", tmp_path / "lib")
    take_in = ("ingest", stocked / "footage", "--kind", "brand", "--text", "none", "-L", tmp_path / "lib", "--json")
    refused = call(*take_in, "--vision", f"chat:{MODEL}", "--max-cost", "60")
    assert refused.code == ExitCode.USAGE and "max_cost" in refused.data["error"]["message"]
    assert not server.requests
    prices = f'concurrency = 1\n[[price]]\nmodel = "{MODEL}"\ninput = 1_000_000\noutput = 2_000_000\n'
    (tmp_path / "lib" / "cliplib.toml").write_text(prices, "utf-8")
    stopped = call(*take_in, "--max-cost", "60")
    assert stopped.code == ExitCode.BUDGET and "50 of 60" in stopped.data["error"]["message"]
    assert len(server.requests) == 2
    assert call(*take_in).code == ExitCode.OK and len(server.requests) == 3


@pytest.mark.parametrize("allowed", [1, 2])
def test_no_more_requests_run_at_once_than_allowed(
    server: LlmServer, tmp_path: Path, stocked: Path, call: Call, monkeypatch: pytest.MonkeyPatch, allowed: int
) -> None:
    monkeypatch.setenv("CLIPLIB_CONCURRENCY", str(allowed))
    server.lasts = 0.5
    call("init", tmp_path / "lib")
    answer = call("ingest", stocked / "footage", "--kind", "brand", "--text", "none", "-L", tmp_path / "lib")
    assert answer.code == ExitCode.OK and len(server.requests) == 3
    assert server.most_open == allowed
