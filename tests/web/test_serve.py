"""`cliplib serve` as a program: says where to go, listens on this machine only, and ends when it is told to."""

import re
import signal
import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from cliplib.cli.app import run
from cliplib.library import Library
from tests.web.conftest import serving

SECONDS = 60


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_with_the_key_and_ends_cleanly(folder: Path, number: signal.Signals) -> None:
    with serving(folder) as (process, address):
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/open\?key=([\w-]{43})", address)
        assert found, address
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:
            cookie = answer.headers["set-cookie"].partition(";")[0]
        home = f"http://127.0.0.1:{found[1]}/"
        with urllib.request.urlopen(urllib.request.Request(home, headers={"cookie": cookie})) as answer:
            assert b"cliplib" in answer.read()
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(home, timeout=SECONDS)
        with Library.open(folder, write=True):
            pass  # the page holds no lock while nobody writes
        process.send_signal(number)
        out, err = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, err
        assert "Traceback" not in err and "the page has ended" in err
        assert out == ""


def test_it_listens_on_this_machine_only(folder: Path) -> None:
    with serving(folder) as (_, address):
        port = int(re.findall(r":(\d+)/", address)[0])
        listening = [
            line.split()[1]
            for table in ("/proc/net/tcp", "/proc/net/tcp6")
            if Path(table).exists()
            for line in Path(table).read_text().splitlines()[1:]
            if line.split()[3] == "0A" and int(line.split()[1].rpartition(":")[2], 16) == port
        ]
        if not listening:
            pytest.skip("this system has no table of listening sockets")
        assert listening == [f"0100007F:{port:04X}"]


def test_a_taken_port_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert run(["serve", "--no-open", "--port", str(port), "-L", str(folder)]) == 2
    assert str(port) in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_each_start_has_a_key_of_its_own(folder: Path) -> None:
    with serving(folder) as (_, first), serving(folder) as (_, second):
        assert first.rpartition("=")[2] != second.rpartition("=")[2]
