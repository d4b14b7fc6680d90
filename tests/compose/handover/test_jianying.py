"""A Jianying draft is read as the JSON it is: edges in microseconds, footage inside, sound and words in place."""

import json
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cliplib.errors import MediaError, MissingTool
from cliplib.plans import Cue, Cut, SoundCut, Source, Timeline
from cliplib.values import Rate
from compose.handover.jianying import CONTENT, CONTENT_MAC, HERE, META, edge, not_in_draft, write_draft
from compose.handover.reels import Edit, edit_of
from tests.compose.handover.making import RATES
from tests.conftest import MakeVideo


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory, make_video: MakeVideo) -> list[Path]:
    """Two files of 3 s at 25 fps, with names that need care."""
    folder = tmp_path_factory.mktemp("素材 库")
    return [make_video(folder / name, (3.0,), size="320x180") for name in ("新品 发布.mp4", "b&'1'.mp4")]


def made(films: list[Path], rate: Rate, cuts: list[tuple[int, int, int]]) -> Edit:
    """Cuts are (file, start in ms, frames); the second is muted."""
    sources = tuple(
        Source(footage=f"f_{k:016x}", path=str(path), start=0, audio_stream=1, length=3000, rate=Rate(num=25, den=1),
               width=320, height=180, channels=1, sample_rate=48_000)
        for k, path in enumerate(films)
    )  # fmt: skip
    video, at = [], 0
    for number, (file, start, frames) in enumerate(cuts, 1):
        clip = f"c_{file:016x}_{start:06d}-003000"
        video.append(Cut(slot=f"s{number}", clip=clip, source=sources[file].footage, start=start, at=at, frames=frames))
        at += frames
    audio = tuple(SoundCut(**cut.model_dump(), muted=number == 1) for number, cut in enumerate(video))
    timeline = Timeline(
        title="小样", language="zh", rate=rate, width=180, height=320, sources=sources, video=tuple(video), audio=audio,
        cues=(Cue(text="咖啡凉了", at=1, frames=20), Cue(text="二", at=21, frames=5)),
    )  # fmt: skip
    return edit_of(timeline, {s.footage: Path(s.path) for s in sources}, {})


def read(folder: Path, name: str = CONTENT) -> Any:
    return json.loads((folder / name).read_text("utf-8"))


@pytest.mark.handover
@pytest.mark.parametrize("rate", RATES, ids=lambda rate: f"{rate.num}-{rate.den}")
def test_edges_are_exact_in_microseconds(rate: Rate, films: list[Path], tmp_path: Path) -> None:
    pytest.importorskip("pyJianYingDraft", reason="needs the extra `handover`")
    cuts = [(0, 1000, 17), (1, 40, 31), (0, 520, 1), (1, 0, 13), (0, 0, 7)]
    edit = made(films, rate, cuts)
    write_draft(edit, tmp_path / "稿", "小样")
    content = read(tmp_path / "稿")
    video = next(track for track in content["tracks"] if track["type"] == "video")["segments"]
    at = 0
    materials = {each["id"]: each for each in content["materials"]["videos"]}
    assert len(materials) == 2
    for (file, start, frames), segment in zip(cuts, video, strict=True):
        used, place = segment["source_timerange"], segment["target_timerange"]
        assert place["start"] == round(at * 1_000_000 / rate.fraction)
        at += frames
        assert place["start"] + place["duration"] == round(at * 1_000_000 / rate.fraction)
        assert used["duration"] == place["duration"] and segment["speed"] == 1.0
        first = used["start"] * Fraction(25, 1_000_000)
        assert 0 <= first - Fraction(start * 25, 1000) < Fraction(1, 1000), "the first picture, not the one before"
        assert materials[segment["material_id"]]["material_name"] == films[file].name
    assert content["duration"] == edge(edit.timeline.frames, edit)
    for one, two in pairwise(video):
        end = one["target_timerange"]["start"] + one["target_timerange"]["duration"]
        assert end == two["target_timerange"]["start"]


