"""New task and first start as a person who errs meets them: what is wrong is in sight, nothing is made twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPushButton, QWidget

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.money import parse
from tests.gui.cockpit import click, cockpit
from ui.dialogs.new_task import NewTask
from ui.dialogs.settings import Settings
from ui.first_cards import Card
from ui.long_lines import TextArea


def in_sight(widget: QWidget, area: QWidget) -> bool:
    """Whether all of a widget lies within an area."""
    top = widget.mapTo(area, QPoint(0, 0)).y()
    return widget.isVisible() and top >= 0 and top + widget.height() <= area.height()


async def test_what_is_wrong_in_the_folded_part_is_brought_into_sight(tmp_path: Path) -> None:
    """Unfolded, scrolled to, and with the keyboard in it; also where the bounds are the engine's."""
    async with cockpit(tmp_path) as c:
        dialog = c.window.openings.new_task()
        dialog.goal.field.setPlainText("A goal")
        dialog.models.choose("simulator", "sim-fast")
        dialog.setMaximumHeight(600)
        for text in ("many", "0"):
            field = dialog.more.fields["limits.task"]
            assert isinstance(field.field, QLineEdit)
            field.field.setText(text)
            click(dialog.start_button)
            assert field.problem
            await c.until(lambda field=field: in_sight(field, dialog))
            assert field.field.hasFocus() or QApplication.focusWidget() is None
        dialog.reject()


async def test_the_dialog_is_as_high_as_its_parts(tmp_path: Path) -> None:
    """In pipeline mode nothing scrolls out of sight."""
    async with cockpit(tmp_path) as c:
        dialog = c.window.openings.new_task()
        dialog.setMaximumHeight(2000)
        dialog.recipe.choose("pipeline")
        await c.until(lambda: in_sight(dialog.fold, dialog) and dialog.fold.y() > 0)
        right = dialog.start_button.mapTo(dialog, dialog.start_button.rect().topRight()).x()
        assert right == dialog.goal.field.mapTo(dialog, dialog.goal.field.rect().topRight()).x()
        dialog.reject()


async def test_escape_after_adding_harms_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The task is made; a second press made no second one."""
    async with cockpit(tmp_path) as c:
        dialog = c.window.openings.new_task()
        dialog.goal.field.setPlainText("A goal")
        dialog.models.choose("simulator", "sim-fast")
        dialog.paused_button.click()
        await asyncio.sleep(0)
        dialog.paused_button.click()
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        await c.until(lambda: len(c.engine.snapshots()) == 1)
        await c.until(lambda: not any(isinstance(each, type(dialog)) for each in c.window.children()))
        assert len(c.engine.snapshots()) == 1
    assert "deleted" not in caplog.text


async def test_a_refusal_after_escape_is_told_in_the_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The dialog is gone, the sentence is not."""
    async with cockpit(tmp_path) as c:
        refused = asyncio.Event()

        async def refuse(*_specs: object, **_how: object) -> None:
            await refused.wait()
            raise DroverError(ErrorCode.DISK_FULL)

        monkeypatch.setattr(c.engine, "submit", refuse)
        dialog = c.window.openings.new_task()
        dialog.goal.field.setPlainText("A goal")
        dialog.models.choose("simulator", "sim-fast")
        click(dialog.start_button)
        await asyncio.sleep(0)
        dialog.reject()
        refused.set()
        await c.until(c.window.bars.notice.isVisible)
        assert "disk is full" in c.window.bars.notice.text


async def test_a_paste_without_a_space_is_taken(tmp_path: Path) -> None:
    """A line of 50 kB breaks anywhere, since as one word it would stop the window; its text stays as it is."""
    async with cockpit(tmp_path) as c:
        dialog = c.window.openings.new_task()
        area = dialog.goal.field
        assert isinstance(area, TextArea)
        usual = area.wordWrapMode()
        pasted = QMimeData()
        pasted.setText("x" * 50_000)
        area.insertFromMimeData(pasted)
        assert area.wordWrapMode() is area.wordWrapMode().WrapAnywhere
        assert area.toPlainText() == "x" * 50_000
        area.setPlainText("short again")
        assert area.wordWrapMode() is usual
        dialog.reject()


