"""The package as others get it: what a wheel holds, and that starting the program is cheap."""

import re
import resource
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cliplib.errors import CliplibError, ExitCode

ROOT = Path(__file__).parent.parent
HEAVY = (
    "chromadb",
    "torch",
    "cv2",
    "openai",
    "faster_whisper",
    "scenedetect",
    "moviepy",
    "av",
    "ortools",
    "numpy",
    "fastapi",
)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names of all files in a freshly built wheel."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    with zipfile.ZipFile(next(out.glob("*.whl"))) as archive:
        return archive.namelist()


def test_the_wheel_installs_exactly_three_packages(wheel: list[str]) -> None:
    assert {name.split("/")[0] for name in wheel if ".dist-info/" not in name} == {"cliplib", "ingest", "compose"}


def test_the_wheel_carries_its_assets(wheel: list[str]) -> None:
    for needed in (
        "cliplib/schemas/clip-record.1.json",
        "cliplib/fonts/CliplibSansSC-Bold.otf",
        "cliplib/vocabulary.toml",
        "cliplib/web/static/index.html",
        "cliplib/web/static/main.js",
        "cliplib/web/static/strings.json",
    ):
        assert needed in wheel
    assert [name for name in wheel if name.startswith("cliplib/prompts/") and name.endswith(".zh.txt")]
    assert any(name.endswith("licenses/cliplib/fonts/OFL.txt") for name in wheel)


def test_help_is_cheap_and_loads_nothing_heavy() -> None:
    code = (
        f"import sys; from cliplib.cli.app import run; run(['--help']); print([m for m in {HEAVY} if m in sys.modules])"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert "ingest" in done.stdout
    assert done.stdout.strip().endswith("[]"), "imported at --help"
    assert (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime) < 0.5


def test_every_error_has_a_code_of_its_own_and_is_in_the_drawing() -> None:
    def tree(kind: type[CliplibError]) -> list[type[CliplibError]]:
        return [kind, *(below for sub in kind.__subclasses__() for below in tree(sub))]

    kinds = [kind for kind in tree(CliplibError) if kind.__module__ == "cliplib.errors"]
    assert len({kind.code for kind in kinds}) == len(kinds)
    drawing = sys.modules["cliplib.errors"].__doc__ or ""
    for kind in kinds:
        line = re.search(rf"\b{kind.__name__}\b.*", drawing)
        assert line, kind.__name__
        assert f"exit {int(kind.exit_code)} " in line[0] and kind.code in line[0]
    assert len(set(ExitCode)) == len(ExitCode)
