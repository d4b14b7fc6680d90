"""Which words belong to which clip: the transcript of a file, dealt to its pieces."""

from collections.abc import Iterator, Sequence

from cliplib.records import Edge, Line, Transcript, Word
from cliplib.values import Span
from ingest.misheard import placed
from ingest.segment import Piece

ELSEWHERE = "nothing is said in this clip; the words of the footage are in other clips"


def deal(transcript: Transcript, pieces: Sequence[Piece], note: str = "", ends: int | None = None) -> list[Transcript]:
    """The transcript of each piece: every line goes to the one that holds its middle.

    A line whose middle is in no piece goes to the nearest. A piece without a line says why. Where a person has set an
    edge, it is taken at its word: a line is divided there between two words, pieces that overlap both have what is said
    in both, and what lies in a gap that a person has left is in no clip.

    Args:
        transcript: of the whole file.
        pieces: in order of their start; between them may lie what is in no clip.
        note: why nothing is heard from `ends` (ms) on.
        ends: where the sound ends; None where it does not.
    """
    hands: list[list[Line]] = [[] for _ in pieces]
    for line in transcript.lines:
        parts = {k: _part(line, piece) for k, piece in enumerate(pieces) if piece.span.overlap(line.span)}
        held = {k: part for k, part in parts.items() if part and pieces[k].span.holds(part.span.middle)}
        for number, part in (held or {k: line for k in _nearest(line.span.middle, pieces)}).items():
            hands[number].append(part)
    beyond = [note if ends is not None and piece.span.start >= ends else "" for piece in pieces]
    return [
        transcript.model_copy(
            update={"lines": tuple(lines), "reason": "" if lines else silent or transcript.reason or ELSEWHERE}
        )
        for lines, silent in zip(hands, beyond, strict=True)
    ]


def _nearest(at: int, pieces: Sequence[Piece]) -> list[int]:
    """The number of the nearest piece for what no piece holds; none in a gap beside an edge that a person has set."""
    before = [k for k, piece in enumerate(pieces) if piece.span.end <= at]
    after = [k for k, piece in enumerate(pieces) if piece.span.start > at]
    last = max(before, key=lambda k: pieces[k].span.end, default=None)
    first = min(after, key=lambda k: pieces[k].span.start, default=None)
    beside = [(last, pieces[last].end_edge)] if last is not None else []
    beside += [(first, pieces[first].start_edge)] if first is not None else []
    if any(_is_set(edge) for _, edge in beside):
        return []
    return [min((k for k, _ in beside), key=lambda k: max(pieces[k].span.start - at, at - pieces[k].span.end + 1))][:1]


def _part(line: Line, piece: Piece) -> Line | None:
    """What of a line a piece may have: all of it, but for words beyond an edge that a person has set."""
    if not line.words or not (_is_set(piece.start_edge) or _is_set(piece.end_edge)):
        return line
    start = piece.span.start if _is_set(piece.start_edge) else line.span.start
    end = piece.span.end if _is_set(piece.end_edge) else line.span.end
    words = [(word, a, b) for word, a, b in _cut(line) if start <= word.span.middle < end]
    if len(words) == len(line.words):
        return line
    if not words:
        return None
    text = "".join(line.text[a:b] for _, a, b in words).strip()
    kept = tuple(word for word, _, _ in words)
    return Line(text=text, span=Span(start=kept[0].span.start, end=kept[-1].span.end), words=kept)


def _cut(line: Line) -> Iterator[tuple[Word, int, int]]:
    """Each word with where it stands in the text of its line, what follows up to the next one included."""
    found = [(word, start) for word, start, _ in placed(line)]
    starts = [start for _, start in found]
    for number, (word, start) in enumerate(found):
        later = next((other for other in starts[number + 1 :] if other >= 0), len(line.text))
        yield word, max(0, start), later if start >= 0 else 0


def _is_set(edge: Edge) -> bool:
    return edge.reason == "person"
