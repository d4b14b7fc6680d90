"""Records out to people and back: what a round trip through each form loses (nothing), and what a large import costs.

`python -m benchmarks.review trip --clips 200 [--soffice soffice]`: every form, edited by openpyxl, by LibreOffice where
it is named, as CSV and as Label Studio JSON; every edit must arrive and nothing else.
`python -m benchmarks.review scale --clips 50000`: JSON Lines of which every record, or one in a hundred, is changed.
"""

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.library import PER_FOOTAGE, clip_of, footage_of
from cliplib.config import Product, Settings
from cliplib.library import Library
from cliplib.records import ClipRecord, Line, Person, ProductLink, Transcript, Word
from cliplib.review import Lexicon, Order, export, plan_import, take_in
from cliplib.values import Span
from cliplib.vocabulary import shipped

WORDS = (
    *("咖啡", "还没", "喝", "几口", "就", "已经", "凉了", "这是", "全新", "的", "青屿", "随行杯"),
    *("=1+1", "-5度", "@home", "+86", "'引号'", "0012", "1E10", "3-4", "50%", "“双引号”", "a,b;c"),
)
LEXICON = Lexicon(shipped(), Settings(product=(Product(id="cup", name="青屿随行杯"), Product(id="jug", name="冷水壶"))))
Values = dict[str, dict[str, Any]]


def made_library(folder: Path, clips: int) -> Library:
    """A library of clips with random values in every field that people may change; open for writing."""
    chance = random.Random(7)
    Library.create(folder / "library")
    library = Library.open(folder / "library", write=True)
    with library.together():
        for start in range(0, clips, PER_FOOTAGE):
            footage = library.add_footage(footage_of(start))
            for place in range(min(PER_FOOTAGE, clips - start)):
                library.put(_filled(clip_of(footage, place, _text(chance), "zh"), chance))
    return library


def _filled(record: ClipRecord, chance: random.Random) -> ClipRecord:
    words = shipped()
    spoken = [chance.choice(WORDS) for _ in range(12)]
    step = record.span.length // len(spoken)
    times = [Span(start=record.span.start + k * step, end=record.span.start + (k + 1) * step) for k in range(12)]
    heard = tuple(Word(text=text, span=span) for text, span in zip(spoken, times, strict=True))
    line = Line(text="".join(spoken), span=record.span, words=heard)
    roles = chance.sample(words.keys("person_role"), chance.randrange(3))
    return record.model_copy(
        update={
            "content_types": tuple(chance.sample(words.keys("content_type"), 1 + chance.randrange(3))),
            "forms": tuple(chance.sample(words.keys("form"), 1 + chance.randrange(2))),
            "products": tuple(
                ProductLink(product=id, evidence="filed", confidence=0.5)
                for id in chance.sample(("cup", "jug", "gone"), chance.randrange(3))
            ),
            "people": tuple(Person(role=role, description=_text(chance), name="林姐") for role in roles),
            "shot_size": chance.choice((None, *words.keys("shot_size"))),
            "camera": chance.choice((None, *words.keys("camera"))),
            "transcript": Transcript(language="zh", engine="none", lines=(line,)),
            "spoken": line.text,
        }
    )


def _text(chance: random.Random) -> str:
    signs = ("", "\n", "，", " ")
    return "".join(chance.choice(WORDS) + chance.choice(signs) for _ in range(chance.randrange(30)))


def in_force(library: Library) -> Values:
    """What is in force of every clip."""
    return {r.id: json.loads(r.effective().model_dump_json()) for r in library.records()}


def edit_book(source: Path, target: Path) -> dict[str, str]:
    """Change the note of every third row of a book, shuffle the rows, and take a column away, as openpyxl would."""
    import openpyxl

    book = openpyxl.load_workbook(source)
    sheet = book["clips"]
    heads = [cell.value for cell in sheet[1]]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    told = _noted(rows, heads)
    random.Random(3).shuffle(rows)
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
    sheet.delete_cols(heads.index(LEXICON.title("length")) + 1)
    book.save(target)
    return told


def edit_csv(source: Path, target: Path) -> dict[str, str]:
    """The same in a CSV file, written anew without a mark and with semicolons."""
    with source.open(encoding="utf-8-sig", newline="") as file:
        heads, *rows = csv.reader(file)
    told = _noted(rows, heads)
    random.Random(3).shuffle(rows)
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([heads, *rows])
    return told


def _noted(rows: list[list[Any]], heads: list[Any]) -> dict[str, str]:
    id, note = heads.index(LEXICON.title("id")), heads.index(LEXICON.title("note"))
    for row in rows[::3]:
        row[note] = f"看过 {row[id]}"
    return {row[id]: row[note] for row in rows[::3]}


