"""`media`: the video files of clips, made from their footage where they are not there."""

from typing import Annotated

import typer

from cliplib.cli.options import JsonOption, LibraryOption
from cliplib.cli.output import result


def media(
    clip: Annotated[list[str], typer.Argument(help="Clip ids.")],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Name the video files of clips; those of virtual clips are made first."""
    from cliplib.cli.session import session
    from cliplib.media.clips import VIDEO, wanted

    with session(library) as now:
        paths = {}
        for id in clip:
            record = now.library.get(id)
            target = now.library.media / id / VIDEO
            footage = now.library.footage(record.footage)
            paths[id] = str(wanted(now.ffmpeg, footage, record.span, target, now.settings.clips))
        result({"media": paths}, "\n".join(paths.values()), as_json)
