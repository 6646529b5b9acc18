"""Where money goes: by day, model, provider or batch, how fast now, what caches save and what a finished task costs.

Read from the store's sums when somebody looks, and again a few seconds after more was spent; never frame by frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QTableView, QVBoxLayout, QWidget

from engine.face import By, ChangeBatch, DroverError, Engine, Outlays, grouped, plain
from ui.bars import plain_label
from ui.cost.money_table import MoneyModel
from ui.dialogs.form import heading
from ui.plain_table import table_of_figures
from ui.tasks.format import NONE, count, money, percent
from ui.tasks.inks import Inks, ground
from ui.text import Words
from ui.theme import Tokens
from ui.tile import Tile

if TYPE_CHECKING:
    from ui.cost.money_chart import MoneyChart
    from ui.services import WindowServices

AGAIN_S = 5.0
"""Seconds between two readings while money is spent and somebody looks."""
NAMED = 3
"""Models that are named where bills differ from prices."""


class MoneyView(QWidget):
    """A page of the window."""

    export = Signal()
    prices = Signal()

    def __init__(self, engine: Engine, services: WindowServices, words: Words, tokens: Tokens) -> None:
        """Build it empty; it reads when it is shown."""
        super().__init__()
        self._engine, self._services, self._words, self._tokens = engine, services, words, tokens
        self._found = Outlays()
        self._spent: int | None = None
        self._read_at = float("-inf")
        self._now = 0.0
        self._reading = False
        self.by = By.DAY
        self.model, self.table = MoneyModel(words), QTableView()
        self.chart: MoneyChart | None = None
        self.tiles = {name: Tile(words(f"money.tile_{name}"), tokens, 1) for name in ("all", "now", "cache", "each")}
        self.note, self.empty = plain_label(""), plain_label(words("money.nothing"))
        self.ways = QButtonGroup(self)
        self._top, self._body = QHBoxLayout(), QVBoxLayout(self)
        self._build()
        self.set_tokens(tokens)

    def _build(self) -> None:
        words = self._words
        self._top.setSpacing(8)
        self._top.addWidget(heading(words("money.title")))
        self._top.addStretch(1)
        ways = QHBoxLayout()
        ways.setSpacing(0)
        self._top.addLayout(ways)
        for number, by in enumerate(By):
            button = QPushButton(words(f"money.by_{by}"))
            button.setProperty("segment", True)  # noqa: FBT003 - Qt's signature
            button.setCheckable(True)
            button.setChecked(by is self.by)
            self.ways.addButton(button, number)
            ways.addWidget(button)
        self.ways.idClicked.connect(self._choose)
        tiles, foot = QHBoxLayout(), QHBoxLayout()
        tiles.setSpacing(0)
        for tile in self.tiles.values():
            tiles.addWidget(tile, 1)
        self._build_table()
        export, prices = QPushButton(words("action.export_ledger")), QPushButton(words("money.prices"))
        export.clicked.connect(self.export)
        prices.clicked.connect(self.prices)
        self.note.setWordWrap(True)
        foot.setSpacing(8)
        foot.addWidget(self.note, 1)
        foot.addWidget(prices)
        foot.addWidget(export)
        self._body.setContentsMargins(16, 12, 16, 12)
        self._body.setSpacing(12)
        self._body.addLayout(self._top)
        self._body.addLayout(tiles)
        self.empty.setObjectName("dim")
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.hide()
        self._body.addWidget(self.table, 1)
        self._body.addWidget(self.empty, 1)
        self._body.addLayout(foot)

    def _build_table(self) -> None:
        self.table.setModel(self.model)
        table_of_figures(self.table, self._words("money.title"))

    # --- what is shown

    def _choose(self, number: int) -> None:
        self.show_by(list(By)[number])

    def show_by(self, by: By) -> None:
        """Show it by another name."""
        self.by = by
        self.ways.button(list(By).index(by)).setChecked(True)
        self._show()

    def apply(self, batch: ChangeBatch) -> None:
        """Take in the totals: how fast money goes now, and whether there is more to read."""
        totals, self._now = batch.totals, batch.at
        if not self.isVisible():
            return
        figure = money(totals.burn_per_hour, 2) if totals.burn_per_hour else NONE
        self.tiles["now"].say(figure, self._words("money.an_hour"), self._words("money.now_note"))
        if totals.spent_total != self._spent and batch.at - self._read_at >= AGAIN_S:
            self.refresh()

    def refresh(self) -> None:
        """Read anew."""
        if not self._reading:
            self._reading = True
            self._spent, self._read_at = self._engine.totals().spent_total, self._now
            self._services.spawn(self._read())

    async def _read(self) -> None:
        try:
            self._found = await self._engine.outlays()
        except DroverError as error:
            self.note.setText(self._words.error(error))
        else:
            self._show()
        finally:
            self._reading = False

    def _show(self) -> None:
        lines, whole = grouped(self._found.rows, self.by), self._found.whole
        self.model.show(self.by, lines, whole, self._found.done)
        if self.chart is not None:
            self.chart.show_lines(self.by, lines, [self.model.name(line) for line in lines])
        self._show_whether(bool(lines))
        self._show_tiles()
        self.note.setText(self._differing())

    def _show_whether(self, anything: bool) -> None:  # noqa: FBT001 - a state, named by the method
        """Show lines where there are any; else what will be there, in their place."""
        self.empty.setHidden(anything)
        for part in (self.chart, self.table, *self.ways.buttons()):
            if part is not None:
                part.setVisible(anything)

    def _show_tiles(self) -> None:
        words, whole, done = self._words, self._found.whole, self._found.all_done
        requests = words.counted("money.requests_note", whole.attempts)
        self.tiles["all"].say(money(whole.cost), "", requests)
        self.tiles["all"].setToolTip(f"${plain(whole.cost)}")
        saved = words("money.saved_note", amount=money(whole.saved))
        share = percent(whole.cache_share) if whole.cached else NONE
        self.tiles["cache"].say(share, words("money.of_input"), saved if whole.cached else words("money.no_cache"))
        each = NONE if done.each is None else money(done.each)
        self.tiles["each"].say(each, "", words.counted("money.done_note", done.tasks))

    def _differing(self) -> str:
        """Say which models are billed otherwise than their price says."""
        found = sorted(self._found.differing.items(), key=lambda each: -each[1])
        named = ", ".join(f"{provider}/{model[:60]} ({count(number)})" for (provider, model), number in found[:NAMED])
        if len(found) > NAMED:
            named = self._words("damage.more", names=named, count=count(len(found) - NAMED))
        number = sum(number for _, number in found)
        if number:
            return self._words.counted("money.differing", number, names=named)
        return ""

    # --- life

    def showEvent(self, event: QShowEvent) -> None:
        """See QWidget: what is looked at is read."""
        super().showEvent(event)
        if self.chart is None:
            from ui.cost.money_chart import MoneyChart  # noqa: PLC0415 - loads pyqtgraph

            self.chart = MoneyChart(self._tokens)
            self._body.insertWidget(2, self.chart)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """See QWidget."""
        super().hideEvent(event)
        self._spent = None

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
        self._tokens = tokens
        ground(self, Inks(tokens, self.font())["panel"])
        for tile in self.tiles.values():
            tile.set_tokens(tokens)
        if self.chart is not None:
            self.chart.set_tokens(tokens)
