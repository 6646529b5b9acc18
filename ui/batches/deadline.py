"""By when a batch shall be done: said on a button, whose menu moves it or lifts it."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from ui import start
from ui.text import Words

HOURS = (1, 4, 8, 24)
HOUR_MS = 3_600_000


class DeadlineButton(QPushButton):
    """Of the batch that is shown."""

    moved = Signal(str, object)
    """A batch, and the wall time in milliseconds by which it shall be done; None lifts its deadline."""

    def __init__(self, words: Words, deadline_of: Callable[[str], int | None], parent: QWidget | None = None) -> None:
        """Ask `deadline_of` for what holds."""
        super().__init__(parent)
        self._words, self._deadline_of = words, deadline_of
        self._batch = ""
        menu = QMenu(self)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)
        self.setToolTip(words("batch.deadline_hint"))

    def show_batch(self, batch: str) -> None:
        """Say by when a batch shall be done."""
        self._batch = batch
        end = self._deadline_of(batch)
        if end is None:
            said = self._words("batch.no_deadline")
        else:
            form = "batch.due_by" if end > time.time() * 1000 else "batch.was_due"
            said = self._words(form, time=start.written(end))
        if said != self.text():
            self.setText(said)

    def _fill(self) -> None:
        menu, now, end = self.menu(), round(time.time() * 1000), self._deadline_of(self._batch)
        menu.clear()
        if end is not None:
            self._offer(self._words("batch.hour_more"), max(now, end) + HOUR_MS)
        for hours in HOURS:
            self._offer(self._words.counted("batch.in_hours", hours), now + hours * HOUR_MS)
        if end is not None:
            menu.addSeparator()
            self._offer(self._words("batch.lift_deadline"), None)

    def _offer(self, text: str, at_ms: int | None) -> None:
        self.menu().addAction(text).triggered.connect(functools.partial(self._move, at_ms))

    def _move(self, at_ms: int | None, _checked: object = None) -> None:
        self.moved.emit(self._batch, at_ms)
        self.show_batch(self._batch)
