"""A line for a file or a folder, with a button that lets the person look for it."""

from __future__ import annotations

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from ui.text import Words


class PathLine(QWidget):
    """A line and "Choose…" beside it."""

    def __init__(self, words: Words, text: str = "", *, hint: str = "", folder: bool = False) -> None:
        """Begin with `text`; with `folder` a folder is looked for."""
        super().__init__()
        self._folder = folder
        self._line = QLineEdit(text)
        self._line.setPlaceholderText(hint)
        choose = QPushButton(words("settings.choose"))
        choose.setAutoDefault(False)
        choose.clicked.connect(self._choose)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._line, 1)
        row.addWidget(choose)
        self.setFocusProxy(self._line)

    def setAccessibleName(self, name: str) -> None:
        """Name the line."""
        self._line.setAccessibleName(name)

    def text(self) -> str:
        """Return the path."""
        return self._line.text()

    def setText(self, text: str) -> None:
        """Show a path."""
        self._line.setText(text)

    def _choose(self) -> None:
        dialog = QFileDialog(self)
        mode = QFileDialog.FileMode.Directory if self._folder else QFileDialog.FileMode.ExistingFile
        dialog.setFileMode(mode)
        dialog.fileSelected.connect(self.setText)
        dialog.open()
