"""Settings: who wins, what is refused, and that the key is never shown."""

from pathlib import Path

import pytest

from cliplib.config import load
from cliplib.errors import SettingsError


@pytest.fixture
def library(tmp_path: Path) -> Path:
    (tmp_path / "cliplib.toml").write_text(
        'language = "en"\nwriter = "rules"\n[[product]]\nid = "cup"\nname = "青屿随行杯"\naliases = ["Carry Cup"]\n',
        "utf-8",
    )
    return tmp_path


def test_flag_wins_over_environment_over_library_over_user(library: Path, tmp_path: Path) -> None:
    user = tmp_path / "user.toml"
    user.write_text('language = "zh"\nembedder = "sentence:a"\nvision = "facts"\nfont = "X"\n')
    env = {"CLIPLIB_WRITER": "chat:a", "CLIPLIB_VISION": "chat:b"}
    settings = load({"vision": "chat:c", "speech": None}, library, env, user)
    assert (settings.vision, settings.writer, settings.language) == ("chat:c", "chat:a", "en")
    assert (settings.embedder, settings.font, settings.speech) == ("sentence:a", "X", "auto")


def test_the_openai_variables_are_understood() -> None:
    settings = load(
        {}, None, {"OPENAI_API_KEY": "sk-canary", "OPENAI_BASE_URL": "http://u:pw@127.0.0.1:9/v1", "OPENAI_MODEL": "m"}
    )
    assert settings.api_key.get_secret_value() == "sk-canary"
    assert settings.model == "m"
    shown = str(settings.shown()) + repr(settings) + settings.model_dump_json()
    assert "sk-canary" not in shown
    assert settings.shown()["base_url"] == "http://127.0.0.1:9/v1"


def test_a_product_is_found_by_any_name(library: Path) -> None:
    settings = load({}, library, {})
    for name in ("cup", "青屿随行杯", " carry cup "):
        product = settings.product_called(name)
        assert product is not None and product.id == "cup"
    assert settings.product_called("mug") is None


@pytest.mark.parametrize(
    ("flags", "env", "said"),
    [
        ({"language": "fr"}, {}, "'language' from the command line"),
        ({}, {"CLIPLIB_CONCURRENCY": "many"}, "'concurrency' from the environment"),
        ({"colour": "red"}, {}, "'colour' from the command line"),
    ],
)
def test_a_wrong_setting_is_named_with_its_origin(flags: dict[str, str], env: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load(flags, None, env)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "cliplib.toml").write_text("language = ")
    with pytest.raises(SettingsError, match=r"cliplib\.toml"):
        load({}, tmp_path, {})
