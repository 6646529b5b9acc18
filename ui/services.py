"""What the window asks of the program around it: settings, keys, folders, connections. Given to it, never imported."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from engine.face import BatchLine, ModelInfo, Retention

Theme = Literal["system", "dark", "light"]
Resume = Literal["ask", "always", "never"]
ProviderKind = Literal["preset", "custom", "server", "local", "simulator"]
SIMULATOR: ProviderKind = "simulator"
"""Name and kind of the provider whose prices are simulated."""
Folder = Literal["data", "results", "config", "state"]


KEEP_ALL = Retention()


@dataclass(frozen=True, slots=True, kw_only=True)
class LongerPrice:
    """What a model costs in calls with more input than so many tokens."""

    above: int
    input: str = ""
    cached_input: str = ""
    cache_write: str = ""
    output: str = ""
    reasoning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedModel:
    """A model the person priced or marked as free; dollars per million tokens, as text."""

    id: str
    free: bool = False
    input: str = ""
    cached_input: str = ""
    cache_write: str = ""
    output: str = ""
    reasoning: str = ""
    longer: tuple[LongerPrice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLine:
    """What a model costs now, and whose word that is; dollars per million tokens, as text."""

    provider: str
    model: str
    figures: tuple[str, ...] = ()
    """Input, cached input, cache write, output, reasoning; empty where the price is not known."""
    longer: tuple[LongerPrice, ...] = ()
    origin: str = ""
    """A code: own, free, drover, public, simulator; empty where the price is not known."""
    price_list: str = ""
    source: str = ""
    date: str = ""
    listed_as: str = ""
    """The model's name in its list, where that is another one."""
    beneath: PriceLine | None = None
    """What it costs without a price of the person's own; None where nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderLimits:
    """How much may be asked of a provider; 0 lets Drover find out."""

    at_once: int = 0
    requests_per_minute: int = 0
    tokens_per_minute: int = 0
    probe_s: float = 120.0
    """Seconds at most between two tries while it does not answer."""


NO_LIMITS = ProviderLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderView:
    """A provider as the window shows and edits it."""

    name: str
    title: str
    kind: ProviderKind
    base_url: str = ""
    free: bool = False
    needs_key: bool = False
    key_kept: str = "nowhere"
    models: tuple[str, ...] = ()
    """Models to choose from: known ones first; others may be typed."""
    priced: tuple[PricedModel, ...] = ()
    ready: bool = True
    """Whether it can be used now: False for a local model that is not installed."""
    model_file: str = ""
    """A GGUF file in place of the small test model."""
    usual_url: str = ""
    """The address of a preset that nobody changed."""
    set_up: bool = False
    """Whether the person set it up; a preset nobody touched is only offered."""
    limits: ProviderLimits = NO_LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """The settings as the window shows and edits them."""

    theme: Theme = "system"
    running_limit: int = 64
    resume_interrupted: Resume = "ask"
    day_limit: str = ""
    """Dollars, as text; empty for no limit."""
    month_limit: str = ""
    total_limit: str = ""
    grace_s: float = 30.0
    """Seconds that closing waits for the steps in flight."""
    retention: Retention = KEEP_ALL
    alerts: bool = True
    """Whether to tell when 50, 80 and 100 % of a budget are used."""
    results_folder: str = ""
    default_provider: str = ""
    default_model: str = ""
    providers: tuple[ProviderView, ...] = ()


class WindowServices(Protocol):
    """Reads are from memory; what may take time is awaited. Errors are `DroverError`."""

    def preferences(self) -> Preferences:
        """Return the settings as they are."""
        ...

    def save(self, preferences: Preferences) -> None:
        """Write the settings and let them hold at once; a provider that is not set up there is so no more."""
        ...

    def check_address(self, address: str) -> None:
        """Raise INVALID_URL or INSECURE_URL for an address that cannot be used."""
        ...

    def check_key(self, key: str) -> None:
        """Raise INVALID_KEY for what cannot be a key."""
        ...

    async def check_results(self, folder: str) -> None:
        """Raise RESULTS_NOT_WRITABLE for a folder that cannot be written to."""
        ...

    async def check_model_file(self, file: str) -> None:
        """Raise MODEL_FILE for what is no model's file."""
        ...

    async def keep_key(self, provider: str, key: str) -> str:
        """Keep a key; return where: "keyring" or "memory"."""
        ...

    async def forget_key(self, provider: str) -> None:
        """Drop a key everywhere."""
        ...

    async def test(self, provider: ProviderView, key: str = "") -> tuple[ModelInfo, ...]:
        """Connect and list the models; with `key` instead of the kept one where it is given."""
        ...

    async def find_servers(self) -> tuple[ProviderView, ...]:
        """Return the model servers that run on this computer."""
        ...

    def price(self, provider: str, model: str) -> tuple[str, str] | None:
        """Return dollars per million tokens in and out, "0" for free; None where the price is not known."""
        ...

    async def prices(self, text: str) -> tuple[PriceLine, ...]:
        """Return what the models in use cost, and with a text all that are known whose name has it."""
        ...

    def results_problem(self) -> str:
        """Return why the last answer could not be written to its folder, in the system's words; empty when it could."""
        ...

    def tells_cost(self, provider: str, request: str) -> bool:
        """Whether a provider, by name, can be asked what it billed for a request; `request` is its own id, if known."""
        ...

    async def export_ledger(self, file: Path) -> int:
        """Write the ledger as CSV; return how many entries it has. Raises `DroverError` where it cannot."""
        ...

    async def export_batch(
        self, lines: Sequence[BatchLine], columns: Sequence[str], form: str, file: Path, *, told: str
    ) -> None:
        """Write lines as a table, with `told` above it where the form has room; raises FILE_NOT_WRITTEN."""
        ...

    def folder(self, which: Folder) -> Path:
        """Return one of Drover's folders."""
        ...

    def open_path(self, path: Path) -> bool:
        """Show a file or folder with the system's own program; False where there is none."""
        ...

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        """Run a coroutine on the window's loop; its errors are reported."""
        ...

    def version(self) -> str:
        """Return Drover's version."""
        ...
