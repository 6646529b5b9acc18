"""Meters of money: a bar of spent and held, and the same in figures. For a task and for the day."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from engine.face import TaskSnapshot, Totals
from ui.cost.bar import Bar
from ui.cost.figures import Spending, of_task, today
from ui.elided import FittingLabel
from ui.services import SIMULATOR
from ui.tasks.format import decimals, exact_money, money, money_left
from ui.tasks.inks import Inks, tint
from ui.text import Words
from ui.theme import Tokens

TASK_BAR = 72


class Meter(QWidget):
    """What all meters share: a bar, its colours, its accessible description."""

    def __init__(self, words: Words, tokens: Tokens) -> None:
        """Begin with nothing spent."""
        super().__init__()
        self._words = words
        self._inks = Inks(tokens, self.font())
        self._spending = Spending()
        self.bar = Bar()

    @property
    def spending(self) -> Spending:
        """The account it shows."""
        return self._spending

    def _show(self, spending: Spending) -> None:
        self._spending = spending
        inks = self._inks
        parts = ((inks[spending.colour], spending.spent_part), (inks["paused"], spending.held_part))
        self.bar.show_parts(inks["track"], parts)

    def _of_limit(self) -> str:
        limit = self._spending.limit
        if limit is None:
            return self._words("meter.no_limit")
        return self._words("meter.of_limit", limit=exact_money(limit))


class TaskMeter(Meter):
    """A task's budget on one line: bar, "$1.2110 of $2.00", what is at risk now."""

    def __init__(self, words: Words, tokens: Tokens) -> None:
        """Build it for no task."""
        super().__init__(words, tokens)
        self._label = FittingLabel()
        self._label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.bar.setFixedWidth(TASK_BAR)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 12, 0)
        layout.setSpacing(8)
        layout.addWidget(self._label, 1)
        layout.addWidget(self.bar)
        self.set_tokens(tokens)

    def show_task(self, task: TaskSnapshot | None) -> None:
        """Show a task's account, or nothing."""
        self.setVisible(task is not None)
        if task is None:
            return
        self._show(of_task(task))
        self.bar.setVisible(task.spec.budget is not None)
        short = f"{money(self._spending.spent)} {self._of_limit()}"
        if task.spec.provider == SIMULATOR:
            short += f" · {self._words('meter.simulated')}"
        whole = short
        if self._spending.held:
            whole += f" · {self._words('meter.at_risk', amount=money(self._spending.held))}"
        self._label.say(whole, short, money(self._spending.spent), "")  # part of a figure would be another figure
        self.setAccessibleName(whole)

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
        self._inks = Inks(tokens, self.font())
        self._label.setFont(self._inks.small_number)
        tint(self._label, self._inks["dim"])
        self._show(self._spending)


class SpendMeter(Meter):
    """Today's spend as in its tile: the amount, the bar with what is held, what is at risk now, what is free."""

    def __init__(self, words: Words, tokens: Tokens) -> None:
        """Build it at nothing."""
        super().__init__(words, tokens)
        self._amount, self._limit, self._below = QLabel(), QLabel(), FittingLabel()
        for label in (self._amount, self._limit):
            label.setTextFormat(Qt.TextFormat.PlainText)
        first = QHBoxLayout()
        first.setSpacing(5)
        first.addWidget(self._amount, 0, Qt.AlignmentFlag.AlignBaseline)
        first.addWidget(self._limit, 1, Qt.AlignmentFlag.AlignBaseline)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addLayout(first)
        layout.addWidget(self.bar)
        layout.addStretch(1)
        layout.addWidget(self._below)
        self._below.setToolTip(words("meter.at_risk_hint"))
        self.set_tokens(tokens)
        self.show_totals(Totals())

    def show_totals(self, totals: Totals) -> None:
        """Show the day's account."""
        spending = today(totals)
        self._show(spending)
        self.bar.setVisible(spending.limit is not None)
        digits = decimals(spending.spent if spending.limit is None else spending.limit)
        says = self._sentences(totals.held, spending, digits)
        self._below.say(*says)
        for label, text in ((self._amount, money(spending.spent, digits)), (self._limit, self._of_limit())):
            if label.text() != text:
                label.setText(text)
        self.setAccessibleName(f"{self._amount.text()} {self._limit.text()}, {says[0]}")

    def _sentences(self, held: int, spending: Spending, digits: int) -> tuple[str, ...]:
        """Return what is at risk and what is free, in more words and in fewer."""
        amount = money(held, digits)
        long, short = self._words("meter.at_risk_now", amount=amount), self._words("meter.at_risk_short", amount=amount)
        if spending.free is None:
            return long, short
        free = self._words("meter.free", amount=money_left(spending.free, digits))
        return f"{long} · {free}", f"{short} · {free}"

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
        self._inks = inks = Inks(tokens, self.font())
        for label, font, colour in (
            (self._amount, inks.large, "text"),
            (self._limit, inks.text, "dim"),
            (self._below, inks.label, "dim"),
        ):
            label.setFont(font)
            tint(label, inks[colour])
        self._show(self._spending)
