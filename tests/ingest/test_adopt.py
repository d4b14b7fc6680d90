"""Tables of clips that people have cut already: rows become records as they stand, or are reported by cell."""

import json
import shutil
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest

from cliplib.config import Product, Settings
from cliplib.engines.haar import HaarFaces
from cliplib.engines.scripted import ScriptedSpeech, ScriptedText, ScriptedVision
from cliplib.errors import EngineError, UsageError
from cliplib.library import Library
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.sheets import SheetError, read_sheet
from cliplib.views import six_lines
from cliplib.vocabulary import shipped
from ingest.adopt import Adoption, AdoptReport, adopt
from ingest.pipeline import ingest
from tests.conftest import MakeVideo
from tests.ingest.conftest import MakeJob, Watch, state_of

CUP = Product(id="cup", name="青屿随行杯", aliases=("随行杯",))
SETTINGS = Settings(product=(CUP,))
HEAD = ("文件名", "视频内容", "视频形式", "视频时长", "相关产品", "音频文字", "视觉描述")
ROWS = (
    ("pain.mp4", "痛点描述", "画外音+空镜、口播", "2.4秒", "青屿随行杯", "咖啡还没喝几口，就凉了。", "桌上一杯冷咖啡"),
    ("offers/cta.mp4", "价格/优惠机制、行动指引", "字卡", "1.2秒", "", "", "红底白字\n到手价 99 元"),
)  # fmt: skip

Adopt = Callable[..., AdoptReport]


