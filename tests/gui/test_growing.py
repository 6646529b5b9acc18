"""Dialogs grow with what they have to say: nothing in them is cut."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QLabel, QLineEdit, QVBoxLayout, QWidget

from engine.domain.damage import Damage
from engine.domain.ids import TaskId
from engine.runtime.supervisor import Supervisor
from tests.gui.cockpit import cockpit
from tests.workbench import spec
from ui.dialogs.fork import ForkTask
from ui.dialogs.growing import GrowingDialog

LAYOUTS = 4
"""Requests that one layout may pass on to the next, from a field out to its window."""


def cut(dialog: QDialog) -> list[str]:
    """Return the labels and lines that have less height than they need."""
    for _ in range(LAYOUTS):  # not processEvents: it would run the loop within itself
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    lines = [line for line in dialog.findChildren(QLineEdit) if not isinstance(line.parent(), QComboBox)]
    shown: list[QLabel | QLineEdit] = [*dialog.findChildren(QLabel), *lines]
    return [each.text() for each in shown if each.isVisible() and each.height() < needed(each)]


def needed(widget: QWidget) -> int:
    """Return the height that a widget needs at its width."""
    wrapped = widget.heightForWidth(widget.width())
    return wrapped if wrapped > 0 else widget.sizeHint().height()


async def test_a_wrong_budget_of_a_fork_cuts_nothing(tmp_path: Path) -> None:
    """Neither the field nor the sentence below it."""
    async with cockpit(tmp_path) as c:
        providers = c.services.preferences().providers
        dialog = ForkTask(c.window.words, providers, spec(), 2, c.window)
        dialog.open()
        assert not cut(dialog)
        for field in (dialog.budget, dialog.steps, dialog.name):
            field.blame("This is no amount of dollars, such as 2 or 0.50. " * 3)
        assert not cut(dialog)
        dialog.reject()


async def test_saved_data_with_damage_cuts_nothing(tmp_path: Path) -> None:
    """Sizes, limits, what is wrong with one of them, and what was damaged."""
    damage = Damage(task=TaskId("t"), title="Sheep", place="record 7", kept_steps=3, lost_records=2)
    async with cockpit(tmp_path) as c:
        with patch.object(Supervisor, "damage", return_value=(damage, damage)):
            dialog = c.window.openings.data()
        await c.until(lambda: dialog.sizes["total"].text() != "…")
        assert not cut(dialog)
        for field in dialog.limits.values():
            field.blame("This takes a whole number from 1 to 1,000,000, or nothing.")
        assert not cut(dialog)
        assert dialog.damage.height() >= 5 * dialog.damage.fontMetrics().lineSpacing()
        dialog.reject()


@pytest.mark.parametrize("layout", [None, QVBoxLayout])
def test_a_dialog_is_not_made_smaller(layout: type[QVBoxLayout] | None) -> None:
    """Where a person made it large, or where there is nothing in it."""
    dialog = GrowingDialog()
    if layout is not None:
        layout(dialog)
    dialog.resize(500, 400)
    dialog.show()
    QApplication.processEvents()
    assert dialog.height() == 400
    dialog.close()
