"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

LibraryOption = Annotated[
    Path | None,
    typer.Option(
        "--library", "-L", help="Folder of the library. Otherwise CLIPLIB_LIBRARY, or the nearest cliplib.toml."
    ),
]
CallsOption = Annotated[int | None, typer.Option(help="Stop before more paid calls than this.")]
CostOption = Annotated[
    float | None, typer.Option(help="Stop before paid calls cost more than this, by the prices in the settings.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]
