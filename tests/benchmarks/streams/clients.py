"""Reads many streams at once in a process of its own, so that its time and its memory are its own.

    python -m tests.benchmarks.streams.clients KIND STREAMS TOKENS URL [CERTIFICATE]

Prints one JSON object: from the moment at which all streams are open to the end of the last one.
"""

from __future__ import annotations

import asyncio
import gc
import json
import resource
import ssl
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path

from app.limits import raise_open_files
from engine.providers.transport import tls_context
from tests.benchmarks.streams import bare, readers

Reader = Callable[["Crowd", str, ssl.SSLContext], Coroutine[object, object, None]]


def resident_kb() -> float:
    """Return the memory that this process holds, in kB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024


@dataclass(slots=True)
class Crowd:
    """Streams that are read at the same time: what they have in common."""

    streams: int
    tokens_each: int
    before_kb: float = field(default_factory=resident_kb)
    opened: int = 0
    tokens: int = 0
    all_open: asyncio.Event = field(default_factory=asyncio.Event)
    open_kb: float = 0.0
    began: float = field(default_factory=time.perf_counter)
    open_at: float = 0.0
    cpu_at_open: float = 0.0

    def open(self) -> None:
        """Say that a stream has its head."""
        self.opened += 1
        if self.opened == self.streams:
            self.open_at, self.cpu_at_open = time.perf_counter(), time.process_time()

    def took(self, tokens: int) -> None:
        """Say that so many tokens came."""
        self.tokens += tokens
        if not self.open_kb and self.tokens >= 2 * self.streams:  # all stream; the replies are not yet worth much
            self.open_kb = resident_kb()

    def figures(self) -> dict[str, float]:
        """Return what it took."""
        wall, cpu = time.perf_counter() - self.open_at, time.process_time() - self.cpu_at_open
        return {
            "open_s": round(self.open_at - self.began, 2),
            "wall_s": round(wall, 2),
            "tok_s": round(self.tokens / wall),
            "core_percent": round(100 * cpu / wall, 1),
            "us_token": round(1e6 * cpu / max(1, self.tokens), 2),
            "kb_stream": round((self.open_kb - self.before_kb) / self.streams, 1),
            "lost": self.streams * self.tokens_each - self.tokens,
        }


READERS: dict[str, Reader] = {
    "ours": readers.ours,
    "transport": readers.transport,
    "httpx": readers.stock_httpx,
    "aiohttp": readers.plain_aiohttp,
    "httpx-aiohttp": readers.httpx_aiohttp,
    "bare": bare.bare,
}


async def main(kind: str, streams: int, tokens: int, url: str, certificate: str = "") -> dict[str, float]:
    """Read them all."""
    context = tls_context(verify=bool(certificate))
    if certificate:
        context.load_verify_locations(certificate)
    crowd = Crowd(streams, tokens)
    await READERS[kind](crowd, url, context)
    return crowd.figures()


if __name__ == "__main__":
    raise_open_files()
    gc.disable()  # as the program has it: collected at its own time
    kind, streams, tokens, *where = sys.argv[1:]
    print(json.dumps(asyncio.run(main(kind, int(streams), int(tokens), *where))))
