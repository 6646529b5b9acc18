"""The month's account and that of everything, small beside the day's, and only where a limit is set."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from engine.face import Totals
from ui.cost.figures import Spending, everything, month
from ui.cost.meters import Meter
from ui.tasks.format import exact_money, money, money_left, percent
from ui.tasks.inks import Inks, tint
from ui.text import Words
from ui.theme import Tokens

BAR = 36


class LimitMeter(Meter):
    """A word, a bar, per cent; the amounts are told to who points at it or listens."""

    def __init__(self, code: str, words: Words, tokens: Tokens) -> None:
        """Build it hidden; `code` names the account."""
        super().__init__(words, tokens)
        self._code = code
        self._name, self.part = QLabel(words(code)), QLabel()
        self.bar.setFixedWidth(BAR)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        for widget in (self._name, self.bar, self.part):
            layout.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self.set_tokens(tokens)
        self.hide()

    def show_spending(self, spending: Spending) -> None:
        """Show an account that has a limit; hide for one that has none."""
        self._show(spending)
        self.setHidden(spending.limit is None)
        if spending.limit is None or spending.free is None:
            return
        text = percent(spending.spent_part)
        if self.part.text() != text:
            self.part.setText(text)
        said = self._words(
            "meter.account",
            name=self._words(self._code),
            spent=money(spending.spent),
            limit=exact_money(spending.limit),
            held=money(spending.held),
            free=money_left(spending.free, 4),
        )
        if said != self.accessibleName():
            self.setAccessibleName(said)
            self.setToolTip(said)

    def wide(self) -> int:
        """Pixels it takes with its per cent."""
        return self._name.sizeHint().width() + BAR + self.part.sizeHint().width() + 10

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
        self._inks = inks = Inks(tokens, self.font())
        for label, font in ((self._name, inks.label), (self.part, inks.axis)):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setFont(font)
            tint(label, inks["dim"])
        self._show(self._spending)


class LimitMeters(QWidget):
    """Both, side by side; per cent go where there is no room for them."""

    def __init__(self, words: Words, tokens: Tokens) -> None:
        """Build them hidden."""
        super().__init__()
        self.month = LimitMeter("meter.month", words, tokens)
        self.everything = LimitMeter("meter.everything", words, tokens)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addStretch(1)
        for meter in (self.month, self.everything):
            layout.addWidget(meter)
            meter.installEventFilter(self)

    def show_totals(self, totals: Totals) -> None:
        """Show what has a limit."""
        self.month.show_spending(month(totals))
        self.everything.show_spending(everything(totals))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See QWidget."""
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Make room when a meter comes or goes."""
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        shown = [meter for meter in (self.month, self.everything) if not meter.isHidden()]
        wanted = sum(meter.wide() for meter in shown) + 10 * max(0, len(shown) - 1)
        for meter in shown:
            meter.part.setVisible(wanted <= self.width())

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
        for meter in (self.month, self.everything):
            meter.set_tokens(tokens)
