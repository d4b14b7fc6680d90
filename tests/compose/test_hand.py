"""The hard and soft rules beside length and repeats: figures, speakers, locks, uses so far, and neighbours."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cliplib.errors import NothingFits
from cliplib.ledger import Usage
from cliplib.plans import EditPlan, Proposal, Script
from cliplib.records import ClipRecord, Person
from compose.auditing import faults
from compose.constraints import jump
from compose.objective import worth
from compose.offers import Offers, gather
from compose.picking import Picked
from compose.planning import decide, plan
from compose.solving import _Board, all_rules, solve
from compose.table import Hand, Hold, tabulate
from tests.compose.making import RATE, beat, clip, footage, offers, proposal, script
from tests.compose.studio import TODAY, Studio
from tests.compose.test_solving import problems
from tests.properties import examples

A, B, C = (footage(name) for name in "abc")
NOBODY = Proposal(choices=(), writer="w")


def planned(told: Script, given_: Offers) -> EditPlan:
    return plan(told, given_, Picked(NOBODY))


@given(problems(), st.data())
@examples(40)
def test_no_plan_has_a_fault_and_its_worth_is_what_the_solver_counted(
    problem: tuple[Script, Offers], data: st.DataObject
) -> None:
    told, given_ = problem
    records = {record.id: record for record in given_.clips.values()}
    try:
        made = decide(told, given_, Picked(proposal(given_)))
    except NothingFits:
        return
    assert faults(made.plan, records) == ()
    assert made.plan.worth == sum(sum(pick.weighed.values()) for pick in made.plan.picks) + sum(
        made.worth.film.values()
    )
    # Around any of its own picks as a lock the film stands as it is.
    slot = data.draw(st.sampled_from(made.plan.picks))
    place = [pick.slot for pick in made.plan.picks if pick.beat == slot.beat].index(slot.slot)
    hand = Hand(holds=(Hold(slot.slot, slot.beat, place, slot.clip, slot.trim),))
    again = decide(told, given_, Picked(proposal(given_)), hand)
    locked = next(pick for pick in again.plan.picks if pick.locked)
    assert (locked.clip, locked.trim) == (slot.clip, slot.trim) and faults(again.plan, records) == ()
    if made.plan.proof == again.plan.proof == "optimal":
        assert again.plan.worth == made.plan.worth


def test_the_objective_of_the_model_is_the_worth_of_the_answer() -> None:
    from ortools.sat.python import cp_model

    records = [clip(source, 5000 * k, 5000 * k + 4000) for source in (A, B) for k in range(3)]
    shown = [
        record.model_copy(update={"shot_size": size, "facts": record.facts.model_copy(update={"brightness": light})})
        for record, size, light in zip(records, ["long", "close_up"] * 3, [0.1, 0.9, 0.2, 0.8, 0.5, 0.4], strict=True)
    ]
    given_ = offers({f"b{n}": [(record, 0.1 * k) for k, record in enumerate(shown)] for n in (1, 2, 3)})
    table = tabulate(script(beat(1), beat(2), beat(3), length=12_400), given_, proposal(given_), RATE)
    board = _Board(table, all_rules(table))
    board.model.maximize(board.objective())
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 2
    assert solver.solve(board.model) == cp_model.OPTIMAL
    solved = solve(table, all_rules(table))
    assert solved is not None and worth(table, solved.chosen).total == solver.objective_value


def said(of: str, source: ClipRecord, **changes: object) -> ClipRecord:
    return source.model_copy(update={"spoken": of, **changes})


def test_clips_with_other_figures_do_not_stand_together() -> None:
    four = clip(A, 0, 3000, lines=[("整机只有4公斤", 100, 2900)])
    five, none = clip(B, 0, 3000, lines=[("整机重量5公斤", 100, 2900)]), clip(C, 0, 3000)
    told = script(beat(1), beat(2), length=6000)
    made = planned(told, offers({"b1": [(four, 0.9)], "b2": [(five, 0.9), (none, 0.1)]}))
    assert [pick.clip for pick in made.picks] == [four.id, none.id]
    with pytest.raises(NothingFits, match="name different figures of one thing"):
        planned(told, offers({"b1": [(four, 0.9)], "b2": [(five, 0.9)]}))


def test_one_speaker_where_the_script_asks_for_it() -> None:
    first, second = (clip(source, 0, 3000, lines=[("一句话", 100, 2900)]) for source in (A, B))
    given_ = offers({"b1": [(first, 0.9)], "b2": [(second, 0.9)]})
    told = script(beat(1), beat(2), length=6000)
    assert len(planned(told, given_).picks) == 2
    with pytest.raises(NothingFits, match=r"with one speaker: .* have different speakers") as caught:
        planned(told.model_copy(update={"one_speaker": True}), given_)
    assert "Let more than one person speak" in caught.value.next_step
    same = {"people": (Person(role="host", name="李"),)}
    named = offers({"b1": [(said("一句话", first, **same), 0.9)], "b2": [(said("一句话", second, **same), 0.9)]})
    assert len(planned(told.model_copy(update={"one_speaker": True}), named).picks) == 2


def test_neighbours_that_change_are_preferred_and_the_points_say_so() -> None:
    close = [clip(source, 0, 3000).model_copy(update={"shot_size": "close_up"}) for source in (A, B)]
    wide = clip(C, 0, 3000).model_copy(update={"shot_size": "long"})
    given_ = offers({"b1": [(close[0], 0.5)], "b2": [(close[1], 0.5), (wide, 0.49)]})
    told = script(beat(1), beat(2), length=6000)
    made = planned(told, given_)
    assert made.picks[1].clip == wide.id
    only = planned(told, offers({"b1": [(close[0], 0.5)], "b2": [(close[1], 0.5)]}))
    assert only.picks[1].weighed["same shot size"] == -20


def test_jumps_of_light_motion_and_loudness_cost() -> None:
    one, other = clip(A, 0, 3000), clip(B, 0, 3000)
    assert jump(one, other) == {}
    facts = {"brightness": 1.0, "motion": 1.0, "loudness": -10.0}
    loud = other.model_copy(update={"facts": other.facts.model_copy(update=facts)})
    quiet = one.model_copy(update={"facts": one.facts.model_copy(update={"loudness": -23.0})})
    assert jump(quiet, loud) == {"light": 12, "motion": 8, "loudness": 14}
    assert jump(one, clip(A, 30_000, 33_000)) == {"same source next": 15}


@pytest.mark.parametrize(
    ("settings", "why"), [({"rest_days": 30}, "resting"), ({"most_uses": 1}, "used up"), ({"rest_days": 5}, "")]
)
def test_the_ledger_lets_clips_rest(studio: Studio, tmp_path: Path, settings: dict[str, int], why: str) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"x")
    good = footage("a", path=path)
    used, fresh = clip(good, 0, 3000, types=("cta",)), clip(good, 4000, 7000, types=("cta",))
    studio.fill([good], [used, fresh])
    at = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC) - timedelta(days=10)
    studio.library.note_usage([Usage(clip=used.id, job="other", slot="s1", at=at)])
    studio.settings = studio.settings.model_copy(update=settings)
    (offer,) = gather(script(beat(1, "下单", ("cta",)), length=3000), studio.job()).offers
    assert [c.clip for c in offer.candidates] == ([fresh.id] if why else [fresh.id, used.id])
    assert offer.refused == ({why: 1} if why else {})
