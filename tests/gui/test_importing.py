"""Import batch as a person meets it: what was found, what a row becomes, what is wrong, what it costs, then tasks."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication

from engine.domain.errors import DroverError, ErrorCode
from engine.face import Level, Scope, State
from tests.gui.cockpit import Cockpit, click, cockpit
from ui.importing.dialog import ImportBatch
from ui.tasks.scope import ScopeKind, TaskScope

TEXT = "Ticket;Text\n" + "\n".join(f"{number};Für Kunde {number}" for number in range(1, 31))


def file(folder: Path, text: str = TEXT) -> Path:
    """Write a file as Windows does."""
    made = folder / "tickets.csv"
    made.write_bytes(text.encode("cp1252"))
    return made


async def opened(c: Cockpit, path: Path) -> ImportBatch:
    """Open the dialog on a file, with a model of the simulator."""
    dialog = c.window.openings.import_batch(path)
    dialog.settings.models.choose("simulator", "sim-fast")
    await c.until(lambda: dialog.source.found.text() != "")
    return dialog


async def test_rows_become_tasks_of_a_batch(tmp_path: Path) -> None:
    """What was found is told; all of them are made, the sidebar shows the batch, its budget holds."""
    async with cockpit(tmp_path) as c:
        dialog = await opened(c, file(tmp_path))
        assert (dialog.source.found.text(), dialog.source.encoding.currentText()) == ("30 rows", "cp1252")
        assert dialog.source.delimiter.currentText() == "semicolon" and dialog.source.header.isChecked()
        dialog.editor.template.field.setPlainText("Sort: {{Text}}")
        dialog.settings.title.field.setText("Ticket {{Ticket}}")
        dialog.settings.limit.field.setText("0.50")
        dialog.settings.deadline.field.setText("soon")
        assert dialog.editor.shown.toPlainText() == "Ticket 1\n\nSort: Für Kunde 1"
        dialog.rows.selectRow(4)
        assert dialog.editor.shown.toPlainText() == "Ticket 5\n\nSort: Für Kunde 5"
        await c.until(dialog.foot.start.isEnabled)
        assert dialog.foot.start.text() == "Start 30 tasks" and "At most $" in dialog.foot.most.text()
        dialog.resize(dialog.width(), 480)
        click(dialog.foot.paused)
        assert not dialog.settings.deadline.visibleRegion().isEmpty()
        assert "such as 90m" in dialog.settings.deadline.problem and c.engine.deadline_of("tickets") is None
        dialog.settings.deadline.field.setText("8h")
        await c.until(dialog.foot.paused.isEnabled)
        click(dialog.foot.paused)
        await c.until(lambda: len(c.engine.snapshots()) == 30)
        end = c.engine.deadline_of("tickets")
        assert end is not None and abs(end / 1000 - time.time() - 8 * 3600) < 60
        await c.until(lambda: c.window.sidebar.currentItem().text() == "tickets")
        assert [task.name for task in c.engine.snapshots()][:2] == ["Ticket 1", "Ticket 2"]
        assert {task.spec.batch for task in c.engine.snapshots()} == {"tickets"}
        assert c.engine.balance(Scope(Level.BATCH, "tickets")).limit == 5 * 10**11
        assert {task.state for task in c.engine.snapshots()} == {State.PAUSED}
        await c.make(goal="Another")
        await c.until(lambda: len(c.window.table.model.ids()) == 30)
        c.window.table.set_scope(TaskScope(ScopeKind.BATCH, ""))
        await c.until(lambda: len(c.window.table.model.ids()) == 1)


async def test_rows_with_problems_stop_all_until_they_are_left_out(tmp_path: Path) -> None:
    """They are listed by row; nothing is created before the person says so."""
    async with cockpit(tmp_path) as c:
        dialog = await opened(c, file(tmp_path, "id,text\n1,one\n2\n3,three\n4,\n"))
        dialog.editor.template.field.setPlainText("{{text}}")
        await c.until(dialog.problems.isVisible)
        told = [dialog.problems.list.item(row).text() for row in range(dialog.problems.list.count())]
        assert told[0].startswith("Row 3: ") and told[1].startswith("Row 5: ")
        assert not dialog.foot.start.isEnabled() and dialog.problems.skip.isVisible()
        dialog.problems.skip.setChecked(True)
        click(dialog.foot.paused)
        await c.until(lambda: len(c.engine.snapshots()) == 2)


async def test_a_template_that_cannot_be_used_says_why_at_once(tmp_path: Path) -> None:
    """Unknown columns are named where the text would stand, and nothing can be started."""
    async with cockpit(tmp_path) as c:
        dialog = await opened(c, file(tmp_path))
        dialog.editor.template.field.setPlainText("Sort {{nope}}")
        assert "(nope)" in dialog.editor.shown.toPlainText()
        await c.until(dialog.problems.isVisible)
        assert not dialog.foot.start.isEnabled() and not dialog.problems.skip.isVisible()
        dialog.reject()


async def test_what_was_found_can_be_said_otherwise(tmp_path: Path) -> None:
    """Another delimiter, another encoding: the rows are read anew."""
    async with cockpit(tmp_path) as c:
        dialog = await opened(c, file(tmp_path, "a;b\nü;1\nö;2\n"))
        dialog.source.delimiter.setCurrentIndex(dialog.source.delimiter.findData(""))
        dialog.source.delimiter.activated.emit(0)
        await c.until(lambda: dialog.rows.rows.columnCount() == 1)
        dialog.source.encoding.setCurrentIndex(dialog.source.encoding.findData("utf-8"))
        dialog.source.encoding.activated.emit(0)
        await c.until(lambda: dialog.rows.rows.rowCount() == 0)
        assert dialog.source.encoding.isVisible()
        dialog.reject()


async def test_pasted_lines(tmp_path: Path) -> None:
    """A row a line, and a pipeline of prompts over it."""
    async with cockpit(tmp_path) as c:
        dialog = c.window.openings.import_batch()
        dialog.settings.models.choose("simulator", "sim-fast")
        QGuiApplication.clipboard().setText("Who?\nWhere?\n")
        click(dialog.source.paste)
        await c.until(lambda: dialog.source.found.text() == "2 rows")
        dialog.settings.recipe.field.setCurrentIndex(1)
        dialog.editor.template.field.setPlainText("Answer {{line}}\n---\nShorter")
        await c.until(dialog.foot.start.isEnabled)
        click(dialog.foot.start)
        await c.until(lambda: len(c.engine.snapshots()) == 2)
        assert c.engine.snapshots()[0].spec.prompts == ("Answer Who?", "Shorter")


async def test_a_file_dropped_on_the_window_opens_the_dialog(tmp_path: Path) -> None:
    """With its rows; the name of a batch that is taken gets a number."""
    async with cockpit(tmp_path) as c:
        await c.make(batch="tickets")
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(file(tmp_path)))])
        button, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier(0)
        enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, button, none)
        QApplication.sendEvent(c.window, enter)
        assert enter.isAccepted()
        drop = QDropEvent(QPointF(QPoint(5, 5)), Qt.DropAction.CopyAction, data, button, none)
        QApplication.sendEvent(c.window, drop)
        dialogs = [each for each in c.window.children() if isinstance(each, ImportBatch)]
        assert len(dialogs) == 1
        await c.until(lambda: dialogs[0].settings.name == "tickets 2")
        dialogs[0].reject()


async def test_a_dialog_that_is_closed_while_it_reads_harms_nothing(tmp_path: Path) -> None:
    """Nothing is shown where there is nothing any more."""
    async with cockpit(tmp_path) as c:
        dialog = c.window.openings.import_batch(file(tmp_path))
        dialog.reject()
        await c.until(lambda: not any(isinstance(each, ImportBatch) for each in c.window.children()))


def cell(dialog: ImportBatch, row: int, column: int) -> str:
    """Return what the trial's table shows."""
    item = dialog.trial.table.item(row, column)
    return item.text() if item is not None else ""


