"""`product`: the things that clips are about, and everything that people and speech recognition call them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cliplib.cli.options import JsonOption, LibraryOption
from cliplib.cli.output import result, table

if TYPE_CHECKING:
    from cliplib.config import Product

app = typer.Typer(help="The products that clips are about: add, list, remove.", no_args_is_help=True)

IdArgument = Annotated[str, typer.Argument(help="Id, such as qingyu-cup: small letters, digits, - and _.")]


@app.command()
def add(
    id: IdArgument,
    name: Annotated[str | None, typer.Option(help="What it is called; a new one renames it.")] = None,
    alias: Annotated[list[str] | None, typer.Option(help="What people call it as well.")] = None,
    hotword: Annotated[list[str] | None, typer.Option(help="A word that speech recognition shall expect.")] = None,
    misheard: Annotated[
        list[str] | None, typer.Option(help="What speech recognition writes instead of the name, or WRONG=RIGHT.")
    ] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a product, or add to one that is there; its clips are then found by the new names."""
    from cliplib.cli.session import session
    from cliplib.library.products import keep_product, products_in

    given = {"aliases": alias or [], "hotwords": hotword or [], "misheard": misheard or []}
    with session(library, write=True) as now:
        folder = now.library.folder
        known = next((product for product in products_in(folder) if product.id == id), None)
        product = _united(id, name, given, known)
        keep_product(folder, product)
        clips = now.library.rename(id)
    _refresh(folder)
    text = f"product {id} {'changed' if known else 'added'}: {product.name}"
    text += f"; {clips} clips are found by its names" if clips else ""
    text += "\nfootage that is in the library hears them when it is ingested again" if known != product else ""
    result({"product": product.model_dump(mode="json"), "clips": clips, "new": known is None}, text, as_json)


@app.command("list")
def list_(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """List the products with their names and how many clips are about each."""
    from cliplib.cli.session import session
    from cliplib.library import Filter

    with session(library) as now:
        known = now.settings.product
        clips = {p.id: len(now.library.find(Filter(products=(p.id,), statuses=()))) for p in known}
    rows = [
        (p.id, p.name, ", ".join(p.aliases), ", ".join(p.hotwords), ", ".join(p.misheard), str(clips[p.id]))
        for p in known
    ]
    text = table(rows, ("id", "name", "aliases", "hotwords", "misheard", "clips")) if rows else "no products"
    shown = [{**p.model_dump(mode="json"), "clips": clips[p.id]} for p in known]
    result({"products": shown}, text, as_json)


@app.command()
def remove(
    id: IdArgument,
    force: Annotated[bool, typer.Option("--force", help="Also while clips are about it; they keep its id.")] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove a product; refused while clips are about it."""
    from cliplib.cli.session import session
    from cliplib.errors import UsageError
    from cliplib.library import Filter
    from cliplib.library.products import drop_product

    with session(library, write=True) as now:
        folder = now.library.folder
        clips = len(now.library.find(Filter(products=(id,), statuses=())))
        if clips and not force:
            raise UsageError(
                f"{clips} clips are about product {id!r}",
                "Correct their products first, or use --force: then they keep its id and lose its names.",
            )
        drop_product(folder, id)
        now.library.rename(id)
    _refresh(folder)
    result({"product": id, "clips": clips}, f"product {id} removed", as_json)


def _united(id: str, name: str | None, given: dict[str, list[str]], known: "Product | None") -> "Product":
    """The product as it shall be: what is given comes on top of what is known."""
    from pydantic import ValidationError

    from cliplib.config import Product
    from cliplib.errors import UsageError

    had: dict[str, Any] = known.model_dump() if known else {"id": id, "name": ""}
    lists = {
        field: tuple(dict.fromkeys([*had.get(field, ()), *(text.strip() for text in texts if text.strip())]))
        for field, texts in given.items()
    }
    try:
        return Product(**{**had, **lists, "name": (had["name"] if name is None else name).strip()})
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"product {id!r}: {first['loc'][0]}: {first['msg']}") from error


def _refresh(folder: Path) -> None:
    """Have the index follow, with settings read anew."""
    from cliplib.cli.session import session

    with session(folder, write=True) as now, now.index():
        pass
