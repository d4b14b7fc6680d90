"""Search quality: descriptions of the same thing by other people as queries, for each way of looking, one table.

    python -m benchmarks.retrieval [--footage DIR] [--embedder NAME ...]

Each file of footage/retrieval holds records, queries and which record each query is about. A record becomes a clip
whose description is the text. Recall@k is the share of queries whose clip is among the first k, MRR the mean of
1 / rank. The floor is plain tf-idf over all records, as given in the file.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.library import filled_library
from cliplib.config import Settings
from cliplib.engines.base import Embedder, Workshop
from cliplib.engines.registry import make
from cliplib.index.exact import ExactIndex
from cliplib.library import Filter, Library
from cliplib.search import Query, refresh, search
from cliplib.vocabulary import shipped
from cliplib.words import tokens

DEPTH = 100
AT = (1, 5, 10)

Answer = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Score:
    """How well one way of looking finds what is meant."""

    recall: tuple[float, ...]
    mrr: float


def score(answer: Answer, queries: Sequence[dict[str, Any]]) -> Score:
    """Ask every query; a clip that is not among the first 100 counts as not found."""
    ranks = []
    for query in queries:
        found = answer(query["text"])
        ranks.append(min((found.index(id) + 1 for id in query["relevant"] if id in found), default=0))
    hits = np.array(ranks)
    return Score(
        tuple(float(np.mean((hits > 0) & (hits <= k))) for k in AT),
        float(np.mean(np.divide(1.0, hits, out=np.zeros(len(hits)), where=hits > 0))),
    )


def main() -> None:
    """Print a table per file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--footage", type=Path, default=Path(os.environ.get("CLIPLIB_FOOTAGE", "footage")))
    parser.add_argument("--embedder", nargs="+", default=["ngram"], help="as in the setting, such as sentence:FOLDER")
    arguments = parser.parse_args()
    for file in sorted((arguments.footage / "retrieval").glob("*.json")):
        data = json.loads(file.read_text("utf-8"))
        with tempfile.TemporaryDirectory() as folder:
            rows = measured(Path(folder), data, arguments.embedder)
        print(f"\n{data['name']}: {data['n_records']} records, {data['n_queries']} queries")
        print(f"{'way':<22}{'R@1':>8}{'R@5':>8}{'R@10':>8}{'MRR':>8}")
        floor = data["baseline"]
        given = Score((floor["R@1"], floor["R@5"], floor["R@10"]), floor["MRR"])
        for name, one in {"tf-idf (given)": given, **rows}.items():
            print(f"{name:<22}" + "".join(f"{value:>8.3f}" for value in (*one.recall, one.mrr)))


def measured(folder: Path, data: dict[str, Any], embedders: Sequence[str]) -> dict[str, Score]:
    """The scores of words alone, and of each embedder's vectors alone and with words."""
    library, clip_of = filled_library(folder, [(row["id"], row["text"]) for row in data["records"]], data["language"])
    with library:
        queries = [{**query, "relevant": [clip_of[id] for id in query["relevant"]]} for query in data["queries"]]
        plain = score(lambda text: [hit.id for hit in library.finding(Filter(), tokens(text)).by_words(DEPTH)], queries)
        rows = {"words (BM25)": plain}
        for spec in embedders:
            embedder = make("embedder", spec, Workshop(Settings(), shipped(), library))
            rows.update(_with_vectors(library, embedder, queries))
        return rows


def _with_vectors(library: Library, embedder: Embedder, queries: Sequence[dict[str, Any]]) -> dict[str, Score]:
    index = ExactIndex()
    refresh(library, index, embedder, library.shelf)
    ways: dict[str, Answer] = {
        embedder.id: lambda text: [hit.id for hit in index.nearest(embedder.embed([text])[0], DEPTH)],
        f"hybrid, {embedder.id}": lambda text: [
            hit.clip for hit in search(library, index, embedder, Query(text, n=DEPTH))
        ],
    }
    return {name: score(answer, queries) for name, answer in ways.items()}


if __name__ == "__main__":
    main()
