"""A server on a thread of its own, for tests whose programs are other processes."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager

from tests.wire import Answer, serving

PATIENCE_S = 10.0


@contextmanager
def served(answer: Answer, tls: ssl.SSLContext | None = None) -> Generator[str]:
    """Answer requests on loopback for the body; gives the address."""
    loop, ready, stop = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    address: list[str] = []

    async def serve() -> None:
        async with serving(tls) as wire:
            wire.answer = answer
            address.append(wire.base_url)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(PATIENCE_S)
    try:
        yield address[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(PATIENCE_S)
        loop.close()
