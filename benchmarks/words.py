"""Planted words: bursts of sound with known times, cut by the real cutter, and what became of every word.

Each layout is a recording of 20-60 s: sentences of bursts with pauses of up to 1.5 s between them, some of which name
the product and some of which last longer than a clip, and shot changes anywhere, also inside words. The words are given
to the cutter as they were planted. Prints one row per kind of footage; exits with 1 where a figure is below what is
promised.

    python -m benchmarks.words --layouts 40
"""

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from cliplib.config import Product
from cliplib.engines.base import AUDIO_RATE, Audio
from cliplib.records import MAX_CLIP_MS, MIN_CLIP_MS, FootageKind, Line, Transcript, Word
from cliplib.values import Span
from ingest.dealing import deal
from ingest.offers import offers
from ingest.segment import Material, Piece, segment
from ingest.speech import sound_level

CUP = Product(id="cup", name="青屿随行杯", aliases=("carry cup",))
FRAME_MS = 40
PRODUCT_WHOLE = 0.95
"""Share of the sentences that name the product or a price, and that a clip can hold, which must stay whole."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One recording: how long it lasts, its shot changes (ms), and what is said."""

    length: int
    shots: tuple[int, ...]
    lines: tuple[Line, ...]

    @property
    def words(self) -> list[Word]:
        """All words in order."""
        return [word for line in self.lines for word in line.words]


@dataclass(slots=True)
class Tally:
    """What became of the words."""

    words: int = 0
    broken: int = 0
    misdealt: int = 0
    sentences: int = 0
    whole: int = 0
    clips: int = 0
    off_length: int = 0

    @property
    def share_whole(self) -> float:
        """Share of product sentences that are whole."""
        return self.whole / self.sentences if self.sentences else 1.0

    @property
    def good(self) -> bool:
        """Whether all that is promised holds."""
        return not self.broken and not self.misdealt and not self.off_length and self.share_whole >= PRODUCT_WHOLE


def planted(seed: int) -> Layout:
    """A layout: the same for the same seed."""
    chance = random.Random(seed)
    length = chance.randrange(20_000, 60_000, FRAME_MS)
    lines = tuple(_sentences(chance, length))
    shots, at = [], 0
    while True:
        at += chance.randrange(800, 9_000)
        if at > length - 1_000:
            return Layout(length, tuple(shots), lines)
        shots.append(at // FRAME_MS * FRAME_MS)


def _sentences(chance: random.Random, length: int) -> Iterator[Line]:
    at = chance.randrange(100, 2_000)
    while at < length - 2_500:
        words = []
        for number in range(chance.randint(1, 16) if chance.random() < 0.85 else chance.randint(25, 45)):
            long = chance.randint(90, 620)
            if at + long > length - 50:
                break
            words.append(Word(text=f"w{number}", span=Span(start=at, end=at + long)))
            at += long + chance.choice((0, 0, 20, 60, chance.randint(50, 250)))
        named = chance.random() < 0.4
        words[-1] = words[-1].model_copy(update={"text": chance.choice(("青屿随行杯", "99元")) if named else "end"})
        yield Line(
            text=" ".join(word.text for word in words),
            span=Span(start=words[0].span.start, end=words[-1].span.end),
            words=tuple(words),
        )
        at = words[-1].span.end + chance.choice((0, 50, chance.randint(50, 400), chance.randint(400, 1_500)))


def heard(layout: Layout) -> Audio:
    """The sound of a layout: a burst of noise for every word, and a soft floor between them."""
    noise = np.random.default_rng(layout.length).integers(-9_000, 9_000, layout.length * AUDIO_RATE // 1000)
    gate = np.full(len(noise), 0.01)
    for word in layout.words:
        gate[word.span.start * AUDIO_RATE // 1000 : word.span.end * AUDIO_RATE // 1000] = 1.0
    return (noise * gate).astype(np.int16)


def spoken(layout: Layout) -> tuple[Span, ...]:
    """Where a detector hears speech: words with less than 100 ms between them as one stretch."""
    spans: list[Span] = []
    for word in layout.words:
        if spans and word.span.start - spans[-1].end < 100:
            spans[-1] = Span(start=spans[-1].start, end=word.span.end)
        else:
            spans.append(word.span)
    return tuple(spans)


def cut(layout: Layout, kind: FootageKind) -> tuple[Piece, ...]:
    """The pieces that the cutter makes of a layout."""
    times = np.arange(0, layout.length, FRAME_MS)
    audio = heard(layout)
    motion = np.random.default_rng(layout.length + 1).random(len(times)).astype(np.float32)
    level = sound_level(audio, times, layout.length)
    named = offers(layout.lines, (CUP,))
    return segment(
        Material(times, layout.length, layout.shots, layout.lines, spoken(layout), motion, level, (), named), kind
    )


def count(layout: Layout, pieces: Sequence[Piece], tally: Tally) -> None:
    """Add what became of the words of a layout."""
    spans = [piece.span for piece in pieces]
    edges = [at for span in spans for at in (span.start, span.end)]
    dealt = [words_of(part) for part in deal(Transcript(engine="planted", lines=layout.lines), pieces)]
    tally.clips += len(pieces)
    tally.off_length += sum(not MIN_CLIP_MS <= span.length <= MAX_CLIP_MS for span in spans)
    for word in layout.words:
        tally.words += 1
        # Clips begin and end at pictures: no cut can be nearer to the end of a word than half a picture.
        rim = min(FRAME_MS // 2, word.span.length // 2)
        tally.broken += any(word.span.start + rim < at < word.span.end - rim for at in edges)
        home = next(k for k, span in enumerate(spans) if span.holds(word.span.middle))
        tally.misdealt += [k for k, words in enumerate(dealt) for found in words if found == word] != [home]
    named = [span for span in offers(layout.lines, (CUP,)) if span.length <= MAX_CLIP_MS]
    tally.sentences += len(named)
    rim = FRAME_MS // 2
    tally.whole += sum(not any(span.start + rim < at < span.end - rim for at in edges) for span in named)


def words_of(transcript: Transcript) -> list[Word]:
    """All words of a transcript."""
    return [word for line in transcript.lines for word in line.words]


def run(layouts: int, kind: FootageKind) -> Tally:
    """Cut so many layouts as one kind of footage."""
    tally = Tally()
    for seed in range(layouts):
        layout = planted(seed)
        count(layout, cut(layout, kind), tally)
    return tally


def main() -> int:
    """Print a row per kind; 1 where something is below what is promised."""
    options = argparse.ArgumentParser(description="Planted words against the cutter.")
    options.add_argument("--layouts", type=int, default=40)
    layouts = options.parse_args().layouts
    print(f"{layouts} layouts per kind; a boundary breaks a word when it lies more than {FRAME_MS // 2} ms inside it")
    print(
        f"{'kind':<12}{'clips':>7}{'off length':>12}{'words':>8}{'broken':>8}{'misdealt':>10}{'offers':>8}{'whole':>8}"
    )
    good = True
    for kind in get_args(FootageKind):
        tally = run(layouts, kind)
        good = good and tally.good
        figures = f"{tally.clips:>7}{tally.off_length:>12}{tally.words:>8}{tally.broken:>8}{tally.misdealt:>10}"
        print(f"{kind:<12}{figures}{tally.sentences:>8}{tally.share_whole:>8.1%}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
