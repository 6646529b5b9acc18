"""When streams are read: at once while there is little to read, each once a period when there is much."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import pairwise

import pytest

from engine.providers.paced.pacer import GO, LONGEST_S, READS, Pacer, period_s
from tests.virtual_time import VirtualLoop, run


class Fake:
    """A stream whose server writes so many pieces a second, or as many as are read at once."""

    def __init__(self, pacer: Pacer, rate: float, reads: Counter[Fake]) -> None:
        """Be read by `pacer`."""
        self._pacer, self._rate, self._reads = pacer, rate, reads
        self._since = asyncio.get_running_loop().time()
        self.released = 0
        pacer.enter(self)

    def turn(self) -> int:
        """Read what was written since the last time."""
        now = asyncio.get_running_loop().time()
        pieces, self._since = int(self._rate * (now - self._since)), now
        self._reads[self] += 1
        return pieces

    def release(self) -> None:
        """Count it."""
        self.released += 1


class Failing(Fake):
    """A stream that cannot be read."""

    def turn(self) -> int:
        """Fail."""
        raise RuntimeError


async def load(pacer: Pacer, streams: int, each: float, seconds: float) -> Counter[Fake]:
    """Let streams be read for some time; those that are read at once say so ten times a second."""
    reads: Counter[Fake] = Counter()
    fakes = [Fake(pacer, each, reads) for _ in range(streams)]
    for _ in range(int(seconds * 10)):
        await asyncio.sleep(0.1)
        if not pacer.period_s:
            pacer.arrived(sum(fake.turn() for fake in fakes))
            reads.clear()
    for fake in fakes:
        pacer.leave(fake)
    return reads


@pytest.mark.parametrize(
    ("streams", "arrivals", "in_turns", "period"),
    [
        (64, 0, False, 0.0),
        (64, READS, False, 0.0),
        (64, READS * 1.1, False, 0.032),
        (10, READS * 2, False, 0.02),
        (1_000, 50_000, False, 0.5),
        (10_000, 100_000, False, LONGEST_S),
        (64, READS * 0.9, True, 0.032),
        (64, READS * 0.7, True, 0.0),
    ],
)
def test_the_period_follows_the_load(streams: int, arrivals: float, in_turns: bool, period: float) -> None:
    """None where it is light, as long as reads cost what they may, a second at most; and no swinging at the edge."""
    assert period_s(streams, arrivals, in_turns=in_turns) == pytest.approx(period)


def test_under_a_light_load_nobody_waits() -> None:
    """No stream is read in a turn."""

    async def main() -> None:
        pacer = Pacer()
        await load(pacer, 30, 20.0, 3.0)
        assert pacer.period_s == 0.0

    run(main())


def test_under_load_each_is_read_once_a_period() -> None:
    """All of them alike, and reads cost no more than they may."""

    async def main() -> None:
        pacer = Pacer()
        reads = await load(pacer, 1_000, 50.0, 6.0)
        assert pacer.period_s == pytest.approx(0.5)
        assert len(reads) == 1_000
        assert max(reads.values()) - min(reads.values()) <= 1
        assert 10 <= min(reads.values()) <= 12

    run(main())


def test_turns_end_when_the_load_does() -> None:
    """All are read at once again, and no timer is left behind."""

    async def main() -> None:
        pacer = Pacer()
        await load(pacer, 500, 50.0, 2.0)
        assert pacer.period_s
        reads: Counter[Fake] = Counter()
        quiet = Fake(pacer, 1.0, reads)
        await asyncio.sleep(10)
        assert (pacer.period_s, quiet.released) == (0.0, 1)
        pacer.leave(quiet)
        await asyncio.sleep(10)
        assert not pacer.streams
        assert len(asyncio.all_tasks()) == 1

    run(main())


def test_a_long_round_leaves_the_loop_to_others() -> None:
    """No more than so many are read at one go."""

    async def main() -> None:
        pacer = Pacer()
        reads: Counter[Fake] = Counter()
        others: list[int] = []

        async def look() -> None:
            for _ in range(3_000):  # one each would be the smallest share
                others.append(sum(reads.values()))
                await asyncio.sleep(0)
                if others[-1] == 3_000:
                    return
            raise AssertionError("not all of them were read")

        await load(pacer, 3_000, 50.0, 2.0)
        for _ in range(3_000):
            Fake(pacer, 50.0, reads)
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        loop.now += 1.0  # the loop was busy elsewhere: all of them are due
        await look()
        assert max(after - before for before, after in pairwise(others)) <= GO

    run(main())


def test_a_stream_that_fails_stops_no_other() -> None:
    """The round goes on with the next tick."""

    async def main() -> None:
        pacer = Pacer()
        await load(pacer, 500, 50.0, 2.0)
        failed: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, what: failed.append(what["exception"]))
        reads: Counter[Fake] = Counter()
        streams = [(Failing if place == 0 else Fake)(pacer, 50.0, reads) for place in range(500)]
        await asyncio.sleep(2)
        assert failed
        assert min(reads[stream] for stream in streams[1:]) >= 4
        for stream in streams:
            pacer.leave(stream)

    run(main())
