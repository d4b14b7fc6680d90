"""Names to engines: what `auto` means, what is refused and how, and what the doctor says."""

import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from cliplib.engines import registry, weights
from cliplib.engines.facts import FactsVision
from cliplib.errors import CredentialsError, MissingTool, SettingsError
from cliplib.media.run import run
from tests.engines.conftest import FIXTURES, KEY, MakeWorkshop
from tests.faults.llm_server import LlmServer


def small_weights(folder: Path) -> Path:
    """A cache with (empty) weights of the small model."""
    snapshot = folder / "models--Systran--faster-whisper-small" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot / "model.bin").touch()
    return snapshot


@pytest.mark.parametrize(
    ("kind", "id"), [("speech", "sidecar"), ("vision", "facts"), ("embedder", "ngram-2:1024"), ("writer", "rules")]
)
@pytest.mark.parametrize("spec", ["auto", "", " auto "])
def test_auto_without_anything_is_offline_and_says_so(
    kind: Any, id: str, spec: str, workshop: MakeWorkshop, said: list[str]
) -> None:
    assert registry.make(kind, spec, workshop()).id == id
    assert len(said) == 1 and said[0].startswith(kind)


def test_a_key_alone_switches_nothing_on(workshop: MakeWorkshop) -> None:
    shop = workshop(api_key=KEY, model="gpt-test")
    assert registry.make("vision", "auto", shop).id == "facts"
    assert registry.make("writer", "auto", shop).id == "rules"


def test_an_address_does_and_it_is_announced(server: LlmServer, workshop: MakeWorkshop, said: list[str]) -> None:
    url = server.base_url.replace("http://", "http://me:pass-word@")
    shop = workshop(server, base_url=url)
    assert registry.make("vision", "auto", shop).id == "chat:test-model"
    assert registry.make("writer", "auto", shop).id == "chat:test-model"
    assert said == [
        f"vision: chat; frames and words of clips are sent to {server.base_url}",
        f"writer: chat; scripts and clip records are sent to {server.base_url}",
    ]
    assert registry.make("speech", "auto", shop).id == "sidecar" and not server.requests


def test_a_model_in_the_name_wins(server: LlmServer, workshop: MakeWorkshop) -> None:
    assert registry.make("writer", "chat:qwen3:8b", workshop(server)).id == "chat:qwen3:8b"


def test_local_weights_switch_speech_on(
    workshop: MakeWorkshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    snapshot = small_weights(tmp_path)
    assert registry.make("speech", "auto", workshop()).id == "faster-whisper:small"
    assert "weights are on this machine" in said[0]
    assert weights.local_folder("Systran/faster-whisper-small", "model.bin") == snapshot


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        ({"HF_HOME": "/h"}, "/h/hub"),
        ({"XDG_CACHE_HOME": "/x"}, "/x/huggingface/hub"),
        ({"HF_HUB_CACHE": "/c", "HF_HOME": "/h"}, "/c"),
    ],
)
def test_where_the_cache_lies(variables: dict[str, str], folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_HOME", "XDG_CACHE_HOME", "HF_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert weights.hub_cache() == Path(folder)


def test_an_unknown_name_is_refused_with_those_that_there_are(workshop: MakeWorkshop) -> None:
    with pytest.raises(SettingsError, match=r"'vision'.*'gpt'.*auto, facts, chat, qwen-vl, scripted"):
        registry.make("vision", "gpt:4", workshop())
    with pytest.raises(SettingsError):
        registry.make("speech", "facts", workshop())


def test_chat_without_a_service(workshop: MakeWorkshop) -> None:
    with pytest.raises(CredentialsError, match="neither base_url nor a key"):
        registry.make("writer", "chat:m", workshop())


def test_other_packages_add_rows_but_replace_none(workshop: MakeWorkshop, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        EntryPoint("vision.other", "cliplib.engines.facts:FactsVision", registry.GROUP),
        EntryPoint("vision.facts", "nowhere:Nothing", registry.GROUP),
        EntryPoint("vision.broken", "nowhere:Nothing", registry.GROUP),
        EntryPoint("music.odd", "nowhere:Nothing", registry.GROUP),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: rows)
    assert isinstance(registry.make("vision", "other", workshop()), FactsVision)
    assert isinstance(registry.make("vision", "facts", workshop()), FactsVision)
    with pytest.raises(MissingTool, match="nowhere"):
        registry.make("vision", "broken", workshop())
    assert not any(name == "odd" for _, name in registry.rows())


def test_every_row_of_the_table_can_be_imported() -> None:
    for place in registry.TABLE.values():
        module, _, name = place.partition(":")
        assert hasattr(__import__(module, fromlist=[name]), name)


def states(shop: Any) -> dict[tuple[str, str], tuple[bool, str]]:
    return {(state.kind, state.spec): (state.usable, state.why) for state in registry.doctor(shop)}


def test_the_doctor_on_a_bare_machine(workshop: MakeWorkshop) -> None:
    found = states(workshop())
    assert len(found) == len(registry.TABLE)
    assert found["speech", "sidecar"][0] and found["vision", "facts"][0] and found["embedder", "ngram"][0]
    usable, why = found["speech", "faster-whisper:small"]
    assert not usable and "hf download Systran/faster-whisper-small" in why
    assert found["vision", "chat:<model>"] == (False, "neither base_url nor a key is set")
    assert "local" in found["embedder", "sentence:<model>"][1] or found["embedder", "sentence:<model>"][0]


def test_the_doctor_with_a_service_and_weights_asks_nobody(
    server: LlmServer, workshop: MakeWorkshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    small_weights(tmp_path)
    found = states(workshop(server))
    assert found["speech", "faster-whisper:small"] == (True, "its weights are on this machine")
    usable, why = found["writer", "chat:test-model"]
    assert usable and server.base_url in why and "used by auto" in why
    assert not server.requests and not server.model_requests and KEY not in str(found)
    usable, why = found["speech", "transcriptions:<model>"]
    assert usable and f"sound with speech go to {server.base_url}" in why and "only when named" in why
    assert "only when named" in states(workshop(api_key=KEY))["vision", "chat:<model>"][1]


def test_nothing_heavy_is_imported_with_the_registry() -> None:
    heavy = (
        "openai",
        "faster_whisper",
        "ctranslate2",
        "sentence_transformers",
        "torch",
        "pysubs2",
        "PIL",
        "onnxruntime",
    )
    code = (
        "import sys; from cliplib.engines import registry; from cliplib.engines.base import Workshop; "
        "from cliplib.engines.journal import NoJournal; from cliplib.config import Settings; "
        "from cliplib.vocabulary import shipped; "
        "registry.doctor(Workshop(Settings(base_url='http://x/v1', model='m'), shipped(), NoJournal())); "
        "shop = Workshop(Settings(base_url='http://x/v1', model='m'), shipped(), NoJournal()); "
        "registry.make('vision', 'auto', shop); registry.make('writer', 'auto', shop); "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    assert run([sys.executable, "-c", code]).stdout.strip() == "[]"


def test_a_model_folder_is_taken_as_it_is() -> None:
    folder = FIXTURES / "tiny-whisper"
    assert weights.local_folder(str(folder), "model.bin") == folder
    assert weights.local_folder(str(folder), "modules.json") is None
