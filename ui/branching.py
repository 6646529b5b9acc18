"""Going back to a checkpoint and on from one, as a person does it: asked first, or by a dialog."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from engine.face import DroverError, Engine, TaskId, TaskSnapshot, TaskSpec
from ui.dialogs.ask import Ask
from ui.dialogs.fork import ForkTask
from ui.services import WindowServices
from ui.text import Words


class Branching(QObject):
    """Acts on the engine; errors and new tasks are told by signals."""

    made = Signal(object)
    """Id of a task that was forked."""
    failed = Signal(object)
    """The `DroverError` for which a task could not go back."""

    def __init__(self, engine: Engine, services: WindowServices, words: Words, parent: QWidget) -> None:
        """Open dialogs over `parent`."""
        super().__init__(parent)
        self._engine, self._services, self._words, self._over = engine, services, words, parent

    def restore(self, task: TaskSnapshot, step: int) -> Ask:
        """Ask whether a task shall go back to a step, and let it on yes."""
        question = self._words("confirm.restore", step=step, name=task.name[:80])
        yes, no = self._words("confirm.yes_restore"), self._words("confirm.no")
        asking = Ask(question, yes, no, lambda: self._services.spawn(self._restore(task.id, step)), self._over)
        asking.open()
        return asking

    def fork(self, task: TaskSnapshot, step: int) -> ForkTask:
        """Open the dialog that makes a task from a checkpoint."""
        providers = self._services.preferences().providers
        dialog = ForkTask(self._words, providers, task.spec, step, self._over)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def made(spec: TaskSpec, paused: bool) -> None:  # noqa: FBT001 - Qt's signal
            self._services.spawn(self._fork(dialog, task.id, step, spec, paused=paused))

        dialog.made.connect(made)
        dialog.open()
        return dialog

    async def _restore(self, task: TaskId, step: int) -> None:
        try:
            await self._engine.restore(task, step)
        except DroverError as error:
            self.failed.emit(error)

    async def _fork(self, dialog: ForkTask, task: TaskId, step: int, spec: TaskSpec, *, paused: bool) -> None:
        dialog.setEnabled(False)
        try:
            made = await self._engine.fork(task, step, spec, paused=paused)
        except DroverError as error:
            dialog.setEnabled(True)
            dialog.show_problem(error)
            return
        dialog.accept()
        self.made.emit(made)
