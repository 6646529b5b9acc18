"""The line below the inspector's tabs by which a person tells a task something for its next step."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QSizePolicy, QWidget

from engine.face import DroverError, State, TaskSnapshot
from ui.elided import ElidedLabel
from ui.inspector.card import COMPACT
from ui.inspector.services import InspectorServices
from ui.tasks.inks import Inks, tint
from ui.text import Words

OVER = frozenset({State.COMPLETED, State.CANCELLED})


class TellLine(QWidget):
    """A field, its button, and what waits to be told."""

    def __init__(self, services: InspectorServices, words: Words) -> None:
        """Build it with no task."""
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._services, self._words = services, words
        self._task: TaskSnapshot | None = None
        self.field, self.button, self.waiting = QLineEdit(), QPushButton(words("tell.button")), ElidedLabel()
        self.field.setPlaceholderText(words("tell.hint"))
        self.field.setAccessibleName(words("tell.hint"))
        for widget in (self.field, self.button):
            widget.setStyleSheet(COMPACT)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 2, 14, 4)
        row.setSpacing(6)
        row.addWidget(self.field, 3)
        row.addWidget(self.button)
        row.addWidget(self.waiting, 2)
        self.field.returnPressed.connect(self._say)
        self.button.clicked.connect(self._say)
        self.field.textChanged.connect(self._changed)
        self._changed()

    def show_task(self, task: TaskSnapshot | None) -> None:
        """Be about this task; another one takes what was begun for the last."""
        if task is None or self._task is None or task.id != self._task.id:
            self.field.clear()
        self._task = task
        self.setVisible(task is not None and task.state not in OVER)
        self._show_waiting()

    def _show_waiting(self) -> None:
        said = self._task.standing.instructions if self._task is not None else ()
        text = self._words.counted("tell.waiting", len(said), last=said[-1]) if said else ""
        if text != self.waiting.text():
            self.waiting.setText(text)
            self.waiting.setToolTip("\n".join(said))

    def _changed(self) -> None:
        self.button.setEnabled(bool(self.field.text().strip()))

    def _say(self) -> None:
        task, text = self._task, self.field.text()
        if task is None or not text.strip():
            return

        async def say() -> None:
            try:
                await self._services.steering.instruct(task.id, text)
            except DroverError as error:
                self.waiting.setText(self._words.error(error))
                return
            if self.field.text() == text:
                self.field.clear()

        self._services.spawn(say())

    def set_inks(self, inks: Inks) -> None:
        """Change the theme."""
        tint(self.waiting, inks["dim"])
