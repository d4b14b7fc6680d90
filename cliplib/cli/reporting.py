"""`report`: what the library has and lacks: coverage, use, rights, fields."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cliplib.cli.options import JsonOption, LibraryOption
from cliplib.cli.output import note, result, table

if TYPE_CHECKING:
    from cliplib.cli.session import Session

app = typer.Typer(help="What the library has and lacks: coverage, use, rights, fields.", no_args_is_help=True)


@app.command()
def coverage(
    plot: Annotated[Path | None, typer.Option(help="Draw it as a heat map into this PNG file.")] = None,
    least: Annotated[int, typer.Option(min=1, help="Fewer clips than this are too few.")] = 3,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Count clips by product, content type and form, and name what to shoot next."""
    from cliplib.cli.session import session

    with session(library) as now:
        cells = now.library.coverage()
        products = [p.id for p in now.settings.product]
        products += sorted({cell.product for cell in cells} - {*products, ""})
        pairs = now.library.paired("products")
        every = [(p, t, pairs.get((p, t), 0)) for p in products for t in now.vocabulary.keys("content_type")]
        shoot = [(product, kind, count) for product, kind, count in every if count < least]
        if plot is not None:
            _plot(now, [*products, ""], plot)
        rows = [(_product(now, c.product), _type(now, c.content_type), _form(now, c.form), str(c.clips)) for c in cells]
        text = table(rows, ("product", "content", "form", "clips")) if rows else "no clips"
        lacking: dict[str, list[str]] = {}
        for product, kind, count in shoot:
            lacking.setdefault(product, []).append(f"{_type(now, kind)} ({count})")
        text += "".join(f"\nshoot for {_product(now, p)}: {', '.join(kinds)}" for p, kinds in lacking.items())
        data = {
            "cells": [asdict(cell) for cell in cells],
            "too_few": [{"product": p, "content_type": t, "clips": n} for p, t, n in shoot],
        }
        result(data, text, as_json)


@app.command()
def usage(
    limit: Annotated[int, typer.Option(min=1, help="How many clips of each sort are listed.")] = 20,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the clips that films use most, and those that none uses."""
    from cliplib.cli.session import session

    with session(library) as now:
        wear = now.library.wear()
        used = [one for one in wear if one.uses]
        unused = [one.clip for one in wear if not one.uses]
        records = {r.id: r.effective() for r in now.library.records([*(u.clip for u in used[:limit]), *unused[:limit]])}

        def line(id: str, uses: int, last: str) -> tuple[str, ...]:
            record = records[id]
            return id, str(uses), last, _type(now, record.content_types[0]), (record.spoken or record.description)[:40]

        rows = [line(one.clip, one.uses, one.last) for one in used[:limit]] + [line(id, 0, "") for id in unused[:limit]]
        text = table(rows, ("clip", "uses", "last", "content", "words")) if rows else "no clips"
        text += f"\n{len(used)} clips are used, {len(unused)} are not"
        told = [asdict(one) for one in used[:limit]]
        data = {"used": len(used), "unused": len(unused), "most_used": told, "never_used": unused[:limit]}
        result(data, text, as_json)


@app.command()
def rights(
    days: Annotated[int, typer.Option(min=0, help="Rights that end within so many days.")] = 30,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """List footage whose rights have ended or soon will, with its clips."""
    from datetime import date

    from cliplib.cli.session import session

    with session(library) as now:
        today = date.today()
        found = [one for one in now.library.expiries(today) if one.days <= days]
        rows = [(str(one.expires), f"{one.days:+d} days", str(one.clips), one.footage, one.path) for one in found]
        text = table(rows, ("expires", "in", "clips", "footage", "path")) if rows else f"none within {days} days"
        result({"days": days, "expiring": [{**asdict(o), "expires": str(o.expires)} for o in found]}, text, as_json)


@app.command()
def fields(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Count what records lack, and which engine or person said what they have."""
    from cliplib.cli.session import session

    with session(library) as now:
        found = now.library.fields()
        rows = [(name, str(count), f"{count / max(1, found.clips):.0%}") for name, count in found.missing.items()]
        text = table(rows, ("missing", "clips", "share"))
        text += "".join(
            f"\n{field}: " + ", ".join(f"{engine} {count}" for engine, count in engines.items())
            for field, engines in found.made_by.items()
        )
        result(asdict(found), text, as_json)


def _plot(now: "Session", products: list[str], target: Path) -> None:
    from cliplib.cli.heatmap import draw_heatmap

    named = {(_product(now, p), _type(now, t)): n for (p, t), n in now.library.paired("products").items()}
    formed = {(_form(now, f), _type(now, t)): n for (f, t), n in now.library.paired("forms").items()}
    tables = [
        ([_product(now, product) for product in products], named),
        ([_form(now, form) for form in now.vocabulary.keys("form")], formed),
    ]
    columns = [_type(now, key) for key in now.vocabulary.keys("content_type")]
    draw_heatmap(target, now.library.folder.name, tables, columns, now.settings.font)
    note(f"heat map: {target}")


def _product(now: "Session", id: str) -> str:
    product = now.settings.product_called(id) if id else None
    return product.name if product else id or "—"


def _type(now: "Session", key: str) -> str:
    return now.vocabulary.label("content_type", key, now.settings.language)


def _form(now: "Session", key: str) -> str:
    return now.vocabulary.label("form", key, now.settings.language)


@app.command("agreement")
def agreement_(
    plot: Annotated[Path | None, typer.Option(help="Draw it into this SVG file.")] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how often people keep what a machine said, by field and engine."""
    from cliplib.cli.session import session
    from cliplib.review import agreement, drawing

    with session(library) as now:
        found = agreement(now.library.records())
    if plot is not None:
        plot.parent.mkdir(parents=True, exist_ok=True)
        plot.write_text(drawing(found), "utf-8")
    rows = [(row.field, row.engine, str(row.kept), str(row.changed), f"{row.share:.0%}") for row in found]
    text = table(rows, ("field", "engine", "kept", "changed", "share")) if rows else "nobody has judged a value yet"
    data = [{**asdict(row), "share": round(row.share, 4)} for row in found]
    result({"fields": data, "plot": None if plot is None else str(plot)}, text, as_json)
