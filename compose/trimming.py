"""Which parts of a clip may be used: whole spoken lines are kept whole, silent pictures can be cut to any length."""

from cliplib.plans import frames_of, millis_of
from cliplib.records import MIN_CLIP_MS, ClipRecord, Line
from cliplib.values import Rate, Span
from compose.script import estimated
from compose.spoken import is_voiced, lines_of

PADDING_MS = 120
"""Left before and after a spoken line, so that no sound is clipped; never into a neighbouring line."""

MOST_LENGTHS = 24
MOST_LINES = 6


def parts_of(record: ClipRecord, language: str, rate: Rate) -> tuple[Span, ...]:
    """The parts of an effective record that may be used in a film of that language, on the footage; never empty.

    A clip that is heard is cut only outside its lines. Another one may take any length from 1 s to the whole, round its
    middle. The first part is always the whole clip.
    """
    if record.span.length <= MIN_CLIP_MS:
        return (record.span,)
    if is_voiced(record, language):
        return _spoken_parts(record.span, lines_of(record))
    return _silent_parts(record.span, rate)


def readable(parts: tuple[Span, ...], line: str) -> tuple[Span, ...]:
    """Those parts that last long enough to read a line that is shown over them; the longest where none does.

    Reading takes about three fifths of the time that saying takes: 7.5 Chinese characters or 4 English words a second.
    """
    needed = min(estimated(line) * 3 // 5 if line else 0, max(part.length for part in parts))
    return tuple(part for part in parts if part.length >= needed)


def _spoken_parts(span: Span, lines: tuple[Line, ...]) -> tuple[Span, ...]:
    lines = lines[:MOST_LINES] if len(lines) > MOST_LINES else lines
    starts = [_padded_start(span, lines, k) for k in range(len(lines))]
    ends = [_padded_end(span, lines, k) for k in range(len(lines))]
    found = {(span.start, span.end): None}
    for first in range(len(lines)):
        for last in range(first, len(lines)):
            for start in {starts[first], span.start if first == 0 else starts[first]}:
                for end in {ends[last], span.end if last == len(lines) - 1 else ends[last]}:
                    found[start, end] = None
    whole, *others = found
    kept = [whole, *sorted(pair for pair in others if pair[1] - pair[0] >= MIN_CLIP_MS)]
    return tuple(Span(start=start, end=end) for start, end in kept)


def _padded_start(span: Span, lines: tuple[Line, ...], at: int) -> int:
    before = lines[at - 1].span.end if at else span.start
    return min(lines[at].span.start, max(before, lines[at].span.start - PADDING_MS))


def _padded_end(span: Span, lines: tuple[Line, ...], at: int) -> int:
    after = lines[at + 1].span.start if at + 1 < len(lines) else span.end
    return max(lines[at].span.end, min(after, lines[at].span.end + PADDING_MS))


def _silent_parts(span: Span, rate: Rate) -> tuple[Span, ...]:
    shortest, longest = frames_of(MIN_CLIP_MS, rate), frames_of(span.length, rate)
    count = min(MOST_LENGTHS, longest - shortest)
    frames = sorted({shortest + (longest - shortest) * k // max(1, count) for k in range(count)}, reverse=True)
    parts = [span]
    for number in frames:
        length = max(MIN_CLIP_MS, millis_of(number, rate))
        start = span.middle - length // 2
        if length < span.length and start >= span.start and start + length <= span.end:
            parts.append(Span(start=start, end=start + length))
    return tuple(parts)
