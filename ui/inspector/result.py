"""The Result tab: what a task is for, shown first; while it works, the text in flight; below, its steps."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout

from engine.face import Answer, DroverError, LiveText, State, StepRecord, TaskSnapshot
from ui.inspector import step_list
from ui.inspector.card import ResultCard
from ui.inspector.loading import Loader
from ui.inspector.notice import notice, urgent
from ui.inspector.rows import RowsModel
from ui.inspector.rows_view import RowsView
from ui.inspector.services import InspectorServices
from ui.inspector.step_list import StepLine
from ui.inspector.tab import TaskTab, version_of_steps
from ui.tasks.format import exact_money
from ui.tasks.inks import Inks, tint
from ui.tasks.scope import LIVE
from ui.text import Words
from ui.theme import Tokens

ANSWER_SHARE, LIST_SHARE = 3, 2


class ResultTab(TaskTab):
    """Answer or live text, and the list of steps."""

    step_chosen = Signal(int)
    """A step was double-clicked or Enter pressed on it: its number."""

    def __init__(self, services: InspectorServices, words: Words, tokens: Tokens) -> None:
        """Build it empty."""
        super().__init__()
        self._services, self._words = services, words
        self._inks = Inks(tokens, self.font())
        self._task: TaskSnapshot | None = None
        self._steps: tuple[StepRecord, ...] = ()
        self._answer: Answer | None = None
        self.notice = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.notice.hide()
        self.card = ResultCard(words, tokens)
        self.records = RowsModel[StepLine](
            step_list.COLUMNS, lambda line: line.step.number, lambda line: step_list.cells(line, words), self
        )
        self.view = RowsView(self.records, self._inks, header=False)
        self.view.setAccessibleName(words("result.steps_name"))
        self._answers = Loader(services.answer, self._show_answer, self._failed, services.spawn)
        self._records = Loader(services.steps, self._show_steps, self._failed, services.spawn)
        self._arrange()
        self.view.activated.connect(self._chosen)
        self.card.open_wanted.connect(self._open)
        self.set_tokens(tokens)

    def _arrange(self) -> None:
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(14, 8, 14, 4)
        self._layout.setSpacing(8)
        self._layout.addWidget(self.notice)
        self._layout.addWidget(self.card, 0)
        self._layout.addWidget(self.view, 1)

    def show_task(self, task: TaskSnapshot | None) -> None:
        """See `TaskTab`."""
        before, self._task = self._task, task
        if before is None or task is None or before.id != task.id:
            self._forget()
        if task is None:
            return
        standing = task.standing
        if task.state in LIVE or (task.state is State.PENDING and not standing.steps_done):
            self._become_live()
        else:
            self._answers.want(task.id, (standing.steps_done, standing.state))
            self._become_answer()
        self._records.want(task.id, version_of_steps(task))
        self._say_notice(task)
        self.card.show_task(task)
        self._patch(before, task)

    def take_live(self, live: LiveText) -> None:
        """Take in text of the attempt in flight."""
        self.card.take_live(live)

    def _forget(self) -> None:
        self._steps, self._answer = (), None
        self._answers.forget()
        self._records.forget()
        self.records.show_rows(())
        self.card.reset()
        self.notice.hide()

    def _become_live(self) -> None:
        if not self.card.is_live:
            self._answers.forget()
            self.card.show_live()
        self._layout.setStretchFactor(self.card, 0)

    def _become_answer(self) -> None:
        if self.card.is_live:
            self.card.show_answer(self._answer)
        self._layout.setStretchFactor(self.card, ANSWER_SHARE)
        self._layout.setStretchFactor(self.view, LIST_SHARE)

    def _say_notice(self, task: TaskSnapshot) -> None:
        code = notice(task)
        self.notice.setVisible(bool(code))
        if code:
            self.notice.setText(self._words(code, needed=exact_money(task.standing.needed)))
            tint(self.notice, self._inks["failed" if urgent(task) else "paused"])

    def _show_answer(self, answer: Answer) -> None:
        self._answer = answer
        if self._task is not None and not self.card.is_live:
            self.card.show_answer(answer)
            self.card.show_task(self._task)

    def _show_steps(self, steps: tuple[StepRecord, ...]) -> None:
        self._steps = steps
        for step in steps[-2:]:
            if step.accepted is not None:
                self.card.stream.finish(step.number, step.accepted.text)
        self.records.show_rows(step_list.lines(steps, self._task, self.card.stream.beginning()))

    def _patch(self, before: TaskSnapshot | None, task: TaskSnapshot) -> None:
        """Let the step in flight count its tokens between two reads."""
        if self._steps and (before is None or before.streamed_tokens != task.streamed_tokens):
            newest = step_list.lines(self._steps[-1:], task, self.card.stream.beginning())
            self.records.show_rows([*newest, *self.records.rows()[1:]])

    def _failed(self, error: DroverError) -> None:
        self.notice.setText(self._words("inspector.unreadable", sentence=self._words.error(error)))
        tint(self.notice, self._inks["failed"])
        self.notice.show()

    def _chosen(self, index: QModelIndex) -> None:
        self.step_chosen.emit(self.records.row(index.row()).step.number)

    def _open(self) -> None:
        if self._answer is not None:
            self._services.open_path(self._answer.folder)

    def set_tokens(self, tokens: Tokens) -> None:
        """See `TaskTab`."""
        self._inks = Inks(tokens, self.font())
        self.view.set_inks(self._inks)
        self.card.set_tokens(tokens)
        self.notice.setFont(self._inks.row_text)
        if self._task is not None:
            self._say_notice(self._task)
