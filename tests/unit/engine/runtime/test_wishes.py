"""What a person or the program's end wishes of a task that runs, and how soon it takes effect."""

from __future__ import annotations

import asyncio

import pytest

from engine.domain.ids import TaskId
from engine.domain.states import Event, PauseReason, Phase, State, Wanted
from engine.domain.task import Standing
from engine.runtime.deadlines import CutError, Deadlines
from engine.runtime.record import TaskRecord
from engine.runtime.stop import Stop
from engine.runtime.wishes import Wishes
from tests.virtual_time import run
from tests.workbench import spec


def wishing(wanted: Wanted = Wanted.NOTHING) -> tuple[TaskRecord, Wishes]:
    """Return a task of which this is wished."""
    standing = Standing(state=State.RUNNING, wanted=wanted)
    record = TaskRecord(id=TaskId("a"), order=1, spec=spec(), standing=standing, tip=standing)
    return record, Wishes(record, lambda _: None)


@pytest.mark.parametrize(
    ("wanted", "closing", "event", "reason"),
    [
        (Wanted.PAUSE, Wanted.NOTHING, Event.PAUSE, PauseReason.USER),
        (Wanted.PAUSE_NOW, Wanted.NOTHING, Event.PAUSE, PauseReason.USER),
        (Wanted.CANCEL, Wanted.PAUSE, Event.CANCEL, ""),
        (Wanted.PAUSE, Wanted.PAUSE_NOW, Event.PAUSE, PauseReason.USER),
        (Wanted.NOTHING, Wanted.PAUSE, Event.PAUSE, PauseReason.INTERRUPTION),
    ],
)
def test_what_a_wish_comes_to(wanted: Wanted, closing: Wanted, event: Event, reason: str) -> None:
    """A person's stands above the end of the program."""
    _, wishes = wishing(wanted)
    wishes.close(closing)
    with pytest.raises(Stop) as stop:
        wishes.obey()
    assert (stop.value.event, stop.value.reason) == (event, reason)


def test_without_a_wish_nothing_stops() -> None:
    """Obeying is no end by itself."""
    wishing()[1].obey()


def test_a_wait_ends_at_once_and_counts_no_time() -> None:
    """Whatever kind of pause it is: nothing is being paid."""

    async def main() -> None:
        record, wishes = wishing()
        record.active_since = 5.0

        async def wait() -> None:
            async with wishes.waiting(Phase.RETRYING, until=9_000.0):
                assert (record.phase, record.phase_until, record.active_since) == (Phase.RETRYING, 9_000.0, None)
                await asyncio.sleep(3_600)

        waiting = asyncio.create_task(wait())
        await asyncio.sleep(1.0)
        record.next(wanted=Wanted.PAUSE)
        wishes.heed()
        with pytest.raises(Stop):
            await waiting
        assert asyncio.get_running_loop().time() == pytest.approx(1001.0)
        assert record.phase_until is None

    run(main())


@pytest.mark.parametrize(("wish", "cut"), [(Wanted.PAUSE, False), (Wanted.PAUSE_NOW, True), (Wanted.CANCEL, True)])
def test_a_stream_is_cut_only_when_it_is_said(wish: Wanted, cut: bool) -> None:
    """A step in flight is being paid: a pause lets it end."""

    async def main() -> None:
        record, wishes = wishing()

        async def stream() -> None:
            deadlines = Deadlines({})
            with wishes.streaming(deadlines):
                async with deadlines:
                    await asyncio.sleep(10)

        streaming = asyncio.create_task(stream())
        await asyncio.sleep(1.0)
        record.next(wanted=wish)
        wishes.heed()
        if cut:
            with pytest.raises(CutError):
                await streaming
        else:
            await streaming
        assert asyncio.get_running_loop().time() == pytest.approx(1001.0 if cut else 1010.0)

    run(main())


def test_a_wish_that_is_taken_back_in_time_leaves_a_wait_that_goes_on() -> None:
    """The wait was cut for it; the runner hears that nothing is wished any more, and tries again."""

    async def main() -> None:
        record, wishes = wishing()

        async def wait() -> None:
            async with wishes.waiting(Phase.RETRYING):
                await asyncio.sleep(3_600)

        waiting = asyncio.create_task(wait())
        await asyncio.sleep(1.0)
        record.next(wanted=Wanted.PAUSE)
        wishes.heed()
        record.next(wanted=Wanted.NOTHING)
        with pytest.raises(CutError):
            await waiting

    run(main())
