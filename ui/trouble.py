"""The bars about the saved data: while nothing can be saved, why and one button; where something was damaged, that."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy

from engine.face import STORE, Damage, Totals
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
        return [self._words.counted("trouble.kept", unsaved)]


NAMED = 3
"""Damaged tasks that the bar names; the dialog has them all."""
LETTERS = 40
"""Of a name in the bar."""


class DamageBar(QFrame):
    """Says what was found damaged, until the person has looked."""

    show_it = Signal()

    def __init__(self, words: Words, damage: Callable[[], Sequence[Damage]]) -> None:
        """Build it hidden; `damage` gives all that was found."""
        super().__init__()
        self._damage = damage
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
        self._text.setText(self._told(self._damage()))
        self.setVisible(self._now > self._looked)

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def _told(self, found: Sequence[Damage]) -> str:
        """Say apart what a start repaired and what was found since, of which there is no copy yet."""
        repaired = [each for each in found if each.repaired]
        since = [each for each in found if not each.repaired]
        told = (("damage.found", repaired), ("damage.stopped", since))
        return " ".join(self._words(code, names=self._names(some)) for code, some in told if some)

    def _names(self, found: Sequence[Damage]) -> str:
        names = list(dict.fromkeys(self._name(each) for each in found))
        said = ", ".join(names[:NAMED])
        more = len(names) - NAMED
        return self._words("damage.more", names=said, count=count(more)) if more > 0 else said

    def _name(self, damage: Damage) -> str:
        if damage.task == STORE:
            lost = damage.lost_records
            return self._words.counted("damage.end", lost) if lost else self._words("damage.store")
        name = " ".join((damage.title or damage.task).split())
        return f"“{name if len(name) <= LETTERS else name[: LETTERS - 1] + '…'}”"

    def _look(self) -> None:
        self._looked = self._now
        self.hide()
        self.show_it.emit()
