"""The only place that starts a program: no shell, no standard input, own process group, watched, never orphaned."""

import contextlib
import ctypes
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cliplib.errors import MissingTool, Stalled

if sys.platform == "linux":
    import fcntl

KEEP = 64 * 1024
"""Bytes kept of the beginning and of the end of each output."""

STALL_SECONDS = 120.0
GRACE_SECONDS = 3.0

WIDE = 1 << 20
"""Bytes that a pipe read as it comes shall hold: as many as Linux gives to anybody, for few changes of program."""


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended. Long output is kept at both ends only."""

    argv: tuple[str, ...]
    returncode: int
    stdout: str
    stderr: str

    def last_lines(self, count: int = 4) -> str:
        """The last lines that it wrote to standard error."""
        return "\n".join(self.stderr.strip().splitlines()[-count:])


class _Tail:
    """Drains a pipe so that the program never blocks, and remembers both ends of what came."""

    def __init__(self, pipe: IO[bytes], on_bytes: Callable[[bytes], None]) -> None:
        self._head = bytearray()
        self._tail = bytearray()
        self._pipe = pipe
        self._on_bytes = on_bytes
        self.thread = threading.Thread(target=self._drain, daemon=True)
        self.thread.start()

    def _drain(self) -> None:
        with self._pipe:
            while chunk := os.read(self._pipe.fileno(), 65_536):
                self._on_bytes(chunk)
                room = KEEP - len(self._head)
                self._head += chunk[:room] if room > 0 else b""
                self._tail = (self._tail + chunk[max(room, 0) :])[-KEEP:]

    def text(self) -> str:
        return (bytes(self._head) + bytes(self._tail)).decode("utf-8", "replace")


def run(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    stall_seconds: float = STALL_SECONDS,
    on_line: Callable[[str], None] | None = None,
    env: Mapping[str, str] | None = None,
) -> Finished:
    """Run a program to its end and return what it said.

    Args:
        argv: program and arguments, passed as they are.
        cwd: folder to run in.
        stall_seconds: without a byte on standard output for so long the program is ended, also before its first one. A
            program that is silent by nature is given its whole time here.
        on_line: called with each line of standard output, for progress.
        env: extra environment variables.

    Raises:
        MissingTool: the program cannot be started.
        Stalled: it made no progress.
    """
    try:
        process = subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
    except OSError as error:
        raise MissingTool(f"cannot start {argv[0]}: {error.strerror}") from error
    assert process.stdout is not None and process.stderr is not None
    progress = _Progress(on_line)
    out, err = _Tail(process.stdout, progress.feed), _Tail(process.stderr, lambda _: None)
    try:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.2 if progress.idle() < 5 else 1.0)
                break
            if progress.idle() > stall_seconds:
                raise Stalled(f"{Path(argv[0]).name} made no progress for {stall_seconds:.0f} s and was stopped")
    finally:
        _end(process)
        out.thread.join(GRACE_SECONDS)
        err.thread.join(GRACE_SECONDS)
    return Finished(tuple(argv), process.returncode, out.text(), err.text())


class _Progress:
    """Splits output into lines and remembers when the last one came."""

    def __init__(self, on_line: Callable[[str], None] | None) -> None:
        self._on_line = on_line
        self._rest = b""
        self._last = time.monotonic()

    def feed(self, chunk: bytes) -> None:
        self._last = time.monotonic()
        if self._on_line is None:
            return
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._on_line(line.decode("utf-8", "replace").strip())

    def idle(self) -> float:
        return time.monotonic() - self._last


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what is left of the process group, politely first."""
    for sign, patience in ((signal.SIGTERM, GRACE_SECONDS), (signal.SIGKILL, GRACE_SECONDS)):
        if process.poll() is not None:
            break
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=patience)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _die_with_parent() -> None:
    """In the child on Linux: ask for SIGKILL when the parent dies (prctl PR_SET_PDEATHSIG), so none is orphaned."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Outflow:
    """What a running program writes to standard output, read as it comes. Made by `stream`."""

    def __init__(self, process: subprocess.Popen[bytes], argv: Sequence[str], stall_seconds: float) -> None:
        assert process.stdout is not None and process.stderr is not None
        self._process, self._argv, self._stall_seconds = process, tuple(argv), stall_seconds
        self._out, self._err = process.stdout, _Tail(process.stderr, lambda _: None)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._out, selectors.EVENT_READ)

    def read(self, size: int = 65_536) -> bytes:
        """The next bytes, at most `size` of them; none at the end.

        Raises:
            Stalled: nothing came for too long.
        """
        if not self._selector.select(self._stall_seconds):
            program = Path(self._argv[0]).name
            raise Stalled(f"{program} made no progress for {self._stall_seconds:.0f} s and was stopped")
        return os.read(self.fileno(), size)

    def fileno(self) -> int:
        """The pipe."""
        return self._out.fileno()

    def finish(self) -> Finished:
        """Wait for the end of a program whose output is read to its end, and return how it ended.

        Raises:
            Stalled: it closed its output but goes on.
        """
        try:
            self._process.wait(timeout=self._stall_seconds)
        except subprocess.TimeoutExpired as error:
            raise Stalled(f"{Path(self._argv[0]).name} does not end and was stopped") from error
        self._err.thread.join(GRACE_SECONDS)
        return Finished(self._argv, self._process.returncode, "", self._err.text())

    def close(self) -> None:
        """End the program if it still runs and free its pipes; one that waits to write ends at once when none reads."""
        self._selector.close()
        self._out.close()
        _end(self._process)
        self._err.thread.join(GRACE_SECONDS)


@contextlib.contextmanager
def stream(argv: Sequence[str], *, stall_seconds: float = STALL_SECONDS) -> Iterator[Outflow]:
    """Run a program and read its standard output as it comes; it is ended when the block is left.

    Raises:
        MissingTool: the program cannot be started.
    """
    try:
        process = subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
    except OSError as error:
        raise MissingTool(f"cannot start {argv[0]}: {error.strerror}") from error
    outflow = Outflow(process, argv, stall_seconds)
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # a user with very many pipes gets narrow ones
            fcntl.fcntl(outflow.fileno(), fcntl.F_SETPIPE_SZ, WIDE)
    try:
        yield outflow
    finally:
        outflow.close()
