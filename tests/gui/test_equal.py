"""What the window shows of money is what the ledger says, to the last digit: tiles, meters, columns, charts."""

from __future__ import annotations

import asyncio
import csv
import io
from collections import Counter
from decimal import Decimal
from pathlib import Path

from engine.cost.port import Level, Scope
from engine.domain.money import PICO
from engine.domain.states import AT_REST
from engine.domain.task import RetryPolicy
from engine.results.ledger import as_csv
from engine.simulator.config import Fault, FaultKind, SimulatorConfig
from tests.gui.cockpit import Cockpit, cockpit
from ui.cost.figures import Spending
from ui.tasks.columns import INDEX
from ui.tasks.format import money
from ui.tiles import SpendTile

TASKS = 30
RETRY = RetryPolicy(max_retries=5, backoff_base=1.0)
EVERYTHING = Scope(Level.EVERYTHING, "")
FAULTS = (
    Fault(kind=FaultKind.RATE_LIMIT, probability=0.2, retry_after="0"),
    Fault(kind=FaultKind.CUT, probability=0.15),
    Fault(kind=FaultKind.NO_USAGE, probability=0.1),
)


def account(c: Cockpit, scope: Scope) -> Spending:
    """Return what the ledger says of an account."""
    balance = c.engine.balance(scope)
    return Spending(spent=balance.spent, held=balance.held, limit=balance.limit)


def compare_meters(c: Cockpit) -> None:
    """Hold every meter of all tasks, and the chart's newest sample, against the ledger at this moment."""
    c.window.bridge.drain()
    tile = c.window.tiles.findChild(SpendTile)
    assert tile is not None
    day = c.engine.totals().day
    assert tile.meter.spending == account(c, Scope(Level.DAY, day))
    assert tile.limits.month.spending == account(c, Scope(Level.MONTH, day[:7]))
    assert tile.limits.everything.spending == account(c, EVERYTHING)
    assert all(sample.spent <= c.engine.balance(EVERYTHING).spent for sample in c.window.charts.history.samples)


def compare_rows(c: Cockpit) -> int:
    """Hold each row against its task's account at this moment; return the column's sum."""
    c.window.bridge.drain()
    model = c.window.table.model
    column = 0
    for row, task in enumerate(model.ids()):
        spent = c.engine.balance(Scope(Level.TASK, task)).spent
        assert model.task(row).standing.spent == spent
        assert model.data(model.index(row, INDEX["cost"])) == money(spent)
        column += spent
    return column


async def compare_tasks(c: Cockpit) -> int:
    """Hold each row, its meter, its attempts and its account against each other; return the column's sum."""
    column = compare_rows(c)
    for task in tuple(c.window.table.model.ids()):
        assert c.window.table.select(task)  # lets rows that wait take their places: what is where has to be read anew
        assert c.window.inspector.meter.spending == account(c, Scope(Level.TASK, task))
    for task in c.engine.snapshots():
        assert task.standing.spent == sum(step.cost for step in await c.engine.steps(task.id))
    return column


async def compare_export(c: Cockpit) -> None:
    """Hold the ledger as CSV, summed up from its text, against every account: tasks, batches, days, everything."""
    lines = "".join(as_csv([entry async for entry in c.engine.ledger_entries()]))
    rows = list(csv.DictReader(io.StringIO(lines, newline="")))
    for level, column in ((Level.TASK, "task"), (Level.BATCH, "batch"), (Level.DAY, "day")):
        sums: Counter[str] = Counter()
        for row in rows:
            sums[row[column]] += int(Decimal(row["cost_usd"]) * PICO)
        assert dict(sums) == {key: c.engine.balance(Scope(level, key)).spent for key in sums}
    assert sum(Decimal(row["cost_usd"]) for row in rows) * PICO == c.engine.balance(EVERYTHING).spent


async def test_all_that_is_shown_is_what_the_ledger_says(tmp_path: Path) -> None:
    """While thirty tasks run into faults and limits, at every look; and when all is at rest, also the sums."""
    async with cockpit(tmp_path, speed=50.0) as c:
        c.program.use_simulator(SimulatorConfig(speed=50.0, seed=3, faults=FAULTS))
        day = c.engine.totals().day
        for scope, limit in (
            (Scope(Level.DAY, day), PICO // 200),
            (Scope(Level.MONTH, day[:7]), PICO),
            (EVERYTHING, 3 * PICO),
            (Scope(Level.BATCH, "b1"), PICO // 2000),
        ):
            c.engine.set_budget(scope, limit)
        for number in range(TASKS):
            model = ("sim-fast", "sim-balanced", "sim-quality")[number % 3]
            budget = None if number % 4 else PICO // 5000
            await c.make(
                goal=f"Task {number}", model=model, batch=f"b{number % 5}", budget=budget, max_steps=3, retry=RETRY
            )
        # new rows take their places a few times a second
        await c.until(lambda: len(c.window.table.model.ids()) == TASKS)
        while not all(snapshot.state in AT_REST for snapshot in c.engine.snapshots()):
            compare_meters(c)
            assert compare_rows(c) == c.engine.balance(EVERYTHING).spent
            await asyncio.sleep(0.01)
        assert c.engine.totals().held == 0
        compare_meters(c)
        spent = c.engine.balance(EVERYTHING).spent
        assert 0 < spent == await compare_tasks(c)
        assert spent == c.engine.totals().spent_total == c.engine.balance(Scope(Level.DAY, day)).spent
        assert spent == sum(c.engine.balance(Scope(Level.BATCH, f"b{number}")).spent for number in range(5))
        await c.until(lambda: c.window.charts.history.samples[-1].spent == spent)
        assumed = next(snapshot.id for snapshot in c.engine.snapshots() if snapshot.standing.assumed)
        await compare_export(c)
        for step in await c.engine.steps(assumed):
            for attempt in step.attempts:
                if attempt.assumed:
                    await c.engine.correct(assumed, attempt.intent.attempt, 1)
        assert c.engine.balance(EVERYTHING).spent < spent
        assert await compare_tasks(c) == c.engine.balance(EVERYTHING).spent
        await compare_export(c)
        assert {"day", "batch"} & {snapshot.standing.detail for snapshot in c.engine.snapshots()}


async def test_after_a_restart_it_is_the_same(tmp_path: Path) -> None:
    """What the ledger starts from is what it ended with."""
    async with cockpit(tmp_path, speed=50.0) as c:
        tasks = [await c.make(goal=f"Task {number}", batch="b", max_steps=2) for number in range(4)]
        await c.until(lambda: all(c.state(task) in AT_REST for task in tasks))
        day = c.engine.totals().day
        scopes = (EVERYTHING, Scope(Level.DAY, day), Scope(Level.BATCH, "b"), *(Scope(Level.TASK, t) for t in tasks))
        before = [c.engine.balance(scope).spent for scope in scopes]
    async with cockpit(tmp_path, speed=50.0) as c:
        c.window.bridge.drain()
        assert [c.engine.balance(scope).spent for scope in scopes] == before
        assert await compare_tasks(c) == before[0] > 0
