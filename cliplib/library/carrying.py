"""What becomes of people's word when clips are replaced by others: who inherits from whom, and what of it is in force.

Nothing is decided here that a person should decide: what cannot be carried over for sure is named to be looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cliplib.library.placing import placed_words
from cliplib.records import ClipRecord, Correction, ReviewStatus

WHOLE = ("description",)
"""Fields that speak of a clip as a whole: of half a clip they may be half true."""


@dataclass(frozen=True, slots=True)
class Parent:
    """A clip that is replaced, as an heir sees it; `shared` where others inherit of it as well."""

    record: ClipRecord
    shared: bool


@dataclass(frozen=True, slots=True)
class Carried:
    """What a new clip takes over.

    `corrections` are to be in force. `look` says what a person should look at; the history of the parents has all.
    """

    corrections: tuple[Correction, ...]
    status: ReviewStatus
    note: str
    look: tuple[str, ...]


def kin(old: Sequence[ClipRecord], new: Sequence[ClipRecord]) -> list[tuple[ClipRecord, ClipRecord]]:
    """Who inherits from whom, as pairs of old and new.

    A new clip inherits from those of which it shares at least half of the shorter one. Nobody is left out: a clip
    without such a partner gets the one that it shares the most with, or that is nearest.
    """
    pairs = [(o, n) for o in old for n in new if 2 * o.span.overlap(n.span) >= min(o.span.length, n.span.length)]
    for clip in new:
        if not any(clip is n for _, n in pairs):
            pairs.append((max(old, key=lambda other: _nearness(other, clip)), clip))
    for clip in old:
        if not any(clip is o for o, _ in pairs):
            pairs.append((clip, max(new, key=lambda other: _nearness(clip, other))))
    return pairs


def _nearness(one: ClipRecord, other: ClipRecord) -> tuple[int, int]:
    return one.span.overlap(other.span), -abs(one.span.middle - other.span.middle)


def carried(new: ClipRecord, parents: Sequence[Parent]) -> Carried:
    """What people said of the parents, as it stands for the new clip.

    Of two corrections of one field that of the longer parent is in force. Spoken words go where the words that they
    correct have gone. A review status stays only where all parents have it and nothing is to be looked at.

    Args:
        new: the machine's record of the new clip.
        parents: the clips it inherits from, with their reviews assembled.
    """
    ordered = sorted(parents, key=lambda parent: (-parent.record.span.length, parent.record.span.start))
    look: list[str] = []
    corrections: dict[str, Correction] = {}
    for parent in ordered:
        for field, correction in parent.record.review.corrections.items():
            if field == "spoken":
                continue
            if field not in corrections:
                corrections[field] = correction
                if field in WHOLE and parent.shared:
                    look.append(f"the {field} by {correction.who} was written for a longer clip")
            elif corrections[field].new != correction.new:
                look.append(f"{field} by {correction.who} was left out: {_short(correction)}")
    spoken, unplaced = _spoken(new, ordered)
    corrections.update({"spoken": spoken} if spoken else {})
    look += unplaced
    statuses = {parent.record.review.status for parent in parents}
    status: ReviewStatus = statuses.pop() if len(statuses) == 1 else "new"
    notes = [parent.record.review.note for parent in parents] + [f"look: {text}" for text in look]
    return Carried(
        corrections=tuple(corrections.values()),
        status="new" if look and status == "approved" else status,
        note="; ".join(dict.fromkeys(note for note in notes if note)),
        look=tuple(look),
    )


def _spoken(new: ClipRecord, parents: Sequence[Parent]) -> tuple[Correction | None, list[str]]:
    """The corrected words that belong to the new clip, by the last person who corrected any; and what has no place."""
    text, latest = new.spoken, None
    lost = []
    # From the last to the first, so that places in the text that are still to come stay where they are.
    for parent in sorted(parents, key=lambda parent: parent.record.span.start, reverse=True):
        correction = parent.record.review.corrections.get("spoken")
        if correction is None:
            continue
        words = placed_words(str(correction.new), parent.record, new, shared=parent.shared)
        if words is None:
            lost.append(f"spoken by {correction.who} has no sure place: {_short(correction)}")
        elif (at := words.at) is not None:
            before, after = text[: at.start], text[at.stop :]
            text = _joined(before, words.text, after, apart=not new.transcript.language.startswith("zh"))
            latest = correction if latest is None or correction.at > latest.at else latest
    if latest is None:
        return None, lost
    return latest.model_copy(update={"old": new.spoken, "new": text}), lost


def _joined(before: str, text: str, after: str, *, apart: bool) -> str:
    between = " " if apart else ""
    return between.join(part for part in (before.strip(), text.strip(), after.strip()) if part)


def _short(correction: Correction) -> str:
    text = str(correction.new)
    return f"“{text[:60]}…”" if len(text) > 60 else f"“{text}”"
