"""Which limits a call counts in, as days and months begin and batches come and go."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from engine.cost.ledger import MemoryLedger
from engine.cost.port import Level, OverBudgetError, Scope
from engine.domain.errors import ErrorCode
from engine.domain.ids import TaskId
from engine.domain.states import AT_REST
from engine.domain.task import Standing
from engine.providers.scripted import failure, in_turn, reply
from engine.runtime.accounts import EVERYTHING, Accounts
from engine.runtime.record import TaskRecord
from engine.store.port import Spending
from tests.virtual_time import run
from tests.workbench import CENT, bench, spec


@dataclass(slots=True)
class Calendar:
    """A clock of which only the day is asked."""

    day: str = "2026-11-30"

    def monotonic(self) -> float:
        """See `Clock`."""
        return 0.0

    def wall_ms(self) -> int:
        """See `Clock`."""
        return 0

    def local_day(self, at_ms: int) -> str:
        """See `Clock`."""
        del at_ms
        return self.day


def record(batch: str = "", *, spent: int = 0, budget: int | None = None) -> TaskRecord:
    """Return a task."""
    standing = Standing(spent=spent)
    return TaskRecord(id=TaskId("a"), order=1, spec=spec(batch=batch, budget=budget), standing=standing, tip=standing)


def accounts(calendar: Calendar, limits: dict[Level, int | None] | None = None, **spent: int) -> Accounts:
    """Return accounts in which these days have spent something, named d30, d29 and so on."""
    made = Accounts(MemoryLedger(), calendar, limits or {})
    days = {f"2026-11-{name[1:]}": amount for name, amount in spent.items()}
    made.restore(Spending(days=days, batches={"old": 3 * CENT}, total=sum(days.values())), {("batch", "new"): CENT})
    return made


def test_a_call_counts_at_every_level() -> None:
    """Task, batch, day, month, everything: each once; without a batch there is none."""
    made = accounts(Calendar())
    levels = [scope.level for scope in made.scopes(record("old"))]
    assert levels == [Level.TASK, Level.BATCH, Level.DAY, Level.MONTH, Level.EVERYTHING]
    assert Level.BATCH not in [scope.level for scope in made.scopes(record())]


def test_what_was_spent_before_counts() -> None:
    """Today, this month, ever, and in each batch; a day of another month does not count in this one."""
    made = accounts(Calendar(), d30=CENT, d29=2 * CENT)
    assert made.balance(made.day()).spent == CENT
    assert made.balance(made.month()).spent == 3 * CENT
    assert made.balance(EVERYTHING).spent == 3 * CENT
    assert made.balance(Scope(Level.BATCH, "old")).spent == 3 * CENT


def test_a_new_day_has_the_limit_of_a_day_anew() -> None:
    """And a new month that of a month; the old ones keep what they spent."""
    calendar = Calendar()
    made = accounts(calendar, {Level.DAY: 5 * CENT, Level.MONTH: 50 * CENT}, d30=4 * CENT)
    yesterday = made.day()
    calendar.day = "2026-12-01"
    today, month, before = (made.balance(scope) for scope in (made.day(), made.month(), yesterday))
    assert (today.spent, today.limit) == (0, 5 * CENT)
    assert (month.spent, month.limit) == (0, 50 * CENT)
    assert (before.spent, before.limit) == (4 * CENT, 5 * CENT)


def test_a_changed_limit_holds_for_days_to_come() -> None:
    """Not only for the one on which it was set."""
    calendar = Calendar()
    made = accounts(calendar, {Level.DAY: 5 * CENT})
    made.set_limit(made.day(), 2 * CENT)
    calendar.day = "2026-12-01"
    assert made.balance(made.day()).limit == 2 * CENT


def test_a_batch_has_its_own_budget_before_its_first_task() -> None:
    """As it was stored; another batch has none."""
    made = accounts(Calendar())
    made.scopes(record("new"))
    made.scopes(record("third"))
    assert made.balance(Scope(Level.BATCH, "new")).limit == CENT
    assert made.balance(Scope(Level.BATCH, "third")).limit is None


def test_the_room_that_tasks_share() -> None:
    """The least of what day, month, everything and the batch leave; none where nothing is limited."""
    made = accounts(Calendar(), {Level.DAY: 5 * CENT}, d30=2 * CENT)
    assert (made.room(""), made.room("new")) == (3 * CENT, CENT)
    assert accounts(Calendar()).room("") is None


def test_a_deleted_task_stays_counted_in_all_others() -> None:
    """Only its own account is closed."""
    made = accounts(Calendar(), d30=CENT)
    made.add(record(spent=CENT, budget=2 * CENT))
    own = Scope(Level.TASK, TaskId("a"))
    assert (made.balance(own).spent, made.balance(own).limit) == (CENT, 2 * CENT)
    made.remove(TaskId("a"))
    assert made.balance(own).limit is None
    assert made.balance(EVERYTHING).spent == CENT


def test_a_clock_that_is_set_finds_each_day_as_it_was_left() -> None:
    """Back to a day whose budget is used up there is no more of it; forward there is a new one; then as before."""

    async def main() -> None:
        calendar = Calendar("2026-11-30")
        ledger = MemoryLedger()
        made = Accounts(ledger, calendar, {Level.DAY: 5 * CENT, Level.MONTH: 7 * CENT})
        made.restore(Spending(days={"2026-11-29": 5 * CENT}, batches={}, total=5 * CENT), {})
        task = record()
        ledger.settle(await ledger.admit(made.scopes(task), 2 * CENT), 2 * CENT)
        calendar.day = "2026-11-29"
        with pytest.raises(OverBudgetError) as refused:
            await ledger.admit(made.scopes(task), 1)
        assert refused.value.scope == Scope(Level.DAY, "2026-11-29")
        calendar.day = "2026-12-01"
        ledger.settle(await ledger.admit(made.scopes(task), 5 * CENT), 5 * CENT)
        calendar.day = "2026-11-30"
        with pytest.raises(OverBudgetError) as refused:
            await ledger.admit(made.scopes(task), CENT)
        assert refused.value.scope == Scope(Level.MONTH, "2026-11")
        assert made.balance(EVERYTHING).spent == 12 * CENT

    run(main())


def test_a_task_and_its_account_agree_at_every_turn_of_the_loop() -> None:
    """What is shown as spent is not held any more, and what is not shown yet is: nobody sees one without the other."""

    async def main() -> None:
        cut = failure(ErrorCode.CUT, maybe_billed=True)
        async with bench(in_turn(reply("a"), cut, reply("b"), reply("c", usage=None)), limits={Level.DAY: CENT}) as b:
            tasks = [await b.submit(max_steps=3, title=str(number)) for number in range(6)]
            looks = 0
            while not all(b.engine.snapshot(task).state in AT_REST for task in tasks):
                looks += 1
                await asyncio.sleep(0 if looks % 20 else 0.01)  # every turn, and time goes on
                for task in tasks:
                    assert b.engine.snapshot(task).standing.spent == b.engine.balance(Scope(Level.TASK, task)).spent
                assert b.engine.totals().spent_total == sum(each.standing.spent for each in b.engine.snapshots())
            assert looks > 100
            attempt = (await b.engine.steps(tasks[0]))[0].attempts[0].intent.attempt
            correcting = asyncio.ensure_future(b.engine.correct(tasks[0], attempt, 7))
            while not correcting.done():
                await asyncio.sleep(0)
                own = b.engine.balance(Scope(Level.TASK, tasks[0])).spent
                assert b.engine.snapshot(tasks[0]).standing.spent == own

    run(main())
