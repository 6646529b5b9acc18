"""What opens before the window: dialogs that ask, tell and let choose. Opened, never run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from engine.face import DroverError, Engine, Level, Scope, TaskSnapshot, TaskSpec
from ui.batches.results import Results
from ui.cost.what_if import WhatIfDialog
from ui.dialogs.ask import Ask, Tell
from ui.dialogs.data import Data
from ui.dialogs.new_task import NewTask
from ui.dialogs.settings import Settings
from ui.importing.bounds import Bounds
from ui.importing.dialog import ImportBatch
from ui.services import WindowServices
from ui.text import Words


class Openings(QObject):
    """Opens dialogs over one window."""

    wanted = Signal(object, object, bool)
    """The New task dialog, what it asks for, and whether that begins paused."""
    batch_wanted = Signal(object, object, object, bool)
    """The Import batch dialog, what it asks for, the batch's bounds, and whether that begins paused."""
    settled = Signal(str)
    """Settings were saved; with what is to be told of it, or nothing."""
    failed = Signal(object)
    """The `DroverError` for which a file was not written."""

    def __init__(self, engine: Engine, services: WindowServices, words: Words, over: QWidget) -> None:
        """Open over `over`."""
        super().__init__(over)
        self._engine, self._services, self._words, self._over = engine, services, words, over
        self._last: QWidget | None = None

    @property
    def last(self) -> NewTask:
        """The New task dialog that was opened last; raises LookupError without one."""
        if isinstance(self._last, NewTask):
            return self._last
        raise LookupError

    def new_task(self, asked: TaskSpec | None = None) -> NewTask:
        """Open the dialog that makes a task, with what was asked for so far."""
        dialog = NewTask(self._words, self._services, self._over, foresee=self._engine.foresee)
        if asked is not None:
            dialog.begin_with(asked)

        def made(spec: TaskSpec, paused: bool) -> None:  # noqa: FBT001 - Qt's signal
            self.wanted.emit(dialog, spec, paused)

        dialog.made.connect(made)
        self._open(dialog)
        return dialog

    def import_batch(self, path: Path | None = None) -> ImportBatch:
        """Open the dialog that makes a batch, with a file or folder to begin with."""
        dialog = ImportBatch(self._words, self._engine, self._services, self._over)

        def made(specs: Sequence[TaskSpec], bounds: Bounds, paused: bool) -> None:  # noqa: FBT001 - Qt's signal
            self.batch_wanted.emit(dialog, specs, bounds, paused)

        dialog.made.connect(made)
        self._open(dialog)
        if path is not None:
            dialog.take(path)
        return dialog

    def results(self, batch: str) -> Results:
        """Open a batch's results."""
        dialog = Results(self._words, self._engine, self._services, batch, self._over)
        self._open(dialog)
        return dialog

    def what_if(self, batch: str = "", task: TaskSnapshot | None = None) -> WhatIfDialog:
        """Open what a batch, a task, the month or everything would have cost otherwise."""
        words, day = self._words, self._engine.totals().day
        scopes = [
            (words("what_if.month"), Scope(Level.MONTH, day[:7])),
            (words("what_if.everything"), Scope(Level.EVERYTHING, "")),
        ]
        if task is not None:
            scopes.insert(0, (words("what_if.task", name=task.name[:40]), Scope(Level.TASK, task.id)))
        if batch := batch or (task.spec.batch if task is not None else ""):
            scopes.insert(
                0 if task is None else 1, (words("what_if.batch", name=batch[:40]), Scope(Level.BATCH, batch))
            )
        dialog = WhatIfDialog(words, self._engine, self._services, scopes, self._over)
        self._open(dialog)
        return dialog

    def settings(self) -> Settings:
        """Open the settings."""
        dialog = Settings(self._words, self._services, self._engine, self._over)
        dialog.saved.connect(self.settled)
        self._open(dialog)
        return dialog

    def provider_settings(self, name: str) -> Settings:
        """Open the settings where a provider's key stands."""
        dialog = self.settings()
        dialog.look_at(name)
        return dialog

    def price_settings(self) -> Settings:
        """Open the settings where prices stand."""
        dialog = self.settings()
        dialog.look_at_prices()
        return dialog

    def data(self) -> Data:
        """Open what there is to say about the saved data."""
        dialog = Data(self._engine, self._services, self._words, self._over)
        self._open(dialog)
        return dialog

    def ask(self, question: str, yes: str, act: Callable[[], object]) -> Ask:
        """Ask a person, and act on yes."""
        dialog = Ask(question, yes, self._words("confirm.no"), act, self._over)
        self._open(dialog)
        return dialog

    def about(self) -> None:
        """Say what this is."""
        self._tell("action.about", self._words("about.text", version=self._services.version()))

    def export_ledger(self) -> QFileDialog:
        """Ask where to, and write the ledger as CSV."""
        dialog = QFileDialog(self._over)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("CSV (*.csv)")
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(f"drover-ledger-{self._engine.totals().day}.csv")
        dialog.fileSelected.connect(self._ledger_chosen)
        self._last = dialog
        dialog.open()
        return dialog

    def _ledger_chosen(self, name: str) -> None:
        self._services.spawn(self._write_ledger(Path(name)))

    async def _write_ledger(self, file: Path) -> None:
        try:
            written = await self._services.export_ledger(file)
        except DroverError as error:
            self.failed.emit(error)
        else:
            self._tell("action.export_ledger", self._words.counted("notice.ledger", written, file=file))

    def _tell(self, title: str, text: str) -> None:
        Tell(self._words(title), text, "OK", self._over).open()

    def _open(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._last = dialog
        dialog.open()
