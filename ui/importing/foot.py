"""The foot of the Import dialog: what the batch costs at most, and the buttons that begin it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from ui.bars import plain_label
from ui.tasks.format import exact_money
from ui.text import Words


class Foot(QWidget):
    """Says what it costs, and offers what can be done."""

    def __init__(self, words: Words) -> None:
        """Begin with nothing to start."""
        super().__init__()
        self._words = words
        self.most = plain_label("")
        self.cancel = QPushButton(words("new_task.cancel"))
        self.paused = QPushButton(words("new_task.add_paused"))
        self.start = QPushButton(words("import.start_none"))
        self.start.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 6, 0)
        row.setSpacing(8)
        row.addWidget(self.most, 1)
        for button in (self.cancel, self.paused, self.start):
            button.setAutoDefault(False)
            row.addWidget(button)

    def show_cost(self, cost: int | None, limit: int | None, *, simulated: bool) -> None:
        """Say what all costs at most: `cost` (pico; None where no price is known), or less by the batch's `limit`."""
        words = self._words
        if cost is None:
            told = words("new_task.unpriced")
        else:
            most = cost if limit is None else min(cost, limit)
            told = words("import.at_most", amount=exact_money(most)) if most else words("new_task.free")
        self.most.setText(f"{told} · {words('new_task.simulated')}" if simulated else told)

    def offer(self, number: int, *, ready: bool) -> None:
        """Offer to start so many tasks, once they are `ready`."""
        for button in (self.paused, self.start):
            button.setEnabled(ready)
        self.start.setText(self._words.counted("import.start", number) if number else self._words("import.start_none"))
