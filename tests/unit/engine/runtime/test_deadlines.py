"""Deadlines: never early, never while a reply waits, never for time in which nothing ran."""

from __future__ import annotations

import asyncio

import pytest

from engine.domain.states import TimeLevel, Wanted
from engine.runtime.deadlines import CutError, Deadlines, Interruptible
from tests.virtual_time import run


async def _until_cut(deadlines: Deadlines, body: float = 1e6) -> tuple[object, float]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with deadlines:
            await asyncio.sleep(body)
    except CutError as cut:
        return cut.cause, loop.time() - began
    return None, loop.time() - began


def test_the_nearest_level_ends_the_body() -> None:
    """Of several levels the one with the least time left fires, and at its time."""

    async def main() -> None:
        levels = {TimeLevel.STEP: 120.0, TimeLevel.WINDOW: 45.0, TimeLevel.TASK: 3600.0}
        assert await _until_cut(Deadlines(levels)) == (TimeLevel.WINDOW, pytest.approx(45.0))

    run(main())


def test_first_token_then_silence() -> None:
    """Before progress the first-token limit holds, after it the silence limit, counted from the last progress."""

    async def main() -> None:
        cause, after = await _until_cut(Deadlines({TimeLevel.FIRST_TOKEN: 60.0, TimeLevel.SILENCE: 30.0}))
        assert (cause, after) == (TimeLevel.FIRST_TOKEN, pytest.approx(60.0))
        loop = asyncio.get_running_loop()
        began = loop.time()
        deadlines = Deadlines({TimeLevel.STEP: 1000.0, TimeLevel.FIRST_TOKEN: 60.0, TimeLevel.SILENCE: 30.0})
        for tick in range(1, 11):
            loop.call_at(began + 25.0 * tick, deadlines.progress)
        assert await _until_cut(deadlines) == (TimeLevel.SILENCE, pytest.approx(280.0))

    run(main())


def test_silence_after_an_early_first_token_is_not_noticed_late() -> None:
    """The silence limit fires at its time although the first token could have come much later."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        deadlines = Deadlines({TimeLevel.STEP: 1000.0, TimeLevel.FIRST_TOKEN: 60.0, TimeLevel.SILENCE: 5.0})
        loop.call_at(loop.time() + 1.0, deadlines.progress)
        assert await _until_cut(deadlines) == (TimeLevel.SILENCE, pytest.approx(6.0))

    run(main())


def test_no_deadline_fires_early_or_when_the_body_is_done() -> None:
    """A body that ends before its deadline is left alone, and its timer goes with it."""

    async def main() -> None:
        async with Deadlines({TimeLevel.STEP: 10.0, TimeLevel.SILENCE: 5.0}) as deadlines:
            deadlines.progress()
            await asyncio.sleep(4.999)
        await asyncio.sleep(100.0)

    run(main())


def test_data_that_waits_is_read_before_a_deadline_is_judged() -> None:
    """What became ready together with the deadline counts as progress."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        async with Deadlines({TimeLevel.FIRST_TOKEN: 10.0, TimeLevel.SILENCE: 10.0}) as deadlines:
            loop.call_at(loop.time() + 10.0, loop.call_soon, deadlines.progress)
            await asyncio.sleep(15.0)

    run(main())


def test_what_waits_in_the_socket_is_read_before_a_deadline_is_judged() -> None:
    """Streams are not always read at once: a deadline that is due reads first, and fires only where nothing was."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        deadlines = Deadlines({TimeLevel.FIRST_TOKEN: 10.0, TimeLevel.SILENCE: 10.0})
        reads: list[float] = []
        began = loop.time()

        def read() -> None:
            reads.append(loop.time() - began)
            if len(reads) < 3:
                loop.call_soon(deadlines.progress)

        deadlines.read_by(read)
        assert await _until_cut(deadlines) == (TimeLevel.SILENCE, pytest.approx(30.0))
        assert reads == [pytest.approx(10.0), pytest.approx(20.0), pytest.approx(30.0)]

    run(main())


def test_time_in_which_nothing_ran_is_credited() -> None:
    """Seconds of standstill move every deadline."""

    async def main() -> None:
        gaps = [0.0]
        loop = asyncio.get_running_loop()
        loop.call_later(4.0, gaps.append, 7.0)
        deadlines = Deadlines({TimeLevel.STEP: 10.0}, credit=lambda: sum(gaps))
        assert await _until_cut(deadlines) == (TimeLevel.STEP, pytest.approx(17.0))

    run(main())


def test_a_wish_cuts_and_the_first_cause_stays() -> None:
    """`cut` ends the body at once; a later cause changes nothing."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        scope = Interruptible()
        loop.call_later(3.0, scope.cut, Wanted.PAUSE)
        loop.call_later(3.0, scope.cut, Wanted.CANCEL)
        assert await _until_cut(scope) == (Wanted.PAUSE, pytest.approx(3.0))

    run(main())


def test_a_foreign_cancellation_passes_through() -> None:
    """Cancelling the task from outside is a cancellation, not a cut."""

    async def main() -> None:
        async def body() -> None:
            async with Deadlines({TimeLevel.STEP: 10.0}):
                await asyncio.sleep(1e6)

        task = asyncio.ensure_future(body())
        await asyncio.sleep(1.0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(main())


def test_a_timeout_error_of_the_body_is_its_own() -> None:
    """TimeoutError raised by the body is not taken for a deadline."""

    async def main() -> None:
        with pytest.raises(TimeoutError, match="mine"):
            async with Deadlines({TimeLevel.STEP: 10.0}):
                raise TimeoutError("mine")

    run(main())


def test_silence_is_noticed_where_every_other_level_was_lifted() -> None:
    """Nothing else would have woken anybody: a stream that stalls would have hung for ever."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        deadlines = Deadlines({TimeLevel.SILENCE: 5.0})
        loop.call_at(loop.time() + 1.0, deadlines.progress)
        assert await _until_cut(deadlines) == (TimeLevel.SILENCE, pytest.approx(6.0))

    run(main())


def test_a_limit_is_extended_where_none_ran() -> None:
    """What was lifted and is needed no more can be cut by the next level alone."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        deadlines = Deadlines({TimeLevel.STEP: 10.0})
        loop.call_at(loop.time() + 4.0, deadlines.extend, TimeLevel.STEP, 7.0)
        assert await _until_cut(deadlines) == (TimeLevel.STEP, pytest.approx(17.0))

    run(main())
