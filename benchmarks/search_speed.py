"""Speed of search in a large library: building, looking, memory and disk, for each index, with filters and without.

    python -m benchmarks.search_speed [--clips 100000] [--index exact chroma] [--queries 200] [--keep DIR]

Clips have descriptions of some dozen words each, drawn with the frequencies of natural language from words that the
word lists know and words that they do not, so that common words are very common. Queries are parts of descriptions, in
Chinese and English, and are asked in one process, in turns with each filter. CPU is user and system time of all threads
per query: on a busy machine it says more than the wall clock. `cold` is `cliplib search` as a program of its own.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.library import FORMS, KINDS, PRODUCTS, TYPES, many_clips
from cliplib.config import Settings
from cliplib.engines.base import Embedder, Workshop
from cliplib.engines.registry import make
from cliplib.library import Filter, Library
from cliplib.search import Query, open_index, refresh, search
from cliplib.vocabulary import shipped

COMMON_ZH = """
杯子 咖啡 厨房 女士 男士 桌子 手 倒水 微笑 户外 办公室 保温 不漏水 白色 黑色 早晨 孩子 使用 展示 特写
转身 打开 盖子 背包 公园 阳光
"""
COMMON_EN = """
a woman man cup coffee kitchen table hand pours smiles outdoors office warm leak white black morning child uses shows
close turns opens lid bag park sun
"""
RARE = 20_000
WARMING = 25
ZIPF = 1.15

FILTERS = {
    "none": Filter(),
    "1 product of 50": Filter(products=(PRODUCTS[3],)),
    "kind (1 of 5)": Filter(kinds=(KINDS[1],)),
    "type + form": Filter(content_types=(TYPES[2], TYPES[5]), forms=(FORMS[0],)),
    "type + form + product": Filter(content_types=(TYPES[2],), forms=(FORMS[0],), products=(PRODUCTS[7],)),
    "quality, no price": Filter(min_quality=0.5, exclude_flags=("has_price",)),
}


def descriptions(count: int, seed: int = 7) -> Iterator[str]:
    """Texts of natural word frequencies, half of them Chinese."""
    draw = np.random.default_rng(seed)
    characters = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]
    rare_zh = ["".join(draw.choice(characters, 2)) for _ in range(RARE)]
    rare_en = ["".join(draw.choice(list("bcdfglmnprst"), 3)) + f"{k:x}" for k in range(RARE)]
    lists = ((COMMON_ZH.split() + rare_zh, ""), (COMMON_EN.split() + rare_en, " "))
    for number in range(count):
        words, between = lists[number % 2]
        chosen = (draw.zipf(ZIPF, int(draw.integers(8, 24))) - 1) % len(words)
        yield between.join(words[k] for k in chosen)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=100_000)
    parser.add_argument("--index", nargs="+", default=["exact"], choices=["exact", "chroma"])
    parser.add_argument("--embedder", default="ngram")
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--keep", type=Path, help="make the library here and keep it, or use the one that is here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = (arguments.keep or Path(folder)) / "library"
        if not place.exists():
            started = used()
            many_clips(place, descriptions(arguments.clips))
            said("records", started, arguments.clips)
        with Library.open(place, write=True) as library:
            embedder = make("embedder", arguments.embedder, Workshop(Settings(), shipped(), library))
            for backend in arguments.index:
                one_index(library, backend, embedder, arguments.queries)
        cold(place, arguments.index[0])


def one_index(library: Library, backend: str, embedder: Embedder, count: int) -> None:
    """Build, measure and print one index."""
    started = used()
    index = open_index(library, backend, embedder)
    clips = refresh(library, index, embedder, library.shelf)
    said(f"\n{backend}, {embedder.id}: index", started, clips)
    # A process that has answered some other questions before is warm: its files are mapped and in memory.
    warming, texts = queries(library, WARMING, seed=5), queries(library, count, seed=11)
    print(f"{'filter':<24}{'p50 ms':>9}{'p95 ms':>9}{'CPU p50':>9}{'CPU p95':>9}{'hits':>7}")
    for name, wanted in FILTERS.items():
        for text in warming:
            search(library, index, embedder, Query(text, wanted))
        walls, cpus, hits = [], [], 0
        for text in texts:
            before = used()
            hits += len(search(library, index, embedder, Query(text, wanted)))
            after = used()
            walls.append(1000 * (after[0] - before[0]))
            cpus.append(1000 * (after[1] - before[1]))
        figures = [*np.percentile(walls, (50, 95)), *np.percentile(cpus, (50, 95))]
        print(f"{name:<24}" + "".join(f"{figure:>9.1f}" for figure in figures) + f"{hits / len(texts):>7.1f}")
    index.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"largest memory so far {memory:.0f} MB; library.db {size(library.folder / 'library.db'):.0f} MB, "
        f"index {size(index.folder):.0f} MB"
    )


def queries(library: Library, count: int, seed: int) -> list[str]:
    """Two to five words of descriptions each."""
    draw = np.random.default_rng(seed)
    ids = library.find(Filter())
    found = []
    for record in library.records([ids[k] for k in draw.integers(0, len(ids), count)]):
        text = record.description
        words = text.split(" ") if " " in text else [text[k : k + 2] for k in range(0, len(text) - 1, 2)]
        first = int(draw.integers(0, max(1, len(words) - 5)))
        found.append((" " if " " in text else "").join(words[first : first + int(draw.integers(2, 6))]))
    return found


def cold(place: Path, backend: str) -> None:
    """Print what one search costs as a program of its own."""
    walls, cpus = [], []
    command = [sys.executable, "-m", "cliplib", "search", "咖啡 保温杯", "-L", str(place), "--json"]
    for _ in range(5):
        before, children = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "CLIPLIB_INDEX": backend})
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        walls.append(time.perf_counter() - before)
        cpus.append(after.ru_utime + after.ru_stime - children.ru_utime - children.ru_stime)
    print(f"cold, {backend}: {np.median(walls):.2f} s, {np.median(cpus):.2f} s CPU")


def used() -> tuple[float, float]:
    """Seconds by the clock, and of CPU."""
    return time.perf_counter(), time.process_time()


def said(what: str, started: tuple[float, float], count: int) -> None:
    """Print what building has cost."""
    now = used()
    print(f"{what}: {count} clips in {now[0] - started[0]:.0f} s, {now[1] - started[1]:.0f} s CPU", flush=True)


def size(path: Path) -> float:
    """Megabytes of a file or folder."""
    files: Sequence[Path] = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6


if __name__ == "__main__":
    main()
