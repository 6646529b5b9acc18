"""What is known of providers before anyone sets them up."""

from __future__ import annotations

import pytest

from engine.providers.openai import OpenAIProvider
from engine.providers.presets import LOCAL_SERVERS, OPENAI, PRESETS, Preset


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
async def test_every_preset_makes_a_provider(preset: Preset) -> None:
    """Its address passes the checks, and only what is on this computer needs no key."""
    provider = OpenAIProvider(preset.config(key=lambda: "sk-1"))
    assert provider.name == preset.name
    assert provider.capabilities.local is preset.free is not preset.key_required
    await provider.close()


def test_names_are_unique() -> None:
    """Specs and price lists name providers."""
    assert len({preset.name for preset in PRESETS}) == len(PRESETS)


def test_local_servers_are_asked_on_loopback_by_number() -> None:
    """A name could be resolved to elsewhere."""
    assert all(preset.base_url.startswith("http://127.0.0.1:") for preset in LOCAL_SERVERS)


def test_openai_has_its_own_field_for_the_limit() -> None:
    """Its newer models refuse `max_tokens`."""
    assert OPENAI.config().dialect.max_tokens_field == "max_completion_tokens"