async def test_a_provider_without_its_key_is_asked_for_it(tmp_path: Path) -> None:
    """On the card; no task is made that could only fail."""
    async with cockpit(tmp_path) as c:
        page = c.window.first_start
        page.choose("holysheep")
        click(page.start_button)
        await c.until(lambda: "Paste the key of HolySheep" in page.problem)
        assert c.engine.snapshots() == ()
        assert page.isVisible()


async def test_the_simulator_s_money_is_called_simulated(tmp_path: Path) -> None:
    """On the first page, which gives it a budget; in the dialog; beside the task's meter."""
    async with cockpit(tmp_path, speed=20.0) as c:
        page = c.window.first_start
        page.choose("simulator")
        assert "simulated" in page.cost
        click(page.start_button)
        await c.until(lambda: len(c.engine.snapshots()) == 1)
        task = c.engine.snapshots()[0]
        assert task.spec.budget == parse("0.50")
        await c.until(lambda: c.window.table.selected_ids() == (task.id,))
        assert "simulated" in c.window.inspector.meter.accessibleName()
        dialog = c.window.openings.new_task()
        dialog.models.choose("simulator", "sim-fast")
        assert "simulated" in dialog.at_most
        dialog.reject()


async def test_the_first_page_fits_a_small_window(tmp_path: Path) -> None:
    """Its button is in sight at 1024 by 700, and the goal takes no more room than it needs."""
    async with cockpit(tmp_path) as c:
        c.window.resize(1024, 700)
        await asyncio.sleep(0.05)
        page = c.window.first_start
        assert in_sight(page.start_button, page)
        assert page.goal.height() < 120


async def test_keys_of_the_menu_work(tmp_path: Path) -> None:
    """Each stands for one act, and none twice, or Qt does neither."""
    async with cockpit(tmp_path) as c:
        c.window.activateWindow()
        await c.until(c.window.isActiveWindow)
        QTest.keyClick(c.window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
        await c.until(lambda: bool(c.window.findChildren(Settings)))
        c.window.findChildren(Settings)[0].reject()
        await c.until(c.window.isActiveWindow)
        QTest.keyClick(c.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        await c.until(lambda: bool(c.window.findChildren(NewTask)))
        c.window.openings.last.reject()
        for action in (c.window.actions_.pause_step, c.window.actions_.pause_now):
            assert action.text().startswith("Pause")
        keys = [action.shortcut() for action in c.window.findChildren(QAction) if not action.shortcut().isEmpty()]
        assert len(keys) == len({key.toString() for key in keys})
        assert QKeySequence("Ctrl+N") in keys


async def test_more_settings_of_the_first_page_keep_what_was_said(tmp_path: Path) -> None:
    """Goal, place, steps and budget stand in the dialog as they stood on the page."""
    async with cockpit(tmp_path) as c:
        page = c.window.first_start
        page.choose("simulator")
        page.goal.setPlainText("Name five breeds of sheep")
        click(next(b for b in page.findChildren(QPushButton) if b.text() == c.window.words("first.more")))
        dialog = c.window.openings.last
        assert dialog.goal.field.toPlainText() == "Name five breeds of sheep"
        assert dialog.models.provider == "simulator"
        assert (dialog.steps.field.text(), dialog.budget.field.text()) == ("6", "0.5")
        dialog.reject()


async def test_what_was_told_of_one_choice_goes_with_another(tmp_path: Path) -> None:
    """A failed test of a key says nothing about the place that is chosen after it."""
    async with cockpit(tmp_path) as c:
        page = c.window.first_start
        page.tell("The server cannot be reached.")
        card = next(card for card in page.findChildren(Card) if card.view.name == "simulator")
        QTest.mouseClick(card, Qt.MouseButton.LeftButton)
        assert page.problem == ""


async def test_the_theme_in_force_is_marked_and_a_folder_that_nothing_opens_is_named(tmp_path: Path) -> None:
    """Also when the theme was changed elsewhere; a person without a file manager reads the path."""
    async with cockpit(tmp_path) as c:
        menu = c.window.toolbar.menu
        themes = next(a.menu() for a in menu.actions() if a.text() == c.window.words("action.theme"))
        assert isinstance(themes, QMenu)
        c.window.set_theme("light")
        themes.aboutToShow.emit()
        assert [a.text() for a in themes.actions() if a.isChecked()] == [c.window.words("action.theme_light")]
        c.window.bars.open_path(tmp_path)
        assert str(tmp_path) in c.window.bars.notice.text
