"""The inspector as the window embeds it: tabs about the one selected task."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from engine.face import ChangeBatch, DroverError, Foresight, PauseReason, State, TaskSnapshot
from ui.bars import plain_label
from ui.cost.foresight import foresight_text
from ui.cost.meters import TaskMeter
from ui.inspector.checkpoints import CheckpointsTab
from ui.inspector.loading import Loader
from ui.inspector.log import LogTab
from ui.inspector.result import ResultTab
from ui.inspector.review import ReviewTab
from ui.inspector.services import InspectorServices
from ui.inspector.settings import SettingsTab
from ui.inspector.steps import StepsTab
from ui.inspector.tab import TaskTab
from ui.inspector.tell_line import TellLine
from ui.tasks.inks import Inks, ground, tint
from ui.text import Words
from ui.theme import Tokens

RESULT, STEPS, CHECKPOINTS, LOG, SETTINGS, REVIEW = range(6)


class Inspector(QWidget):
    """Result, Steps, Checkpoints, Log, Settings of one task, and its Review while a reply waits for one.

    Only the tab in sight reads.
    """

    def __init__(
        self, services: InspectorServices, words: Words, tokens: Tokens, parent: QWidget | None = None
    ) -> None:
        """Build it with no task."""
        super().__init__(parent)
        self._task: TaskSnapshot | None = None
        self._words = words
        self.result = ResultTab(services, words, tokens)
        self.steps = StepsTab(services, words, tokens)
        self.checkpoints = CheckpointsTab(services, words, tokens)
        self.log = LogTab(services, words, tokens)
        self.settings = SettingsTab(services, words, tokens)
        self.review = ReviewTab(services, words, tokens)
        self._pages: tuple[TaskTab, ...] = (
            self.result,
            self.steps,
            self.checkpoints,
            self.log,
            self.settings,
            self.review,
        )
        self.tell = TellLine(services, words)
        self.foreseen = plain_label("")
        self.foreseen.setContentsMargins(12, 4, 12, 0)
        self._foresee = Loader(services.foresee, self._show_foreseen, self._nothing_foreseen, services.spawn)
        self.meter = TaskMeter(words, tokens)
        self.tabs = QTabBar(drawBase=False, expanding=False)
        self.tabs.setAccessibleName(words("inspector.name"))
        for code in ("result", "steps", "checkpoints", "log", "settings", "review"):
            self.tabs.addTab(words(f"tab.{code}"))
        self._rule = QWidget()
        self._nothing = plain_label(words("inspector.nothing"))
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._arrange()
        self.tabs.currentChanged.connect(self._turn)
        self.result.step_chosen.connect(self._choose)
        self.set_tokens(tokens)
        self.show_task(None)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 0, 0)
        head.addWidget(self.tabs)
        head.addWidget(self.meter, 1)
        self._rule.setFixedHeight(1)
        self._book = QStackedWidget()
        for page in self._pages:
            self._book.addWidget(page)
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self._rule)
        layout.addWidget(self.foreseen)
        layout.addWidget(self._book, 1)
        layout.addWidget(self.tell)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(body)

    def show_task(self, task: TaskSnapshot | None) -> None:
        """Be about this task; the same one again changes nothing but its figures."""
        if task is None or (self._task is not None and self._task.id != task.id):
            for page in self._pages:
                page.show_task(None)
        self._task = task
        self._stack.setCurrentIndex(0 if task is None else 1)
        self.meter.show_task(task)
        self.tell.show_task(task)
        self._expect(task)
        self._show_review(task is not None and task.standing.reason == PauseReason.REVIEW)
        self._tell()

    def _expect(self, task: TaskSnapshot | None) -> None:
        """Ask what a task will come to, once for each step it makes, and until it is over."""
        if task is None or task.state in (State.COMPLETED, State.CANCELLED):
            self._foresee.forget()
            self._nothing_foreseen()
        else:
            self._foresee.want(task.id, (task.id, task.standing.steps_done, task.spec))

    def _show_foreseen(self, told: Foresight) -> None:
        known = told.cost is not None or bool(told.full_at)
        self.foreseen.setText(self._words("foresight.in_all", text=foresight_text(told, self._words)) if known else "")
        self.foreseen.setVisible(known)

    def _nothing_foreseen(self, error: DroverError | None = None) -> None:
        del error  # the tab in sight says what is wrong with its task
        self.foreseen.hide()

    def _show_review(self, waits: bool) -> None:  # noqa: FBT001 - shown or not
        """Open the Review tab where a reply begins to wait, and close it where it does no more."""
        if waits == self.tabs.isTabVisible(REVIEW):
            return
        if not waits and self.tabs.currentIndex() == REVIEW:
            self.tabs.setCurrentIndex(RESULT)
        self.tabs.setTabVisible(REVIEW, waits)
        if waits and self.tabs.currentIndex() == RESULT:
            self.tabs.setCurrentIndex(REVIEW)

    def apply(self, batch: ChangeBatch) -> None:
        """Take in what changed of the shown task, and its live text."""
        shown = self._task
        if shown is None:
            return
        if shown.id in batch.removed:
            self.show_task(None)
            return
        if batch.live is not None and batch.live.task == shown.id:
            self.result.take_live(batch.live)
        self.steps.show_deadlines(tuple(d for d in batch.deadlines if d.task == shown.id))
        for task in batch.changed:
            if task.id == shown.id:
                self.show_task(task)
                return

    def _turn(self, page: int) -> None:
        self._book.setCurrentIndex(page)
        self._tell()

    def _tell(self) -> None:
        """Tell the tab in sight what is so."""
        if self._task is not None:
            self._pages[self.tabs.currentIndex()].show_task(self._task)

    def _choose(self, step: int) -> None:
        self.tabs.setCurrentIndex(STEPS)
        self.steps.choose(step)

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
        inks = Inks(tokens, self.font())
        ground(self, inks["panel"])
        ground(self._rule, inks["line"])
        for label in (self._nothing, self.foreseen):
            tint(label, inks["dim"])
        self.meter.set_tokens(tokens)
        self.tell.set_inks(inks)
        for page in self._pages:
            page.set_tokens(tokens)
