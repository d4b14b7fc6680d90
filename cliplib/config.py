"""Settings, read once by the command line and passed down as a value.

A flag wins over a CLIPLIB_* variable, that over cliplib.toml in the library, that over the user's own file.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from cliplib.claims import Claim
from cliplib.errors import SettingsError
from cliplib.values import Key, Value

FILE_NAME = "cliplib.toml"

ShotFinder = Literal["own", "scenedetect"]
"""Who finds shot changes: cliplib's own detector, or PySceneDetect's."""

ClipWay = Literal["smart", "encode", "virtual"]
"""How clips are made: by copying what can be copied, by encoding all, or not at all until they are wanted."""


ScanMode = Literal["full", "skim"]
"""Whether all pictures of footage are decoded to find its shots, or only those where something may have changed."""


class Product(Value):
    """A product that clips can be about, with everything people call it."""

    id: Key
    name: str
    aliases: tuple[str, ...] = ()
    hotwords: tuple[str, ...] = ()
    """Words that speech recognition shall expect."""
    misheard: tuple[str, ...] = ()
    """What speech recognition writes instead of a name: "heard", for the product's name, or "heard=right"."""
    claim: tuple[Claim, ...] = ()
    """The fact sheet: what may be said of it, with the proof."""

    def names(self) -> tuple[str, ...]:
        """Id, name and aliases."""
        return (self.id, self.name, *self.aliases)

    def spoken_names(self) -> tuple[str, ...]:
        """What people say for it: name, aliases and hotwords, each once."""
        return tuple(dict.fromkeys((self.name, *self.aliases, *self.hotwords)))

    def mistakes(self) -> dict[str, str]:
        """Misheard form to the right one.

        >>> Product(id="cup", name="青屿杯", misheard=("轻语杯", "轻语=青屿")).mistakes()
        {'轻语杯': '青屿杯', '轻语': '青屿'}
        """
        split = (form.partition("=") for form in self.misheard)
        return {heard.strip(): right.strip() or self.name for heard, _, right in split if heard.strip()}


class Price(Value):
    """What a model of a service costs, in whatever money the limit is given in."""

    model: str
    input: float = Field(default=0, ge=0, description="Per million tokens sent")
    output: float = Field(default=0, ge=0, description="Per million tokens answered")
    minute: float = Field(default=0, ge=0, description="Per minute of sound")


class Settings(BaseModel):
    """Everything that can be set. Engines are named `name:model`; "auto" is explained in docs/engines.md."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: Literal["zh", "en"] = "zh"
    speech: str = "auto"
    text: str = "rapidocr"
    faces: str = Field(default="haar", description="Who finds faces: haar, or sface:FOLDER with its two ONNX files")
    vision: str = "auto"
    embedder: str = "ngram"
    writer: str = "auto"
    index: Literal["chroma", "exact"] = "chroma"
    shots: ShotFinder = Field(default="own", description="Who finds shot changes when footage is cut")
    scan: ScanMode = Field(default="full", description="Whether all pictures are decoded to find shots, or a part")
    clips: ClipWay = Field(default="smart", description="How the video of clips is made")
    ffmpeg: str = Field(default="", description="Path of the ffmpeg program; empty: the system's, else the bundled one")
    font: str = Field(default="", description="Font family for burned subtitles; empty: the best one found")
    model: str = Field(default="", description="Model for `auto` and for `chat` without a model")
    base_url: str = ""
    api_key: SecretStr = SecretStr("")
    timeout: float = Field(default=60, gt=0, description="Wall-clock seconds for one model call, retries included")
    concurrency: int = Field(default=4, ge=1, le=64)
    max_calls: int | None = Field(default=None, ge=0, description="Paid calls allowed per command")
    max_cost: float | None = Field(default=None, ge=0, description="What paid calls may cost per command, by `price`")
    requests_per_minute: float | None = Field(default=None, gt=0, description="Requests to services, at most")
    price: tuple[Price, ...] = ()
    candidates: int = Field(default=12, ge=1, le=99, description="Clips offered per beat")
    rest_days: int = Field(default=0, ge=0, description="Days for which a clip of a finished film is not used again")
    most_uses: int | None = Field(default=None, ge=1, description="Films that a clip may be used in")
    product: tuple[Product, ...] = ()
    vocabulary: dict[str, list[dict[str, Any]]] = {}
    claim_rule: list[dict[str, Any]] = Field(
        default=[], description="Rules of the claim check, on top of the shipped ones"
    )

    def product_called(self, name: str) -> Product | None:
        """The product that is meant by an id, name or alias."""
        wanted = name.strip().casefold()
        return next((p for p in self.product if wanted in (n.casefold() for n in p.names())), None)

    def shown(self) -> dict[str, Any]:
        """The settings as they may be printed: without the key, and without a password inside the address."""
        data = self.model_dump(mode="json", exclude={"api_key", "vocabulary", "claim_rule"})
        data["api_key"] = "set" if self.api_key.get_secret_value() else "not set"
        data["base_url"] = without_userinfo(self.base_url)
        return data


def without_userinfo(url: str) -> str:
    """An address without user name and password."""
    scheme, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"


def load(
    flags: Mapping[str, Any],
    library: Path | None = None,
    env: Mapping[str, str] | None = None,
    user_file: Path | None = None,
) -> Settings:
    """The settings in force.

    Args:
        flags: values given on the command line; None means not given.
        library: folder of the library, whose cliplib.toml is read.
        env: the environment; that of the process where None.
        user_file: the user's own settings file; the platform's usual place where None.

    Raises:
        SettingsError: naming the setting, where it comes from, and what is accepted.
    """
    env = os.environ if env is None else env
    layers = [
        (str(path), _from_file(path))
        for path in (user_file or user_settings(), library and library / FILE_NAME)
        if path
    ]
    layers.append(("the environment", _from_env(env)))
    layers.append(("the command line", {key: value for key, value in flags.items() if value is not None}))
    merged: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for where, values in layers:
        merged.update(values)
        origin.update(dict.fromkeys(values, where))
    try:
        return Settings.model_validate(merged, strict=False)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise SettingsError(f"setting {name!r} from {origin.get(name, 'the defaults')}: {first['msg']}") from error


def user_settings() -> Path:
    """Where the user's own settings file lies on this platform."""
    import platformdirs  # only needed here, and not at --help

    return platformdirs.user_config_path("cliplib") / "config.toml"


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error


def _from_env(env: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, variable in (("api_key", "OPENAI_API_KEY"), ("base_url", "OPENAI_BASE_URL"), ("model", "OPENAI_MODEL")):
        if env.get(variable):
            values[name] = env[variable]
    for name in Settings.model_fields:
        if name not in ("product", "price", "vocabulary", "claim_rule") and (
            value := env.get(f"CLIPLIB_{name.upper()}")
        ):
            values[name] = value
    return values
