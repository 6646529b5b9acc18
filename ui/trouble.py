"""The bars about the saved data: while nothing can be saved, why and one button; where something was damaged, that."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy

from engine.face import Totals
from ui.bars import plain_label
from ui.tasks.format import count
from ui.text import Words


class TroubleBar(QFrame):
    """Shown from the first record that cannot be saved until everything is."""

    again = Signal()
    """The person mended what was wrong: save, and go on."""

    def __init__(self, words: Words) -> None:
        """Build it hidden."""
        super().__init__()
        self.setObjectName("trouble")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._words = words
        self._text = plain_label("")
        self._text.setObjectName("error")
        self._text.setWordWrap(True)
        self.button = QPushButton(words("trouble.again"))
        self.button.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        self.button.clicked.connect(self.again)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 14, 8)
        row.setSpacing(12)
        row.addWidget(self._text, 1)
        row.addWidget(self.button)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def show_totals(self, totals: Totals) -> None:
        """Say what is so."""
        if totals.trouble:
            said = [self._words(f"error.{totals.trouble}"), *self._kept(totals.unsaved)]
            text = " ".join(said)
            if text != self._text.text():
                self._text.setText(text)
        self.setVisible(bool(totals.trouble))

    def set_busy(self, busy: bool) -> None:  # noqa: FBT001 - a state, named by the method
        """Say whether it is being tried right now."""
        self.button.setEnabled(not busy)

    def _kept(self, unsaved: int) -> list[str]:
        if not unsaved:
            return []
        code = "trouble.kept_one" if unsaved == 1 else "trouble.kept"
        return [self._words(code, count=count(unsaved))]


class DamageBar(QFrame):
    """Says that something was found damaged, until the person has looked."""

    show_it = Signal()

    def __init__(self, words: Words) -> None:
        """Build it hidden."""
        super().__init__()
        self.setObjectName("notice")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._words = words
        self._looked = 0
        self._now = 0
        self._text = plain_label("")
        self._text.setObjectName("error")
        self._text.setWordWrap(True)
        self.button = QPushButton(words("damage.show"))
        self.button.clicked.connect(self._look)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 14, 6)
        row.addWidget(self._text, 1)
        row.addWidget(self.button)
        self.hide()

    def show_totals(self, totals: Totals) -> None:
        """Say how much was found since the person looked last."""
        if totals.damaged == self._now:
            return
        self._now = totals.damaged
        code = "damage.found_one" if self._now == 1 else "damage.found"
        self._text.setText(self._words(code, count=count(self._now)))
        self.setVisible(self._now > self._looked)

    def _look(self) -> None:
        self._looked = self._now
        self.hide()
        self.show_it.emit()
