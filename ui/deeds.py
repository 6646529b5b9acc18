"""What the window does to tasks, money and settings for its person; what could not be done is told by a signal."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from engine.face import DroverError, Engine, TaskId, TaskSpec
from ui.dialogs.new_task import NewTask
from ui.importing.bounds import Bounds, bounded
from ui.importing.dialog import ImportBatch
from ui.services import Preferences, WindowServices
from ui.stack import Bars


class Deeds(QObject):
    """Acts on the engine and on the settings."""

    made = Signal(object)
    """Id of a task that is there now."""
    batch_made = Signal(str)
    """Name of a batch whose tasks are there now."""
    first_failed = Signal(object)
    """The `DroverError` for which the first task was not made."""
    failed = Signal(object)
    """The `DroverError` for which something was not done."""

    def __init__(self, engine: Engine, services: WindowServices, bars: Bars, parent: QWidget) -> None:
        """Offer in `bars` what can be taken back or tried again."""
        super().__init__(parent)
        self._engine, self._services, self._bars = engine, services, bars

    def make(self, dialog: NewTask, spec: TaskSpec, paused: bool) -> None:  # noqa: FBT001 - Qt's signal
        """Make the task that a dialog asks for; the dialog stays until it is taken."""
        self._services.spawn(self._make(dialog, spec, paused=paused))

    def make_batch(
        self,
        dialog: ImportBatch,
        specs: Sequence[TaskSpec],
        bounds: Bounds,
        paused: bool,  # noqa: FBT001 - Qt's signal
    ) -> None:
        """Make the batch that a dialog asks for, all of it or nothing; the dialog stays until it is taken."""
        self._services.spawn(self._make_batch(dialog, specs, bounds, paused=paused))

    def make_first(self, spec: TaskSpec, paused: bool) -> None:  # noqa: FBT001 - Qt's signal
        """Make the first task; what is wrong is told where it was asked for."""

        async def make() -> None:
            try:
                (task,) = await self._engine.submit([spec], paused=paused)
            except DroverError as error:
                self.first_failed.emit(error)
            else:
                self.made.emit(task)

        self._services.spawn(make())

    def delete(self, ids: Sequence[TaskId]) -> None:
        """Delete tasks, and offer to take that back."""

        async def delete() -> None:
            self._bars.undo.offer(await self._engine.delete(ids))

        self._do(delete())

    def undelete(self, ids: Sequence[TaskId]) -> None:
        """Take a deletion back."""

        async def undelete() -> None:
            await self._engine.undelete(ids)

        self._do(undelete())

    def mend(self) -> None:
        """Save what could not be saved, and go on."""

        async def mend() -> None:
            self._bars.trouble.set_busy(True)
            try:
                await self._engine.mend()
            except DroverError as error:
                self._bars.tell_again(error)
            else:
                self._bars.notice.hide()
            finally:
                self._bars.trouble.set_busy(False)

        self._services.spawn(mend())

    def lift_fence(self, provider: str, model: str) -> None:
        """Let a model be asked again that billed too much."""
        self._do(self._engine.lift_fence(provider, model))

    def resume_interrupted(self) -> None:
        """Resume what was interrupted: consent to asking again what was cut."""
        self._engine.resume_interrupted()

    def resume_always(self) -> None:
        """Resume what was interrupted, now and after every interruption to come."""
        self.save(replace(self._services.preferences(), resume_interrupted="always"))
        self._engine.resume_interrupted()

    def save(self, preferences: Preferences) -> None:
        """Keep settings."""
        try:
            self._services.save(preferences)
        except DroverError as error:
            self.failed.emit(error)

    async def _make(self, dialog: NewTask, spec: TaskSpec, *, paused: bool) -> None:
        made = await self._taken(dialog, self._engine.submit([spec], paused=paused))
        if made:
            self.made.emit(made[0])

    async def _make_batch(
        self, dialog: ImportBatch, specs: Sequence[TaskSpec], bounds: Bounds, *, paused: bool
    ) -> None:
        batch = specs[0].batch

        async def submit() -> Sequence[TaskId]:
            with bounded(self._engine, batch, bounds):
                return await self._engine.submit(specs, paused=paused)

        if await self._taken(dialog, submit()):
            self.batch_made.emit(batch)

    async def _taken(
        self, dialog: NewTask | ImportBatch, submitted: Coroutine[object, object, Sequence[TaskId]]
    ) -> Sequence[TaskId]:
        """Close a dialog once its tasks are there, or wait to be saved; else it stays and says why.

        Where it is gone, the window says so. One that stayed while its tasks wait would make them twice.
        """
        dialog.set_busy(True)
        gone: list[int] = []
        dialog.finished.connect(gone.append)
        try:
            made = await submitted
        except DroverError as error:
            self._tell_not_taken(dialog, error, gone=bool(gone))
            return ()
        if not gone:
            dialog.accept()
        return made

    def _tell_not_taken(self, dialog: NewTask | ImportBatch, error: DroverError, *, gone: bool) -> None:
        if self._bars.tell_waiting(error):
            if not gone:
                dialog.accept()
        elif gone:
            self.failed.emit(error)
        else:
            dialog.set_busy(False)
            dialog.show_problem(error)

    def _do(self, deed: Coroutine[object, object, None]) -> None:
        async def do() -> None:
            try:
                await deed
            except DroverError as error:
                self.failed.emit(error)

        self._services.spawn(do())