def edit_tasks(source: Path, target: Path) -> dict[str, str]:
    """What Label Studio exports: predictions copied into annotations, one in three with a note."""
    tasks = json.loads(source.read_text("utf-8"))
    told = {}
    for number, task in enumerate(tasks):
        result = list(task["predictions"][0]["result"])
        if number % 3 == 0:
            told[task["data"]["clip_id"]] = note = f"看过 {task['data']['clip_id']}"
            result.append({"from_name": "note", "to_name": "video", "type": "textarea", "value": {"text": [note]}})
        annotation = {"id": number, "result": result, "was_cancelled": False, "updated_at": "2026-01-01T00:00:00Z"}
        task.update(id=900 + number, predictions=[1], annotations=[annotation])
    target.write_text(json.dumps(tasks, ensure_ascii=False), "utf-8")
    return told


def through_office(program: str) -> Callable[[Path, Path], dict[str, str]]:
    """Edited by openpyxl, then opened and saved by LibreOffice without a window."""

    def edit(source: Path, target: Path) -> dict[str, str]:
        folder = target.parent / "office"
        folder.mkdir(exist_ok=True)
        told = edit_book(source, folder / target.name)
        profile = f"-env:UserInstallation=file://{folder}/profile"
        command = [program, profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir"]
        subprocess.run([*command, str(target.parent), str(folder / target.name)], check=True, capture_output=True)
        return told

    return edit


def trip(library: Library, folder: Path, soffice: str) -> list[tuple[str, bool, int, int]]:
    """Each way: its name, whether nothing was lost, how many values were changed, how many faults there were."""
    ways: list[tuple[str, str, str, Callable[[Path, Path], dict[str, str]]]] = [
        ("xlsx by openpyxl", "xlsx", "a.xlsx", edit_book),
        ("csv", "csv", "a.csv", edit_csv),
        ("label studio", "label-studio", "a.json", edit_tasks),
    ]
    if soffice:
        ways.insert(1, ("xlsx by LibreOffice", "xlsx", "b.xlsx", through_office(soffice)))
    outcomes = []
    for name, form, file, edit in ways:
        before = in_force(library)
        export(library, folder / f"out-{file}", LEXICON, Order(form=form))
        told = edit(folder / f"out-{file}", folder / file)
        plan = plan_import(library, folder / file, LEXICON)
        take_in(library, plan, file, "benchmark")
        for clip, note in told.items():
            before[clip]["review"]["note"] = note
        again = plan_import(library, folder / file, LEXICON)
        whole = in_force(library) == before and not again.changes and not plan.conflicts
        outcomes.append((name, whole, len(plan.changes), len(plan.faults)))
        for clip in told:
            library.review(clip, "new", "benchmark", "")
    return outcomes


def scale(library: Library, folder: Path, share: float) -> dict[str, float]:
    """CPU seconds and memory of an import of JSON Lines of which a share of the records is changed."""
    export(library, folder / "all.jsonl", LEXICON, Order(form="jsonl"))
    chance = random.Random(5)
    with (folder / "all.jsonl").open("rb") as source, (folder / "edited.jsonl").open("w", encoding="utf-8") as target:
        for line in source:
            data = json.loads(line)
            if chance.random() < share:
                data["record"]["description"] += "（改）"
            target.write(json.dumps(data, ensure_ascii=False) + "\n")
    before = time.process_time()
    plan = plan_import(library, folder / "edited.jsonl", LEXICON)
    planned = time.process_time()
    take_in(library, plan, "edited.jsonl", "benchmark")
    return {
        "rows": plan.rows,
        "changes": len(plan.changes),
        "MB": (folder / "edited.jsonl").stat().st_size / 1e6,
        "plan s": planned - before,
        "take in s": time.process_time() - planned,
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
    }


def main(arguments: list[str]) -> int:
    """Print one table; the exit code is 1 where something was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("trip", "scale"))
    parser.add_argument("--clips", type=int, default=200)
    parser.add_argument("--share", type=float, default=1.0, help="share of the records that are changed")
    parser.add_argument("--soffice", default="", help="the LibreOffice program")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name, made_library(Path(name), given.clips) as library:
        if given.what == "scale":
            for label, figure in scale(library, Path(name), given.share).items():
                print(f"{label:<10} {figure:10.1f}")
            return 0
        outcomes = trip(library, Path(name), given.soffice)
        for way, whole, changes, faults in outcomes:
            print(f"{way:<20} {'nothing lost' if whole else 'LOST'}  {changes} changes, {faults} faults")
        return 0 if all(whole for _, whole, _, _ in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
