"""The dialog that makes a batch: source, rows, template and its text, settings, problems, what it costs; one page."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QDialog, QScrollArea, QVBoxLayout, QWidget

from engine.face import (
    DroverError,
    Engine,
    InvalidSpecError,
    Layout,
    Plan,
    Sheet,
    TaskSpec,
    plan,
)
from ui.bars import plain_label
from ui.dialogs.form import WrongInputError, heading
from ui.importing.becoming import text_of_row
from ui.importing.bounds import Bounds
from ui.importing.editor import TemplateEditor
from ui.importing.foot import Foot
from ui.importing.problems import ProblemsList
from ui.importing.rows import RowsTable
from ui.importing.settings import BatchSettings
from ui.importing.source import SourceRow
from ui.importing.trial import Trial
from ui.services import SIMULATOR, WindowServices
from ui.text import Words

SIZE = (1020, 820)
SCREEN_EDGE = 64
SETTLE_MS = 300
"""Milliseconds after the last change before all rows are planned anew."""


class ImportBatch(QDialog):
    """Emits `made` with what is asked, the batch's bounds and whether it begins paused; stays until it is taken."""

    made = Signal(object, object, bool)

    def __init__(self, words: Words, engine: Engine, services: WindowServices, parent: QWidget | None = None) -> None:
        """Begin without a source."""
        super().__init__(parent)
        self._words, self._engine, self._services = words, engine, services
        self._sheet: Sheet | None = None
        self._plan: Plan | None = None
        self._turn = self._reading = 0
        """Count what was planned and what was read: what an older ask finds out is not shown."""
        self._busy = False
        self.setWindowTitle(words("import.heading"))
        self.setModal(True)
        self.source, self.rows, self.editor = SourceRow(words), RowsTable(words), TemplateEditor(words)
        self.settings = BatchSettings(words, services.preferences())
        self.problems = ProblemsList(words)
        self.trial = Trial(words, engine, services)
        self.foot, self._problem = Foot(words), plain_label("")
        self._problem.setObjectName("error")
        self._problem.setWordWrap(True)
        self._scroll = QScrollArea()
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._build()
        self._connect()
        self._show()

    # --- layout

    def _build(self) -> None:
        body, scroll = QWidget(), self._scroll
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 6, 0)
        layout.setSpacing(12)
        self.rows.setMinimumHeight(130)
        for widget in (self.source, self.rows, self.editor, self.settings, self.trial):
            layout.addWidget(widget, int(widget is self.rows))
        scroll.setWidgetResizable(True)
        scroll.setWidget(body)
        scroll.viewport().setAutoFillBackground(False)
        body.setAutoFillBackground(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 18, 20)
        outer.setSpacing(12)
        outer.addWidget(heading(self._words("import.heading")))
        outer.addWidget(scroll, 1)
        outer.addWidget(self.problems)
        outer.addWidget(self._problem)
        outer.addWidget(self.foot)
        room = self.screen().availableSize()
        self.resize(min(SIZE[0], room.width() - SCREEN_EDGE), min(SIZE[1], room.height() - SCREEN_EDGE))

    def _connect(self) -> None:
        self.source.changed.connect(self._read)
        self.rows.chosen.connect(self._render)
        for part in (self.editor, self.settings):
            part.changed.connect(self._changed)
        self._settle.timeout.connect(lambda: self._services.spawn(self._find_all(self._turn)))
        self.problems.skip.toggled.connect(self._show)
        self.trial.wanted.connect(lambda: self._services.spawn(self._try()))
        self.trial.changed.connect(self._show)
        self.trial.changed.connect(self._settle.start)  # what it keeps is paid and not asked again
        self.foot.cancel.clicked.connect(self.reject)
        self.finished.connect(self._forget)
        self.foot.paused.clicked.connect(lambda: self._submit(paused=True))
        self.foot.start.clicked.connect(lambda: self._submit(paused=False))

    def _forget(self) -> None:
        """Let nothing that is still being found out be shown: there is no dialog any more."""
        self._turn, self._reading = self._turn + 1, self._reading + 1
        self._settle.stop()
        self.trial.stop()

    # --- the source

    def take(self, path: Path) -> None:
        """Begin with a file or folder, as when it was dropped on the window."""
        self.source.take(path)

    def _read(self) -> None:
        self._reading += 1
        self._services.spawn(self._read_it(self._reading))

    async def _read_it(self, turn: int) -> None:
        try:
            sheet, problem = await self.source.read(), ""
        except DroverError as error:
            sheet, problem = None, self._words.error(error)
        if turn == self._reading:
            self._say(problem)
            self._take_sheet(sheet)

    def _take_sheet(self, sheet: Sheet | None) -> None:
        self._sheet, self._plan = sheet, None
        self.source.show_sheet(sheet)
        self.rows.show_sheet(sheet)
        self.editor.offer(sheet.columns if sheet else ())
        if sheet is None:
            self.source.offer_encodings()
        elif not self.settings.name:
            self.settings.batch.field.setText(self._free_name(self.source.title))
        self._changed()

    def _free_name(self, name: str) -> str:
        """Return a batch's name that no task has yet."""
        taken, number, free = self._engine.totals().by_batch, 2, name
        while free in taken:
            free, number = f"{name} {number}", number + 1
        return free

    # --- what it becomes

    def _changed(self) -> None:
        self._turn += 1
        self._plan = None
        self._render()
        self._settle.start()

    def _layout(self) -> Layout | None:
        """Return what is made of a row; says what is wrong with the fields where something is."""
        self.settings.blame_none()
        try:
            return self.settings.layout_of(self.editor.text)
        except WrongInputError as wrong:
            if self._sheet is not None:
                wrong.field.blame(self._words(wrong.code))
            return None

    def _render(self) -> None:
        """Show the chosen row's text, at once."""
        row, layout, sheet = self.rows.row, self._layout(), self._sheet
        if row is None or layout is None or sheet is None:
            self.editor.show_text("", None)
        else:
            self.editor.show_text(text_of_row(self._words, sheet, layout, row), row.number)
        self._show()

    async def _find_all(self, turn: int) -> None:
        """Plan all rows, and what they cost; shown only if nothing was changed meanwhile."""
        sheet, layout = self._sheet, self._layout() if turn == self._turn else None
        if sheet is None or layout is None:
            return
        made = await plan(sheet, layout)
        try:
            cost = await self._engine.worst_case(self._left(made))
        except DroverError as error:
            cost = None
            if turn == self._turn:
                self._say(self._words.error(error))
        if turn == self._turn:
            self._plan = made
            self._show_most(cost)
            self._show()

    def _bounds(self) -> Bounds:
        """Return what bounds the whole batch; raises `WrongInputError`, which is told at its field."""
        try:
            return Bounds(budget=self.settings.whole_budget, due_ms=self.settings.whole_deadline)
        except WrongInputError as wrong:
            wrong.field.blame(self._words(wrong.code))
            raise

    def _show_most(self, cost: int | None) -> None:
        try:
            limit = self._bounds().budget
        except WrongInputError:
            limit = None
        self.foot.show_cost(cost, limit, simulated=self.settings.models.provider == SIMULATOR)

    def _show(self) -> None:
        """Show problems and what can be pressed."""
        made = self._plan
        self.problems.show_plan(made)
        self.foot.offer(len(self._left(made)) if made is not None else 0, ready=self._ready() and not self._busy)
        self.trial.set_ready(made is not None and bool(made.tasks) and not made.templates and not self._busy)
        if made is None or not self._left(made):
            self.foot.most.setText("")

    def _ready(self) -> bool:
        made = self._plan
        if made is None or not made.tasks or made.templates:
            return False
        return not made.problems or self.problems.skip.isChecked()

    # --- the end

    def set_busy(self, busy: bool) -> None:  # noqa: FBT001 - a state, named by the method
        """Take no second press while the first is being taken in."""
        self._busy = busy
        self._show()

    def show_problem(self, error: DroverError) -> None:
        """Show why the engine did not take the batch."""
        self._say(self._words.error(error))
        if isinstance(error, InvalidSpecError) and any(each.field == "model" for each in error.problems):
            self.settings.model.blame(self._words.error(error))

    def _say(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    def _submit(self, *, paused: bool) -> None:
        made = self._plan
        if made is None or not self._ready() or self._busy:
            return
        self._say("")
        try:
            bounds = self._bounds()
        except WrongInputError as wrong:
            self._scroll.ensureWidgetVisible(wrong.field)
            return
        self._services.spawn(self._release(made, bounds, paused=paused))

    def _left(self, made: Plan) -> tuple[TaskSpec, ...]:
        """Return what is asked of the rows that the trial does not keep."""
        kept = self.trial.kept
        return tuple(planned.spec for planned in made.tasks if planned.row.number not in kept)

    async def _release(self, made: Plan, bounds: Bounds, *, paused: bool) -> None:
        """Let all rows become tasks but those that the trial keeps; those that it does not are made anew."""
        self.set_busy(True)
        specs, kept = self._left(made), self.trial.kept
        again = [task for number, task in self.trial.by_row.items() if number not in kept]
        try:
            await self._engine.delete(again)
            if not specs:
                bounds.hold(self._engine, self.settings.name)
        except DroverError as error:
            self.set_busy(False)
            self.show_problem(error)
            return
        if specs:
            self.made.emit(specs, bounds, paused)
        else:
            self.accept()

    async def _try(self) -> None:
        """Make tasks of a few rows, in place of those of the trial before."""
        made, sheet, layout = self._plan, self._sheet, self._layout()
        if made is None or sheet is None or layout is None or self._busy:
            return
        self.set_busy(True)
        try:
            await self.trial.begin(sheet, layout, [planned.row for planned in made.tasks], self._bounds())
        except DroverError as error:
            self.show_problem(error)
        except WrongInputError as wrong:
            self._scroll.ensureWidgetVisible(wrong.field)
        else:
            QTimer.singleShot(0, self._scroll, lambda: self._scroll.ensureWidgetVisible(self.trial))
        finally:
            self.set_busy(False)
