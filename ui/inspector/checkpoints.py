"""The Checkpoints tab: points a task can go back to or be forked from, and what changed between two of them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from engine.face import Action, Checkpoint, Difference, DroverError, TaskSnapshot, allowed
from ui.inspector import points
from ui.inspector.diff_look import DiffLook
from ui.inspector.loading import Loader
from ui.inspector.rows import RowsModel
from ui.inspector.rows_view import RowsView
from ui.inspector.services import InspectorServices
from ui.inspector.tab import TaskTab
from ui.tasks.inks import Inks, tint
from ui.text import Words
from ui.theme import Tokens


class CheckpointsTab(TaskTab):
    """One point selected is compared with the newest, the newest with the one before it, two with each other."""

    def __init__(self, services: InspectorServices, words: Words, tokens: Tokens) -> None:
        """Build it empty."""
        super().__init__()
        self._services, self._words = services, words
        self._task: TaskSnapshot | None = None
        self.records = RowsModel[Checkpoint](
            points.columns(words), lambda point: point.step, lambda point: points.cells(point, words, None), self
        )
        self._loader = Loader(services.checkpoints, self._show, self._failed, services.spawn)
        self.view = RowsView(self.records, Inks(tokens, self.font()), header=True)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.setAccessibleName(words("points.name"))
        self.about = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.changes = QPlainTextEdit()
        self.changes.setReadOnly(True)
        self.changes.setAccessibleName(words("points.changes_name"))
        self._look = DiffLook(self.changes.document(), tokens)
        self.restore, self.fork = QPushButton(words("points.restore")), QPushButton(words("points.fork"))
        self._arrange()
        self.view.selectionModel().selectionChanged.connect(self._tell)
        self.records.modelReset.connect(self._tell)
        self.restore.clicked.connect(self._ask_restore)
        self.fork.clicked.connect(self._ask_fork)
        self.set_tokens(tokens)
        self._tell()

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.about, 1)
        head.addWidget(self.restore)
        head.addWidget(self.fork)
        below = QWidget()
        lower = QVBoxLayout(below)
        lower.setContentsMargins(8, 4, 0, 0)
        lower.addLayout(head)
        lower.addWidget(self.changes, 1)
        lower.addStretch()
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self.view)
        split.addWidget(below)
        split.setSizes([200, 200])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.addWidget(split)

    def show_task(self, task: TaskSnapshot | None) -> None:
        """See `TaskTab`."""
        self._task = task
        if task is None:
            self.records.show_rows(())
            self._loader.forget()
            return
        self._loader.want(task.id, (task.standing.steps_done, task.state))
        self._enable()

    def chosen(self) -> list[Checkpoint]:
        """Return the selected points, earlier first; one alone with the newest, the newest with the one before."""
        rows = sorted({index.row() for index in self.view.selectionModel().selectedRows()}, reverse=True)
        found = [self.records.row(row) for row in rows if row < self.records.rowCount()]
        if rows == [0] and self.records.rowCount() > 1:
            found.insert(0, self.records.row(1))
        elif len(found) == 1 and rows != [0]:
            found.append(self.records.row(0))
        return found

    def _show(self, found: tuple[Checkpoint, ...]) -> None:
        self.records.show_rows(found[::-1])
        if found and not self.view.selectionModel().hasSelection():
            self.view.selectRow(0)

    def _failed(self, error: DroverError) -> None:
        self.records.show_rows(())
        self.about.setText(self._words("inspector.unreadable", sentence=self._words.error(error)))

    def _tell(self) -> None:
        self._enable()
        found = self.chosen()
        self.changes.clear()
        self.changes.setVisible(len(found) == 2)
        if not self.records.rowCount():
            self.about.setText(self._words("points.none") if self._task else "")
        elif len(found) == 2:
            self.about.setText("")
            self._services.spawn(self._compare(found[0].step, found[1].step))
        else:
            self.about.setText(self._words("points.choose" if self.records.rowCount() > 1 else "points.only"))

    def _enable(self) -> None:
        one = len(self.view.selectionModel().selectedRows()) == 1
        can = self._task is not None and Action.RESTORE in allowed(self._task.state, self._task.standing.reason)
        self.restore.setEnabled(one and can and not self._stands_there())
        self.fork.setEnabled(one)

    def _stands_there(self) -> bool:
        """Whether the task is where the selected point would take it."""
        return self._task is not None and self._task.standing.steps_done == self._selected().step

    async def _compare(self, first: int, second: int) -> None:
        task = self._task
        if task is None:
            return
        try:
            found = await self._services.difference(task.id, first, second)
        except DroverError as error:
            self.about.setText(self._words.error(error))
            return
        if self._task is not None and self._task.id == task.id and self._still(first, second):
            self._show_difference(found)

    def _still(self, first: int, second: int) -> bool:
        return [point.step for point in self.chosen()] == [first, second]

    def _show_difference(self, found: Difference) -> None:
        self.about.setText(points.heading(found, self._words))
        self.changes.setPlainText(points.changes(found, self._words))

    def _selected(self) -> Checkpoint:
        return self.records.row(self.view.selectionModel().selectedRows()[0].row())

    def _ask_restore(self) -> None:
        if self._task is not None:
            self._services.restore(self._task, self._selected().step)

    def _ask_fork(self) -> None:
        if self._task is not None:
            self._services.fork(self._task, self._selected().step)

    def set_tokens(self, tokens: Tokens) -> None:
        """See `TaskTab`."""
        inks = Inks(tokens, self.font())
        self.view.set_inks(inks)
        self.about.setFont(inks.row_text)
        tint(self.about, inks["dim"])
        self._look.set_tokens(tokens)
