"""Finds model servers that already run on this computer, so that they can be offered first. Asks loopback only."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.providers.directory import build
from engine.providers.port import ModelInfo, ProviderError
from engine.providers.presets import LOCAL_SERVERS, Preset

PROBE_S = 1.0
"""Seconds a server has to list its models."""
NO_CHAT = ("embed", "rerank", "whisper", "bge-", "minilm", "moderation", "dall-e", "transcribe", "tts-", "clip-")
"""Parts of the names of models that evidently do not chat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundServer:
    """A server that runs, and its models that can chat: at least one."""

    preset: Preset
    models: tuple[ModelInfo, ...]


def chat_models(models: Sequence[ModelInfo]) -> tuple[ModelInfo, ...]:
    """Return the models that are not evidently for something else."""
    return tuple(model for model in models if not any(part in model.id.lower() for part in NO_CHAT))


async def discover(presets: Sequence[Preset] = LOCAL_SERVERS, *, timeout_s: float = PROBE_S) -> tuple[FoundServer, ...]:
    """Return the servers that answer within `timeout_s` seconds, in the order of the presets; never raises."""
    found = await asyncio.gather(*(_probe(preset, timeout_s) for preset in presets))
    return tuple(server for server in found if server is not None)


async def _probe(preset: Preset, timeout_s: float) -> FoundServer | None:
    provider = build(replace(preset.config(), list_timeout_s=timeout_s))
    try:
        models = chat_models(await provider.models())
    except ProviderError:
        return None
    finally:
        await provider.close()
    return FoundServer(preset=preset, models=models) if models else None
