"""What a person can say about an attempt that nobody confirmed: buttons under the list of attempts."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from engine.face import AttemptRecord, AttemptStatus, parse
from ui.inspector.card import COMPACT
from ui.text import Words
from ui.theme import restyle


class Doubts(QWidget):
    """Shown for an attempt whose amount is assumed, or was corrected; emits what the person decided."""

    counts = Signal(object)
    """Pico that the attempt counts for from now on."""
    asked = Signal()
    """The provider shall be asked."""
    again = Signal()
    """The step shall be tried again; the amount stays counted."""

    def __init__(self, words: Words) -> None:
        """Build it hidden."""
        super().__init__()
        self._words = words
        self._attempt: AttemptRecord | None = None
        self.spent = self._button("doubt.spent", "doubt.spent_hint")
        self.free = self._button("doubt.not_billed", "doubt.not_billed_hint")
        self.ask = self._button("doubt.ask", "doubt.ask_hint")
        self.retry = self._button("doubt.again", "doubt.again_hint")
        self.amount = QLineEdit()
        self.amount.setPlaceholderText(words("doubt.amount"))
        self.amount.setAccessibleName(words("doubt.amount"))
        self.amount.setFixedWidth(84)
        self.amount.setStyleSheet(COMPACT)
        self.set = self._button("doubt.set", "doubt.set_hint")
        self.set.setEnabled(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for widget in (self.spent, self.free, self.ask, self.retry, self.amount, self.set):
            row.addWidget(widget)
        row.addStretch(1)
        self.spent.clicked.connect(lambda: self._count(self._attempt.intent.held if self._attempt else None))
        self.free.clicked.connect(lambda: self._count(0))
        self.amount.returnPressed.connect(self._type)
        self.amount.textChanged.connect(self._typed)
        self.set.clicked.connect(self._type)
        self.ask.clicked.connect(self.asked)
        self.retry.clicked.connect(self.again)
        self.hide()

    def show_attempt(self, attempt: AttemptRecord | None, *, can_ask: bool, can_resume: bool) -> None:
        """Be about an attempt, or nothing where the provider's bill is what counts. A decision can be taken again."""
        if self._attempt is None or attempt is None or attempt.intent.attempt != self._attempt.intent.attempt:
            self.amount.clear()
        self._attempt = attempt
        self.setVisible(attempt is not None and (attempt.assumed or attempt.correction is not None))
        self.ask.setVisible(can_ask)
        self.retry.setVisible(can_resume and attempt is not None and is_undecided(attempt))

    def _count(self, amount: int | None) -> None:
        if amount is not None:
            self.counts.emit(amount)

    def _typed(self, text: str) -> None:
        self.set.setEnabled(bool(text.strip()))
        self._mark(wrong=False)

    def _type(self) -> None:
        try:
            amount = parse(self.amount.text())
        except ValueError:
            self._mark(wrong=True)
        else:
            self._count(amount)

    def _mark(self, *, wrong: bool) -> None:
        if bool(self.amount.property("wrong")) != wrong:
            self.amount.setProperty("wrong", wrong)
            restyle(self.amount)

    def _button(self, code: str, hint: str) -> QPushButton:
        button = QPushButton(self._words(code))
        button.setToolTip(self._words(hint))
        button.setStyleSheet(COMPACT)
        return button


def is_undecided(attempt: AttemptRecord) -> bool:
    """Whether nobody knows how an attempt ended, and nobody has said what it counts for."""
    return attempt.status is AttemptStatus.UNKNOWN and attempt.correction is None
