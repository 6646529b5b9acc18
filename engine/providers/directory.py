"""The providers that are set up, by name: built when they are first asked for, exchanged while tasks run.

What speaks to the network is loaded with the first of them: a window that opens, and a command that lists, need none.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Sequence

from engine.domain.errors import DroverError, ErrorCode
from engine.providers.local.config import LocalConfig
from engine.providers.openai_config import OpenAIConfig
from engine.providers.paced.pacer import Pacer
from engine.providers.port import Provider
from engine.providers.simulated import SimulatedConfig, SimulatedProvider

SPEAKING = ("engine.providers.openai", "engine.providers.local.provider")
ProviderConfig = OpenAIConfig | LocalConfig | SimulatedConfig


def build(config: ProviderConfig, pacer: Pacer | None = None) -> Provider:
    """Return a provider, which connects to nothing yet; raises `DroverError` for an address that cannot be used."""
    match config:
        case OpenAIConfig():
            from engine.providers.openai import OpenAIProvider  # noqa: PLC0415 - see above

            return OpenAIProvider(config, pacer=pacer)
        case LocalConfig():
            from engine.providers.local.provider import LocalModelProvider  # noqa: PLC0415 - see above

            return LocalModelProvider(config)
        case SimulatedConfig():
            return SimulatedProvider(config, pacer=pacer)


def load() -> None:
    """Load what speaks to the network; for a thread, while a window lives already."""
    for name in SPEAKING:
        importlib.import_module(name)


class ConfiguredProviders:
    """A `ProviderDirectory` over configurations."""

    def __init__(self, configs: Sequence[ProviderConfig] = ()) -> None:
        """Know these; the last one of a name counts."""
        self._configs: dict[str, ProviderConfig] = {}
        self._built: dict[str, Provider] = {}
        self._pacer = Pacer()
        self._retired: list[Provider] = []
        self._leaving: set[asyncio.Task[None]] = set()
        self.configure(configs)

    def configure(self, configs: Sequence[ProviderConfig]) -> None:
        """Know these and no others from now on.

        A provider whose configuration stayed as it was stays too. One that changed finishes what it has begun, since
        that is being paid, and is closed with the directory; a local model ends now, since its memory is needed and
        its work is free to repeat.
        """
        known = {config.name: config for config in configs}
        for name in [name for name in self._built if known.get(name) != self._configs[name]]:
            self._retire(self._built.pop(name), self._configs[name])
        self._configs = known

    def _retire(self, provider: Provider, config: ProviderConfig) -> None:
        if isinstance(config, LocalConfig):
            leaving = asyncio.get_running_loop().create_task(provider.close())
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)
        else:
            self._retired.append(provider)

    def names(self) -> tuple[str, ...]:
        """Return the names, in the order they were set up."""
        return tuple(self._configs)

    def get(self, name: str) -> Provider:
        """See `ProviderDirectory`."""
        if name not in self._configs:
            raise DroverError(ErrorCode.UNKNOWN_PROVIDER, name[:100])
        if name not in self._built:
            self._built[name] = build(self._configs[name], self._pacer)
        return self._built[name]

    async def close(self) -> None:
        """See `ProviderDirectory`. All of them are closed, whatever one of them does."""
        every = [*self._built.values(), *self._retired]
        self._built.clear()
        self._retired.clear()
        ends = [provider.close() for provider in every]
        results = await asyncio.gather(*ends, *self._leaving, return_exceptions=True)
        failed = [result for result in results if isinstance(result, BaseException)]
        if failed:
            raise failed[0]
