"""The page of where money goes, and the banner of budgets: equal to the ledger, read when looked at, told once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from engine.cost.port import Level, Scope
from engine.domain.money import plain
from engine.domain.states import State
from engine.face import By
from tests.gui.cockpit import Cockpit, click, cockpit
from ui.cost.money_table import COLUMNS
from ui.tasks.scope import TaskScope

EVERYTHING = Scope(Level.EVERYTHING, "")


async def two_done(c: Cockpit) -> int:
    """Run two tasks on two models to their ends; return pico that the ledger says was spent."""
    tasks = [await c.make(batch="b"), await c.make(model="sim-quality")]
    await c.until(lambda: all(c.state(task) is State.COMPLETED for task in tasks))
    return c.engine.balance(EVERYTHING).spent


async def test_each_way_of_looking_comes_to_the_ledger_to_the_last_digit(tmp_path: Path) -> None:
    """By day, model, provider and batch: lines, their exact amounts, and the total."""
    async with cockpit(tmp_path, speed=100) as c:
        spent = await two_done(c)
        view = c.window.money
        c.window.sidebar.choose_money()
        await c.until(lambda: len(view.model.lines) == 1)
        for by, lines in zip(By, (1, 2, 1, 2), strict=True):
            view.show_by(by)
            assert len(view.model.lines) == lines
            assert sum(line.cost for line in view.model.lines) == spent
        told = [view.model.index(row, COLUMNS.index("spent")) for row in range(2)]
        exact = [str(view.model.data(index, Qt.ItemDataRole.ToolTipRole)) for index in told]
        assert exact == [f"${plain(line.cost)}" for line in view.model.lines]
        assert view.tiles["all"].toolTip() == f"${plain(spent)}"
        assert "2 tasks" in view.tiles["each"].accessibleDescription()


async def test_it_is_read_when_somebody_looks_and_goes_with_a_click(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is read while the tasks are shown; a row of tasks leads back to them."""
    async with cockpit(tmp_path, speed=100) as c:
        read = 0
        outlays = c.engine.outlays

        async def counted() -> object:
            nonlocal read
            read += 1
            return await outlays()

        monkeypatch.setattr(c.engine, "outlays", counted)
        await two_done(c)
        assert read == 0
        c.window.tiles.spend.clicked.emit()
        await c.until(lambda: read == 1)
        assert c.window.money.isVisible()
        c.window.sidebar.choose(TaskScope())
        assert c.window.table.isVisible() and not c.window.money.isVisible()


async def test_with_nothing_spent_it_says_what_will_be_there(tmp_path: Path) -> None:
    """No blank page."""
    async with cockpit(tmp_path) as c:
        c.window.sidebar.choose_money()
        view = c.window.money
        await c.until(view.empty.isVisible)
        assert "first one" in view.empty.text()
        assert view.chart is not None and not view.chart.isVisible() and not view.table.isVisible()
        await two_done(c)
        view.refresh()
        await c.until(view.table.isVisible)
        assert view.chart.isVisible() and not view.empty.isVisible()


async def test_a_budget_that_is_used_up_is_told_until_it_is_read(tmp_path: Path) -> None:
    """In a banner with its figures, which leads to where it went, and does not come back."""
    async with cockpit(tmp_path, speed=100) as c:
        spent = await two_done(c)
        c.engine.set_budget(EVERYTHING, spent * 100 // 83)
        banner = c.window.bars.alerts
        await c.until(banner.isVisible)
        assert banner.text.startswith("80 % of the limit on everything")
        click(banner.yes)
        await c.until(lambda: not banner.isVisible())
        assert c.window.money.isVisible()


async def test_who_wants_no_alerts_is_told_none(tmp_path: Path) -> None:
    """They count as told."""
    async with cockpit(tmp_path, speed=100) as c:
        spent = await two_done(c)
        c.services.save(replace(c.services.preferences(), alerts=False))
        c.engine.set_budget(EVERYTHING, spent)
        c.window.bridge.drain()
        assert not c.window.bars.alerts.isVisible()
        assert c.engine.alerts() == ()
