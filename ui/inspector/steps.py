"""The Steps tab: every attempt of every step, and the text of the selected one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QSplitter, QVBoxLayout, QWidget

from engine.face import (
    LIVE,
    Action,
    AttemptId,
    AttemptRecord,
    Deadline,
    DroverError,
    StepRecord,
    TaskSnapshot,
    TimeLevel,
    allowed,
)
from ui.inspector import attempts
from ui.inspector.doubts import Doubts, is_undecided
from ui.inspector.loading import Loader
from ui.inspector.rows import RowsModel
from ui.inspector.rows_view import RowsView
from ui.inspector.services import InspectorServices
from ui.inspector.tab import TaskTab, version_of_steps
from ui.inspector.time_left import TimeLeft
from ui.plain import readable
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
        self._before: dict[AttemptId, AttemptRecord] = {}
        """The failed attempt on another route that led to an attempt."""
        inks = Inks(tokens, self.font())
        self.records = RowsModel[AttemptRecord](
            attempts.columns(words),
            lambda attempt: attempt.intent.attempt,
            lambda attempt: attempts.cells(attempt, words, self._before.get(attempt.intent.attempt)),
            self,
        )
        self._loader = Loader(services.steps, self._show, self._failed, services.spawn)
        self.view = RowsView(self.records, inks, header=True)
        self.view.setAccessibleName(words("steps.name"))
        self._services = services
        self._task: TaskSnapshot | None = None
        self.doubts = Doubts(words)
        self.time_left = TimeLeft(words)
        self._about = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._about.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName(words("steps.text_name"))
        self._wanted_step = 0
        self._arrange()
        self.time_left.extended.connect(self._extend)
        self.doubts.counts.connect(self._count)
        self.doubts.asked.connect(self._ask)
        self.doubts.again.connect(self._again)
        self.view.selectionModel().currentRowChanged.connect(self._tell)
        self.records.dataChanged.connect(self._tell)
        self.records.modelReset.connect(self._tell)
        self.set_tokens(tokens)

    def _arrange(self) -> None:
        below = QWidget()
        lower = QVBoxLayout(below)
        lower.setContentsMargins(8, 4, 0, 0)
        lower.addWidget(self._about)
        lower.addWidget(self.doubts)
        lower.addWidget(self.text, 1)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self.view)
        split.addWidget(below)
        split.setSizes([240, 230])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.addWidget(self.time_left)
        layout.addWidget(split, 1)
        self._tell()

    @property
    def about_text(self) -> str:
        """What is said above the text."""
        return self._about.text()

    def show_task(self, task: TaskSnapshot | None) -> None:
        """See `TaskTab`."""
        other = task is None or self._task is None or task.id != self._task.id
        self._task = task
        if other:
            self._tell()
        self.time_left.setVisible(task is not None and task.state in LIVE)
        if task is None:
            self.records.show_rows(())
            self._loader.forget()
            return
        self._loader.want(task.id, (version_of_steps(task), task.standing.spent, task.standing.assumed))

    def show_deadlines(self, deadlines: tuple[Deadline, ...]) -> None:
        """Say how long the attempt in flight has left."""
        if self.isVisible():
            self.time_left.show_deadlines(deadlines)

    def choose(self, step: int) -> None:
        """Select the last attempt of a step, now or when it is read."""
        self._wanted_step = 0 if self._select_first(lambda attempt: attempt.intent.step == step) else step

    def _select_first(self, fits: Callable[[AttemptRecord], bool]) -> bool:
        """Select the newest attempt that fits; return whether there is one."""
        found = next((number for number, attempt in enumerate(self.records.rows()) if fits(attempt)), None)
        if found is not None:
            self.view.selectRow(found)
        return found is not None

    def _show(self, steps: tuple[StepRecord, ...]) -> None:
        self._before = attempts.failed_before(steps)
        self.records.show_rows(attempts.newest_first(steps))
        if self._wanted_step:
            self.choose(self._wanted_step)
        elif not self.view.currentIndex().isValid():  # what waits for a decision opens with its choices
            self._select_first(is_undecided)

    def _failed(self, error: DroverError) -> None:
        self.records.show_rows(())
        self._about.setText(self._words("inspector.unreadable", sentence=self._words.error(error)))

    def _tell(self) -> None:
        row = self.view.currentIndex().row()
        if not 0 <= row < self.records.rowCount():
            self._about.setText(self._words("steps.choose") if self.records.rowCount() else self._none())
            self.text.clear()
            self.doubts.show_attempt(None, can_ask=False, can_resume=False)
            return
        attempt = self.records.row(row)
        self._offer(attempt)
        self._about.setText(attempts.about(attempt, self._words, self._before.get(attempt.intent.attempt)))
        text = readable(attempts.texts(attempt, self._words)[:SHOWN])
        if text != self.text.toPlainText():
            self.text.setPlainText(text)

    def _none(self) -> str:
        """Return why there is nothing to list: a fork stands on steps that are its parent's."""
        if self._task is None:
            return ""
        done = self._task.standing.steps_done
        return self._words.counted("steps.inherited", done) if done else self._words("steps.none")

    def _offer(self, attempt: AttemptRecord) -> None:
        outcome, task = attempt.outcome, self._task
        request = outcome.provider_request_id if outcome else ""
        can_ask = outcome is not None and self._services.can_ask(attempt.intent.provider, request)
        can_resume = task is not None and Action.RESUME in allowed(task.state, task.standing.reason)
        self.doubts.show_attempt(attempt, can_ask=can_ask, can_resume=can_resume)

    def _selected(self) -> AttemptRecord:
        return self.records.row(self.view.currentIndex().row())

    def _extend(self, level: TimeLevel, seconds: float | None) -> None:
        if self._task is None:
            return
        try:
            self._services.extend(self._task.id, level, seconds)
        except DroverError as error:  # it ended while the menu was open
            self._about.setText(self._words.error(error))

    def _count(self, amount: int) -> None:
        intent = self._selected().intent
        self._services.spawn(self._told(self._services.correct(intent.task, intent.attempt, amount)))

    def _ask(self) -> None:
        intent = self._selected().intent
        self._services.spawn(self._told(self._services.ask_provider(intent.task, intent.attempt), asked=True))

    def _again(self) -> None:
        self._services.resume(self._selected().intent.task)

    async def _told(self, decided: Awaitable[int | None], *, asked: bool = False) -> None:
        """Wait until what was decided is durable, and say what came of it."""
        try:
            billed = await decided
        except DroverError as error:
            self._about.setText(self._words.error(error))
            return
        if asked and billed is None:
            self._about.setText(self._words("doubt.not_told"))

    def set_tokens(self, tokens: Tokens) -> None:
        """See `TaskTab`."""
        inks = Inks(tokens, self.font())
        self.view.set_inks(inks)
        self.time_left.set_inks(inks)
        self._about.setFont(inks.row_text)
        tint(self._about, inks["dim"])
