"""A small film of difficult footage, rendered and measured; what is kept between renders; what stops one."""

import math
from pathlib import Path
from typing import Any

import av
import ffmpeg as graph
import numpy as np
import pytest

from cliplib.errors import MediaError, SourceChanged, SourceMissing
from cliplib.media.ffmpeg import Ffmpeg
from cliplib.media.probe import probe
from cliplib.plans import Cue, Cut, SoundCut, Source, Timeline
from cliplib.values import Rate
from compose.check import check, decode, streams_of, wrong_streams
from compose.render import render
from compose.segments import FOLDER, Kit, render_segments, segments_of
from compose.sound import level, make_sound, measured

ORDER = ("sound", "silent", "rotated", "ntsc")
FRAMES = (45, 40, 31, 50)
STARTS = (200, 200, 200, 1100)


def quiet(_step: str, _share: float) -> None:
    """A watch that tells nobody."""


def timeline(
    reel: dict[str, Path], names: tuple[str, ...] = ORDER, rate: Rate | None = None, **changes: Any
) -> Timeline:
    """Cuts of 1 to 1.7 s of the named videos; that of "ntsc" lies in its second shot."""
    sources, video, audio, at = [], [], [], 0
    for number, name in enumerate(names):
        facts = probe(reel[name])
        sources.append(
            Source(
                footage=f"f_{number:016x}", path=str(reel[name]), start=facts.start, length=facts.length,
                audio_stream=facts.audio[0].index if facts.audio else None,
            )
        )  # fmt: skip
        fields: dict[str, Any] = {
            "slot": f"s{number + 1}", "clip": f"c_{number:016x}_000200-002000", "source": f"f_{number:016x}",
            "start": STARTS[ORDER.index(name)],
            "at": at, "frames": FRAMES[ORDER.index(name)],
        }  # fmt: skip
        video.append(Cut(**fields))
        audio.append(SoundCut(**fields))
        at += fields["frames"]
    base = Timeline(
        title="t", language="zh", rate=rate or Rate(num=30, den=1), width=180, height=320, sources=tuple(sources),
        video=tuple(video), audio=tuple(audio),
        cues=(Cue(text="第一句", at=5, frames=30), Cue(text="跨过切点", at=80, frames=20)),
    )  # fmt: skip
    return base.model_copy(update=changes)


@pytest.fixture(scope="module")
def film(reel: dict[str, Path], ffmpeg: Ffmpeg, tmp_path_factory: pytest.TempPathFactory) -> tuple[Timeline, Kit, Path]:
    from cliplib.media.fonts import find_font

    folder = tmp_path_factory.mktemp("film")
    made, kit = timeline(reel), Kit(ffmpeg, folder / "job", find_font("a"))
    kit.folder.mkdir()
    output = folder / "out" / "film.mp4"
    rendered = render(made, kit, output, quiet)
    assert rendered.output == output
    return made, kit, output


def test_the_film_is_what_the_timeline_says(film: tuple[Timeline, Kit, Path]) -> None:
    made, kit, output = film
    found = streams_of(output)
    assert (found.video, found.pixel_format, found.width, found.height) == ("h264", "yuv420p", 180, 320)
    assert (found.audio, found.sample_rate, found.channels) == ("aac", 48_000, 2)
    assert found.packets == made.frames == sum(FRAMES)
    assert {round(step, 5) for step in found.steps} == {round(1 / 30, 5)}, "every picture lasts one frame"
    assert found.video_s == pytest.approx(made.frames / 30, abs=0.001)
    assert found.audio_s == pytest.approx(made.frames / 30, abs=0.03)
    seen = decode(kit.ffmpeg, output)
    assert seen.frames == made.frames
    assert seen.loudness == pytest.approx(-14, abs=1)
    assert seen.black == ()
    assert not list(output.parent.glob(".*")), "nothing but the film is left beside it"


def test_every_cut_begins_with_its_own_picture(film: tuple[Timeline, Kit, Path], reel: dict[str, Path]) -> None:
    """Compared with the frame of the footage, in the middle of the picture, away from cues and crop."""
    made, _, output = film
    for cut, name in zip(made.video, ORDER, strict=True):
        shown = picture_at(output, cut.at / 30)
        facts = probe(reel[name])
        wanted = picture_at(reel[name], (facts.start + cut.start + 5) / 1000, facts.rotation)
        middle = fitted(wanted)[60:200, 40:140].astype(float)
        assert np.abs(shown[60:200, 40:140].astype(float) - middle).mean() < 9, name


