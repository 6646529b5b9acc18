"""How soon a stream is read: at once where somebody looks at it, and before a deadline of its own is judged."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from engine.domain.task import TimeLimits
from engine.providers.port import AtOnce, Delta, Opened
from engine.providers.scripted import Script, Wait, in_turn
from tests.virtual_time import run
from tests.workbench import bench


@dataclass(slots=True)
class Asked(AtOnce):
    """A `Reading` that writes down what it was asked for."""

    watched: list[bool] = field(default_factory=list[bool])
    reads: int = 0

    def watch(self, *, watched: bool) -> None:
        """See `Reading`."""
        self.watched.append(watched)

    def now(self) -> None:
        """See `Reading`."""
        self.reads += 1


def slow(reading: Asked) -> Script:
    """A reply that begins and is never done."""
    return (Opened("", reading=reading), Delta("a", 1), Wait(1e6))


def test_the_task_in_focus_is_read_at_once_and_no_other() -> None:
    """From the next drain on, until another one is looked at, or none."""

    async def main() -> None:
        first, second = Asked(), Asked()
        async with bench(in_turn(slow(first), slow(second))) as b:
            tasks = [await b.submit() for _ in range(2)]
            await asyncio.sleep(1)
            b.engine.drain()
            assert not first.watched
            b.engine.focus(tasks[0])
            for _ in range(3):
                b.engine.drain()
            assert (first.watched, second.watched) == ([True], [])
            b.engine.focus(tasks[1])
            b.engine.drain()
            assert (first.watched, second.watched) == ([True, False], [True])
            b.engine.focus(None)
            b.engine.drain()
            assert second.watched == [True, False]

    run(main())


def test_a_deadline_that_is_due_reads_first() -> None:
    """What lies in the socket is not late."""

    async def main() -> None:
        asked = Asked()
        async with bench(in_turn(slow(asked))) as b:
            await b.submit(limits=TimeLimits(silence=5.0))
            await asyncio.sleep(4)
            assert not asked.reads
            await asyncio.sleep(2)
            assert asked.reads == 1

    run(main())
