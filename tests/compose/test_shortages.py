"""What has to be shot: empty beats, contested clips, films too short; and why the nearest clips will not do."""

from pathlib import Path

from compose.script import read_script
from compose.shortages import orders, shortages
from tests.compose.making import clip, footage
from tests.compose.studio import Studio

HEAD = "---\ntitle: t\nproduct: qingyu-cup\nlength: {length}s\n---\n"


def stocked(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"x")
    good = footage("a", path=path)
    mine = ("qingyu-cup",)
    clips = [
        clip(good, 0, 4000, types=("cta",), products=mine, lines=[("点小黄车带走", 100, 3900)]),
        clip(good, 5000, 9000, types=("unboxing",), products=("mug",), lines=[("开箱看看里面有什么", 5100, 8900)]),
        clip(good, 10_000, 14_000, types=("unboxing",), products=mine, lines=[("开箱第二弹", 10_100, 13_900)]),
    ]
    studio.fill([good], clips)
    studio.library.review(clips[2].id, "rejected", "editor")


def test_an_empty_beat_is_told_with_the_nearest_clips_and_why_not(studio: Studio, tmp_path: Path) -> None:
    stocked(studio, tmp_path)
    text = HEAD.format(length=6) + "## 开箱 (3s)\n开箱看看里面有什么\n## 行动指引\n点小黄车带走\n"
    job = studio.job(text)
    (gap,) = shortages("a.md", read_script(text, job.settings, job.vocabulary), job)
    assert (gap.script, gap.beat, gap.content_types, gap.product) == ("a.md", "b1", ("unboxing",), "qingyu-cup")
    assert (gap.length, gap.line) == (3000, "开箱看看里面有什么")
    assert [near.why for near in gap.nearest[:2]] == ["其他产品", "审核已拒绝"]


def test_beats_that_need_the_same_clip_and_length_that_is_missing(studio: Studio, tmp_path: Path) -> None:
    stocked(studio, tmp_path)
    text = HEAD.format(length=6) + "## 行动指引\n点小黄车\n## 行动指引\n快点小黄车\n"
    job = studio.job(text)
    (gap,) = shortages("a.md", read_script(text, job.settings, job.vocabulary), job)
    assert (gap.beat, gap.why) == ("b2", "可用片段都用于其他段落")
    text = HEAD.format(length=20) + "## 行动指引\n点小黄车\n"
    (short,) = shortages("a.md", read_script(text, job.settings, job.vocabulary), job)
    assert short.beat is None and short.length == 15_500 and short.why == "素材总长还差 15.5 秒"
    fits = HEAD.format(length=4) + "## 行动指引\n点小黄车\n"
    assert shortages("a.md", read_script(fits, job.settings, job.vocabulary), job) == ()


def test_shortages_of_one_kind_are_one_order(studio: Studio, tmp_path: Path) -> None:
    stocked(studio, tmp_path)
    text = HEAD.format(length=9) + "## 开箱 (3s)\n甲\n## 开箱 (4s)\n乙\n## 痛点描述 (2s)\n丙\n"
    job = studio.job(text)
    found = shortages("a.md", read_script(text, job.settings, job.vocabulary), job)
    assert [(order.content_types, order.count, order.length) for order in orders(found)] == [
        (("unboxing",), 2, 7000),
        (("pain_point",), 1, 2000),
    ]
