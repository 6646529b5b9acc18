"""Speaks TLS once as Drover does, in a process of its own: `python -m tests.end2end.handshake URL KEY`."""

from __future__ import annotations

import asyncio
import sys

from engine.providers.openai import OpenAIConfig, OpenAIProvider


async def ask(url: str, key: str) -> None:
    """List the models of a server."""
    provider = OpenAIProvider(OpenAIConfig(name="tls", base_url=url, key=lambda: key))
    try:
        print(await provider.models())
    finally:
        await provider.close()


if __name__ == "__main__":
    asyncio.run(ask(*sys.argv[1:3]))
