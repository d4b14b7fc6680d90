"""The documents name commands and options that exist, and every command is named in a document."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from cliplib.cli.app import app

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = sorted([*ROOT.glob("README*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("samples/*.md")])
COMMAND = typer.main.get_command(app)


def commands_in(text: str) -> list[list[str]]:
    """The cliplib calls in a document's code blocks and code spans, as argument lists."""
    blocks = re.findall(r"```(?:sh|console)\n(.*?)```", text, re.DOTALL)
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    spans = re.findall(r"`(cliplib [^`]+)`", text)
    return [shlex.split(line, comments=True)[1:] for line in [*lines, *spans] if line.startswith("cliplib ")]


def missing(arguments: list[str]) -> str:
    """What of a call the program does not have; empty if it has all of it."""
    command = COMMAND
    rest = list(arguments)
    while rest and (below := getattr(command, "commands", {})):
        if rest[0].startswith("-"):
            break
        if rest[0] not in below:
            return rest[0]
        command = below[rest.pop(0)]
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
    return next((word for word in rest if word.startswith("-") and word.split("=")[0] not in known), "")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_in_the_documents_exists(document: Path) -> None:
    for arguments in commands_in(document.read_text("utf-8")):
        assert not missing(arguments), f"{document.name}: cliplib {' '.join(arguments)}"


def test_the_check_would_notice() -> None:
    assert missing(["ingst", "x"]) == "ingst"
    assert missing(["search", "x", "--colour", "red"]) == "--colour"
    assert missing(["index", "destroy"]) == "destroy"
    assert commands_in("```sh\ncliplib doctor   # why\n```\nand `cliplib init x`") == [["doctor"], ["init", "x"]]


def test_every_command_is_documented_and_has_help() -> None:
    documented = {arguments[0] for path in DOCUMENTS for arguments in commands_in(path.read_text("utf-8")) if arguments}
    for name, command in getattr(COMMAND, "commands", {}).items():
        assert name in documented, name
        assert command.help, name


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text("utf-8")):
        if "://" not in target:
            assert (document.parent / target).exists(), target
