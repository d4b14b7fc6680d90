"""Draw a sheet of a film's slots: a picture, what it is for, what is said, why it was chosen; and what is missing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
from PIL import Image, ImageDraw, ImageOps

from cliplib.media.fonts import FontFace
from cliplib.plans import EditPlan, Pick, Timeline
from cliplib.records import ClipRecord
from cliplib.vocabulary import Vocabulary
from compose.handover.pen import Pen
from compose.layout import caption_of, seconds_of
from compose.render import Rendered
from compose.wording import say

COLUMNS = 5
CARD = 292
GUTTER = 20
MARGIN = 40
PADDING = 14
TALLEST_PICTURE = 520
LINE_ROWS, REASON_ROWS = 3, 3

PAPER, WHITE, EDGE = "#f3f4f1", "#ffffff", "#dcdfd8"
INK, GREY, ACCENT, WARNING = "#1b2420", "#68736d", "#17705f", "#a8481d"


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
    picture_height = min(TALLEST_PICTURE, round(CARD * sheet.timeline.height / sheet.timeline.width))
    card_height = picture_height + 232
    rows = -(-len(pictures) // COLUMNS)
    columns = max(3, -(-len(pictures) // rows))
    width = 2 * MARGIN + columns * CARD + (columns - 1) * GUTTER
    remarks = list(_remarks(sheet))
    pen = Pen(Image.new("RGB", (width, 8), PAPER), sheet.font)
    wrapped = [(colour, line) for colour, text in remarks for line in pen.wrapped(text, 16, width - 2 * MARGIN, 3)]
    top = MARGIN + 92
    height = top + rows * (card_height + GUTTER) + (20 + 26 * len(wrapped) if wrapped else 0) + MARGIN - GUTTER
    page = Image.new("RGB", (width, height), PAPER)
    pen = Pen(page, sheet.font)
    _title_row(sheet, pen, width)
    for number, (pick, picture) in enumerate(zip(sheet.plan.picks, pictures, strict=True)):
        left = MARGIN + number % columns * (CARD + GUTTER)
        upper = top + number // columns * (card_height + GUTTER)
        pen.box((left, upper, left + CARD, upper + card_height), WHITE, EDGE)
        _paste(page, picture, (left, upper, CARD, picture_height))
        _card(sheet, pick, number, pen, (left, upper + picture_height))
        seconds = sheet.timeline.video[number].frames / float(sheet.timeline.rate.fraction)
        pen.badge((left + 10, upper + 10), f"{number + 1}", 20, ACCENT)
        pen.badge((left + CARD - 10, upper + 10), f"{seconds:.1f} s", 16, INK, right=True)
    for row, (colour, line) in enumerate(wrapped):
        pen.text((MARGIN, top + rows * (card_height + GUTTER) + 10 + 26 * row), line, 16, colour)
    return page


def _title_row(sheet: Sheet, pen: Pen, width: int) -> None:
    plan, language = sheet.plan, sheet.plan.script.language
    pen.text((MARGIN, MARGIN - 8), pen.cut(plan.script.title, 36, width - 2 * MARGIN), 36, INK)
    told = [
        f"{seconds_of(sheet.timeline):.1f} s",
        f"{plan.script.width}×{plan.script.height}",
        say(language, "slots", count=len(plan.picks)),
        say(language, "writer", writer=plan.writer + (f" ({plan.model})" if plan.model else "")),
        say(language, f"proof {plan.proof}"),
    ]
    pen.text((MARGIN, MARGIN + 44), pen.cut("   ·   ".join(told), 18, width - 2 * MARGIN), 18, GREY)


def _card(sheet: Sheet, pick: Pick, number: int, pen: Pen, at: tuple[int, int]) -> None:
    left, y = at[0] + PADDING, at[1] + 10
    room = CARD - 2 * PADDING
    record, language = sheet.records[pick.clip], sheet.plan.script.language
    beat = next(beat for beat in sheet.plan.script.beats if beat.id == pick.beat)
    shared = [key for key in record.content_types if key in beat.content_types]
    kind = sheet.vocabulary.label("content_type", (shared or [record.content_types[0]])[0], language)
    pen.text((left, y), pen.cut(kind, 17, room), 17, ACCENT)
    y += 28
    for line in pen.wrapped(caption_of(sheet.plan, pick, record), 19, room, LINE_ROWS):
        pen.text((left, y), line, 19, INK)
        y += 27
    y = at[1] + 10 + 28 + 27 * LINE_ROWS + 6
    for line in pen.wrapped(pick.reason, 14, room, REASON_ROWS):
        pen.text((left, y), line, 14, GREY)
        y += 20
    told = say(language, "runners up", count=len(pick.runners_up))
    if sheet.timeline.audio[number].muted:
        told += "   ·   " + say(language, "silent")
    pen.text((left, at[1] + 232 - 32), told, 14, GREY)


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


def _paste(page: Image.Image, picture: Image.Image, area: tuple[int, int, int, int]) -> None:
    """A picture cropped to fill an area with round upper corners."""
    left, upper, width, height = area
    fitted = ImageOps.fit(picture, (width, height), Image.Resampling.LANCZOS)
    mask = Image.new("L", (width, height), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, width, height + 20), 12, fill=255)
    page.paste(fitted, (left, upper), mask)
