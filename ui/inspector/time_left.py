"""How long the attempt in flight has left at each level, live, and more time for one of them."""

from __future__ import annotations

import functools

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from engine.face import Deadline
from ui.elided import ElidedLabel
from ui.inspector.card import COMPACT
from ui.tasks import format as figures
from ui.tasks.inks import Inks, tint
from ui.text import Words

AS_LONG = 60.0
"""Seconds added at the least: less would be used up before a person had read what it gave."""


class TimeLeft(QWidget):
    """One line that never changes its height: "Silence 0:27 · Step 1:52 · Window 9:48 · Task 58:12"."""

    extended = Signal(object, object)
    """Level, and seconds more; None lifts the limit."""

    def __init__(self, words: Words) -> None:
        """Build it with nothing running."""
        super().__init__()
        self._words = words
        self._deadlines: tuple[Deadline, ...] = ()
        self.said = ElidedLabel()
        self.said.setAccessibleName(words("time_left.name"))
        self.more = QPushButton(words("time_left.more"))
        self.more.setToolTip(words("time_left.more_hint"))
        self.more.setStyleSheet(COMPACT)
        self.menu = QMenu(self.more)
        self.menu.aboutToShow.connect(self._fill)
        self.more.setMenu(self.menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 4)
        row.addWidget(self.said, 1)
        row.addWidget(self.more)
        self.show_deadlines(())

    def show_deadlines(self, deadlines: tuple[Deadline, ...]) -> None:
        """Say what is left, the nearest first."""
        self._deadlines = deadlines
        text = " · ".join(self._one(deadline) for deadline in deadlines) or self._words("time_left.none")
        if text != self.said.text():
            self.said.setText(text)
            self.said.setToolTip(text)
        if self.more.isEnabled() != bool(deadlines):
            self.more.setEnabled(bool(deadlines))

    def set_inks(self, inks: Inks) -> None:
        """Change the theme."""
        self.said.setFont(inks.small_number)
        tint(self.said, inks["dim"])

    def _one(self, deadline: Deadline) -> str:
        left = self._words("time_left.lifted") if deadline.left_s is None else figures.clock(deadline.left_s)
        return self._words("time_left.one", level=self._words(f"level.{deadline.level}"), left=left)

    def _fill(self) -> None:
        self.menu.clear()
        for deadline in self._deadlines:
            if deadline.limit_s is None:
                continue
            level, more = self._words(f"level.{deadline.level}"), max(AS_LONG, deadline.limit_s)
            longer = self.menu.addAction(self._words("time_left.extend", level=level, more=figures.clock(more)))
            lift = self.menu.addAction(self._words("time_left.lift", level=level))
            longer.triggered.connect(functools.partial(self._emit, deadline, more))
            lift.triggered.connect(functools.partial(self._emit, deadline, None))
            self.menu.addSeparator()

    def _emit(self, deadline: Deadline, seconds: float | None) -> None:
        self.extended.emit(deadline.level, seconds)
