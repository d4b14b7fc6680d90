"""Write a timeline as a draft folder of Jianying (剪映): footage copied in and registered, edges in microseconds."""

import json
import shutil
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cliplib.errors import MediaError, MissingTool
from cliplib.plans import Cue
from compose.handover.reels import Edit, Event, Reel, file_names, over_the_end

CONTENT, CONTENT_MAC, META = "draft_content.json", "draft_info.json", "draft_meta_info.json"
HERE = "##_draftpath_placeholder_0E685133-18CE-45ED-8CB8-2904A212EC80_##"
"""What Jianying writes for the folder of the draft, so that the folder may lie anywhere."""

MATERIAL = "Resources"
MICRO = 1_000_000
CUE_HEIGHT = -0.64
"""Where subtitles stand, in halves of the height from the middle: clear of what apps draw over a vertical film."""

CUE_SIZE = 8.0


def write_draft(edit: Edit, folder: Path, name: str) -> None:
    """Make the draft folder; it goes into the folder of Jianying's drafts as it is.

    Args:
        edit: whose reels lie where they can be read.
        folder: the draft's folder; must not be there yet.
        name: what the draft is called.

    Raises:
        MissingTool: the extra is not installed.
        MediaError: footage cannot be read, or a cut leaves it.
    """
    draft = _package()
    (folder / MATERIAL).mkdir(parents=True)
    names = file_names(edit.timeline.sources)
    materials = {r.source.footage: _material(draft, r, folder / MATERIAL / names[r.source.footage]) for r in edit.reels}
    line = edit.timeline
    with TemporaryDirectory() as scrap:
        script = draft.DraftFolder(scrap).create_draft("draft", line.width, line.height, round(line.rate.fraction))
        meta = json.loads(Path(script.save_path).with_name(META).read_text("utf-8"))
    _fill(draft, script, edit, materials)
    content = json.loads(script.dumps())
    _make_portable(content)
    _register(meta, content, name)
    for name, data in ((CONTENT, content), (CONTENT_MAC, content), (META, meta)):
        (folder / name).write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")


def not_in_draft(edit: Edit) -> list[str]:
    """What a Jianying draft of this edit does not carry."""
    apart = [cut.slot for cut in edit.sound if not any(_same(cut, picture) for picture in edit.picture)]
    lost = [
        "fades of the sound and levelling to the target loudness",
        "sound as a track of its own: it stays with its picture, muted where it is not heard",
        "the font of the subtitles: they are texts in the program's own",
        "timecode of the footage",
    ]
    if edit.rate.fraction.denominator != 1:
        lost.append(
            f"the exact frame rate {float(edit.rate.fraction):.3f}: drafts name whole ones, here "
            f"{round(edit.rate.fraction)}; edges are exact in microseconds"
        )
    if apart:
        lost.append(f"sound that does not lie under its own picture: {', '.join(apart)}")
    return [*lost, *over_the_end(edit)]


def edge(frame: int, edit: Edit) -> int:
    """Microseconds of a frame of the film. Edges are rounded, never lengths, so that no gap opens between clips."""
    return round(frame * MICRO / edit.rate.fraction)


def _package() -> Any:
    try:
        import pyJianYingDraft
    except ImportError as error:
        raise MissingTool(
            "the package pyJianYingDraft is absent", "Install the extra: pip install 'cliplib[handover]'."
        ) from error
    return pyJianYingDraft


def _material(draft: Any, reel: Reel, place: Path) -> Any:
    try:
        shutil.copyfile(reel.path, place)
        material = draft.VideoMaterial(str(place), material_name=reel.name)
    except (OSError, ValueError) as error:
        raise MediaError(f"{reel.path} cannot be put into a Jianying draft: {error}") from error
    # The package takes width and height as coded: those of turned footage would be exchanged.
    material.width, material.height = reel.source.width or material.width, reel.source.height or material.height
    return material


def _fill(draft: Any, script: Any, edit: Edit, materials: dict[str, Any]) -> None:
    video = script.append_track(draft.TrackSpec(draft.TrackType.video))
    for cut in edit.picture:
        script.add_segment(_segment(draft, cut, edit, materials[cut.reel.source.footage]), video)
    if not edit.timeline.cues:
        return
    texts = script.append_track(draft.TrackSpec(draft.TrackType.text))
    for cue in edit.timeline.cues:
        script.add_segment(_text(draft, cue, edit), texts)


def _segment(draft: Any, cut: Event, edit: Edit, material: Any) -> Any:
    start, end = edge(cut.at, edit), edge(cut.end, edit)
    # Rounded up, so that the first picture is not the one before.
    begin = -(-cut.begin * MICRO * cut.reel.rate.den // cut.reel.rate.num)
    beyond = begin + end - start - material.duration
    if beyond > MICRO / edit.rate.fraction:
        raise MediaError(f"slot {cut.slot} ends {beyond / MICRO:.2f} s after the end of {cut.reel.path}")
    begin = max(0, min(begin, begin - beyond))
    heard = any(_same(cut, sound) and sound.heard for sound in edit.sound)
    scale = _scale(cut.reel, edit)
    return draft.VideoSegment(
        material,
        draft.Timerange(start, end - start),
        source_timerange=draft.Timerange(begin, end - start),
        volume=1.0 if heard else 0.0,
        clip_settings=draft.ClipSettings(scale_x=scale, scale_y=scale),
    )


def _same(cut: Event, other: Event) -> bool:
    """Whether picture and sound are of the same moments of the same clip."""
    return (cut.clip, cut.at, cut.begin, cut.frames) == (other.clip, other.at, other.begin, other.frames)


def _scale(reel: Reel, edit: Edit) -> float:
    """How much a picture is enlarged over fitting into the frame, which is how drafts place it."""
    line, source = edit.timeline, reel.source
    if line.fit != "cover" or not (source.width and source.height):
        return 1.0
    shares = line.width / source.width, line.height / source.height
    return max(shares) / min(shares)


def _text(draft: Any, cue: Cue, edit: Edit) -> Any:
    start, end = edge(cue.at, edit), edge(cue.at + cue.frames, edit)
    return draft.TextSegment(
        cue.text,
        draft.Timerange(start, end - start),
        style=draft.TextStyle(size=CUE_SIZE, bold=True, align=1),
        border=draft.TextBorder(),
        clip_settings=draft.ClipSettings(transform_y=CUE_HEIGHT),
    )


def _make_portable(content: dict[str, Any]) -> None:
    """Name the footage from the draft's own folder on."""
    for each in content["materials"]["videos"]:
        each["path"] = f"{HERE}/{MATERIAL}/{Path(each['path']).name}"


def _register(meta: dict[str, Any], content: dict[str, Any], name: str) -> None:
    """Enter the draft's name and its footage into the list that Jianying shows as the draft's own material."""
    meta.update(draft_name=name, draft_id=str(uuid.uuid4()).upper(), tm_duration=content["duration"])
    listed = [
        {
            "id": each["id"], "metetype": "video", "type": 0, "file_Path": each["path"], "duration": each["duration"],
            "extra_info": each["material_name"], "width": each["width"], "height": each["height"],
            "roughcut_time_range": {"duration": each["duration"], "start": 0},
        }
        for each in content["materials"]["videos"]
    ]  # fmt: skip
    groups = meta.setdefault("draft_materials", [])
    own = next((group for group in groups if group.get("type") == 0), None)
    if own is None:
        own = {"type": 0, "value": []}
        groups.append(own)
    own["value"] = listed
