"""`search`: clips by words, by likeness and by conditions, with the reason for each hit."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cliplib.cli.options import JsonOption, LibraryOption
from cliplib.cli.output import note, result, table
from cliplib.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cliplib.cli.session import Session
    from cliplib.records import ClipRecord
    from cliplib.search import Found
    from cliplib.vocabulary import Vocabulary

EXCLUDED = {"price": "has_price", "subtitle": "has_burned_subtitle", "watermark": "has_watermark"}

Names = list[str] | None


def search(
    text: Annotated[str, typer.Argument(help="What to look for, in Chinese or English; may be left out.")] = "",
    like: Annotated[str, typer.Option(help="Look for clips that are like this one (clip id).")] = "",
    content_type: Annotated[Names, typer.Option(help="Only these content types (key or label).")] = None,
    form: Annotated[Names, typer.Option(help="Only these forms (key or label).")] = None,
    kind: Annotated[Names, typer.Option(help="Only this footage kind.")] = None,
    product: Annotated[Names, typer.Option(help="Only this product (id, name or alias).")] = None,
    person: Annotated[Names, typer.Option(help="Only this person on screen (label or name).")] = None,
    shot_size: Annotated[Names, typer.Option(help="Only these shot sizes (key or label).")] = None,
    camera: Annotated[Names, typer.Option(help="Only these camera movements (key or label).")] = None,
    footage: Annotated[Names, typer.Option(help="Only clips of this footage (id or file name).")] = None,
    status: Annotated[Names, typer.Option(help="new, approved, rejected; otherwise all but the rejected.")] = None,
    language: Annotated[str | None, typer.Option(help="Language of the speech: zh, en; '' for none.")] = None,
    min_quality: Annotated[float, typer.Option(min=0, max=1, help="How sharp the picture must be, 0 to 1.")] = 0.0,
    not_used_since: Annotated[str, typer.Option(metavar="DATE", help="In no film since this day, YYYY-MM-DD.")] = "",
    exclude: Annotated[
        Names, typer.Option(help="Not with price, subtitle, watermark on screen; commas allowed.")
    ] = None,
    flawed: Annotated[bool, typer.Option("--flawed", help="Also clips that are black, blurred, frozen ...")] = False,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many hits.")] = 10,
    sheet: Annotated[Path | None, typer.Option(help="Draw the hits as a contact sheet into this PNG file.")] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find clips by meaning, by words and by conditions; every hit says why it was found."""
    from cliplib.cli.session import session
    from cliplib.library import Filter
    from cliplib.search import Query
    from cliplib.search import like as look_alike
    from cliplib.search import search as look_up

    if text.strip() and like:
        raise UsageError("words and --like exclude each other", "Leave one of them out.")
    with session(library) as now:
        words = now.vocabulary
        wanted = Filter(
            products=tuple(p.id for p in now.products(product or [])),
            kinds=_keys(words, "footage_kind", kind),
            content_types=_keys(words, "content_type", content_type),
            forms=_keys(words, "form", form),
            people=tuple(person or []),
            shot_sizes=_keys(words, "shot_size", shot_size),
            cameras=_keys(words, "camera", camera),
            footage=_footage(now, footage or []),
            statuses=tuple(status) if status else Filter().statuses,
            language=language,
            min_quality=min_quality,
            not_used_since=_day(not_used_since) if not_used_since else None,
            exclude_flags=_flags(exclude or []),
            flawed=flawed,
        )
        if not text.strip() and not like and wanted == Filter():
            raise UsageError("nothing to look for", "Give words, --like CLIP, or a condition such as --product.")
        with now.index() as index:
            if like:
                hits = look_alike(now.library, index, now.embedder, now.clip(like).id, Query("", wanted, limit))
            else:
                hits = look_up(now.library, index, now.embedder, Query(text, wanted, limit))
        found = {record.id: record.effective() for record in now.library.records([hit.clip for hit in hits])}
        if sheet is not None:
            _draw(now, text or like, hits, found, sheet)
        told = [
            {
                "clip": hit.clip,
                "score": hit.score,
                "why": {**hit.why, "terms": _shown(hit.terms)},
                "near_duplicates": found[hit.clip].near_duplicates,
            }
            for hit in hits
        ]
        result({"hits": told}, _table(now, hits, found), as_json)


