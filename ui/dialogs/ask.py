"""A question with two answers, in plain text; opened, never run."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ui.bars import plain_label


class Ask(QDialog):
    """Calls `act` on yes."""

    def __init__(self, question: str, yes: str, no: str, act: Callable[[], object], parent: QWidget) -> None:
        """Ask; `open` shows it."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._text = text = plain_label(question)
        text.setWordWrap(True)
        self.yes, self.no = QPushButton(yes), QPushButton(no)
        self.yes.clicked.connect(lambda: (self.accept(), act()))
        self.no.clicked.connect(self.reject)
        self.no.setDefault(True)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.no)
        row.addWidget(self.yes)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(16)
        layout.addWidget(text)
        layout.addLayout(row)
        self.setFixedWidth(440)

    @property
    def question(self) -> str:
        """What it asks."""
        return self._text.text()


class Tell(QDialog):
    """Tells something, with one button."""

    def __init__(self, title: str, text: str, close: str, parent: QWidget) -> None:
        """Tell; `open` shows it."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        label = plain_label(text)
        label.setWordWrap(True)
        button = QPushButton(close)
        button.clicked.connect(self.accept)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(16)
        layout.addWidget(label)
        layout.addWidget(button, 0, Qt.AlignmentFlag.AlignRight)
        self.setFixedWidth(440)
