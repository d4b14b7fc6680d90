"""`product add`, `list` and `remove`: written where the settings are, and followed by the index."""

from pathlib import Path

from cliplib.errors import ExitCode
from tests.cli.conftest import Call


def found(call: Call, place: Path, text: str) -> list[str]:
    hits = call("search", text, "-L", place / "lib", "--json").data["hits"]
    return [hit["clip"] for hit in hits if "words" in hit["why"]]


def test_a_new_alias_finds_the_clips_of_its_product(place: Path, call: Call) -> None:
    assert found(call, place, "zorbit flurb") == []
    answer = call("product", "add", "cup", "--alias", "Zorbit flurb", "-L", place / "lib", "--json")
    assert answer.code == ExitCode.OK and answer.data["clips"] == 3 and answer.data["new"] is False
    assert answer.data["product"]["aliases"] == ["随行杯", "Zorbit flurb"]
    assert len(found(call, place, "zorbit flurb")) == 3
    assert call("index", "verify", "-L", place / "lib").code == ExitCode.OK
    assert call("search", "x", "--product", "zorbit flurb", "-L", place / "lib").code == ExitCode.OK


def test_a_renamed_product_is_found_by_the_new_name_alone(place: Path, call: Call) -> None:
    assert call("product", "add", "cup", "--name", "Quokka mug", "-L", place / "lib").code == ExitCode.OK
    assert len(found(call, place, "quokka")) == 3
    listed = call("product", "list", "-L", place / "lib", "--json").data["products"]
    assert [(p["id"], p["name"], p["clips"]) for p in listed] == [("cup", "Quokka mug", 3)]


def test_a_product_in_use_is_removed_by_force_only(place: Path, call: Call) -> None:
    refused = call("product", "remove", "cup", "-L", place / "lib", "--json")
    assert refused.code == ExitCode.USAGE and "3 clips" in refused.data["error"]["message"]
    assert "--force" in refused.data["error"]["next"]
    assert len(found(call, place, "青屿随行杯")) == 3
    assert call("product", "remove", "cup", "--force", "-L", place / "lib").code == ExitCode.OK
    assert len(found(call, place, "屿")) == 1, "the one in which it is said"
    assert len(found(call, place, "cup")) == 3, "its id is all that is left"
    assert "no products" in call("product", "list", "-L", place / "lib").out


def test_a_new_product_and_one_that_is_not_there(place: Path, call: Call) -> None:
    made = call("product", "add", "lamp", "--name", "台灯", "--misheard", "太等", "-L", place / "lib")
    assert made.code == ExitCode.OK and "product lamp added: 台灯" in made.out
    assert "台灯" in call("product", "list", "-L", place / "lib").out
    assert call("product", "remove", "lamp", "-L", place / "lib").code == ExitCode.OK
    gone = call("product", "remove", "lamp", "-L", place / "lib", "--json")
    assert gone.code == ExitCode.USAGE and gone.data["error"]["code"] == "E_UNKNOWN_ID"


def test_what_makes_no_sense_is_refused(place: Path, call: Call) -> None:
    before = (place / "lib" / "cliplib.toml").read_bytes()
    assert "no name" in call("product", "add", "bag", "-L", place / "lib").err
    assert "id" in call("product", "add", "Big Bag", "--name", "x", "-L", place / "lib").err
    assert "already" in call("product", "add", "bag", "--name", "随行杯", "-L", place / "lib").err
    assert (place / "lib" / "cliplib.toml").read_bytes() == before