async def tried(c: Cockpit, dialog: ImportBatch, template: str, number: int) -> None:
    """Try some rows and wait for their answers."""
    dialog.editor.template.field.setPlainText(template)
    dialog.settings.more.fields["max_output"].field.setProperty("text", "20")
    dialog.trial.number.setText(str(number))
    await c.until(dialog.trial.button.isEnabled)
    click(dialog.trial.button)
    await c.until(lambda: cell(dialog, number - 1, 0).startswith(template[:4]) and not dialog.trial.busy)
    await c.until(dialog.foot.start.isEnabled)


async def test_a_trial_is_kept_and_the_rest_released(tmp_path: Path) -> None:
    """A few rows first, text and answer side by side; the rest makes the batch whole."""
    async with cockpit(tmp_path, speed=50) as c:
        dialog = await opened(c, file(tmp_path))
        await tried(c, dialog, "Sort: {{Text}}", 3)
        await c.until(lambda: bool(cell(dialog, 2, 1)))
        assert cell(dialog, 0, 0) == "Sort: Für Kunde 1"
        assert cell(dialog, 0, 2).startswith("Completed · ")
        assert dialog.foot.start.text() == "Start 27 tasks"
        of_27 = dialog.foot.most.text()
        dialog.trial.keep.setChecked(False)
        await c.until(lambda: dialog.foot.most.text() != of_27)  # all 30 are asked then
        dialog.trial.keep.setChecked(True)
        await c.until(lambda: dialog.foot.most.text() == of_27)
        first = {task.id for task in c.engine.snapshots()}
        click(dialog.foot.paused)
        await c.until(lambda: len(c.engine.snapshots()) == 30)
        assert first <= {task.id for task in c.engine.snapshots()}
        assert len({task.spec.cells["Ticket"] for task in c.engine.snapshots()}) == 30


