"""The table of tasks as the window embeds it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from engine.face import ChangeBatch, TaskId
from ui.tasks.scope import TaskScope

if TYPE_CHECKING:
    from ui.text import Words
    from ui.theme import Tokens


class TaskTable(QWidget):
    """Shows, orders, filters and selects tasks; acts on none: actions are given from outside."""

    selection_changed = Signal()
    """The selection is another one; ask `selected_ids`."""
    activated = Signal(str)
    """A task was double-clicked or Enter pressed on it: its id."""

    def __init__(self, words: Words, tokens: Tokens, parent: QWidget | None = None) -> None:
        """Build an empty table."""
        super().__init__(parent)

    def apply(self, batch: ChangeBatch) -> None:
        """Take in what changed."""

    def selected_ids(self) -> tuple[TaskId, ...]:
        """Return the selected tasks, in the order shown."""
        return ()

    def set_filter(self, text: str) -> tuple[str, ...]:
        """Show what `text` asks for; returns the terms that could not be understood and were left out."""
        return ()

    def set_scope(self, scope: TaskScope) -> None:
        """Show only the tasks of `scope`."""

    def set_actions(self, actions: Sequence[QAction]) -> None:
        """Set the context menu; an action with `isSeparator` separates."""

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""

    def save_state(self) -> str:
        """Return widths and order of columns, for settings."""
        return ""

    def restore_state(self, state: str) -> None:
        """Take back what `save_state` returned; anything else changes nothing."""
