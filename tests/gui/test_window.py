"""The main flows as a person does them: first task, pause, resume, cancel, close, reopen, bad input."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit

from engine.domain.states import PauseReason, State
from tests.gui.cockpit import click, cockpit
from ui.dialogs.ask import Ask
from ui.dialogs.new_task import NewTask


def _fill(field: object, text: str) -> None:
    assert isinstance(field, (QLineEdit, QPlainTextEdit))
    if isinstance(field, QLineEdit):
        field.setText(text)
    else:
        field.setPlainText(text)


async def test_the_first_task_is_one_click_away(tmp_path: Path) -> None:
    """First start: choose the simulator, press Start; a task runs and the table takes the page's place."""
    async with cockpit(tmp_path) as c:
        page = c.window.first_start
        assert page.isVisible()
        page.choose("simulator")
        page.goal.setPlainText("Write about locks")
        click(page.start_button)
        await c.until(lambda: len(c.engine.snapshots()) == 1)
        task = c.engine.snapshots()[0].id
        await c.until(lambda: c.state(task) is State.COMPLETED)
        c.window.bridge.drain()
        assert not page.isVisible()
        assert c.window.table.selected_ids() == (task,)


async def test_start_pause_resume_by_the_buttons(tmp_path: Path) -> None:
    """The one button is Start, then Resume; Pause takes effect after the step; each is enabled when it is possible."""
    async with cockpit(tmp_path, speed=3.0) as c:
        click(c.window.toolbar.new_task)
        dialog = c.window.openings.last
        _fill(dialog.goal.field, "Write about sheep")
        _fill(dialog.steps.field, "3")
        _fill(dialog.more.fields["max_output"].field, "40")
        dialog.models.choose("simulator", "sim-fast")
        click(dialog.paused_button)
        await c.until(lambda: len(c.engine.snapshots()) == 1)
        task = c.engine.snapshots()[0].id
        await c.until(lambda: c.window.table.selected_ids() == (task,))
        bar = c.window.toolbar
        assert (bar.go.text(), bar.go.isEnabled(), bar.pause.isEnabled()) == ("Start", True, False)
        click(bar.go)
        await c.until(lambda: c.engine.snapshot(task).streamed_tokens > 0)
        c.window.bridge.drain()
        assert not bar.go.isEnabled()
        click(bar.pause)
        await c.until(lambda: c.state(task) is State.PAUSED)
        c.window.bridge.drain()
        steps = c.engine.snapshot(task).standing.steps_done
        assert steps == 1
        assert (bar.go.text(), bar.go.isEnabled(), bar.pause.isEnabled()) == ("Resume", True, False)
        click(bar.go)
        await c.until(lambda: c.state(task) is State.COMPLETED)
        c.window.bridge.drain()
        assert not bar.go.isEnabled()
        assert not bar.cancel.isEnabled()


async def test_pause_now_cuts_the_stream(tmp_path: Path) -> None:
    """The menu's "now" ends the stream at once."""
    async with cockpit(tmp_path, speed=0.5) as c:
        task = await c.make(max_output=1000)
        await c.until(lambda: c.engine.snapshot(task).streamed_tokens > 2)
        c.window.actions_.pause_now.trigger()
        await c.until(lambda: c.state(task) is State.PAUSED)
        assert c.engine.snapshot(task).standing.steps_done == 0
        assert c.engine.totals().streams == 0


async def test_cancel_and_delete_ask_first(tmp_path: Path) -> None:
    """Cancel and Delete ask; "Keep" changes nothing, yes does it."""
    async with cockpit(tmp_path, speed=0.5) as c:
        task = await c.make(max_output=1000)
        click(c.window.toolbar.cancel)
        ask = c.window.findChild(Ask)
        assert ask is not None
        click(ask.no)
        assert c.state(task) is not State.CANCELLED
        await asyncio.sleep(0)
        click(c.window.toolbar.cancel)
        click(next(each for each in c.window.findChildren(Ask) if each.isVisible()).yes)
        await c.until(lambda: c.state(task) is State.CANCELLED)
        c.window.bridge.drain()
        c.window.actions_.delete.trigger()
        click(next(each for each in c.window.findChildren(Ask) if each.isVisible()).yes)
        await c.until(lambda: not c.engine.snapshots())


async def test_pause_all_and_resume_all(tmp_path: Path) -> None:
    """Both act on everything, and are enabled only when there is something to act on."""
    async with cockpit(tmp_path, speed=2.0) as c:
        tasks = [await c.make() for _ in range(5)]
        c.window.bridge.drain()
        click(c.window.toolbar.pause_all)
        await c.until(lambda: all(c.state(task) in (State.PAUSED, State.COMPLETED) for task in tasks))
        c.window.bridge.drain()
        assert not c.window.toolbar.pause_all.isEnabled()
        click(c.window.toolbar.resume_all)
        await c.until(lambda: all(c.state(task) is State.COMPLETED for task in tasks))


