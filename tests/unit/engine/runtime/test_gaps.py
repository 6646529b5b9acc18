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


def test_a_gap_counts_from_the_last_look() -> None:
    """It begins between two ticks: no second of it is anybody's lateness."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        gaps = Gaps(lambda _: None)
        gaps.start()
        await asyncio.sleep(0.2)
        loop.now += 3.0
        await asyncio.sleep(0.1)
        assert 3.0 <= gaps.total() <= 3.5
        gaps.stop()

    run(main())


def test_who_asks_before_the_tick_is_told() -> None:
    """What was waiting when the process goes on comes before any timer; the gap counts once."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        seen: list[float] = []
        gaps = Gaps(seen.append)
        gaps.start()
        loop.now += 60.0
        assert gaps.total() == 60.0
        await asyncio.sleep(2)
        assert (gaps.total(), seen) == (60.0, [60.0])
        gaps.stop()
        loop.now += 60.0
        assert gaps.total() == 60.0

    run(main())
