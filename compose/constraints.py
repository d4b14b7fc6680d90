"""What may not stand together in one film, and what should not stand side by side."""

from cliplib.records import ClipRecord
from compose.figures import contradicting
from compose.spoken import is_voiced

ONE_TAKE_GAP_MS = 1_000

NEXT_TO = {
    "one take": 1_000_000,  # more than all else can add up to: pieces of one take
    "same source next": 15,  # the same footage twice in a row
    "same shot size": 20,
    "light": 40,  # times the difference in brightness beyond LIGHT
    "motion": 20,  # times the difference in motion beyond MOTION
    "loudness": 2,  # per LU of difference beyond LOUDNESS, where both are heard
}
"""Points that two neighbouring clips cost."""

LIGHT, MOTION, LOUDNESS = 0.2, 0.3, 6.0
MOST_LOUDNESS = 24


def excluded(one: ClipRecord, other: ClipRecord) -> bool:
    """Whether two clips may not stand in one film: the same pictures, or nearly."""
    if one.footage == other.footage and one.span.overlap(other.span):
        return True
    return one.near_duplicates is not None and one.near_duplicates == other.near_duplicates


def disagree(one: ClipRecord, other: ClipRecord) -> bool:
    """Whether two clips name different figures of one thing."""
    return contradicting(one, other)


def two_speakers(one: ClipRecord, other: ClipRecord, language: str) -> bool:
    """Whether two clips are heard speaking with different voices, as far as the records tell.

    A voice is known by the name of the one person on screen, else by the footage: one recording, one speaker.
    """
    if not (is_voiced(one, language) and is_voiced(other, language)):
        return False
    return _speaker(one) != _speaker(other)


def _speaker(record: ClipRecord) -> str:
    names = {person.name for person in record.people if person.name}
    return names.pop() if len(names) == 1 else record.footage


def one_take(one: ClipRecord, other: ClipRecord) -> bool:
    """Whether two clips are pieces of one take: the same footage, less than 1 s apart, and no shot change between."""
    if one.footage != other.footage:
        return False
    earlier, later = sorted((one, other), key=lambda record: record.span.start)
    if {"shot_change", "gradual_change"} & {earlier.end_edge.reason, later.start_edge.reason}:
        return False
    return later.span.start - earlier.span.end < ONE_TAKE_GAP_MS


def jump(one: ClipRecord, other: ClipRecord) -> dict[str, int]:
    """What it costs that two clips are neighbours, by name, without "one take"; only what costs anything."""
    ours, theirs = one.facts, other.facts
    costs = {
        "same source next": NEXT_TO["same source next"] * (one.footage == other.footage),
        "same shot size": NEXT_TO["same shot size"] * (one.shot_size is not None and one.shot_size == other.shot_size),
        "light": round(NEXT_TO["light"] * max(0.0, abs(ours.brightness - theirs.brightness) - LIGHT)),
        "motion": round(NEXT_TO["motion"] * max(0.0, abs(ours.motion - theirs.motion) - MOTION)),
    }
    if ours.loudness is not None and theirs.loudness is not None:
        apart = max(0.0, abs(ours.loudness - theirs.loudness) - LOUDNESS)
        costs["loudness"] = min(MOST_LOUDNESS, round(NEXT_TO["loudness"] * apart))
    return {name: cost for name, cost in costs.items() if cost}
