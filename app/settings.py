"""The person's settings: a TOML file in the config folder, read once, written whole and atomically.

What the file has beyond what is known here is kept, comments too, and what is as by default is not written. A file
that cannot be read is left as it is, and said so: the defaults hold meanwhile and nothing is written over it.
"""

from __future__ import annotations

import errno
import os
import tempfile
import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from app.paths import private
from app.settings_place import line_of
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.money import parse
from engine.domain.usage import MAX_TOKENS
from engine.results.atomic import sync_folder

Theme = Literal["system", "dark", "light"]
Resume = Literal["ask", "always", "never"]
Limit = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
"""A number of days or megabytes; 0 is none."""


class LongerSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a model costs in calls with more input than so many tokens."""

    above: Annotated[int, msgspec.Meta(ge=1, le=MAX_TOKENS)]
    input: str = ""
    cached_input: str = ""
    cache_write: str = ""
    reasoning: str = ""
    output: str = ""


class ModelSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A model that the person priced or marked as free. Prices in dollars per million tokens, as text."""

    id: str
    free: bool = False
    input: str = ""
    cached_input: str = ""
    cache_write: str = ""
    reasoning: str = ""
    output: str = ""
    context: Annotated[int, msgspec.Meta(ge=1)] | None = None
    longer: tuple[LongerSettings, ...] = ()
    tier: Literal["", "fast", "balanced", "quality"] = ""
    """How good it is, for policies that choose; empty is what Drover's own list says."""


class ProviderSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
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
    at_once: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 0
    """Requests at the same time at most; 0 lets Drover find out, here and below."""
    requests_per_minute: Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)] = 0
    """Of each model."""
    tokens_per_minute: Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)] = 0
    """Of each model, in and out."""
    probe_s: Annotated[float, msgspec.Meta(ge=1, le=86_400)] = 120.0
    """Seconds at most between two tries while it does not answer."""
    transport: Literal["", "paced", "aiohttp"] = ""
    """What carries its requests; empty for the usual way."""
    models: tuple[ModelSettings, ...] = ()

    def renamed(self, name: str) -> ProviderSettings:
        """Return it under another name."""
        return msgspec.structs.replace(self, name=name)


class Settings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All settings, with their defaults."""

    theme: Theme = "system"
    running_limit: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 64
    resume_interrupted: Resume = "ask"
    day_limit: str = ""
    """Dollars a day; empty for none."""
    month_limit: str = ""
    total_limit: str = ""
    """Dollars for everything that is ever spent."""
    alerts: bool = True
    """Whether the person is told when 50, 80 and 100 % of a budget are used."""
    results_folder: str = ""
    """Empty for the default."""
    default_provider: str = ""
    default_model: str = ""
    grace_s: Annotated[float, msgspec.Meta(ge=0, le=86_400)] = 30.0
    """Seconds that closing waits for the steps in flight."""
    drop_raw_days: Limit = 0
    """Raw replies of tasks at rest that are older go; 0 is never, here and below."""
    drop_raw_megabytes: Limit = 0
    drop_texts_days: Limit = 0
    drop_texts_megabytes: Limit = 0
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
        DroverError: SETTINGS_UNREADABLE, the file is not what it should be; the detail says which line, where it can.
    """
    try:
        return _read(file)
    except (FileNotFoundError, NotADirectoryError):
        return Settings()


def save(file: Path, settings: Settings) -> None:
    """Write the settings, and nothing where that fails.

    Raises:
        DroverError: SETTINGS_UNREADABLE, the file there must be mended first; BUDGET_NEGATIVE, a limit is no amount;
            FOLDER_NOT_WRITABLE; DISK_FULL.
    """
    from app.settings_text import merged  # noqa: PLC0415 - only who saves needs it

    _check_limits(settings)
    try:
        _read(file)
        before = file.read_text("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        before = ""
    text = merged(before, settings)
    _check_text(text, settings)
    try:
        private(file.parent)
        _replace(file.resolve(), text)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        code = ErrorCode.DISK_FULL if full else ErrorCode.FOLDER_NOT_WRITABLE
        raise DroverError(code, f"{file}: {error}") from error


def _read(file: Path) -> Settings:
    text = ""
    try:
        text = file.read_text("utf-8-sig")
        settings = msgspec.convert(tomllib.loads(text), Settings)
        _check_limits(settings)
    except (FileNotFoundError, NotADirectoryError):
        raise
    except msgspec.ValidationError as error:
        raise DroverError(ErrorCode.SETTINGS_UNREADABLE, f"{file}{line_of(text, str(error))}: {error}") from error
    except DroverError as error:
        where = line_of(text, f"`$.{error.detail}`")
        raise DroverError(ErrorCode.SETTINGS_UNREADABLE, f"{file}{where}: {error.detail} is no amount") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DroverError(ErrorCode.SETTINGS_UNREADABLE, f"{file}: {error}") from error
    return settings


def _check_text(text: str, settings: Settings) -> None:
    """Read back what is to be written: a file that cannot be read at the next start must not come from us."""
    try:
        again = msgspec.convert(tomllib.loads(text), Settings)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DroverError(ErrorCode.INTERNAL, f"settings: {error}") from error
    ordered = (
        sorted(again.providers, key=lambda each: each.name),
        sorted(settings.providers, key=lambda each: each.name),
    )
    if msgspec.structs.replace(again, providers=settings.providers) != settings or ordered[0] != ordered[1]:
        raise DroverError(ErrorCode.INTERNAL, "settings: written otherwise than meant")


def _check_limits(settings: Settings) -> None:
    """Refuse a limit that is no amount: read as no limit, it would let money go that was to be kept."""
    for name in ("day_limit", "month_limit", "total_limit"):
        try:
            parse(getattr(settings, name) or "0")
        except ValueError:
            raise DroverError(ErrorCode.BUDGET_NEGATIVE, name) from None


def _replace(file: Path, text: str) -> None:
    """Put a new file in place of an old one: after a crash, or a power cut, it is the one or the other."""
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(file.parent)
