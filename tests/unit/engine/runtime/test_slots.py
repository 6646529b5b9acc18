"""Slots of a provider."""

from __future__ import annotations

import asyncio

from engine.runtime.slots import Slots
from tests.virtual_time import run


def test_no_more_than_the_provider_takes() -> None:
    """Two at a time of five; a provider without a limit never waits; a cancelled waiter leaves no hole."""

    async def main() -> None:
        slots = Slots()
        most = now = 0

        async def use() -> None:
            nonlocal most, now
            async with slots.take("local", 2):
                now += 1
                most = max(most, now)
                await asyncio.sleep(1)
                now -= 1

        jobs = [asyncio.ensure_future(use()) for _ in range(5)]
        await asyncio.sleep(0.5)
        assert slots.busy("local", 2)
        assert not slots.busy("cloud", None)
        jobs[3].cancel()
        await asyncio.wait(jobs)
        assert most == 2
        assert not slots.busy("local", 2)
        async with slots.take("local", 2), slots.take("local", 2), slots.take("cloud", None):
            assert slots.busy("local", 2)

    run(main())