async def test_closing_drains_and_reopening_asks(tmp_path: Path) -> None:
    """Closed in the middle: the step in flight is kept. Reopened: everything is there, and a banner asks."""
    async with cockpit(tmp_path, speed=3.0) as c:
        task = await c.make()
        await c.until(lambda: c.engine.snapshot(task).streamed_tokens > 0)
        asked: list[bool] = []
        c.window.closing.connect(lambda: asked.append(True))
        c.window.close()
        assert asked == [True]
        assert c.window.isVisible()
    async with cockpit(tmp_path) as c:
        snapshot = c.engine.snapshot(task)
        assert (snapshot.state, snapshot.standing.reason) == (State.PAUSED, PauseReason.INTERRUPTION)
        assert snapshot.standing.steps_done >= 1
        assert c.window.bars.banner.isVisible()
        assert c.window.table.model.total == 1
        click(c.window.bars.banner.resume_button)
        await c.until(lambda: c.state(task) is State.COMPLETED)
        assert not c.window.bars.banner.isVisible()
        steps = await c.engine.steps(task)
        assert [len(step.attempts) for step in steps] == [1, 1, 1, 1]


async def test_always_resume_is_kept(tmp_path: Path) -> None:
    """The banner's third button resumes now and is a setting from then on."""
    async with cockpit(tmp_path, speed=3.0) as c:
        task = await c.make()
        await c.until(lambda: c.engine.snapshot(task).streamed_tokens > 0)
    async with cockpit(tmp_path) as c:
        c.window.bars.banner.always.emit()
        await c.until(lambda: c.state(task) is State.COMPLETED)
    async with cockpit(tmp_path) as c:
        assert c.services.preferences().resume_interrupted == "always"


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("goal", "   ", "Say what the task shall do."),
        ("steps", "0", "from 1 to 100,000"),
        ("steps", "many", "not a number"),
        ("budget", "-1", "no amount of dollars"),
        ("budget", "two", "no amount of dollars"),
    ],
)
async def test_bad_input_is_told_at_its_field(tmp_path: Path, field: str, text: str, told: str) -> None:
    """The sentence stands under the field, the dialog stays, nothing is made, and nothing typed is lost."""
    async with cockpit(tmp_path) as c:
        dialog = c.window.openings.new_task()
        _fill(dialog.goal.field, "A goal")
        dialog.models.choose("simulator", "sim-fast")
        _fill(getattr(dialog, field).field, text)
        click(dialog.start_button)
        assert told in getattr(dialog, field).problem
        assert dialog.isVisible()
        assert c.engine.snapshots() == ()
        dialog.reject()


async def test_an_unknown_price_is_told_before_anything_is_paid(tmp_path: Path) -> None:
    """A model nobody priced is refused at its field."""
    async with cockpit(tmp_path) as c:
        dialog = c.window.openings.new_task()
        _fill(dialog.goal.field, "A goal")
        dialog.models.choose("holysheep", "no-such-model")
        click(dialog.start_button)
        await c.until(lambda: bool(dialog.model.problem))
        assert "price" in dialog.model.problem
        assert isinstance(c.window.openings.last, NewTask)
        dialog.reject()


async def test_hostile_titles_are_plain_text(tmp_path: Path) -> None:
    """Markup in a goal is shown as what it is, in every label of the window."""
    async with cockpit(tmp_path) as c:
        await c.make(goal="<img src='file:///etc/passwd'><b>bold</b>", max_steps=1)
        await asyncio.sleep(0.3)
        c.window.grab()
        labels = c.window.findChildren(QLabel)
        rich = [label for label in labels if label.textFormat() is not Qt.TextFormat.PlainText]
        assert [label.text() for label in rich if "<" in label.text()] == []


async def test_the_filter_and_the_sidebar_narrow_the_table(tmp_path: Path) -> None:
    """A filter and a sidebar row show what they name, and say so when nothing matches."""
    async with cockpit(tmp_path, speed=20.0) as c:
        done = await c.make(goal="alpha", max_steps=1)
        await c.until(lambda: c.state(done) is State.COMPLETED)
        await c.make(goal="beta", max_steps=1)
        c.window.toolbar.filter.setText("alpha")
        await c.until(lambda: list(c.window.table.model.ids()) == [done])
        c.window.toolbar.filter.setText("nothing like it")
        await c.until(lambda: not c.window.table.model.ids())
