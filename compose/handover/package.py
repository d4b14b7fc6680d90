"""Hand a film over: one folder with the timeline in every form that was asked for, and a list of what each lacks."""

import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cliplib.errors import MediaError, UsageError
from cliplib.media.keep import TEMPORARY, written
from cliplib.plans import Timeline
from compose.handover.contact_sheet import Sheet
from compose.handover.edl import not_in_edl, to_edl
from compose.handover.fcp7 import not_in_fcp7, to_fcp7
from compose.handover.fcpxml import not_in_fcpxml, to_fcpxml
from compose.handover.jianying import not_in_draft, write_draft
from compose.handover.otio import not_in_otio, to_otio
from compose.handover.reels import Edit, edit_of, file_names, timecode_of
from compose.handover.report import to_html
from compose.render import check_sources
from compose.subtitles import Look, to_ass, to_srt, to_vtt

MediaWay = Literal["source", "copy", "link"]
MEDIA_WAYS: tuple[MediaWay, ...] = ("source", "copy", "link")
MEDIA, PLAN, LIST = "media", "plan.json", "handover.json"
JIANYING = "jianying"
LOOK_LOST = ["font, size and place of the subtitles"]


@dataclass(frozen=True, slots=True)
class Form:
    """A form of the timeline: the ending of its file, what writes it, and what says what it lacks."""

    suffix: str
    write: Callable[[Sheet, Edit, Mapping[str, Path]], str]
    lacks: Callable[[Edit], list[str]]


FORMS: dict[str, Form] = {
    "otio": Form(".otio", lambda _s, edit, _p: to_otio(edit), not_in_otio),
    "fcpxml": Form(".fcpxml", lambda _s, edit, _p: to_fcpxml(edit), not_in_fcpxml),
    "fcp7xml": Form(".xml", lambda _s, edit, _p: to_fcp7(edit), not_in_fcp7),
    "edl": Form(".edl", lambda _s, edit, _p: to_edl(edit), not_in_edl),
    "srt": Form(".srt", lambda _s, edit, _p: to_srt(edit.timeline.cues, edit.rate), lambda _: LOOK_LOST),
    "vtt": Form(".vtt", lambda _s, edit, _p: to_vtt(edit.timeline.cues, edit.rate), lambda _: LOOK_LOST),
    "ass": Form(".ass", lambda sheet, edit, _p: _ass(sheet, edit), lambda _: ["the font itself: only its name"]),
    "html": Form(".html", to_html, lambda _: ["moving pictures: it shows a still of each clip"]),
}
"""Forms that are one text file; a Jianying draft is a folder."""

FORMATS = (*FORMS, JIANYING)
USUAL = tuple(FORMS)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be handed over: formats, the folder to write, and how the footage gets to the editor.

    `pictures` names a JPEG of a clip by slot, for the report.
    """

    formats: tuple[str, ...]
    folder: Path
    media: MediaWay = "source"
    pictures: Mapping[str, Path] | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """A file (or draft folder) that was written, and what of the film it does not carry."""

    format: str
    path: Path
    not_exported: tuple[str, ...]


def formats_in(text: str) -> tuple[str, ...]:
    """The formats that a comma-separated list names, each once.

    Raises:
        UsageError: it names one that there is not.
    """
    named = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    wrong = [name for name in named if name not in FORMATS]
    if wrong or not named:
        raise UsageError(f"no such format: {', '.join(wrong) or text!r}; there are {', '.join(FORMATS)}")
    return named


def hand_over(sheet: Sheet, wish: Wish) -> tuple[Handed, ...]:
    """Write the formats into the folder, beside the plan and a list (handover.json) of what each does not carry.

    A file that is there is replaced only by one that is complete.

    Raises:
        SourceMissing, SourceChanged: footage is not where it was, or not what it was; before anything is written.
        MissingTool: a format needs the extra `handover`.
        MediaError, DiskFull: a file cannot be written.
    """
    check_sources(sheet.timeline)
    name = file_name(sheet.timeline.title)
    own = {each.footage: Path(each.path) for each in sheet.timeline.sources}
    codes = {id: code for id, path in own.items() if (code := timecode_of(path))}
    places = own if wish.media == "source" else _carried(sheet.timeline, wish)
    edit = edit_of(sheet.timeline, places, codes)
    handed = []
    for format in wish.formats:
        if format == JIANYING:
            handed.append(_draft(edit, wish.folder / f"{name}-{JIANYING}"))
            continue
        form, target = FORMS[format], wish.folder / f"{name}{FORMS[format].suffix}"
        _put(target, form.write(sheet, edit, wish.pictures or {}))
        handed.append(Handed(format, target, tuple(form.lacks(edit))))
    _put(wish.folder / PLAN, sheet.plan.model_dump_json(by_alias=True, indent=2) + "\n")
    _put(wish.folder / LIST, json.dumps(as_data(handed), ensure_ascii=False, indent=2) + "\n")
    return tuple(handed)


def as_data(handed: Sequence[Handed]) -> list[dict[str, object]]:
    """What was handed over as other programs read it."""
    return [{"format": h.format, "path": str(h.path), "not_exported": list(h.not_exported)} for h in handed]


def file_name(title: str) -> str:
    """A file name without ending for a title; every system can hold it.

    >>> file_name("小样：“新品” 1/2")
    '小样-新品-1-2'
    """
    return re.sub(r"[^\w-]+", "-", title).strip("-_")[:48].strip("-_") or "film"


def _ass(sheet: Sheet, edit: Edit) -> str:
    line = edit.timeline
    return to_ass(line.cues, line.rate, Look(line.width, line.height, sheet.font))


def _put(target: Path, text: str) -> None:
    with written(target) as temporary:
        temporary.write_text(text, "utf-8")


def _draft(edit: Edit, folder: Path) -> Handed:
    part = folder.with_name(TEMPORARY + folder.name)
    shutil.rmtree(part, ignore_errors=True)
    try:
        write_draft(edit, part, folder.name)
        if folder.exists():
            shutil.rmtree(folder)
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Handed(JIANYING, folder, tuple(not_in_draft(edit)))


def _carried(timeline: Timeline, wish: Wish) -> dict[str, Path]:
    """The footage in the folder's `media`, copied or linked under its own name; footage id to path.

    Raises:
        MediaError, DiskFull: it cannot be copied, or this file system knows no links.
    """
    places = {id: wish.folder / MEDIA / name for id, name in file_names(timeline.sources).items()}
    for source in timeline.sources:
        _bring(Path(source.path), places[source.footage], wish.media)
    return places


def _bring(path: Path, target: Path, way: MediaWay) -> None:
    if way == "copy":
        if target.is_file() and not target.is_symlink() and target.stat().st_size == path.stat().st_size:
            return
        target.unlink(missing_ok=True)
        with written(target) as temporary:
            shutil.copyfile(path, temporary)
        return
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        target.symlink_to(path.absolute())
    except OSError as error:
        raise MediaError(f"{target} cannot be linked: {error.strerror}", "Use --media copy.") from error
