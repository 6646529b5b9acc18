"""Time in which nothing ran is noticed."""

from __future__ import annotations

import asyncio

import pytest

from engine.runtime.gaps import Gaps
from tests.virtual_time import VirtualLoop, run


def test_a_standstill_is_credited_and_a_late_tick_is_not() -> None:
    """A jump of eight hours is a gap; ticks on time are none."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        seen: list[float] = []
        gaps = Gaps(seen.append)
        gaps.start()
        await asyncio.sleep(60)
        assert seen == []
        loop.now += 8 * 3600
        await asyncio.sleep(1)
        assert len(seen) == 1
        assert gaps.total() == pytest.approx(8 * 3600, abs=0.6)
        gaps.stop()

    run(main())
