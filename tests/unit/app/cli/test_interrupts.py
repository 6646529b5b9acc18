"""Ctrl-C and SIGTERM in a run: early, once, and once more."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from app.cli.interrupts import SIGNALS, interruptible
from app.cli.report import CommandError, Exit, Output
from engine.domain.errors import ErrorCode
from engine.domain.states import Phase, State
from engine.providers.scripted import failure, in_turn
from tests.workbench import Bench, bench

QUIET = Output(json=True)


@pytest.mark.parametrize("number", SIGNALS)
async def test_before_there_is_a_task_it_ends_with_a_sentence(number: signal.Signals) -> None:
    """What was begun is undone on the way, and the code is the documented one."""
    undone = asyncio.Event()

    async def command() -> None:
        async with interruptible(QUIET):
            try:
                os.kill(os.getpid(), number)
                await asyncio.Event().wait()
            finally:
                undone.set()

    with pytest.raises(CommandError) as raised:
        await asyncio.create_task(command())
    assert (raised.value.code, raised.value.status) == ("ended_early", Exit.INTERRUPTED)
    assert undone.is_set()


async def test_who_cancels_is_not_taken_for_a_signal() -> None:
    """A cancellation from elsewhere stays one."""

    async def command() -> None:
        async with interruptible(QUIET):
            await asyncio.Event().wait()

    running = asyncio.create_task(command())
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_handlers_are_as_they_were_afterwards() -> None:
    """Those of the process come back, whatever they were."""
    before = [signal.getsignal(each) for each in SIGNALS]
    async with interruptible(QUIET):
        assert [signal.getsignal(each) for each in SIGNALS] != before
    assert [signal.getsignal(each) for each in SIGNALS] == before


async def _waiting(b: Bench) -> None:
    async with asyncio.timeout(10):
        while b.engine.snapshots()[0].phase is not Phase.WAITING_RATE_LIMIT:  # noqa: ASYNC110 - the engine's own turn
            await asyncio.sleep(0.001)


async def test_with_a_task_it_pauses_durably() -> None:
    """A wait is ended at once; the task rests, and the command goes on to say how it ended."""
    later = failure(ErrorCode.RATE_LIMITED, retry_after_s=3000.0)
    async with bench(in_turn(later)) as b:
        task = await b.submit()
        async with interruptible(QUIET) as interrupts:
            interrupts.watch(b.engine, [task])
            await _waiting(b)
            os.kill(os.getpid(), signal.SIGINT)
            *_, last = [report async for report in b.engine.watch(task)]
        assert (last.state, last.reason) == (State.PAUSED, "user")


async def test_once_more_cuts_the_reply(capsys: pytest.CaptureFixture[str]) -> None:
    """The first waits for the step, the second does not; each is told."""
    async with bench() as b:
        asked: list[bool] = []

        def pause(ids: object, *, now: bool = False) -> tuple[()]:
            asked.append(now)
            return ()

        b.engine.pause = pause
        async with interruptible(Output(json=False)) as interrupts:
            interrupts.watch(b.engine, [])
            interrupts.press()
            interrupts.press()
        assert asked == [False, True]
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2 and told[0].startswith("Pausing") and told[1].startswith("Cutting")
