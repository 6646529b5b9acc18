"""Checkpoints and doubtful attempts in the real window, over a real engine and store."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QLineEdit

from engine.domain.ids import TaskId
from engine.domain.states import State
from engine.runtime.accounts import EVERYTHING
from tests.gui.cockpit import Cockpit, click, cockpit
from ui.dialogs.ask import Ask
from ui.dialogs.fork import ForkTask
from ui.inspector.inspector import CHECKPOINTS, STEPS


async def paused_with_checkpoints(c: Cockpit) -> TaskId:
    """Run a task past two checkpoints and pause it."""
    task = await c.make(max_steps=50, checkpoint_interval=1, max_output=20)
    await c.until(lambda: c.engine.snapshot(task).standing.steps_done >= 3)
    c.engine.pause([task])
    await c.until(lambda: c.state(task) is State.PAUSED)
    c.window.bridge.drain()
    c.window.table.select(task)
    c.window.inspector.tabs.setCurrentIndex(CHECKPOINTS)
    tab = c.window.inspector.checkpoints
    await c.until(lambda: tab.records.rowCount() >= 3)
    tab.view.selectRow(tab.records.rowCount() - 2)
    await c.until(lambda: tab.about.text().startswith("From step 2"))
    return task


async def test_going_back_asks_and_keeps_what_was_paid(tmp_path: Path) -> None:
    """The task stands at the checkpoint; its money and its later steps are still there."""
    async with cockpit(tmp_path) as c:
        task = await paused_with_checkpoints(c)
        before = c.engine.snapshot(task).standing
        click(c.window.inspector.checkpoints.restore)
        asked = next(each for each in c.window.findChildren(Ask) if each.isVisible())
        click(asked.yes)
        await c.until(lambda: c.engine.snapshot(task).standing.steps_done == 2)
        after = c.engine.snapshot(task).standing
        assert after.spent == before.spent and after.state is State.PAUSED
        steps = await c.engine.steps(task)
        assert [step.accepted is not None for step in steps[:3]] == [True, True, False]


async def test_a_fork_goes_on_with_another_model(tmp_path: Path) -> None:
    """It begins with the steps that were paid, costs nothing yet, and is selected."""
    async with cockpit(tmp_path) as c:
        task = await paused_with_checkpoints(c)
        click(c.window.inspector.checkpoints.fork)
        dialog = next(each for each in c.window.findChildren(ForkTask) if each.isVisible())
        dialog.models.choose("simulator", "sim-quality")
        assert isinstance(dialog.steps.field, QLineEdit)
        dialog.steps.field.setText("0")
        click(dialog.start_button)
        assert dialog.steps.problem
        dialog.steps.field.setText("4")
        click(dialog.start_button)
        await c.until(lambda: len(c.engine.snapshots()) == 2)
        fork = next(each.id for each in c.engine.snapshots() if each.id != task)
        await c.until(lambda: c.window.table.selected_ids() == (fork,))
        assert c.engine.snapshot(fork).spec.model == "sim-quality"
        await c.until(lambda: c.state(fork) is State.COMPLETED)
        assert [step.number for step in await c.engine.steps(fork)] == [3, 4]


async def test_a_cut_attempt_is_counted_as_not_billed(tmp_path: Path) -> None:
    """The ledger follows the person's word, and the line says who said it."""
    async with cockpit(tmp_path, speed=0.5) as c:
        task = await c.make(max_output=1000, model="sim-quality")
        await c.until(lambda: c.engine.snapshot(task).streamed_tokens > 2)
        c.engine.pause([task], now=True)
        await c.until(lambda: c.state(task) is State.PAUSED)
        c.window.bridge.drain()
        c.window.table.select(task)
        c.window.inspector.tabs.setCurrentIndex(STEPS)
        tab = c.window.inspector.steps
        await c.until(lambda: tab.records.rowCount() == 1)
        tab.view.selectRow(0)
        assert c.engine.balance(EVERYTHING).spent > 0
        click(tab.doubts.free)
        await c.until(lambda: c.engine.balance(EVERYTHING).spent == 0)
        c.window.bridge.drain()
        await c.until(lambda: "corrected by you" in tab.records.cells(0)[-1].text)
        assert tab.doubts.isVisible()
        tab.doubts.amount.setText("0.02")
        click(tab.doubts.set)
        await c.until(lambda: c.engine.balance(EVERYTHING).spent == 2 * 10**10)
