"""The composer on scripts whose true clips are known, against chance and against plain search; and its promises.

    python -m benchmarks.compose [--footage DIR] [--scripts N] [--problems N]

Each file of footage/retrieval gives a library: a record is a clip on footage of its own, of 2 to 9 s, with one of ten
content types and one of four products. A script has five beats, each a description of a clip by somebody else. It is
composed twice: from its lines alone, and as scripts are written, with the product and a content type per beat. One in
five of these types is wrong, as the writer of a script and the describer of a clip do not always agree.

Then random libraries and scripts: every plan is looked over by `compose.auditing`, which does not know the solver.
"""

import argparse
import hashlib
import json
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.library import clip_of
from cliplib.config import Settings
from cliplib.engines.base import PickRequest, Workshop, Writer
from cliplib.engines.registry import make
from cliplib.engines.scripted import ScriptedWriter
from cliplib.errors import NothingFits
from cliplib.index.exact import ExactIndex
from cliplib.library import Filter, Library
from cliplib.media.ffmpeg import locate
from cliplib.plans import Beat, Candidate, Choice, Offer, Proposal, Script
from cliplib.records import ClipRecord, Footage, Line, Probe, ProductLink, Transcript
from cliplib.search import Query, refresh, search
from cliplib.values import Rate, Span
from cliplib.vocabulary import shipped
from compose.auditing import faults
from compose.offers import Offers
from compose.picking import Picked
from compose.pipeline import Job, plan_for
from compose.planning import RATE, plan
from compose.solving import all_rules, solve
from compose.table import tabulate

RECORDS = 600
BEATS = 5
TYPES = shipped().keys("content_type")[:10]
PRODUCTS = ("p1", "p2", "p3", "p4")
WRONG_TYPE = 0.2
FILM_MS = 20_000

Answer = Callable[[Script], Sequence[str | None]]
"""Script to the clip chosen for each beat."""


@dataclass(frozen=True, slots=True)
class Story:
    """A script in both forms, and the clips that each beat is a description of."""

    lines: Script
    written: Script
    truth: tuple[frozenset[str], ...]


class RandomWriter:
    """Chooses any of the clips that are offered."""

    id = "random"

    def __init__(self, seed: int = 5) -> None:
        self._random = random.Random(seed)

    @classmethod
    def build(cls, model: str, workshop: Workshop) -> "RandomWriter":
        """With the usual seed."""
        return cls()

    def pick(self, request: PickRequest) -> Proposal:
        """One label per beat."""
        offers = [offer for offer in request.offers if offer.candidates]
        return Proposal(
            choices=tuple(
                Choice(beat=o.beat, labels=(self._random.choice([c.label for c in o.candidates]),)) for o in offers
            ),
            writer=self.id,
        )


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--footage", type=Path, default=Path(os.environ.get("CLIPLIB_FOOTAGE", "footage")))
    parser.add_argument("--scripts", type=int, default=60)
    parser.add_argument("--problems", type=int, default=1000)
    arguments = parser.parse_args()
    for file in sorted((arguments.footage / "retrieval").glob("*.json")):
        with tempfile.TemporaryDirectory() as folder:
            told(json.loads(file.read_text("utf-8")), Path(folder), arguments.scripts)
    promises(arguments.problems)
    speed()


def told(data: dict[str, Any], folder: Path, count: int) -> None:
    """Print how often each way of choosing finds the true clips."""
    rng = random.Random(7)
    library, clips = _library(data, folder, rng)
    with library:
        stories = list(islice(_stories(data, clips, rng), count))
        ways = _ways(library, folder)
        print(f"\n{data['name']}: {len(clips)} clips, {len(stories)} scripts of {BEATS} beats")
        print(f"{'':<34}{'lines alone':>22}{'as written':>22}")
        print(f"{'way':<34}" + f"{'beat R@1':>12}{'whole':>10}" * 2)
        for name, way in ways.items():
            cells = []
            for form in ("lines", "written"):
                hits = [_hits(way(getattr(story, form)), story.truth) for story in stories]
                cells.append(sum(map(sum, hits)) / (BEATS * len(stories)))
                cells.append(sum(all(each) for each in hits) / len(stories))
            print(f"{name:<34}" + "".join(f"{c:>{12 if k % 2 == 0 else 10}.3f}" for k, c in enumerate(cells)))


def _hits(chosen: Sequence[str | None], truth: Sequence[frozenset[str]]) -> list[bool]:
    return [clip in right for clip, right in zip(chosen, truth, strict=True)]


