"""Where the rows come from, and what was found of it: encoding, delimiter, names; each can be said otherwise."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.face import ENCODINGS, Form, Hints, Sheet, read_path, read_text
from ui.bars import plain_label
from ui.dialogs.form import choice
from ui.text import Words

DELIMITERS = (",", ";", "\t", "|", "")


class SourceRow(QWidget):
    """Buttons that choose a source, and below them what was found."""

    changed = Signal()
    """There is another source, or it is to be read otherwise."""

    def __init__(self, words: Words) -> None:
        """Begin without a source."""
        super().__init__()
        self._words = words
        self._path: Path | None = None
        self._text: str | None = None
        self.hints = Hints()
        self.name, self.found = plain_label(words("import.no_source")), plain_label("")
        self.name.setWordWrap(True)
        self.found.setObjectName("dim")
        self.file, self.folder = QPushButton(words("import.file")), QPushButton(words("import.folder"))
        self.paste = QPushButton(words("import.paste"))
        self.encoding = choice([(each, each) for each in ENCODINGS])
        self.delimiter = choice([(words(f"import.delimiter_{place}"), each) for place, each in enumerate(DELIMITERS)])
        self.header = QCheckBox(words("import.header"))
        self.encoding.setAccessibleName(words("import.encoding"))
        self.delimiter.setAccessibleName(words("import.delimiter"))
        self._build()
        self.show_sheet(None)
        self.file.clicked.connect(lambda: self._choose(QFileDialog.FileMode.ExistingFile))
        self.folder.clicked.connect(lambda: self._choose(QFileDialog.FileMode.Directory))
        self.paste.clicked.connect(lambda: self.take_text(QGuiApplication.clipboard().text()))
        self.encoding.activated.connect(self._said)
        self.delimiter.activated.connect(self._said)
        self.header.clicked.connect(self._said)

    def _build(self) -> None:
        above, below = QHBoxLayout(), QHBoxLayout()
        for row in (above, below):
            row.setSpacing(8)
        above.addWidget(self.name, 1)
        for button in (self.file, self.folder, self.paste):
            button.setAutoDefault(False)
            above.addWidget(button)
        for widget in (self.found, self.encoding, self.delimiter, self.header):
            below.addWidget(widget)
        below.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(above)
        layout.addLayout(below)

    def take(self, path: Path) -> None:
        """Read a file or folder, with nothing said of it yet."""
        self._path, self._text = path, None
        self.hints = Hints()
        self.changed.emit()

    def take_text(self, text: str) -> None:
        """Read text that was pasted."""
        self._path, self._text = None, text
        self.hints = Hints()
        self.changed.emit()

    async def read(self) -> Sheet | None:
        """Read what is chosen, as it is said; raises `DroverError`."""
        if self._path is not None:
            return await read_path(self._path, self.hints)
        return None if self._text is None else await read_text(self._text, self.hints)

    @property
    def title(self) -> str:
        """What to call the batch: after the file or folder."""
        return self._path.stem if self._path is not None else self._words("import.pasted")

    def show_sheet(self, sheet: Sheet | None) -> None:
        """Show what was found."""
        self.name.setText(self._shown())
        cells = sheet is not None and sheet.form is Form.CELLS
        self.encoding.setVisible(sheet is not None and bool(sheet.encoding))
        self.delimiter.setVisible(cells)
        self.header.setVisible(cells)
        self.found.setText("" if sheet is None else self._words.counted("import.found", len(sheet.rows)))
        if sheet is not None:
            self.encoding.setCurrentIndex(max(0, self.encoding.findData(sheet.encoding)))
            self.delimiter.setCurrentIndex(max(0, self.delimiter.findData(sheet.delimiter)))
            self.header.setChecked(sheet.header)

    def offer_encodings(self) -> None:
        """Let another encoding be chosen where the one that was found does not fit."""
        self.encoding.setVisible(self._path is not None)

    def _shown(self) -> str:
        if self._path is not None:
            return str(self._path)
        return self._words("import.no_source" if self._text is None else "import.pasted")

    def _said(self) -> None:
        visible = self.delimiter.isVisible()
        self.hints = Hints(
            encoding=self.encoding.currentData() if self.encoding.isVisible() else None,
            delimiter=self.delimiter.currentData() if visible else None,
            header=self.header.isChecked() if visible else None,
        )
        self.changed.emit()

    def _choose(self, mode: QFileDialog.FileMode) -> None:
        dialog = QFileDialog(self)
        dialog.setFileMode(mode)
        dialog.fileSelected.connect(self._take_named)
        dialog.open()

    def _take_named(self, name: str) -> None:
        self.take(Path(name))
