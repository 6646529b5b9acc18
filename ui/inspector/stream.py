"""The text of the attempt in flight, as it comes: appended, never laid out as a whole again. Plain text only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from engine.face import LiveText
from ui.long_lines import LONGEST
from ui.plain import readable

KEPT = 200_000
"""Characters kept: the end is what one watches, the whole is in the file."""
LINES = (2, 7)
"""Fewest and most lines it is high."""
MARGIN = 4
PLAIN = "border: none; padding: 0; background: transparent"
"""It lies on a card, and is no field to type into."""


class StreamView(QPlainTextEdit):
    """Follows the end, unless the person scrolled away from it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it empty."""
        super().__init__(parent)
        self._shown: tuple[str, int, int] | None = None
        self._received = 0
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet(PLAIN)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(0)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    def take(self, live: LiveText) -> None:
        """Append what came; another attempt, or a beginning anew, clears first."""
        attempt = (live.task, live.step, live.attempt)
        if attempt != self._shown or live.offset == 0:
            self.clear()
            self._shown, self._received = attempt, live.offset
        if live.offset != self._received:
            self._append("\n…\n")
        self._received = live.offset + len(live.text)
        self._append(live.text[-KEPT:])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See QWidget; other breaks of lines may need another height."""
        super().resizeEvent(event)
        self._fit()

    def beginning(self) -> str:
        """Return its first words, for a list."""
        return self.document().firstBlock().text()[:200]

    def finish(self, step: int, text: str) -> None:
        """Append what had not come yet when the step ended, so that no last words are missing."""
        if self._shown is not None and self._shown[1] == step and len(text) > self._received:
            rest, self._received = text[self._received :], len(text)
            self._append(rest[-KEPT:])

    def reset(self) -> None:
        """Show nothing."""
        self._shown = None
        self.clear()

    def _append(self, text: str) -> None:
        bar = self.verticalScrollBar()
        follows = bar.value() >= bar.maximum() - 1
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(self._room(text))
        self._trim()
        if follows:
            bar.setValue(bar.maximum())

    def _room(self, text: str) -> str:
        """Return text to append: a word that came in many pieces is broken like one that came whole."""
        tail = self.document().lastBlock().text()[-LONGEST:]
        return readable(tail + text)[len(tail) :] if len(tail) == LONGEST else readable(text)

    def _trim(self) -> None:
        surplus = self.document().characterCount() - KEPT
        if surplus > KEPT // 10:
            cursor = QTextCursor(self.document())
            cursor.setPosition(surplus, QTextCursor.MoveMode.KeepAnchor)
            cursor.removeSelectedText()

    def _fit(self) -> None:
        """Be as high as the text, within bounds."""
        fewest, most = LINES
        lines = min(most, max(fewest, int(self.document().size().height())))
        height = lines * self.fontMetrics().lineSpacing() + MARGIN
        if height != self.height() or self.minimumHeight() != height:
            self.setFixedHeight(height)
