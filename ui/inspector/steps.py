"""The Steps tab: every attempt of every step, and the text of the selected one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QSplitter, QVBoxLayout, QWidget

from engine.face import AttemptRecord, DroverError, StepRecord, TaskSnapshot
from ui.inspector import attempts
from ui.inspector.loading import Loader
from ui.inspector.rows import RowsModel
from ui.inspector.rows_view import RowsView
from ui.inspector.services import InspectorServices
from ui.inspector.tab import TaskTab, version_of_steps
from ui.long_lines import broken
from ui.tasks.inks import Inks, tint
from ui.text import Words
from ui.theme import Tokens

SHOWN = 200_000
"""Characters of a reply shown; the transcript in the results folder has all."""


class StepsTab(TaskTab):
    """What was asked of providers, how it ended, what it cost."""

    def __init__(self, services: InspectorServices, words: Words, tokens: Tokens) -> None:
        """Build it empty."""
        super().__init__()
        self._words = words
        inks = Inks(tokens, self.font())
        self.records = RowsModel[AttemptRecord](
            attempts.columns(words),
            lambda attempt: attempt.intent.attempt,
            lambda attempt: attempts.cells(attempt, words),
            self,
        )
        self._loader = Loader(services.steps, self._show, self._failed, services.spawn)
        self.view = RowsView(self.records, inks, header=True)
        self.view.setAccessibleName(words("steps.name"))
        self._about = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._about.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName(words("steps.text_name"))
        self._wanted_step = 0
        self._arrange()
        self.view.selectionModel().currentRowChanged.connect(self._tell)
        self.records.dataChanged.connect(self._tell)
        self.records.modelReset.connect(self._tell)
        self.set_tokens(tokens)

    def _arrange(self) -> None:
        below = QWidget()
        lower = QVBoxLayout(below)
        lower.setContentsMargins(8, 4, 0, 0)
        lower.addWidget(self._about)
        lower.addWidget(self.text, 1)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self.view)
        split.addWidget(below)
        split.setSizes([300, 200])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.addWidget(split)
        self._tell()

    def show_task(self, task: TaskSnapshot | None) -> None:
        """See `TaskTab`."""
        if task is None:
            self.records.show_rows(())
            self._loader.forget()
            return
        self._loader.want(task.id, version_of_steps(task))

    def choose(self, step: int) -> None:
        """Select the last attempt of a step, now or when it is read."""
        self._wanted_step = step
        for number, attempt in enumerate(self.records.rows()):
            if attempt.intent.step == step:
                self._wanted_step = 0
                self.view.selectRow(number)
                return

    def _show(self, steps: tuple[StepRecord, ...]) -> None:
        self.records.show_rows(attempts.newest_first(steps))
        if self._wanted_step:
            self.choose(self._wanted_step)

    def _failed(self, error: DroverError) -> None:
        self.records.show_rows(())
        self._about.setText(self._words("inspector.unreadable", sentence=self._words.error(error)))

    def _tell(self) -> None:
        row = self.view.currentIndex().row()
        if not 0 <= row < self.records.rowCount():
            self._about.setText(self._words("steps.choose") if self.records.rowCount() else "")
            self.text.clear()
            return
        attempt = self.records.row(row)
        self._about.setText(attempts.about(attempt, self._words))
        text = broken(attempt.outcome.text[:SHOWN]) if attempt.outcome else ""
        if text != self.text.toPlainText():
            self.text.setPlainText(text)

    def set_tokens(self, tokens: Tokens) -> None:
        """See `TaskTab`."""
        inks = Inks(tokens, self.font())
        self.view.set_inks(inks)
        self._about.setFont(inks.row_text)
        tint(self._about, inks["dim"])
