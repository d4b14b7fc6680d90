"""Programs: their end, their output, their silence, and that none of them outlives us."""

import os
import sys
import time
from pathlib import Path

import pytest

from cliplib.errors import MissingTool, Stalled
from cliplib.media.run import KEEP, run


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_output_lines_and_code_come_back(tmp_path: Path) -> None:
    lines: list[str] = []
    code = "import os,sys; print('one'); print(os.getcwd()); print(os.environ['MORE'])"
    code += "; sys.stderr.write('a\\nb\\n'); sys.exit(3)"
    done = run(python(code), cwd=tmp_path, env={"MORE": "more"}, on_line=lines.append)
    assert done.returncode == 3 and lines == ["one", str(tmp_path), "more"]
    assert done.last_lines(1) == "b" and done.stdout.splitlines() == lines


def test_it_reads_no_standard_input() -> None:
    assert run(python("import sys; print(repr(sys.stdin.read()))")).stdout.strip() == "''"


def test_a_flood_of_output_keeps_both_ends_and_does_not_block() -> None:
    """Row R34."""
    done = run(python("import sys; sys.stderr.write('A' * 10 + 'x' * 5_000_000 + 'Z' * 10)"))
    assert len(done.stderr) == 2 * KEEP and done.stderr.startswith("A" * 10) and done.stderr.endswith("Z" * 10)


def test_output_that_is_no_text_is_kept_as_well_as_can_be() -> None:
    """Row R35."""
    done = run(python("import sys; sys.stdout.buffer.write(b'ok \\xff')"))
    assert done.stdout == "ok \ufffd"


def test_a_program_that_is_silent_too_long_is_ended_with_its_children() -> None:
    """Rows R30, R32 and R33: before any progress, SIGTERM ignored, a grandchild."""
    code = (
        "import signal,subprocess,sys,time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    seen: list[str] = []
    began = time.monotonic()
    with pytest.raises(Stalled, match="no progress for 1 s"):
        run(python(code), stall_seconds=1, on_line=seen.append)
    assert time.monotonic() - began < 20
    deadline = time.monotonic() + 10
    while _is_running(int(seen[0])) and time.monotonic() < deadline:
        os.sched_yield()
    assert not _is_running(int(seen[0]))


def _is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(MissingTool, match="no-such-program"):
        run(["no-such-program"])
