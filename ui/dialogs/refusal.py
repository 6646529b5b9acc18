"""Says why there is no window: the one thing shown when Drover cannot start."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QPushButton, QVBoxLayout

from ui.bars import plain_label


class Refusal(QDialog):
    """A sentence and a button, without a parent."""

    def __init__(self, text: str) -> None:
        """Show it with `show`; the application ends with it."""
        super().__init__()
        self.setWindowTitle("Drover")
        label = plain_label(text)
        label.setWordWrap(True)
        button = QPushButton("OK")
        button.clicked.connect(self.accept)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(16)
        layout.addWidget(label)
        layout.addWidget(button)
        self.setFixedWidth(460)