def _library(data: dict[str, Any], folder: Path, rng: random.Random) -> tuple[Library, dict[str, ClipRecord]]:
    """A library, open for writing, of the records that are asked for and others, and its clips by name."""
    wanted = {name for query in data["queries"] for name in query["relevant"]}
    others = [row for row in data["records"] if row["id"] not in wanted]
    rows = [row for row in data["records"] if row["id"] in wanted]
    rows += rng.sample(others, min(len(others), max(0, RECORDS - len(rows))))
    film = folder / "film.mp4"
    film.write_bytes(b"never opened")
    Library.create(folder / "library", data["language"])
    library = Library.open(folder / "library", write=True)
    clips = {}
    with library.together():
        for row in rows:
            footage = library.add_footage(_footage(row["id"], film))
            clips[row["id"]] = _clip(footage, row["text"], data["language"], rng)
            library.put(clips[row["id"]])
    return library, clips


def _footage(name: str, film: Path) -> Footage:
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    probe = Probe(
        length=10_000, rate=Rate(num=25, den=1), width=1920, height=1080, rotation=0, codec="h264",
        pixel_format="yuv420p", start=0, audio=(),
    )  # fmt: skip
    return Footage(id=Footage.id_of(sha256), sha256=sha256, path=str(film), kind="brand", probe=probe)


def _clip(footage: Footage, text: str, language: str, rng: random.Random) -> ClipRecord:
    span = Span(start=0, end=rng.randrange(2_000, 9_000, 100))
    link = ProductLink(product=rng.choice(PRODUCTS), evidence="filed", confidence=1.0)
    return clip_of(footage, 0, text, language).model_copy(
        update={
            "id": ClipRecord.id_of(footage.id, span),
            "span": span,
            "content_types": (rng.choice(TYPES),),
            "products": (link,),
        }
    )


def _stories(data: dict[str, Any], clips: Mapping[str, ClipRecord], rng: random.Random) -> Iterator[Story]:
    """Scripts of queries whose true clips share a product, each product in turn."""
    by_product: dict[str, list[dict[str, Any]]] = {product: [] for product in PRODUCTS}
    for query in data["queries"]:
        by_product[clips[query["relevant"][0]].products[0].product].append(query)
    while True:
        for product, queries in by_product.items():
            yield _story(data["language"], product, rng.sample(queries, BEATS), clips, rng)


def _story(
    language: str, product: str, queries: Sequence[dict[str, Any]], clips: Mapping[str, ClipRecord], rng: random.Random
) -> Story:
    beats, typed = [], []
    for number, query in enumerate(queries, 1):
        true = clips[query["relevant"][0]].content_types[0]
        kind = rng.choice(TYPES) if rng.random() < WRONG_TYPE else true
        beats.append(Beat(id=f"b{number}", line=query["text"]))
        typed.append(Beat(id=f"b{number}", line=query["text"], content_types=(kind,)))
    lines = Script.model_validate({"title": "t", "language": language, "length": FILM_MS, "beats": tuple(beats)})
    written = lines.model_copy(update={"beats": tuple(typed), "product": product})
    truth = tuple(frozenset(clips[name].id for name in query["relevant"]) for query in queries)
    return Story(lines, written, truth)


def _ways(library: Library, folder: Path) -> dict[str, Answer]:
    """Every way of choosing, by its name."""
    settings = Settings(index="exact")
    workshop = Workshop(settings, shipped(), library)
    embedder, index = make("embedder", "ngram", workshop), ExactIndex()
    refresh(library, index, embedder, library.shelf)
    rng = random.Random(3)

    def chance(script: Script) -> list[str | None]:
        return [rng.choice(library.find(_filter(script))) for _ in script.beats]

    def first_hit(script: Script, wanted: Filter) -> list[str | None]:
        hits = [search(library, index, embedder, Query(beat.line, wanted, 1)) for beat in script.beats]
        return [found[0].clip if found else None for found in hits]

    def composed(writer: Writer) -> Answer:
        job = Job(
            library=library, index=index, embedder=embedder, writer=writer, ffmpeg=locate(), settings=settings,
            vocabulary=shipped(), folder=folder / "job",
        )  # fmt: skip

        def choose(script: Script) -> list[str | None]:
            try:
                picks = plan_for(script, job).picks
            except NothingFits:
                return [None] * len(script.beats)
            first = {pick.beat: pick.clip for pick in reversed(picks)}
            return [first.get(beat.id) for beat in script.beats]

        return choose

    return {
        "random": chance,
        "best match per beat": lambda script: first_hit(script, Filter()),
        "best match per beat, product known": lambda script: first_hit(script, _filter(script)),
        "composer, writer at random": composed(RandomWriter()),
        "composer, writer takes best offer": composed(ScriptedWriter()),
        "composer, rules": composed(make("writer", "rules", workshop)),
    }


