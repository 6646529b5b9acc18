"""The person's settings: a TOML file in the config folder, read once, written whole and atomically.

What the file has beyond what is known here is kept. A file that cannot be read is left as it is, and said so: the
defaults hold meanwhile and nothing is written over it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import msgspec
import tomlkit
from tomlkit.exceptions import TOMLKitError

from app.paths import private
from engine.domain.errors import DroverError, ErrorCode

Theme = Literal["system", "dark", "light"]
Resume = Literal["ask", "always", "never"]


class ModelSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A model that the person priced or marked as free. Prices in dollars per million tokens, as text."""

    id: str
    free: bool = False
    input: str = ""
    cached_input: str = ""
    output: str = ""
    context: int | None = None


class ProviderSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A provider that is set up. `preset` says what kind; empty fields are the preset's."""

    name: str
    preset: str = "custom"
    base_url: str = ""
    key_variable: str = ""
    """Environment variable that may hold the key."""
    free: bool = False
    """Everything it offers is free: a server of the person's own."""
    model_file: str = ""
    """GGUF file of the local model; empty for the small test model."""
    models: tuple[ModelSettings, ...] = ()


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings, with their defaults."""

    theme: Theme = "system"
    running_limit: int = 64
    resume_interrupted: Resume = "ask"
    day_limit: str = ""
    """Dollars a day; empty for none."""
    month_limit: str = ""
    results_folder: str = ""
    """Empty for the default."""
    default_provider: str = ""
    default_model: str = ""
    grace_s: float = 30.0
    """Seconds that closing waits for the steps in flight."""
    providers: tuple[ProviderSettings, ...] = ()

    def provider(self, name: str) -> ProviderSettings | None:
        """Return the provider of this name."""
        return next((each for each in self.providers if each.name == name), None)

    def with_provider(self, provider: ProviderSettings) -> Settings:
        """Return settings in which this provider stands, in place of one of its name."""
        others = tuple(each for each in self.providers if each.name != provider.name)
        return msgspec.structs.replace(self, providers=(*others, provider))


def load(file: Path) -> Settings:
    """Return the settings, the defaults where there is no file.

    Raises:
        DroverError: SETTINGS_UNREADABLE, the file is not what it should be; the detail says where.
    """
    try:
        document = tomlkit.parse(file.read_text("utf-8"))
        return msgspec.convert(document.unwrap(), Settings)
    except FileNotFoundError:
        return Settings()
    except (OSError, UnicodeDecodeError, TOMLKitError, msgspec.ValidationError) as error:
        raise DroverError(ErrorCode.SETTINGS_UNREADABLE, f"{file}: {error}") from error


def save(file: Path, settings: Settings) -> None:
    """Write the settings; raises `DroverError` when the file there cannot be read or the folder not written."""
    try:
        load(file)
        kept = tomlkit.parse(file.read_text("utf-8")) if file.exists() else tomlkit.document()
        for name, value in msgspec.to_builtins(settings).items():
            kept[name] = value
        private(file.parent)
        _replace(file, tomlkit.dumps(kept))
    except OSError as error:
        raise DroverError(ErrorCode.FOLDER_NOT_WRITABLE, f"{file}: {error}") from error


def _replace(file: Path, text: str) -> None:
    temporary = file.with_name(f".{file.name}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    temporary.replace(file)
    if os.name != "nt":
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
