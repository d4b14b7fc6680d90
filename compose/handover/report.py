"""Write what was chosen and why as one page of HTML that needs nothing beside it: pictures lie inside."""

import base64
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

from cliplib.plans import Pick
from compose.handover.contact_sheet import Sheet
from compose.handover.reels import Edit, Event, label
from compose.layout import caption_of, seconds_of
from compose.wording import say

STYLE = """
body{font:15px/1.5 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
body{margin:2em;background:#f3f4f1;color:#1b2420}
table{border-collapse:collapse;background:#fff;width:100%}
th,td{border:1px solid #dcdfd8;padding:.5em .7em;text-align:left;vertical-align:top}
th,small{color:#68736d;font-weight:normal}
td img{max-height:150px;max-width:160px;display:block}
.time{font-variant-numeric:tabular-nums;white-space:nowrap}
.missing{color:#a8481d}
"""


def to_html(sheet: Sheet, edit: Edit, pictures: Mapping[str, Path]) -> str:
    """The report of a film.

    Args:
        sheet: plan, records and words.
        edit: its timeline with footage in place.
        pictures: slot to a JPEG of its clip, where there is one.
    """
    plan, language = sheet.plan, sheet.plan.script.language
    rows = "".join(
        _row(sheet, pick, cut, edit, pictures.get(pick.slot))
        for pick, cut in zip(plan.picks, edit.picture, strict=True)
    )
    told = [
        f"{seconds_of(sheet.timeline):.1f} s",
        f"{plan.script.width}×{plan.script.height}",
        f"{float(edit.rate.fraction):.3f}".rstrip("0").rstrip(".") + " fps",
        say(language, "slots", count=len(plan.picks)),
        say(language, "writer", writer=plan.writer + (f" ({plan.model})" if plan.model else "")),
        say(language, f"proof {plan.proof}"),
    ]
    heading = "".join(f"<th>{escape(say(language, f'report {name}'))}</th>" for name in HEADINGS)
    title = escape(plan.script.title)
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body><h1>{title}</h1><p>{escape(' · '.join(told))}</p>"
        f"<table><thead><tr>{heading}</tr></thead><tbody>{rows}</tbody></table>"
        f"{''.join(_remarks(sheet))}</body></html>\n"
    )


HEADINGS = ("picture", "slot", "film", "footage", "words", "reason")


def _row(sheet: Sheet, pick: Pick, cut: Event, edit: Edit, picture: Path | None) -> str:
    reel, language = cut.reel, sheet.plan.script.language
    kinds = [sheet.vocabulary.label("content_type", key, language) for key in sheet.records[pick.clip].content_types]
    shown = f'<img alt="" src="{_inside(picture)}">' if picture else ""
    start = reel.first + cut.begin
    end = start + round(cut.frames / edit.rate.fraction * reel.rate.fraction)
    film = f"{label(cut.at, edit.rate)}<br>{label(cut.end, edit.rate)}"
    footage = f"{label(start, reel.rate, reel.timecode.drop)}<br>{label(end, reel.rate, reel.timecode.drop)}"
    others = say(language, "runners up", count=len(pick.runners_up))
    return (
        f"<tr><td>{shown}</td>"
        f"<td>{pick.slot}<br><small>{pick.beat} {escape(', '.join(kinds))}<br>{pick.clip}</small></td>"
        f'<td class="time">{film}</td><td><span class="time">{footage}</span><br>'
        f"<small>{escape(reel.name)}</small></td>"
        f"<td>{escape(caption_of(sheet.plan, pick, sheet.records[pick.clip]))}</td>"
        f"<td>{escape(pick.reason)}<br><small>{others}</small></td></tr>"
    )


def _inside(picture: Path) -> str:
    return "data:image/jpeg;base64," + base64.b64encode(picture.read_bytes()).decode()


def _remarks(sheet: Sheet) -> Iterator[str]:
    """Gaps, changes and notes."""
    plan, language = sheet.plan, sheet.plan.script.language
    for gap in plan.gaps:
        types = [sheet.vocabulary.label("content_type", key, language) for key in gap.content_types]
        what = say(language, "join").join([*types, gap.line]).strip()
        yield f'<p class="missing">{escape(say(language, "gap line", beat=gap.beat, what=what, why=gap.why))}</p>'
    for change in plan.changed_by_solver:
        yield f"<p>{escape(say(language, 'change line', beat=change.beat, why=change.why))}</p>"
    for note in plan.notes:
        yield f"<p>{escape(note)}</p>"
