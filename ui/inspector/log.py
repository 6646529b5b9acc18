"""The Log tab: a task's records in words."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout

from engine.face import DroverError, LogEntry, TaskSnapshot
from ui.inspector import entries
from ui.inspector.loading import Loader
from ui.inspector.rows import RowsModel
from ui.inspector.rows_view import RowsView
from ui.inspector.services import InspectorServices
from ui.inspector.tab import TaskTab, version_of_steps
from ui.tasks.inks import Inks
from ui.text import Words
from ui.theme import Tokens


class LogTab(TaskTab):
    """Everything the journal has of a task, newest first."""

    def __init__(self, services: InspectorServices, words: Words, tokens: Tokens) -> None:
        """Build it empty."""
        super().__init__()
        self._words = words
        self.records = RowsModel[LogEntry](
            entries.columns(words), lambda entry: entry.seq, lambda entry: entries.cells(entry, words, None), self
        )
        self._loader = Loader(services.log, self._show, self._failed, services.spawn)
        self.view = RowsView(self.records, Inks(tokens, self.font()), header=True)
        self.view.setAccessibleName(words("log_column.name"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.addWidget(self.view)

    def show_task(self, task: TaskSnapshot | None) -> None:
        """See `TaskTab`."""
        if task is None:
            self.records.show_rows(())
            self._loader.forget()
            return
        standing = task.standing
        version = (version_of_steps(task), standing.wanted, standing.grants, task.spec)
        self._loader.want(task.id, version)

    def _show(self, log: tuple[LogEntry, ...]) -> None:
        self.records.show_rows(log[::-1])

    def _failed(self, error: DroverError) -> None:
        sentence = self._words("inspector.unreadable", sentence=self._words.error(error))
        self.records.show_rows((LogEntry(seq=-1, at_ms=0, kind="", code=sentence),))

    def set_tokens(self, tokens: Tokens) -> None:
        """See `TaskTab`."""
        self.view.set_inks(Inks(tokens, self.font()))
