"""The simulator in a process of its own, for benchmarks whose window shall not answer itself.

It says its address on its first line, serves, and leaves when its standard input ends: also after a kill of who made
it. CLOCK_MONOTONIC is common to processes, so that its witness's stamps stand beside the maker's own.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.request
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from app.limits import raise_open_files
from engine.cost.port import Price
from engine.simulator.config import SimulatedModel, SimulatorConfig
from engine.simulator.server import Simulator

MODEL = "far"
PRICE = Price(input=100_000, cached_input=25_000, cache_write=100_000, output=400_000, reasoning=400_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class FarServer:
    """A simulator elsewhere."""

    url: str

    def arrivals(self, after: int) -> list[float]:
        """Return the monotonic seconds at which requests came, but for the first `after`."""
        address = self.url.removesuffix("/v1") + f"/_sim/requests?after={after}"
        with urllib.request.urlopen(address, timeout=60) as answered:
            return [each["monotonic_ns"] / 1e9 for each in json.load(answered)]


@contextmanager
def far_server(*, tokens_per_s: float, reply_tokens: int) -> Generator[FarServer]:
    """Serve one model elsewhere for the body."""
    command = [sys.executable, "-m", "tests.benchmarks.far_server", str(tokens_per_s), str(reply_tokens)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            yield FarServer(url=child.stdout.readline().decode().strip())
        finally:
            child.stdin.close()


async def serve(tokens_per_s: float, reply_tokens: int) -> None:
    """Serve until standard input ends."""
    model = SimulatedModel(
        id=MODEL, tokens_per_s=tokens_per_s, first_token_s=0.2, reply_tokens=reply_tokens, price=PRICE
    )
    async with Simulator(SimulatorConfig(models=(model,))) as simulator:
        print(simulator.base_url, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def main(arguments: Sequence[str]) -> None:
    """Serve as the command says."""
    raise_open_files()
    asyncio.run(serve(float(arguments[0]), int(arguments[1])))


if __name__ == "__main__":
    main(sys.argv[1:])
