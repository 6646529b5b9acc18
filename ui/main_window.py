"""The cockpit: toolbar, sidebar, tiles, table, inspector and charts, wired to one engine and to nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.face import ChangeBatch, DroverError, Engine, TaskId, TaskSpec
from ui.actions import TaskActions
from ui.bars import Banner, Notice, StatusBar
from ui.branching import Branching
from ui.bridge import Bridge
from ui.charts.panel import Charts
from ui.cost.offers import MoneyBanners
from ui.dialogs.ask import Ask, Tell
from ui.dialogs.data import Data
from ui.dialogs.new_task import NewTask
from ui.dialogs.settings import Settings
from ui.first_start import FirstStart
from ui.inspector.inspector import Inspector
from ui.inspector.services import InspectorServices
from ui.menu import fill_menu
from ui.services import Preferences, Theme, WindowServices
from ui.sidebar import Sidebar
from ui.tasks.view import TaskTable
from ui.text import Words
from ui.theme import Look, Tokens
from ui.tiles import Tiles
from ui.toolbar import Toolbar
from ui.trouble import DamageBar, TroubleBar
from ui.undo import UndoBar

SIZE = (1440, 900)
SMALLEST = (1024, 640)


class MainWindow(QMainWindow):
    """Shows an engine. `closing` asks whoever made it to end the program."""

    closing = Signal()

    def __init__(self, engine: Engine, services: WindowServices, words: Words, look: Look) -> None:
        """Build it; `start` begins to show."""
        super().__init__()
        self.engine, self.services, self.words = engine, services, words
        self.look = look
        self._shown: TaskId | None = None
        self._may_close = False
        self._results_problem, self._interrupted = "", 0
        self._dialog: QWidget | None = None
        self.setWindowTitle(words("title"))
        self.setMinimumSize(*SMALLEST)
        self.resize(*SIZE)
        tokens = look.tokens
        self.bridge = Bridge(engine, self)
        self.table = TaskTable(words, tokens)
        self.actions_ = TaskActions(
            engine, words, selected=self.table.selected_ids, confirm=self.ask, delete=self._delete, parent=self
        )
        self.toolbar = Toolbar(words, self.actions_)
        self.sidebar = Sidebar(words, tokens)
        self.tiles = Tiles(words, tokens)
        self.charts = Charts(words, tokens)
        self.branching = Branching(engine, services, words, self)
        self.inspector = Inspector(self._inspector_services(), words, tokens)
        self.status = StatusBar(words, tokens)
        self.banner, self.notice = Banner(words), Notice(words("action.cancel"))
        self.trouble, self.undo, self.damage = TroubleBar(words), UndoBar(words), DamageBar(words)
        self.money = MoneyBanners(words)
        self.first_start = FirstStart(words, services)
        self._pages = QStackedWidget()
        self._build()
        self._connect()

    # --- layout

    def _build(self) -> None:
        lower = QSplitter(Qt.Orientation.Horizontal)
        lower.addWidget(self.inspector)
        lower.addWidget(self.charts)
        lower.setSizes([784, 452])
        lower.setStretchFactor(0, 784)
        lower.setStretchFactor(1, 452)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.table)
        split.addWidget(lower)
        split.setSizes([398, 346])
        split.setStretchFactor(0, 1)
        for splitter in (lower, split):
            splitter.setHandleWidth(1)
            splitter.setChildrenCollapsible(False)
        self._pages.addWidget(self.first_start)
        self._pages.addWidget(_column(self.tiles, split, filling=split))
        right = _column(
            self.trouble, self.damage, self.undo, self.banner, self.money, self.notice, self._pages, filling=self._pages
        )
        middle = QWidget()
        row = QHBoxLayout(middle)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        row.addWidget(right, 1)
        self.setCentralWidget(_column(self.toolbar, middle, self.status, filling=middle))
        fill_menu(self.toolbar.menu, self)

    def _connect(self) -> None:
        self.bridge.changed.connect(self._apply)
        self.table.selection_changed.connect(self._select)
        self.table.set_actions(self.actions_.menu())
        self.sidebar.scope_chosen.connect(self.table.set_scope)
        self.toolbar.new_task.clicked.connect(lambda _checked=False: self.new_task())
        self.toolbar.filter.textChanged.connect(self.table.set_filter)
        self.first_start.made.connect(self._make_first)
        self.first_start.more.connect(self.new_task)
        self.banner.resume.connect(self._resume_interrupted)
        self.banner.always.connect(self._always)
        self.branching.failed.connect(self.tell)
        self.branching.made.connect(self._show_made)
        self.trouble.again.connect(self._mend)
        self.undo.undo.connect(self._undelete)
        self.damage.show_it.connect(self.data)
        self.money.room.resume.connect(self.engine.resume_offered)
        self.money.fence.lift.connect(self._lift_fence)
        self.look.changed.connect(self.set_tokens)
        for action in self.actions_.menu():
            self.addAction(action)
        QShortcut(QKeySequence("Ctrl+F"), self, self.toolbar.filter.setFocus)

    # --- life

    def start(self) -> None:
        """Show what is so, ask about what was interrupted, and go on showing."""
        self.bridge.start()
        self.services.spawn(self._find_servers())

    def close_for_good(self) -> None:
        """Close without asking: the program ends."""
        self._may_close = True
        self.bridge.stop()
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """The window goes when everything is durable; whoever made it closes it then."""
        if self._may_close:
            event.accept()
        else:
            event.ignore()
            self.closing.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """See Qt."""
        super().showEvent(event)
        self.bridge.set_seen(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """See Qt."""
        super().hideEvent(event)
        self.bridge.set_seen(False)

    def changeEvent(self, event: QEvent) -> None:
        """A minimised window is not seen."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.WindowStateChange:
            self.bridge.set_seen(not self.isMinimized())

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme of everything that paints by itself."""
        for part in (self.table, self.sidebar, self.tiles, self.charts, self.inspector, self.status):
            part.set_tokens(tokens)

    # --- what changed

    def _apply(self, batch: ChangeBatch) -> None:
        self._pages.setCurrentIndex(1 if batch.totals.count else 0)
        self.table.apply(batch)
        self.tiles.apply(batch)
        self.charts.apply(batch)
        self.sidebar.show_totals(batch.totals)
        self.status.show_totals(batch.totals)
        self._ask_about_interrupted(batch.totals.interrupted)
        self.trouble.show_totals(batch.totals)
        self.damage.show_totals(batch.totals)
        self.money.show_totals(batch.totals)
        self._tell_results()
        if batch.added or batch.changed or batch.removed:
            self.actions_.refresh()
        self.inspector.apply(batch)
        if batch.added and not self.table.selected_ids():
            self.table.select_first()

    def _ask_about_interrupted(self, number: int) -> None:
        """Say what a yes means for money; asked of the engine only when the number is another one."""
        if number == self._interrupted:
            return
        self._interrupted = number
        standings = [task.standing for task in self.engine.snapshots() if task.standing.unknown] if number else []
        unknown, assumed = sum(s.unknown for s in standings), sum(s.assumed for s in standings)
        self.banner.show_interrupted(number, unknown, assumed)

    def _tell_results(self) -> None:
        """Say when answers cannot be written to their folder, once for each reason."""
        problem = self.services.results_problem()
        if problem != self._results_problem:
            self._results_problem = problem
            if problem:
                self.notice.tell(self.words("notice.results", problem=problem))

    def _select(self) -> None:
        self.actions_.refresh()
        selected = self.table.selected_ids()
        task = selected[0] if selected else None
        if task != self._shown:
            self._shown = task
            self.engine.focus(task)
            self.inspector.show_task(self.engine.snapshot(task) if task is not None else None)

    # --- what a person does

    def new_task(self, asked: TaskSpec | None = None) -> NewTask:
        """Open the dialog that makes a task, with what was asked for so far."""
        dialog = NewTask(self.words, self.services, self)
        if asked is not None:
            dialog.begin_with(asked)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.made.connect(self._taken)
        self._dialog = dialog
        dialog.open()
        return dialog

    @property
    def open_dialog(self) -> NewTask:
        """The New task dialog that was opened last; raises LookupError without one."""
        if isinstance(self._dialog, NewTask):
            return self._dialog
        raise LookupError

    def settings(self) -> Settings:
        """Open the settings."""
        dialog = Settings(self.words, self.services, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.saved.connect(self._settled)
        self._dialog = dialog
        dialog.open()
        return dialog

    def data(self) -> Data:
        """Open what there is to say about the saved data."""
        dialog = Data(self.engine, self.services, self.words, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._dialog = dialog
        dialog.open()
        return dialog

    def export_ledger(self) -> QFileDialog:
        """Ask where to, and write the ledger as CSV."""
        dialog = QFileDialog(self)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("CSV (*.csv)")
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(f"drover-ledger-{self.engine.totals().day}.csv")
        dialog.fileSelected.connect(self._write_ledger)
        self._dialog = dialog
        dialog.open()
        return dialog

    def _write_ledger(self, name: str) -> None:
        async def write() -> None:
            try:
                written = await self.services.export_ledger(Path(name))
            except DroverError as error:
                self.tell(error)
            else:
                told = self.words("notice.ledger", count=f"{written:,}", file=name)
                Tell(self.words("action.export_ledger"), told, "OK", self).open()

        self.services.spawn(write())

    def about(self) -> None:
        """Say what this is."""
        text = self.words("about.text", version=self.services.version())
        Tell(self.words("action.about"), text, "OK", self).open()

    def ask(self, question: str, yes: str, act: Callable[[], object], /) -> Ask:
        """Ask a person, and act on yes."""
        dialog = Ask(question, yes, self.words("confirm.no"), act, self)
        self._dialog = dialog
        dialog.open()
        return dialog

    def tell(self, error: DroverError) -> None:
        """Say what went wrong where the person is looking."""
        self.notice.tell(self.words.error(error))

    def open_path(self, path: Path) -> None:
        """Show a file or folder with the system's own program, or say where it is."""
        if not self.services.open_path(path):
            self.notice.tell(self.words("notice.not_opened", path=path))

    def set_theme(self, choice: Theme) -> None:
        """Change the theme and keep the choice."""
        self.look.apply(choice)
        self._save(replace(self.services.preferences(), theme=choice))

    def _taken(self, spec: TaskSpec, paused: bool) -> None:  # noqa: FBT001 - Qt's signal
        dialog = self.sender()
        if isinstance(dialog, NewTask):
            self.services.spawn(self._make(dialog, spec, paused))

    def _settled(self, told: str) -> None:
        """Let the settings that were saved show."""
        self.look.apply(self.services.preferences().theme)
        self.first_start.refresh()
        if told:
            self.notice.say(told)

    async def _make(self, dialog: NewTask, spec: TaskSpec, paused: bool) -> None:  # noqa: FBT001 - Qt's signal
        dialog.set_busy(True)
        gone: list[int] = []
        dialog.finished.connect(gone.append)
        try:
            (task,) = await self.engine.submit([spec], paused=paused)
        except DroverError as error:
            if gone:
                self.tell(error)
                return
            dialog.set_busy(False)
            dialog.show_problem(error)
            return
        if not gone:
            dialog.accept()
        self.bridge.drain()
        self.table.select(task)

    def _show_made(self, task: TaskId) -> None:
        self.bridge.drain()
        self.table.select(task)

    def _make_first(self, spec: TaskSpec, paused: bool) -> None:  # noqa: FBT001 - Qt's signal
        async def make() -> None:
            try:
                (task,) = await self.engine.submit([spec], paused=paused)
            except DroverError as error:
                self.first_start.tell(self.words.error(error))
                return
            self.bridge.drain()
            self.table.select(task)

        self.services.spawn(make())

    def _undelete(self, ids: Sequence[TaskId]) -> None:
        async def undelete() -> None:
            try:
                await self.engine.undelete(ids)
            except DroverError as error:
                self.tell(error)

        self.services.spawn(undelete())

    def _delete(self, ids: Sequence[TaskId]) -> None:
        async def delete() -> None:
            try:
                self.undo.offer(await self.engine.delete(ids))
            except DroverError as error:
                self.tell(error)

        self.services.spawn(delete())

    def _mend(self) -> None:
        async def mend() -> None:
            self.trouble.set_busy(True)
            try:
                await self.engine.mend()
            except DroverError as error:
                self.tell(error)
            else:
                self.notice.hide()
            finally:
                self.trouble.set_busy(False)

        self.services.spawn(mend())

    def _resume_interrupted(self) -> None:
        self.engine.resume_interrupted()

    def _lift_fence(self, provider: str, model: str) -> None:
        async def lift() -> None:
            try:
                await self.engine.lift_fence(provider, model)
            except DroverError as error:
                self.tell(error)

        self.services.spawn(lift())

    def _always(self) -> None:
        self._save(replace(self.services.preferences(), resume_interrupted="always"))
        self.engine.resume_interrupted()

    def _save(self, preferences: Preferences) -> None:
        try:
            self.services.save(preferences)
        except DroverError as error:
            self.tell(error)

    async def _find_servers(self) -> None:
        self.first_start.add_servers(await self.services.find_servers())

    def _inspector_services(self) -> InspectorServices:
        engine = self.engine
        return InspectorServices(
            answer=engine.answer,
            steps=engine.steps,
            log=engine.log,
            checkpoints=engine.checkpoints,
            difference=engine.difference,
            restore=self.branching.restore,
            fork=self.branching.fork,
            correct=engine.correct,
            extend=engine.extend,
            ask_provider=engine.ask_provider,
            can_ask=self.services.tells_cost,
            resume=lambda task: engine.resume([task]),
            on_edit=engine.edit,
            open_path=self.open_path,
            spawn=self.services.spawn,
        )


def _column(*widgets: QWidget, filling: QWidget) -> QWidget:
    """Lay widgets below each other; `filling` takes what room is left."""
    column = QWidget()
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for widget in widgets:
        layout.addWidget(widget, int(widget is filling))
    return column
