"""What closing waits for, live: replies that are being paid, records to save; and one button that waits no more."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from engine.face import LIVE, ChangeBatch, Engine, Totals
from ui.bars import plain_label
from ui.dialogs.growing import GrowingDialog
from ui.tasks.format import count, duration, money
from ui.text import Words

WIDTH = 460
FIGURES = ("steps", "slowest", "records", "latest")


class Leaving(GrowingDialog):
    """Shows what is waited for until it is closed; `cut` is called once, when the person waits no more."""

    def __init__(
        self, engine: Engine, words: Words, grace_s: float, cut: Callable[[], object], parent: QWidget
    ) -> None:
        """Begin to count `grace_s` seconds down; `open` shows it, `hear` keeps it true."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(words("leaving.title"))
        self._engine, self._words = engine, words
        self._until = time.monotonic() + grace_s
        self.figures = {code: _figure() for code in FIGURES}
        self.cost = plain_label("")
        self.cost.setObjectName("dim")
        self.cost.setWordWrap(True)
        self.cut = QPushButton(words("leaving.cut"))
        self.cut.setAutoDefault(False)  # an Enter meant for something else shall cost nothing
        self.cut.clicked.connect(lambda: (self.cut.setEnabled(False), cut()))
        self._lay_out()
        self.setFixedWidth(WIDTH)
        self._show(engine.totals())

    def hear(self, batch: ChangeBatch) -> None:
        """Show what is so now."""
        self._show(batch.totals)

    def _lay_out(self) -> None:
        words = self._words
        why = plain_label(words("leaving.why"))
        why.setWordWrap(True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        for row, (code, figure) in enumerate(self.figures.items()):
            grid.addWidget(plain_label(words(f"leaving.{code}")), row, 0)
            grid.addWidget(figure, row, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cut)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(14)
        layout.addWidget(why)
        layout.addLayout(grid)
        layout.addWidget(self.cost)
        layout.addLayout(buttons)

    def _show(self, totals: Totals) -> None:
        left = self._until - time.monotonic()
        slowest = self._slowest()
        said = {
            "steps": count(sum(totals.by_state.get(state, 0) for state in LIVE)),
            "slowest": duration(slowest),
            "records": count(totals.saving),
            "latest": duration(left),
        }
        for code, text in said.items():
            self.figures[code].setText(text)
        self.cost.setText(self._words("leaving.cost" if totals.held else "leaving.free", amount=money(totals.held)))

    def _slowest(self) -> float | None:
        """Return the seconds after which the last of the replies in flight is over by its own deadlines."""
        nearest: dict[str, float] = {}
        for each in self._engine.timeouts():
            if each.left_s is not None:
                nearest[each.task] = min(each.left_s, nearest.get(each.task, each.left_s))
        return max(nearest.values(), default=None)


def _figure() -> QLabel:
    """Return a label for a figure, flush right."""
    label = plain_label("")
    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return label
