"""Look into a library: `status`, `search`, `show`, `duplicates`."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from cliplib.cli.options import JsonOption, LibraryOption
from cliplib.cli.output import result, table
from cliplib.errors import SettingsError

if TYPE_CHECKING:
    from cliplib.vocabulary import Vocabulary


def status(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Count what the library holds and what waits to be done."""
    from cliplib.cli.session import session

    with session(library) as now:
        counts = now.library.counts()
        text = "\n".join(f"{name}: {count}" for name, count in counts.items())
        result({"library": str(now.library.folder), "counts": counts}, text, as_json)


def search(
    text: Annotated[str, typer.Argument(help="What to look for, in Chinese or English.")],
    content_type: Annotated[list[str] | None, typer.Option(help="Only these content types (key or label).")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only this footage kind.")] = None,
    product: Annotated[list[str] | None, typer.Option(help="Only this product (id, name or alias).")] = None,
    person: Annotated[list[str] | None, typer.Option(help="Only this person on screen (label or name).")] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(help="Leave out clips with this flag, such as has_watermark or has_price.")
    ] = None,
    flawed: Annotated[bool, typer.Option("--flawed", help="Also clips that are black, blurred, frozen ...")] = False,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many hits.")] = 10,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find clips by meaning and by words; every hit says why it was found."""
    from cliplib.cli.session import session
    from cliplib.library import Filter
    from cliplib.search import Query
    from cliplib.search import search as look_up

    with session(library) as now:
        wanted = Filter(
            products=tuple(p.id for p in now.products(product or [])),
            kinds=_keys(now.vocabulary, "footage_kind", kind),
            content_types=_keys(now.vocabulary, "content_type", content_type),
            people=tuple(person or []),
            exclude_flags=tuple(exclude or []),
            flawed=flawed,
        )
        with now.index() as index:
            found = look_up(now.library, index, now.embedder, Query(text, wanted, limit))
        records = {record.id: record.effective() for record in now.library.records([hit.clip for hit in found])}
        language = now.settings.language
        rows = [
            (
                hit.clip,
                f"{records[hit.clip].span.length / 1000:.1f}s",
                now.vocabulary.label("content_type", records[hit.clip].content_types[0], language),
                (records[hit.clip].spoken or records[hit.clip].description)[:40],
                " ".join(f"{term}={value:.3g}" for term, value in hit.why.items()),
            )
            for hit in found
        ]
        text = table(rows, ("clip", "length", "content", "words", "why")) if rows else "nothing found"
        hits = [
            {
                "clip": hit.clip,
                "score": hit.score,
                "why": dict(hit.why),
                "near_duplicates": records[hit.clip].near_duplicates,
            }
            for hit in found
        ]
        result({"hits": hits}, text, as_json)


def show(
    clip: Annotated[str, typer.Argument(help="Clip id.")],
    view: Annotated[str, typer.Option(help="record, or zh for the six lines.")] = "record",
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one record as it is in force, corrections included."""
    from cliplib.cli.session import session
    from cliplib.views import six_lines

    if view not in ("record", "zh"):
        raise SettingsError(f"there is no view {view!r}; there are record and zh")
    with session(library) as now:
        record = now.clip(clip).effective()
        data = json.loads(record.to_json())
        if view == "zh":
            lines = six_lines(record, now.vocabulary, now.settings.product)
            result(lines, "\n".join(f"{name}：{value}" for name, value in lines.items()), as_json)
        else:
            result(data, json.dumps(data, ensure_ascii=False, indent=2), as_json)


def duplicates(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """List clips that show the same pictures, group by group, the largest groups first."""
    from cliplib.cli.session import session

    with session(library) as now:
        groups = now.library.near_duplicates()
        records = {r.id: r for r in now.library.records([clip for clips in groups.values() for clip in clips])}
        rows = [
            (group, clip, f"{records[clip].span.length / 1000:.1f}s", records[clip].review.status, records[clip].name)
            for group, clips in groups.items()
            for clip in clips
        ]
        text = table(rows, ("group", "clip", "length", "status", "file")) if rows else "no near-duplicates"
        listed = [{"group": group, "clips": clips} for group, clips in groups.items()]
        result({"groups": listed}, text, as_json)


def _keys(vocabulary: "Vocabulary", listing: str, names: list[str] | None) -> tuple[str, ...]:
    found = []
    for name in names or []:
        key = vocabulary.find(listing, name)
        if key is None:
            raise SettingsError(f"{name!r} is not in the list {listing}; it has {', '.join(vocabulary.keys(listing))}")
        found.append(key)
    return tuple(found)