@pytest.fixture(scope="session")
def media(make_video: MakeVideo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two cut clips, one of them in a folder of its own."""
    folder = tmp_path_factory.mktemp("cut")
    (folder / "offers").mkdir()
    make_video(folder / "pain.mp4", shots=(2.4,))
    make_video(folder / "offers" / "cta.mp4", shots=(0.4, 0.8), sound=False)
    return folder


@pytest.fixture
def take(library: Library, ffmpeg: Ffmpeg, media: Path, tmp_path: Path) -> Adopt:
    """A function that adopts rows, written as a table: `take(rows, head=HEAD, folder=media, name="clips.csv", ...)`."""

    def taken(
        rows: Sequence[Sequence[str]],
        head: Sequence[str] = HEAD,
        folder: Path = media,
        name: str = "clips.csv",
        **parts: object,
    ) -> AdoptReport:
        sheet = tmp_path / name
        write(sheet, [head, *rows])
        usual = {
            "library": library,
            "ffmpeg": ffmpeg,
            "text": ScriptedText(),
            "faces": HaarFaces(),
            "settings": SETTINGS,
        }
        usual |= {"vocabulary": shipped(), "kind": "product", "who": "anna"}
        return adopt(read_sheet(sheet), folder, Adoption(**{**usual, **parts}), Watch())  # type: ignore[arg-type]

    return taken


def write(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8-sig") -> None:
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.worksheets[0].append(list(row))
        book.save(path)
    elif path.suffix == ".json":
        records = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
        path.write_text(json.dumps(records, ensure_ascii=False), encoding)
    else:
        quoted = (",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
        path.write_text("\r\n".join(quoted) + "\r\n", encoding)


def faults_of(report: AdoptReport) -> list[tuple[int | None, str, str]]:
    return [(fault.row, fault.cell, fault.code) for fault in report.faults]


@pytest.mark.parametrize("name", ["clips.xlsx", "clips.csv", "clips.json"])
def test_the_six_lines_of_an_adopted_table_are_the_same_six_values(take: Adopt, library: Library, name: str) -> None:
    report = take(ROWS, name=name)
    assert report.clips_added == 2 and not report.faults
    for row, outcome in zip(ROWS, report.rows, strict=True):
        record = library.get(outcome.clip).effective()
        assert list(six_lines(record, shipped(), (CUP,)).values()) == list(row[1:])
        assert record.start_edge.reason == record.end_edge.reason == "adopted"
        assert record.provenance["content_types"].engine == "adopted"


def test_adopted_clips_are_measured_filed_and_spoken_as_full_members(take: Adopt, library: Library) -> None:
    [clip, _] = [row.clip for row in take(ROWS).rows]
    record = library.get(clip)
    folder = library.media / clip
    assert all((folder / name).is_file() for name in ("clip.mp4", "poster.jpg", "voice.wav"))
    assert record.facts.has_sound and record.facts.colours and record.facts.faces == 0
    assert [text.text for text in record.on_screen_text] == ["scripted text"]
    [line] = record.transcript.lines
    assert (line.text, line.span, line.words) == ("咖啡还没喝几口，就凉了。", record.span, ())
    assert set(record.review.corrections) == {"content_types", "forms", "products", "spoken", "description"}
    assert {entry.who for entry in record.review.corrections.values()} == {"anna"}
    assert library.footage(record.footage).kind == "product"
    assert not list(folder.glob("draft.json"))


def test_the_same_table_again_changes_nothing(take: Adopt, library: Library) -> None:
    take(ROWS)
    before = state_of(library)
    again = take(ROWS)
    assert [row.status for row in again.rows] == ["skipped", "skipped"] and not again.faults
    assert state_of(library) == before and again.clips_added == 0
    take(ROWS, name="clips.xlsx")
    assert state_of(library) == before


def test_no_later_ingest_overwrites_what_the_table_says(
    take: Adopt, library: Library, media: Path, make_job: MakeJob
) -> None:
    clips = [row.clip for row in take(ROWS).rows]
    job = make_job(kind="product", speech=ScriptedSpeech(), vision=ScriptedVision(), settings=SETTINGS)
    report = ingest([media], job, Watch())
    assert report.clips_added == 0 and [outcome.status for outcome in report.footage] == ["kept", "kept"]
    spoken, silent = (library.get(clip) for clip in clips)
    assert spoken.description.startswith("预设描述") and spoken.transcript.engine == "scripted:"
    assert list(six_lines(spoken.effective(), shipped(), (CUP,)).values()) == list(ROWS[0][1:])
    assert list(six_lines(silent.effective(), shipped(), (CUP,)).values()) == list(ROWS[1][1:])
    before = state_of(library)
    assert [row.status for row in take(ROWS).rows] == ["skipped", "skipped"]
    assert state_of(library) == before


def test_a_changed_cell_is_the_newest_word_and_a_correction_in_the_library_stays(take: Adopt, library: Library) -> None:
    [clip, _] = [row.clip for row in take(ROWS).rows]
    changed = [[*ROWS[0][:6], "桌上一杯热咖啡"], ROWS[1]]
    assert [row.status for row in take(changed).rows] == ["changed", "skipped"]
    assert library.get(clip).effective().description == "桌上一杯热咖啡"
    assert [row.status for row in take(ROWS).rows] == ["changed", "skipped"], "back again is a change too"
    library.correct(clip, "description", "一杯拿铁", "ben")
    assert not take(ROWS).faults, "the table says nothing new"
    report = take(changed)
    assert faults_of(report) == [(2, "G2", "corrected_since")] and "ben" in report.faults[0].message
    assert library.get(clip).effective().description == "一杯拿铁"
    agreed = [[*ROWS[0][:6], "一杯拿铁"], ROWS[1]]
    assert not take(agreed).faults and not take(changed).faults
    assert library.get(clip).effective().description == "桌上一杯热咖啡"


def test_an_emptied_cell_empties_what_the_table_said_and_nothing_else(take: Adopt, library: Library) -> None:
    [clip, _] = [row.clip for row in take(ROWS).rows]
    take([[*ROWS[0][:4], "", "", ROWS[0][6]], ROWS[1]])
    record = library.get(clip).effective()
    assert (record.products, record.spoken, record.description) == ((), "", "桌上一杯冷咖啡")
    take([row[:3] for row in ROWS], head=HEAD[:3])
    assert library.get(clip).effective().description == "桌上一杯冷咖啡", "a column that is gone says nothing"


GOOD = ROWS[0]


@pytest.mark.parametrize(
    ("change", "cell", "code"),
    [
        ({1: "痛点描述、天价"}, "B3", "unknown_label"),
        ({2: "口播/黑白"}, "C3", "unknown_label"),
        ({4: "别的杯子"}, "E3", "unknown_product"),
        ({1: ""}, "", "empty"),
        ({0: ""}, "", "empty"),
        ({3: "两秒多"}, "D3", "length"),
        ({3: "2.9秒"}, "D3", "length"),
        ({3: "00:09"}, "D3", "length"),
        ({0: "../pain.mp4"}, "A3", "outside"),
        ({0: "offers/../../x.mp4"}, "A3", "outside"),
        ({0: "/etc/passwd"}, "A3", "outside"),
        ({0: "C:\\clips\\pain.mp4"}, "A3", "outside"),
        ({0: "..\\pain.mp4"}, "A3", "outside"),
        ({0: "gone.mp4"}, "A3", "no_media"),
        ({0: "pain"}, "A3", "no_media"),
        ({0: "x" * 3000}, "A3", "no_media"),
        ({5: "字" * 5001}, "F3", "cell"),
        ({5: "a\x07b"}, "F3", "cell"),
    ],
    ids=str,
)
def test_what_cannot_be_taken_word_for_word_is_reported_by_cell_and_the_rest_goes_in(
    take: Adopt, library: Library, change: dict[int, str], cell: str, code: str
) -> None:
    bad = [change.get(column, text) for column, text in enumerate(GOOD)]
    report = take([ROWS[1], bad])
    assert [(fault.row, fault.cell, fault.code) for fault in report.faults if fault.row] == [(3, cell, code)]
    assert [row.status for row in report.rows] == ["kept", "refused"] and report.clips_added == 1
    assert len(library.records()) == 1
    assert change != {0: "pain"} or "pain.mp4" in report.faults[0].message


def test_files_are_paired_with_rows_one_to_one(take: Adopt, library: Library, media: Path, tmp_path: Path) -> None:
    folder = tmp_path / "media"
    shutil.copytree(media, folder)
    shutil.copy(folder / "pain.mp4", folder / "same.mp4")
    (folder / "out.mp4").symlink_to(media / "pain.mp4")
    (folder / "round.mp4").symlink_to(folder / "round.mp4")
    (folder / "notes.txt").write_text("x")
    pain, cta = ROWS
    rows = [pain, ["offers\\cta.mp4", *cta[1:]], ["./offers/cta.mp4", *cta[1:]], ["same.mp4", *pain[1:]]]
    report = take([*rows, ["out.mp4", *pain[1:]]], folder=folder)
    assert faults_of(report) == [
        (3, "A3", "two_rows"),
        (4, "A4", "two_rows"),
        (5, "A5", "two_rows"),
        (6, "A6", "outside"),
        (None, "", "no_row"),
    ]
    assert "round.mp4" in report.faults[-1].message
    assert [row.status for row in report.rows] == ["kept", *["refused"] * 4]


def test_files_that_are_no_clips_are_refused_by_row(
    take: Adopt, library: Library, make_video: MakeVideo, tmp_path: Path
) -> None:
    folder = tmp_path / "media"
    folder.mkdir()
    make_video(folder / "short.mp4", shots=(0.9,))
    make_video(folder / "long.mp4", shots=(10.2,), size="64x36")
    (folder / "broken.mp4").write_bytes(b"\0" * 4000)
    make_video(folder / "ein Café.mp4", shots=(1.4,)).rename(folder / unicodedata.normalize("NFD", "ein Café.mp4"))
    names = ("short.mp4", "long.mp4", "broken.mp4", "ein Café.mp4")
    report = take(
        [[name, "hook", "Text Card"] for name in names], head=("File_Name", "Content types", "forms"), folder=folder
    )
    assert faults_of(report) == [(2, "A2", "too_short"), (3, "A3", "too_long"), (4, "A4", "media")]
    assert [row.status for row in report.rows] == ["refused", "refused", "failed", "kept"]
    assert len(library.all_footage()) == 1


def test_unknown_columns_are_reported_and_tables_that_cannot_be_meant_are_refused(take: Adopt) -> None:
    report = take([[*row, "随便"] for row in ROWS], head=[*HEAD, "备注"])
    assert faults_of(report) == [(None, "H1", "unknown_header")] and report.clips_added == 2
    with pytest.raises(SheetError, match="视频形式"):
        take([["pain.mp4", "hook"]], head=("file", "content type"))
    with pytest.raises(SheetError, match="C1"):
        take([["pain.mp4", "hook", "hook"]], head=("file", "content type", "视频内容"))
    with pytest.raises(UsageError, match="no folder"):
        take(ROWS, folder=Path("nowhere"))


def test_footage_that_was_cut_otherwise_or_is_of_another_kind_is_left_alone(
    take: Adopt, library: Library, make_job: MakeJob, make_video: MakeVideo, tmp_path: Path
) -> None:
    folder = tmp_path / "media"
    folder.mkdir()
    make_video(folder / "two.mp4", shots=(2.0, 2.0))
    make_video(folder / "one.mp4", shots=(2.2,))
    ingest([folder], make_job(kind="product", vision=ScriptedVision()), Watch())
    before = state_of(library)
    rows = [["two.mp4", "hook", "口播"], ["one.mp4", "hook", "口播"]]
    assert faults_of(take(rows, head=HEAD[:3], folder=folder, kind="brand")) == [(2, "A2", "media"), (3, "A3", "media")]
    assert state_of(library) == before
    report = take(rows, head=HEAD[:3], folder=folder)
    assert faults_of(report) == [(2, "A2", "cut_otherwise")]
    assert [row.status for row in report.rows] == ["refused", "changed"], (
        "a clip of the whole file takes the row's word"
    )
    assert library.get(report.rows[1].clip).effective().content_types == ("hook",)


def test_a_row_that_failed_midway_goes_on_where_it_stopped(take: Adopt, library: Library) -> None:
    failed = take(ROWS[:1], text=ScriptedText([EngineError("no memory")]))
    assert [row.status for row in failed.rows] == ["failed"] and failed.faults[0].code == "media"
    assert "E_ENGINE" in failed.faults[0].message and not library.records()
    [draft] = library.media.glob("c_*/draft.json")
    assert "sheet." not in draft.read_text("utf-8")
    changed = [[*ROWS[0][:1], "hook", *ROWS[0][2:]]]
    [row] = take(changed).rows
    assert row.status == "kept" and library.get(row.clip).effective().content_types == ("hook",)
