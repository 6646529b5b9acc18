"""The tiles above the table answer an overnight person first: needs me, done when, at what cost, is it safe."""

from __future__ import annotations

from time import time

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout

from engine.face import ChangeBatch, State, TimeLevel, Totals
from ui.bars import plain_label
from ui.cost.bar import Bar
from ui.cost.limits import LimitMeters
from ui.cost.meters import SpendMeter
from ui.spark import Spark
from ui.tasks.format import ago, count, duration, money
from ui.tasks.inks import Inks, tint
from ui.text import Words
from ui.theme import Tokens
from ui.tile import Tile

HEIGHT = 84
LATE_S = 2.0
"""Seconds after which what waits to be saved is told: each batch of replies waits a moment."""
TIMES = frozenset(TimeLevel)


class Tiles(QFrame):
    """All five."""

    def __init__(self, words: Words, tokens: Tokens) -> None:
        """Build them at nothing."""
        super().__init__()
        self.setObjectName("tiles")
        self.setFixedHeight(HEIGHT)
        self._words, self._tokens = words, tokens
        self._needs = Tile(words("tile.needs_you"), tokens, 22)
        self._done = Tile(words("tile.done"), tokens, 24)
        self._throughput = Tile(words("tile.throughput"), tokens, 25)
        self._saved = Tile(words("tile.saved"), tokens, 21)
        self.spend = self._spend = SpendTile(words, tokens)
        self._bar, self._spark = Bar(), Spark(tokens)
        self._sampled = float("-inf")
        self._done.body.insertWidget(3, self._bar)
        self._throughput.first.addWidget(self._spark)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._saved.setProperty("last", True)  # noqa: FBT003 - Qt's signature
        for tile in (self._needs, self._done, self._spend, self._throughput, self._saved):
            row.addWidget(tile, tile.stretch)

    def apply(self, batch: ChangeBatch) -> None:
        """Show the totals."""
        totals = batch.totals
        self._show_needs(totals)
        self._show_done(totals)
        self._spend.show_totals(totals)
        self._show_throughput(totals, batch.at)
        self._show_saved(totals)

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
        self._tokens = tokens
        for tile in (self._needs, self._done, self._throughput, self._saved, self._spend, self._spark):
            tile.set_tokens(tokens)

    def _show_needs(self, totals: Totals) -> None:
        times = sum(number for code, number in totals.needs_you.items() if code in TIMES)
        others = {code: number for code, number in totals.needs_you.items() if code not in TIMES}
        unknown = others.pop("unknown", 0)
        reasons = [f"{number} {self._words(f'reason.{code}')}" for code, number in others.items()]
        if unknown:
            amount = money(totals.unknown_amount)
            reasons.insert(0, self._words("tile.unknown", count=count(unknown), amount=amount))
        if times:
            reasons.append(self._words("tile.timed_out", count=count(times)))
        below = " · ".join(reasons) or self._words("tile.nothing")
        self._needs.say(count(sum(totals.needs_you.values())), "", below)

    def _show_done(self, totals: Totals) -> None:
        done = totals.by_state.get(State.COMPLETED, 0)
        live = sum(totals.by_state.get(s, 0) for s in (State.RUNNING, State.CHECKPOINTING, State.PENDING))
        if not totals.count:
            below = self._words("tile.none")
        elif done == totals.count:
            below = self._words("tile.all_done")
        elif not live or _all_wait_for_a_yes(totals):
            below = self._words("tile.waiting")
        elif totals.eta_s is None:
            below = self._words("tile.no_eta")
        else:
            below = self._words("tile.ready", time=duration(totals.eta_s))
        self._done.say(count(done), self._words("tile.of", count=count(totals.count)), below)
        colours = QColor(self._tokens.colour("track")), QColor(self._tokens.colour("accent"))
        self._bar.show_parts(colours[0], [(colours[1], done / totals.count if totals.count else 0.0)])

    def _show_throughput(self, totals: Totals, at: float) -> None:
        first = totals.first_token_p50_s
        below = [self._words.counted("tile.streams", totals.streams)]
        if first is not None:
            below.append(self._words("tile.first_token", seconds=f"{first:.1f}"))
        self._throughput.say(count(round(totals.output_per_s)), self._words("tile.rate"), " · ".join(below))
        if at - self._sampled >= 1.0:
            self._sampled = at
            self._spark.add(totals.output_per_s)

    def _show_saved(self, totals: Totals) -> None:
        if totals.trouble:
            kept = self._words("tile.in_memory", count=count(totals.unsaved))
            below = kept if totals.unsaved else self._words("tile.nothing_sent")
            self._saved.say(self._words("tile.not_saving"), "", below)
            return
        if totals.last_saved_at_ms is None:
            below = self._words("tile.kept" if totals.count else "tile.never_saved")
            self._saved.say(self._words("tile.every_step"), "", below)
            return
        since = time() - totals.last_saved_at_ms / 1000
        last = self._words("tile.last_saved", ago=ago(since))
        below = f"{last} · {self._words('tile.save_p99', ms=f'{totals.save_p99_ms:.0f}')}"
        figure = "tile.unsaved" if totals.unsaved and since > LATE_S else "tile.every_step"
        self._saved.say(self._words(figure, count=totals.unsaved), "", below)


def _all_wait_for_a_yes(totals: Totals) -> bool:
    """Whether nothing runs and all that is pending awaits a person since Drover last ended."""
    runs = any(totals.by_state.get(state, 0) for state in (State.RUNNING, State.CHECKPOINTING))
    return not runs and 0 < totals.by_state.get(State.PENDING, 0) <= totals.interrupted


class SpendTile(QFrame):
    """The meter of today's spend as a tile, with the month's and everything's beside its title."""

    stretch = 27
    clicked = Signal()

    def __init__(self, words: Words, tokens: Tokens) -> None:
        """Build it at nothing."""
        super().__init__()
        self.setObjectName("tile")
        self._title = plain_label(words("tile.spend"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.limits = LimitMeters(words, tokens)
        self.meter = SpendMeter(words, tokens)
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self._title)
        first.addWidget(self.limits, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 8, 14, 8)
        layout.setSpacing(3)
        layout.addLayout(first)
        layout.addWidget(self.meter, 1)
        self.set_tokens(tokens)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Lead to where it goes; the sidebar's row does for who uses the keyboard."""
        super().mousePressEvent(event)
        self.clicked.emit()

    def show_totals(self, totals: Totals) -> None:
        """Show the accounts."""
        self.limits.show_totals(totals)
        self.meter.show_totals(totals)

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
        inks = Inks(tokens, self.font())
        self._title.setFont(inks.label)
        tint(self._title, inks["dim"])
        self.limits.set_tokens(tokens)
        self.meter.set_tokens(tokens)
