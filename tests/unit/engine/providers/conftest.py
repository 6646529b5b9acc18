"""Fixtures of the providers' tests: a server that says what it is told to, and a provider over it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from engine.domain.clock import ManualClock
from engine.providers.openai import OpenAIConfig, OpenAIProvider
from tests.wire import KEY, Wire, serving


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    """A server that says what the test tells it to."""
    async with serving() as wire:
        yield wire


@pytest.fixture
async def provider(wire: Wire) -> AsyncIterator[OpenAIProvider]:
    """A provider of the server."""
    config = OpenAIConfig(name="wire", base_url=wire.base_url, key=lambda: KEY, key_required=True)
    provider = OpenAIProvider(config, clock=ManualClock())
    yield provider
    await provider.close()
