"""The inspector as the window embeds it: tabs about the one selected task."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStackedLayout, QTabWidget, QWidget

from engine.face import ChangeBatch, TaskSnapshot
from ui.cost.meters import TaskMeter
from ui.inspector.log import LogTab
from ui.inspector.result import ResultTab
from ui.inspector.services import InspectorServices
from ui.inspector.settings import SettingsTab
from ui.inspector.steps import StepsTab
from ui.inspector.tab import TaskTab
from ui.tasks.inks import Inks, tint
from ui.text import Words
from ui.theme import Tokens


class Inspector(QWidget):
    """Result, Steps, Log, Settings of one task. Only the tab in sight reads."""

    def __init__(
        self, services: InspectorServices, words: Words, tokens: Tokens, parent: QWidget | None = None
    ) -> None:
        """Build it with no task."""
        super().__init__(parent)
        self._task: TaskSnapshot | None = None
        self.result = ResultTab(services, words, tokens)
        self.steps = StepsTab(services, words, tokens)
        self.log = LogTab(services, words, tokens)
        self.settings = SettingsTab(services, words, tokens)
        self.meter = TaskMeter(words, tokens)
        self._all: dict[str, TaskTab] = {
            "result": self.result,
            "steps": self.steps,
            "log": self.log,
            "settings": self.settings,
        }
        self.tabs = QTabWidget(documentMode=True)
        for code, tab in self._all.items():
            self.tabs.addTab(tab, words(f"tab.{code}"))
        self.tabs.setCornerWidget(self.meter)
        self._nothing = QLabel(words("inspector.nothing"), alignment=Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(self.tabs)
        self.tabs.currentChanged.connect(self._tell)
        self.result.step_chosen.connect(self._choose)
        self.set_tokens(tokens)
        self.show_task(None)

    def show_task(self, task: TaskSnapshot | None) -> None:
        """Be about this task; the same one again changes nothing but its figures."""
        if task is None or (self._task is not None and self._task.id != task.id):
            for tab in self._all.values():
                tab.show_task(None)
        self._task = task
        self._stack.setCurrentIndex(0 if task is None else 1)
        self.meter.show_task(task)
        self._tell()

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
        for task in batch.changed:
            if task.id == shown.id:
                self.show_task(task)
                return

    def _tell(self) -> None:
        """Tell the tab in sight what is so."""
        tab = self.tabs.currentWidget()
        if self._task is not None and isinstance(tab, TaskTab):
            tab.show_task(self._task)

    def _choose(self, step: int) -> None:
        self.tabs.setCurrentWidget(self.steps)
        self.steps.choose(step)

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
        tint(self._nothing, Inks(tokens, self.font())["dim"])
        self.meter.set_tokens(tokens)
        for tab in self._all.values():
            tab.set_tokens(tokens)
