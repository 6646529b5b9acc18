"""The bar above the table while it shows one batch: how far that is, its results, its failed ones by one button.

It is counted once a second from what the table holds already, and only while it is shown.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout

from engine.face import Action, Foresight, State, TaskId, TaskSnapshot, allowed
from ui.batches.deadline import DeadlineButton
from ui.cost.foreseeing import Foreseeing, Question, Spawn
from ui.elided import ElidedLabel
from ui.tasks.format import count, money
from ui.tasks.scope import ScopeKind, TaskScope
from ui.text import Words

ForeseeBatch = Callable[[str], Awaitable[Foresight]]

PERIOD_MS = 1000
FAILED = frozenset({State.FAILED, State.TIMEOUT})


class BatchBar(QFrame):
    """Shown for a scope that is a batch."""

    results = Signal(str)
    """A batch whose results are to be shown."""
    what_if = Signal(str)
    """A batch of which is asked what it would have cost otherwise."""
    retry = Signal(object)
    """Ids of tasks that are to be tried again."""

    def __init__(
        self,
        words: Words,
        tasks: Callable[[], Iterable[TaskSnapshot]],
        foresee: ForeseeBatch,
        deadline_of: Callable[[str], int | None],
        spawn: Spawn,
    ) -> None:
        """Count what `tasks` gives, say what is expected by `foresee` and when it is due; begin hidden."""
        super().__init__()
        self.setObjectName("batchbar")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._words, self._tasks = words, tasks
        self._batch = ""
        self._failed: tuple[TaskId, ...] = ()
        self.foreseeing = Foreseeing(words, self._ask, spawn, ElidedLabel())
        self._foresee = foresee
        self._done, self._over = -1, False
        self.label = ElidedLabel()
        self.results_button, self.retry_button = QPushButton(words("batch.results")), QPushButton("")
        self.what_if_button = QPushButton(words("batch.what_if"))
        self.deadline = DeadlineButton(words, deadline_of)
        self._timer = QTimer(self, interval=PERIOD_MS)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(8)
        said = QVBoxLayout()
        said.setSpacing(2)
        said.addWidget(self.label)
        said.addWidget(self.foreseeing.label)
        row.addLayout(said, 1)
        row.addWidget(self.deadline)
        row.addWidget(self.retry_button)
        row.addWidget(self.what_if_button)
        row.addWidget(self.results_button)
        self._timer.timeout.connect(self.look)
        self.what_if_button.clicked.connect(lambda: self.what_if.emit(self._batch))
        self.results_button.clicked.connect(lambda: self.results.emit(self._batch))
        self.retry_button.clicked.connect(self._retry)
        self.hide()

    def show_scope(self, scope: TaskScope) -> None:
        """Show how far a batch is, or nothing for any other scope."""
        self._batch = scope.value if scope.kind is ScopeKind.BATCH else ""
        self.setVisible(bool(self._batch))
        self._done = -1
        if self._batch:
            self.look()
            self._timer.start()
        else:
            self._timer.stop()

    def look(self) -> None:
        """Count anew."""
        tasks = [task for task in self._tasks() if task.spec.batch == self._batch]
        self._failed = tuple(task.id for task in tasks if task.state in FAILED and Action.RETRY in allowed(task.state))
        done = sum(task.state is State.COMPLETED for task in tasks)
        spent = money(sum(task.standing.spent for task in tasks))
        said = self._words("batch.done", name=self._batch, done=count(done), count=count(len(tasks)), amount=spent)
        self.label.setText(said)
        self._expect(done, len(tasks))
        self.deadline.show_batch(self._batch)
        self.retry_button.setVisible(bool(self._failed))
        self.retry_button.setText(self._words.counted("batch.retry", len(self._failed)))

    def _expect(self, done: int, count: int) -> None:
        """Ask what the batch will come to where a hundredth of it, or a task, went on; it is over: ask no more."""
        self._over = done == count
        if self._done < 0 or done == count or done - self._done >= max(1, count // 100):
            if done != self._done:
                self.foreseeing.changed()
            self._done = done

    def _ask(self) -> Question | None:
        return partial(self._foresee, self._batch) if self._batch and not self._over else None

    def _retry(self) -> None:
        self.retry.emit(self._failed)
        self.look()
