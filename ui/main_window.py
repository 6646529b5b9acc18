"""The cockpit: toolbar, sidebar, tiles, table, inspector and charts, wired to one engine and to nothing else."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from engine.face import ChangeBatch, DroverError, Engine, TaskId
from ui.actions import TaskActions
from ui.bars import StatusBar
from ui.batches.bar import BatchBar
from ui.boxes import column, splitter
from ui.branching import Branching
from ui.bridge import Bridge
from ui.charts.late import LateCharts
from ui.cost.money_view import MoneyView
from ui.deeds import Deeds
from ui.dropping import Drops
from ui.first_paint import FirstPaint
from ui.first_start import FirstStart
from ui.inspecting import inspector_services
from ui.inspector.inspector import Inspector
from ui.life import LivingWindow
from ui.menu import fill_menu
from ui.openings import Openings
from ui.services import Theme, WindowServices
from ui.sidebar import Sidebar
from ui.stack import Bars
from ui.tasks.scope import ScopeKind, TaskScope
from ui.tasks.view import TaskTable
from ui.text import Words
from ui.theme import Look, Tokens
from ui.tiles import Tiles
from ui.toolbar import Toolbar

SIZE = (1440, 900)
SMALLEST = (1024, 640)
FIRST, TASKS, MONEY = range(3)
"""The pages in the middle, in their order."""


class MainWindow(LivingWindow):
    """Shows an engine."""

    def __init__(self, engine: Engine, services: WindowServices, words: Words, look: Look) -> None:
        """Build it; `start` begins to show."""
        super().__init__()
        self.engine, self.services, self.words = engine, services, words
        self.look = look
        self._shown: TaskId | None = None
        self._page = TASKS
        self.setWindowTitle(words("title"))
        self.setMinimumSize(*SMALLEST)
        self.resize(*SIZE)
        tokens = look.tokens
        self.bridge = Bridge(engine, self)
        self.bars = Bars(engine, services, words)
        self.deeds = Deeds(engine, services, self.bars, self)
        self.openings = Openings(engine, services, words, self)
        self.branching = Branching(engine, services, words, self)
        self.table = TaskTable(words, tokens)
        self.actions_ = TaskActions(
            engine,
            words,
            selected=self.table.selected_ids,
            confirm=self.openings.ask,
            delete=self.deeds.delete,
            parent=self,
        )
        self.toolbar = Toolbar(words, self.actions_)
        self.sidebar = Sidebar(words, tokens)
        self.tiles = Tiles(words, tokens)
        self.charts = LateCharts(words, tokens)
        self.inspector = Inspector(inspector_services(engine, services, self.branching, self.bars), words, tokens)
        foresee, due = engine.foresee_batch, engine.deadline_of
        self.batch = BatchBar(words, self.table.model.tasks, foresee, due, services.spawn)
        self.status = StatusBar(words, tokens)
        self.first_start = FirstStart(words, services)
        self.money = MoneyView(engine, services, words, tokens)
        self._pages = QStackedWidget()
        self._build()
        self._connect()

    def _build(self) -> None:
        lower = splitter(Qt.Orientation.Horizontal, (self.inspector, 784, 784), (self.charts, 452, 452))
        split = splitter(Qt.Orientation.Vertical, (self.table, 398, 1), (lower, 346, 0))
        self._pages.addWidget(self.first_start)
        self._pages.addWidget(column(self.tiles, self.batch, split, filling=split))
        self._pages.addWidget(self.money)
        middle = QWidget()
        row = QHBoxLayout(middle)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        row.addWidget(column(self.bars, self._pages, filling=self._pages), 1)
        self.setCentralWidget(column(self.toolbar, middle, self.status, filling=middle))
        fill_menu(self.toolbar.menu, self)

    def _connect(self) -> None:
        self._connect_parts()
        self._connect_bars()
        for failing in (self.branching, self.deeds, self.openings):
            failing.failed.connect(self.bars.tell)
        for making in (self.branching, self.deeds):
            making.made.connect(self._show_made)
        self.openings.wanted.connect(self.deeds.make)
        self.openings.batch_wanted.connect(self.deeds.make_batch)
        self.deeds.batch_made.connect(self._show_batch)
        self.openings.settled.connect(self._settled)
        self.deeds.first_failed.connect(self._tell_first)
        self.look.changed.connect(self.set_tokens)
        self.seen.connect(self.bridge.set_seen)

    def _connect_parts(self) -> None:
        self.bridge.changed.connect(self._apply)
        self.table.selection_changed.connect(self._select)
        self.table.moved.connect(self.engine.move_before)
        self.table.set_actions(self.actions_.menu())
        self.sidebar.scope_chosen.connect(self.table.set_scope)
        self.sidebar.scope_chosen.connect(self.batch.show_scope)
        self.sidebar.scope_chosen.connect(self._show_tasks)
        self.sidebar.money_chosen.connect(self._show_money)
        self.tiles.spend.clicked.connect(self.sidebar.choose_money)
        self.money.export.connect(self.openings.export_ledger)
        self.money.prices.connect(self.openings.price_settings)
        self.batch.results.connect(self.openings.results)
        self.batch.what_if.connect(self.openings.what_if)
        self.batch.retry.connect(self.engine.retry)
        self.batch.deadline.moved.connect(self.engine.set_deadline)
        self.toolbar.new_task.clicked.connect(lambda _checked=False: self.openings.new_task())
        self.toolbar.import_batch.clicked.connect(lambda _checked=False: self.openings.import_batch())
        Drops(self).dropped.connect(self.openings.import_batch)
        self.toolbar.filter.textChanged.connect(self.table.set_filter)
        self.first_start.made.connect(self.deeds.make_first)
        self.first_start.more.connect(self.openings.new_task)
        for action in (*self.actions_.menu(), *self.actions_.moves.values()):
            self.addAction(action)
        QShortcut(QKeySequence("Ctrl+F"), self, self.toolbar.filter.setFocus)

    def _connect_bars(self) -> None:
        bars = self.bars
        bars.banner.resume.connect(self.deeds.resume_interrupted)
        bars.banner.always.connect(self.deeds.resume_always)
        bars.trouble.again.connect(self.deeds.mend)
        bars.undo.undo.connect(self.deeds.undelete)
        bars.damage.show_it.connect(self.openings.data)
        bars.providers.away.try_now.connect(self.engine.try_now)
        bars.providers.key.again.connect(self.engine.key_changed)
        bars.providers.key.settings.connect(self.openings.provider_settings)
        bars.alerts.look.connect(self.sidebar.choose_money)
        bars.alerts.read.connect(self.engine.alerts_read)
        bars.money.room.resume.connect(self.engine.resume_offered)
        bars.money.fence.lift.connect(self.deeds.lift_fence)

    # --- life

    def start(self) -> None:
        """Show what is so, ask about what was interrupted, and go on showing; what takes longer comes after that."""
        self.bridge.start()
        seen_first = (self.table.grid.viewport(), self.first_start.start_button)
        FirstPaint(seen_first, lambda: self.services.spawn(self._complete()))

    def close_for_good(self) -> None:
        """See `LivingWindow`."""
        self.bridge.stop()
        super().close_for_good()

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme of everything that paints by itself."""
        for part in (self.table, self.sidebar, self.tiles, self.charts, self.inspector, self.status, self.money):
            part.set_tokens(tokens)

    def set_theme(self, choice: Theme) -> None:
        """Change the theme and keep the choice."""
        self.look.apply(choice)
        self.deeds.save(replace(self.services.preferences(), theme=choice))

    # --- what changed

    def _apply(self, batch: ChangeBatch) -> None:
        self._pages.setCurrentIndex(self._page if batch.totals.count or self._page == MONEY else FIRST)
        self.money.apply(batch)
        self.table.apply(batch)
        self.tiles.apply(batch)
        self.charts.apply(batch)
        self.sidebar.show_totals(batch.totals)
        self.status.show_totals(batch.totals)
        self.bars.show_totals(batch.totals)
        if batch.added or batch.changed or batch.removed:
            self.actions_.refresh(batch.totals)
        self.inspector.apply(batch)
        if batch.added and not self.table.selected_ids():
            self.table.select_first()

    def _select(self) -> None:
        self.actions_.refresh()
        selected = self.table.selected_ids()
        task = selected[0] if selected else None
        if task != self._shown:
            self._shown = task
            self.engine.focus(task)
            self.inspector.show_task(self.engine.snapshot(task) if task is not None else None)

    def what_if(self) -> None:
        """Ask what the selected task, or the month, would have cost otherwise."""
        self.openings.what_if(task=self.engine.snapshot(self._shown) if self._shown is not None else None)

    def _show_tasks(self) -> None:
        self._page = TASKS
        self.bridge.drain()

    def _show_money(self) -> None:
        self._page = MONEY
        self.bridge.drain()

    def _show_made(self, task: TaskId) -> None:
        self.bridge.drain()
        self.table.select(task)

    def _show_batch(self, name: str) -> None:
        self.bridge.drain()
        self.sidebar.choose(TaskScope(ScopeKind.BATCH, name))

    def _settled(self, told: str) -> None:
        """Let the settings that were saved show."""
        self.look.apply(self.services.preferences().theme)
        self.first_start.refresh()
        if told:
            self.bars.notice.say(told)

    def _tell_first(self, error: DroverError) -> None:
        self.first_start.tell(self.words.error(error))

    async def _complete(self) -> None:
        await self.charts.bring()
        self.first_start.add_servers(await self.services.find_servers())
