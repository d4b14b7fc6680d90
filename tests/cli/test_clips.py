"""`clip merge`, `split`, `nudge`, `undo` and `history`: what they print, and that everything else follows."""

import json
from pathlib import Path

from cliplib.errors import ExitCode
from cliplib.library import Filter, Library
from tests.cli.conftest import Answer, Call


def clips(place: Path) -> list[str]:
    with Library.open(place / "lib") as library:
        return library.find(Filter())


def edited(call: Call, place: Path, *arguments: str) -> Answer:
    answer = call("clip", *arguments, "--who", "Li", "-L", place / "lib", "--json")
    assert answer.code == ExitCode.OK, answer.err + answer.out
    return answer


def test_a_split_is_searched_shown_and_corrected_by_new_and_old_ids(place: Path, call: Call) -> None:
    first, second, third = clips(place)
    call("review", "correct", first, "description", "zebra crossing", "--who", "Wang", "-L", place / "lib")
    answer = edited(call, place, "split", first, "--at", "+1.2").data
    left, right = (record["id"] for record in answer["new"])
    assert [record["span"] for record in answer["new"]] == [{"start": 0, "end": 1200}, {"start": 1200, "end": 3000}]
    assert answer["old"] == {first: {right: 0.6, left: 0.4}} and set(answer["look"]) == {left, right}
    assert clips(place) == [left, right, second, third]
    assert call("index", "verify", "-L", place / "lib").code == ExitCode.OK
    hits = call("search", "zebra crossing", "-L", place / "lib", "--json").data["hits"]
    assert {hit["clip"] for hit in hits if "words" in hit["why"]} == {left, right}
    shown = call("show", first, "-L", place / "lib", "--json")
    assert shown.data["id"] == right and f"{right} (60% of it), {left} (40% of it)" in shown.err
    assert call("review", "correct", first, "camera", "pan", "-L", place / "lib", "--json").data["id"] == right
    assert call("review", "approve", first, "-L", place / "lib", "--json").data["clips"] == [right]
    told = call("clip", "history", first, "-L", place / "lib").out
    assert f"Li split: {first} → {left}, {right}" in told and "Wang description: " in told and "approved" in told
    again = call("clip", "split", first, "--at", "+1.2", "-L", place / "lib", "--json")
    assert again.code == ExitCode.USAGE and right in again.data["error"]["message"]


def test_merge_nudge_and_undo_for_people(place: Path, call: Call) -> None:
    first, second, third = clips(place)
    merged = call("clip", "merge", first, second, "-L", place / "lib")
    assert merged.code == ExitCode.OK and merged.out.startswith(f"{first} and {second} are now\n")
    assert "0-6 s  new  咖啡还没喝几口" in merged.out
    [long, _] = clips(place)
    nudged = edited(call, place, "nudge", long, "--start", "0.4", "--end", "-0.2", "--with-neighbour")
    assert [(r["span"]["start"], r["span"]["end"]) for r in nudged.data["new"]] == [(400, 5800), (5800, 9000)]
    edited(call, place, "undo", nudged.data["new"][0]["id"])
    edited(call, place, "undo", long)
    assert clips(place) == [first, second, third]
    lone = edited(call, place, "nudge", second, "--start", "-0.4").data
    assert lone["notes"] == [f"{lone['new'][0]['id']} and {first} share 0.4 s"]


def test_what_cannot_be_is_said(place: Path, call: Call) -> None:
    first, _, third = clips(place)
    for arguments, told in (
        (("split", first, "--at", "noon"), "is no moment"),
        (("split", first, "--at", "0:00.4"), "would come of it"),
        (("merge", first, third), "lies between"),
        (("nudge", first), "nearest pictures"),
        (("undo", first), "nothing to undo"),
        (("undo", "c_0123456789abcdef_000000-001000"), "no clip"),
    ):
        answer = call("clip", *arguments, "-L", place / "lib", "--json")
        assert answer.code == ExitCode.USAGE and told in answer.data["error"]["message"], arguments
    assert len(clips(place)) == 3


def test_a_plan_of_before_still_renders_or_says_why_not(place: Path, call: Call, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    assert call("plan", tmp_path / "script.md", "-o", plan, "-L", place / "lib").code == ExitCode.OK
    decided = json.loads(plan.read_text("utf-8"))
    used = decided["picks"][0]
    second = clips(place)[1]
    assert used["clip"] < second, "the first clip is merged with its neighbour"
    edited(call, place, "merge", used["clip"], second)
    made = call("render", plan, "-o", tmp_path / "ad.mp4", "-L", place / "lib", "--json")
    assert made.code == ExitCode.OK and made.data["picks"][0]["clip"] == used["clip"]
    [whole, *_] = clips(place)
    middle = (used["trim"]["start"] + used["trim"]["end"]) / 2000
    parts = [r["id"] for r in edited(call, place, "split", whole, "--at", f"{middle}").data["new"]]
    refused = call("render", plan, "-o", tmp_path / "other.mp4", "-L", place / "lib", "--json")
    message = refused.data["error"]["message"]
    assert refused.code == ExitCode.USAGE and all(part in message for part in parts) and "edited since" in message
