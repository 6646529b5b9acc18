"""What the store says was spent, and what the ledger in memory says, are the same at every level, whatever happened.

Steps and cuts, corrections by person and provider, restoring, forks, deletions taken back, new days, crashes: in any
mix. After each, the store's sums are held against the accounts, before and after the engine is opened anew.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.cost.port import Level, Scope
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.step import AttemptRecord
from engine.providers.port import Delta, Opened
from engine.providers.scripted import Script, Sent, Wait, reply
from engine.store.reading import attempts_of
from tests.virtual_time import VirtualLoop, run
from tests.workbench import Bench, bench, spec

DAY_S = 86_400.0
REFUSED = (ErrorCode.NOT_POSSIBLE, ErrorCode.NO_STEPS_LEFT, ErrorCode.ATTEMPT_OPEN)
"""What an act may be refused with, where a task is not so that it could be done."""

SLOW: Script = (Opened("asked"), Delta("Half", 1), Wait(1000.0))


def playbook(sent: Sent) -> Script:
    """Reply, and stay in the middle of every fourth."""
    return SLOW if sent.number % 4 == 3 else reply(f"Reply {sent.number}.", pause_s=0.2)


class Life:
    """A person, a provider and a power switch; each act picks what it acts on by a number."""

    def __init__(self, b: Bench) -> None:
        self.b = b
        self.gone: list[TaskId] = []

    async def submit(self, choice: int) -> None:
        """Make a task, of a batch or of none."""
        made = spec(max_steps=6, checkpoint_interval=1, batch=("", "b", "c")[choice % 3])
        await self.b.engine.submit([made], paused=True)

    async def work(self, choice: int) -> None:
        """Let everything run for a while, then stop it in mid-stream."""
        self.b.engine.resume_all()
        await asyncio.sleep(0.3 + choice % 7)
        self.b.engine.pause_all(now=True)
        for snapshot in self.b.engine.snapshots():
            await self.b.done(snapshot.id)

    async def correct(self, choice: int) -> None:
        """Say what an attempt cost."""
        attempts = await self._attempts()
        if attempts:
            intent = attempts[choice % len(attempts)].intent
            await self.b.engine.correct(intent.task, intent.attempt, choice * 1_000_003)

    async def ask(self, choice: int) -> None:
        """Have the provider say it."""
        attempts = await self._attempts()
        if attempts:
            self.b.provider.billed = {"asked": choice * 7}
            intent = attempts[choice % len(attempts)].intent
            await self.b.engine.ask_provider(intent.task, intent.attempt)

    async def restore(self, choice: int) -> None:
        """Take a task back, if it can be."""
        for task in self._tasks(choice):
            points = await self.b.engine.checkpoints(task)
            if points:
                await self.b.engine.restore(task, points[choice % len(points)].step)

    async def fork(self, choice: int) -> None:
        """Go on from a checkpoint in another batch."""
        for task in self._tasks(choice):
            points = await self.b.engine.checkpoints(task)
            if points:
                made = spec(max_steps=9, checkpoint_interval=1, batch="f")
                await self.b.engine.fork(task, points[0].step, made)

    async def delete(self, choice: int) -> None:
        """Take a task out of view."""
        self.gone += await self.b.engine.delete(self._tasks(choice))

    async def undelete(self, choice: int) -> None:
        """Take one back."""
        if self.gone:
            await self.b.engine.undelete([self.gone.pop(choice % len(self.gone))])

    async def sleep(self, choice: int) -> None:
        """Let the computer sleep for a day or two, still in the month."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        if loop.now < 5 * DAY_S:
            loop.now += DAY_S * (1 + choice % 2)

    async def crash(self, choice: int) -> None:
        """Lose the engine while everything runs; what the store has is what a new one finds."""
        self.b.engine.resume_all()
        await asyncio.sleep(0.3 + choice % 3)
        await self.b.crash()

    async def _attempts(self) -> list[AttemptRecord]:
        found: list[AttemptRecord] = []
        for snapshot in self.b.engine.snapshots():
            found += [attempt for step in await self.b.engine.steps(snapshot.id) for attempt in step.attempts]
        return found

    def _tasks(self, choice: int) -> list[TaskId]:
        all_ = [snapshot.id for snapshot in self.b.engine.snapshots()]
        return [all_[choice % len(all_)]] if all_ else []

    async def check(self) -> None:
        """Hold the ledger against the store, and the store's sums against its own attempts."""
        balance, store = self.b.engine.balance, self.b.store
        spending = await store.spending()
        months = Counter[str]()
        for day, amount in spending.days.items():
            months[day[:7]] += amount
            assert balance(Scope(Level.DAY, day)).spent == amount
        for month, amount in months.items():
            assert balance(Scope(Level.MONTH, month)).spent == amount
        for batch, amount in spending.batches.items():
            assert balance(Scope(Level.BATCH, batch)).spent == amount
        everything = balance(Scope(Level.EVERYTHING, ""))
        assert (everything.spent, everything.held) == (spending.total, 0)
        for snapshot in self.b.engine.snapshots():
            costs = sum(attempt.cost for attempt in attempts_of(store.records[snapshot.id]))
            assert balance(Scope(Level.TASK, snapshot.id)).spent == snapshot.standing.spent == costs
            assumed = sum(a.cost for a in attempts_of(store.records[snapshot.id]) if a.assumed)
            assert snapshot.standing.assumed == assumed
        unknown = await self.b.engine.unknown()
        totals = self.b.engine.totals()
        assert totals.unknown_amount == sum(each.amount for each in unknown)
        assert totals.unknown == len({each.task for each in unknown})


Act = Callable[[Life, int], Awaitable[None]]

ACTS: tuple[Act, ...] = (
    Life.work,
    Life.work,
    Life.correct,
    Life.correct,
    Life.ask,
    Life.restore,
    Life.fork,
    Life.delete,
    Life.undelete,
    Life.sleep,
    Life.crash,
    Life.submit,
)


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 40)), min_size=4, max_size=16))
def test_store_and_ledger_agree(acts: list[tuple[Act, int]]) -> None:
    """At every level, after every act, and once more after reopening."""

    async def main() -> None:
        async with bench(playbook) as b:
            life = Life(b)
            for choice in range(3):
                await life.submit(choice)
            await life.work(3)
            for act, choice in acts:
                try:
                    await act(life, choice)
                except DroverError as error:
                    if error.code not in REFUSED:
                        raise
                await b.engine.saved()
                await asyncio.sleep(0.01)
                await life.check()
            await b.engine.close()
            await b.reopen()
            await life.check()

    run(main())