def picture_at(path: Path, seconds: float, rotation: int = 0) -> np.ndarray[Any, np.dtype[np.uint8]]:
    with av.open(str(path)) as container:
        last: Any = None
        for frame in container.decode(video=0):
            if frame.time is not None and frame.time > seconds + 0.001:
                break
            last = frame
        shown = last.to_ndarray(format="gray")
    # The probe counts clockwise, numpy counter-clockwise.
    return np.rot90(shown, k=-(rotation // 90)) if rotation else shown


def fitted(picture: np.ndarray[Any, np.dtype[np.uint8]]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    import cv2

    height, width = picture.shape
    factor = max(180 / width, 320 / height)
    large = cv2.resize(picture, (round(width * factor), round(height * factor)), interpolation=cv2.INTER_AREA)
    left, upper = (large.shape[1] - 180) // 2, (large.shape[0] - 320) // 2
    return np.asarray(large[upper : upper + 320, left : left + 180], np.uint8)


@pytest.mark.parametrize(
    ("marks", "size", "shown"),
    [
        ({}, "320x180", 91),
        ({"colorspace": "smpte170m"}, "320x180", 91),
        ({"colorspace": "bt709"}, "320x180", 91),
        ({}, "1280x720", 101),
    ],
)
def test_colours_are_those_of_the_footage(
    marks: dict[str, str], size: str, shown: int, kit: Kit, tmp_path: Path
) -> None:
    """The orange #c04020 has luma 101 in BT.601 and 91 in BT.709; what is not marked is BT.709 from 720 lines on."""
    source = graph.input(f"color=c=0xC04020:s={size}:r=25", f="lavfi", t=2).filter("format", "yuv420p")
    path = tmp_path / "orange.mp4"
    kit.ffmpeg.make(graph.output(source, str(path), vcodec="libx264", preset="ultrafast", crf=1, **marks))
    (segment,) = render_segments(timeline({"silent": path}, ("silent",), cues=()), kit, lambda _: None)
    with av.open(str(segment)) as container:
        frame = next(container.decode(video=0))
    assert frame.to_ndarray()[160, 90] == pytest.approx(shown, abs=1)
    assert (frame.colorspace, frame.color_range) == (1, 1)


def test_the_sound_starts_and_stops_with_its_cut(film: tuple[Timeline, Kit, Path]) -> None:
    made, _, output = film
    with av.open(str(output)) as container:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    loud = [
        float(np.abs(heard[(cut.at * 1600) + 4800 : (cut.at + cut.frames) * 1600 - 4800]).mean()) for cut in made.audio
    ]
    assert loud[1] < 0.001, "footage without sound is silent"
    assert min(loud[0], loud[2], loud[3]) > 0.05


def test_two_renders_give_the_same_pictures(film: tuple[Timeline, Kit, Path], tmp_path: Path) -> None:
    made, kit, output = film
    other = Kit(kit.ffmpeg, tmp_path / "job", kit.font)
    other.folder.mkdir()
    again = render(made, other, tmp_path / "film.mp4", quiet).output
    assert sums(kit.ffmpeg, again) == sums(kit.ffmpeg, output)


def sums(ffmpeg: Ffmpeg, film: Path) -> str:
    target = film.with_suffix(".md5")
    ffmpeg.make(graph.output(graph.input(str(film)), str(target), f="framemd5"))
    return target.read_text("utf-8")


def test_a_changed_cue_renders_one_segment_again(
    film: tuple[Timeline, Kit, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, kit, _ = film
    calls: list[Path | None] = []
    make = Ffmpeg.make

    def counted(self: Ffmpeg, stream: Any, **options: Any) -> Any:
        calls.append(options.get("cwd"))
        return make(self, stream, **options)

    monkeypatch.setattr(Ffmpeg, "make", counted)
    changed = made.model_copy(update={"cues": (Cue(text="换一句", at=5, frames=30), made.cues[1])})
    shares: list[float] = []
    before = render_segments(made, kit, shares.append)
    assert calls == [] and shares == []
    after = render_segments(changed, kit, shares.append)
    assert len(calls) == 1 and shares == [1.0]
    assert [a == b for a, b in zip(before, after, strict=True)] == [False, True, True, True]
    make_sound(made, kit)
    assert len(calls) == 1, "the sound is kept as well"


def test_a_segment_is_named_after_all_that_it_shows(reel: dict[str, Path], kit: Kit) -> None:
    base = timeline(reel)
    names = {segments_of(base, kit)[0].name}
    first = base.video[0]
    for change in (
        {"width": 182},
        {"rate": Rate(num=25, den=1)},
        {"fit": "pad"},
        {"video": (first.model_copy(update={"start": 240}), *base.video[1:])},
        {"video": (first.model_copy(update={"frames": 44}), *base.video[1:])},
        {"sources": (base.sources[0].model_copy(update={"transfer": "smpte2084"}), *base.sources[1:])},
    ):
        names.add(segments_of(base.model_copy(update=change), kit)[0].name)
    assert len(names) == 7


def test_another_rate_and_padding_and_hdr(reel: dict[str, Path], kit: Kit, tmp_path: Path) -> None:
    base = timeline(reel, ("sound", "silent"), Rate(num=30000, den=1001), fit="pad")
    hdr = base.sources[0].model_copy(update={"transfer": "arib-std-b67"})
    made = base.model_copy(update={"sources": (hdr, base.sources[1])})
    output = render(made, kit, tmp_path / "film.mp4", quiet).output
    found = streams_of(output)
    assert found.packets == 85
    assert list(found.steps) == pytest.approx([1001 / 30000], abs=1e-6)
    shown = picture_at(output, 0.5)
    assert shown[:100].mean() < 20 and shown[130:190].mean() > 25, "bars above, the picture in the middle"


def test_silence_is_left_as_it_is(reel: dict[str, Path], kit: Kit, tmp_path: Path) -> None:
    base = timeline(reel, ("silent", "sound"))
    made = base.model_copy(update={"audio": (base.audio[0], base.audio[1].model_copy(update={"muted": True}))})
    output = render(made, kit, tmp_path / "film.mp4", quiet).output
    assert measured(kit.ffmpeg, output, -14)["input_i"] == -math.inf


def test_sound_with_long_pauses_still_reaches_the_loudness(kit: Kit, tmp_path: Path) -> None:
    """Peaks far above the mean: one gain alone would clip, following the loudness alone misses it."""
    raw, done = tmp_path / "raw.wav", tmp_path / "done.wav"
    clicks = "if(lt(mod(t,1),0.05),0.9*sin(2000*t),0.01*sin(3000*t))"
    source = graph.input(f"aevalsrc={clicks.replace(',', chr(92) + ',')}:s=48000:c=stereo", f="lavfi", t=6)
    kit.ffmpeg.make(graph.output(source, str(raw), acodec="pcm_f32le"))
    level(kit.ffmpeg, raw, done, -14)
    found = measured(kit.ffmpeg, done, -14)
    assert found["input_i"] == pytest.approx(-14, abs=1.0)
    assert found["input_tp"] < -0.5


def test_missing_and_changed_sources_stop_before_anything_is_rendered(
    reel: dict[str, Path], kit: Kit, tmp_path: Path
) -> None:
    base = timeline(reel, ("sound", "silent"))
    gone = base.sources[0].model_copy(update={"path": str(tmp_path / "gone.mp4")})
    with pytest.raises(SourceMissing, match=r"gone\.mp4"):
        render(base.model_copy(update={"sources": (gone, base.sources[1])}), kit, tmp_path / "film.mp4", quiet)
    other = base.sources[0].model_copy(update={"length": 9_000})
    with pytest.raises(SourceChanged, match=r"lasts 4\.0 s, 9\.0 s when"):
        render(base.model_copy(update={"sources": (other, base.sources[1])}), kit, tmp_path / "film.mp4", quiet)
    assert not (kit.folder / FOLDER).exists() and not (tmp_path / "film.mp4").exists()


def test_a_cut_beyond_the_footage_is_named_by_its_slot(reel: dict[str, Path], kit: Kit) -> None:
    base = timeline(reel, ("sound", "silent"))
    beyond = base.video[1].model_copy(update={"start": 50_000})
    with pytest.raises(MediaError, match="slot s2"):
        render_segments(base.model_copy(update={"video": (base.video[0], beyond)}), kit, lambda _: None)
    assert not list((kit.folder / FOLDER).glob("*.part.mp4"))


def make_still(ffmpeg: Ffmpeg, path: Path, colour: str) -> Path:
    picture = graph.input(f"color=c={colour}:s=320x180:r=25", f="lavfi", t=4)
    sound = graph.input("sine=frequency=330:sample_rate=48000", f="lavfi", t=4)
    ffmpeg.make(graph.output(picture, sound, str(path), vcodec="libx264", pix_fmt="yuv420p", acodec="aac"))
    return path


def test_a_failing_check_leaves_no_film(kit: Kit, ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    black = {"sound": make_still(ffmpeg, tmp_path / "black.mp4", "black")}
    output = tmp_path / "film.mp4"
    output.write_bytes(b"the film of yesterday")
    made = timeline(black, ("sound",), cues=())
    with pytest.raises(MediaError, match=r"black from 0\.0 to 1\.5 s"):
        render(made, kit, output, quiet)
    assert output.read_bytes() == b"the film of yesterday"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["black.mp4", "film.mp4", "job"]


def test_a_still_picture_is_a_note_where_the_footage_stands_still(kit: Kit, ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    card = {"sound": make_still(ffmpeg, tmp_path / "card.mp4", "orange")}
    base = timeline(card, ("sound",), cues=())
    longer = {"frames": 100}
    made = base.model_copy(
        update={
            "video": (base.video[0].model_copy(update=longer),),
            "audio": (base.audio[0].model_copy(update=longer),),
        }
    )
    assert render(made, kit, tmp_path / "film.mp4", quiet).notes == (
        "the picture stands still from 0.0 to 3.3 s, as it does in the footage",
    )


def test_a_picture_held_because_the_footage_ended_is_a_failure(reel: dict[str, Path], kit: Kit, tmp_path: Path) -> None:
    base = timeline(reel, ("silent",), cues=())
    longer = {"frames": 180}
    made = base.model_copy(
        update={
            "video": (base.video[0].model_copy(update=longer),),
            "audio": (base.audio[0].model_copy(update=longer),),
        }
    )
    with pytest.raises(MediaError, match=r"stands still from .* but not in the footage"):
        render(made, kit, tmp_path / "film.mp4", quiet)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"video": "hevc"}, "hevc, not h264"),
        ({"pixel_format": "yuv422p"}, "yuv422p, not yuv420p"),
        ({"width": 200}, "200x320, not 180x320"),
        ({"packets": 3}, "holds 3 pictures"),
        ({"steps": (0.0333, 0.0667)}, "not constant"),
        ({"audio": "mp3"}, "mp3, not aac"),
        ({"sample_rate": 44_100}, "44100 Hz"),
        ({"audio_s": 9.0}, "not of one length"),
    ],
)
def test_each_thing_wrong_with_a_film_is_told(
    film: tuple[Timeline, Kit, Path], change: dict[str, Any], told: str
) -> None:
    from dataclasses import replace

    found = streams_of(film[2])
    assert wrong_streams(found, film[0]) == []
    wrong = wrong_streams(replace(found, **change), film[0])
    assert len(wrong) == 1 and told in wrong[0]


def test_the_check_refuses_another_loudness_and_length(film: tuple[Timeline, Kit, Path]) -> None:
    made, kit, output = film
    with pytest.raises(MediaError, match=r"loudness is -1[34]\.\d LUFS, the target -20\.0"):
        check(kit.ffmpeg, output, made.model_copy(update={"loudness": -20.0}))
    with pytest.raises(MediaError, match="the timeline 116"):
        check(kit.ffmpeg, output, made.model_copy(update={"video": made.video[:3]}))


def test_a_file_without_sound_is_refused(reel: dict[str, Path]) -> None:
    with pytest.raises(MediaError, match="lacks a picture or a sound stream"):
        streams_of(reel["silent"])