def _filter(script: Script) -> Filter:
    return Filter(products=(script.product,) if script.product else ())


def promises(count: int) -> None:
    """Print how many plans of random libraries and scripts break a rule, and how many say that nothing fits."""
    broken, refused, made, worst = 0, 0, 0, 0
    for seed in range(count):
        script, offers = problem(random.Random(seed))
        try:
            done = plan(
                script, offers, Picked(RandomWriter(seed).pick(PickRequest(script, offers.offers, offers.clips)))
            )
        except NothingFits:
            refused += 1
            continue
        made += 1
        worst = max(worst, abs(done.length - script.length))
        broken += bool(faults(done, {record.id: record for record in offers.clips.values()}))
    print(f"\n{count} random libraries and scripts: {made} plans, {refused} refused with a reason")
    print(f"plans that break a rule: {broken}; largest duration error: {worst} ms")


def problem(rng: random.Random, beats: int = 0, candidates: int = 8, footage: int = 6) -> tuple[Script, Offers]:
    """A random library on a few pieces of footage, and a random script with offers from it."""
    records = []
    for number in range(rng.randint(2, footage)):
        source, at = _footage(f"random {number}", Path("/nowhere.mp4")), 0
        for _ in range(rng.randint(3, 9)):
            length = rng.randrange(1_000, 9_000, 100)
            records.append(_random_clip(source, Span(start=at, end=at + length), rng))
            at += length + rng.choice((-400, 0, 0, 2_000))
    count = beats or rng.randint(1, 8)
    made = [Beat(id=f"b{k + 1}", line="x" * 8, length=rng.choice((None, None, 2_000, 4_000))) for k in range(count)]
    labels = {record.id: f"C{number:02d}" for number, record in enumerate(records, 1)}
    offers = []
    for beat in made:
        chosen = rng.sample(records, min(len(records), candidates if beats else rng.randint(0, candidates)))
        scored = [(rng.random(), record) for record in chosen]
        found = tuple(
            Candidate(label=labels[record.id], clip=record.id, score=score, terms={"content": score})
            for score, record in sorted(scored, key=lambda entry: -entry[0])
        )
        offers.append(Offer(beat=beat.id, candidates=found))
    length = 3_000 * count + rng.randrange(-1_000, 1_000, 100)
    data = {"title": "t", "language": "en", "length": length, "beats": tuple(made), "one_speaker": rng.random() < 0.2}
    used = {candidate.clip for offer in offers for candidate in offer.candidates}
    clips = {labels[record.id]: record for record in records if record.id in used}
    return Script.model_validate(data), Offers(tuple(offers), clips)


def _random_clip(footage: Footage, span: Span, rng: random.Random) -> ClipRecord:
    base = clip_of(footage, 0, "", "en")
    said = rng.choice(("", "", "it is so light", "it weighs only 4 kg", "it weighs just 5 kg"))
    spoken = (Line(text=said, span=Span(start=span.start + 100, end=span.end - 100)),) if said else ()
    facts = base.facts.model_copy(update={"brightness": rng.random(), "motion": rng.random()})
    return base.model_copy(
        update={
            "id": ClipRecord.id_of(footage.id, span),
            "span": span,
            "spoken": said,
            "transcript": Transcript(engine="none", language="en" if said else "", lines=spoken),
            "facts": facts,
            "shot_size": rng.choice((None, "close_up", "medium", "long")),
            "near_duplicates": rng.choice((None, None, None, "g1", "g2", "g3")),
        }
    )


def speed() -> None:
    """Print how long the solver takes for eight slots of twenty candidates each."""
    taken, proofs = [], []
    for seed in range(8):
        script, offers = problem(random.Random(seed), beats=8, candidates=20, footage=12)
        script = script.model_copy(
            update={"one_speaker": False, "beats": tuple(replace_length(beat) for beat in script.beats)}
        )
        table = tabulate(script, offers, Proposal(choices=(), writer="none"), RATE)
        started = time.process_time()
        solved = solve(table, all_rules(table))
        taken.append(time.process_time() - started)
        proofs.append(solved.proof if solved else "nothing fits")
    print(f"8 slots x 20 candidates: {max(taken):.2f} s at most ({', '.join(proofs)})")


def replace_length(beat: Beat) -> Beat:
    """The beat without a length of its own."""
    return beat.model_copy(update={"length": None})


if __name__ == "__main__":
    main()