@pytest.mark.handover
def test_footage_is_copied_in_and_registered(films: list[Path], tmp_path: Path) -> None:
    pytest.importorskip("pyJianYingDraft", reason="needs the extra `handover`")
    folder = tmp_path / "稿"
    write_draft(made(films, RATES[4], [(0, 0, 60), (1, 0, 60)]), folder, "小样")
    content, meta = read(folder), read(folder, META)
    assert read(folder, CONTENT_MAC) == content
    for each, film in zip(content["materials"]["videos"], films, strict=True):
        inside = folder / each["path"].removeprefix(f"{HERE}/")
        assert inside.read_bytes() == film.read_bytes()
    (listed,) = [group["value"] for group in meta["draft_materials"] if group["type"] == 0]
    assert [(each["file_Path"], each["id"]) for each in listed] == [
        (each["path"], each["id"]) for each in content["materials"]["videos"]
    ]
    assert meta["draft_name"] == "小样"
    assert str(tmp_path) not in (folder / CONTENT).read_text("utf-8")
    assert (content["canvas_config"]["width"], content["canvas_config"]["height"]) == (180, 320)


@pytest.mark.handover
def test_two_files_of_one_name_keep_apart(films: list[Path], tmp_path: Path) -> None:
    pytest.importorskip("pyJianYingDraft", reason="needs the extra `handover`")
    twin = tmp_path / "别处" / films[0].name.upper()
    twin.parent.mkdir()
    twin.write_bytes(films[1].read_bytes())
    write_draft(made([films[0], twin], RATES[4], [(0, 0, 60), (1, 0, 60)]), tmp_path / "稿", "小样")
    inside = {path.read_bytes() for path in (tmp_path / "稿" / "Resources").iterdir()}
    assert inside == {film.read_bytes() for film in films}


@pytest.mark.handover
def test_turned_footage_has_the_size_that_one_sees(reel: dict[str, Path], tmp_path: Path) -> None:
    pytest.importorskip("pyJianYingDraft", reason="needs the extra `handover`")
    edit = made([reel["rotated"]], RATES[4], [(0, 0, 30)])
    seen = edit.reels[0].source.model_copy(update={"width": 180, "height": 320})
    turned = edit_of(edit.timeline.model_copy(update={"sources": (seen,)}), {seen.footage: reel["rotated"]}, {})
    write_draft(turned, tmp_path / "稿", "小样")
    content = read(tmp_path / "稿")
    assert [(each["width"], each["height"]) for each in content["materials"]["videos"]] == [(180, 320)]
    (segment,) = next(track for track in content["tracks"] if track["type"] == "video")["segments"]
    assert segment["clip"]["scale"]["x"] == 1.0


@pytest.mark.handover
def test_sound_words_and_framing(films: list[Path], tmp_path: Path) -> None:
    pytest.importorskip("pyJianYingDraft", reason="needs the extra `handover`")
    write_draft(made(films, RATES[4], [(0, 0, 60), (1, 0, 60)]), tmp_path / "稿", "小样")
    content = read(tmp_path / "稿")
    tracks = {track["type"]: track["segments"] for track in content["tracks"]}
    assert [each["volume"] for each in tracks["video"]] == [1.0, 0.0]
    assert tracks["video"][0]["clip"]["scale"]["x"] == pytest.approx((320 / 180) / (180 / 320))
    texts = {each["id"]: json.loads(each["content"])["text"] for each in content["materials"]["texts"]}
    assert [texts[each["material_id"]] for each in tracks["text"]] == ["咖啡凉了", "二"]
    assert [each["target_timerange"]["start"] for each in tracks["text"]] == [33_333, 700_000]


@pytest.mark.handover
def test_a_cut_that_leaves_its_footage_is_refused(films: list[Path], tmp_path: Path) -> None:
    pytest.importorskip("pyJianYingDraft", reason="needs the extra `handover`")
    with pytest.raises(MediaError, match="s1 ends"):
        write_draft(made(films, RATES[4], [(0, 2000, 60)]), tmp_path / "稿", "小样")


def test_what_a_draft_does_not_carry_is_said(films: list[Path]) -> None:
    assert any("29.970" in lost for lost in not_in_draft(made(films, RATES[3], [(0, 0, 30)])))
    assert not any("frame rate" in lost for lost in not_in_draft(made(films, RATES[4], [(0, 0, 30)])))


def test_without_the_extra_its_name_is_told(films: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyJianYingDraft", None)
    with pytest.raises(MissingTool) as error:
        write_draft(made(films, RATES[4], [(0, 0, 30)]), tmp_path / "稿", "小样")
    assert "cliplib[handover]" in error.value.next_step and not (tmp_path / "稿").exists()
