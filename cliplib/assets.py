"""Find the shipped prompts, schemas and fonts, from a wheel, an editable install or a checkout alike."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

FONT = "CliplibSansSC-Bold.otf"


def folder(name: str) -> Traversable:
    """The folder of shipped data called `name`: "prompts", "schemas" or "fonts".

    In a wheel it lies inside the package, in a checkout prompts and schemas lie beside it.
    """
    inside = files("cliplib") / name
    return inside if inside.is_dir() else Path(__file__).resolve().parent.parent / name


def text(name: str, file: str) -> str:
    """The text of one shipped file."""
    return (folder(name) / file).read_text("utf-8")


def font_folder() -> Path:
    """The folder of the shipped font, for programs that want a path."""
    return Path(__file__).resolve().parent / "fonts"
