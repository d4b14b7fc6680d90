"""Nobody but the page itself, on this machine and with the key, gets anything."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cliplib.config import Settings
from cliplib.library import Library
from cliplib.web.desk import Desk
from cliplib.web.guard import DOOR, MAX_BODY
from tests.web.conftest import HOST, KEY, PORT, a_desk, let_in, stranger_to

ROUTES = (
    "/", "/static/main.js", "/api/setup", "/api/find", "/api/cards?ids=", "/api/groups", "/api/plans", "/api/plans/x",
    "/api/clips/c_0123456789abcdef_000000-002000", "/api/clips/c_0123456789abcdef_000000-002000/peaks",
    "/media/c_0123456789abcdef_000000-002000/clip.mp4", "/nothing",
)  # fmt: skip
PROTECTION = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}


@pytest.fixture(scope="module")
def shared(stocked: Path) -> Iterator[Desk]:
    """One library for all of these tests: nothing in them may change it."""
    with Library.open(stocked) as library:
        yield a_desk(library, Settings())


@pytest.fixture
def stranger(shared: Desk) -> TestClient:
    return stranger_to(shared)


@pytest.fixture
def page(shared: Desk) -> TestClient:
    return let_in(stranger_to(shared))


@pytest.mark.parametrize("path", ROUTES)
def test_without_the_key_every_route_is_shut(stranger: TestClient, path: str) -> None:
    answer = stranger.get(path)
    assert answer.status_code == 403
    assert "cliplib serve" in answer.text


@pytest.mark.parametrize("cookie", ["", "x" * 43, KEY[:-1], KEY + "k", "钥匙".encode().decode("latin-1")])
def test_a_wrong_key_opens_nothing(stranger: TestClient, cookie: str) -> None:
    headers = {"cookie": f"cliplib_{PORT}={cookie}".encode("latin-1")}
    assert stranger.get("/api/setup", headers=headers).status_code == 403  # type: ignore[arg-type]
    assert stranger.get(DOOR, params={"key": cookie}).status_code == 403
    assert "set-cookie" not in stranger.get(DOOR, params={"key": cookie}).headers


def test_the_key_in_the_address_becomes_a_strict_cookie_that_scripts_cannot_read(stranger: TestClient) -> None:
    answer = stranger.get(DOOR, params={"key": KEY})
    cookie = answer.headers["set-cookie"].lower()
    assert answer.status_code == 200
    assert "httponly" in cookie and "samesite=strict" in cookie and "domain" not in cookie
    assert KEY not in answer.text
    assert stranger.get("/api/setup").status_code == 200
    assert stranger.get("/api/setup?key=wrong").status_code == 200, "only the door looks at the address"


def test_the_key_in_the_address_opens_the_door_only(stranger: TestClient) -> None:
    assert stranger.get("/api/setup", params={"key": KEY}).status_code == 403


@pytest.mark.parametrize(
    "host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", f"127.0.0.1:{PORT + 1}", f"127.0.0.1.evil:{PORT}", ""]
)
@pytest.mark.parametrize("path", ["/", DOOR + f"?key={KEY}", "/api/setup", "/static/main.js"])
def test_another_name_for_this_machine_is_refused(page: TestClient, host: str, path: str) -> None:
    """DNS rebinding: the browser believes that it talks to evil.example, whose address has become 127.0.0.1."""
    assert page.get(path, headers={"host": host, "origin": f"http://{host}"}).status_code == 403
    del page.headers["origin"]  # a browser that goes somewhere names none
    assert page.get(path, headers={"host": host}).status_code == 403


def test_localhost_is_this_machine(page: TestClient) -> None:
    name = f"localhost:{PORT}"
    headers = {"host": name, "origin": f"http://{name}", "cookie": f"cliplib_{PORT}={KEY}"}
    assert page.get("/api/setup", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", f"https://{HOST}", f"http://localhost:{PORT}", f"http://127.0.0.1:{PORT + 1}"],
)
def test_another_site_may_neither_read_nor_write(page: TestClient, origin: str) -> None:
    assert page.get("/api/setup", headers={"origin": origin}).status_code == 403
    assert page.post("/api/edits", json={"edits": []}, headers={"origin": origin}).status_code == 403


def test_changes_need_an_origin_and_json_of_bearable_length(page: TestClient) -> None:
    assert page.post("/api/edits", json={"edits": []}).status_code == 200
    assert page.post("/api/edits", data={"edits": "[]"}).status_code == 415
    assert page.post("/api/edits", content=b"{}", headers={"content-type": "text/plain"}).status_code == 415
    assert page.post("/api/edits", json={"edits": ["x" * MAX_BODY]}).status_code == 413
    without_length = page.post("/api/edits", content=iter([b"{}"]), headers={"content-type": "application/json"})
    assert without_length.status_code == 411
    del page.headers["origin"]
    assert page.post("/api/edits", json={"edits": []}).status_code == 403


@pytest.mark.parametrize("path", ["/", "/nothing", "/api/setup", "/static/main.js", DOOR])
def test_every_answer_is_protected(page: TestClient, path: str) -> None:
    answer = page.get(path)
    for name, value in PROTECTION.items():
        assert answer.headers[name] == value
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_another_site_gets_no_leave_by_asking_first(page: TestClient) -> None:
    asked = {"origin": "http://evil.example", "access-control-request-method": "POST"}
    answer = page.options("/api/edits", headers=asked)
    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    "path", ["/static/", "/static", "/media/", "/static/../app.py", "/static/..%2fapp.py", "/docs", "/openapi.json"]
)
def test_there_are_no_listings_and_no_way_out_of_the_folder(page: TestClient, path: str) -> None:
    assert page.get(path).status_code == 404
