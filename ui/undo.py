"""The bar that offers to take a deletion back, for a few seconds."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy

from engine.face import TaskId
from ui.bars import plain_label
from ui.text import Words

SHOWN_MS = 15_000


class UndoBar(QFrame):
    """Shown after a deletion; `undo` carries the ids."""

    undo = Signal(object)

    def __init__(self, words: Words) -> None:
        """Build it hidden."""
        super().__init__()
        self.setObjectName("banner")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._words = words
        self._ids: tuple[TaskId, ...] = ()
        self._text = plain_label("")
        self.button = QPushButton(words("undo.undo"))
        self.button.clicked.connect(self._undo)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 14, 6)
        row.addWidget(self._text, 1)
        row.addWidget(self.button)
        self.hide()

    def offer(self, ids: Sequence[TaskId]) -> None:
        """Offer to take the deletion of these back."""
        self._ids = tuple(ids)
        self._text.setText(self._words.counted("undo.deleted", len(ids)))
        self.setVisible(bool(ids))
        self._timer.start(SHOWN_MS)

    def _undo(self) -> None:
        self.hide()
        self.undo.emit(self._ids)
