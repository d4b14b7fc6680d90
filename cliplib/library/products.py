"""The products of a library: entries of its settings file, changed there without touching what else people wrote."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import ValidationError
from tomlkit.exceptions import TOMLKitError

from cliplib.config import FILE_NAME, Product, load
from cliplib.errors import SettingsError, UnknownRecord, UsageError
from cliplib.words import folded

HEADER = re.compile(r"^[ \t]*\[\[[ \t]*product[ \t]*\]\][^\n]*(?:\n|$)", re.MULTILINE)
TABLE = re.compile(r"^[ \t]*\[(?!\[?[ \t]*product[ \t]*\.)", re.MULTILINE)
"""What ends a product: a table that is none of its own, such as its claims."""
LISTS = ("aliases", "hotwords", "misheard")


def products_in(folder: Path) -> tuple[Product, ...]:
    """The products that a library knows.

    Raises:
        SettingsError: its settings file cannot be read.
    """
    return load({}, folder, env={}).product


def keep_product(folder: Path, product: Product) -> None:
    """Write a product into the settings file of a library: a new entry, or the one with its id changed.

    Comments, order and everything else in the file stay as they are.

    Raises:
        UsageError: another product is called the same, or a misheard form is a right name.
        SettingsError: the file cannot be read, or is written in a way that cannot be changed by program.
    """
    known = products_in(folder)
    check_product(product, [other for other in known if other.id != product.id])
    text = _read(folder)
    document = _parsed(folder, text)
    entry = next((entry for entry in document.get("product", ()) if entry.get("id") == product.id), None)
    if entry is not None:
        _fill(entry, product)
        changed = tomlkit.dumps(document)
    else:
        places = _places(text)
        at = places[-1][1] if places else len(text)
        before = text[:at]
        gap = "" if not before.strip() else "\n" if before.endswith("\n") else "\n\n"
        changed = f"{before}{gap}{_entry(product)}{text[at:]}"
    there = [product if other.id == product.id else other for other in known]
    _write(folder, changed, there if product in there else [*there, product])


def drop_product(folder: Path, id: str) -> None:
    """Take a product out of the settings file of a library; the comments around it stay.

    Raises:
        UnknownRecord: the file has no product with this id.
        SettingsError: the file cannot be read, or is written in a way that cannot be changed by program.
    """
    known = products_in(folder)
    text = _read(folder)
    document = _parsed(folder, text)
    ids = [entry.get("id") for entry in document.get("product", ())]
    if id not in ids:
        raise no_product(id, known)
    places = _places(text)
    if len(places) == len(ids):
        start, end = places[ids.index(id)]
        changed = text[:start] + text[end:]
    else:
        del document["product"][ids.index(id)]
        changed = tomlkit.dumps(document)
    _write(folder, changed, [other for other in known if other.id != id])


def no_product(name: str, known: Sequence[Product]) -> UnknownRecord:
    """The error for a product that is not registered."""
    there = ", ".join(product.id for product in known) or "none"
    return UnknownRecord(f"no product is called {name!r}; registered: {there}", "`cliplib product list` lists them.")


def check_product(product: Product, others: Sequence[Product]) -> None:
    """Refuse what would make two products one, or a right word wrong.

    Raises:
        UsageError: says which name or form, and why.
    """
    if not product.name.strip():
        raise UsageError(f"product {product.id!r} has no name", "Give one with --name.")
    for other in others:
        taken = {folded(name.strip()) for name in other.names()}
        if both := next((name for name in product.names() if folded(name.strip()) in taken), None):
            raise UsageError(f"{both!r} is already what product {other.id!r} is called", "Choose another name.")
        mistaken = {folded(heard) for heard in other.mistakes()}
        if both := next((heard for heard in product.mistakes() if folded(heard) in mistaken), None):
            raise UsageError(f"{both!r} is already a misheard form of product {other.id!r}", "It can mean only one.")
    right = {folded(name) for known in (product, *others) for name in known.spoken_names()}
    for heard in product.mistakes():
        if folded(heard) in right:
            raise UsageError(f"{heard!r} is a right name and cannot be a misheard form", "Leave it out.")
        if sum(map(str.isalnum, heard)) < 2:
            raise UsageError(f"the misheard form {heard!r} is too short: it would be found everywhere", "Add to it.")


def _read(folder: Path) -> str:
    path = folder / FILE_NAME
    try:
        return path.read_bytes().decode("utf-8-sig") if path.exists() else ""
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: {error}") from error


def _parsed(folder: Path, text: str) -> Any:
    try:
        return tomlkit.parse(text)
    except TOMLKitError as error:
        raise SettingsError(f"{folder / FILE_NAME}: {error}") from error


def _write(folder: Path, text: str, wanted: Sequence[Product]) -> None:
    """Put the new file in the place of the old one in one step, after a look at whether it says what it should."""
    path = folder / FILE_NAME
    try:
        before, after = tomllib.loads(_read(folder)), tomllib.loads(text)
        said = [Product.model_validate(entry, strict=False) for entry in after.pop("product", ())]
    except (tomllib.TOMLDecodeError, ValidationError):
        before, after, said = {}, {"unreadable": True}, []
    before.pop("product", None)
    if before != after or sorted(p.to_json() for p in said) != sorted(p.to_json() for p in wanted):
        raise SettingsError(f"{path}: its products cannot be changed by program", "Change the file by hand.")
    fresh = path.with_suffix(".toml.new")
    fresh.write_bytes(text.encode())
    fresh.replace(path)


def _places(text: str) -> list[tuple[int, int]]:
    """Where each `[[product]]` begins, and where its last value ends: what follows are comments on something else."""
    places = []
    for header in HEADER.finditer(text):
        following = TABLE.search(text, header.end())
        body = text[header.end() : following.start() if following else len(text)]
        lines = body.splitlines(keepends=True)
        while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
            lines.pop()
        places.append((header.start(), header.end() + sum(map(len, lines))))
    return places


def _entry(product: Product) -> str:
    """A product as the text of a table."""
    entry = tomlkit.table()
    entry["id"] = product.id
    _fill(entry, product)
    document = tomlkit.document()
    document["product"] = tomlkit.aot()
    document["product"].append(entry)
    return tomlkit.dumps(document)


def _fill(entry: Any, product: Product) -> None:
    """Set the values of a table that differ from those wanted."""
    if entry.get("name") != product.name:
        entry["name"] = product.name
    for field in LISTS:
        wanted = list(getattr(product, field))
        if list(entry.get(field, [])) != wanted:
            entry[field] = wanted
