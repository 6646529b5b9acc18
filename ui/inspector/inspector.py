"""The inspector as the window embeds it: tabs about the one selected task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from engine.face import ChangeBatch, TaskSnapshot
from ui.inspector.services import InspectorServices

if TYPE_CHECKING:
    from ui.text import Words
    from ui.theme import Tokens


class Inspector(QWidget):
    """Result, Steps, Log, Settings of one task."""

    def __init__(
        self, services: InspectorServices, words: Words, tokens: Tokens, parent: QWidget | None = None
    ) -> None:
        """Build it with no task."""
        super().__init__(parent)

    def show_task(self, task: TaskSnapshot | None) -> None:
        """Be about this task; the same one again changes nothing but its figures."""

    def apply(self, batch: ChangeBatch) -> None:
        """Take in what changed of the shown task, and its live text."""

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
