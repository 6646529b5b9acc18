"""One child, started on demand and again when it died, but not for ever. The children here are small scripts."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from engine.domain.clock import ManualClock
from engine.domain.errors import ErrorCode
from engine.providers.local.handshake import Launch
from engine.providers.local.host import MAX_DEATHS, ModelHost, wait_before_start
from engine.providers.local.process import ModelProcess, start
from engine.providers.port import ProviderError
from tests.children import DIES, READY

LAUNCH = Launch(model="m", alias="a", key="k", slots=1, context=1, threads=1)


class Starter:
    """Starts a script and counts."""

    def __init__(self, *command: str) -> None:
        """Start `command` each time."""
        self.command = command
        self.started = 0
        self.begun = asyncio.Event()

    async def __call__(self) -> ModelProcess:
        """Start it."""
        self.started += 1
        self.begun.set()
        return await start(LAUNCH, self.command)


@pytest.mark.parametrize(
    ("deaths", "now", "wait"),
    [
        ([], 0.0, 0.0),
        ([10.0], 10.0, 0.25),
        ([10.0], 10.2, 0.05),
        ([10.0], 99.0, 0.0),
        ([1.0, 2.0, 3.0], 3.0, 1.0),
        ([1.0, 2.0, 3.0, 4.0], 4.0, 2.0),
        ([1.0, 2.0, 3.0, 4.0, 5.0], 5.0, None),
        ([1.0, 2.0, 3.0, 4.0, 5.0], 122.5, 0.0),
    ],
)
def test_the_wait_before_a_start(deaths: list[float], now: float, wait: float | None) -> None:
    """It doubles with each death, ends after too many, and old deaths are forgotten."""
    found = wait_before_start(deaths, now)
    assert found == wait if wait is None else found == pytest.approx(wait)


async def test_all_who_ask_share_one_start() -> None:
    """Single flight, and the same child afterwards."""
    starter = Starter(*READY)
    host = ModelHost(starter, ManualClock())
    first, second = await asyncio.gather(host.running(), host.running())
    assert first is second is await host.running()
    assert starter.started == 1
    await host.close()
    assert not first.alive


async def test_cancelling_one_who_waits_does_not_end_the_start() -> None:
    """The others get their child."""
    starter = Starter(*READY)
    host = ModelHost(starter, ManualClock())
    impatient = asyncio.ensure_future(host.running())
    patient = asyncio.ensure_future(host.running())
    await starter.begun.wait()
    impatient.cancel()
    assert (await patient).alive
    assert impatient.cancelled()
    await host.close()


async def test_a_child_that_died_is_started_again() -> None:
    """Killed, it is replaced on the next demand."""
    starter = Starter(*READY)
    host = ModelHost(starter, ManualClock())
    first = await host.running()
    os.kill(first.pid, signal.SIGKILL)
    assert await first.died(5)
    second = await host.running()
    assert second.pid != first.pid
    await host.close()


async def test_a_child_that_keeps_dying_is_given_up() -> None:
    """The error then says that trying again does not help."""
    starter = Starter(*DIES)
    clock = ManualClock()
    host = ModelHost(starter, clock)
    errors: list[ProviderError] = []
    while not errors or errors[-1].retryable:
        with pytest.raises(ProviderError) as caught:
            await host.running()
        errors.append(caught.value)
        clock.move(10)
    assert starter.started == MAX_DEATHS
    assert {error.code for error in errors} == {ErrorCode.MODEL_DIED}
    assert not any(error.maybe_billed for error in errors)


async def test_closing_ends_a_start() -> None:
    """Those who wait get an error, not a cancellation of their own, and no child is left."""
    starter = Starter(*READY[:-1], "import time; time.sleep(60)")
    host = ModelHost(starter, ManualClock())
    waiting = asyncio.ensure_future(host.running())
    await starter.begun.wait()
    await host.close()
    with pytest.raises(ProviderError):
        await waiting
    with pytest.raises(ProviderError):
        await host.running()
