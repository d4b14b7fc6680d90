"""Which words belong to which clip: the transcript of a file, dealt to its pieces."""

from collections.abc import Sequence

from cliplib.records import Edge, Line, Transcript, Word
from cliplib.values import Span
from ingest.misheard import placed
from ingest.segment import Piece

ELSEWHERE = "nothing is said in this clip; the words of the footage are in other clips"


def deal(transcript: Transcript, pieces: Sequence[Piece], note: str = "", ends: int | None = None) -> list[Transcript]:
    """The transcript of each piece: every word goes to the one that holds its middle, a line without words likewise.

    A line whose words lie in several pieces is divided between them, and pieces that overlap both have what is said in
    both. What is in no piece goes to the nearest, unless it lies in a gap that a person has left: then it is in no
    clip. A piece without a line says why.

    Args:
        transcript: of the whole file.
        pieces: in order of their start; between them may lie what is in no clip.
        note: why nothing is heard from `ends` (ms) on.
        ends: where the sound ends; None where it does not.
    """
    hands: list[list[Line]] = [[] for _ in pieces]
    for line in transcript.lines:
        for number, part in divided(line, pieces):
            hands[number].append(part)
    beyond = [note if ends is not None and piece.span.start >= ends else "" for piece in pieces]
    return [
        transcript.model_copy(
            update={"lines": tuple(lines), "reason": "" if lines else silent or transcript.reason or ELSEWHERE}
        )
        for lines, silent in zip(hands, beyond, strict=True)
    ]


def divided(line: Line, pieces: Sequence[Piece]) -> list[tuple[int, Line]]:
    """A line as it is, or in parts where its words lie in several pieces; each with the number of its piece.

    A line stays whole where no word stands in its text: nobody could say what to divide.
    """
    cut = _cut(line)
    if not cut:
        return [(number, line) for number in _homes(line.span.middle, pieces)]
    parts: dict[int, list[tuple[Word, int, int]]] = {}
    for word, start, end in cut:
        for number in _homes(word.span.middle, pieces):
            parts.setdefault(number, []).append((word, start, end))
    return [(number, line if len(words) == len(cut) else _part(line, words)) for number, words in sorted(parts.items())]


def _part(line: Line, words: Sequence[tuple[Word, int, int]]) -> Line:
    text = "".join(line.text[start:end] for _, start, end in words).strip()
    kept = tuple(word for word, _, _ in words)
    return Line(text=text, span=Span(start=kept[0].span.start, end=max(word.span.end for word in kept)), words=kept)


def _homes(at: int, pieces: Sequence[Piece]) -> list[int]:
    """The numbers of the pieces that hold a moment, else that of the nearest."""
    return [k for k, piece in enumerate(pieces) if piece.span.holds(at)] or _nearest(at, pieces)


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


def _cut(line: Line) -> list[tuple[Word, int, int]]:
    """Each word with where it stands in the text of its line, what follows up to the next one included.

    A word that does not stand in the text has none of it; nothing at all where no word does.
    """
    found = list(placed(line))
    if all(start < 0 for _, start, _ in found):
        return []
    begin, cut = len(line.text), []
    for word, start, _ in reversed(found):
        end, begin = begin, start if start >= 0 else begin
        cut.append((word, begin, end))
    word, _, end = cut.pop()
    return [(word, 0, end), *reversed(cut)]


def _is_set(edge: Edge) -> bool:
    return edge.reason == "person"