def _table(now: "Session", hits: "Sequence[Found]", found: "Mapping[str, ClipRecord]") -> str:
    rows = [
        (
            hit.clip,
            f"{found[hit.clip].span.length / 1000:.1f}s",
            now.vocabulary.label("content_type", found[hit.clip].content_types[0], now.settings.language),
            (found[hit.clip].spoken or found[hit.clip].description)[:40].replace("\n", " "),
            _why(hit),
        )
        for hit in hits
    ]
    return table(rows, ("clip", "length", "content", "words", "why")) if rows else "nothing found"


def _why(hit: "Found") -> str:
    """The words that hit, and the ranks in meaning and in words."""
    ranks = [f"{name} {hit.why[f'rank_{name}']:.0f}" for name in ("vector", "words") if f"rank_{name}" in hit.why]
    return " ".join([*_shown(hit.terms)[:8], f"({', '.join(ranks)})"] if ranks else [])


def _shown(terms: "Sequence[str]") -> list[str]:
    """Terms as people read them: a concept behind words has ~ before its name."""
    from cliplib.concepts import MARK

    return [f"~{term.removeprefix(MARK)}" if term.startswith(MARK) else term for term in terms]


def _draw(now: "Session", title: str, hits: "Sequence[Found]", found: "Mapping[str, ClipRecord]", target: Path) -> None:
    from PIL import Image

    from cliplib.media.fonts import find_font
    from compose.handover.cards import Card, Page, draw_cards

    if not hits:
        note("nothing found, so no sheet is drawn")
        return
    cards, shape = [], 9 / 16
    for hit in hits:
        record = found[hit.clip]
        poster = now.library.media / hit.clip / "poster.jpg"
        picture = Image.open(poster).convert("RGB") if poster.is_file() else Image.new("RGB", (16, 9), "#dcdfd8")
        shape = max(shape, picture.height / picture.width)
        kind = now.vocabulary.label("content_type", record.content_types[0], now.settings.language)
        line = record.spoken or record.description
        cards.append(Card(picture, kind, line, _why(hit), hit.clip, record.span.length / 1000))
    texts = "".join(text for card in cards for text in (card.kind, card.line, card.reason, card.foot))
    font = find_font(f"{title}{texts} ·…0123456789.s", now.settings.font)
    page = Page(title or str(len(hits)), f"{len(hits)}   ·   {now.library.folder.name}", cards, (), shape, font)
    draw_cards(page).save(target, "PNG", optimize=True)
    note(f"sheet: {target}")


def _keys(vocabulary: "Vocabulary", listing: str, names: Names) -> tuple[str, ...]:
    found = []
    for name in names or []:
        key = vocabulary.find(listing, name)
        if key is None:
            raise SettingsError(f"{name!r} is not in the list {listing}; it has {', '.join(vocabulary.keys(listing))}")
        found.append(key)
    return tuple(found)


def _footage(now: "Session", names: list[str]) -> tuple[str, ...]:
    """Ids of the footage that is meant by ids or file names."""
    known = now.library.all_footage() if names else []
    found: list[str] = []
    for name in names:
        meant = [footage.id for footage in known if name in (footage.id, Path(footage.path).name, footage.path)]
        if not meant:
            raise UsageError(f"no footage in the library is called {name!r}", "Give its id or its file name.")
        found += meant
    return tuple(found)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no day", "Write it as YYYY-MM-DD.") from error


def _flags(names: list[str]) -> tuple[str, ...]:
    named = [name.strip() for text in names for name in text.split(",") if name.strip()]
    if unknown := [name for name in named if name not in EXCLUDED and name not in EXCLUDED.values()]:
        raise UsageError(f"{unknown[0]!r} cannot be excluded; {', '.join(EXCLUDED)} can")
    return tuple(EXCLUDED.get(name, name) for name in named)
