"""A batch in the window: how far it is, its results as a table and as a file, its failed tasks by one button."""

from __future__ import annotations

import csv
import time
from pathlib import Path

from pytestqt.qtbot import QtBot

from engine.domain.states import State
from engine.face import Totals
from engine.simulator.config import Fault, FaultKind, SimulatorConfig
from tests.gui.cockpit import Cockpit, click, cockpit
from ui.batches.deadline import DeadlineButton
from ui.sidebar import Sidebar
from ui.tasks.scope import ScopeKind, TaskScope
from ui.text import load_words
from ui.theme import load_tokens

BATCH = TaskScope(ScopeKind.BATCH, "tickets")


async def filled(c: Cockpit, number: int = 3) -> None:
    """Make a batch and let it be chosen."""
    for place in range(number):
        await c.make(batch="tickets", max_steps=1, title=f"T{place}", cells={"id": f"{place}", "note": "=x"})
    await c.until(lambda: "tickets" in c.engine.totals().by_batch)
    c.window.bridge.drain()
    c.window.sidebar.choose(BATCH)


def done(c: Cockpit) -> bool:
    """Whether all are completed."""
    return all(task.state is State.COMPLETED for task in c.engine.snapshots())


async def test_the_bar_is_of_the_batch_that_is_chosen(tmp_path: Path) -> None:
    """It counts what is done and what it cost, and goes with the choice."""
    async with cockpit(tmp_path, speed=50) as c:
        await filled(c)
        assert c.window.batch.isVisible() and not c.window.batch.retry_button.isVisible()
        await c.until(lambda: done(c))
        await c.until(lambda: c.window.batch.label.text().startswith("tickets: 3 of 3 done · "))
        c.window.sidebar.choose(TaskScope())
        assert not c.window.batch.isVisible()


async def test_its_deadline_is_said_moved_and_lifted(tmp_path: Path) -> None:
    """By the menu of one button, while it runs; what is not done by then waits for its person."""
    async with cockpit(tmp_path, speed=0.01) as c:
        await filled(c)
        button = c.window.batch.deadline
        assert button.text() == "No deadline"
        chosen(button, "In one hour")
        end = c.engine.deadline_of("tickets")
        assert end is not None and abs(end / 1000 - time.time() - 3600) < 60
        assert button.text().startswith("Due by ")
        chosen(button, "One hour more")
        assert c.engine.deadline_of("tickets") == end + 3_600_000
        c.engine.set_deadline("tickets", round(time.time() * 1000))
        await c.until(lambda: all(task.state is State.TIMEOUT for task in c.engine.snapshots()))
        assert {task.standing.reason for task in c.engine.snapshots()} == {"batch"}
        await c.until(lambda: button.text().startswith("Was due "))
        assert c.window.batch.retry_button.isVisible()
        chosen(button, "Lift the deadline")
        assert (button.text(), c.engine.deadline_of("tickets")) == ("No deadline", None)


def chosen(button: DeadlineButton, text: str) -> None:
    """Choose from a button's menu."""
    button.menu().aboutToShow.emit()
    next(action for action in button.menu().actions() if action.text() == text).trigger()


async def test_results_are_a_table_and_a_file(tmp_path: Path) -> None:
    """What the rows had, and the answers; a column that is not chosen is in neither."""
    async with cockpit(tmp_path, speed=50) as c:
        await filled(c)
        await c.until(lambda: done(c))
        dialog = c.window.openings.results("tickets")
        await c.until(lambda: dialog.model.rowCount() == 3)
        assert dialog.note.text() == "All 3 tasks came to their end."
        assert dialog.chosen == ["id", "note", "title", "state", "answer", "cost_usd"]
        dialog.table.setCurrentIndex(dialog.model.index(1, 4))
        assert dialog.cell.toPlainText() == (await c.engine.answer(c.engine.snapshots()[1].id)).text
        (title,) = [row for row in range(dialog.columns.count()) if dialog.columns.item(row).text() == "title"]
        dialog.columns.item(title).setCheckState(dialog.columns.item(title).checkState().Unchecked)
        assert dialog.model.columnCount() == 5
        dialog.choose_file().fileSelected.emit(str(tmp_path / "out.csv"))
        await c.until(lambda: "out.csv" in dialog.note.text())
        rows = list(csv.DictReader((tmp_path / "out.csv").read_text("utf-8").splitlines()))
        assert [(row["id"], row["note"], row["state"]) for row in rows] == [
            (f"{n}", "'=x", "completed") for n in range(3)
        ]
        dialog.reject()


async def test_a_batch_that_runs_is_said_to_be_partial(tmp_path: Path) -> None:
    """In the dialog, and where the file was written."""
    async with cockpit(tmp_path, speed=0.1) as c:
        await filled(c, 2)
        dialog = c.window.openings.results("tickets")
        await c.until(lambda: dialog.note.text() == "Partial: 0 of 2 tasks came to their end so far.")
        dialog.reject()


async def test_the_failed_are_tried_again_by_one_button(tmp_path: Path) -> None:
    """And nothing else is."""
    async with cockpit(tmp_path, speed=50) as c:
        c.program.use_simulator(SimulatorConfig(speed=50, faults=(Fault(kind=FaultKind.TOOL_CALLS),)))
        await filled(c)
        await c.until(lambda: all(task.state is State.FAILED for task in c.engine.snapshots()))
        await c.until(lambda: c.window.batch.retry_button.text() == "Retry 3 failed")
        click(c.window.batch.retry_button)
        await c.until(lambda: all(task.standing.attempts == 2 for task in c.engine.snapshots()))


def test_every_batch_of_many_can_be_chosen(qtbot: QtBot) -> None:
    """Fifty imports are fifty rows with their counts, the largest first."""
    sidebar = Sidebar(load_words(), load_tokens("dark"))
    qtbot.addWidget(sidebar)
    sidebar.show_totals(Totals(count=50, by_batch={f"batch {number}": 1 for number in range(50)}))
    shown = [sidebar.item(row).text() for row in range(sidebar.count())]
    assert {f"batch {number}" for number in range(50)} <= set(shown)