async def test_a_revised_trial_takes_the_place_of_the_one_before_and_can_be_redone(tmp_path: Path) -> None:
    """With another prompt, on rows at random; not kept, its rows are made anew, and what it cost stays counted."""
    async with cockpit(tmp_path, speed=50) as c:
        dialog = await opened(c, file(tmp_path))
        await tried(c, dialog, "Sort: {{Text}}", 2)
        dialog.trial.which.setCurrentIndex(1)
        await tried(c, dialog, "Answer: {{Text}}", 2)
        assert [task.spec.goal[:7] for task in c.engine.snapshots()] == ["Answer:"] * 2
        before = {task.id for task in c.engine.snapshots()}
        spent = c.engine.balance(Scope(Level.BATCH, "tickets")).spent
        dialog.trial.keep.setChecked(False)
        assert dialog.foot.start.text() == "Start 30 tasks"
        click(dialog.foot.paused)
        await c.until(lambda: len(c.engine.snapshots()) == 30)
        assert not before & {task.id for task in c.engine.snapshots()}
        assert c.engine.balance(Scope(Level.BATCH, "tickets")).spent == spent > 0


@pytest.mark.parametrize("trial", [False, True])
async def test_a_refused_batch_leaves_neither_budget_nor_deadline(
    trial: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether all of it is refused or its trial; taken, the same press sets both."""
    async with cockpit(tmp_path, speed=50) as c:
        dialog = await opened(c, file(tmp_path))
        dialog.editor.template.field.setPlainText("Sort: {{Text}}")
        dialog.settings.limit.field.setText("0.50")
        dialog.settings.deadline.field.setText("8h")
        button = dialog.trial.button if trial else dialog.foot.paused
        await c.until(button.isEnabled)
        asked: list[object] = []

        async def refused(specs: object, **options: object) -> object:
            del options
            asked.append(specs)
            assert c.engine.deadline_of("tickets") is not None  # it holds from the first request on
            raise DroverError(ErrorCode.NO_CREDIT)

        with monkeypatch.context() as patched:
            patched.setattr(c.engine, "submit", refused)
            click(button)
            await c.until(lambda: bool(asked) and button.isEnabled())
        assert c.engine.deadline_of("tickets") is None
        assert c.engine.balance(Scope(Level.BATCH, "tickets")).limit is None
        click(button)
        await c.until(lambda: bool(c.engine.snapshots()))
        assert c.engine.deadline_of("tickets") is not None
        assert c.engine.balance(Scope(Level.BATCH, "tickets")).limit == 5 * 10**11
        if trial:
            dialog.reject()
