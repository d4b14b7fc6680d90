"""The routes of the page: thin adapters between HTTP and the library. All of them lie behind the guard."""

from typing import Annotated, Any

from fastapi import FastAPI, Query
from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from cliplib import __version__, assets
from cliplib.errors import CliplibError, LibraryLocked, UnknownRecord, UsageError
from cliplib.records import ClipId
from cliplib.web import cards, edits, fields, media, storyboard, trimming
from cliplib.web.desk import Desk
from cliplib.web.guard import Guard
from cliplib.web.wanted import Wanted

TYPES = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "json": "application/json",
    "svg": "image/svg+xml",
}
MOST_CARDS = 200

STATUSES: tuple[tuple[type[CliplibError], int], ...] = (
    (UnknownRecord, 404),
    (storyboard.PlanChanged, 409),
    (trimming.ClipChanged, 409),
    (UsageError, 400),
    (LibraryLocked, 423),
)
"""HTTP status of an error; the first that fits, 500 for all others."""


def make_app(desk: Desk, key: str, port: int) -> ASGIApp:
    """The whole application for one library.

    Args:
        desk: the library and the person at it.
        key: random text that a browser has to know.
        port: where the page is served on 127.0.0.1.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.add_exception_handler(CliplibError, _failed)
    app.add_exception_handler(RequestValidationError, _misread)
    _add_page(app)
    _add_clips(app, desk)
    _add_clip(app, desk)
    _add_plans(app, desk)
    return Guard(app, key, port)


def _add_page(app: FastAPI) -> None:
    # Read once into a closed table: a name that is not in it is nothing, so there is no path to play tricks with.
    files = {entry.name: entry.read_bytes() for entry in assets.folder("web/static").iterdir() if entry.is_file()}

    def shown(name: str) -> Response:
        if name not in files:
            return JSONResponse({"error": {"code": "E_FAILED", "message": "no such file", "next": ""}}, 404)
        return Response(files[name], media_type=TYPES[name.rpartition(".")[2]], headers={"cache-control": "no-cache"})

    @app.get("/")
    def page() -> Response:
        return shown("index.html")

    @app.get("/static/{name}")
    def asset(name: str) -> Response:
        return shown(name)


def _add_clips(app: FastAPI, desk: Desk) -> None:
    library = desk.library

    @app.get("/api/setup")
    def setup() -> dict[str, Any]:
        return {
            "library": library.folder.resolve().name,
            "version": __version__,
            "language": desk.settings.language,
            "who": desk.who,
            "fields": fields.fields(),
            "choices": fields.choices(desk.names),
            "counts": library.counts(),
        }

    @app.get("/api/find")
    def find(wanted: Annotated[Wanted, Query()]) -> dict[str, Any]:
        return {"ids": wanted.found(desk)}

    @app.get("/api/cards")
    def some(ids: Annotated[str, Query(max_length=MOST_CARDS * 48)]) -> dict[str, Any]:
        return {"cards": cards.cards(library, [id for id in ids.split(",") if id])}

    @app.get("/api/groups")
    def groups() -> dict[str, Any]:
        return {"groups": library.near_duplicates()}

    @app.post("/api/edits")
    def change(asked: edits.Edits) -> dict[str, Any]:
        return {"outcomes": edits.apply(desk, asked.edits)}


def _add_clip(app: FastAPI, desk: Desk) -> None:
    library = desk.library

    @app.get("/api/clips/{clip}")
    def one(clip: ClipId) -> dict[str, Any]:
        return cards.details(library, clip)

    @app.post("/api/clips/{clip}/trim")
    def trim(clip: ClipId, wanted: trimming.Trim) -> dict[str, Any]:
        return trimming.trim(desk, clip, wanted)

    @app.get("/api/clips/{clip}/peaks")
    def outline(clip: ClipId) -> dict[str, Any]:
        voice = media.media_file(library, clip, "voice.wav")
        return {"per_second": media.PEAKS_PER_SECOND, "peaks": [] if voice is None else media.peaks(voice)}

    @app.get("/media/{clip}/{name}")
    def file(clip: ClipId, name: str, request: Request) -> Response:
        path = media.media_file(library, clip, name)
        if path is None:
            raise UnknownRecord(f"clip {clip} has no {name[:40]!r}")
        return media.served(request, path)


def _add_plans(app: FastAPI, desk: Desk) -> None:
    @app.get("/api/plans")
    def plans() -> dict[str, Any]:
        return {"plans": storyboard.boards(desk.library)}

    @app.get("/api/plans/{job}")
    def plan(job: str) -> dict[str, Any]:
        return storyboard.board(desk.library, job)

    @app.post("/api/plans/{job}/swap")
    def swap(job: str, wanted: storyboard.Swap) -> dict[str, Any]:
        return storyboard.swap(desk, job, wanted)


def _failed(request: Request, error: Exception) -> Response:
    if not isinstance(error, CliplibError):
        raise error
    status = next((status for kind, status in STATUSES if isinstance(error, kind)), 500)
    return JSONResponse({"error": error.as_dict()}, status)


def _misread(request: Request, error: Exception) -> Response:
    """Says where a request is wrong; does not repeat what was in it."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return JSONResponse({"error": UsageError(f"{place}: {first['msg']}", "Reload the page.").as_dict()}, 400)
