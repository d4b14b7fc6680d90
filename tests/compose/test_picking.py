"""The writer is held to what was offered; a failing one is replaced aloud, never silently."""

import pytest

from cliplib.engines.base import PickRequest
from cliplib.engines.scripted import ScriptedWriter
from cliplib.errors import BadReply, BudgetSpent, CredentialsError, EngineError
from cliplib.plans import Choice, Proposal
from compose.picking import pick
from tests.compose.making import beat, clip, footage, offers, proposal, script

A = footage("a")
GIVEN = offers({"b1": [(clip(A, 0, 3000), 0.5), (clip(A, 5000, 8000), 0.4)], "b2": []})
TOLD = script(beat(1), beat(2), length=3000)


class StandIn(ScriptedWriter):
    """Another writer than the first one."""

    id = "rules"

    def pick(self, request: PickRequest) -> Proposal:
        return proposal(GIVEN).model_copy(update={"writer": "rules"})


def test_the_writers_proposal_is_taken() -> None:
    picked = pick(TOLD, GIVEN, ScriptedWriter([proposal(GIVEN)]), StandIn)
    assert picked.proposal == proposal(GIVEN) and picked.notes == ()


@pytest.mark.parametrize(
    "choices",
    [
        (Choice(beat="b1", labels=("C03",)),),
        (Choice(beat="b2", labels=("C01",)),),
        (Choice(beat="b9", labels=("C01",)),),
        (Choice(beat="b1", labels=("C01",)), Choice(beat="b1", labels=("C02",))),
    ],
)
def test_what_was_not_offered_is_refused_and_the_rules_stand_in(choices: tuple[Choice, ...]) -> None:
    picked = pick(TOLD, GIVEN, ScriptedWriter([Proposal(choices=choices, writer="chat:x")]), StandIn)
    assert picked.proposal.writer == "rules"
    assert len(picked.notes) == 1 and "failed" in picked.notes[0] and "rules proposed instead" in picked.notes[0]


@pytest.mark.parametrize("error", [BadReply("no JSON", "hm"), EngineError("no answer within 60 s")])
def test_a_failing_writer_is_replaced_aloud(error: EngineError) -> None:
    picked = pick(TOLD, GIVEN, ScriptedWriter([error]), StandIn)
    assert error.message in picked.notes[0]


@pytest.mark.parametrize("error", [CredentialsError("no key"), BudgetSpent("0 calls left")])
def test_credentials_and_budget_are_never_hidden(error: EngineError) -> None:
    with pytest.raises(type(error)):
        pick(TOLD, GIVEN, ScriptedWriter([error]), StandIn)


def test_the_stand_in_itself_is_not_asked_twice() -> None:
    writer = ScriptedWriter([EngineError("broken")])
    with pytest.raises(EngineError, match="broken"):
        pick(TOLD, GIVEN, writer, lambda: writer)
