"""Who may talk to the page: only this machine, by the right name, from the page itself, and with the key.

Every route lies behind it. A site that the person visits cannot guess the key, cannot make the browser send it
(SameSite=Strict), and cannot pretend to be this page by pointing its own name here (Host and Origin are compared).
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 4_000_000
"""Bytes of one request: more than two hundred records with all their words."""

DOOR = "/open"
"""The only path that takes the key from the address; it hands out the cookie and leads on to the page."""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
# A page of its own and no redirect: what follows a redirect from elsewhere would not carry a strict cookie.
WELCOME = """<!doctype html><html lang="en"><meta charset="utf-8"><title>cliplib</title>
<link rel="icon" href="/static/icon.svg"><meta http-equiv="refresh" content="0;url=/"></html>
"""


@dataclass(frozen=True)
class Guard:
    """ASGI middleware around the whole application.

    Args:
        app: what is behind it.
        key: random text; whoever knows it may see and change the library.
        port: where the page is served; part of the names that it answers to.
    """

    app: ASGIApp
    key: str
    port: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or refuse one request; every answer carries the protecting headers."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        answer = self.answer(scope)
        await (self.app if answer is None else answer)(scope, receive, protected)

    def answer(self, scope: Scope) -> Response | None:
        """What is said instead of the application; None where the request may pass."""
        headers = Headers(scope=scope)
        if scope["type"] != "http" or (refused := self._stranger(headers, scope["method"])):
            return refused if scope["type"] == "http" else _refusal(403, "no such door")
        if scope["path"] == DOOR:
            given = parse_qs(scope["query_string"].decode("latin-1")).get("key", [""])[0]
            return self._welcome() if self._right(given) else _refusal(403, "the key is wrong")
        if not self._right(_cookies(headers).get(self.cookie, "")):
            return _refusal(403, "no key: open the address that `cliplib serve` has printed")
        return _body_refusal(headers) if scope["method"] not in ("GET", "HEAD") else None

    @property
    def cookie(self) -> str:
        """Name of the cookie; browsers do not tell ports apart, so the port is part of it."""
        return f"cliplib_{self.port}"

    def _stranger(self, headers: Headers, method: str) -> Response | None:
        names = (f"127.0.0.1:{self.port}", f"localhost:{self.port}")
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or hosts[0] not in names:
            return _refusal(403, "wrong host")
        if origins and origins != [f"http://{hosts[0]}"]:
            return _refusal(403, "wrong origin")
        if not origins and method not in ("GET", "HEAD"):
            return _refusal(403, "no origin")
        return None

    def _right(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), self.key.encode())

    def _welcome(self) -> Response:
        response = HTMLResponse(WELCOME)
        response.set_cookie(self.cookie, self.key, httponly=True, samesite="strict", path="/")
        return response


def _body_refusal(headers: Headers) -> Response | None:
    """Changes are JSON of a known, bearable length; other types can be sent by forms of foreign sites."""
    length = headers.get("content-length", "")
    if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return _refusal(415, "not JSON")
    if not length.isascii() or not length.isdigit():
        return _refusal(411, "no length")
    return _refusal(413, "too long") if len(length) > 9 or int(length) > MAX_BODY else None


def _cookies(headers: Headers) -> Mapping[str, str]:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(headers.get("cookie", ""))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def _refusal(status: int, why: str) -> Response:
    return PlainTextResponse(f"cliplib: {why}\n", status)
