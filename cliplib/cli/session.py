"""Where a command's parts come together: settings, library, words, engines, index, ffmpeg, each made once."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cliplib.cli.output import note
from cliplib.config import FILE_NAME, Product, Settings, load
from cliplib.engines import registry
from cliplib.engines.base import Embedder, FaceEngine, SpeechEngine, TextEngine, VisionEngine, Workshop, Writer
from cliplib.errors import MissingTool, NoLibrary, SettingsError
from cliplib.index.base import VectorIndex
from cliplib.library import Library
from cliplib.media.ffmpeg import Ffmpeg, locate
from cliplib.records import ClipRecord
from cliplib.search import Shelf, open_index, refresh
from cliplib.vocabulary import Vocabulary, shipped


@dataclass(frozen=True)
class Session:
    """An open library and everything that works on it."""

    library: Library
    settings: Settings

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The shipped words and those of the library."""
        return shipped().extended(self.settings.vocabulary)

    @cached_property
    def workshop(self) -> Workshop:
        """What engines are built from; calls are kept in the library's journal."""
        return Workshop(self.settings, self.vocabulary, self.library, announce=note)

    @cached_property
    def ffmpeg(self) -> Ffmpeg:
        """The one ffmpeg of this run; refuses at once a build that lacks something needed."""
        return checked(locate(self.settings.ffmpeg))

    @cached_property
    def embedder(self) -> Embedder:
        """The engine that turns text into vectors."""
        return registry.make("embedder", self.settings.embedder, self.workshop)

    @cached_property
    def speech(self) -> SpeechEngine:
        """The engine that writes down what is said."""
        return registry.make("speech", self.settings.speech, self.workshop)

    @cached_property
    def text(self) -> TextEngine:
        """The engine that reads text in pictures."""
        return registry.make("text", self.settings.text, self.workshop)

    @cached_property
    def faces(self) -> FaceEngine:
        """The engine that finds faces and tells people apart."""
        return registry.make("faces", self.settings.faces, self.workshop)

    @cached_property
    def vision(self) -> VisionEngine:
        """The engine that describes pictures."""
        return registry.make("vision", self.settings.vision, self.workshop)

    @cached_property
    def writer(self) -> Writer:
        """The engine that chooses clips."""
        return registry.make("writer", self.settings.writer, self.workshop)

    @cached_property
    def shelf(self) -> Shelf:
        """The names of things, for index texts."""
        return Shelf(self.vocabulary, self.settings.product)

    @contextmanager
    def index(self) -> Iterator[VectorIndex]:
        """The vector index with all pending changes applied; without the newest where another process is writing."""
        index = open_index(self.library, self.settings.index, self.embedder)
        try:
            refresh(self.library, index, self.embedder, self.shelf)
            if self.library.pending():
                note("another process is writing to the library; its newest clips are not searched yet")
            yield index
        finally:
            index.close()

    def clip(self, id: str) -> ClipRecord:
        """The clip that an id means now; says so where a person has replaced the one that was named.

        Raises:
            UnknownRecord: the library never held it.
        """
        heirs = self.library.heirs(id)
        if heirs[0].clip != id:
            named = ", ".join(f"{heir.clip} ({heir.share:.0%} of it)" for heir in heirs)
            note(f"{id} has been edited and is now {named}; the first is taken")
        return self.library.get(heirs[0].clip)

    def keys(self, listing: str, names: list[str] | None) -> tuple[str, ...]:
        """The keys of a list of the vocabulary that are meant by keys, labels or aliases.

        Raises:
            SettingsError: a name that the list does not have.
        """
        found = {name: self.vocabulary.find(listing, name) for name in names or []}
        if unknown := [name for name, key in found.items() if key is None]:
            known = ", ".join(self.vocabulary.keys(listing))
            raise SettingsError(f"{unknown[0]!r} is not in the list {listing}; it has {known}")
        return tuple(key for key in found.values() if key is not None)

    def products(self, names: list[str]) -> tuple[Product, ...]:
        """The registered products that are meant by ids, names or aliases.

        Raises:
            SettingsError: a name that no product has.
        """
        found = []
        for name in names:
            product = self.settings.product_called(name)
            if product is None:
                known = ", ".join(p.id for p in self.settings.product) or "none"
                raise SettingsError(
                    f"no product is called {name!r}; registered: {known}",
                    "Add it with `cliplib product add`.",
                )
            found.append(product)
        return tuple(found)


def checked(ffmpeg: Ffmpeg) -> Ffmpeg:
    """The same ffmpeg, if it has all filters and encoders that are needed; raises MissingTool otherwise."""
    if ffmpeg.missing:
        raise MissingTool(
            f"ffmpeg {ffmpeg.version} at {ffmpeg.path} lacks {', '.join(ffmpeg.missing)}",
            "Install a full build, or unset `ffmpeg` to use the bundled one.",
        )
    return ffmpeg


def library_folder(given: Path | None) -> Path:
    """The library that is meant: the option, else CLIPLIB_LIBRARY, else the nearest cliplib.toml here or above."""
    if given is not None:
        return given
    if named := os.environ.get("CLIPLIB_LIBRARY"):
        return Path(named)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / FILE_NAME).is_file() and (folder / "library.db").is_file():
            return folder
    raise NoLibrary("no library was named, and there is none here or above")


@contextmanager
def session(given: Path | None, *, write: bool = False, **flags: Any) -> Iterator[Session]:
    """Open a library with the settings in force; `flags` are those of the command line, None where not given."""
    folder = library_folder(given)
    settings = load(flags, folder)
    with Library.open(folder, write=write) as library:
        yield Session(library, settings)
