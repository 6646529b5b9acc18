"""What a person can do with the selected tasks: Qt's actions, enabled by the engine's own table and by nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from engine.face import Action, DroverError, Engine, State, TaskId, TaskSnapshot, Totals, Where, allowed
from ui.text import Words

MOVES = {
    Where.TOP: "Ctrl+Shift+Up",
    Where.UP: "Ctrl+Up",
    Where.DOWN: "Ctrl+Down",
    Where.BOTTOM: "Ctrl+Shift+Down",
}
"""Keys of the moves in the queue."""
Confirm = Callable[[str, str, Callable[[], object]], object]
"""Asks (question, word of the button, what to do on yes)."""


class TaskActions(QObject):
    """The actions, and what each asks of the engine. Nothing here predicts a state: the next batch shows it."""

    def __init__(
        self,
        engine: Engine,
        words: Words,
        *,
        selected: Callable[[], Sequence[TaskId]],
        confirm: Confirm,
        delete: Callable[[Sequence[TaskId]], None],
        parent: QObject,
    ) -> None:
        """Act on what `selected` returns."""
        super().__init__(parent)
        self._engine, self._words, self._selected = engine, words, selected
        self._confirm, self._delete_tasks = confirm, delete
        self.go = self._action("resume", "Ctrl+R", self._go)
        self.pause = self._action("pause", "Ctrl+P", lambda: self._engine.pause(self._selected()))
        self.pause_step = self._action("pause_step", "", lambda: self._engine.pause(self._selected()))
        self.pause_now = self._action("pause_now", "Ctrl+Shift+P", self._pause_now)
        self.cancel = self._action("cancel", "", self._cancel)
        self.retry = self._action("retry", "Ctrl+Shift+R", lambda: self._engine.retry(self._selected()))
        self.delete = self._action("delete", "Del", self._delete)
        self.moves = {where: self._move(where) for where in MOVES}
        self.queue = QMenu(self._words("action.queue"))
        self.queue.addActions(list(self.moves.values()))
        self.pause_all = self._action("pause_all", "", self._engine.pause_all)
        self.resume_all = self._action("resume_all", "", self._engine.resume_all)
        self._needs = {
            self.pause: {Action.PAUSE},
            self.pause_step: {Action.PAUSE},
            self.pause_now: {Action.PAUSE},
            self.cancel: {Action.CANCEL},
            self.retry: {Action.RETRY},
            self.delete: {Action.DELETE},
            self.go: {Action.START, Action.RESUME},
        }
        self.refresh()

    def menu(self) -> tuple[QAction, ...]:
        """The actions of a task's context menu; the moves in the queue are a menu below it."""
        return (self.go, self.pause_step, self.pause_now, self.cancel, self.retry, self.queue.menuAction(), self.delete)

    def refresh(self, totals: Totals | None = None) -> None:
        """Enable what the selected tasks' states allow, and name the one Start or Resume button after them.

        `totals` are those of the batch that is being shown; asked for where there is none.
        """
        totals, tasks = totals or self._engine.totals(), self._snapshots()
        can = {action for task in tasks for action in allowed(task.state, task.standing.reason)}
        for action, any_of in self._needs.items():
            action.setEnabled(bool(can & any_of))
        waits = any(task.state in (State.PENDING, State.PAUSED) for task in tasks)
        for move in self.moves.values():
            move.setEnabled(waits)
        everything = totals.by_state
        self.pause_all.setEnabled(any(everything.get(s, 0) for s in State if Action.PAUSE in allowed(s)))
        self.resume_all.setEnabled(bool(everything.get(State.PAUSED, 0)) or bool(totals.interrupted))
        fresh = tasks and all(_fresh(task) for task in tasks)
        self.go.setText(self._words("action.start" if fresh else "action.resume"))

    def _move(self, where: Where) -> QAction:
        return self._action(f"move_{where}", MOVES[where], lambda: self._engine.move(self._selected(), where))

    def _action(self, code: str, keys: str, act: Callable[[], object]) -> QAction:
        action = QAction(self._words(f"action.{code}"), self)
        if keys:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _checked=False: act())
        return action

    def _snapshots(self) -> list[TaskSnapshot]:
        found: list[TaskSnapshot] = []
        for task in self._selected():
            try:
                found.append(self._engine.snapshot(task))
            except DroverError:
                continue  # deleted since the table was drawn
        return found

    def _go(self) -> None:
        tasks = self._snapshots()
        self._engine.start([task.id for task in tasks if task.state is State.PENDING])
        self._engine.resume([task.id for task in tasks if task.state is not State.PENDING])

    def _pause_now(self) -> None:
        self._engine.pause(self._selected(), now=True)

    def _cancel(self) -> None:
        tasks = self._that(Action.CANCEL)
        ids = [task.id for task in tasks]
        self._ask("cancel", tasks, lambda: self._engine.cancel(ids))

    def _delete(self) -> None:
        tasks = self._that(Action.DELETE)
        ids = [task.id for task in tasks]
        self._ask("delete", tasks, lambda: self._delete_tasks(ids))

    def _that(self, action: Action) -> list[TaskSnapshot]:
        return [task for task in self._snapshots() if action in allowed(task.state, task.standing.reason)]

    def _ask(self, code: str, tasks: Sequence[TaskSnapshot], act: Callable[[], object]) -> None:
        if not tasks:
            return
        question = self._words.counted(f"confirm.{code}", len(tasks), name=tasks[0].name[:80])
        self._confirm(question, self._words(f"confirm.yes_{code}"), act)


def _fresh(task: TaskSnapshot) -> bool:
    return task.state in (State.PENDING, State.PAUSED) and not task.standing.attempts
