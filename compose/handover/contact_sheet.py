"""Draw a sheet of a film's slots: a picture, what it is for, what is said, why it was chosen; and what is missing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
from PIL import Image

from cliplib.media.fonts import FontFace
from cliplib.plans import EditPlan, Pick, Timeline
from cliplib.records import ClipRecord
from cliplib.vocabulary import Vocabulary
from compose.handover.cards import GREY, WARNING, Card, Page, draw_cards
from compose.layout import caption_of, seconds_of
from compose.render import Rendered
from compose.wording import say

DOT = "   ·   "


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a sheet is drawn from."""

    plan: EditPlan
    timeline: Timeline
    records: Mapping[str, ClipRecord]
    font: FontFace
    vocabulary: Vocabulary


def draw_sheet(sheet: Sheet, rendered: Rendered) -> Path:
    """Draw FILM.sheet.png beside the film; returns its path."""
    target = rendered.output.with_suffix(".sheet.png")
    draw_page(sheet, [middle_of(segment) for segment in rendered.segments]).save(target, optimize=True)
    return target


def middle_of(segment: Path) -> Image.Image:
    """The picture in the middle of a video file."""
    with av.open(f"file:{segment}") as container:
        stream = container.streams.video[0]
        wanted = (stream.frames or 1) // 2
        picture: Image.Image | None = None
        for number, frame in enumerate(container.decode(stream)):
            if number >= wanted:
                picture = Image.fromarray(frame.to_ndarray(format="rgb24"))
                break
        assert picture is not None, "a segment has as many pictures as it says"
        return picture


def poster_of(path: Path) -> Image.Image:
    """A clip's poster; a grey field where the library has none."""
    if not path.is_file():
        return Image.new("RGB", (16, 16), GREY)
    with Image.open(path) as poster:
        picture: Image.Image = poster.convert("RGB")
        return picture


def draw_page(sheet: Sheet, pictures: Sequence[Image.Image]) -> Image.Image:
    """The sheet as a picture: a title row, a card per slot, and what is missing or worth knowing."""
    plan, language = sheet.plan, sheet.plan.script.language
    told = [
        f"{seconds_of(sheet.timeline):.1f} s",
        f"{plan.script.width}×{plan.script.height}",
        say(language, "slots", count=len(plan.picks)),
        say(language, "writer", writer=plan.writer + (f" ({plan.model})" if plan.model else "")),
        say(language, f"proof {plan.proof}"),
    ]
    cards = [_card(sheet, pick, k, picture) for k, (pick, picture) in enumerate(zip(plan.picks, pictures, strict=True))]
    shape = sheet.timeline.height / sheet.timeline.width
    return draw_cards(Page(plan.script.title, DOT.join(told), cards, list(_remarks(sheet)), shape, sheet.font))


def _card(sheet: Sheet, pick: Pick, number: int, picture: Image.Image) -> Card:
    record, language = sheet.records[pick.clip], sheet.plan.script.language
    beat = next(beat for beat in sheet.plan.script.beats if beat.id == pick.beat)
    shared = [key for key in record.content_types if key in beat.content_types]
    told = say(language, "runners up", count=len(pick.runners_up))
    if sheet.timeline.audio[number].muted:
        told += DOT + say(language, "silent")
    return Card(
        picture=picture,
        kind=sheet.vocabulary.label("content_type", (shared or [record.content_types[0]])[0], language),
        line=caption_of(sheet.plan, pick, record),
        reason=pick.reason,
        foot=told,
        seconds=sheet.timeline.video[number].frames / float(sheet.timeline.rate.fraction),
    )


def _remarks(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Gaps, changes and notes, each with its colour."""
    plan, language = sheet.plan, sheet.plan.script.language
    for gap in plan.gaps:
        types = [sheet.vocabulary.label("content_type", key, language) for key in gap.content_types]
        what = say(language, "join").join([*types, gap.line]).strip()
        yield WARNING, say(language, "gap line", beat=gap.beat, what=what, why=gap.why)
    for change in plan.changed_by_solver:
        yield GREY, say(language, "change line", beat=change.beat, why=change.why)
    for note in plan.notes:
        yield GREY, note
