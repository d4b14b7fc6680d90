"""Serve the page on this machine until somebody ends it."""

import secrets
import signal
import socket
from collections.abc import Callable

import uvicorn

from cliplib.errors import UsageError
from cliplib.web.app import make_app
from cliplib.web.desk import Desk
from cliplib.web.guard import DOOR

HERE = "127.0.0.1"
GRACE_SECONDS = 2


def serve(desk: Desk, port: int, ready: Callable[[str], None]) -> None:
    """Answer browsers on 127.0.0.1 until SIGINT or SIGTERM; both end it cleanly.

    Args:
        desk: the library and the person at it.
        port: where to listen; 0 for any free port.
        ready: told the address to open, with the key in it, as soon as somebody may come.

    Raises:
        UsageError: the port is taken.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HERE, port))
        except OSError as error:
            raise UsageError(f"port {port} of {HERE} cannot be used: {error.strerror}", "Leave --port out.") from error
        listener.listen()
        port = listener.getsockname()[1]
        key = secrets.token_urlsafe(32)
        server = uvicorn.Server(
            uvicorn.Config(
                make_app(desk, key, port),
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                lifespan="off",
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        # uvicorn ends itself on both signals, then raises them once more for whoever listened before: nobody has to.
        before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
        desk.warm_up()
        try:
            ready(f"http://{HERE}:{port}{DOOR}?key={key}")
            server.run(sockets=[listener])
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
